/**
 * How long a script waits for a server that does not answer: nobody watches it, so it has to come to an end by itself.
 *
 * @module
 */
import type { Clock } from "../clock.ts";

/** In milliseconds. */
export const PATIENCE_MS = 30_000;

/** Runs out when something is waited for 30 s long. */
export class Patience {
  readonly #clock: Clock;
  #since: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#since = clock.now();
  }

  /** The wait begins now, or something came and it begins anew. */
  renew(): void {
    this.#since = this.#clock.now();
  }

  /** Resolves when it has run out, or `over` is aborted. @param waiting Whether anything is waited for. */
  async runsOut(waiting: () => boolean, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const left = waiting() ? this.#since + PATIENCE_MS - this.#clock.now() : PATIENCE_MS;
      if (left <= 0) return;
      await this.#clock.sleep(left, over);
    }
  }
}
