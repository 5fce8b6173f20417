import { assertEquals } from "@std/assert";
import { fit, graphemeWidth, textWidth } from "../../../client/views/width.ts";

Deno.test("graphemeWidth counts the columns a terminal takes", () => {
  const table: [string, number][] = [
    ["a", 1],
    ["é", 1],
    ["e\u0301", 1],
    ["日", 2],
    ["한", 2],
    ["ｆ", 2],
    ["👍", 2],
    ["👍🏽", 2],
    ["👨‍👩‍👧‍👦", 2],
    ["🇩🇪", 2],
    ["☺", 1],
    ["☺️", 2],
    ["ש", 1],
    ["\u200b", 0],
    ["\u0301", 0],
  ];
  for (const [grapheme, width] of table) assertEquals(graphemeWidth(grapheme), width, grapheme);
});

Deno.test("fit cuts between graphemes and says so", () => {
  assertEquals([fit("hello", 5), fit("hello", 4), fit("日本語", 4), fit("a", 0), fit("", 0)], ["hello", "hel…", "日…", "", ""]);
  assertEquals(textWidth(fit("👨‍👩‍👧👨‍👩‍👧", 3)), 3);
});
