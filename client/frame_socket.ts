/**
 * One socket to a server: frames out, frames in, and a ping into long silence. Knows nothing of names, rooms or trying again.
 *
 * @module
 */
import { decodeServerFrame, encodeFrame } from "../shared/codec.ts";
import { type Line, LineSplitter } from "../shared/lines.ts";
import type { ClientFrame, ServerFrame } from "../shared/protocol.ts";
import type { Clock } from "./clock.ts";
import type { Quiet } from "./events.ts";
import { type Sink, Writer } from "./writer.ts";

/** A line that a server meant for people, sent before it knew who we are; or what another kind of server said. */
export interface TextLine {
  readonly kind: "text";
  readonly text: string;
}

/** A line that is no frame. */
export interface BadLine {
  readonly kind: "bad";
  readonly why: string;
}

/** Bytes both ways: a TCP connection, or what a browser has instead. */
export interface Wire extends Sink {
  /** Fills the buffer with what has come; `null` at the end. */
  read(buffer: Uint8Array): Promise<number | null>;
  close(): void;
  /** Whether nobody on the way can read what it carries: it is encrypted, or leads no further than this machine. */
  readonly confidential?: boolean;
}

/** One line from the server, or word that none comes. */
export type Heard = ServerFrame | TextLine | BadLine | Quiet;

/** How often somebody looks whether anything came. */
const LOOK_MS = 5_000;
/** After so long a silence, ask; after as long again, give up. */
const SILENCE_MS = 20_000;
/** A server's frame may be much longer than a client's; a line above this is dropped as it comes. */
const LINE_BYTES = 1_048_576;
/** A server that only pings and never reads must not fill our memory with answers. */
const WAITING_PONGS = 1_048_576;

/** A socket that speaks frames. Iterate it once; it ends when the socket does, and `ended` says why. */
export class FrameSocket implements AsyncIterable<Heard> {
  readonly #conn: Wire;
  readonly #clock: Clock;
  readonly #writer: Writer;
  readonly #lines = new LineSplitter(LINE_BYTES);
  readonly #decoder = new TextDecoder();
  #ended: string | undefined;
  /** Something was sent that has brought nothing yet. */
  #waits = false;

  constructor(conn: Wire, clock: Clock) {
    this.#conn = conn;
    this.#clock = clock;
    this.#writer = new Writer(conn);
  }

  /** Why the socket ended, in words. */
  get ended(): string {
    return this.#ended ?? "the server closed the connection";
  }

  send(frame: ClientFrame): void {
    this.#waits = true;
    this.#writer.write(encodeFrame(frame));
  }

  /** Ends the socket; the first reason given is the one that counts. */
  close(why: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = why;
    this.#conn.close();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Heard, void> {
    const buffer = new Uint8Array(65_536);
    let reading: Promise<number | null> | undefined;
    let silentMs = 0;
    let waitedMs = 0;
    try {
      while (this.#ended === undefined) {
        reading ??= this.#read(buffer);
        // What is sent while we look counts from the next look on.
        const waits = this.#waits;
        const read = await this.#within(reading);
        if (read === "silence") {
          silentMs += LOOK_MS;
          if (waits) waitedMs += LOOK_MS;
          if (silentMs === SILENCE_MS) this.send({ kind: "ping" });
          if (silentMs >= 2 * SILENCE_MS) this.close(`no word from the server for ${silentMs / 1000} s`);
          else if (waitedMs >= LOOK_MS) yield { kind: "quiet", ms: waitedMs };
          continue;
        }
        reading = undefined;
        if (waitedMs > 0) yield { kind: "quiet", ms: 0 };
        silentMs = waitedMs = 0;
        this.#waits = false;
        if (read === null) break;
        for (const line of this.#lines.push(buffer.subarray(0, read))) yield* this.#hear(line);
      }
    } finally {
      this.close("the server closed the connection");
      await reading;
      await this.#writer.flushed();
    }
  }

  /** What came, or "silence". */
  async #within(reading: Promise<number | null>): Promise<number | null | "silence"> {
    const heard = new AbortController();
    try {
      return await Promise.race([reading, this.#clock.sleep(LOOK_MS, heard.signal).then(() => "silence" as const)]);
    } finally {
      heard.abort();
    }
  }

  /** A broken socket is an ordinary end. */
  async #read(buffer: Uint8Array): Promise<number | null> {
    try {
      return await this.#conn.read(buffer);
    } catch (error) {
      const reset = error instanceof Error && error.name === "ConnectionReset";
      if (this.#ended === undefined) this.close(reset ? "connection reset" : "connection broken");
      return null;
    }
  }

  *#hear(line: Line): Generator<Heard, void> {
    if (!(line instanceof Uint8Array)) return yield { kind: "bad", why: `a line of ${line.overlong} bytes` };
    const text = this.#decoder.decode(line);
    if (!text.startsWith("{")) return yield { kind: "text", text };
    const frame = decodeServerFrame(text);
    if (frame.kind !== "malformed") {
      if (frame.kind === "ping" && this.#writer.waiting < WAITING_PONGS) this.send({ ...frame, kind: "pong" });
      yield frame;
    } else if (frame.code !== "unknown_kind") { // A newer server may say what we do not know.
      yield { kind: "bad", why: frame.text };
    }
  }
}
