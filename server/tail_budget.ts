/**
 * How much memory all tails have together.
 *
 * @module
 */

/** Bytes of the segments of all rooms' tails. One busy room needs 4 MiB for each codec; a flood of a thousand rooms is not given that. */
export const BUDGET_BYTES = 64 * 1024 * 1024;

/** Something that takes of the budget. */
export interface Spender {
  /** Gives back its oldest part; false when it has nothing to spare. */
  dropOldest(): boolean;
}

/** Bounds what all tails keep. Who read what is dropped is refilled from history. */
export class TailBudget {
  readonly #most: number;
  /** What each has taken; who took last is last. */
  readonly #taken = new Map<Spender, number>();
  #bytes = 0;

  /** @param most Bytes in all, but that each spender keeps its newest part. */
  constructor(most = BUDGET_BYTES) {
    this.#most = most;
  }

  /** Bytes taken in all. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Notes that so many bytes more are taken. */
  take(spender: Spender, bytes: number): void {
    const taken = (this.#taken.get(spender) ?? 0) + bytes;
    this.#taken.delete(spender);
    this.#taken.set(spender, taken);
    this.#bytes += bytes;
  }

  /** Notes that so many bytes were given back. */
  drop(spender: Spender, bytes: number): void {
    const left = this.#taken.get(spender)! - bytes;
    if (left > 0) this.#taken.set(spender, left);
    else this.#taken.delete(spender);
    this.#bytes -= bytes;
  }

  /** Has the oldest parts of those dropped who took nothing for longest, as far as the budget asks for that. */
  keep(): void {
    for (const spender of this.#taken.keys()) {
      while (this.#bytes > this.#most && spender.dropOldest());
      if (this.#bytes <= this.#most) return;
    }
  }
}
