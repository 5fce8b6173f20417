import { assert, assertEquals, assertLess } from "@std/assert";
import fc from "fast-check";
import { type Line, LineSplitter } from "../../shared/lines.ts";
import { LIMITS } from "../../shared/protocol.ts";

const LIMIT = 8;

/** A line as text, one character for each byte; what was too long as its length. */
function shown(line: Line): string | number {
  return line instanceof Uint8Array ? String.fromCharCode(...line) : line.overlong;
}

/** Feeds chunks out of one buffer that is overwritten after each, as a socket's is, then ends. */
function split(chunks: readonly Uint8Array[], limit = LIMIT): (string | number)[] {
  const splitter = new LineSplitter(limit);
  const buffer = new Uint8Array(Math.max(0, ...chunks.map((chunk) => chunk.length)));
  const lines: (string | number)[] = [];
  for (const chunk of chunks) {
    buffer.set(chunk);
    lines.push(...splitter.push(buffer.subarray(0, chunk.length)).map(shown));
    buffer.fill(33);
  }
  const last = splitter.end();
  return last ? [...lines, shown(last)] : lines;
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

/** Cuts `text` at each of the places. */
function cut(text: string, places: readonly number[]): Uint8Array[] {
  const ends = [...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b), text.length];
  return ends.map((end, i) => bytes(text.slice(ends[i - 1] ?? 0, end)));
}

/** What the lines of a text are, said in another way. */
function linesOf(text: string): (string | number)[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) => line.replace(/\r$/, "")).map((line) => line.length > LIMIT ? line.length : line);
}

Deno.test("LineSplitter gives the same lines however the bytes are cut", () => {
  const text = fc.array(fc.constantFrom("a", "b", "\xff", "\r", "\n", "1234567", "12345678"), { maxLength: 40 }).map((all) => all.join(""));
  fc.assert(fc.property(text, fc.array(fc.nat(), { maxLength: 20 }), (text, places) => {
    assertEquals(split(cut(text, places)), linesOf(text));
  }));
});

const LINES: readonly [text: string, lines: (string | number)[]][] = [
  ["", []],
  ["\n", [""]],
  ["\n\n", ["", ""]],
  ["12345678\n", ["12345678"]],
  ["12345678\r\n", ["12345678"]],
  ["123456789\n", [9]],
  ["123456789\r\n", [9]],
  ["12345678\r\r\n", [9]],
  ["a".repeat(1000) + "\nb\n", [1000, "b"]],
  ["a\r\r\n", ["a\r"]],
  ["a\rb\n", ["a\rb"]],
  ["\r\n", [""]],
  ["a\n\rb\n", ["a", "\rb"]],
  ["a\nb", ["a", "b"]],
  ["a\nb\r", ["a", "b"]],
  ["\r", [""]],
  ["12345678", ["12345678"]],
  ["12345678\r", ["12345678"]],
  ["123456789", [9]],
];

Deno.test("LineSplitter drops one carriage return, and counts what is left against the limit", () => {
  for (const [text, lines] of LINES) {
    assertEquals(split([bytes(text)]), lines, JSON.stringify(text));
    assertEquals(split(cut(text, [...text].map((_, i) => i))), lines, `${JSON.stringify(text)}, byte by byte`);
  }
});

Deno.test("LineSplitter.end gives an unfinished line once", () => {
  const splitter = new LineSplitter(LIMIT);
  splitter.push(bytes("a\nb")).toArray();
  assertEquals(splitter.pending, 1);
  assertEquals(shown(splitter.end()!), "b");
  assertEquals([splitter.end(), splitter.pending], [undefined, 0]);
});

Deno.test("LineSplitter.runaway is set by one byte more than 64 KiB without a line feed", () => {
  for (const size of [1, 1000, LIMITS.runawayBytes]) {
    const splitter = new LineSplitter(LIMIT);
    splitter.push(bytes("a\n")).toArray();
    for (let sent = 0; sent < LIMITS.runawayBytes; sent += size) {
      splitter.push(new Uint8Array(Math.min(size, LIMITS.runawayBytes - sent)).fill(97)).next();
    }
    assertEquals([splitter.pending, splitter.runaway], [65_536, false]);
    splitter.push(bytes("a")).next();
    assertEquals([splitter.pending, splitter.runaway], [65_537, true]);
  }
});

Deno.test("LineSplitter holds one line's worth of bytes at most", () => {
  const chunk = new Uint8Array(1024 * 1024).fill(97);
  chunk[1024] = 10;
  const before = Deno.memoryUsage().external;
  const splitters = Array.from({ length: 64 }, () => new LineSplitter(LIMIT));
  for (const splitter of splitters) {
    splitter.push(chunk).toArray();
    splitter.push(chunk.subarray(1025)).toArray();
  }
  assertLess(Deno.memoryUsage().external - before, 8 * 1024 * 1024);
  assert(splitters.every((splitter) => splitter.pending > 2 * 1024 * 1024 - 4096));
});

Deno.test("LineSplitter.push cuts a line out when it is asked for", () => {
  const splitter = new LineSplitter(LIMIT);
  const chunk = bytes("one\ntwo\nthree");
  const lines = splitter.push(chunk);
  assertEquals(shown(lines.next().value!), "one");
  chunk.set(bytes("2"), 4);
  assertEquals([...lines].map(shown), ["2wo"]);
  assertEquals(shown(splitter.end()!), "three");
});
