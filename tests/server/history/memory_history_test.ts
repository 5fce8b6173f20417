import { assert, assertEquals } from "@std/assert";
import { MEMORY_ENTRIES, MemoryHistory } from "../../../server/history/memory_history.ts";
import { draft, Heard, historyContract } from "../../contracts/history_contract.ts";

historyContract("MemoryHistory", () => new MemoryHistory("epoch of a test"));

Deno.test("MemoryHistory keeps the newest 1,000 entries of each room", async () => {
  const history = new MemoryHistory("epoch of a test");
  const heard = new Heard(history);
  await history.append(draft("dev", "quiet"));
  for (let i = 1; i <= 4_500; i++) {
    await history.append(draft("lobby", `${i}`));
    if (![1_000, 1_001, 1_999, 2_000, 2_001, 4_500].includes(i)) continue;
    const [oldest, next] = await history.read({ room: "lobby", after: 0, limit: 2 });
    const floor = Math.max(1, i - MEMORY_ENTRIES + 1);
    assertEquals([oldest.seq, oldest.prev, next.seq], [floor, floor - 1, floor + 1]);
    assertEquals((await history.read({ room: "lobby", after: i - 1, limit: 2 })).map(({ seq }) => seq), [i]);
  }
  assertEquals((await history.read({ room: "dev", after: 0, limit: 2 })).length, 1);
  await heard.close();
});

Deno.test("MemoryHistory is full when 4,096 drafts wait, until they are taken", async () => {
  const history = new MemoryHistory("epoch of a test");
  for (let i = 1; i < 4_096; i++) assertEquals(history.append(draft("lobby", `${i}`)), undefined);
  const full = history.append(draft("lobby", "4096"));
  const fuller = history.append(draft("lobby", "4097"));
  assert(full && fuller);
  const heard = new Heard(history);
  await Promise.all([full, fuller]);
  assertEquals(history.append(draft("lobby", "4098")), undefined);
  await heard.close();
  assertEquals(heard.entries.length, 4_098);
});
