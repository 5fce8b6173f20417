/**
 * A search backwards through the history, one letter at a time.
 *
 * @module
 */
import type { LineHistory } from "./line_history.ts";
import { splitGraphemes } from "./width.ts";

/** A search under way. Upper and lower case are the same. */
export class HistorySearch {
  readonly #history: LineHistory;
  #query = "";
  #at = Infinity;
  #failed = false;

  constructor(history: LineHistory) {
    this.#history = history;
  }

  /** The place of the line found last; infinite where none was. */
  get at(): number {
    return this.#at;
  }

  /** The line found last. */
  get found(): string | undefined {
    return this.#history.lineAt(this.#at);
  }

  /** `search "abc"` */
  get words(): string {
    return `search "${this.#query}"${this.#failed ? ": nothing older found" : ""}`;
  }

  /** Narrows: what is shown stays where it fits. */
  type(text: string): void {
    this.#query += text;
    this.#look();
  }

  /** Takes the last letter back, and looks from the newest line again. */
  erase(): void {
    this.#query = splitGraphemes(this.#query).slice(0, -1).join("");
    this.#at = Infinity;
    this.#failed = false;
    if (this.#query !== "") this.#look();
  }

  /** Goes further back, to a line that reads otherwise. */
  older(): void {
    this.#look(this.found);
  }

  /** Looks from where it is for a line that fits, and reads otherwise than `not`. */
  #look(not?: string): void {
    const wanted = this.#query.toLowerCase();
    for (let at = Math.min(this.#at, this.#history.length - 1); at >= 0; at--) {
      const line = this.#history.lineAt(at);
      if (line === undefined || line === not || !line.toLowerCase().includes(wanted)) continue;
      [this.#at, this.#failed] = [at, false];
      return;
    }
    this.#failed = true;
  }
}
