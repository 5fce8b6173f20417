/**
 * A person's terminal: what others say scrolls above the line being typed, which stays as it was.
 *
 * There is no alternate screen: scrollback, selection and search keep working, and what was said stays when we leave.
 *
 * @module
 */
import type { Entry, Say } from "../../shared/protocol.ts";
import { cleanText, plural } from "../../shared/text.ts";
import { type Input, parseInput } from "../input.ts";
import type { Change } from "../timeline.ts";
import { KeyReader, PASTE_MARKS } from "./keys.ts";
import { layout } from "./layout.ts";
import { type Asked, LineEditor } from "./line_editor.ts";
import type { Paint } from "./paint.ts";
import { Screen } from "./screen.ts";
import type { View } from "./view.ts";
import { fit } from "./width.ts";
import { sentence } from "./wording.ts";

/** What a terminal looks like from here. */
export interface Device {
  read(buffer: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  size(): { readonly columns: number; readonly rows: number };
  /** Keys as they are pressed and unseen, or lines as usual. */
  setRaw(raw: boolean): void;
}

/** Unanswered messages shown; the rest are counted. */
const PENDING_SHOWN = 3;

interface Question {
  readonly prompt: string;
  readonly editor: LineEditor;
  readonly answer: (name: string | undefined) => void;
}

/** The view for people. */
export class TerminalView implements View {
  readonly #device: Device;
  readonly #paint: Paint;
  readonly #screen: Screen;
  readonly #keys = new KeyReader();
  readonly #editor = new LineEditor();
  #question: Question | undefined;
  #nick: string | undefined;
  #online = false;
  #pending: readonly Say[] = [];
  #closed = false;

  constructor(device: Device, paint: Paint) {
    this.#device = device;
    this.#paint = paint;
    this.#screen = new Screen(device);
    this.#device.setRaw(true);
    this.#screen.send(PASTE_MARKS.on);
  }

  get gone(): Promise<unknown> {
    return this.#screen.broken;
  }

  async *inputs(): AsyncGenerator<Input, void> {
    const buffer = new Uint8Array(4_096);
    for (;;) {
      const read = await this.#device.read(buffer);
      // Null: the terminal itself is gone.
      if (read === null) return yield { kind: "leave" };
      for (const key of this.#keys.push(buffer.subarray(0, read))) {
        const asked = (this.#question?.editor ?? this.#editor).apply(key);
        const input = asked && this.#input(asked);
        if (input) yield input;
      }
      this.#redraw();
    }
  }

  /** Asks for a name, and says what was wrong with the last one; `undefined` when the person would rather leave. */
  askName(refused: string | undefined, signal: AbortSignal): Promise<string | undefined> {
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const prompt = refused === undefined ? "Enter your name: " : `${cleanText(refused)}. Enter another name: `;
    const answer = (name: string | undefined): void => {
      signal.removeEventListener("abort", giveUp);
      this.#question = undefined;
      resolve(name);
    };
    const giveUp = (): void => answer(undefined);
    signal.addEventListener("abort", giveUp);
    this.#question = { prompt, editor: new LineEditor(), answer };
    this.#redraw();
    return promise;
  }

  show(change: Change): void {
    if (change.kind === "here") [this.#nick, this.#online] = [cleanText(change.nick), true];
    if (change.kind === "lost") this.#online = false;
    if (change.kind === "said" && change.entry.type === "said") return this.#print(this.#message(change.entry));
    if (change.kind === "failed") this.giveBack(change.say.text);
    const text = sentence(change);
    if (text !== undefined) this.notice(change.kind === "here" && !change.again ? `${text} /help says what can be typed` : text);
  }

  notice(text: string): void {
    this.#print(this.#paint.quiet(`* ${text}`));
  }

  pending(says: Iterable<Say>): void {
    this.#pending = [...says];
    this.#redraw();
  }

  giveBack(line: string): void {
    if (this.#editor.text === "") this.#editor.set(line);
    this.#redraw();
  }

  /** Draws again, for a terminal whose size has changed. */
  resized(): void {
    this.#redraw();
  }

  /** Takes the terminal over again after a stop, when somebody else had it. */
  resumed(): void {
    if (this.#closed) return;
    this.#device.setRaw(false);
    this.#device.setRaw(true);
    this.#screen.forget();
    this.#screen.send(PASTE_MARKS.on);
    this.#redraw();
  }

  drained(): Promise<void> {
    return this.#screen.drained();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#screen.hide(this.#device.size().columns);
    this.#screen.send(PASTE_MARKS.off);
    this.#device.setRaw(false);
    await this.#screen.flushed();
  }

  /** What a key asked for, as a wish of the person's; `undefined` when it is settled here. */
  #input(asked: Asked): Input | undefined {
    if (asked.kind === "redraw" || asked.kind === "room") return undefined;
    if (asked.kind !== "submit") {
      this.#question?.answer(undefined);
      return { kind: "leave" };
    }
    if (this.#question) {
      this.#print(this.#question.prompt + cleanText(asked.text));
      this.#question.answer(asked.text);
      return undefined;
    }
    return parseInput(asked.text);
  }

  #message(entry: Entry): string {
    const time = new Date(entry.at).toTimeString().slice(0, 5);
    return `${this.#paint.quiet(time)} ${this.#paint.nick(cleanText(entry.by))}: ${cleanText(entry.text)}`;
  }

  #print(line: string): void {
    const { columns } = this.#device.size();
    this.#screen.hide(columns);
    this.#screen.print(line);
    this.#redraw();
  }

  #redraw(): void {
    if (this.#closed) return;
    const { columns, rows } = this.#device.size();
    const pending = this.#pendingRows(columns);
    const { text, cursor } = this.#question?.editor ?? this.#editor;
    const line = layout({ prompt: this.#prompt(), text, cursor, columns, maxRows: rows - pending.length - 1 });
    this.#screen.hide(columns);
    this.#screen.show({ rows: [...pending, ...line.rows], row: pending.length + line.row, column: line.column });
  }

  #prompt(): string {
    if (this.#question) return this.#question.prompt;
    if (this.#nick === undefined) return "";
    return this.#online ? `${this.#nick}> ` : `${this.#nick} (offline)> `;
  }

  #pendingRows(columns: number): string[] {
    const rows = this.#pending.slice(0, PENDING_SHOWN).map((say) => `… ${cleanText(say.text)}`);
    const more = this.#pending.length - rows.length;
    if (more > 0) rows.push(`… and ${plural(more, "more message")}`);
    return rows.map((row) => this.#paint.quiet(fit(row, columns - 1)));
  }
}
