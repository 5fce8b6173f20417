/// <reference lib="dom" />
/**
 * The key of a window from elsewhere. Each is good once, and the server gives the next one; that outlives the page's being loaded again.
 *
 * @module
 */

const PLACE = "chat-console-key";

/** The next key to use, if there is one. */
export class OwnerKey {
  #key: string | undefined;

  constructor() {
    this.keep(fragment() ?? sessionStorage.getItem(PLACE) ?? undefined);
  }

  /** What is kept; it stays until the server has answered it. */
  get key(): string | undefined {
    return this.#key;
  }

  /** Keeps the next key, or none. */
  keep(key: string | undefined): void {
    this.#key = key;
    if (key === undefined) sessionStorage.removeItem(PLACE);
    else sessionStorage.setItem(PLACE, key);
  }
}

/** The key after the `#` of the page's address, which is then gone from there: it is for nobody who looks on. */
export function fragment(): string | undefined {
  const key = location.hash.slice(1);
  if (key === "") return undefined;
  history.replaceState(null, "", location.pathname);
  return key;
}
