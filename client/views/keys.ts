/**
 * A terminal's bytes to key presses.
 *
 * @module
 */
import { type Paste, PasteReader } from "./paste_reader.ts";

/** A key without a letter. */
export type KeyName =
  | "enter"
  | "new line"
  | "backspace"
  | "delete"
  | "left"
  | "right"
  | "word left"
  | "word right"
  | "up"
  | "down"
  | "home"
  | "end"
  | "kill to end"
  | "kill to start"
  | "kill word"
  | "kill next word"
  | "yank"
  | "complete"
  | "complete back"
  | "search"
  | "cancel"
  | "interrupt"
  | "end of input"
  | "redraw";

/** A key press, or text that was typed or pasted. */
export type Key =
  | { readonly kind: "text"; readonly text: string }
  | Paste
  /** Alt and a digit: the room of that number, from 1 to 9. */
  | { readonly kind: "room"; readonly number: number }
  | { readonly kind: "key"; readonly key: KeyName };

const CONTROL: Readonly<Record<string, KeyName>> = {
  "\x01": "home",
  "\x02": "left",
  "\x03": "interrupt",
  "\x04": "end of input",
  "\x05": "end",
  "\x06": "right",
  "\x07": "cancel",
  "\x08": "backspace",
  "\t": "complete",
  // In raw mode Enter is CR, and LF is Ctrl-J.
  "\n": "new line",
  "\x0b": "kill to end",
  "\x0c": "redraw",
  "\r": "enter",
  "\x0e": "down",
  "\x10": "up",
  "\x12": "search",
  "\x15": "kill to start",
  "\x17": "kill word",
  "\x19": "yank",
  "\x7f": "backspace",
};

/** What follows ESC where Alt is held. */
const ALT: Readonly<Record<string, KeyName>> = {
  "\b": "kill word",
  "\n": "new line",
  "\r": "new line",
  "\x7f": "kill word",
  b: "word left",
  d: "kill next word",
  f: "word right",
};

/** What follows `ESC [` or `ESC O`. */
const SEQUENCES: Readonly<Record<string, KeyName>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  H: "home",
  F: "end",
  M: "enter",
  Z: "complete back",
  "1~": "home",
  "3~": "delete",
  "4~": "end",
  "7~": "home",
  "8~": "end",
};

/** What Alt or Ctrl makes of a key. */
const BY_WORD: Partial<Record<KeyName, KeyName>> = { left: "word left", right: "word right", delete: "kill next word" };
/** Alt, Ctrl and Meta among the modifiers, which are sent as one more than their sum. */
const ALT_CTRL_META = 2 | 4 | 8;

const ESC = "\x1b";
const CSI = "\x1b[";
/** Esc, Alt-[ and Alt-O, which also begin what only a terminal sends. */
const BY_HAND = [ESC, CSI, "\x1bO"];
const PASTE_START = "200~";
/** A sequence longer than this is noise. */
const LONGEST_SEQUENCE = 32;
/** Milliseconds without a byte after which an Esc was the key alone. The bytes of one sequence come together. */
const ESCAPE_MS = 50;
/** Milliseconds without a byte after which a paste is over, though its end was not marked. */
const PASTE_MS = 2_000;

/** Asks the terminal to mark what is pasted, and not to. */
export const PASTE_MARKS = { on: "\x1b[?2004h", off: "\x1b[?2004l" } as const;

/**
 * Reads keys from bytes.
 *
 * 1. However the bytes are cut, the keys are the same, as long as nobody calls {@link flush} in between.
 * 2. A paste is one key, whatever is in it, and takes bounded memory.
 * 3. Sequences that mean nothing here are swallowed whole.
 *
 * @example
 * ```ts
 * import { KeyReader } from "./keys.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const reader = new KeyReader();
 * assertEquals(reader.push(new TextEncoder().encode("a\x1b")), [{ kind: "text", text: "a" }]);
 * assertEquals(reader.waiting, 50);
 * assertEquals(reader.flush(), [{ kind: "key", key: "cancel" }]);
 * ```
 */
export class KeyReader {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  /** The escape sequence under way, from its ESC. */
  #escape = "";
  #paste: PasteReader | undefined;

  /** Milliseconds without a byte after which {@link flush} is due; `undefined` where nothing is half read. */
  get waiting(): number | undefined {
    if (this.#paste !== undefined) return PASTE_MS;
    return BY_HAND.includes(this.#escape) ? ESCAPE_MS : undefined;
  }

  /** The keys that end within `bytes`. */
  push(bytes: Uint8Array): Key[] {
    const keys: Key[] = [];
    for (const char of this.#decoder.decode(bytes, { stream: true })) {
      const key = this.#step(char);
      if (key === undefined) continue;
      const last = keys.at(-1);
      if (key.kind === "text" && last?.kind === "text") keys[keys.length - 1] = { kind: "text", text: last.text + key.text };
      else keys.push(key);
    }
    return keys;
  }

  /** What is half read, now that nothing more has come: Esc was the key, and a paste without its end is what there is of it. */
  flush(): Key[] {
    const paste = this.#paste?.end();
    this.#paste = undefined;
    if (paste !== undefined) return [paste];
    if (!BY_HAND.includes(this.#escape)) return [];
    const escape = this.#escape;
    this.#escape = "";
    return escape === ESC ? [{ kind: "key", key: "cancel" }] : [];
  }

  #step(char: string): Key | undefined {
    if (this.#paste !== undefined) {
      const paste = this.#paste.push(char);
      if (paste !== undefined) this.#paste = undefined;
      return paste;
    }
    if (char === ESC) this.#escape = ESC;
    else if (this.#escape !== "") return this.#sequence(char);
    else if (Object.hasOwn(CONTROL, char)) return { kind: "key", key: CONTROL[char] };
    else if (char >= " ") return { kind: "text", text: char };
    return undefined;
  }

  /** One more character of the sequence under way. */
  #sequence(char: string): Key | undefined {
    const before = this.#escape;
    const opens = before === ESC && (char === "[" || char === "O");
    // `ESC [ [` begins the function keys of the Linux console.
    const goes = before.startsWith(CSI) && !before.startsWith(`${CSI}[`) && (/^[ -?]$/.test(char) || (before === CSI && char === "["));
    if (opens || goes) {
      if (before.length < LONGEST_SEQUENCE) this.#escape += char;
      return undefined;
    }
    this.#escape = "";
    if (before === ESC) return this.#withAlt(char);
    // Cut short by a control character, which then means itself. Any other character ends it.
    if (char < " ") return this.#step(char);
    return before === `${CSI}[` ? undefined : this.#meaning(before.slice(2) + char);
  }

  #withAlt(char: string): Key | undefined {
    if (Object.hasOwn(ALT, char)) return { kind: "key", key: ALT[char] };
    if (char >= "1" && char <= "9") return { kind: "room", number: Number(char) };
    return char < " " ? this.#step(char) : undefined;
  }

  #meaning(sequence: string): Key | undefined {
    if (sequence === PASTE_START) {
      this.#paste = new PasteReader();
      return undefined;
    }
    const [, first, modifiers, final] = /^(\d*)(?:;(\d+))?([^\d;])$/.exec(sequence) ?? [];
    const name = final === "~" ? first + final : final;
    if (name === undefined || !Object.hasOwn(SEQUENCES, name)) return undefined;
    const key = SEQUENCES[name];
    // Other modifiers are left out: a shifted arrow is an arrow.
    return { kind: "key", key: (Number(modifiers) - 1) & ALT_CTRL_META ? BY_WORD[key] ?? key : key };
  }
}
