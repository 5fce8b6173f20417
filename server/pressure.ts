/**
 * Slows a flood to the readers that move.
 *
 * @module
 */

/** The longest that a sender is held up at a time, in milliseconds. */
const HOLD_MS = 50;
/** How long a reader may take nothing before it counts no more, in milliseconds: one that reads may be busy for a moment. */
const STILL_MS = 250;

/**
 * Which readers of a room take bytes and are far behind all the same.
 *
 * 1. While there is one, {@link wait} returns a promise; it settles when there is none, or after 50 ms.
 * 2. A reader that has taken nothing for 250 ms never counts: it delays nobody.
 */
export class Pressure {
  readonly #now: () => number;
  /** When each reader that is far behind last took something. */
  readonly #behind = new Map<object, number>();
  #waiting: { promise: Promise<void>; release: () => void } | undefined;

  /** @param now A monotonic clock, in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** A reader is far behind, and took something last at `moved`. */
  behind(reader: object, moved: number): void {
    if (moved >= this.#now() - STILL_MS) this.#behind.set(reader, moved);
  }

  /** A reader is not far behind any more, or is gone. */
  caughtUp(reader: object): void {
    if (this.#behind.delete(reader) && this.#behind.size === 0) this.#waiting?.release();
  }

  /** What a sender waits for before it is read again; `undefined` when for nothing. */
  wait(): Promise<void> | undefined {
    if (this.#behind.size === 0) return undefined;
    this.#waiting ??= this.#hold();
    return this.#waiting.promise;
  }

  #hold(): { promise: Promise<void>; release: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const release = () => {
      clearTimeout(timer);
      this.#waiting = undefined;
      resolve();
    };
    const timer = setTimeout(() => {
      const since = this.#now() - STILL_MS;
      for (const [reader, moved] of this.#behind) if (moved < since) this.#behind.delete(reader);
      release();
    }, HOLD_MS);
    return { promise, release };
  }
}
