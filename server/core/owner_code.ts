/**
 * The code that makes somebody the owner. Pure: the time comes in as an argument.
 *
 * @module
 */

/** Wrong codes that one address may try in {@link WINDOW_MS}. */
const TRIES = 5;
const WINDOW_MS = 60_000;
/** Addresses whose tries are counted. */
const ADDRESSES = 10_000;

/** Good once. What is compared are hashes, and always all of them, so that the time tells nothing. */
export class OwnerCode {
  #hash: string | undefined;
  readonly #tries = new Map<string, { count: number; readonly since: number }>();

  /** @param hash The hash of the code; `undefined` where there is none to redeem. */
  constructor(hash: string | undefined) {
    this.#hash = hash;
  }

  /** Whether there is a code to redeem. */
  get isOpen(): boolean {
    return this.#hash !== undefined;
  }

  /** Takes the code, which is worth nothing from then on; returns how to take that back. Otherwise: what is wrong. @param address Who tries. */
  redeem(hash: string, address: string, now: number): { readonly takeBack: () => void } | "wrong" | { readonly retryMs: number } {
    const before = this.#tries.get(address);
    const tries = before && now - before.since < WINDOW_MS ? before : { count: 0, since: now };
    if (tries.count >= TRIES) return { retryMs: tries.since + WINDOW_MS - now };
    const code = this.#hash;
    if (code !== undefined && isSame(code, hash)) {
      this.#hash = undefined;
      return { takeBack: () => this.#hash = code };
    }
    tries.count++;
    this.#tries.delete(address);
    this.#tries.set(address, tries);
    const [oldest] = this.#tries.keys();
    if (this.#tries.size > ADDRESSES) this.#tries.delete(oldest);
    return "wrong";
  }
}

function isSame(one: string, other: string): boolean {
  let differences = one.length ^ other.length;
  for (let i = 0; i < one.length; i++) differences |= one.charCodeAt(i) ^ other.charCodeAt(i % Math.max(1, other.length));
  return differences === 0;
}
