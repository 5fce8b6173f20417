/**
 * The frames meant for one connection alone: answers, greetings, farewells.
 *
 * @module
 */

/** Bytes of answers a connection may leave unread. */
export const OUTBOX_BYTES = 256 * 1024;

const encoder = new TextEncoder();

/**
 * A byte-bounded queue that never waits.
 *
 * 1. Offers of at most {@link OUTBOX_BYTES} in all are taken; one more byte and the offer is not.
 * 2. Taking empties it: one write however many answers there are.
 */
export class Outbox {
  #texts: string[] = [];
  #bytes = 0;

  /** How many bytes wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether so much waits that no more should be asked for. */
  get congested(): boolean {
    return this.#bytes > OUTBOX_BYTES / 2;
  }

  /** Queues a text; false when there is no room for it. */
  offer(text: string): boolean {
    const bytes = encoder.encode(text).length;
    if (this.#bytes + bytes > OUTBOX_BYTES) return false;
    this.#texts.push(text);
    this.#bytes += bytes;
    return true;
  }

  /** Everything that waits, in order; `undefined` when nothing does. */
  take(): Uint8Array | undefined {
    if (this.#texts.length === 0) return undefined;
    const bytes = encoder.encode(this.#texts.join(""));
    this.#texts = [];
    this.#bytes = 0;
    return bytes;
  }
}
