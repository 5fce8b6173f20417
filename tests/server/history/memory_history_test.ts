import { assert, assertEquals } from "@std/assert";
import { MEMORY_ENTRIES, MemoryHistory } from "../../../server/history/memory_history.ts";
import { deletion, draft, Heard, historyContract } from "../../contracts/history_contract.ts";

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

Deno.test("MemoryHistory drops the oldest of the room that was quiet longest when all rooms take up too much", async () => {
  const history = new MemoryHistory("epoch of a test", { bytes: 200_000 });
  const heard = new Heard(history);
  const kept = async (room: string) => (await history.read({ room, after: 0, limit: 200 })).map(({ seq }) => seq);
  const long = "x".repeat(1_000);
  await history.append(draft("old", "tea", { type: "topic" }));
  for (const room of ["old", "busy", "older"]) {
    for (let i = 0; i < 20; i++) await history.append(draft(room, long, { ref: `${room}${i}` }), "ann");
  }
  await history.append(draft("old", "awake again"));
  // 62 of them take up about 152,000.
  for (let i = 0; i < 25; i++) await history.append(draft("busy", long));
  await heard.many(87);
  assertEquals([(await kept("older")).length < 20, (await kept("old")).length, (await kept("busy")).length], [true, 22, 45]);
  for (let i = 0; i < 20; i++) await history.append(draft("busy", long));
  await heard.many(107);
  const left = await kept("old");
  assertEquals([await kept("older"), left.at(-1), left[0] > 1, (await kept("busy")).length], [[], 22, true, 65]);
  assertEquals(history.rooms().map(({ room, head, topic }) => [room, head, topic]), [["old", 22, "tea"], ["busy", 65, ""], [
    "older",
    20,
    "",
  ]]);
  assertEquals((await history.search("older", long, 10)).entries, []);
  // A ref goes with its entry, and the room goes on where it was.
  await history.append(draft("older", long, { ref: "older0" }), "ann");
  await heard.many(108);
  assertEquals([heard.entries[107].prev, heard.repeated, await kept("older")], [20, [], [21]]);
  for (let i = 0; i < 3_000; i++) await history.append(draft("busy", long));
  await heard.many(3_108);
  assertEquals([await kept("old"), await kept("older"), (await history.read({ room: "busy", before: 4_000, limit: 200 })).length], [
    [],
    [],
    79,
  ]);
  await heard.close();
});

Deno.test("MemoryHistory searches with turns for others between, finds nothing that was deleted meanwhile, and stops when it is closed", async () => {
  const history = new MemoryHistory("epoch of a test");
  const heard = new Heard(history);
  for (let i = 0; i < 60; i++) await history.append(draft("lobby", `${"\ufdfa".repeat(1_000)} needle`));
  await heard.many(60);
  const order: string[] = [];
  const searches = [1, 2].map((n) =>
    history.search("lobby", "needle", 100).then(({ entries }) => (order.push(`search ${n}`), entries.length))
  );
  setTimeout(() => {
    order.push("another's turn");
    void history.append(deletion("lobby", 60));
  });
  assertEquals(await Promise.all(searches), [59, 59]);
  assertEquals(order, ["another's turn", "search 1", "search 2"]);
  const last = history.search("lobby", "needle", 100);
  await heard.close();
  const { entries, complete } = await last;
  assert(entries.length < 59 && !complete);
});

Deno.test("MemoryHistory: a topic whose entry is kept no more can be deleted by an op, and by nobody else", async () => {
  const history = new MemoryHistory("epoch of a test");
  const heard = new Heard(history);
  await history.append(draft("lobby", "vandals", { type: "topic" }));
  for (let i = 0; i < 1_000; i++) await history.append(draft("lobby", `${i}`));
  await history.append(deletion("lobby", 1));
  await history.append(deletion("lobby", 1), undefined, "op");
  await heard.many(1_002, 0, 1);
  assertEquals(history.rooms().map(({ topic, topicSeq }) => [topic, topicSeq]), [["", 0]]);
  await heard.close();
});
