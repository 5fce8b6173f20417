import type { DatabaseSync } from "node:sqlite";
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { Housekeeping } from "../../../server/history/housekeeping.ts";
import { openDatabase, openReadOnly } from "../../../server/history/open_database.ts";
import { type Retention, Retirement } from "../../../server/history/retention.ts";
import { SqliteCommit } from "../../../server/history/sqlite_commit.ts";
import { SqliteRead } from "../../../server/history/sqlite_read.ts";
import { loadRooms, type SqliteRoom } from "../../../server/history/sqlite_rooms.ts";
import { Wiping } from "../../../server/history/wiping.ts";
import { SLICE, WordIndex } from "../../../server/history/word_index.ts";
import { WordSearch } from "../../../server/history/word_search.ts";
import { AUDIT_ROOM } from "../../../shared/names.ts";
import type { Draft, Entry } from "../../../shared/protocol.ts";
import { deletion, draft } from "../../contracts/history_contract.ts";
import { TempFolder } from "../../temp_folder.ts";

const DAY = 24 * 60 * 60_000;

/** A database and its parts, without the worker around them. */
class Parts implements Disposable {
  readonly #folder = new TempFolder();
  readonly #keep: Retention;
  now = 1_000 * DAY;
  db!: DatabaseSync;
  rooms!: Map<string, SqliteRoom>;
  #search!: WordSearch;
  #housekeeping!: Housekeeping;
  #commits!: SqliteCommit;
  #file!: Deno.FsFile;

  constructor(keep: Retention) {
    this.#keep = keep;
    this.open();
  }

  open(): void {
    this.db = openDatabase(`${this.#folder.path}/chat.db`);
    this.rooms = loadRooms(this.db);
    const index = new WordIndex(this.db);
    this.#search = new WordSearch(this.db, index);
    this.#file = Deno.openSync(`${this.#folder.path}/chat.db`, { read: true, write: true });
    const wiping = new Wiping(this.db, this.#file, () => this.now);
    this.#commits = new SqliteCommit(this.db, this.rooms, { index, wiping });
    const retirement = new Retirement(this.db, this.#keep, index);
    this.#housekeeping = new Housekeeping(this.db, this.rooms, { index, retirement, wiping }, () => this.now);
  }

  reopen(): void {
    this.#close();
    this.open();
  }

  commit(drafts: readonly Draft[], owner?: string): ReturnType<SqliteCommit["commit"]> {
    return this.#commits.commit(
      drafts.flatMap((d) => {
        const deletion = d.target === undefined ? undefined : { target: d.target, by: "author" as const };
        return [d.room, d.at, d.type, d.by, d.from, d.text, d.ref, owner, deletion];
      }),
    );
  }

  /** One round of housekeeping; returns in how many slices. @param between Called between those. */
  keepHouse(between: (slice: number) => void = () => {}): number {
    let slices = 0;
    for (const _ of this.#housekeeping.round()) between(slices++);
    return slices;
  }

  read(room: string): readonly Entry[] {
    return new SqliteRead(this.db, this.rooms).read({ room, after: 0, limit: 200 });
  }

  search(room: string, words: string): readonly Entry[] {
    const record = this.rooms.get(room);
    assert(record);
    const found: number[] = [];
    for (const _ of this.#search.search(record, words, 200, found));
    return this.#search.entries(record, found);
  }

  /** Those of the words that stand in any file of the folder. */
  onDisk(words: readonly string[]): string[] {
    const files = this.#folder.names.map((name) => new TextDecoder("latin1").decode(Deno.readFileSync(`${this.#folder.path}/${name}`)));
    return words.filter((word) => files.some((file) => file.includes(word)));
  }

  /** A reader beside it, as a backup is. */
  reader(): DatabaseSync {
    return openReadOnly(`${this.#folder.path}/chat.db`);
  }

  count(table: string): number {
    return Number(this.db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n);
  }

  #close(): void {
    this.db.close();
    this.#file.close();
  }

  [Symbol.dispose](): void {
    this.#close();
    this.#folder[Symbol.dispose]();
  }
}

function drafts(count: number, fields: Partial<Draft> = {}): Draft[] {
  return Array.from({ length: count }, (_, i) => draft("lobby", `word${i}`, fields));
}

Deno.test("retention keeps the newest entries of a room, in slices, and what it removes is not found", () => {
  using parts = new Parts({ entries: 100, ms: 90 * DAY });
  parts.commit(drafts(3 * SLICE, { at: parts.now }));
  parts.commit([draft("dev", "quiet", { at: parts.now })]);
  assertEquals(parts.search("lobby", "word0").length, 1);
  assertLessOrEqual(3, parts.keepHouse());
  const [first, ...rest] = parts.read("lobby");
  assertEquals([first.seq, first.prev, rest.length], [3 * SLICE - 99, 3 * SLICE - 100, 99]);
  assertEquals(parts.read("dev").length, 1);
  assertEquals([parts.search("lobby", "word0"), parts.search("lobby", `word${3 * SLICE - 1}`).length], [[], 1]);
  assertEquals(parts.db.prepare("SELECT count(*) AS n FROM words WHERE words MATCH 'word0'").get()?.n, 0);
  assertEquals(parts.count("entries"), 101);
});

Deno.test("retention removes what is too old; the room's place in its order stays", () => {
  using parts = new Parts({ entries: 100_000, ms: 90 * DAY });
  parts.commit([draft("lobby", "tea", { type: "topic", at: parts.now })]);
  parts.commit(drafts(2 * SLICE, { at: parts.now + 1 }));
  parts.now += 80 * DAY;
  parts.commit([draft("lobby", "newer", { at: parts.now })]);
  parts.keepHouse();
  assertEquals(parts.count("entries"), 2 * SLICE + 2);
  parts.now += 11 * DAY;
  parts.keepHouse();
  assertEquals(parts.read("lobby").map(({ text }) => text), ["newer"]);
  parts.now += 100 * DAY;
  parts.reopen();
  parts.keepHouse();
  assertEquals(parts.count("entries"), 0);

  parts.reopen();
  assertEquals([parts.rooms.get("lobby")?.head, parts.rooms.get("lobby")?.topic], [2 * SLICE + 2, "tea"]);
  parts.commit([draft("lobby", "next", { at: 5 })]);
  const [next] = parts.read("lobby");
  assertEquals([next.seq, next.prev, next.at], [2 * SLICE + 3, 2 * SLICE + 2, parts.now - 100 * DAY - 11 * DAY]);
  assertEquals(parts.search("lobby", "next"), [next]);
});

Deno.test("C6 a ref is remembered at least 30 days, also when its entry is gone, and as long as its entry", () => {
  using parts = new Parts({ entries: 1, ms: 90 * DAY });
  const first = draft("lobby", "once", { ref: "r1", at: parts.now });
  parts.commit([first, draft("lobby", "last", { ref: "r2", at: parts.now })], "ann");
  parts.keepHouse();
  assertEquals(parts.read("lobby").map(({ text }) => text), ["last"]);
  parts.now += 29 * DAY;
  parts.keepHouse();
  const { repeated, rejected } = parts.commit([first, draft("lobby", "other", { ref: "r1" })], "ann");
  assertEquals([repeated, rejected], [[{ index: 0, seq: 1, at: first.at }], [{ index: 1, code: "ref_conflict" }]]);

  parts.now += 2 * DAY;
  parts.keepHouse();
  assertEquals(parts.commit([draft("lobby", "last", { ref: "r2" })], "ann").repeated.length, 1);
  assertEquals(parts.commit([first], "ann").repeated, []);
});

Deno.test("a batch that fails leaves rooms and refs as they were", () => {
  using parts = new Parts({ entries: 100, ms: 90 * DAY });
  parts.commit([draft("lobby", "one")]);
  parts.db.exec("CREATE TRIGGER full BEFORE INSERT ON entries WHEN new.text = 'bad' BEGIN SELECT raise(ABORT, 'no'); END");
  const batch = [draft("new", "a", { ref: "r1" }), draft("lobby", "tea", { type: "topic" }), draft("lobby", "bad")];
  let error: unknown;
  try {
    parts.commit(batch, "ann");
  } catch (thrown) {
    error = thrown;
  }
  assert(error instanceof Error && error.message === "no");
  parts.db.exec("DROP TRIGGER full");
  assertEquals(parts.commit([draft("lobby", "zoe's", { ref: "r1" })], "zoe").places.length, 2);
  assertEquals(parts.rooms.has("new"), false);
  assertEquals(parts.commit(batch, "ann").places, [1, batch[0].at, 3, batch[1].at, 4, batch[2].at]);
  parts.reopen();
  assertEquals([parts.rooms.get("new")?.head, parts.rooms.get("lobby")?.topic, parts.rooms.get("lobby")?.head], [1, "tea", 4]);
});

const ALL: Retention = { entries: Infinity, ms: Infinity };

/** The word that only one message has. */
function unique(i: number): string {
  return `zq${String(i).padStart(6, "0")}xy`;
}

/** Says `count` messages, each with a word of its own, in rooms by turns: their pages are split as they grow. Returns what is where. */
function talkInRooms(parts: Parts, count: number): { room: string; seq: number; word: string }[] {
  const said: { room: string; seq: number; word: string }[] = [];
  const heads = new Map<string, number>();
  for (let i = 0; i < count; i += 20) {
    const some = Array.from({ length: 20 }, (_, k) => {
      const room = `room${(i + k) * 7919 % 23}`;
      const seq = (heads.get(room) ?? 0) + 1;
      heads.set(room, seq);
      said.push({ room, seq, word: unique(i + k) });
      return draft(room, `hello ${unique(i + k)} and ${"lorem ipsum ".repeat((i + k) * 31 % 20)}`);
    });
    parts.commit(some);
    if (i % 60 === 0) parts.keepHouse();
  }
  parts.keepHouse();
  return said;
}

Deno.test("a deletion leaves nothing of the text on the disk, in no page, index or log", () => {
  using parts = new Parts(ALL);
  const said = talkInRooms(parts, 4_000);
  const deleted = said.filter((_, i) => i % 3 === 0);
  const words = deleted.map(({ word }) => word);
  assertEquals(parts.onDisk(words).length, words.length);
  for (let i = 0; i < deleted.length; i += 50) {
    const { rejected } = parts.commit(deleted.slice(i, i + 50).map(({ room, seq }) => deletion(room, seq)));
    assertEquals(rejected, []);
  }
  parts.now += DAY;
  parts.keepHouse();
  assertEquals(parts.onDisk(words), []);
  for (const { room } of said.slice(-100)) parts.commit([draft(room, "what is in memory of these pages is written again")]);
  parts.db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  assertEquals(parts.onDisk(words), []);
  parts.db.exec("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, words, row)");
  assertEquals(parts.db.prepare("SELECT term FROM vocabulary WHERE term GLOB 'zq*'").all().length, said.length - deleted.length);
  parts.db.exec("DROP TABLE vocabulary");
  parts.db.exec("INSERT INTO words (words) VALUES ('integrity-check')");
  assertEquals(parts.db.prepare("PRAGMA integrity_check").get()?.integrity_check, "ok");
  parts.reopen();
  assertEquals(parts.onDisk(words), []);
  for (const { room, seq, word } of said.filter((_, i) => i % 97 === 1)) {
    assertEquals(parts.search(room, word).map((entry) => entry.seq), deleted.some((one) => one.word === word) ? [] : [seq]);
  }
});

Deno.test("a deletion whose server was killed is wiped by the next one", () => {
  using parts = new Parts(ALL);
  talkInRooms(parts, 400);
  parts.commit([deletion("room0", 1)]);
  assertEquals(parts.onDisk([unique(0)]), [unique(0)]);
  parts.reopen();
  parts.keepHouse();
  assertEquals(parts.onDisk([unique(0)]), []);
});

Deno.test("a reader may hold the wiping up, not the commits; it is made good when it has gone", () => {
  using parts = new Parts(ALL);
  talkInRooms(parts, 400);
  const reader = parts.reader();
  reader.exec("PRAGMA busy_timeout = 0; BEGIN");
  assertEquals(reader.prepare("SELECT count(*) AS n FROM entries").get()?.n, 400);
  parts.commit([deletion("room0", 1)]);
  parts.keepHouse();
  assertEquals(parts.commit([draft("lobby", "next")]).places.length, 2);
  assertEquals(parts.onDisk([unique(0)]), [unique(0)]);
  reader.close();
  parts.now += DAY;
  parts.keepHouse();
  assertEquals(parts.onDisk([unique(0)]), []);
});

Deno.test("retention removes tombstones, deletions and what they were about as anything else", () => {
  using parts = new Parts({ entries: 10, ms: Infinity });
  parts.commit([...drafts(5), deletion("lobby", 2), draft("lobby", "tea", { type: "topic" }), deletion("lobby", 7)]);
  parts.keepHouse();
  parts.commit([deletion("lobby", 4), ...drafts(30)]);
  parts.keepHouse();
  assertEquals([parts.count("entries"), parts.read("lobby").length], [10, 10]);
  parts.db.exec("INSERT INTO words (words) VALUES ('integrity-check')");
  parts.commit(drafts(30));
  parts.keepHouse();
  assertEquals(parts.search("lobby", "word29").length, 1);
});

Deno.test("retention removes what is deleted while it is at work, and the index is sound and has nothing left", () => {
  using parts = new Parts({ entries: 50, ms: Infinity });
  const texts = (from: number) => Array.from({ length: 200 }, (_, i) => draft("lobby", `${unique(from + i)} and ${"more ".repeat(100)}`));
  parts.commit(texts(0).slice(0, 50));
  parts.keepHouse();
  parts.commit(texts(50));
  let deleted = 0;
  // What retention, which removes four or five in a slice, comes to next.
  parts.keepHouse((slice) => {
    const orphans = "SELECT count(*) AS n FROM leftovers WHERE NOT EXISTS (SELECT 1 FROM entries WHERE entries.id = leftovers.id)";
    assertEquals(parts.db.prepare(orphans).get()?.n, 0);
    const { rejected } = parts.commit([deletion("lobby", 5 * slice + 7), deletion("lobby", 240 - slice)]);
    if (rejected.length === 0) deleted += 2;
  });
  parts.keepHouse();
  assert(deleted > 10, `${deleted}`);
  parts.db.exec("INSERT INTO words (words) VALUES ('integrity-check')");
  parts.db.exec("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, words, row)");
  const kept = parts.read("lobby").filter(({ type }) => type === "said").map(({ text }) => text.split(" ")[0]);
  assertEquals(parts.db.prepare("SELECT term FROM vocabulary WHERE term GLOB 'zq*'").all().map(({ term }) => term), kept.toSorted());
  assertEquals([parts.count("entries"), parts.count("leftovers")], [50, 0]);
});

Deno.test("a deletion takes one short look at the index, however many words it has; housekeeping takes them out a few at a time", () => {
  using parts = new Parts(ALL);
  parts.commit(drafts(40, { text: Array.from({ length: 800 }, (_, i) => unique(i)).join("-").slice(0, 4_096) }));
  parts.keepHouse();
  parts.commit(Array.from({ length: 40 }, (_, i) => deletion("lobby", i + 1)));
  assertEquals([parts.count("leftovers"), parts.search("lobby", unique(5))], [40, []]);
  const left: number[] = [];
  parts.keepHouse(() => void left.push(parts.count("leftovers")));
  assertEquals(left.slice(0, 40), Array.from({ length: 40 }, (_, i) => 39 - i));
});

Deno.test("Retirement: what was done to keep order is kept for ever, whatever is kept of rooms", () => {
  using parts = new Parts({ entries: 2, ms: DAY });
  for (const room of ["lobby", AUDIT_ROOM]) {
    parts.commit(["one", "two", "three", "four"].map((text) => ({ ...draft(room, text), at: parts.now })));
  }
  parts.now += 2 * DAY;
  parts.keepHouse();
  assertEquals([parts.read("lobby").length, parts.read(AUDIT_ROOM).length], [0, 4]);
});
