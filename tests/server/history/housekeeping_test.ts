import type { DatabaseSync } from "node:sqlite";
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { Housekeeping } from "../../../server/history/housekeeping.ts";
import { openDatabase } from "../../../server/history/open_database.ts";
import { type Retention, Retirement } from "../../../server/history/retention.ts";
import { SqliteCommit } from "../../../server/history/sqlite_commit.ts";
import { SqliteRead } from "../../../server/history/sqlite_read.ts";
import { loadRooms, type SqliteRoom } from "../../../server/history/sqlite_rooms.ts";
import { SLICE, WordIndex } from "../../../server/history/word_index.ts";
import { AUDIT_ROOM } from "../../../shared/names.ts";
import type { Draft, Entry } from "../../../shared/protocol.ts";
import { draft } from "../../contracts/history_contract.ts";
import { TempFolder } from "./temp_folder.ts";

const DAY = 24 * 60 * 60_000;

/** A database and its parts, without the worker around them. */
class Parts implements Disposable {
  readonly #folder = new TempFolder();
  readonly #keep: Retention;
  now = 1_000 * DAY;
  db!: DatabaseSync;
  rooms!: Map<string, SqliteRoom>;
  #index!: WordIndex;
  #housekeeping!: Housekeeping;
  #commits!: SqliteCommit;

  constructor(keep: Retention) {
    this.#keep = keep;
    this.open();
  }

  open(): void {
    this.db = openDatabase(`${this.#folder.path}/chat.db`);
    this.rooms = loadRooms(this.db);
    this.#commits = new SqliteCommit(this.db, this.rooms);
    this.#index = new WordIndex(this.db);
    const retirement = new Retirement(this.db, this.#keep, this.#index);
    this.#housekeeping = new Housekeeping(this.db, this.rooms, this.#index, retirement, () => this.now);
  }

  reopen(): void {
    this.db.close();
    this.open();
  }

  commit(drafts: readonly Draft[], owner?: string): ReturnType<SqliteCommit["commit"]> {
    return this.#commits.commit(
      drafts.flatMap((d) => [d.room, d.at, d.type, d.by, d.from, d.text, d.ref, owner]),
    );
  }

  /** One round of housekeeping; returns in how many slices. */
  keepHouse(): number {
    return [...this.#housekeeping.round()].length;
  }

  read(room: string): readonly Entry[] {
    return new SqliteRead(this.db, this.rooms).read({ room, after: 0, limit: 200 });
  }

  search(room: string, words: string): readonly Entry[] {
    const record = this.rooms.get(room);
    assert(record);
    const steps = this.#index.search(record, words, 200);
    let step = steps.next();
    while (!step.done) step = steps.next();
    return step.value;
  }

  count(table: string): number {
    return Number(this.db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n);
  }

  [Symbol.dispose](): void {
    this.db.close();
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
  const { repeated, conflicts } = parts.commit([first, draft("lobby", "other", { ref: "r1" })], "ann");
  assertEquals([repeated, conflicts], [[{ index: 0, seq: 1, at: first.at }], [1]]);

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

Deno.test("Retirement: what was done to keep order is kept for ever, whatever is kept of rooms", () => {
  using parts = new Parts({ entries: 2, ms: DAY });
  for (const room of ["lobby", AUDIT_ROOM]) {
    parts.commit(["one", "two", "three", "four"].map((text) => ({ ...draft(room, text), at: parts.now })));
  }
  parts.now += 2 * DAY;
  parts.keepHouse();
  assertEquals([parts.read("lobby").length, parts.read(AUDIT_ROOM).length], [0, 4]);
});
