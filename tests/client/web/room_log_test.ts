import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type EntryRow, MOST_ROWS, RoomLog } from "../../../client/web/room_log.ts";
import { logItems } from "../../../client/web/log_items.ts";

function row(seq: number, { by = "eve", at = 0, own = false } = {}): EntryRow {
  const entry = { kind: "entry", room: "lobby", seq, prev: seq - 1, at, type: "said", by, from: by, text: `${seq}` } as const;
  return { kind: "entry", entry, own, mention: false };
}

function range(from: number, to: number): EntryRow[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => row(from + i));
}

function seqs(log: RoomLog): number[] {
  return log.rows.flatMap((row) => row.kind === "entry" ? [row.entry.seq] : []);
}

Deno.test("RoomLog takes a page before what it holds, and is complete where there is no more", () => {
  const log = new RoomLog();
  for (const live of range(11, 12)) log.add(live);
  log.older(range(8, 10), true);
  assertEquals([seqs(log), log.complete], [[8, 9, 10, 11, 12], false]);
  log.older(range(1, 7), false);
  assertEquals([seqs(log).length, log.complete], [12, true]);
});

Deno.test("RoomLog does not take a page of what it holds already for the room's beginning", () => {
  const log = new RoomLog();
  for (const live of range(851, 900)) log.add(live);
  log.older(range(851, 900), true);
  assertEquals([seqs(log).length, log.complete], [50, false]);
});

Deno.test("RoomLog counts what comes while its end is dropped, and takes it up again without a hole", () => {
  const log = new RoomLog();
  for (const live of range(1, MOST_ROWS + 50)) log.add(live);
  log.trimEnd(1);
  assertEquals([log.attached, log.newest], [false, MOST_ROWS]);
  log.add(row(MOST_ROWS + 51));
  assertEquals([log.missed, log.newest], [1, MOST_ROWS]);
  // The page was read before the last message came.
  log.newer(range(MOST_ROWS + 1, MOST_ROWS + 50), false);
  assertEquals(log.attached, false);
  log.newer([row(MOST_ROWS + 51)], false);
  assertEquals([log.attached, log.missed], [true, 0]);
  assertEquals(seqs(log), seqs(log).map((_, i) => i + 1));
});

Deno.test("RoomLog holds a run without a hole, in order, each entry once, whatever is asked of it", () => {
  const act = fc.oneof(
    fc.record({ kind: fc.constantFrom("live", "again", "older", "newer", "latest", "trimStart"), n: fc.integer({ min: 1, max: 60 }) }),
    fc.record({ kind: fc.constantFrom("trimEnd", "point"), n: fc.integer({ min: 1, max: 1_000 }) }),
  );
  fc.assert(fc.property(fc.array(act, { maxLength: 80 }), (acts) => {
    const log = new RoomLog();
    let head = 500;
    for (const live of range(451, head)) log.add(live);
    const before = (end: number, n: number) => range(Math.max(1, end - n), end - 1);
    for (const { kind, n } of acts) {
      if (kind === "live") { for (let i = 0; i < n * 5; i++) log.add(row(++head)); }
      else if (kind === "again") log.add(row(Math.max(1, head - n)));
      else if (kind === "older") log.older(before(log.oldest ?? head + 1, n), (log.oldest ?? head + 1) - n > 1);
      else if (kind === "newer" && !log.attached) {
        log.newer(range((log.newest ?? 0) + 1, Math.min(head, (log.newest ?? 0) + n)), (log.newest ?? 0) + n < head);
      } else if (kind === "latest") log.restart(before(head + 1, n), { more: n < head, newest: true });
      else if (kind === "point") log.restart(before(Math.min(n + 25, head + 1), 50), { more: n > 25, newest: false });
      else if (kind === "trimStart" && log.attached) log.trimStart();
      else if (kind === "trimEnd") log.trimEnd(n);
      const held = seqs(log);
      assertEquals(held, held.map((_, i) => held[0] + i));
      if (log.attached && held.length > 0) assertEquals(held.at(-1), head);
      if (log.complete && held.length > 0) assertEquals(held[0], 1);
    }
  }));
});

const dayOf = (at: number) => String(Math.floor(at / 86_400_000));

Deno.test("logItems begins a day, and puts one name over what somebody says within five minutes", () => {
  const rows = [
    row(1, { at: 0 }),
    row(2, { at: 200_000 }),
    row(3, { at: 320_000 }),
    row(4, { at: 330_000, by: "bob" }),
    row(5, { at: 86_400_000, by: "bob" }),
  ];
  const items = logItems(rows, { readTo: undefined, pending: [], dayOf });
  assertEquals(items.map((item) => item.kind === "message" ? item.head : item.kind), ["day", true, false, true, true, "day", true]);
});

Deno.test("logItems draws one line, before the first message of somebody else's that was not read", () => {
  const rows = [row(1), row(2, { own: true }), row(3), row(4)];
  const line = (readTo: number | undefined) =>
    logItems(rows, { readTo, pending: [], dayOf }).map(({ key }) => key).filter((key) => key.startsWith("new"));
  assertEquals(line(undefined), []);
  assertEquals(line(1), ["new3"]);
  assertEquals(line(3), ["new4"]);
  assertEquals(line(4), []);
});

Deno.test("logItems ends with what is pending, and every key is its own", () => {
  const log = new RoomLog();
  log.add(row(1));
  log.note("one");
  log.failed("text", "why");
  const pending = [{ kind: "say", ref: "r1", room: "lobby", text: "a" }, { kind: "say", ref: "r2", room: "lobby", text: "a" }] as const;
  const items = logItems(log.rows, { readTo: 0, pending, dayOf });
  assertEquals(items.map(({ kind }) => kind), ["day", "new", "message", "note", "failed", "pending", "pending"]);
  assert(new Set(items.map(({ key }) => key)).size === items.length);
});

Deno.test("RoomLog.bury leaves a tombstone in its place, and the log shows no other trace of it", () => {
  const log = new RoomLog();
  for (const live of range(1, 3)) log.add(live);
  assertEquals(log.bury(2)?.entry.text, "2");
  assertEquals(log.bury(9), undefined);
  log.add({ ...row(4), entry: { ...row(4).entry, type: "deleted", text: "", target: 2 } });
  assertEquals([log.newest, JSON.stringify(log.rows).includes('"2"')], [4, false]);
  const items = logItems(log.rows, { readTo: 3, pending: [], dayOf: () => "" });
  assertEquals(items.map(({ kind, key }) => `${kind} ${key}`), ["day d1", "message m1h", "message m2x", "message m3"]);
});

function notes(log: RoomLog): string[] {
  return log.rows.flatMap((row) => row.kind === "entry" ? [] : [row.text]);
}

Deno.test("RoomLog tells after its newest entry what came while that was not held, and keeps what was refused", () => {
  const log = new RoomLog();
  for (const live of range(1, 60)) log.add(live);
  log.note("passing");
  log.failed("refused", "why");
  log.restart(range(1, 50), { more: false, newest: false });
  log.note("answer");
  log.failed("refused too", "why");
  assertEquals([log.rows.length, notes(log)], [50, []]);
  log.newer(range(51, 60), false);
  assertEquals([log.newest, notes(log)], [60, ["refused", "answer", "refused too"]]);
  log.restart(range(11, 60), { more: true, newest: true });
  assertEquals(notes(log), ["refused", "refused too"]);
  log.drop();
  assertEquals([log.attached, log.complete, notes(log)], [true, false, ["refused", "refused too"]]);
});

Deno.test("RoomLog keeps what was refused where its end is dropped", () => {
  const log = new RoomLog();
  for (const live of range(1, MOST_ROWS + 50)) log.add(live);
  log.failed("refused", "why");
  log.trimEnd(1);
  assertEquals([log.attached, notes(log)], [false, []]);
  log.newer(range(MOST_ROWS + 1, MOST_ROWS + 50), false);
  assertEquals(notes(log), ["refused"]);
});

Deno.test("RoomLog.clear takes everything away, and nothing is loaded again", () => {
  const log = new RoomLog();
  assertEquals(log.silent, true);
  for (const live of range(11, 12)) log.add(live);
  log.failed("refused", "why");
  log.clear();
  assertEquals([log.rows, log.complete, log.attached, log.silent], [[], true, true, false]);
  log.add(row(13));
  assertEquals([seqs(log), log.complete], [[13], true]);
});
