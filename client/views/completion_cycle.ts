/**
 * Tab pressed again and again.
 *
 * @module
 */
import type { Completion, CompletionOption } from "./completion.ts";
import type { TextBuffer } from "./text_buffer.ts";

/** What Tab could insert, and which of it stands in the text now, if one does. */
export interface Offer {
  readonly options: readonly CompletionOption[];
  readonly chosen: number | undefined;
}

/** Several ways to complete a text, of which one at a time stands in it. Nothing else may change the text meanwhile. */
export class CompletionCycle implements Offer {
  readonly options: readonly CompletionOption[];
  readonly #buffer: TextBuffer;
  readonly #typed: { readonly text: string; readonly cursor: number };
  readonly #start: number;
  #end: number;
  #chosen: number | undefined;

  /** Inserts what all options have in common. */
  constructor(buffer: TextBuffer, { options, start, end, common }: Completion) {
    this.options = options;
    this.#buffer = buffer;
    this.#typed = { text: buffer.text, cursor: buffer.cursor };
    [this.#start, this.#end] = [start, end];
    this.#put(common);
  }

  get chosen(): number | undefined {
    return this.#chosen;
  }

  /** The next option, or with -1 the one before; behind the last comes the first. */
  step(by: 1 | -1): void {
    const { length } = this.options;
    this.#chosen = this.#chosen === undefined ? (by === 1 ? 0 : length - 1) : (this.#chosen + by + length) % length;
    this.#put(this.options[this.#chosen].insert);
  }

  /** Gives back what was typed. */
  undo(): void {
    this.#buffer.set(this.#typed.text);
    this.#buffer.cursor = this.#typed.cursor;
  }

  #put(text: string): void {
    this.#buffer.replace(this.#start, this.#end, text);
    this.#end = this.#start + text.length;
  }
}
