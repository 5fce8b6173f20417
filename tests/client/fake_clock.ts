/**
 * A clock that tests wind.
 *
 * @module
 */
import type { Clock } from "../../client/clock.ts";

interface Sleeper {
  readonly ms: number;
  readonly until: number;
  readonly wake: () => void;
}

/** Stands still until told otherwise; sleeps up to `skip` ms are over at once. */
export class FakeClock implements Clock {
  /** Every sleep that was skipped. */
  readonly skipped: number[] = [];
  readonly #skip: number;
  readonly #sleepers = new Set<Sleeper>();
  #now = 0;
  #arrival = Promise.withResolvers<void>();

  constructor({ skip = 0 }: { readonly skip?: number } = {}) {
    this.#skip = skip;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    if (ms <= this.#skip) {
      this.skipped.push(ms);
      this.#now += ms;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const sleeper = { ms, until: this.#now + ms, wake };
      const sleepers = this.#sleepers;
      sleepers.add(sleeper);
      signal?.addEventListener("abort", wake);
      this.#arrival.resolve();
      this.#arrival = Promise.withResolvers();
      function wake(): void {
        sleepers.delete(sleeper);
        signal?.removeEventListener("abort", wake);
        resolve();
      }
    });
  }

  /** How many sleep for `ms`. */
  sleeping(ms: number): number {
    return [...this.#sleepers].filter((sleeper) => sleeper.ms === ms).length;
  }

  /** Waits until somebody has begun now to sleep for `ms`. */
  async asleep(ms: number): Promise<void> {
    const until = this.#now + ms;
    while (![...this.#sleepers].some((sleeper) => sleeper.ms === ms && sleeper.until === until)) await this.#arrival.promise;
  }

  /** Waits for somebody who sleeps until `ms` from now, whenever that began, then lets that time pass. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    while (![...this.#sleepers].some((sleeper) => sleeper.until === until)) await this.#arrival.promise;
    this.#now = until;
    for (const sleeper of [...this.#sleepers]) if (sleeper.until <= this.#now) sleeper.wake();
  }
}
