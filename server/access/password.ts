/**
 * The server's password, kept as what scrypt makes of it.
 *
 * @module
 */
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/**
 * 32 MiB and a tenth of a second: one of the settings of equal strength in OWASP's Password Storage Cheat Sheet. The largest of them takes 128 MiB,
 * which two strangers at a time should not be able to ask for.
 */
const COST = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 } as const;
const BYTES = 32;

/** Makes of a secret what is kept of it, slowly. */
export type Derive = (secret: string, salt: Uint8Array) => Promise<Uint8Array>;

/** Derives by scrypt (RFC 7914), off the event loop. The same letters are the same secret, however a keyboard composes them (RFC 8265). */
export function byScrypt(secret: string, salt: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    scrypt(secret.normalize("NFC"), salt, BYTES, COST, (error, key) => error ? reject(error) : resolve(key));
  });
}

/** A password that can be compared, and not be read. */
export class Password {
  readonly #salt: Uint8Array;
  readonly #key: Uint8Array;
  readonly #derive: Derive;

  private constructor(salt: Uint8Array, key: Uint8Array, derive: Derive) {
    this.#salt = salt;
    this.#key = key;
    this.#derive = derive;
  }

  /** Keeps a password, with a salt of its own. */
  static async of(text: string, derive: Derive = byScrypt): Promise<Password> {
    const salt = randomBytes(16);
    return new Password(salt, await derive(text, salt), derive);
  }

  /** Whether it is this one; tells nothing by the time it takes. */
  async matches(text: string): Promise<boolean> {
    return timingSafeEqual(await this.#derive(text, this.#salt), this.#key);
  }
}
