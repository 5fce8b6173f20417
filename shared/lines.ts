/**
 * Bytes to lines, with a limit: whatever a peer sends, at most one line's worth of it is held.
 *
 * `TextLineStream` is for trusted sources: it keeps every byte until a line feed comes.
 *
 * @module
 */
import { LIMITS } from "./protocol.ts";

const LF = 10;
const CR = 13;

/** A line that was longer than the limit. Its bytes were dropped as they came. */
export interface Overlong {
  /** How long it was, in bytes. */
  readonly overlong: number;
}

/** A line's bytes without its line feed and without one carriage return before that; or what is left of one that was too long. */
export type Line = Uint8Array | Overlong;

/**
 * Splits bytes into lines.
 *
 * 1. However the bytes are cut into chunks, the lines are the same.
 * 2. A line of exactly `limit` bytes is a line; one more and it is {@link Overlong}, said once, when it ends.
 * 3. Holds at most `limit` + 1 bytes between two chunks.
 * 4. A line is cut out when it is asked for: 64 KiB can be 65,536 of them, and whoever sent them may be heard slowly, or no further.
 *
 * @example
 * ```ts
 * import { LineSplitter } from "./lines.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const splitter = new LineSplitter(5);
 * const text = (line: unknown) => line instanceof Uint8Array ? new TextDecoder().decode(line) : line;
 * const lines = splitter.push(new TextEncoder().encode("bob\r\nhello\nworld!\nby"));
 * assertEquals(Array.from(lines, text), ["bob", "hello", { overlong: 6 }]);
 * assertEquals(text(splitter.end()), "by");
 * ```
 */
export class LineSplitter {
  /** The longest line allowed, in bytes. */
  readonly limit: number;
  /** The beginning of the line under way, or, when it is too long already, nothing. */
  #held = new Uint8Array(0);
  /** How many bytes of the line under way have come. */
  #length = 0;
  #lastByte = -1;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** The bytes of the line under way so far, whether held or dropped. */
  get pending(): number {
    return this.#length;
  }

  /** Whether so much came without a line feed that the peer speaks no lines at all. */
  get runaway(): boolean {
    return this.#length > LIMITS.runawayBytes;
  }

  /** The lines that end within `chunk`. They may be views of it: take them all, and use them, before it is overwritten and before the next chunk. */
  *push(chunk: Uint8Array): Generator<Line, void> {
    let start = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
      const piece = chunk.subarray(start, end);
      start = end + 1;
      yield this.#length === 0 ? this.#cut(piece) : this.#join(piece);
    }
    if (start < chunk.length) this.#hold(chunk.subarray(start));
  }

  /** What came after the last line feed, when the input ends cleanly; `undefined` when nothing did. */
  end(): Line | undefined {
    return this.#length === 0 ? undefined : this.#join(new Uint8Array(0));
  }

  /** A whole line in one piece. */
  #cut(line: Uint8Array): Line {
    const length = line.length - (line[line.length - 1] === CR ? 1 : 0);
    return length > this.limit ? { overlong: length } : line.subarray(0, length);
  }

  /** The line under way, with its last piece. */
  #join(piece: Uint8Array): Line {
    this.#hold(piece);
    const length = this.#length - (this.#lastByte === CR ? 1 : 0);
    const line = length > this.limit ? { overlong: length } : this.#held.subarray(0, length);
    this.#held = new Uint8Array(0);
    this.#length = 0;
    this.#lastByte = -1;
    return line;
  }

  #hold(piece: Uint8Array): void {
    if (piece.length === 0) return;
    const before = this.#length;
    this.#length += piece.length;
    this.#lastByte = piece[piece.length - 1];
    // One byte above the limit, for the carriage return that does not count.
    if (this.#length > this.limit + 1) {
      this.#held = new Uint8Array(0);
      return;
    }
    const held = new Uint8Array(this.#length);
    held.set(this.#held.subarray(0, before));
    held.set(piece, before);
    this.#held = held;
  }
}
