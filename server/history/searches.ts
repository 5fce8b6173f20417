/**
 * Searches under way.
 *
 * @module
 */
import { setImmediate } from "node:timers";

/** How long a search goes on before something else comes, in milliseconds. */
const TURN_MS = 5;
/** How long a search goes on in all, in milliseconds. Every text of a full room of short messages takes half a second. */
const SEARCH_MS = 2_000;

/** A search: what it does, slice by slice, and what comes of it. */
export interface Search {
  readonly steps: Iterator<void, void>;
  /** @param complete Whether the steps were done to the end. */
  end(complete: boolean): void;
}

/**
 * Does searches in turns.
 *
 * 1. Between two turns come the other searches, and whatever else waits for this thread.
 * 2. Each search is ended once: when its steps are done, when it took too long, or by {@link Searches.close}.
 */
export class Searches {
  readonly #guard: (work: () => void) => void;
  readonly #searchMs: number;
  /** The next turn's first. */
  readonly #waiting: { readonly search: Search; ms: number }[] = [];

  /**
   * @param guard Runs a turn, and knows what to do with what it throws.
   * @param searchMs How long a search goes on in all.
   */
  constructor(guard: (work: () => void) => void, searchMs = SEARCH_MS) {
    this.#guard = guard;
    this.#searchMs = searchMs;
  }

  /** Begins a search; its first turn comes later. */
  begin(search: Search): void {
    this.#waiting.push({ search, ms: 0 });
    if (this.#waiting.length === 1) this.#goOn();
  }

  /** Ends those that are under way. */
  close(): void {
    for (const { search } of this.#waiting.splice(0)) search.end(false);
  }

  #goOn(): void {
    setImmediate(() => this.#guard(() => this.#turn()));
  }

  #turn(): void {
    const next = this.#waiting.shift();
    if (next === undefined) return;
    const began = performance.now();
    let done = false;
    while (!done && performance.now() - began < TURN_MS) done = next.search.steps.next().done === true;
    next.ms += performance.now() - began;
    if (done || next.ms > this.#searchMs) next.search.end(done);
    else this.#waiting.push(next);
    if (this.#waiting.length > 0) this.#goOn();
  }
}
