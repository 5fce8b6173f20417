/**
 * A pipe: lines in are messages, and stdout is what others say, one `name: text` a line. Everything else goes to stderr.
 *
 * @module
 */
import { TextLineStream } from "@std/streams/text-line-stream";
import { cleanText } from "../../shared/text.ts";
import { type Input, isFarewell } from "../input.ts";
import type { Change } from "../timeline.ts";
import { type Sink, Writer } from "../writer.ts";
import type { View } from "./view.ts";
import { sentence } from "./wording.ts";

/** What a program's pipes look like from here. */
export interface Pipes {
  readonly input: AsyncIterable<string>;
  readonly output: Sink;
  readonly errors: Sink;
}

/** The view for programs, and for people who redirect. */
export class PlainView implements View {
  readonly #input: AsyncIterable<string>;
  readonly #output: Writer;
  readonly #errors: Writer;

  constructor({ input, output, errors }: Pipes) {
    this.#input = input;
    this.#output = new Writer(output);
    this.#errors = new Writer(errors);
  }

  get gone(): Promise<unknown> {
    return this.#output.broken;
  }

  async *inputs(): AsyncGenerator<Input, void> {
    for await (const line of this.#input) {
      if (isFarewell(line)) return yield { kind: "leave" };
      if (cleanText(line).trim() !== "") yield { kind: "say", text: line };
    }
  }

  show(change: Change): void {
    if (change.kind === "said" && change.entry.type === "said") {
      if (!change.own) this.#output.write(`${cleanText(change.entry.by)}: ${cleanText(change.entry.text)}\n`);
      return;
    }
    const text = sentence(change);
    if (text !== undefined) this.notice(text);
  }

  notice(text: string): void {
    this.#errors.write(`* ${text}\n`);
  }

  pending(): void {}

  giveBack(): void {}

  async drained(): Promise<void> {
    await Promise.all([this.#output.drained(), this.#errors.drained()]);
  }

  async close(): Promise<void> {
    await Promise.all([this.#output.flushed(), this.#errors.flushed()]);
  }
}

/** Lines of our own input, which is trusted: they may be of any length. */
export function inputLines(input: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStream<string> {
  return input.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
}
