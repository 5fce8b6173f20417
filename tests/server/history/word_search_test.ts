import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { base, MIGRATIONS } from "../../../server/history/sqlite_schema.ts";
import type { SqliteRoom } from "../../../server/history/sqlite_rooms.ts";
import { WordIndex } from "../../../server/history/word_index.ts";
import { WordSearch } from "../../../server/history/word_search.ts";
import { hasWords, wordsOf } from "../../../server/history/words.ts";
import { cleanText } from "../../../shared/text.ts";

/** Rooms in a database in memory, with these texts. */
class Texts implements Disposable {
  readonly #db = new DatabaseSync(":memory:");
  readonly #search: WordSearch;
  readonly #rooms: SqliteRoom[];

  constructor(...rooms: readonly (readonly string[])[]) {
    for (const step of MIGRATIONS) this.#db.exec(step);
    const insert = this.#db.prepare(`INSERT INTO entries VALUES (?, 0, 'said', '', '', ?, NULL, NULL)`);
    this.#db.exec("BEGIN");
    for (const [i, texts] of rooms.entries()) for (const [k, text] of texts.entries()) insert.run(base(i + 1) + k + 1, text);
    this.#db.exec("COMMIT");
    const index = new WordIndex(this.#db);
    this.#search = new WordSearch(this.#db, index);
    this.#rooms = rooms.map(({ length: head }, i) => (
      { id: i + 1, name: `room${i}`, head, at: 0, topic: "", topicSeq: 0, floor: 0, indexed: 0 }
    ));
    for (const room of this.#rooms) while (index.advance(room));
  }

  /** The texts that a search of the first room finds, and in how many slices. */
  search(words: string, limit = 200): { found: string[]; slices: number } {
    const found: number[] = [];
    let slices = 0;
    for (const _ of this.#search.search(this.#rooms[0], words, limit, found)) slices++;
    return { found: this.#search.entries(this.#rooms[0], found).map(({ text }) => text), slices };
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

const piece = fc.oneof(
  fc.constantFrom(...[
    "a",
    "b",
    "ab",
    "A",
    "-",
    "_",
    ".",
    "'",
    '"',
    " ",
    "  ",
    "\n",
    "*",
    "é",
    "e\u0301",
    "ß",
    "ﷺ",
    "漢",
    "字",
    "한",
    "ไ",
    "🎉",
    "👍🏽",
    "½",
    "٣",
    "я",
  ]),
  fc.string({ unit: "grapheme", maxLength: 2 }),
);
const text = fc.array(piece, { maxLength: 12 }).map((pieces) => cleanText(pieces.join("")));

Deno.test("WordSearch finds what a look at every text does, no more and no less", () => {
  fc.assert(
    fc.property(
      fc.array(text, { minLength: 1, maxLength: 30 }),
      fc.array(text, { maxLength: 5 }),
      fc.nat(),
      fc.nat(12),
      (texts, others, at, from) => {
        using all = new Texts(texts, others);
        // Some that are there, in part, and some that are not.
        for (const asked of [texts[at % texts.length], texts[at % texts.length].slice(from), ...others]) {
          const words = wordsOf(asked);
          const expected = words.length === 0 ? [] : texts.filter(hasWords(words));
          assertEquals(all.search(asked).found, expected, JSON.stringify(asked));
          assertEquals(all.search(asked, 2).found, expected.slice(-2), JSON.stringify(asked));
        }
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("WordSearch finds what has all words among thousands that have one of them, in slices", () => {
  const texts = range(10_000).map((i) => `${i % 2 ? "tea" : "cakes"} ${i}${i % 3_000 === 77 ? " tea cakes" : ""}`);
  using all = new Texts(texts, texts);
  const { found, slices } = all.search("cakes tea");
  assertEquals(found, [77, 3_077, 6_077, 9_077].map((i) => texts[i]));
  assert(slices >= 2 * 10_000 / 2 / 4_096, `${slices} slices`);
  assertEquals(all.search("cakes tea", 1).found, [texts[9_077]]);
  assertEquals(all.search("cakes 77").found, [texts[77]]);
  assertEquals(all.search("nothing cakes").found, []);
});

Deno.test("WordSearch looks at a long word of many terms a few texts at a time", () => {
  const long = `${"a-".repeat(511)}b`;
  using all = new Texts([...range(200).map(() => ("a ".repeat(300) + "b ").repeat(6)), `x ${long} y`]);
  const { found, slices } = all.search(long);
  assertEquals(found.length, 1);
  assert(slices >= 200 / 16, `${slices} slices`);
});
