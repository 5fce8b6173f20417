/**
 * Keys that change a text, or move about in it.
 *
 * @module
 */
import type { KeyName } from "./keys.ts";
import type { TextBuffer } from "./text_buffer.ts";

/** UTF-16 units up to which a line grows by yanking: killing and yanking twice doubles it. */
const LONGEST_LINE = 65_536;

type Place = (buffer: TextBuffer) => number;

/** Where a key moves the cursor. */
const MOVES: Partial<Record<KeyName, Place>> = {
  left: (buffer) => buffer.previous,
  right: (buffer) => buffer.next,
  "word left": (buffer) => buffer.wordStart,
  "word right": (buffer) => buffer.wordEnd,
  home: (buffer) => buffer.rowStart,
  end: (buffer) => buffer.rowEnd,
};

/** How far from the cursor a key deletes. */
const DELETES: Partial<Record<KeyName, Place>> = {
  backspace: (buffer) => buffer.previous,
  delete: (buffer) => buffer.next,
  "end of input": (buffer) => buffer.next,
};

/** How far from the cursor a key kills. At the edge of a row it is the line feed. */
const KILLS: Partial<Record<KeyName, Place>> = {
  "kill to start": (buffer) => buffer.rowStart < buffer.cursor ? buffer.rowStart : buffer.previous,
  "kill to end": (buffer) => buffer.rowEnd > buffer.cursor ? buffer.rowEnd : buffer.next,
  "kill word": (buffer) => buffer.spacedWordStart,
  "kill next word": (buffer) => buffer.wordEnd,
};

/** Presses keys on a text. What is killed is there to be yanked; kills in a row are one. */
export class EditKeys {
  readonly #buffer: TextBuffer;
  #killed = "";
  /** The text and cursor that the last kill left: where nothing has happened since, the next joins it. */
  #afterKill = { text: "", cursor: 0 };

  constructor(buffer: TextBuffer) {
    this.#buffer = buffer;
  }

  /** Presses a key; `false` where it means nothing here, as Up does in the first row. */
  press(key: KeyName): boolean {
    const buffer = this.#buffer;
    if (key === "up") return buffer.moveUp();
    if (key === "down") return buffer.moveDown();
    if (key === "yank") this.#yank();
    else if (key === "new line") buffer.insert("\n");
    else if (MOVES[key]) buffer.cursor = MOVES[key](buffer);
    else if (DELETES[key]) this.#delete(DELETES[key](buffer));
    else if (KILLS[key]) this.#kill(KILLS[key](buffer));
    else return false;
    return true;
  }

  #yank(): void {
    if (this.#buffer.text.length + this.#killed.length <= LONGEST_LINE) this.#buffer.insert(this.#killed);
  }

  #kill(to: number): void {
    const { text, cursor } = this.#buffer;
    if (to === cursor) return;
    const joins = text === this.#afterKill.text && cursor === this.#afterKill.cursor;
    const before = joins ? this.#killed : "";
    this.#killed = to < cursor ? text.slice(to, cursor) + before : before + text.slice(cursor, to);
    this.#delete(to);
    this.#afterKill = { text: this.#buffer.text, cursor: this.#buffer.cursor };
  }

  #delete(to: number): void {
    const { cursor } = this.#buffer;
    this.#buffer.replace(Math.min(to, cursor), Math.max(to, cursor), "");
  }
}
