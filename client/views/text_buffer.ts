/**
 * A text with a cursor in it, and the places the cursor can go.
 *
 * @module
 */
import { graphemesOf } from "../../shared/graphemes.ts";
import { graphemeWidth, splitGraphemes, textWidth } from "./width.ts";

let segmenter: Intl.Segmenter | undefined;

/** Knows words that no space divides, as in Japanese. */
function wordsOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter("en", { granularity: "word" });
  return segmenter.segment(text);
}

/**
 * A text of one or more rows, divided by line feeds. Places are in UTF-16 units.
 *
 * 1. The cursor stands between graphemes, never inside one: a family emoji is one step. Where an edit joins its neighbours into one
 *    grapheme, the cursor stands behind it.
 * 2. A key press never splits all of a long text; it looks at what is around the cursor.
 */
export class TextBuffer {
  #text = "";
  #cursor = 0;
  /** The column that Up and Down keep to, through shorter rows. */
  #goal: number | undefined;

  get text(): string {
    return this.#text;
  }

  get cursor(): number {
    return this.#cursor;
  }

  /** Puts the cursor at a place, or behind the grapheme that it is inside of. */
  set cursor(at: number) {
    this.#goal = undefined;
    this.#cursor = this.#behind(at);
  }

  /** Replaces what stands between two places; the cursor stands behind it then. */
  replace(from: number, to: number, by: string): void {
    this.#text = this.#text.slice(0, from) + by + this.#text.slice(to);
    this.cursor = from + by.length;
  }

  /** Puts a text at the cursor, which stands behind it then. */
  insert(text: string): void {
    this.replace(this.#cursor, this.#cursor, text);
  }

  /** Replaces all of it. */
  set(text: string): void {
    this.replace(0, this.#text.length, text);
  }

  get previous(): number {
    return this.#cursor === 0 ? 0 : this.#grapheme(this.#cursor - 1).index;
  }

  get next(): number {
    return this.#behind(this.#cursor + 1);
  }

  /** Where the row of the cursor begins. */
  get rowStart(): number {
    return this.#text.slice(0, this.#cursor).lastIndexOf("\n") + 1;
  }

  /** Where the row of the cursor ends, before its line feed. */
  get rowEnd(): number {
    const end = this.#text.indexOf("\n", this.#cursor);
    return end < 0 ? this.#text.length : end;
  }

  /** The beginning of the word at or before the cursor. */
  get wordStart(): number {
    const segments = wordsOf(this.#text);
    for (let at = this.#cursor; at > 0;) {
      const { index, isWordLike } = segments.containing(at - 1)!;
      if (isWordLike) return this.#grapheme(index).index;
      at = index;
    }
    return 0;
  }

  /** The end of the word at or after the cursor. */
  get wordEnd(): number {
    const segments = wordsOf(this.#text);
    for (let at = this.#cursor; at < this.#text.length;) {
      const { index, segment, isWordLike } = segments.containing(at)!;
      at = index + segment.length;
      if (isWordLike) return this.#behind(at);
    }
    return this.#text.length;
  }

  /** The beginning of what stands before the cursor up to white space, and of the white space right before the cursor. */
  get spacedWordStart(): number {
    let at = this.#cursor;
    while (at > 0 && isSpace(this.#text[at - 1])) at--;
    while (at > 0 && !isSpace(this.#text[at - 1])) at--;
    return at;
  }

  /** Moves to the row above, at the same column or the row's end; `false` in the first row. */
  moveUp(): boolean {
    const start = this.rowStart;
    if (start === 0) return false;
    this.#moveToRow(this.#text.slice(0, start - 1).lastIndexOf("\n") + 1, start - 1);
    return true;
  }

  /** Moves to the row below, at the same column or the row's end; `false` in the last row. */
  moveDown(): boolean {
    const start = this.rowEnd + 1;
    if (start > this.#text.length) return false;
    const end = this.#text.indexOf("\n", start);
    this.#moveToRow(start, end < 0 ? this.#text.length : end);
    return true;
  }

  #moveToRow(start: number, end: number): void {
    const goal = this.#goal ?? textWidth(this.#text.slice(this.rowStart, this.#cursor));
    let at = start;
    let width = 0;
    for (const grapheme of splitGraphemes(this.#text.slice(start, end))) {
      width += graphemeWidth(grapheme);
      if (width > goal) break;
      at += grapheme.length;
    }
    this.cursor = at;
    this.#goal = goal;
  }

  /** The first place at or behind `at` that is not inside a grapheme. */
  #behind(at: number): number {
    if (at <= 0) return 0;
    if (at >= this.#text.length) return this.#text.length;
    const { index, segment } = this.#grapheme(at - 1);
    return index + segment.length;
  }

  #grapheme(at: number): Intl.SegmentData {
    return graphemesOf(this.#text).containing(at)!;
  }
}

function isSpace(char: string): boolean {
  return /\s/u.test(char);
}
