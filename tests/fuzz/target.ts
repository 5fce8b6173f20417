/**
 * A parser that is fuzzed, and what holds of it whatever it is given.
 *
 * @module
 */
import type { Random } from "../chaos/random.ts";
import type { Grammar } from "./grammar.ts";

/** A parser and its promise. */
export interface Target {
  /** Its name on the command line, and of its folder of the corpus. */
  readonly name: string;
  readonly grammar: Grammar;
  /** Where one input is dear, the share of the usual number that is run. */
  readonly share?: number;
  /** Gives the parser an input; throws where a promise is broken. @param random The input decides it, so that an input alone repeats what was found. */
  readonly check: (input: string, random: Random) => void | Promise<void>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** An input as bytes: each character up to U+00FF is one, any other its bytes of UTF-8. */
export function bytesOf(input: string): Uint8Array<ArrayBuffer> {
  if (/^[\0-\xff]*$/.test(input)) return Uint8Array.from(input, (c) => c.charCodeAt(0));
  return Uint8Array.from(Array.from(input, (c) => c <= "\xff" ? [c.charCodeAt(0)] : [...encoder.encode(c)]).flat());
}

/** The input that stands for these bytes. */
export function inputFrom(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** An input as it comes from the network or a file: whole characters only. */
export function textOf(input: string): string {
  return decoder.decode(encoder.encode(input));
}

/** Bytes cut anywhere, at most 64 times; short ones often into single bytes. */
export function cutAnywhere(bytes: Uint8Array<ArrayBuffer>, random: Random): Uint8Array<ArrayBuffer>[] {
  if (bytes.length <= 64 && random.chance(0.5)) return Array.from(bytes, (byte) => Uint8Array.of(byte));
  const places = Array.from({ length: random.between(0, 64) }, () => random.between(0, bytes.length)).sort((a, b) => a - b);
  return [...places, bytes.length].map((end, i) => bytes.slice(places[i - 1] ?? 0, end));
}

/** Whether there is something in a text that a terminal does not just show; a line feed apart. */
export function movesCursor(text: string): boolean {
  // deno-lint-ignore no-control-regex
  return /[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]|\p{Cs}/u.test(text);
}
