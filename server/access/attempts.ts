/**
 * Who has given wrong passwords, and how long they wait for it. Pure: the time comes in as an argument.
 *
 * @module
 */

/** After this long without another wrong one an address begins anew, in milliseconds. */
const FORGOTTEN_MS = 15 * 60_000;
const LONGEST_MS = 60_000;
/** Addresses that are remembered; of more, those that failed longest ago are forgotten. */
const MOST = 10_000;

interface Failures {
  readonly count: number;
  /** When the last one was. */
  readonly at: number;
}

/**
 * Wrong passwords by address. The first costs nothing, each after it twice as long as the one before: 1 s, 2 s, 4 s, up to a minute.
 *
 * A right one takes nothing back: whoever may come in could otherwise go on guessing in between, or let a neighbour.
 */
export class Attempts {
  readonly #failures = new Map<string, Failures>();

  /** How many addresses are remembered. */
  get size(): number {
    return this.#failures.size;
  }

  /** For how many milliseconds from `now` nothing is checked that comes from `who`. */
  wait(who: string, now: number): number {
    const failures = this.#recent(who, now);
    return failures === undefined ? 0 : Math.max(0, failures.at + delayAfter(failures.count) - now);
  }

  /** Notes a wrong password. */
  failed(who: string, now: number): void {
    const count = (this.#recent(who, now)?.count ?? 0) + 1;
    // The order is that of their last failures.
    this.#failures.delete(who);
    this.#failures.set(who, { count, at: now });
    if (this.#failures.size <= MOST) return;
    const [oldest] = this.#failures.keys();
    this.#failures.delete(oldest);
  }

  #recent(who: string, now: number): Failures | undefined {
    const failures = this.#failures.get(who);
    return failures === undefined || now - failures.at >= FORGOTTEN_MS ? undefined : failures;
  }
}

function delayAfter(failures: number): number {
  return failures < 2 ? 0 : Math.min(LONGEST_MS, 1_000 * 2 ** (failures - 2));
}
