/**
 * What is said to one server, in the order it was said, also where the server takes a message later only.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import type { SayWithRef, Unacknowledged } from "./unacknowledged.ts";

/** How long to wait with what was refused for now, where the server does not say. */
const RETRY_MS = 5_000;
/** The longest wait that a server may ask for. */
export const LONGEST_RETRY_MS = 60_000;

/** What saying takes. */
export interface SayingOptions {
  readonly unacknowledged: Unacknowledged;
  readonly send: (say: SayWithRef) => void;
  readonly clock: Clock;
  /** Aborted when nothing more can be said. */
  readonly over: AbortSignal;
}

/** The messages of a room that wait: one that was refused for now, and what was said after it. */
interface Delay {
  readonly refs: Set<string>;
  /** Whether it is not time yet to say the oldest again. */
  pausing: boolean;
}

/**
 * Says messages.
 *
 * 1. Each goes out at once, while nothing of its room waits.
 * 2. Of those that wait, the oldest is said again in time, and its answer lets the next one go.
 * 3. Only what has no answer yet waits, in one pause a room, whatever a server says.
 */
export class Saying {
  readonly #options: SayingOptions;
  readonly #rooms = new Map<string, Delay>();

  constructor(options: SayingOptions) {
    this.#options = options;
  }

  say(say: SayWithRef): void {
    const delay = this.#rooms.get(say.room);
    if (delay) delay.refs.add(say.ref);
    else this.#options.send(say);
  }

  /** A message was refused for now. @param ms After how long the server may take it. */
  later(ref: string, ms = RETRY_MS): void {
    const say = this.#options.unacknowledged.get(ref);
    if (say === undefined) return;
    const delay = this.#rooms.get(say.room) ?? { refs: new Set(), pausing: false };
    this.#rooms.set(say.room, delay);
    delay.refs.add(ref);
    if (!delay.pausing) void this.#pause(delay, ms);
  }

  /** A message has its answer. */
  answered(ref: string): void {
    const { unacknowledged } = this.#options;
    const say = unacknowledged.get(ref);
    unacknowledged.settle(ref);
    const delay = say && this.#rooms.get(say.room);
    if (!say || !delay?.refs.delete(ref)) return;
    if (delay.refs.size === 0) this.#rooms.delete(say.room);
    else if (!delay.pausing) this.#sayOldest(delay);
  }

  async #pause(delay: Delay, ms: number): Promise<void> {
    const { clock, over } = this.#options;
    delay.pausing = true;
    await clock.sleep(Math.min(ms, LONGEST_RETRY_MS), over);
    delay.pausing = false;
    if (!over.aborted) this.#sayOldest(delay);
  }

  #sayOldest({ refs }: Delay): void {
    // What was refused last need not have been said last.
    for (const say of this.#options.unacknowledged) if (refs.has(say.ref)) return this.#options.send(say);
  }
}
