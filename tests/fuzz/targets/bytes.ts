/**
 * What comes from a connection before anybody knows what it is.
 *
 * @module
 */
import { assert } from "@std/assert";
import { FIRST_BYTES, speech } from "../../../server/first_bytes.ts";
import { TelnetFilter } from "../../../server/transports/telnet.ts";
import { type Line, LineSplitter } from "../../../shared/lines.ts";
import { LIMITS } from "../../../shared/protocol.ts";
import { bytesOf, cutAnywhere, type Target } from "../target.ts";

const LF = 10;
const CR = 13;
const IAC = 255;

/** What the lines are, told simply. */
function linesOf(bytes: Uint8Array, limit: number): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < bytes.length;) {
    const lf = bytes.indexOf(LF, start);
    const end = lf < 0 ? bytes.length : lf;
    const line = bytes.slice(start, end > start && bytes[end - 1] === CR ? end - 1 : end);
    lines.push(line.length > limit ? { overlong: line.length } : line);
    start = end + 1;
  }
  return lines;
}

/** A line that never ends. What holds all of it copies it again and again, which takes longer than an input may. */
const ENDLESS = 256;
const ENDLESS_CHUNK = new Uint8Array(65_536);

/** Lines are the same however the bytes are cut, none is over the limit, and no more than that is held. */
const lines: Target = {
  name: "lines",
  grammar: {
    examples: ["one\ntwo\r\n\r\nthree", "\r\r\n", "no end"],
    tokens: ["\n", "\r", "\r\n", "a", "word", "0123456789abcdef", "\xc3", "é"],
    longest: LIMITS.frameBytes + 2,
  },
  check: (input, random) => {
    const bytes = bytesOf(input);
    const limit = random.pick([0, 1, 8, 64, LIMITS.textBytes, LIMITS.frameBytes]);
    const splitter = new LineSplitter(limit);
    const found: Line[] = [];
    for (const chunk of cutAnywhere(bytes, random)) found.push(...splitter.push(chunk));
    const last = splitter.end();
    if (last !== undefined) found.push(last);
    assert(!(last instanceof Uint8Array) || last.buffer.byteLength <= limit + 1, "it holds at most limit + 1 bytes");
    assert(splitter.pending === 0);
    if (random.chance(1 / 500)) { for (let n = 0; n < ENDLESS; n++) splitter.push(ENDLESS_CHUNK).next(); }
    const expected = linesOf(bytes, limit);
    assert(found.length === expected.length, `${found.length} lines, not ${expected.length}`);
    for (const [i, line] of found.entries()) assertSame(line, expected[i]);
  },
};

function assertSame(line: Line, expected: Line): void {
  if (line instanceof Uint8Array && expected instanceof Uint8Array) assert(sameBytes(line, expected), "another line");
  else assert("overlong" in line && "overlong" in expected && line.overlong === expected.overlong, "another length");
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Longer than any negotiation that is waited out. */
const NO_END = new Uint8Array(2_048);

/** No byte of a negotiation is left, nobody's text is touched, and it is all the same however the bytes are cut. */
const telnet: Target = {
  name: "telnet",
  grammar: {
    examples: ["\xff\xfb\x01bob\n", "\xff\xfa\x18\x00xterm\xff\xf0hi\n", "\xff\xff\xff\xf4", "plain text\n"],
    tokens: ["\xff", "\xfa", "\xf0", "\xfb", "\xfc", "\xfd", "\xfe", "\xff\xfa", "\xff\xf0", "\x01", "text", "\n", "x".repeat(1_020)],
    longest: LIMITS.frameBytes,
  },
  check: (input, random) => {
    const bytes = bytesOf(input);
    const whole = new TelnetFilter().strip(bytes);
    const filter = new TelnetFilter();
    let at = 0;
    for (const chunk of cutAnywhere(bytes, random)) {
      const piece = filter.strip(chunk);
      assert(sameBytes(piece, whole.subarray(at, at += piece.length)), "the cut matters");
    }
    assert(at === whole.length, "the cut matters at the end");
    assert(!whole.includes(IAC), "negotiation is left");
    if (!bytes.includes(IAC)) assert(sameBytes(whole, bytes), "text is touched");
    if (random.chance(0.1)) assert(filter.strip(NO_END).length > 0, "a negotiation swallows everything");
  },
};

/** What is decided stays decided when more comes, and is decided after {@link FIRST_BYTES}. */
const firstBytes: Target = {
  name: "first bytes",
  grammar: {
    examples: ["GET / HTTP/1.1\r\n", '{"kind":"hello"}', "\x16\x03\x01\x02\x00", "PRI * HTTP/2.0\r\n", "OPTIONS * HTTP/1.1", "Peter\n"],
    tokens: ["GET ", "HEAD ", "DELETE ", "OPTIONS", "CONNECT ", "PRI", " /", " *", " http", "{", "\x16", "\x03", "\n", "\xff", "a"],
    longest: LIMITS.frameBytes,
  },
  check: (input, random) => {
    const bytes = bytesOf(input);
    const all = speech(bytes);
    const some = speech(bytes.subarray(0, random.between(0, Math.min(bytes.length, 2 * FIRST_BYTES))));
    assert(some === "undecided" || some === all, `first ${some}, then ${all}`);
    assert(all !== "undecided" || bytes.length < FIRST_BYTES, "undecided for ever");
  },
};

export const BYTES: readonly Target[] = [lines, telnet, firstBytes];
