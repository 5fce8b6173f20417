/**
 * `chat send`, put together.
 *
 * @module
 */
import type { ExitCode } from "../../shared/exit.ts";
import { cleanText } from "../../shared/text.ts";
import { systemClock } from "../clock.ts";
import { deliver } from "./delivery.ts";
import type { ConnectionEvent } from "../events.ts";
import { interruptible } from "../signals.ts";
import { lines } from "./message.ts";
import type { SendConfig } from "./flags.ts";
import { numbered } from "./name.ts";
import { unreadable } from "../pipe_errors.ts";
import { scriptConnection } from "./script_connection.ts";
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
  const connection = scriptConnection({ address, room, access, name: (n) => numbered(name, n), state, report });
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
    throw unreadable(error);
  }
}
