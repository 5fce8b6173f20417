import { assert, assertEquals, assertLess } from "@std/assert";
import fc from "fast-check";
import { byteLength, cleanText, count, isClean, plural } from "../../shared/text.ts";

const ESC = "\x1b";
const BEL = "\x07";
const ST = `${ESC}\\`;
const MARK = "\u0301";

const CLEANED: readonly [what: string, text: string, clean: string][] = [
  ["plain", "hello, world!", "hello, world!"],
  ["NUL", "a\0b", "ab"],
  ["backspace", "a\bb", "ab"],
  ["bell", `a${BEL}b`, "ab"],
  ["vertical tab and form feed", "a\v\fb", "ab"],
  ["delete", "a\x7fb", "ab"],
  ["C1 next line", "a\x85b", "a b"],
  ["tab", "a\tb", "a b"],
  ["line feed", "a\nb", "a b"],
  ["carriage return", "a\rb", "a b"],
  ["CR LF", "a\r\nb", "a b"],
  ["CSI colour", `${ESC}[1;31mred${ESC}[0m`, "red"],
  ["CSI cursor up", `a${ESC}[2Ab`, "ab"],
  ["CSI private mode", `a${ESC}[?1049hb`, "ab"],
  ["CSI with intermediate byte", `a${ESC}[2 qb`, "ab"],
  ["OSC ended by BEL", `a${ESC}]0;title${BEL}b`, "ab"],
  ["OSC ended by ST", `a${ESC}]8;;http://x${ST}b`, "ab"],
  ["OSC ended by 8-bit ST", `a${ESC}]0;title\x9cb`, "ab"],
  ["DCS", `a${ESC}Pq#0;2;0;0;0${ST}b`, "ab"],
  ["SOS, PM and APC", `a${ESC}X1${ST}${ESC}^2${ST}${ESC}_3${ST}b`, "ab"],
  ["8-bit CSI", "a\x9b31mb", "ab"],
  ["8-bit OSC", "a\x9d0;title\x9cb", "ab"],
  ["8-bit DCS, SOS, PM and APC", "a\x901\x9c\x982\x9c\x9e3\x9c\x9f4\x9cb", "ab"],
  ["full reset", `a${ESC}cb`, "ab"],
  ["character set", `a${ESC}(0b`, "ab"],
  ["CSI that does not end", `a${ESC}[31`, "a31"],
  ["OSC that does not end", `a${ESC}]0;title`, "a0;title"],
  ["8-bit OSC that does not end", "a\x9d0;title", "a0;title"],
  ["OSC with a CSI in it", `a${ESC}]0;t${ESC}[31mb${BEL}c`, "a0;tbc"],
  ["ESC ESC CSI", `a${ESC}${ESC}[31mb`, "ab"],
  ["ESC at the end", `a${ESC}`, "a"],
  ["lone high surrogate", "a\ud83db", "ab"],
  ["lone low surrogate", "a\ude00b", "ab"],
  ["surrogates in the wrong order", "a\ude00\ud83db", "ab"],
  ["bidi embeddings and overrides", "a\u202a\u202b\u202c\u202d\u202eb", "ab"],
  ["bidi isolates", "a\u2066\u2067\u2068\u2069b", "ab"],
  ["line and paragraph separators", "a\u2028\u2029b", "a  b"],
  ["4 marks on a base", `a${MARK.repeat(4)}b`, `a${MARK.repeat(4)}b`],
  ["5 marks on a base", `a${MARK.repeat(5)}b`, `a${MARK.repeat(4)}b`],
  ["500 marks on each of two", `a${MARK.repeat(500)}b${MARK.repeat(500)}`, `a${MARK.repeat(4)}b${MARK.repeat(4)}`],
  ["marks with controls between", `a${`${MARK}\0`.repeat(9)}b`, `a${MARK.repeat(4)}b`],
  ["marks with joiners between", `a${`${MARK}\u200c`.repeat(9)}b`, `a${`${MARK}\u200c`.repeat(4)}b`],
  ["combining letters of Hindi and Thai", "हिन्दी ที่นี่", "हिन्दी ที่นี่"],
  ["emoji family", "👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦"],
  ["emoji with skin, variation and flag", "👍🏽 ❤️‍🔥 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇩🇪", "👍🏽 ❤️‍🔥 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇩🇪"],
  ["CJK", "漢字、かな、한글", "漢字、かな、한글"],
  ["Arabic and Hebrew with marks", "مَرْحَبًا שָׁלוֹם\u200f", "مَرْحَبًا שָׁלוֹם\u200f"],
];

Deno.test("cleanText takes out what must not be shown, and nothing else", () => {
  for (const [what, text, clean] of CLEANED) assertEquals(cleanText(text), clean, what);
});

Deno.test("cleanText takes out every C0 and C1 control character", () => {
  for (let code = 0; code < 0xa0; code = code === 0x1f ? 0x7f : code + 1) {
    const clean = cleanText(`${String.fromCharCode(code)}漢`);
    assertEquals(clean, "\t\n\r\x85".includes(String.fromCharCode(code)) ? " 漢" : "漢", `U+${code.toString(16)}`);
  }
});

const LINES: readonly [text: string, clean: string][] = [
  ["a\nb", "a\nb"],
  ["a\r\nb", "a\nb"],
  ["a\rb", "a\nb"],
  ["a\n\n\tb", "a\n\n b"],
  ["a\x85\u2028\u2029b", "a\n\n\nb"],
];

Deno.test("cleanText keeps line feeds where they are allowed, and makes one of each way to end a line", () => {
  for (const [text, clean] of LINES) assertEquals(cleanText(text, { newlines: true }), clean, JSON.stringify(text));
});

/** Any sequence of UTF-16 units, and sequences of what cleaning looks for. */
const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  fc.string({
    unit: fc.constantFrom(
      ESC,
      "[",
      "]",
      "0",
      ";",
      "m",
      " ",
      "\\",
      BEL,
      "\x9b",
      "\x9d",
      "\x9c",
      MARK,
      "\u200d",
      "\ud83d",
      "\ude00",
      "\u202e",
      "\r",
      "\n",
    ),
  }),
);

Deno.test("cleanText changes nothing that is clean", () => {
  fc.assert(fc.property(anyText, fc.boolean(), (text, newlines) => {
    const clean = cleanText(text, { newlines });
    assertEquals(cleanText(clean, { newlines }), clean);
  }));
});

Deno.test("cleanText leaves no character that must not be shown", () => {
  const forbidden = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]|\p{M}{5}|\p{Cs}/u;
  fc.assert(fc.property(anyText, (text) => {
    assert(!forbidden.test(cleanText(text)));
    assert(!forbidden.test(cleanText(text, { newlines: true }).replaceAll("\n", "")));
  }));
});

Deno.test("cleanText takes time in proportion to the text", () => {
  const worst = ["\x9d", ESC, `${ESC}]`, `${ESC}[`, "\x9b0", "\x900", MARK, `${MARK}\u200c`, "\r", "\t"];
  for (const unit of worst) {
    const text = unit.repeat(100_000 / unit.length);
    const start = performance.now();
    cleanText(text);
    assertLess(performance.now() - start, 1_000, JSON.stringify(unit));
  }
});

Deno.test("isClean tells whether cleaning would change anything", () => {
  assertEquals(["hi", "漢", "a\tb", "a\nb", "\u202e"].map(isClean), [true, true, false, false, false]);
});

Deno.test("byteLength counts what TextEncoder writes", () => {
  fc.assert(fc.property(anyText, (text) => assertEquals(byteLength(text), new TextEncoder().encode(text).length)));
  for (const length of [0, 16_383, 16_384, 16_385, 100_000]) assertEquals(byteLength("漢".repeat(length)), 3 * length);
});

Deno.test("count separates thousands", () => {
  assertEquals([0, 1, 999, 1000, 4980, 999_999, 1_000_000].map(count), ["0", "1", "999", "1,000", "4,980", "999,999", "1,000,000"]);
});

Deno.test("plural says one, or more", () => {
  assertEquals([0, 1, 2, 4980].map((n) => plural(n, "message")), ["0 messages", "1 message", "2 messages", "4,980 messages"]);
});
