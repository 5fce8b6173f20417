import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { backup } from "../../server/backup.ts";
import { exportHistory } from "../../server/export.ts";
import { openDatabase, openReadOnly } from "../../server/history/open_database.ts";
import { MIGRATIONS } from "../../server/history/sqlite_schema.ts";
import { PAGE } from "../../server/history/history.ts";
import { EXPORT_FLAGS } from "../../server/history_flags.ts";
import { SqliteHistory } from "../../server/history/sqlite_history.ts";
import { decodeServerFrame } from "../../shared/codec.ts";
import { Fatal } from "../../shared/exit.ts";
import type { Entry } from "../../shared/protocol.ts";
import { draft, Heard } from "../contracts/history_contract.ts";
import { FOREVER } from "./history/disk.ts";
import { TempFolder } from "../temp_folder.ts";

async function exported(folder: string, options = {}): Promise<Entry[]> {
  const lines: string[] = [];
  assertEquals(await exportHistory(folder, options, (text) => Promise.resolve(void lines.push(...text.split("\n").slice(0, -1)))), 0);
  return lines.map((line) => decodeServerFrame(line) as Entry);
}

Deno.test("backup and exportHistory take what is there, while a server has it open and when none has", async () => {
  using folder = new TempFolder();
  using other = new TempFolder();
  const history = await SqliteHistory.open(folder.path, FOREVER);
  const heard = new Heard(history);
  for (let i = 0; i < 1_200; i++) await history.append(draft("lobby", `${i}`, { at: i, ref: `r${i}` }), "ann");
  await history.append(draft("dev", 'quote " line\nfeed 漢', { at: 9_000 }));
  await heard.many(1_201);
  const all = [...heard.of("dev"), ...heard.of("lobby")];

  assertEquals((await history.search("lobby", "17", 5)).entries.length, 1);
  assertEquals(await exported(folder.path), all);
  assertEquals(await exported(folder.path, { room: "dev" }), heard.of("dev"));
  assertEquals(await exported(folder.path, { since: 1_190 }), all.filter(({ at }) => at >= 1_190));
  await assertRejects(() => exported(folder.path, { room: "nobody" }), Fatal, "there is no room #nobody");
  assertEquals(await backup(folder.path, `${other.path}/chat.db`), 0);
  await history.append(draft("lobby", "later"));
  await heard.close();
  assertEquals((await exported(folder.path)).length, 1_202);
  assertEquals(await backup(folder.path, `${other.path}/later.db`), 0);

  assertEquals(other.names, ["chat.db", "later.db"]);
  assertEquals(other.mode("chat.db"), 0o600);
  const restored = await SqliteHistory.open(other.path, FOREVER);
  const again = new Heard(restored);
  assertNotEquals(restored.epoch, history.epoch);
  assertEquals(await restored.read({ room: "lobby", after: 1_150, limit: PAGE }), heard.of("lobby").slice(1_150, -1));
  assertEquals((await restored.search("lobby", "17", 5)).entries.map(({ text }) => text), ["17"]);
  await restored.append(draft("lobby", "5", { ref: "r5" }), "ann");
  await again.many(0, 1);
  await again.close();
});

Deno.test("backup and exportHistory take a history of the first version, which they leave as it is", async () => {
  using folder = new TempFolder();
  const db = openDatabase(`${folder.path}/chat.db`, MIGRATIONS.slice(0, 1));
  db.exec("INSERT INTO rooms (id, name) VALUES (1, 'lobby')");
  db.exec(`INSERT INTO entries VALUES (${2 ** 32 + 1}, 0, 'said', 'bob', 's1', 'hi', NULL)`);
  db.close();
  assertEquals((await exported(folder.path)).map(({ text, target }) => [text, target]), [["hi", undefined]]);
  assertEquals(await backup(folder.path, `${folder.path}/copy.db`), 0);
  const copy = openReadOnly(`${folder.path}/copy.db`);
  assertEquals({ ...copy.prepare("PRAGMA user_version").get() }, { user_version: 1 });
  copy.close();
});

Deno.test("backup leaves an existing file as it is, and nothing behind when it cannot", async () => {
  using folder = new TempFolder();
  await (await SqliteHistory.open(folder.path, FOREVER)).close();
  const file = `${folder.path}/copy.db`;
  await Deno.writeTextFile(file, "mine");
  await assertRejects(() => backup(folder.path, file), Fatal, "exists and is left as it is");
  assertEquals(await Deno.readTextFile(file), "mine");
  await assertRejects(() => backup(folder.path, `${folder.path}/nowhere/copy.db`), Fatal, "Cannot back up to");
  await assertRejects(() => backup(`${folder.path}/nowhere`, `${folder.path}/other.db`), Fatal, "there is no history");
  await Deno.remove(file);
  await Deno.writeTextFile(`${file}.partial`, "mine too");
  await assertRejects(() => backup(folder.path, file), Fatal, "partial exists");
  assertEquals(folder.names.filter((name) => name.startsWith("copy")), ["copy.db.partial"]);
});

Deno.test("EXPORT_FLAGS.since takes dates and milliseconds", () => {
  const { parse } = EXPORT_FLAGS.since;
  assertEquals(parse("2026-01-31"), { value: Date.UTC(2026, 0, 31) });
  assertEquals(parse("2026-01-31T12:00Z"), { value: Date.UTC(2026, 0, 31, 12) });
  assertEquals(parse("1790000000000"), { value: 1_790_000_000_000 });
  for (const wrong of ["yesterday", "2026", "2026-13-31", "-5"]) assertEquals("problem" in parse(wrong), true, wrong);
});

Deno.test("backup: nothing has the file's name before the copy is whole, and what has it by then is left as it is", async () => {
  using folder = new TempFolder();
  await (await SqliteHistory.open(folder.path, FOREVER)).close();
  const file = `${folder.path}/copy.db`;
  const { sync } = Deno.FsFile.prototype;
  const seen: string[][] = [];
  Deno.FsFile.prototype.sync = async function () {
    seen.push(folder.names.filter((name) => name.startsWith("copy")));
    await sync.call(this);
    if (seen.length === 2) await Deno.writeTextFile(file, "mine");
  };
  try {
    assertEquals(await backup(folder.path, file), 0);
    await Deno.remove(file);
    await assertRejects(() => backup(folder.path, file), Fatal, "exists and is left as it is");
  } finally {
    Deno.FsFile.prototype.sync = sync;
  }
  assertEquals([seen, await Deno.readTextFile(file)], [[["copy.db.partial"], ["copy.db.partial"]], "mine"]);
  assertEquals(folder.names.filter((name) => name.startsWith("copy")), ["copy.db"]);
});
