import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { announcedIn, dataFolder, lockDataFolder } from "../../../server/history/data_folder.ts";
import { Fatal } from "../../../shared/exit.ts";
import { Lines } from "../../harness.ts";
import { TempFolder } from "../../temp_folder.ts";

const HOLDER = new URL("./lock_holder.ts", import.meta.url).pathname;

Deno.test("dataFolder is the platform's", () => {
  const env = (values: Record<string, string>) => (name: string) => values[name];
  assertEquals(dataFolder(env({ HOME: "/home/ann" }), "linux"), "/home/ann/.local/share/chat");
  assertEquals(dataFolder(env({ HOME: "/home/ann", XDG_DATA_HOME: "" }), "linux"), "/home/ann/.local/share/chat");
  assertEquals(dataFolder(env({ HOME: "/home/ann", XDG_DATA_HOME: "/data" }), "linux"), "/data/chat");
  assertEquals(dataFolder(env({ HOME: "/Users/ann" }), "darwin"), "/Users/ann/Library/Application Support/chat");
  assertEquals(dataFolder(env({ LOCALAPPDATA: "C:\\Users\\ann\\AppData\\Local" }), "windows"), "C:\\Users\\ann\\AppData\\Local\\chat");
});

Deno.test("lockDataFolder makes a private folder, and leaves one with other things in it as it is", () => {
  using folder = new TempFolder();
  const mode = (path: string) => (Deno.statSync(path).mode ?? 0) & 0o777;
  lockDataFolder(`${folder.path}/a/b`)[Symbol.dispose]();
  assertEquals(mode(`${folder.path}/a/b`), 0o700);

  Deno.mkdirSync(`${folder.path}/empty`, { mode: 0o755 });
  Deno.mkdirSync(`${folder.path}/used`, { mode: 0o755 });
  Deno.writeTextFileSync(`${folder.path}/used/thesis.txt`, "");
  for (const name of ["empty", "used"]) lockDataFolder(`${folder.path}/${name}`)[Symbol.dispose]();
  assertEquals([mode(`${folder.path}/empty`), mode(`${folder.path}/used`)], [0o700, 0o755]);
});

Deno.test("lockDataFolder lets one in, and tells the other who that is", () => {
  using folder = new TempFolder();
  using lock = lockDataFolder(folder.path);
  const other = () => assertThrows(() => lockDataFolder(folder.path), Fatal);
  assertEquals(other().code, 75);
  assertMatch(other().message, new RegExp(`^\\S+ is in use by another chat server \\(process ${Deno.pid}, since 2\\d{3}-[^,]*\\)\\. `));
  lock.announce({ address: "[::1]:12345", password: false, plaintextPassword: false });
  assertMatch(other().message, /, at \[::1\]:12345\)/);
  Deno.writeTextFileSync(`${folder.path}/lock.json`, "{");
  assertMatch(other().message, /^\S+ is in use by another chat server\. /);
});

Deno.test("announcedIn tells all that a server has announced, for as long as it has the folder", () => {
  using folder = new TempFolder();
  const announcement = {
    address: "[::1]:12345",
    password: true,
    plaintextPassword: false,
    encryption: { fingerprint: "F", names: ["box"] },
  };
  const lock = lockDataFolder(folder.path);
  assertEquals(announcedIn(folder.path), undefined);
  lock.announce(announcement);
  assertEquals(announcedIn(folder.path), announcement);
  lock[Symbol.dispose]();
  assertEquals(announcedIn(folder.path), undefined);
});

Deno.test("lockDataFolder lets the next in when the one before was killed", async () => {
  using folder = new TempFolder();
  const args = ["run", "--quiet", "--no-check", "--allow-all", HOLDER, folder.path];
  const child = new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "piped" }).spawn();
  const lines = new Lines(child.stdout);
  assertEquals(await lines.next(), "locked");
  const error = assertThrows(() => lockDataFolder(folder.path), Fatal);
  assertMatch(error.message, new RegExp(`process ${child.pid}, since .*, at 127\\.0\\.0\\.1:4711\\)`));
  child.kill("SIGKILL");
  await child.status;
  lockDataFolder(folder.path)[Symbol.dispose]();
  await lines.rest();
  await child.stdin.abort();
});

Deno.test("lockDataFolder says in one line that it may not write", () => {
  const error = assertThrows(() => lockDataFolder("/proc/chat"), Fatal);
  assertMatch(error.message, /^Cannot keep the history in \/proc\/chat: [^\n]*--data$/);
});
