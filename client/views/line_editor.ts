/**
 * The line being typed: keys in, text and cursor out. Knows no terminal.
 *
 * @module
 */
import { cleanText } from "../../shared/text.ts";
import type { Key, KeyName } from "./keys.ts";
import { splitGraphemes } from "./width.ts";

/** What a key asks of whoever owns the line. */
export type Asked =
  | { readonly kind: "submit"; readonly text: string }
  | { readonly kind: "interrupt" }
  | { readonly kind: "end of input" }
  | { readonly kind: "redraw" };

/** Lines remembered for the Up key. */
const REMEMBERED = 200;

/**
 * A line of text with a cursor.
 *
 * 1. The cursor stands between graphemes, never inside one: a family emoji is one step and one backspace.
 * 2. What was typed is lost only by a key that deletes it. Leafing through the history keeps the unsent line at its end.
 */
export class LineEditor {
  #text = "";
  /** In UTF-16 units. */
  #cursor = 0;
  #killed = "";
  readonly #history: string[] = [];
  /** Which line of the history is shown; its length means the line being typed. */
  #shown = 0;
  #draft = "";

  get text(): string {
    return this.#text;
  }

  /** Where the cursor stands in the text, in UTF-16 units. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Takes a key; returns what it asks of the owner, if anything. */
  apply(key: Key): Asked | undefined {
    if (key.kind === "text") {
      this.#insert(cleanText(key.text));
      return undefined;
    }
    return this.#press(key.key);
  }

  /** Replaces the line. */
  set(text: string): void {
    this.#text = cleanText(text);
    this.#cursor = this.#text.length;
  }

  #press(key: KeyName): Asked | undefined {
    switch (key) {
      case "enter":
        return this.#submit();
      case "interrupt":
      case "redraw":
        return { kind: key };
      case "end of input":
        if (this.#text === "") return { kind: key };
        this.#delete(this.#cursor, this.#next());
        return undefined;
      case "backspace":
        this.#delete(this.#previous(), this.#cursor);
        return undefined;
      case "delete":
        this.#delete(this.#cursor, this.#next());
        return undefined;
      case "left":
        this.#cursor = this.#previous();
        return undefined;
      case "right":
        this.#cursor = this.#next();
        return undefined;
      case "home":
        this.#cursor = 0;
        return undefined;
      case "end":
        this.#cursor = this.#text.length;
        return undefined;
      case "kill to start":
        this.#kill(0, this.#cursor);
        return undefined;
      case "kill to end":
        this.#kill(this.#cursor, this.#text.length);
        return undefined;
      case "kill word":
        this.#kill(this.#text.slice(0, this.#cursor).replace(/\S*\s*$/u, "").length, this.#cursor);
        return undefined;
      case "yank":
        this.#insert(this.#killed);
        return undefined;
      case "up":
        this.#leaf(this.#shown - 1);
        return undefined;
      case "down":
        this.#leaf(this.#shown + 1);
        return undefined;
    }
  }

  #submit(): Asked {
    const text = this.#text;
    if (text !== "" && text !== this.#history.at(-1)) this.#history.push(text);
    if (this.#history.length > REMEMBERED) this.#history.shift();
    this.#shown = this.#history.length;
    this.#draft = "";
    this.set("");
    return { kind: "submit", text };
  }

  #leaf(to: number): void {
    if (to < 0 || to > this.#history.length) return;
    if (this.#shown === this.#history.length) this.#draft = this.#text;
    this.#shown = to;
    this.set(to === this.#history.length ? this.#draft : this.#history[to]);
  }

  #insert(text: string): void {
    const before = this.#text.slice(0, this.#cursor) + text;
    this.#text = before + this.#text.slice(this.#cursor);
    this.#cursor = this.#boundary(before.length);
  }

  #kill(from: number, to: number): void {
    if (from === to) return;
    this.#killed = this.#text.slice(from, to);
    this.#delete(from, to);
  }

  #delete(from: number, to: number): void {
    this.#text = this.#text.slice(0, from) + this.#text.slice(to);
    this.#cursor = this.#boundary(from);
  }

  /** The first place at or after `at` that is not inside a grapheme: what was typed or deleted may have joined its neighbours. */
  #boundary(at: number): number {
    let end = 0;
    for (const grapheme of splitGraphemes(this.#text)) {
      if (end >= at) break;
      end += grapheme.length;
    }
    return end;
  }

  #next(): number {
    return this.#boundary(Math.min(this.#cursor + 1, this.#text.length));
  }

  #previous(): number {
    let start = 0;
    for (const grapheme of splitGraphemes(this.#text)) {
      if (start + grapheme.length >= this.#cursor) break;
      start += grapheme.length;
    }
    return start;
  }
}
