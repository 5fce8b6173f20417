/**
 * `--json`: frames in, frames out, one a line, for bots and tests. Saying hello and coming back after a cut stay our business.
 *
 * @module
 */
import { decodeClientFrame, encodeFrame } from "../shared/codec.ts";
import { EXIT, type ExitCode } from "../shared/exit.ts";
import type { ClientFrame, ErrorCode } from "../shared/protocol.ts";
import type { Connection } from "./connection.ts";
import type { Writer } from "./writer.ts";

const NOT_CONNECTED = "not connected";

/** The two ends of a bot's pipe. */
export interface Relay {
  readonly input: AsyncIterable<string>;
  readonly output: Writer;
}

/** Relays until the input ends or says `bye`; returns whether everything said was kept, and everything asked had its answer. */
export async function relayFrames(connection: Connection, { input, output }: Relay): Promise<ExitCode> {
  let refused = 0;
  /** The refs of requests that have no answer yet. What is said is not among them: it outlives the connection. */
  const asked = new Set<string>();

  async function hear(): Promise<void> {
    for await (const event of connection) {
      if (event.kind === "lost") giveUp();
      if (event.kind === "lost" || event.kind === "junk" || event.kind === "quiet") continue;
      if ("ref" in event && event.ref !== undefined) {
        const answered = asked.delete(event.ref);
        // What is said and refused for now is said again, and that has an answer of its own.
        if (event.kind === "error" || event.kind === "refused" && (event.final || answered)) refused++;
      }
      output.write(encodeFrame(event));
      await output.drained();
    }
    giveUp();
  }

  async function speak(): Promise<void> {
    for await (const line of input) {
      if (line.trim() === "") continue;
      const frame = decodeClientFrame(line);
      if (frame.kind === "bye") break;
      if (frame.kind === "malformed") complain(frame.code, frame.text, frame.ref);
      else if (frame.kind === "hello") complain("unexpected", "the client says hello by itself: pass --name");
      else if (frame.kind === "say") say(frame.text, frame.room, frame.ref);
      else ask(frame);
      await connection.ready();
    }
    await connection.settled();
    connection.leave();
  }

  function say(text: string, room: string, ref: string | undefined): void {
    const sent = connection.say(text, ref === undefined ? { room } : { room, ref });
    if (sent.kind === "not_sent") complain("unexpected", sent.text, ref);
  }

  function ask(frame: ClientFrame): void {
    const ref = "ref" in frame && frame.kind !== "pong" ? frame.ref : undefined;
    if (!connection.send(frame)) complain("unexpected", NOT_CONNECTED, ref);
    else if (ref !== undefined) asked.add(ref);
  }

  function giveUp(): void {
    for (const ref of asked) complain("unexpected", NOT_CONNECTED, ref);
    asked.clear();
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
