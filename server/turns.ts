/**
 * Shares out the event loop's turns among the connections that have something to write.
 *
 * @module
 */
import { setImmediate } from "node:timers";

/** Socket writes in one turn. The runtime yields after 128 operations in a turn, whatever they are; staying below keeps every turn short. */
const WRITES_PER_TURN = 100;

/** Something that starts at most one write when its turn has come. */
export interface Writer {
  write(): void;
  /** Ends it: its turn threw. The others' turns come all the same. */
  fail(fault: unknown): void;
}

/** A queue of writers. Each stands in it at most once at a time; that is the writers' business. */
export class Turns {
  /** When the turn under way began, on the clock of `performance.now()`: asked for once, not for each write. */
  now = performance.now();
  #ready: Writer[] = [];
  #scheduled = false;

  /** Gives a writer a turn soon, after those that came before. */
  add(writer: Writer): void {
    this.#ready.push(writer);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#run);
  }

  readonly #run = (): void => {
    const writers = this.#ready.length > WRITES_PER_TURN ? this.#ready.splice(0, WRITES_PER_TURN) : this.#ready;
    if (writers === this.#ready) this.#ready = [];
    this.now = performance.now();
    for (const writer of writers) {
      try {
        writer.write();
      } catch (fault) {
        writer.fail(fault);
      }
    }
    this.#scheduled = this.#ready.length > 0;
    if (this.#scheduled) setImmediate(this.#run);
  };
}
