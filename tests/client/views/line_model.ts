/**
 * The simplest line editor there is, to compare the real one with: an array of graphemes and an index, split anew at every key.
 *
 * @module
 */
import type { Completer } from "../../../client/views/completion.ts";
import type { Key, KeyName } from "../../../client/views/keys.ts";
import { cleanText } from "../../../shared/text.ts";
import { textWidth } from "../../../client/views/width.ts";

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
const words = new Intl.Segmenter("en", { granularity: "word" });

export function split(text: string): string[] {
  return Array.from(graphemes.segment(text), ({ segment }) => segment);
}

interface Line {
  readonly sent: string;
  now: string;
}

type Mode =
  | { readonly kind: "asking"; text: string }
  | { readonly kind: "searching"; query: string; found: number }
  | { readonly kind: "cycling"; readonly before: LineModel["typed"]; readonly forms: readonly string[]; form: number }
  | undefined;

export class LineModel {
  #cells: string[] = [];
  #at = 0;
  #lines: Line[] = [];
  #shown = 0;
  #unsent = "";
  #killed = "";
  #afterKill: string | undefined;
  #goal: number | undefined;
  #mode: Mode;
  readonly #complete: Completer;

  constructor(complete: Completer) {
    this.#complete = complete;
  }

  get text(): string {
    return this.#found ?? this.#cells.join("");
  }

  get cursor(): number {
    return this.#found?.length ?? this.#left.length;
  }

  /** What is being typed, apart from what a search shows. */
  get typed(): { readonly text: string; readonly cursor: number } {
    return { text: this.#cells.join(""), cursor: this.#left.length };
  }

  /** Whether something is asked of the person. */
  get asks(): boolean {
    return this.#mode?.kind === "asking" || this.#mode?.kind === "searching";
  }

  /** Takes a key; returns what is sent. */
  press(key: Key): string | undefined {
    const name = key.kind === "key" ? key.key : undefined;
    if (this.#mode?.kind === "asking") return this.#answer(this.#mode, key);
    if (this.#mode?.kind === "searching" && this.#search(this.#mode, key)) return undefined;
    if (this.#mode?.kind === "cycling" && this.#cycle(this.#mode, name)) return undefined;
    this.#mode = undefined;
    if (name !== undefined) return this.#press(name);
    if (key.kind === "paste" && key.text.replace(/\n$/, "").split("\n").length > 5) this.#mode = { kind: "asking", text: key.text };
    else if (key.kind === "paste" || key.kind === "text") this.#settle(this.#left + key.text, this.#right);
    return undefined;
  }

  get #left(): string {
    return this.#cells.slice(0, this.#at).join("");
  }

  get #right(): string {
    return this.#cells.slice(this.#at).join("");
  }

  get #found(): string | undefined {
    return this.#mode?.kind === "searching" ? this.#lines[this.#mode.found]?.now : undefined;
  }

  #answer(asking: { text: string }, key: Key): string | undefined {
    const name = key.kind === "key" ? key.key : key.kind === "text" ? key.text : undefined;
    if (key.kind === "paste") asking.text += key.text;
    if (name === "enter" || name === "y") this.#settle(this.#left + cleanText(asking.text, { newlines: true }), this.#right);
    if (["enter", "y", "cancel", "n"].includes(name ?? "")) this.#mode = undefined;
    return undefined;
  }

  #search(search: { query: string; found: number }, key: Key): boolean {
    const fits = (i: number): boolean => this.#lines[i].now.toLowerCase().includes(search.query.toLowerCase());
    const upTo = (end: number): number[] => this.#lines.map((_, i) => i).filter((i) => i < end && fits(i));
    if (key.kind === "text" || key.kind === "paste" && /^.*\n?$/.test(key.text)) {
      search.query += key.text.replace("\n", "");
      search.found = upTo(search.found + 1).at(-1) ?? search.found;
    } else if (key.kind === "key" && key.key === "search") {
      search.found = upTo(search.found).filter((i) => this.#lines[i].now !== this.#found).at(-1) ?? search.found;
    } else if (key.kind === "key" && key.key === "backspace") {
      search.query = split(search.query).slice(0, -1).join("");
      search.found = (search.query === "" ? undefined : upTo(Infinity).at(-1)) ?? this.#lines.length;
    } else {
      this.#mode = undefined;
      if (key.kind === "key" && key.key === "cancel") return true;
      if (search.found < this.#lines.length) this.#show(search.found);
      return key.kind === "key" && key.key === "enter";
    }
    return true;
  }

  #cycle(cycling: { before: LineModel["typed"]; forms: readonly string[]; form: number }, key: KeyName | undefined): boolean {
    if (key === "cancel") {
      this.#mode = undefined;
      this.#settle(cycling.before.text.slice(0, cycling.before.cursor), cycling.before.text.slice(cycling.before.cursor));
      return true;
    }
    const { length } = cycling.forms;
    // The first form is what all have in common, which no further Tab comes back to.
    if (key === "complete") cycling.form = cycling.form % (length - 1) + 1;
    else if (key === "complete back") cycling.form = cycling.form <= 1 ? length - 1 : cycling.form - 1;
    else return false;
    this.#form(cycling.before, cycling.forms[cycling.form]);
    return true;
  }

  #form(before: LineModel["typed"], left: string): void {
    this.#settle(left, before.text.slice(before.cursor));
  }

  #press(key: KeyName): string | undefined {
    const [left, right] = [this.#left, this.#right];
    const rows = (left + right).split("\n");
    const row = left.split("\n").length - 1;
    const rowLeft = left.split("\n").at(-1)!;
    const rowRight = right.split("\n")[0];
    const goal = this.#goal;
    switch (key) {
      case "enter":
        return this.#submit(left + right);
      case "new line":
        this.#settle(`${left}\n`, right);
        break;
      case "backspace":
        this.#settle(this.#cells.slice(0, Math.max(0, this.#at - 1)).join(""), right);
        break;
      case "delete":
      case "end of input":
        this.#settle(left, this.#cells.slice(this.#at + 1).join(""));
        break;
      case "left":
        this.#move(Math.max(0, this.#at - 1));
        break;
      case "right":
        this.#move(Math.min(this.#cells.length, this.#at + 1));
        break;
      case "home":
        this.#settle(left.slice(0, left.length - rowLeft.length), rowLeft + right);
        break;
      case "end":
        this.#settle(left + rowRight, right.slice(rowRight.length));
        break;
      case "word left":
        this.#move(this.#wordEdges("start").filter((i) => i < this.#at).at(-1) ?? 0);
        break;
      case "word right":
        this.#move(this.#wordEdges("end").find((i) => i > this.#at) ?? this.#cells.length);
        break;
      case "kill to start":
        this.#kill(rowLeft === "" ? this.#cells[this.#at - 1] ?? "" : rowLeft, "");
        break;
      case "kill to end":
        this.#kill("", rowRight === "" ? this.#cells[this.#at] ?? "" : rowRight);
        break;
      case "kill word":
        this.#kill(left.match(/(?<!\S)\S*\s*$/u)![0], "");
        break;
      case "kill next word":
        this.#kill("", this.#cells.slice(this.#at, this.#wordEdges("end").find((i) => i > this.#at)).join(""));
        break;
      case "yank":
        this.#settle(left + this.#killed, right);
        break;
      case "up":
      case "down": {
        const to = key === "up" ? row - 1 : row + 1;
        if (rows[to] === undefined) this.#leaf(key === "up" ? -1 : 1);
        else {
          const wanted = goal ?? textWidth(rowLeft);
          const before = rows.slice(0, to).reduce((length, text) => length + text.length + 1, 0);
          const starts = split(rows[to]).reduce((starts, cell) => [...starts, starts.at(-1)! + cell], [""]);
          const whole = rows.join("\n");
          const end = before + starts.findLast((start) => textWidth(start) <= wanted)!.length;
          this.#settle(whole.slice(0, end), whole.slice(end));
          this.#goal = wanted;
        }
        break;
      }
      case "search":
        this.#mode = { kind: "searching", query: "", found: this.#lines.length };
        break;
      case "complete":
      case "complete back": {
        const before = this.typed;
        const completion = this.#complete(before.text, before.cursor);
        if (completion === undefined) break;
        const { start, common, options } = completion;
        const stays = before.text.slice(0, start);
        const inserts = options.map(({ insert }) => stays + insert);
        if (inserts.length > 1) this.#mode = { kind: "cycling", before, forms: [stays + common, ...inserts], form: 0 };
        this.#form(before, inserts.length > 1 ? stays + common : inserts[0]);
      }
    }
    return undefined;
  }

  /** Between which graphemes words begin or end; a word's edge inside of a grapheme is the grapheme's. */
  #wordEdges(edge: "start" | "end"): number[] {
    const places = this.#cells.reduce((ends, cell) => [...ends, ends.at(-1)! + cell.length], [0]);
    return [...words.segment(this.#cells.join(""))].filter(({ isWordLike }) => isWordLike).map(({ index, segment }) =>
      edge === "start" ? places.findLastIndex((place) => place <= index) : places.findIndex((place) => place >= index + segment.length)
    );
  }

  #kill(before: string, after: string): void {
    if (before + after === "") return;
    const [left, right] = [this.#left, this.#right];
    const joined = this.#afterKill === `${left}|${right}` ? this.#killed : "";
    this.#killed = before + joined + after;
    this.#settle(left.slice(0, left.length - before.length), right.slice(after.length));
    this.#afterKill = `${this.#left}|${this.#right}`;
  }

  #submit(text: string): string {
    const line = this.#lines[this.#shown];
    const next = line === undefined ? "" : this.#unsent;
    if (line !== undefined) line.now = line.sent;
    if (text !== "" && text !== this.#lines.at(-1)?.sent) this.#lines.push({ sent: text, now: text });
    this.#shown = this.#lines.length;
    this.#unsent = "";
    this.#settle(next, "");
    return text;
  }

  #leaf(by: number): void {
    const to = this.#shown + by;
    if (to >= 0 && to <= this.#lines.length) this.#show(to);
  }

  #show(to: number): void {
    const text = this.#cells.join("");
    if (this.#shown < this.#lines.length) this.#lines[this.#shown].now = text;
    else this.#unsent = text;
    this.#shown = to;
    this.#settle(this.#lines[to]?.now ?? this.#unsent, "");
  }

  #move(to: number): void {
    this.#at = to;
    this.#goal = undefined;
  }

  /** Where both sides join into one grapheme, the cursor stands after it. */
  #settle(left: string, right: string): void {
    this.#goal = undefined;
    this.#cells = split(left + right);
    this.#at = 0;
    while (this.#left.length < left.length) this.#at++;
  }
}
