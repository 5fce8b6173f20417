/**
 * The characters of a paste, up to the mark that ends it.
 *
 * @module
 */
import { cleanText } from "../../shared/text.ts";

/** What was pasted, cleaned, its line breaks kept. */
export interface Paste {
  readonly kind: "paste";
  readonly text: string;
  /** It was longer than {@link LONGEST_PASTE}, and this is its beginning. */
  readonly cut: boolean;
}

/** UTF-16 units of a paste that are kept, many times the longest message. */
export const LONGEST_PASTE = 65_536;

const ESC = "\x1b";
const END = "\x1b[201~";

/** Gathers one paste, in bounded memory. */
export class PasteReader {
  #text = "";
  #cut = false;
  /** How much of the mark that ends it has come. */
  #endMark = 0;

  /** One more character; the paste when it was the last. */
  push(char: string): Paste | undefined {
    if (char === END[this.#endMark]) {
      this.#endMark++;
      return this.#endMark === END.length ? this.end() : undefined;
    }
    // It was no mark after all.
    const more = END.slice(0, this.#endMark) + (char === ESC ? "" : char);
    this.#endMark = char === ESC ? 1 : 0;
    this.#cut ||= this.#text.length + more.length > LONGEST_PASTE;
    if (!this.#cut) this.#text += more;
    return undefined;
  }

  /** What there is of it. */
  end(): Paste {
    return { kind: "paste", text: cleanText(this.#text, { newlines: true }), cut: this.#cut };
  }
}
