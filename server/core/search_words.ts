/**
 * What may be searched for. Pure.
 *
 * @module
 */
import { LIMITS } from "../../shared/protocol.ts";
import { byteLength, cleanText, count } from "../../shared/text.ts";
import type { Refusal } from "./room.ts";

/**
 * Why a search is refused: each word costs a look at every message that has the others.
 *
 * @example
 * ```ts
 * import { refuseSearch } from "./search_words.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(refuseSearch("lunch at noon"), undefined);
 * assertEquals(refuseSearch("a ".repeat(33))?.text, "a search has at most 32 words, this one had 33");
 * ```
 */
export function refuseSearch(words: string): Refusal | undefined {
  const bytes = byteLength(words);
  if (bytes > LIMITS.searchBytes) {
    return { code: "text_too_long", text: `a search has at most ${count(LIMITS.searchBytes)} bytes, this one had ${count(bytes)}` };
  }
  const number = cleanText(words).split(/\s+/u).filter((word) => word !== "").length;
  if (number <= LIMITS.searchWords) return undefined;
  return { code: "too_many_words", text: `a search has at most ${LIMITS.searchWords} words, this one had ${count(number)}` };
}
