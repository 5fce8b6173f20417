/**
 * `chat tail`, put together.
 *
 * @module
 */
import type { ExitCode } from "../../shared/exit.ts";
import { systemClock } from "../clock.ts";
import { entryJson, entryLine } from "./entry_line.ts";
import { interruptible } from "../signals.ts";
import { type Beginning, Reading } from "./reading.ts";
import { recite } from "./recital.ts";
import { checkOutput } from "../pipe_errors.ts";
import { newRef } from "../ref.ts";
import type { Since, TailConfig } from "./flags.ts";
import { numbered } from "./name.ts";
import { scriptConnection } from "./script_connection.ts";
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
  const connection = scriptConnection({
    address,
    room,
    access,
    name: (n) => name === undefined ? `tail-${fourLetters()}` : numbered(name, n),
    state,
    report,
  });
  const reading = new Reading({ room, from: beginning(since), follow, newRef });
  const output = new Writer(Deno.stdout);
  const line = json ? entryJson : entryLine;
  try {
    const code = await interruptible((asked) => recite(connection, { reading, output, line, follow, clock: systemClock, report, asked }));
    await checkOutput(output.broken);
    return code;
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
