/**
 * One line after the other, nothing drawn twice: for pipes, for screen readers and for terminals that can do no more.
 *
 * @module
 */
import { TextLineStream } from "@std/streams/text-line-stream";
import type { Entry } from "../../shared/protocol.ts";
import { cleanText, plural } from "../../shared/text.ts";
import type { Input } from "../input.ts";
import { isFarewell, parseInput } from "../slash_commands.ts";
import type { Shown } from "../rooms.ts";
import type { Change, Room } from "../changes.ts";
import { type Sink, Writer } from "../writer.ts";
import type { OldEntries, View } from "./view.ts";
import { notSent, sentence } from "./wording.ts";

/** Ctrl-U takes the whole line back. */
const KILL = "\x15";

/** What a program's pipes look like from here. */
export interface Pipes {
  /** Lines of input. */
  readonly input: AsyncIterable<string>;
  /** Takes what others say, one `name: text` a line. */
  readonly output: Sink;
  /** Takes everything else. */
  readonly errors: Sink;
  /** Shows nothing of what is typed from here on, or shows it again. Keys then come as they are pressed. */
  readonly hide?: (hidden: boolean) => void;
}

/** The view for programs, where every line is a message, and for people who want nothing redrawn, who may type commands. */
export class PlainView implements View {
  readonly #input: AsyncIterator<string>;
  readonly #output: Writer;
  readonly #errors: Writer;
  readonly #hide: (hidden: boolean) => void;
  readonly #person: boolean;
  /** Takes the next line, where something was asked for. */
  #answer: ((line: string | undefined) => void) | undefined;

  /** @param person Whether a person types: then commands are understood, and everything goes to the output. */
  constructor({ input, output, errors, hide = () => {} }: Pipes, person: boolean) {
    this.#input = input[Symbol.asyncIterator]();
    this.#output = new Writer(output);
    this.#errors = person ? this.#output : new Writer(errors);
    this.#hide = hide;
    this.#person = person;
  }

  get gone(): Promise<Error> {
    return this.#output.broken;
  }

  async *inputs(): AsyncGenerator<Input, void> {
    for (let line = await this.#line(); line !== undefined; line = await this.#line()) {
      const input = this.#person ? this.#read(line) : message(line);
      if (input) yield input;
      if (input?.kind === "leave") return;
    }
  }

  /** Asks for a name, and says what was wrong with the last one; `undefined` when nobody waits for it any more. */
  askName(refused: string | undefined, signal: AbortSignal): Promise<string | undefined> {
    return this.#ask(refused === undefined ? "Enter your name: " : `${cleanText(refused)}. Enter another name: `, signal);
  }

  /** Asks a person for a password, which is not shown, and says why; `undefined` when nobody waits for it any more. */
  async askPassword(refused: string, signal: AbortSignal): Promise<string | undefined> {
    this.notice(`${cleanText(refused)}.`);
    this.#hide(true);
    const line = await this.#ask("Password: ", signal);
    this.#hide(false);
    this.#output.write("\n");
    return line === undefined ? undefined : edited(line);
  }

  #ask(prompt: string, signal: AbortSignal): Promise<string | undefined> {
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const answer = (line: string | undefined): void => {
      signal.removeEventListener("abort", giveUp);
      this.#answer = undefined;
      resolve(line);
    };
    const giveUp = (): void => answer(undefined);
    signal.addEventListener("abort", giveUp);
    this.#answer = answer;
    this.#output.write(prompt);
    return promise;
  }

  show(change: Change): void {
    if (change.kind === "said" && change.entry.type === "said") {
      if (!change.own || (this.#person && change.past)) this.#message(change.entry);
      return;
    }
    // Nothing that was typed comes back here by a key.
    const text = change.kind === "failed" ? notSent(change, cleanText(change.say.text, { newlines: true })) : sentence(change);
    if (text !== undefined) this.notice(text);
  }

  enter(room: Room, { changes, leftOut }: Shown): void {
    this.notice(`You are in #${cleanText(room.name)}${room.topic === "" ? "" : `: ${cleanText(room.topic)}`}`);
    if (leftOut > 0) this.notice(`${plural(leftOut, "older message")} left out; /history shows them`);
    for (const change of changes) this.show(change);
  }

  old({ title, entries }: OldEntries): void {
    this.notice(`${title}:`);
    for (const entry of entries) this.show({ kind: "said", room: entry.room, entry, own: false, past: true, mention: false });
    this.notice("That was it.");
  }

  notice(text: string): void {
    this.#errors.write(text.split("\n").map((line) => `* ${line}\n`).join(""));
  }

  giveBack(): void {}

  ring(): void {}

  clear(): void {}

  status(): void {}

  pending(): void {}

  complete(): void {}

  async drained(): Promise<void> {
    await Promise.all([this.#output.drained(), this.#errors.drained()]);
  }

  async close(): Promise<void> {
    await Promise.all([this.#output.flushed(), this.#errors.flushed()]);
  }

  async #line(): Promise<string | undefined> {
    const { value, done } = await this.#input.next();
    return done ? undefined : value;
  }

  /** What a person's line asks for; `undefined` where it answers a question. */
  #read(line: string): Input | undefined {
    if (!this.#answer) return parseInput(line);
    this.#answer(line);
    return undefined;
  }

  /** A program gets one line. A person gets as many as it has; those that follow are set in, so that none looks like another's message. */
  #message({ by, text }: Entry): void {
    const [first, ...more] = cleanText(text, { newlines: this.#person }).split("\n");
    this.#output.write([`${cleanText(by)}: ${first}`, ...more.map((line) => `  ${line}`)].join("\n") + "\n");
  }
}

function message(line: string): Input | undefined {
  if (isFarewell(line)) return { kind: "leave" };
  return cleanText(line).trim() === "" ? undefined : { kind: "say", text: line };
}

/** What a line of keys comes to where the terminal does not work off its backspaces. */
function edited(line: string): string {
  const kept: string[] = [];
  for (const key of line) {
    if (key === "\x7f" || key === "\b") kept.pop();
    else if (key === KILL) kept.length = 0;
    else kept.push(key);
  }
  return cleanText(kept.join(""));
}

/** Lines of our own input, which is trusted: they may be of any length. */
export function inputLines(input: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStream<string> {
  return input.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
}

/** Lines that a person types; where keys come as they are pressed, the one that ends a line is a carriage return. */
export function typedLines(input: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStream<string> {
  const newlines = new TransformStream<string, string>({ transform: (text, lines) => lines.enqueue(text.replaceAll("\r", "\n")) });
  return input.pipeThrough(new TextDecoderStream()).pipeThrough(newlines).pipeThrough(new TextLineStream());
}
