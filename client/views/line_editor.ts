/**
 * The line being typed: keys in, text and cursor out. Knows no terminal.
 *
 * @module
 */
import { cleanText } from "../../shared/text.ts";
import type { Completer } from "./completion.ts";
import { CompletionCycle, type Offer } from "./completion_cycle.ts";
import { EditKeys } from "./edit_keys.ts";
import { HistorySearch } from "./history_search.ts";
import type { Key, KeyName } from "./keys.ts";
import { type HistoryPlace, LineHistory } from "./line_history.ts";
import { isAskedFor, linesOf, PasteQuestion } from "./paste_question.ts";
import { TextBuffer } from "./text_buffer.ts";

/** What a key asks of whoever owns the line. */
export type Asked =
  | { readonly kind: "submit"; readonly text: string }
  /** Another room, by its number from 1 to 9. */
  | { readonly kind: "room"; readonly number: number }
  | { readonly kind: "interrupt" }
  | { readonly kind: "end of input" }
  | { readonly kind: "redraw" };

/** A line put aside: see {@link LineEditor.take}. */
export interface Draft {
  readonly text: string;
  readonly cursor: number;
  readonly place: HistoryPlace;
  readonly paste: PasteQuestion | undefined;
}

/** What keys mean more than usual, `undefined` while the person just types. */
type Mode = PasteQuestion | HistorySearch | CompletionCycle | undefined;

/**
 * A line of text with a cursor, or several lines.
 *
 * 1. The cursor stands between graphemes, never inside one: a family emoji is one step and one backspace.
 * 2. What was typed is lost only by a key that deletes it. Leafing through the history, searching it and sending a line of it keep the
 *    unsent line, and what was made of a line of the history is there when one comes back to it.
 * 3. What is inserted is clean, wherever it comes from.
 */
export class LineEditor {
  readonly #buffer = new TextBuffer();
  readonly #edits = new EditKeys(this.#buffer);
  readonly #history = new LineHistory();
  readonly #complete: Completer | undefined;
  #mode: Mode;

  constructor({ complete }: { readonly complete?: Completer } = {}) {
    this.#complete = complete;
  }

  /** What to show: the line, or in a search what it found. */
  get text(): string {
    return this.#found ?? this.#buffer.text;
  }

  /** Where the cursor stands in the text, in UTF-16 units. */
  get cursor(): number {
    return this.#found?.length ?? this.#buffer.cursor;
  }

  /** Whether nothing is being typed, and nothing asked. */
  get isIdle(): boolean {
    return this.#mode === undefined && this.#buffer.text === "";
  }

  /** What the person is in the middle of, in words: a long paste that waits for a yes or no, or a search. */
  get question(): string | undefined {
    return this.#mode instanceof PasteQuestion || this.#mode instanceof HistorySearch ? this.#mode.words : undefined;
  }

  /** What Tab offers, while it does. */
  get offer(): Offer | undefined {
    return this.#mode instanceof CompletionCycle ? this.#mode : undefined;
  }

  /** Takes a key; returns what it asks of the owner, if anything. */
  apply(key: Key): Asked | undefined {
    if (key.kind === "room") return { kind: "room", number: key.number };
    const name = key.kind === "key" ? key.key : undefined;
    if (name === "interrupt" || name === "redraw") return { kind: name };
    const mode = this.#mode;
    if (mode instanceof PasteQuestion) return this.#answer(mode, key);
    if (mode instanceof HistorySearch && this.#seek(mode, key)) return undefined;
    if (mode instanceof CompletionCycle && this.#cycle(mode, name)) return undefined;
    this.#mode = undefined;
    if (name !== undefined) return this.#press(name);
    if (key.kind === "paste" && isAskedFor(key)) this.#mode = new PasteQuestion(key);
    else if (key.kind !== "key") this.#buffer.insert(cleanText(key.text, { newlines: key.kind === "paste" }));
    return undefined;
  }

  /** Takes back a line that could not be used: where it belongs `here` and nothing else is being typed or asked, as that; else Up brings it. */
  giveBack(line: string, here: boolean): void {
    const text = cleanText(line, { newlines: true });
    if (here && this.isIdle) this.#buffer.set(text);
    else this.#history.remember(text);
  }

  /** Puts the line aside, with its cursor and a paste that waits, and begins an empty one. A search ends as if it had not been. */
  take(): Draft {
    const { text, cursor } = this.#buffer;
    const paste = this.#mode instanceof PasteQuestion ? this.#mode : undefined;
    const draft = { text, cursor, place: this.#history.place, paste };
    this.#history.leave();
    this.#mode = undefined;
    this.#buffer.set("");
    return draft;
  }

  /** Takes up a line that was put aside, in place of the one there is. */
  restore({ text, cursor, place, paste }: Draft): void {
    this.#history.return(place);
    this.#buffer.set(text);
    this.#buffer.cursor = cursor;
    this.#mode = paste;
  }

  get #found(): string | undefined {
    return this.#mode instanceof HistorySearch ? this.#mode.found : undefined;
  }

  #answer(question: PasteQuestion, key: Key): Asked | undefined {
    const answer = question.answer(key);
    if (answer === undefined) return undefined;
    this.#mode = undefined;
    if (answer.yes) this.#buffer.insert(cleanText(question.text, { newlines: true }));
    return answer.rest === "" ? undefined : this.apply({ kind: "text", text: answer.rest });
  }

  /** A key in a search; `false` where it ends the search and is meant for the line found. */
  #seek(search: HistorySearch, key: Key): boolean {
    const name = key.kind === "key" ? key.key : undefined;
    const oneLine = key.kind === "text" || key.kind === "paste" && !isAskedFor(key) && linesOf(key.text) === 1;
    if (oneLine) search.type(cleanText(key.text.replace(/\n$/, "")));
    else if (name === "search") search.older();
    else if (name === "backspace") search.erase();
    else {
      this.#mode = undefined;
      if (name === "cancel") return true;
      if (search.found !== undefined) this.#buffer.set(this.#history.goTo(search.at, this.#buffer.text));
      return name === "enter";
    }
    return true;
  }

  /** A key while Tab offers something; `false` where it ends the offer. */
  #cycle(cycle: CompletionCycle, key: KeyName | undefined): boolean {
    if (key === "complete") cycle.step(1);
    else if (key === "complete back") cycle.step(-1);
    else if (key === "cancel") {
      cycle.undo();
      this.#mode = undefined;
    } else return false;
    return true;
  }

  #press(key: KeyName): Asked | undefined {
    if (key === "enter") return this.#submit();
    if (key === "end of input" && this.#buffer.text === "") return { kind: key };
    if (this.#edits.press(key)) return undefined;
    if (key === "up") this.#leaf(-1);
    else if (key === "down") this.#leaf(1);
    else if (key === "search") this.#mode = new HistorySearch(this.#history);
    else if (key === "complete" || key === "complete back") this.#offer();
    return undefined;
  }

  #submit(): Asked {
    const { text } = this.#buffer;
    this.#buffer.set(this.#history.submit(text));
    return { kind: "submit", text };
  }

  #leaf(by: number): void {
    const line = this.#history.leaf(by, this.#buffer.text);
    if (line !== undefined) this.#buffer.set(line);
  }

  /** Where there is one way to go on, goes it; of several, begins with what they have in common. */
  #offer(): void {
    const completion = this.#complete?.(this.#buffer.text, this.#buffer.cursor);
    if (completion === undefined) return;
    const { start, end, options } = completion;
    if (options.length === 1) this.#buffer.replace(start, end, options[0].insert);
    else this.#mode = new CompletionCycle(this.#buffer, completion);
  }
}
