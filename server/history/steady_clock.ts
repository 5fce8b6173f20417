/**
 * A clock that can be trusted with what cannot be undone. Pure: the clocks are arguments.
 *
 * @module
 */

/** How long the clock on the wall has to run evenly before it counts, in milliseconds: by then whoever set it wrong, or whatever sets it right, has. */
const STEADY_MS = 60 * 60_000;
/** By how much the two clocks may part between two looks, in milliseconds. */
const JUMP_MS = 60_000;

/** The time on the wall, once it has kept step with a clock that never jumps for an hour; before that it is 0, and nothing is old. */
export class SteadyClock {
  readonly #wall: () => number;
  readonly #monotonic: () => number;
  #offset: number;
  #since: number;

  /** @param wall Milliseconds since 1970. @param monotonic Milliseconds on a clock that never jumps. */
  constructor(wall: () => number, monotonic: () => number) {
    this.#wall = wall;
    this.#monotonic = monotonic;
    this.#since = monotonic();
    this.#offset = wall() - this.#since;
  }

  /** Milliseconds since 1970, or 0. Look at least once before you go by it: a jump is noticed at the next look. */
  readonly now = (): number => {
    const [wall, monotonic] = [this.#wall(), this.#monotonic()];
    const offset = wall - monotonic;
    if (Math.abs(offset - this.#offset) > JUMP_MS) this.#since = monotonic;
    this.#offset = offset;
    return monotonic - this.#since < STEADY_MS ? 0 : wall;
  };
}
