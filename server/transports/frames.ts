/**
 * Frames mode: one JSON object a line, for our own clients and for programs. `shared/protocol.ts` specifies it.
 *
 * @module
 */
import { isUtf8 } from "node:buffer";
import { decodeClientFrame, encodeFrame, type Malformed, RUNAWAY } from "../../shared/codec.ts";
import { type Line, LineSplitter } from "../../shared/lines.ts";
import { type ClientFrame, LIMITS } from "../../shared/protocol.ts";
import { count } from "../../shared/text.ts";
import { type Codec, type Connection, type Peer, peerOf } from "../connection.ts";
import { inBatches, Turn } from "./batches.ts";
import type { Socket } from "./socket.ts";

/** How long the first `hello` may take after the first byte, in milliseconds. Programs are quick. */
export const HELLO_DUE_MS = 5_000;
/** Names that may be asked for on one connection: a person chooses, at a terminal. */
const NAME_TRIES = 20;

const decoder = new TextDecoder();
/** What stands for bytes that are not UTF-8, and for itself. */
const REPLACEMENT = "\ufffd";

/** How our clients are sent frames. */
export const framesCodec: Codec = { name: "frames", encode: encodeFrame, skipsOwn: false };

/** A peer that speaks frames. */
export class FramesConnection implements Connection {
  readonly peer: Peer;
  readonly codec = framesCodec;
  readonly helloDue: number;
  readonly nameDue: number;
  readonly nameTries = NAME_TRIES;
  readonly oneRoom = false;
  welcomed = false;
  passwordAsked = false;
  readonly #socket: Socket;
  readonly #splitter = new LineSplitter(LIMITS.frameBytes);
  /** Whether nothing more is heard, read or not. */
  #over = false;

  /** @param due When the first `hello` and a name are due, on the clock of `performance.now()`. */
  constructor(socket: Socket, id: number, due: Pick<Connection, "helloDue" | "nameDue">) {
    this.#socket = socket;
    this.peer = peerOf(socket, id, "frames");
    this.helloDue = due.helloDue;
    this.nameDue = due.nameDue;
  }

  get broken(): string | undefined {
    return this.#socket.broken;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly (ClientFrame | Malformed)[]> {
    for (let chunk = await this.#socket.read(); chunk !== null; chunk = await this.#socket.read()) {
      const turn = new Turn();
      for (const frames of inBatches(this.#splitter.push(chunk), frame)) {
        if (this.#over) return;
        yield frames;
        if (turn.isOver) await turn.pass();
      }
      if (!this.#splitter.runaway) continue;
      yield [RUNAWAY];
      return;
    }
    // What we stopped reading in the middle of a line was not said.
    const last = this.#socket.ended ? this.#splitter.end() : undefined;
    if (last) yield [frame(last)];
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#socket.write(bytes);
  }

  stop(): void {
    this.#socket.stop();
  }

  finish(): Promise<void> {
    this.#over = true;
    return this.#socket.finish();
  }

  close(why?: string): void {
    this.#over = true;
    this.#socket.close(why);
  }
}

function frame(line: Line): ClientFrame | Malformed {
  if (!(line instanceof Uint8Array)) return tooLong(line.overlong);
  const text = decoder.decode(line);
  // To have the decoder throw would cost many times as much, for a good line as well.
  if (text.includes(REPLACEMENT) && !isUtf8(line)) return { kind: "malformed", code: "malformed", text: "not UTF-8" };
  return decodeClientFrame(text);
}

function tooLong(bytes: number): Malformed {
  const text = `a frame has at most ${count(LIMITS.frameBytes)} bytes, this one had ${count(bytes)}`;
  return { kind: "malformed", code: "too_long", text };
}
