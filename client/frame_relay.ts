/**
 * `--json`: frames in, frames out, one a line, for bots and tests. Saying hello and coming back after a cut stay our business.
 *
 * @module
 */
import { decodeClientFrame, encodeFrame } from "../shared/codec.ts";
import { EXIT, type ExitCode } from "../shared/exit.ts";
import type { ErrorCode } from "../shared/protocol.ts";
import type { Connection } from "./connection.ts";
import type { Writer } from "./writer.ts";

/** The two ends of a bot's pipe. */
export interface Relay {
  readonly input: AsyncIterable<string>;
  readonly output: Writer;
}

/** Relays until the input ends or says `bye`; returns whether everything said was kept. */
export async function relayFrames(connection: Connection, { input, output }: Relay): Promise<ExitCode> {
  let refused = 0;

  async function hear(): Promise<void> {
    for await (const event of connection) {
      if (event.kind === "lost" || event.kind === "junk" || event.kind === "quiet") continue;
      if ((event.kind === "refused" || event.kind === "error") && event.ref !== undefined) refused++;
      output.write(encodeFrame(event));
      await output.drained();
    }
  }

  async function speak(): Promise<void> {
    for await (const line of input) {
      if (line.trim() === "") continue;
      const frame = decodeClientFrame(line);
      if (frame.kind === "bye") break;
      if (frame.kind === "malformed") complain(frame.code, frame.text, frame.ref);
      else if (frame.kind === "hello") complain("unexpected", "the client says hello by itself: pass --name");
      else if (frame.kind === "say") say(frame.text, frame.room, frame.ref);
      else connection.send(frame);
      await connection.ready();
    }
    await connection.settled();
    connection.leave();
  }

  function say(text: string, room: string, ref: string | undefined): void {
    const sent = connection.say(text, ref === undefined ? { room } : { room, ref });
    if (sent.kind === "not_sent") complain("unexpected", sent.text, ref);
  }

  function complain(code: ErrorCode, text: string, ref?: string): void {
    refused++;
    output.write(encodeFrame(ref === undefined ? { kind: "error", code, text } : { kind: "error", ref, code, text }));
  }

  const hearing = hear();
  await Promise.race([hearing, speak().then(() => hearing)]);
  await output.flushed();
  return connection.unacknowledged + refused === 0 ? EXIT.ok : EXIT.failure;
}
