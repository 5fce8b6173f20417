import { assert, assertEquals, assertGreater, assertLess, assertMatch } from "@std/assert";
import { PAGE } from "../../../server/history/history.ts";
import { SqliteHistory } from "../../../server/history/sqlite_history.ts";
import type { Entry } from "../../../shared/protocol.ts";
import { draft, Heard } from "../../contracts/history_contract.ts";
import { Lines } from "../../harness.ts";
import { FOREVER, skipped } from "./disk.ts";
import { TempFolder } from "../../temp_folder.ts";

const WRITER = new URL("./writer.ts", import.meta.url).pathname;

/** The writer, running, under strace where options for that are given. */
function startWriter(folder: string, group: number, total: number, inject?: string): { child: Deno.ChildProcess; lines: Lines } {
  const run = [Deno.execPath(), "run", "--quiet", "--no-check", "--allow-all", WRITER, folder, `${group}`, `${total}`];
  const strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", `inject=fsync,fdatasync:${inject}`];
  const [command, ...args] = inject === undefined ? run : [...strace, ...run];
  const child = new Deno.Command(command, { args, stdout: "piped", stderr: inject === undefined ? "inherit" : "null" }).spawn();
  return { child, lines: new Lines(child.stdout) };
}

/** Whether strace can change what a system call answers here; says why where it cannot. */
const strace = await (async () => {
  try {
    const probe = new Deno.Command("strace", { args: ["-e", "inject=fsync:error=EIO", "true"], stdout: "null", stderr: "piped" });
    const { success, stderr } = await probe.output();
    if (success) return true;
    skipped("the tests of a disk that fails", new TextDecoder().decode(stderr).trim());
  } catch (error) {
    skipped("the tests of a disk that fails", error);
  }
  return false;
})();

async function readAll(history: SqliteHistory, room: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  while (true) {
    const page = await history.read({ room, after: entries.at(-1)?.seq ?? 0, limit: PAGE });
    if (page.length === 0) return entries;
    entries.push(...page);
  }
}

/** What the writer was told is committed must be there, whole, in order, and known by its ref. */
async function assertKept(folder: string, lines: readonly string[]): Promise<void> {
  const acknowledged = lines.filter((line) => line.startsWith("committed ")).map((line) => line.slice("committed ".length));
  const history = await SqliteHistory.open(folder, FOREVER);
  const heard = new Heard(history);
  const entries = await readAll(history, "lobby");
  assertEquals(entries.slice(0, acknowledged.length).map(({ seq, text }) => `${seq} ${text}`), acknowledged);
  assertEquals(entries.map(({ seq, prev }) => [seq, prev]), entries.map((_, i) => [i + 1, i]));
  assertEquals(new Set(entries.map(({ text }) => text)).size, entries.length);
  const last = entries[entries.length - 1];
  await history.append(draft("lobby", last.text, { ref: last.ref }), "writer");
  await heard.many(0, 1);
  assertEquals(heard.repeated[0].original, last);
  await heard.close();
}

for (const [group, enough] of [[1, 50], [700, 3_000], [4_096, 30_000]]) {
  Deno.test(`C1 what was acknowledged survives kill -9, ${group} at a time`, async () => {
    using folder = new TempFolder();
    const { child, lines } = startWriter(folder.path, group, 1_000_000);
    for (let acknowledged = 0; acknowledged < enough; acknowledged++) await lines.match(/^committed /);
    child.kill("SIGKILL");
    await lines.rest();
    await child.status;
    await assertKept(folder.path, lines.all.filter((line) => line.startsWith("committed ")));
  });
}

Deno.test("C14 after an I/O error from a commit nothing more is acknowledged", { ignore: !strace }, async () => {
  using folder = new TempFolder();
  // The one call fails, and the next one says that all is well: as Linux does it.
  const { child, lines } = startWriter(folder.path, 1, 200, "error=EIO:when=40");
  const all = await lines.rest();
  assertEquals((await child.status).code, 0);
  const broken = all.findIndex((line) => line.startsWith("broken "));
  assertGreater(broken, 0, `never broken: ${all.slice(-5)}`);
  assertMatch(all[broken], /StorageBroken: .*chat\.db: .*disk I\/O error.*sqlite3 .*\.recover/);
  assertEquals(all.slice(broken).filter((line) => line.startsWith("committed ")), []);
  assertEquals(all.slice(broken).filter((line) => line.startsWith("still ")).length, 1);
  const acknowledged = all.filter((line) => line.startsWith("committed ")).length;
  assertGreater(acknowledged, 5);
  assertLess(acknowledged, 60);
  await assertKept(folder.path, all);
});

Deno.test("a slow disk does not hold up the event loop", { ignore: !strace }, async () => {
  using folder = new TempFolder();
  const { child, lines } = startWriter(folder.path, 10, 50, "delay_enter=200000");
  const all = await lines.rest();
  assertEquals((await child.status).code, 0);
  // Between sending and hearing of it the timer of 5 ms comes about 40 times; were the loop held up, it would not come once.
  let waits = 0;
  for (let sent = all.findIndex((line) => line.startsWith("sent")); sent !== -1; waits++) {
    const heard = all.findIndex((line, i) => i > sent && line.startsWith("committed"));
    assert(heard !== -1);
    assertGreater(all.slice(sent, heard).filter((line) => line === "tick").length, 10);
    sent = all.findIndex((line, i) => i > heard && line.startsWith("sent"));
  }
  assertEquals(waits, 5);
});
