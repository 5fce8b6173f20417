import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { fit, graphemeWidth, splitGraphemes, textWidth } from "../../../client/views/width.ts";

Deno.test("graphemeWidth counts the most columns that a terminal takes", () => {
  const table: [string, number][] = [
    ["a", 1],
    ["é", 1],
    ["e\u0301", 1],
    ["日", 2],
    ["한", 2],
    ["ｆ", 2],
    ["👍", 2],
    // Two columns in a terminal that knows skin tones, four in one that does not.
    ["👍🏽", 4],
    ["👨‍👩‍👧‍👦", 2],
    ["🇩🇪", 2],
    ["☺", 1],
    ["☺️", 2],
    ["1️⃣", 2],
    ["ש", 1],
    ["か\u3099", 2],
    ["का", 2],
    ["क्ष", 2],
    ["각", 2],
    ["ᄀ", 2],
    ["ᄀ".repeat(21), 42],
    ["ᄀ".repeat(20) + "\u200d", 40],
    ["👩‍❤️‍💋‍👨", 2],
    ["🏴‍☠️", 2],
    ["🇩🇪\u0903", 5],
    ["\n", 0],
    ["\u200b", 0],
    ["\u0301", 0],
  ];
  for (const [grapheme, width] of table) assertEquals(graphemeWidth(grapheme), width, grapheme);
});

Deno.test("fit cuts between graphemes and says so", () => {
  assertEquals([fit("hello", 5), fit("hello", 4), fit("日本語", 4), fit("a", 0), fit("", 0)], ["hello", "hel…", "日…", "", ""]);
  assertEquals(textWidth(fit("👨‍👩‍👧👨‍👩‍👧", 3)), 3);
});

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

Deno.test("splitGraphemes splits where the segmenter does, however long the plain runs", () => {
  const long = fc.tuple(fc.constantFrom("a", "é", "日", "한", "п", "か", "\n"), fc.integer({ min: 30, max: 35 })).map(([char, n]) =>
    char.repeat(n)
  );
  // U+0600 joins what follows it, the others what is before.
  const joining = fc.constantFrom(
    "\u0301",
    "\u0600",
    "\u200d",
    "👨",
    "🇩",
    "\u20e3",
    "\ufe0f",
    "क",
    "्",
    "ᄀ",
    "ᅡ",
    "ᆨ",
    "\r",
    "\n",
    "a",
    "한",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(long, joining, fc.string({ unit: "binary" })), { maxLength: 8, size: "max" }), (parts) => {
      const text = parts.join("");
      assertEquals(splitGraphemes(text), Array.from(segmenter.segment(text), ({ segment }) => segment));
    }),
    { numRuns: 500 },
  );
});
