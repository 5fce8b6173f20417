import { assert, assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import { PAGE } from "../../../server/history/history.ts";
import { SqliteHistory } from "../../../server/history/sqlite_history.ts";
import { draft, Heard } from "../../contracts/history_contract.ts";
import { FOREVER, smallDisk } from "./disk.ts";

Deno.test("C13 a full disk rejects with storage_full, history can be read, and it heals when space comes back", async () => {
  await using disk = await smallDisk("2m");
  if (disk === undefined) return;
  const ballast = `${disk.path}/ballast`;
  await Deno.writeFile(ballast, new Uint8Array(1_000_000));
  const history = await SqliteHistory.open(disk.path, FOREVER);
  const heard = new Heard(history);
  let sent = 0;
  const say = async () => {
    await history.append(draft("lobby", `${++sent} `.padEnd(4_000, "x"), { ref: `r${sent}` }), "ann");
    while (heard.entries.length + heard.rejected.length < sent) await heard.next();
  };
  while (heard.rejected.length < 3) await say();
  assertGreater(heard.entries.length, 10);
  assertEquals(heard.rejected.map(({ code }) => code), ["storage_full", "storage_full", "storage_full"]);
  assertEquals(await history.read({ room: "lobby", before: Number.MAX_SAFE_INTEGER, limit: 5 }), heard.entries.slice(-5));
  assertEquals((await history.search("lobby", "7", PAGE)).entries, heard.entries.filter(({ text }) => text.startsWith("7 ")));

  await Deno.remove(ballast);
  const before = heard.entries.length;
  await say();
  await history.append(heard.rejected[0].draft, "ann");
  await heard.many(before + 2);
  assertEquals([heard.rejected.length, heard.repeated.length], [3, 0]);
  assertEquals(heard.entries.map(({ seq, prev }) => [seq, prev]), heard.entries.map((_, i) => [i + 1, i]));

  // Closing wants to move the log into the database, and cannot: nothing is lost by that.
  for (const rejected = heard.rejected.length; heard.rejected.length === rejected;) await say();
  await Deno.writeFile(ballast, new Uint8Array(1_000_000)).catch((error) => assertStringIncludes(String(error), "No space"));
  await heard.close();
  await Deno.remove(ballast);

  const again = await SqliteHistory.open(disk.path, FOREVER);
  assert((await again.read({ room: "lobby", before: Number.MAX_SAFE_INTEGER, limit: 3 })).length === 3);
  assertEquals(again.rooms(), history.rooms());
  await again.close();
});
