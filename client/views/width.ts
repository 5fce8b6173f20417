/**
 * How many columns a text takes in a terminal.
 *
 * `unicodeWidth` of `@std/cli` would be our choice, but the npm package that we have the standard library from is published without its
 * tables (`cli/_data.json`). What is here is smaller, and right for whole graphemes, which that one counts code point by code point.
 *
 * @module
 */
import { graphemesOf } from "../../shared/graphemes.ts";

/** East Asian Wide and Fullwidth, without the emoji, which have a property of their own. */
const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** Above, below or around a letter; those beside it take a column. */
const MARK = /[\p{Mn}\p{Me}]/u;
/** What is not drawn, and vowels and ends of a Hangul syllable, which are drawn into its beginning. */
const NOTHING = /[\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}\u1160-\u11ff]/u;
const EMOJI_STYLE = "\ufe0f";
/** Flags, and emoji that are joined into one. */
const ONE_PICTURE =
  /^(?:\p{Regional_Indicator}{2}|\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?(?:\u200d\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?)+)$/u;
/** Letters, of the scripts most written, that nothing joins to a neighbour of these. The longer a run, the more it saves. */
const PLAIN = String.raw`[\n\x20-\x7e\xae-\u02ff\u0370-\u0482\u3041-\u3096\u30a0-\u30ff\u4e00-\u9fff\uac00-\ud7a3]`;
const ALL_PLAIN = new RegExp(`^${PLAIN}*$`);
const PLAIN_RUN = new RegExp(`${PLAIN}{32,}(?=${PLAIN}|$)`, "g");

/**
 * Splits a text where a cursor may stand.
 *
 * @example
 * ```ts
 * import { splitGraphemes } from "./width.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(splitGraphemes("ae\u0301👨‍👩‍👧"), ["a", "e\u0301", "👨‍👩‍👧"]);
 * ```
 */
export function splitGraphemes(text: string): string[] {
  if (ALL_PLAIN.test(text)) return text.split("");
  const parts: string[] = [];
  let from = 0;
  // The segmenter is slow, so it does not see what needs no thought. The first of a run may belong to what is before it.
  for (const { 0: run, index } of text.matchAll(PLAIN_RUN)) {
    for (const { segment } of graphemesOf(text.slice(from, index + 1))) parts.push(segment);
    for (const char of run.slice(1)) parts.push(char);
    from = index + run.length;
  }
  for (const { segment } of graphemesOf(text.slice(from))) parts.push(segment);
  return parts;
}

/**
 * The most columns that one grapheme takes: some terminals draw a cluster of several letters one by one. Too many leave a gap; too few leave
 * rows of ours behind.
 */
export function graphemeWidth(grapheme: string): number {
  if (grapheme.length === 1 && grapheme >= " " && grapheme <= "~") return 1;
  if (ONE_PICTURE.test(grapheme)) return 2;
  let width = 0;
  for (const char of grapheme) width += MARK.test(char) ? 0 : WIDE.test(char) ? 2 : NOTHING.test(char) ? 0 : 1;
  return grapheme.includes(EMOJI_STYLE) ? Math.max(2, width) : width;
}

/** The columns that a text takes, escape sequences not expected in it. */
export function textWidth(text: string): number {
  return splitGraphemes(text).reduce((width, grapheme) => width + graphemeWidth(grapheme), 0);
}

/** As much of a text as fits into `columns`, with `…` where something was cut. */
export function fit(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let kept = "";
  let width = 0;
  for (const grapheme of splitGraphemes(text)) {
    width += graphemeWidth(grapheme);
    if (width > columns - 1) break;
    kept += grapheme;
  }
  return columns < 1 ? "" : `${kept}…`;
}
