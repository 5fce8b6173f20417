/**
 * Lets a few through at a time, and few wait.
 *
 * @module
 */

/** What is done at a time. Each takes a core for a tenth of a second and 32 MiB. */
const ABREAST = 2;
/** Who may wait. */
const MOST_WAITING = 128;

interface Waiting {
  readonly who: string;
  readonly enter: () => void;
}

/** A queue: two are inside at a time, and of one kind one, so that nobody keeps it busy alone. */
export class Turnstile {
  readonly #inside = new Set<string>();
  readonly #waiting = new Set<Waiting>();

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Does `work` when its turn has come.
   *
   * @param who One of a kind is inside at a time. @param over Gives up the place in the queue when aborted.
   * @return What the work returned; `"full"` where too many wait; `"over"` when `over` was aborted before it began.
   */
  async pass<T>(who: string, over: AbortSignal, work: () => Promise<T>): Promise<T | "full" | "over"> {
    if (over.aborted) return "over";
    if (this.#hasRoom(who)) this.#inside.add(who);
    else if (this.#waiting.size >= MOST_WAITING) return "full";
    else if (!await this.#turn(who, over)) return "over";
    try {
      return await work();
    } finally {
      this.#inside.delete(who);
      this.#letIn();
    }
  }

  async #turn(who: string, over: AbortSignal): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const waiting = { who, enter: () => resolve(true) };
    const giveUp = () => {
      if (this.#waiting.delete(waiting)) resolve(false);
    };
    this.#waiting.add(waiting);
    over.addEventListener("abort", giveUp);
    const entered = await promise;
    over.removeEventListener("abort", giveUp);
    return entered;
  }

  #letIn(): void {
    for (const waiting of this.#waiting) {
      if (!this.#hasRoom(waiting.who)) continue;
      this.#waiting.delete(waiting);
      this.#inside.add(waiting.who);
      waiting.enter();
    }
  }

  #hasRoom(who: string): boolean {
    return this.#inside.size < ABREAST && !this.#inside.has(who);
  }
}
