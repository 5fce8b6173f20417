/**
 * `chat send`, put together.
 *
 * @module
 */
import { EXIT, type ExitCode, Fatal } from "../../shared/exit.ts";
import { cleanText } from "../../shared/text.ts";
import { systemClock } from "../clock.ts";
import { Connection } from "../connection.ts";
import { deliver } from "./delivery.ts";
import type { ConnectionEvent } from "../events.ts";
import { interruptible } from "./interrupt.ts";
import { lines } from "./message.ts";
import { heldPassword } from "../password.ts";
import { newSecret } from "../ref.ts";
import type { SendConfig } from "./flags.ts";
import { numbered, oneOfManyNames } from "./name.ts";
import { KnownCertificates } from "../state/certificates.ts";
import { dialer } from "../dialer.ts";
import { Writer } from "../writer.ts";

/**
 * Sends one message, or the lines of stdin; resolves with the exit code. A read from stdin may be left pending: end the process with the code.
 *
 * @param state The folder that remembers certificates, where there is one.
 * @throws {Fatal} When there is no server, or no name to send under.
 */
export async function send({ address, room, name, named, text, access }: SendConfig, state: string | undefined): Promise<ExitCode> {
  const errors = new Writer(Deno.stderr);
  const report = (text: string) => errors.write(`${text}\n`);
  const connection = new Connection({
    dial: dialer({ known: new KnownCertificates(state), tell: report }),
    address,
    rooms: [room],
    name: oneOfManyNames((n) => numbered(name, n)),
    access: { ...access, password: heldPassword(access.password) },
    secret: newSecret(),
    backlog: 0,
    clock: systemClock,
    random: Math.random,
  });
  let nick = name;
  function watch(event: ConnectionEvent): void {
    if (event.kind !== "welcome" || event.nick === nick) return;
    nick = event.nick;
    if (named) report(`${name} is taken: sent as ${cleanText(nick)}`);
  }
  const messages = text === undefined ? stdinLines() : ReadableStream.from([text]);
  try {
    return await interruptible((asked) => deliver(connection, { messages, room, clock: systemClock, report, watch, asked }));
  } finally {
    await errors.flushed();
  }
}

async function* stdinLines(): AsyncGenerator<string | number, void> {
  try {
    yield* lines(Deno.stdin.readable);
  } catch (error) {
    throw new Fatal(EXIT.ioError, `stdin: cannot read: ${error instanceof Error ? error.message : error}`);
  }
}
