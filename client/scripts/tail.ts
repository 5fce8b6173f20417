/**
 * `chat tail`, put together.
 *
 * @module
 */
import { EXIT, type ExitCode, Fatal } from "../../shared/exit.ts";
import { systemClock } from "../clock.ts";
import { Connection } from "../connection.ts";
import { entryJson, entryLine } from "./entry_line.ts";
import { interruptible } from "./interrupt.ts";
import { type Beginning, Reading } from "./reading.ts";
import { recite } from "./recital.ts";
import { heldPassword } from "../password.ts";
import { newRef, newSecret } from "../ref.ts";
import type { Since, TailConfig } from "./flags.ts";
import { numbered, oneOfManyNames } from "./name.ts";
import { KnownCertificates } from "../state/certificates.ts";
import { dialer } from "../dialer.ts";
import { Writer } from "../writer.ts";

/** How many messages are printed where nobody says since when. */
const NEWEST = 10;

/**
 * Prints what was said in a room and, with `follow`, what is said from now on; resolves with the exit code.
 *
 * @param state The folder that remembers certificates, where there is one.
 * @throws {Fatal} When there is no server, no name to be there under, or no way to write.
 */
export async function tail({ address, room, name, since, json, follow, access }: TailConfig, state: string | undefined): Promise<ExitCode> {
  const errors = new Writer(Deno.stderr);
  const report = (text: string) => errors.write(`${text}\n`);
  const connection = new Connection({
    dial: dialer({ known: new KnownCertificates(state), tell: report }),
    address,
    rooms: [room],
    name: oneOfManyNames((n) => name === undefined ? `tail-${fourLetters()}` : numbered(name, n)),
    access: { ...access, password: heldPassword(access.password) },
    secret: newSecret(),
    backlog: 0,
    clock: systemClock,
    random: Math.random,
  });
  const reading = new Reading({ room, from: beginning(since), follow, newRef });
  const output = new Writer(Deno.stdout);
  const line = json ? entryJson : entryLine;
  try {
    const code = await interruptible((asked) => recite(connection, { reading, output, line, follow, clock: systemClock, report, asked }));
    const failure = await Promise.race([output.broken, Promise.resolve(undefined)]);
    // Whoever reads along may have seen enough: chat tail | head -1.
    if (failure === undefined || failure instanceof Deno.errors.BrokenPipe) return code;
    throw new Fatal(EXIT.ioError, `stdout: cannot write: ${failure.name}: ${failure.message}`);
  } finally {
    await errors.flushed();
  }
}

function beginning(since: Since | undefined): Beginning {
  if (since === undefined) return { newest: NEWEST };
  return "ago" in since ? { at: Date.now() - since.ago } : since;
}

function fourLetters(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(4)), (byte) => "abcdefghijklmnopqrstuvwxyz"[byte % 26]).join("");
}
