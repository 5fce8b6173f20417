/**
 * Where somebody is spoken to.
 *
 * @module
 */

import type { Entry } from "../shared/protocol.ts";

/** Whether an entry by somebody else is for us: it speaks to us, or to everybody. @param mention Finds our nick; made by {@link mentionOf}. */
export function isForUs({ type, text }: Entry, mention: RegExp): boolean {
  return type === "announcement" || type === "said" && text.search(mention) !== -1;
}

/**
 * Finds `nick` in a text where it stands as a word of its own, in any case, with the `@` before it if there is one.
 *
 * @example
 * ```ts
 * import { mentionOf } from "./mentions.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(["Bob: hi", "ask @bob.", "bobby", "a bob-sled"].map((text) => text.search(mentionOf("bob"))), [0, 4, -1, -1]);
 * ```
 */
export function mentionOf(nick: string): RegExp {
  // With the flag u nothing else may be escaped, a hyphen neither.
  const word = nick.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  return new RegExp(`(?<![\\p{L}\\p{N}_-])@?${word}(?![\\p{L}\\p{N}_-])`, "giu");
}
