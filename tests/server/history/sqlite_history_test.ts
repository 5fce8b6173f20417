import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals, assertLess, assertNotEquals, assertRejects } from "@std/assert";
import { PAGE } from "../../../server/history/history.ts";
import { SqliteHistory } from "../../../server/history/sqlite_history.ts";
import { Fatal } from "../../../shared/exit.ts";
import { deletion, draft, Heard, historyContract } from "../../contracts/history_contract.ts";
import { FOREVER } from "./disk.ts";
import { TempFolder } from "../../temp_folder.ts";

let folder: TempFolder;
historyContract("SqliteHistory", () => SqliteHistory.open((folder = new TempFolder()).path, FOREVER), () => folder[Symbol.dispose]());

Deno.test("SqliteHistory knows its epoch, rooms, entries and refs when it is opened again", async () => {
  using folder = new TempFolder();
  const first = await SqliteHistory.open(folder.path, FOREVER);
  const heard = new Heard(first);
  await first.append(draft("lobby", "hi", { ref: "r1", at: 9 }), "ann");
  await first.append(draft("lobby", "tea", { type: "topic" }));
  await first.append(draft("dev", "ho"));
  await heard.close();

  const second = await SqliteHistory.open(folder.path, FOREVER);
  const again = new Heard(second);
  assertEquals([second.epoch, second.rooms()], [first.epoch, first.rooms()]);
  assertEquals(await second.read({ room: "lobby", after: 0, limit: PAGE }), heard.of("lobby"));
  await second.append(draft("lobby", "hi", { ref: "r1", from: "s2" }), "ann");
  await second.append(draft("lobby", "changed", { ref: "r1" }), "ann");
  await second.append(draft("lobby", "new", { at: 3 }));
  await again.many(1, 1, 1);
  assertEquals(again.repeated[0].original, heard.entries[0]);
  assertEquals(again.entries, [{ kind: "entry", ...draft("lobby", "new"), at: heard.entries[1].at, seq: 3, prev: 2 }]);
  await again.close();
});

Deno.test("SqliteHistory has another epoch in another folder", async () => {
  using one = new TempFolder();
  using two = new TempFolder();
  const histories = await Promise.all([SqliteHistory.open(one.path, FOREVER), SqliteHistory.open(two.path, FOREVER)]);
  assertNotEquals(histories[0].epoch, histories[1].epoch);
  await Promise.all(histories.map((history) => history.close()));
});

Deno.test("SqliteHistory.open says in one line why it cannot", async () => {
  using folder = new TempFolder();
  await Deno.writeTextFile(`${folder.path}/chat.db`, "not a database, but long enough to be taken for one ".repeat(100));
  const error = await assertRejects(() => SqliteHistory.open(folder.path, FOREVER), Fatal, "chat.db");
  assertEquals([error.code, error.message.includes("\n")], [74, false]);
});

Deno.test("SqliteHistory keeps its files to itself, and tidies up on closing", async () => {
  using folder = new TempFolder();
  const history = await SqliteHistory.open(folder.path, FOREVER);
  const heard = new Heard(history);
  await history.append(draft("lobby", "secret"));
  await heard.many(1);
  const names = ["chat.db", "chat.db-shm", "chat.db-wal"];
  assertEquals(folder.names, names);
  for (const name of names) assertEquals(folder.mode(name), 0o600);
  await heard.close();
  assertEquals(folder.names, ["chat.db"]);
});

Deno.test("C12 a million messages are ready within 2 s after kill -9", async () => {
  using folder = new TempFolder();
  using killed = new TempFolder();
  const history = await SqliteHistory.open(folder.path, FOREVER);
  const heard = new Heard(history);
  for (let i = 0; i < 1_000_000; i++) {
    const full = history.append(draft(`room${i % 10}`, `message ${i}`));
    if (full) await full;
  }
  await heard.many(1_000_000);
  // While somebody reads, the log is not begun anew: the two files belong together, as they do when a process is killed.
  const reader = new DatabaseSync(`${folder.path}/chat.db`);
  reader.exec("BEGIN");
  reader.prepare("SELECT count(*) FROM meta").get();
  // By another process: closing a file here would drop the locks that SQLite has on it.
  const { success } = await new Deno.Command("cp", { args: ["chat.db", "chat.db-wal", killed.path], cwd: folder.path }).output();
  assert(success);
  reader.close();
  const start = performance.now();
  const again = await SqliteHistory.open(killed.path, FOREVER);
  const page = await again.read({ room: "room7", before: Number.MAX_SAFE_INTEGER, limit: 50 });
  assertLess(performance.now() - start, 2_000);
  assertEquals(page, heard.of("room7").slice(-50));
  assertEquals(again.rooms(), history.rooms());
  await Promise.all([again.close(), heard.close()]);
});

Deno.test("SqliteHistory waits for another program that holds the database", async () => {
  using folder = new TempFolder();
  const history = await SqliteHistory.open(folder.path, FOREVER);
  const heard = new Heard(history);
  await history.append(draft("lobby", "before"));
  await heard.many(1);
  const other = new DatabaseSync(`${folder.path}/chat.db`);
  other.exec("BEGIN IMMEDIATE");
  await history.append(draft("lobby", "while"));
  // It is asked after the commit, and answered: nobody waits for what the commit waits for.
  while ((await history.read({ room: "lobby", after: 0, limit: PAGE })).length < 1);
  assertEquals(heard.entries.length, 1);
  other.exec("ROLLBACK");
  other.close();
  await heard.many(2);
  await heard.close();
});

Deno.test("SqliteHistory knows no room for what became no entry there, and the rooms that begin after it keep apart", async () => {
  using folder = new TempFolder();
  const history = await SqliteHistory.open(folder.path, FOREVER);
  const heard = new Heard(history);
  await history.append(draft("lobby", "hi", { ref: "r1" }), "ann");
  await history.append(draft("deletes", "", { type: "deleted", target: 1 }));
  await history.append(draft("repeats", "hi", { ref: "r1" }), "ann");
  await history.append(draft("dev", "ho"));
  await heard.many(2, 0, 2);
  await history.append(draft("deletes", "at last"));
  await heard.many(3, 0, 2);
  await heard.close();
  using db = new DatabaseSync(`${folder.path}/chat.db`);
  assertEquals(db.prepare("SELECT name FROM rooms ORDER BY id").all().map(({ name }) => name), ["lobby", "dev", "deletes"]);
  const again = await SqliteHistory.open(folder.path, FOREVER);
  for (const [room, text] of [["lobby", "hi"], ["dev", "ho"], ["deletes", "at last"]]) {
    assertEquals((await again.read({ room, after: 0, limit: PAGE })).map((entry) => entry.text), [text]);
  }
  await new Heard(again).close();
});

Deno.test("SqliteHistory keeps house while somebody talks all the time, and says which rooms have nothing left", async () => {
  using folder = new TempFolder();
  const retention = { entries: 5, ms: Infinity };
  const history = await SqliteHistory.open(folder.path, { retention });
  const heard = new Heard(history);
  const isTidied = async () => (await history.read({ room: "lobby", after: 0, limit: 1 }))[0].seq > 1;
  let said = 0;
  do {
    await history.append(draft("lobby", `${++said}`));
    await heard.many(said);
  } while (said < 20_000 && !(said > 5 && await isTidied()));
  assertLess(said, 20_000);
  await heard.close();
});

Deno.test("SqliteHistory: a topic whose entry is kept no more can be deleted by an op, and by nobody else", async () => {
  using folder = new TempFolder();
  const history = await SqliteHistory.open(folder.path, { retention: { entries: 1, ms: Infinity } });
  const heard = new Heard(history);
  await history.append(draft("lobby", "vandals", { type: "topic" }));
  await history.append(draft("lobby", "hi"));
  await heard.many(2);
  while ((await history.read({ room: "lobby", after: 0, limit: 1 }))[0].seq === 1);
  await history.append(deletion("lobby", 1));
  await history.append(deletion("lobby", 1), undefined, "op");
  await heard.many(3, 0, 1);
  await heard.close();
  const again = await SqliteHistory.open(folder.path, FOREVER);
  assertEquals(again.rooms().map(({ topic, topicSeq }) => [topic, topicSeq]), [["", 0]]);
  await new Heard(again).close();
});
