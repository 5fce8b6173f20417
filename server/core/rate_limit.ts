/**
 * How fast one session may be heard. Pure: the time comes in as an argument.
 *
 * @module
 */

/** A token bucket: `burst` at once, then `rate` per second. It delays, and never refuses. */
export class RateLimit {
  readonly #rate: number;
  readonly #burst: number;
  #tokens: number;
  #at = -Infinity;

  constructor(rate: number, burst: number) {
    this.#rate = rate;
    this.#burst = burst;
    this.#tokens = burst;
  }

  /** Counts something at the time `now` and returns for how many milliseconds no more may be read. @param cost In messages. */
  take(now: number, cost = 1): number {
    if (this.#at > -Infinity) this.#tokens = Math.min(this.#burst, this.#tokens + Math.max(0, now - this.#at) * this.#rate / 1000);
    this.#at = Math.max(this.#at, now);
    this.#tokens -= cost;
    return this.#tokens >= 0 ? 0 : -this.#tokens * 1000 / this.#rate;
  }
}
