/**
 * Lines as frames of a WebSocket (RFC 6455, section 5.2), as a server sends them: unmasked, and so the same for everybody.
 *
 * @module
 */

/** Bytes of lines in one frame: what two bytes of length can say. */
export const FRAME_BYTES = 0xffff;
/** The longest length that stands in the header's second byte. */
const SHORT = 125;
const LF = 10;

const FIN = 0x80;
export const OPCODE = { continuation: 0, text: 1, close: 8, pong: 10 } as const;

/** A frame, ready to be written. */
export interface Frame {
  readonly bytes: Uint8Array;
  /** How many of the bytes are header. */
  readonly header: number;
  /** Whether the message ends with it. */
  readonly ends: boolean;
}

/**
 * Makes text frames of lines. Everybody in a room is sent the same bytes: while they are asked for by one after the other, they are made once.
 *
 * A frame is a whole message of whole lines; a line that is too long for one goes out in fragments.
 */
export class MessageFramer {
  #lines: Uint8Array = new Uint8Array(0);
  #frame: Frame | undefined;

  /** The next frame of `lines`, which never change. @param begun Whether the message has begun, and goes on. */
  frame(lines: Uint8Array, begun: boolean): Frame {
    if (begun) return text(lines, OPCODE.continuation);
    if (!this.#frame || !isSame(this.#lines, lines)) {
      this.#lines = lines;
      this.#frame = text(lines, OPCODE.text);
    }
    return this.#frame;
  }
}

/**
 * A frame that ends its message.
 *
 * @example
 * ```ts
 * import { lastFrame, OPCODE } from "./message_frame.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([...lastFrame(OPCODE.close, Uint8Array.of(3, 232))], [0x88, 2, 3, 232]);
 * ```
 */
export function lastFrame(opcode: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  return withHeader(FIN | opcode, payload);
}

function text(lines: Uint8Array, opcode: number): Frame {
  const whole = lines.length <= FRAME_BYTES ? lines.length : lines.lastIndexOf(LF, FRAME_BYTES - 1) + 1;
  const ends = whole > 0;
  const payload = lines.subarray(0, ends ? whole : FRAME_BYTES);
  const bytes = withHeader(ends ? FIN | opcode : opcode, payload);
  return { bytes, header: bytes.length - payload.length, ends };
}

function withHeader(first: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const { length } = payload;
  const header = length <= SHORT ? [first, length] : [first, SHORT + 1, length >> 8, length & 0xff];
  const bytes = new Uint8Array(header.length + length);
  bytes.set(header);
  bytes.set(payload, header.length);
  return bytes;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.buffer === other.buffer && one.byteOffset === other.byteOffset && one.length === other.length;
}
