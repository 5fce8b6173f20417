/**
 * Keeps a log from growing with everything that others do. Pure: the time comes in as an argument.
 *
 * @module
 */

/** Lines of one kind that are written one by one at once. */
const BURST = 50;
/** And then in each second; more are counted. Of all kinds together that is some 50 MB a day, whatever anybody does. */
const PER_SECOND = 1;

/** Counts what is above a rate, each kind for itself. `K` is one of a few kinds, never what somebody chose. */
export class LogMeter<K> {
  readonly #kinds = new Map<K, { left: number; at: number; more: number }>();

  /** Counts an event at the time `now`, in milliseconds; whether it gets a line of its own. */
  count(kind: K, now: number): boolean {
    let state = this.#kinds.get(kind);
    if (!state) this.#kinds.set(kind, state = { left: BURST, at: now, more: 0 });
    state.left = Math.min(BURST, state.left + Math.max(0, now - state.at) * PER_SECOND / 1_000);
    state.at = now;
    // Once some were left out, all are, until these have been told of.
    const isLeftOut = state.more > 0 || state.left < 1;
    if (isLeftOut) state.more++;
    else state.left--;
    return !isLeftOut;
  }

  /** How many of each kind got no line since this was asked last; those that have none are not named. */
  uncounted(): (readonly [kind: K, more: number])[] {
    const all: (readonly [K, number])[] = [];
    for (const [kind, state] of this.#kinds) {
      if (state.more > 0) all.push([kind, state.more]);
      state.more = 0;
    }
    return all;
  }
}
