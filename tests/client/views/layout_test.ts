import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Layout, layout } from "../../../client/views/layout.ts";
import { splitGraphemes, textWidth } from "../../../client/views/width.ts";

Deno.test("layout breaks between graphemes and before the last column", () => {
  assertEquals(layout({ prompt: "> ", text: "日本語", cursor: 3, columns: 6, maxRows: 9 }), { rows: ["> 日", "本語"], row: 1, column: 4 });
});

Deno.test("layout puts the cursor after a full row on the next one", () => {
  assertEquals(layout({ prompt: "", text: "abc", cursor: 3, columns: 4, maxRows: 9 }), { rows: ["abc", ""], row: 1, column: 0 });
});

Deno.test("layout keeps the row with the cursor in sight", () => {
  const input = { prompt: "", text: "abcdefghi", columns: 4, maxRows: 2 };
  assertEquals(layout({ ...input, cursor: 0 }), { rows: ["abc", "def"], row: 0, column: 0 });
  assertEquals(layout({ ...input, cursor: 4 }), { rows: ["abc", "def"], row: 1, column: 1 });
  assertEquals(layout({ ...input, cursor: 9 }), { rows: ["ghi", ""], row: 1, column: 0 });
});

Deno.test("layout begins a row at a line feed, and stands before it in the column that is left empty", () => {
  const input = { prompt: "> ", text: "a\nbcd\n\ne", columns: 4, maxRows: 9 };
  const rows = ["> a", "bcd", "", "e"];
  const places = [...input.text, ""].map((_, cursor) => layout({ ...input, cursor }));
  for (const place of places) assertEquals(place.rows, rows);
  assertEquals(places.map(({ row, column }) => `${row}:${column}`), ["0:2", "0:3", "1:0", "1:1", "1:2", "1:3", "2:0", "3:0", "3:1"]);
  assertEquals(layout({ ...input, cursor: 6, maxRows: 2 }), { rows: ["bcd", ""], row: 1, column: 0 });
});

Deno.test("layout works in a terminal of one or two columns", () => {
  assertEquals(layout({ prompt: "", text: "a日b", cursor: 3, columns: 2, maxRows: 9 }), { rows: ["a", "", "b", ""], row: 3, column: 0 });
  assertEquals(layout({ prompt: "", text: "a\nb", cursor: 1, columns: 1, maxRows: 9 }), { rows: ["a", "b"], row: 0, column: 0 });
});

const GRAPHEMES = ["a", " ", "日", "é", "e\u0301", "👨‍👩‍👧", "🇩🇪", "1️⃣", "☺", "☺️", "👍🏽", "한", "ש", "क्ष", "\n"];

Deno.test("layout puts the cursor where the width of what is left of it says, at any width", () => {
  const texts = fc.array(fc.constantFrom(...GRAPHEMES), { maxLength: 80, size: "max" });
  fc.assert(
    fc.property(texts, fc.nat(), fc.integer({ min: 1, max: 30 }), fc.integer({ min: -1, max: 5 }), (parts, where, columns, maxRows) => {
      const text = parts.join("");
      const whole = splitGraphemes(text);
      const left = whole.slice(0, where % (whole.length + 1)).join("");
      const input = { prompt: "bob> ", text, cursor: left.length, columns };
      const drawn = layout({ ...input, maxRows });
      assert(drawn.rows.length >= 1 && drawn.rows.length <= Math.max(1, maxRows));
      assert(drawn.row >= 0 && drawn.row < drawn.rows.length);
      for (const row of drawn.rows) assert(textWidth(row) <= Math.max(1, columns - 1), `${JSON.stringify(row)} in ${columns}`);
      assert(drawn.column >= 0 && drawn.column <= columns - 1);
      const all = layout({ ...input, maxRows: 1_000 });
      const cell = ({ rows, row, column }: Layout): unknown[] => [rows[row], column];
      assertEquals(cell(drawn), cell(all), "the same row wherever it is shown");
      // An emoji with a skin tone may take four, and the last column stays empty.
      if (columns < 5) return;
      // The row breaks that nobody typed are gone again.
      assertEquals(all.rows.join(""), `bob> ${text}`.replaceAll("\n", ""));
      const rowBegins = all.rows.slice(0, all.row).join("").length;
      const shownLeft = `bob> ${left}`.replaceAll("\n", "");
      assertEquals(all.column, textWidth(shownLeft.slice(rowBegins)));
      assertEquals(all.rows[all.row].startsWith(shownLeft.slice(rowBegins)), true);
    }),
    { numRuns: 500 },
  );
});
