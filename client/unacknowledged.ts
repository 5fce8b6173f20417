/**
 * What was said and not answered yet.
 *
 * @module
 */
import type { Say } from "../shared/protocol.ts";

/** A request that can be told apart from all others. */
export type SayWithRef = Say & { readonly ref: string };

/** Requests in the order they were made, until each is answered. */
export class Unacknowledged implements Iterable<SayWithRef> {
  readonly #says = new Map<string, SayWithRef>();
  #closed = false;
  #changed: PromiseWithResolvers<void> | undefined;

  get size(): number {
    return this.#says.size;
  }

  has(ref: string): boolean {
    return this.#says.has(ref);
  }

  add(say: SayWithRef): void {
    this.#says.set(say.ref, say);
  }

  /** Takes out what has its answer; false when it was not waiting for one. */
  settle(ref: string): boolean {
    const settled = this.#says.delete(ref);
    if (settled) this.#wake();
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
