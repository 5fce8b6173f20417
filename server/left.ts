/**
 * What is left to write of the rooms that a peer has gone from.
 *
 * @module
 */
import { LIMITS } from "../shared/protocol.ts";
import type { Broadcast, Reading } from "./broadcast.ts";
import { EncodedTail, type Position, SEGMENT_BYTES } from "./encoded_tail.ts";

/** Bytes that are kept of all of them together: no more than a write that is under way holds. */
const KEPT_BYTES = SEGMENT_BYTES;

/** What is left of one room: bytes to write, or a reading whose rest the history has. */
type Rest = Uint8Array | readonly [Broadcast, Reading];

/** A rest as it is kept. */
interface Kept {
  /** As long as nothing was deleted in the room since; `undefined` where there was no place for it. */
  readonly bytes: Uint8Array | undefined;
  readonly deletions: number;
  readonly reading: readonly [Broadcast, Reading];
}

/**
 * What was published before a peer left, in the order it left. None of it holds a room's tail, which is nobody's when all have left.
 *
 * 1. Up to {@link KEPT_BYTES} are kept as they are; the rest of a room that would go beyond that, or where something was deleted since, is read from
 *    history when its turn comes.
 * 2. It is full with as many rooms as one can be in: whoever goes on joining and leaving waits until some of it is written.
 */
export class Left {
  readonly #rests: Kept[] = [];
  #bytes = 0;

  /** What comes next. */
  get first(): Rest | undefined {
    if (this.#rests.length === 0) return undefined;
    const [{ bytes, deletions, reading }] = this.#rests;
    return bytes !== undefined && deletions === reading[0].deletions ? bytes : reading;
  }

  get isFull(): boolean {
    return this.#rests.length >= LIMITS.roomsPerSession;
  }

  /** Takes what is left to read up to where it left. */
  add(broadcast: Broadcast, reading: Reading & { readonly until: Position }): void {
    const bytes = reading.backlog ? undefined : unread(reading, KEPT_BYTES - this.#bytes);
    if (bytes?.length === 0) return;
    reading.tail = EncodedTail.at(reading.until, reading.reader.connection.codec);
    this.#bytes += bytes?.length ?? 0;
    this.#rests.push({ bytes, deletions: broadcast.deletions, reading: [broadcast, reading] });
  }

  /** The first is done with. */
  shift(): void {
    this.#bytes -= this.#rests.shift()?.bytes?.length ?? 0;
  }

  /** Nobody waits for it any more. */
  clear(): void {
    this.#rests.length = 0;
    this.#bytes = 0;
  }
}

/** A copy of what the tail has for a reader; `undefined` where it has not all of that any more, or that is more than `most`. */
function unread({ tail, position, until, reader }: Reading & { readonly until: Position }, most: number): Uint8Array | undefined {
  if (position.offset >= until.offset) return new Uint8Array();
  if (until.offset - position.offset > most) return undefined;
  const pieces: Uint8Array[] = [];
  for (let at = position;;) {
    const piece = tail.read(at, until.offset, reader.session);
    if (piece === "gone") return undefined;
    if (piece === undefined) break;
    pieces.push(piece.bytes);
    at = piece.next;
  }
  const bytes = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  pieces.reduce((at, piece) => (bytes.set(piece, at), at + piece.length), 0);
  return bytes;
}
