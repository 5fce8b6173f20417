/**
 * What was said and not answered yet.
 *
 * @module
 */
import { encodeFrame } from "../shared/codec.ts";
import { LIMITS, type Say } from "../shared/protocol.ts";
import { byteLength, plural } from "../shared/text.ts";

/** The most that are kept: more than a person writes while a server is away. */
const MOST = 10_000;

/** A request that can be told apart from all others. */
export type SayWithRef = Say & { readonly ref: string };

/** A message that was never sent, and why. */
export interface NotSent {
  readonly kind: "not_sent";
  readonly text: string;
}

/** Keeps what has no answer for the time after us. */
export interface Keeper {
  /** What was left by those before us, in order. */
  readonly unsent: readonly SayWithRef[];
  /** Something is about to be sent. */
  said(say: SayWithRef): void;
  /** It has its answer. */
  answered(ref: string): void;
}

/** Requests in the order they were made, until each is answered. */
export class Unacknowledged implements Iterable<SayWithRef> {
  readonly #keeper: Keeper | undefined;
  readonly #says: Map<string, SayWithRef>;
  #closed = false;
  #changed: PromiseWithResolvers<void> | undefined;

  constructor(keeper?: Keeper) {
    this.#keeper = keeper;
    this.#says = new Map(keeper?.unsent.map((say) => [say.ref, say]));
  }

  get size(): number {
    return this.#says.size;
  }

  /** Keeps a request, or says why it cannot be sent at all. */
  add(say: SayWithRef): SayWithRef | NotSent {
    if (this.#says.size >= MOST) return notSent(`${plural(MOST, "message")} wait to be sent; that is the most that are kept`);
    if (this.#says.has(say.ref)) return notSent("this ref is waiting for its answer");
    // A longer frame would cost us the connection, again and again.
    if (byteLength(encodeFrame(say)) > LIMITS.frameBytes) return notSent(`a message has at most ${LIMITS.textBytes} bytes`);
    this.#keeper?.said(say);
    this.#says.set(say.ref, say);
    return say;
  }

  get(ref: string): SayWithRef | undefined {
    return this.#says.get(ref);
  }

  /** Takes out what has its answer; false when it was not waiting for one. */
  settle(ref: string): boolean {
    const settled = this.#says.delete(ref);
    if (settled) {
      this.#keeper?.answered(ref);
      this.#wake();
    }
    return settled;
  }

  /** Resolves when fewer than `count` are waiting, or none will be answered any more. */
  async below(count: number): Promise<void> {
    while (this.#says.size >= count && !this.#closed) {
      this.#changed ??= Promise.withResolvers();
      await this.#changed.promise;
    }
  }

  /** No further answer will come. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  [Symbol.iterator](): Iterator<SayWithRef> {
    return this.#says.values();
  }

  #wake(): void {
    this.#changed?.resolve();
    this.#changed = undefined;
  }
}

function notSent(text: string): NotSent {
  return { kind: "not_sent", text };
}
