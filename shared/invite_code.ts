/**
 * The codes of invites: short enough to be read out, long enough that nobody guesses one. Pure.
 *
 * @module
 */

/** Crockford's base 32: no I, L, O or U, which are taken for others. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 16;

/** Random bytes that a code takes; five bits of each are used. */
export const CODE_BYTES = LENGTH;

/** A code of 80 random bits. @param random As many random bytes as {@link CODE_BYTES}. */
export function inviteCode(random: Uint8Array): string {
  return Array.from(random.subarray(0, LENGTH), (byte, i) => (i > 0 && i % 4 === 0 ? "-" : "") + ALPHABET[byte % 32]).join("");
}

/**
 * A code as it is compared, however it was written; `undefined` when it is none.
 *
 * @example
 * ```ts
 * import { readInviteCode } from "./invite_code.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(readInviteCode("abcd-efgh jkmn-0i1o"), "ABCDEFGHJKMN0110");
 * assertEquals(readInviteCode("abcd"), undefined);
 * ```
 */
export function readInviteCode(text: string): string | undefined {
  const code = text.toUpperCase().replaceAll(/[\s-]/g, "").replaceAll("O", "0").replaceAll(/[IL]/g, "1");
  return code.length === LENGTH && [...code].every((letter) => ALPHABET.includes(letter)) ? code : undefined;
}
