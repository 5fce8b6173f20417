/**
 * What a search looks for: every word as a whole, whatever its case and accents, and whatever characters it has.
 *
 * @module
 */
import { cleanText } from "../../shared/text.ts";

/** Scripts that put no spaces between words; there, and among symbols, each character counts as a word. */
const UNSPACED = String
  .raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}`;
const CHARACTER_WORD = new RegExp(String.raw`[${UNSPACED}\p{So}\p{Extended_Pictographic}]`, "gu");
/** What a word goes on with. */
const LETTER = String.raw`[[\p{L}\p{N}]--[${UNSPACED}]]`;
const STARTS_WITH_LETTER = new RegExp(`^${LETTER}`, "v");
const ENDS_WITH_LETTER = new RegExp(`${LETTER}$`, "v");
/** SQLite takes some of these for letters, such as the colours of skin. */
const NO_LETTER = /[^\p{L}\p{N}]+/gu;
const ASCII = /^[\0-\x7f]*$/;

/** The words that were asked for, each once, folded, and clean as the texts are: SQLite would end the query at a NUL. */
export function wordsOf(query: string): string[] {
  return [...new Set(foldText(cleanText(query)).split(/\s+/u))].filter((word) => word !== "");
}

/**
 * A test for texts that have every one of the words, as {@link wordsOf} gives them.
 *
 * @example
 * ```ts
 * import { hasWords, wordsOf } from "./words.ts";
 * import { assert } from "@std/assert";
 *
 * const matches = hasWords(wordsOf("cafe C++"));
 * assert(matches("At the Café: c++!"));
 * assert(!matches("cafeteria c++"));
 * ```
 */
export function hasWords(words: readonly string[]): (text: string) => boolean {
  const patterns = words.map((word) => ({ word, whole: pattern(word) }));
  return (text) => {
    const folded = foldText(text);
    // Without the first, a long word takes as many looks at a long text as it has characters.
    return patterns.every(({ word, whole }) => folded.includes(word) && whole.test(folded));
  };
}

/** A text as the word index takes it: folded, and split where it has no spaces. Change it only with a migration that empties the index. */
export function indexed(text: string): string {
  const folded = foldText(text);
  if (ASCII.test(folded)) return folded;
  // In letters and digits, since SQLite knows neither the newest characters nor symbols as parts of words.
  return folded.replace(CHARACTER_WORD, (c) => ` u${c.codePointAt(0)?.toString(16)} `).replace(NO_LETTER, " ");
}

function foldText(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return text.normalize("NFKD").replace(/\p{M}+/gu, "").toLowerCase();
}

function pattern(word: string): RegExp {
  const escaped = word.replace(/[\\^$.*+?()[\]{}|/&\-!#%,:;<=>@`~]/g, (c) => `\\u{${c.codePointAt(0)?.toString(16)}}`);
  const before = STARTS_WITH_LETTER.test(word) ? `(?<!${LETTER})` : "";
  const after = ENDS_WITH_LETTER.test(word) ? `(?!${LETTER})` : "";
  return new RegExp(before + escaped + after, "v");
}
