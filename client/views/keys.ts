/**
 * A terminal's bytes to key presses.
 *
 * @module
 */

/** A key without a letter. */
export type KeyName =
  | "enter"
  | "backspace"
  | "delete"
  | "left"
  | "right"
  | "up"
  | "down"
  | "home"
  | "end"
  | "kill to end"
  | "kill to start"
  | "kill word"
  | "yank"
  | "interrupt"
  | "end of input"
  | "redraw";

/** A key press, or text that was typed or pasted. */
export type Key = { readonly kind: "text"; readonly text: string } | { readonly kind: "key"; readonly key: KeyName };

const CONTROL: Readonly<Record<string, KeyName>> = {
  "\x01": "home",
  "\x02": "left",
  "\x03": "interrupt",
  "\x04": "end of input",
  "\x05": "end",
  "\x06": "right",
  "\x08": "backspace",
  "\n": "enter",
  "\x0b": "kill to end",
  "\x0c": "redraw",
  "\r": "enter",
  "\x0e": "down",
  "\x10": "up",
  "\x15": "kill to start",
  "\x17": "kill word",
  "\x19": "yank",
  "\x7f": "backspace",
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
  "1~": "home",
  "3~": "delete",
  "4~": "end",
  "7~": "home",
  "8~": "end",
};

const ESC = "\x1b";
const CSI = "\x1b[";
/** A sequence longer than this is noise. */
const LONGEST = 32;

/** Asks the terminal to mark what is pasted, and not to. */
export const PASTE_MARKS = { on: "\x1b[?2004h", off: "\x1b[?2004l" } as const;

/**
 * Reads keys from bytes; however the bytes are cut, the keys are the same.
 *
 * A line break in a paste is a space: what is pasted is one message and is sent by a key press. Sequences that mean nothing here are
 * swallowed whole.
 */
export class KeyReader {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  /** The escape sequence under way, from its ESC. */
  #escape = "";
  #pasting = false;
  #afterReturn = false;

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

  #step(char: string): Key | undefined {
    if (char === ESC) this.#escape = ESC;
    else if (this.#escape !== "") return this.#sequence(char);
    else if (this.#pasting) return this.#pasted(char);
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
      if (before.length < LONGEST) this.#escape += char;
      return undefined;
    }
    this.#escape = "";
    // Cut short by a control character, which then means itself. Any other character ends it; alone after ESC it was Alt and a key.
    if (char < " " && before !== ESC) return this.#step(char);
    return this.#meaning(before.slice(2) + char, before);
  }

  #meaning(rest: string, before: string): Key | undefined {
    if (before === ESC || before === `${CSI}[`) return undefined;
    if (rest === "200~" || rest === "201~") {
      this.#pasting = rest === "200~";
      this.#afterReturn = false;
      return undefined;
    }
    if (this.#pasting) return undefined;
    // Modifiers are left out: a shifted arrow is an arrow.
    const name = rest.endsWith("~") ? rest.replace(/;.*~$/, "~") : rest.slice(-1);
    return Object.hasOwn(SEQUENCES, name) ? { kind: "key", key: SEQUENCES[name] } : undefined;
  }

  #pasted(char: string): Key | undefined {
    const secondHalf = char === "\n" && this.#afterReturn;
    this.#afterReturn = char === "\r";
    if (secondHalf) return undefined;
    if (char === "\r" || char === "\n" || char === "\t") return { kind: "text", text: " " };
    return char >= " " && char !== "\x7f" ? { kind: "text", text: char } : undefined;
  }
}
