/**
 * The frames meant for one connection alone: answers, greetings, farewells.
 *
 * @module
 */

/** Bytes of answers a connection may leave unread. */
export const OUTBOX_BYTES = 256 * 1024;
/** Bytes that are taken at once, but for a longer text: what is being written is held besides what waits. */
const TAKEN_BYTES = 64 * 1024;

const encoder = new TextEncoder();

/**
 * A byte-bounded queue that never waits.
 *
 * 1. Offers of at most {@link OUTBOX_BYTES} in all are taken; one more byte and the offer is not.
 * 2. One write however many answers there are, up to 64 KiB; a longer answer is one write.
 */
export class Outbox {
  #texts: { readonly text: string; readonly bytes: number }[] = [];
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
    this.#texts.push({ text, bytes });
    this.#bytes += bytes;
    return true;
  }

  /** Nobody waits for it any more. */
  clear(): void {
    this.#texts = [];
    this.#bytes = 0;
  }

  /** What waits, in order, as far as one write goes; `undefined` when nothing does. */
  take(): Uint8Array | undefined {
    if (this.#texts.length === 0) return undefined;
    let taken = 0;
    const end = this.#texts.findIndex(({ bytes }, index) => (taken += bytes) > TAKEN_BYTES && index > 0);
    const texts = this.#texts.splice(0, end === -1 ? this.#texts.length : end);
    const bytes = encoder.encode(texts.map(({ text }) => text).join(""));
    this.#bytes -= bytes.length;
    return bytes;
  }
}
