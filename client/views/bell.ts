/**
 * The terminal's bell, rung with restraint.
 *
 * @module
 */
import type { Clock } from "../clock.ts";

/** The shortest time between two rings, in milliseconds. */
const APART_MS = 5_000;

/** Rings at most once in 5 s. */
export class Bell {
  readonly #clock: Clock;
  #rungAt = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What to write to ring; nothing where it has just rung. */
  ring(): string {
    const now = this.#clock.now();
    if (now - this.#rungAt < APART_MS) return "";
    this.#rungAt = now;
    return "\x07";
  }
}
