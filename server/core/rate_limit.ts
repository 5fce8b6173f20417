/**
 * How fast one session may be heard. Pure: the time comes in as an argument.
 *
 * @module
 */

/** A token bucket: `burst` at once, then `rate` per second. It tells how long to wait, and leaves it to others what to make of that. */
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
    this.#fill(now);
    this.#tokens -= cost;
    return this.#tokens >= 0 ? 0 : -this.#tokens * 1000 / this.#rate;
  }

  /** Returns in how many milliseconds from the time `now` one more is due; 0 where it is. It counts nothing. */
  wait(now: number): number {
    this.#fill(now);
    return this.#tokens >= 1 ? 0 : (1 - this.#tokens) * 1000 / this.#rate;
  }

  #fill(now: number): void {
    if (this.#at > -Infinity) this.#tokens = Math.min(this.#burst, this.#tokens + Math.max(0, now - this.#at) * this.#rate / 1000);
    this.#at = Math.max(this.#at, now);
  }
}
