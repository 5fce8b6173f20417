/**
 * A long paste is asked for first: it may be the wrong clipboard.
 *
 * @module
 */
import { plural } from "../../shared/text.ts";
import type { Key } from "./keys.ts";
import { LONGEST_PASTE, type Paste } from "./paste_reader.ts";

/** Lines of a paste that are inserted without asking. */
const SMALL = 5;

/** Whether a paste is so long, or so incomplete, that it is asked for. */
export function isAskedFor(paste: Paste): boolean {
  return paste.cut || linesOf(paste.text) > SMALL;
}

/** The last line feed ends a line and begins none. */
export function linesOf(text: string): number {
  return text.replace(/\n$/, "").split("\n").length;
}

/** A paste that waits for a yes or no. */
export class PasteQuestion {
  #text: string;
  #cut: boolean;
  /** Something was pressed that is no answer. */
  #urgent = false;

  constructor({ text, cut }: Paste) {
    this.#text = text;
    this.#cut = cut;
  }

  /** What waits. */
  get text(): string {
    return this.#text;
  }

  /** The question, for the person. */
  get words(): string {
    const lines = `${plural(linesOf(this.#text), "line")}${this.#cut ? `, cut after ${plural(LONGEST_PASTE, "character")},` : ""}`;
    return `${this.#urgent ? "Answer first: paste" : "Paste"} ${lines} as one message? Enter or y pastes, Esc or n does not`;
  }

  /** Takes a key: the answer if it is one, and what was typed after it. Another paste joins the first. */
  answer(key: Key): { readonly yes: boolean; readonly rest: string } | undefined {
    if (key.kind === "paste") {
      this.#text += key.text;
      this.#cut ||= key.cut;
      return undefined;
    }
    if (key.kind === "key" && (key.key === "enter" || key.key === "cancel")) return { yes: key.key === "enter", rest: "" };
    const at = key.kind === "text" ? key.text.search(/[yn]/i) : -1;
    if (key.kind === "text" && at >= 0) return { yes: /y/i.test(key.text[at]), rest: key.text.slice(at + 1) };
    this.#urgent = true;
    return undefined;
  }
}
