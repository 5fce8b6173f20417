/// <reference lib="dom" />
/**
 * Where a message is written: Enter sends, Shift and Enter begin a new line, Tab completes. Each room has its own draft.
 *
 * @module
 */
import { COMMANDS } from "../slash_commands.ts";
import { complete } from "../views/completion.ts";
import type { Names } from "../views/view.ts";
import { byId } from "./elements.ts";

/** What the composer works with. */
export interface ComposerOptions {
  readonly drafts: Readonly<Record<string, string>>;
  /** Takes what was written. */
  readonly submit: (text: string) => void;
  /** Keeps the drafts. */
  readonly keep: (drafts: Record<string, string>) => void;
}

/** The text field and its button. */
export class Composer {
  /** What Tab completes. */
  names: Names = { nicks: () => [], rooms: () => [] };
  readonly #field = byId("text", HTMLTextAreaElement);
  readonly #options: ComposerOptions;
  readonly #drafts: Map<string, string>;
  #room: string;
  /** What Tab offers, one press after the other. */
  #offers: { readonly texts: readonly string[]; readonly cursors: readonly number[]; next: number } | undefined;

  constructor(room: string, options: ComposerOptions) {
    this.#options = options;
    this.#drafts = new Map(Object.entries(options.drafts));
    this.#room = room;
    this.#address();
    this.#field.addEventListener("input", () => this.#changed());
    addEventListener("resize", () => this.#grow());
    this.#field.addEventListener("keydown", (event) => this.#key(event));
    byId("composer", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
  }

  focus(): void {
    this.#field.focus();
    // It had no height to go by while it was hidden.
    this.#grow();
  }

  /** Writes to another room from here on. */
  open(room: string): void {
    if (room === this.#room) return;
    this.#room = room;
    this.#address();
  }

  /** Gives back what could not be used; what is being written stays. */
  giveBack(text: string, room: string): void {
    const draft = this.#drafts.get(room) ?? "";
    // Twice would be once too often; only whole lines are the same text.
    if (`\n${draft}\n`.includes(`\n${text}\n`)) return;
    const both = draft === "" ? text : `${draft}\n${text}`;
    this.#keep(room, both);
    if (room === this.#room) this.#write(both);
  }

  /** Names the room, and has what was being typed there. */
  #address(): void {
    this.#field.setAttribute("aria-label", `Message to #${this.#room}`);
    this.#field.placeholder = `Message to #${this.#room}`;
    this.#write(this.#drafts.get(this.#room) ?? "");
  }

  #key(event: KeyboardEvent): void {
    // Safari ends a composition before the Enter that ends it: by its code alone that Enter is none of ours.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "Tab" && !event.shiftKey && !event.ctrlKey && !event.altKey) {
      if (this.#complete()) event.preventDefault();
    }
  }

  #submit(): void {
    const text = this.#field.value;
    this.#write("");
    this.#keep(this.#room, "");
    this.#options.submit(text);
    this.focus();
  }

  /** False where there is nothing to complete, so that Tab goes on to the next field. */
  #complete(): boolean {
    const { value, selectionStart: cursor } = this.#field;
    if (this.#offers === undefined) {
      const found = value.trim() === "" ? undefined : complete(value, cursor, {
        nicks: this.names.nicks(),
        rooms: this.names.rooms(),
        commands: COMMANDS,
        emoji: [],
      });
      if (found === undefined || found.start === found.end) return false;
      const { start, end, options } = found;
      this.#offers = {
        texts: options.map(({ insert }) => value.slice(0, start) + insert + value.slice(end)),
        cursors: options.map(({ insert }) => start + insert.length),
        next: 0,
      };
    }
    const offers = this.#offers;
    const at = offers.next++ % offers.texts.length;
    this.#write(offers.texts[at]);
    this.#field.setSelectionRange(offers.cursors[at], offers.cursors[at]);
    this.#keep(this.#room, offers.texts[at]);
    this.#offers = offers.texts.length > 1 ? offers : undefined;
    return true;
  }

  #changed(): void {
    this.#offers = undefined;
    this.#keep(this.#room, this.#field.value);
    this.#grow();
  }

  #keep(room: string, text: string): void {
    if (text === "") this.#drafts.delete(room);
    else this.#drafts.set(room, text);
    this.#options.keep(Object.fromEntries(this.#drafts));
  }

  #write(text: string): void {
    this.#offers = undefined;
    this.#field.value = text;
    this.#grow();
  }

  /** As high as its text, up to what the style sheet allows. What is not shown yet has no height to go by. */
  #grow(): void {
    this.#field.style.height = "auto";
    const { scrollHeight } = this.#field;
    if (scrollHeight > 0) this.#field.style.height = `${scrollHeight + 2}px`;
  }
}
