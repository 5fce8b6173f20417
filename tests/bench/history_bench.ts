import { SqliteHistory } from "../../server/history/sqlite_history.ts";
import type { Batch } from "../../server/history/history.ts";
import type { Draft } from "../../shared/protocol.ts";

const folder = Deno.makeTempDirSync({ prefix: "chat-bench-" });
const history = await SqliteHistory.open(folder, { retention: { entries: Infinity, ms: Infinity } });
const batches: AsyncIterator<Batch> = history.committed()[Symbol.asyncIterator]();
const message: Draft = { room: "lobby", at: 1_790_000_000_000, type: "said", by: "bob", from: "b0Kx3vD1q8Zt", text: "x".repeat(64) };
let refs = 0;

globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

// Only what is written as an async function is waited for by deno bench.
/** Appends a group and hears that it is committed. */
async function group(size: number, draft: () => Draft, owner?: string): Promise<void> {
  for (let i = 0; i < size; i++) void history.append(draft(), owner);
  for (let heard = 0; heard < size;) {
    const { value } = await batches.next();
    heard += value.entries.length;
  }
}

for (const size of [1, 100, 1_000, 4_096]) {
  Deno.bench({ name: `SqliteHistory: ${size} messages of 64 bytes appended and committed`, group: "history" }, async () => {
    await group(size, () => message);
  });
}

Deno.bench({ name: "SqliteHistory: 4096 messages with a ref that begins with the time", group: "history" }, async () => {
  await group(4_096, () => ({ ...message, ref: `${String(refs++).padStart(12, "0")}b0Kx3vD1q8ZtYw2S` }), "owner");
});

Deno.bench({ name: "SqliteHistory: 4096 messages with a ref by chance", group: "history" }, async () => {
  await group(4_096, () => ({ ...message, ref: crypto.randomUUID() }), "owner");
});

Deno.bench({ name: "SqliteHistory: read a page of 200", group: "history" }, async () => {
  await history.read({ room: "lobby", before: Number.MAX_SAFE_INTEGER, limit: 200 });
});
