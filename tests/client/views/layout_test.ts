import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { layout } from "../../../client/views/layout.ts";
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

Deno.test("layout puts the cursor where the width of what is left of it says, at any width", () => {
  const graphemes = fc.array(fc.constantFrom("a", " ", "日", "é", "e\u0301", "👨‍👩‍👧", "🇩🇪", "한", "ש"), { maxLength: 40 });
  fc.assert(
    fc.property(graphemes, fc.nat(), fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 5 }), (parts, where, columns, maxRows) => {
      const text = parts.join("");
      const whole = splitGraphemes(text);
      const left = whole.slice(0, where % (whole.length + 1)).join("");
      const drawn = layout({ prompt: "bob> ", text, cursor: left.length, columns, maxRows });
      assert(drawn.rows.length >= 1 && drawn.rows.length <= maxRows);
      assert(drawn.row >= 0 && drawn.row < drawn.rows.length);
      for (const row of drawn.rows) assert(textWidth(row) <= Math.max(1, columns - 1), `${JSON.stringify(row)} in ${columns}`);
      assert(drawn.column <= Math.max(0, columns - 1));
      const all = layout({ prompt: "bob> ", text, cursor: left.length, columns, maxRows: 1_000 });
      if (columns >= 3) {
        assertEquals(all.rows.join(""), `bob> ${text}`);
        const before = all.rows.slice(0, all.row).join("");
        assertEquals(all.column, textWidth(`bob> ${left}`) - textWidth(before));
      }
    }),
  );
});
