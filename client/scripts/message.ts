/**
 * What scripts say: one message from the command line, or the lines of a stream.
 *
 * @module
 */
import { type Line, LineSplitter } from "../../shared/lines.ts";
import { LIMITS } from "../../shared/protocol.ts";
import { byteLength, cleanText, count } from "../../shared/text.ts";

/** Why a text would be refused by any server, as a sentence without a full stop; `undefined` where it would not. */
export function unsayable(text: string): string | undefined {
  const clean = cleanText(text, { newlines: true });
  if (clean.trim() === "") return "there is nothing in it to say";
  return byteLength(clean) > LIMITS.textBytes ? tooLong(byteLength(clean)) : undefined;
}

/** What is wrong with a message of so many bytes. */
export function tooLong(bytes: number): string {
  return `a message has at most ${count(LIMITS.textBytes)} bytes, this one had ${count(bytes)}`;
}

/** The lines of a stream; of one above 64 KiB, which is no message whatever its escape sequences, only the length, in bytes. */
export async function* lines(input: AsyncIterable<Uint8Array>): AsyncGenerator<string | number, void> {
  const splitter = new LineSplitter(LIMITS.runawayBytes);
  const decoder = new TextDecoder();
  const read = (line: Line) => line instanceof Uint8Array ? decoder.decode(line) : line.overlong;
  for await (const chunk of input) for (const line of splitter.push(chunk)) yield read(line);
  const last = splitter.end();
  if (last !== undefined) yield read(last);
}
