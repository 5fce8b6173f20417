/**
 * Bounds how much of one kind of work is under way.
 *
 * @module
 */

/**
 * Lets so many through at a time; the others wait, in the order they came.
 *
 * @example
 * ```ts
 * import { Semaphore } from "./semaphore.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const semaphore = new Semaphore(1);
 * const done: number[] = [];
 * const work = (n: number) => () => Promise.resolve().then(() => done.push(n));
 * await Promise.all([semaphore.pass(work(1)), semaphore.pass(work(2))]);
 * assertEquals(done, [1, 2]);
 * ```
 */
export class Semaphore {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #inside = 0;

  /** @param most How many are inside at a time. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Begins `work` when there is room for it, and settles as it does. */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inside < this.#most) this.#inside++;
    // Whoever leaves hands its place on.
    else await new Promise<void>((enter) => this.#waiting.push(enter));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#inside--;
    }
  }
}
