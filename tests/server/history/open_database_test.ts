import { DatabaseSync } from "node:sqlite";
import { assertEquals, assertThrows } from "@std/assert";
import { openDatabase, openReadOnly } from "../../../server/history/open_database.ts";
import { MIGRATIONS } from "../../../server/history/sqlite_schema.ts";
import { Fatal } from "../../../shared/exit.ts";
import { TempFolder } from "../../temp_folder.ts";

const NEXT = "ALTER TABLE rooms ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue'; UPDATE meta SET value = 'migrated' WHERE key = 'epoch'";

function made(folder: TempFolder, steps = MIGRATIONS): string {
  const file = `${folder.path}/chat.db`;
  const db = openDatabase(file, steps);
  db.exec("INSERT INTO rooms (id, name) VALUES (1, 'lobby')");
  db.close();
  return file;
}

function snapshot(folder: TempFolder): [string, Uint8Array][] {
  return [...Deno.readDirSync(folder.path)].map(({ name }): [string, Uint8Array] => [name, Deno.readFileSync(`${folder.path}/${name}`)]);
}

Deno.test("openDatabase brings an older database to the current version", () => {
  using folder = new TempFolder();
  const db = openDatabase(made(folder), [...MIGRATIONS, NEXT]);
  assertEquals({ ...db.prepare("SELECT name, colour FROM rooms").get() }, { name: "lobby", colour: "blue" });
  assertEquals({ ...db.prepare("PRAGMA user_version").get() }, { user_version: MIGRATIONS.length + 1 });
  db.close();
});

Deno.test("openDatabase migrates in one transaction: all of it or nothing", () => {
  using folder = new TempFolder();
  const file = made(folder);
  assertThrows(() => openDatabase(file, [...MIGRATIONS, NEXT, "UPDATE nowhere SET nothing = 1"]), Fatal);
  const db = openDatabase(file);
  assertEquals(db.prepare("SELECT 1 FROM pragma_table_info('rooms') WHERE name = 'colour'").get(), undefined);
  assertEquals({ ...db.prepare("PRAGMA user_version").get() }, { user_version: MIGRATIONS.length });
  db.close();
});

Deno.test("openDatabase refuses a newer database and leaves it as it is", () => {
  using folder = new TempFolder();
  const file = made(folder, [...MIGRATIONS, NEXT]);
  const before = snapshot(folder);
  for (const open of [openDatabase, openReadOnly]) {
    const error = assertThrows(() => open(file), Fatal, "a newer chat made this history");
    assertEquals([error.code, error.message.includes("\n")], [74, false]);
  }
  assertEquals(snapshot(folder), before);
});

Deno.test("openDatabase refuses a database of another program and leaves it as it is", () => {
  using folder = new TempFolder();
  const file = `${folder.path}/chat.db`;
  const other = new DatabaseSync(file);
  other.exec("CREATE TABLE recipes (name)");
  other.close();
  const before = snapshot(folder);
  assertThrows(() => openDatabase(file), Fatal, "not a history of chat");
  assertEquals(snapshot(folder), before);
});

Deno.test("openDatabase takes a file that power was cut from before it had tables", () => {
  using folder = new TempFolder();
  const file = `${folder.path}/chat.db`;
  const begun = new DatabaseSync(file);
  begun.exec("PRAGMA journal_mode = wal");
  begun.close();
  openDatabase(file).close();
});

Deno.test("openDatabase sets what durability hangs on", () => {
  using folder = new TempFolder();
  const db = openDatabase(`${folder.path}/chat.db`);
  const set = ["journal_mode", "synchronous", "busy_timeout", "fullfsync", "checkpoint_fullfsync", "secure_delete"].map((name) =>
    Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]
  );
  assertEquals(set, ["wal", 2, 50, 1, 1, 1]);
  db.close();
});

Deno.test("openReadOnly says that there is no history, and makes none", () => {
  using folder = new TempFolder();
  assertThrows(() => openReadOnly(`${folder.path}/chat.db`), Fatal, "there is no history");
  assertEquals(snapshot(folder), []);
});

Deno.test("openDatabase: a history of the first version learns which entry its topic is from", () => {
  using folder = new TempFolder();
  const file = made(folder, MIGRATIONS.slice(0, 1));
  const before = new DatabaseSync(file);
  const id = (room: number, seq: number) => room * 2 ** 32 + seq;
  for (
    const [at, type, text] of [[id(1, 1), "topic", "tea"], [id(1, 2), "topic", "cake"], [id(1, 3), "said", "hi"], [id(2, 9), "topic", "x"]]
  ) {
    before.prepare(`INSERT INTO entries VALUES (?, 0, ?, 'bob', 's1', ?, NULL)`).run(at, type, text);
  }
  before.exec("UPDATE rooms SET topic = 'cake'; INSERT INTO rooms (id, name, topic) VALUES (3, 'dev', 'older than what is kept')");
  before.close();
  const db = openDatabase(file);
  assertEquals(db.prepare("SELECT topic_seq FROM rooms ORDER BY id").all().map((row) => row.topic_seq), [2, 0]);
  db.close();
});
