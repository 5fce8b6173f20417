/**
 * A person's terminal: what others say scrolls above the line being typed, which stays as it was.
 *
 * There is no alternate screen: scrollback, selection and search keep working, and what was said stays when we leave.
 *
 * @module
 */
import type { Say } from "../../shared/protocol.ts";
import { cleanText, plural } from "../../shared/text.ts";
import { aborted } from "../aborted.ts";
import type { Clock } from "../clock.ts";
import type { Input } from "../input.ts";
import { COMMANDS, parseInput } from "../slash_commands.ts";
import type { Shown } from "../rooms.ts";
import type { Change, Room } from "../changes.ts";
import { Bell } from "./bell.ts";
import { type Candidates, complete } from "./completion.ts";
import { emojiByName } from "./emoji.ts";
import { type Key, KeyReader, PASTE_MARKS } from "./keys.ts";
import { layout } from "./layout.ts";
import { type Asked, type Draft, LineEditor } from "./line_editor.ts";
import { offerLine } from "./offer_line.ts";
import { pendingRows } from "./pending_rows.ts";
import { Screen } from "./screen.ts";
import { statusLine } from "./status_line.ts";
import { type Look, Transcript } from "./transcript.ts";
import type { Names, OldEntries, Status, View } from "./view.ts";
import { fit, splitGraphemes } from "./width.ts";
import { sentence } from "./wording.ts";

/** What a terminal looks like from here. */
export interface Device {
  read(buffer: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  size(): { readonly columns: number; readonly rows: number };
  /** Keys as they are pressed and unseen, or lines as usual. */
  setRaw(raw: boolean): void;
}

/** What its owner may choose. */
export interface TerminalLook extends Look {
  /** Whether to ring when we are spoken to. */
  readonly bell: boolean;
}

interface Question {
  readonly prompt: string;
  readonly editor: LineEditor;
  /** Whether the answer is nobody's business: it is not shown, and nothing that is made of it. */
  readonly secret: boolean;
  readonly answer: (name: string | undefined) => void;
}

/** The view for people. */
export class TerminalView implements View {
  readonly #device: Device;
  readonly #clock: Clock;
  readonly #bell: Bell;
  readonly #screen: Screen;
  readonly #keys = new KeyReader();
  readonly #editor: LineEditor;
  readonly #transcript: Transcript;
  /** What is half typed in rooms that are not shown. */
  readonly #drafts = new Map<string, Draft>();
  #look: TerminalLook;
  #names: Names = { nicks: () => [], rooms: () => [] };
  #emoji: readonly (readonly [name: string, emoji: string])[] | undefined;
  #question: Question | undefined;
  /** Resolves when the line being typed is sent or emptied. */
  #done: PromiseWithResolvers<void> | undefined;
  #status: Status | undefined;
  #pending: readonly string[] = [];
  #closed = false;

  constructor(device: Device, look: TerminalLook, clock: Clock) {
    this.#device = device;
    this.#clock = clock;
    this.#bell = new Bell(clock);
    this.#look = look;
    this.#transcript = new Transcript(look);
    this.#screen = new Screen(device);
    this.#editor = new LineEditor({ complete: (text, cursor) => complete(text, cursor, this.#candidates()) });
    this.#device.setRaw(true);
    this.#screen.send(PASTE_MARKS.on);
  }

  get gone(): Promise<unknown> {
    return this.#screen.broken;
  }

  /** Looks different from here on. */
  set look(look: TerminalLook) {
    this.#look = look;
    this.#transcript.look = look;
  }

  async *inputs(): AsyncGenerator<Input, void> {
    const buffer = new Uint8Array(4_096);
    let reading: Promise<number | null> | undefined;
    for (;;) {
      reading ??= this.#device.read(buffer);
      const read = await this.#within(reading, this.#keys.waiting);
      // Null: the terminal itself is gone.
      if (read === null) return yield { kind: "leave" };
      if (read !== "nothing") reading = undefined;
      for (const key of read === "nothing" ? this.#keys.flush() : this.#keys.push(buffer.subarray(0, read))) {
        const input = this.#press(key);
        if (input) yield input;
      }
      if (this.#editor.isIdle) this.#done?.resolve();
      this.#redraw();
    }
  }

  /** Asks for a name, and says what was wrong with the last one; `undefined` when the person would rather leave. */
  askName(refused: string | undefined, signal: AbortSignal): Promise<string | undefined> {
    const prompt = refused === undefined ? "Enter your name: " : `${cleanText(refused)}. Enter another name: `;
    return this.#ask(prompt, false, signal);
  }

  /** Asks for a password, which is not shown, and says why; `undefined` when the person would rather leave. */
  async askPassword(refused: string, signal: AbortSignal): Promise<string | undefined> {
    this.notice(`${cleanText(refused)}.`);
    if (!this.#editor.isIdle) {
      this.notice("You are asked for it when you have sent or emptied your line.");
      await this.#lineDone(signal);
    }
    // A paste may bring the end of its line.
    return (await this.#ask("Password: ", true, signal))?.replace(/\n+$/, "");
  }

  /** Resolves when nothing is half typed any more: the rest of it would be taken for the answer to a question. */
  async #lineDone(signal: AbortSignal): Promise<void> {
    this.#done = Promise.withResolvers();
    await Promise.race([this.#done.promise, aborted(signal)]);
  }

  #ask(prompt: string, secret: boolean, signal: AbortSignal): Promise<string | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const answer = (text: string | undefined): void => {
      signal.removeEventListener("abort", giveUp);
      this.#question = undefined;
      resolve(text);
    };
    const giveUp = (): void => answer(undefined);
    signal.addEventListener("abort", giveUp);
    this.#question = { prompt, editor: new LineEditor(), secret, answer };
    this.#redraw();
    return promise;
  }

  show(change: Change): void {
    if (change.kind === "said") return this.#print(this.#transcript.lines(change, this.#nick));
    if (change.kind === "failed") this.giveBack(change.say.text, change.say.room);
    const text = sentence(change);
    if (text !== undefined) this.notice(change.kind === "here" && !change.again ? `${text} /help says what can be typed` : text);
  }

  enter(room: Room, { changes, unread, leftOut }: Shown, answered: boolean): void {
    const before = this.#status?.room?.name;
    if (before !== undefined && before !== room.name) this.#changeDraft(before, room.name, answered);
    if (this.#status) this.#status = { ...this.#status, room };
    const parts = [`#${cleanText(room.name)}`, cleanText(room.topic), unread > 0 ? `${unread} new` : ""];
    const lines = [this.#transcript.rule(parts.filter((part) => part !== "").join(" · "))];
    if (leftOut > 0) lines.push(this.#transcript.rule(`${plural(leftOut, "older message")}: /history shows them`));
    this.#print(lines);
    for (const change of changes) this.show(change);
  }

  old({ title, entries }: OldEntries): void {
    const transcript = new Transcript(this.#look);
    const lines = entries.flatMap((entry) => transcript.lines({ entry, own: false, mention: false }, this.#nick));
    this.#print([transcript.rule(title), ...lines, transcript.rule("end")]);
  }

  notice(text: string): void {
    this.#print(cleanText(text, { newlines: true }).split("\n").map((line) => this.#transcript.notice(line)));
  }

  ring(): void {
    if (this.#look.bell) this.#screen.send(this.#bell.ring());
  }

  clear(): void {
    this.#screen.clear();
    this.#redraw();
  }

  status(status: Status): void {
    this.#status = status;
    this.#redraw();
  }

  pending(says: Iterable<Say>): void {
    const rows = pendingRows(says);
    if (rows.length === 0 && this.#pending.length === 0) return;
    this.#pending = rows;
    this.#redraw();
  }

  giveBack(line: string, room: string): void {
    const here = this.#status?.room === undefined || this.#status.room.name === room;
    this.#editor.giveBack(line, here);
    this.#redraw();
  }

  complete(names: Names): void {
    this.#names = names;
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

  /** Leaves at once, where the process breaks: returns what is to be written to the terminal, and writes no more. */
  abandon(): string {
    if (this.#closed) return "";
    this.#closed = true;
    this.#device.setRaw(false);
    return this.#screen.abandon(this.#device.size().columns) + PASTE_MARKS.off;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#screen.hide(this.#device.size().columns);
    this.#screen.send(PASTE_MARKS.off);
    this.#device.setRaw(false);
    await this.#screen.flushed();
  }

  /** Puts aside what is typed in one room for what was in another. What is typed while the room comes that was asked for is meant for that. */
  #changeDraft(from: string, to: string, answered: boolean): void {
    const draft = this.#drafts.get(to);
    this.#drafts.delete(to);
    const isEmpty = draft === undefined || draft.text === "" && draft.paste === undefined;
    if (answered && isEmpty) return;
    this.#drafts.set(from, this.#editor.take());
    if (draft) this.#editor.restore(draft);
  }

  get #nick(): string {
    return this.#status?.nick ?? "";
  }

  /** What was read, or "nothing" when nothing came within `ms`. */
  async #within(reading: Promise<number | null>, ms: number | undefined): Promise<number | null | "nothing"> {
    if (ms === undefined) return await reading;
    const over = new AbortController();
    try {
      return await Promise.race([reading, this.#clock.sleep(ms, over.signal).then(() => "nothing" as const)]);
    } finally {
      over.abort();
    }
  }

  #candidates(): Candidates {
    return { nicks: this.#names.nicks(), rooms: this.#names.rooms(), commands: COMMANDS, emoji: this.#emoji ?? [] };
  }

  async #loadEmoji(): Promise<void> {
    this.#emoji = [];
    try {
      this.#emoji = await emojiByName();
    } catch {
      // Where the table cannot be had, names of emoji are left as they are typed.
    }
  }

  #press(key: Key): Input | undefined {
    // Whoever types a colon may soon ask for the rest of a name.
    if (this.#emoji === undefined && key.kind === "text" && key.text.includes(":")) void this.#loadEmoji();
    const asked = (this.#question?.editor ?? this.#editor).apply(key);
    return asked && this.#input(asked);
  }

  /** What a key asked for, as a wish of the person's; `undefined` when it is settled here. */
  #input(asked: Asked): Input | undefined {
    switch (asked.kind) {
      case "redraw":
        return undefined;
      case "room":
        return this.#question ? undefined : { kind: "switch", to: String(asked.number) };
      case "interrupt":
      case "end of input":
        this.#question?.answer(undefined);
        return { kind: "leave" };
      case "submit":
        if (!this.#question) return parseInput(asked.text);
        this.#print([this.#question.prompt + (this.#question.secret ? "" : cleanText(asked.text))]);
        this.#question.answer(asked.text);
        return undefined;
    }
  }

  #print(lines: readonly string[]): void {
    if (this.#closed) return;
    this.#screen.hide(this.#device.size().columns);
    for (const line of lines) this.#screen.print(line);
    this.#redraw();
  }

  /** From the top: messages without an answer, the line being typed, and the status or what the editor has to say. */
  #redraw(): void {
    if (this.#closed) return;
    const { columns, rows } = this.#device.size();
    const editor = this.#question?.editor ?? this.#editor;
    // In a terminal of a few rows the line being typed comes first.
    const below = rows > 2 ? [this.#below(editor, columns - 1)] : [];
    const pending = this.#pending.slice(0, Math.max(0, rows - 4)).map((row) => this.#look.paint.quiet(fit(row, columns - 1)));
    const maxRows = Math.max(1, rows - pending.length - below.length - 1);
    const { text, cursor } = this.#question?.secret ? masked(editor) : editor;
    const line = layout({ prompt: this.#prompt(columns >> 1), text, cursor, columns, maxRows });
    this.#screen.hide(columns);
    this.#screen.show({ rows: [...pending, ...line.rows, ...below], row: pending.length + line.row, column: line.column });
  }

  #prompt(columns: number): string {
    if (this.#question) return this.#question.prompt;
    if (this.#status === undefined || this.#nick === "") return "";
    const { room, rooms } = this.#status;
    const where = room !== undefined && rooms.length > 1 ? `#${cleanText(room.name)} ` : "";
    return `${fit(where + cleanText(this.#nick), columns - 2)}> `;
  }

  #below(editor: LineEditor, columns: number): string {
    const { question, offer } = editor;
    if (this.#question?.secret) return "";
    if (question !== undefined) return fit(question, columns);
    if (offer !== undefined) return offerLine(offer, columns);
    return this.#look.paint.quiet(this.#question || !this.#status ? "" : statusLine(this.#status, columns));
  }
}

/** A line of which no more can be seen than how long it is. */
function masked({ text, cursor }: LineEditor): { readonly text: string; readonly cursor: number } {
  return { text: "*".repeat(splitGraphemes(text).length), cursor: splitGraphemes(text.slice(0, cursor)).length };
}
