import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { OpenRoom } from "../../../client/rooms.ts";
import type { Room } from "../../../client/changes.ts";
import { statusLine } from "../../../client/views/status_line.ts";
import type { Status } from "../../../client/views/view.ts";
import { textWidth } from "../../../client/views/width.ts";

const NOTHING: Status = { nick: "bob", room: undefined, rooms: [], online: true, quietMs: 0, queued: 0, away: false, keeps: "" };

function room(name: string, ...others: string[]): Room {
  const members = ["bob", ...others].map((nick) => [nick, { nick, from: nick }] as const);
  return { name, topic: "", cursor: 0, total: members.length, members: new Map(members) };
}

function listed(number: number, name: string, unread = 0, mentioned = false): OpenRoom {
  return { number, name, unread, mentioned };
}

Deno.test("statusLine says where we are, who is here, what waits elsewhere, and whether we are connected", () => {
  const rooms = [listed(1, "lobby"), listed(2, "dev", 1_200, true), listed(3, "ops"), listed(4, "art", 2)];
  const status = { ...NOTHING, room: room("lobby", "alice", "carol"), rooms };
  assertEquals(statusLine(status, 80), "#lobby · alice, carol · 2:#dev 1,200! 3:#ops 4:#art 2 · connected");
});

Deno.test("statusLine names three people, marks who is away, and counts the rest", () => {
  const here = room("lobby", "a", "b", "c", "d", "e");
  const members = new Map([...here.members, ["b", { nick: "b", from: "b", away: "lunch" }]]);
  assertEquals(statusLine({ ...NOTHING, room: { ...here, members } }, 80), "#lobby · a, b (away), c +2 · connected");
  assertEquals(statusLine({ ...NOTHING, room: { ...here, total: 5_000 } }, 80), "#lobby · a, b, c +4,996 · connected");
  assertEquals(statusLine({ ...NOTHING, room: room("lobby") }, 80), "#lobby · nobody else here · connected");
});

Deno.test("statusLine says what is wrong, in this order: no connection, no contact, ourselves away", () => {
  const here = { ...NOTHING, room: room("lobby") };
  const end = (status: Status) => statusLine(status, 80).split(" · ").at(-1);
  assertEquals(end({ ...here, online: false, quietMs: 5_000, queued: 3_000 }), "reconnecting (3,000 queued)");
  assertEquals(end({ ...here, online: false }), "reconnecting");
  assertEquals(end({ ...NOTHING, online: false }), "connecting");
  assertEquals(end({ ...here, quietMs: 15_000, away: true }), "no contact for 15 s");
  assertEquals(end({ ...here, away: true }), "away");
});

Deno.test("statusLine lets go of what matters least first, and of unread messages late", () => {
  const rooms = [listed(1, "lobby"), listed(2, "dev", 12), listed(3, "operations"), listed(4, "art", 3, true)];
  const status = { ...NOTHING, room: room("lobby", "alice"), rooms };
  const lines = [70, 60, 50, 38, 30, 17, 8].map((columns) => statusLine(status, columns));
  assertEquals(lines, [
    "#lobby · alice · 2:#dev 12 3:#operations 4:#art 3! · connected",
    "#lobby · 2:#dev 12 3:#operations 4:#art 3! · connected",
    "#lobby · 2:#dev 12 4:#art 3! · connected",
    "#lobby · 15! unread · connected",
    "#lobby · connected",
    "connected",
    "",
  ]);
});

Deno.test("statusLine counts columns, not characters", () => {
  const status = { ...NOTHING, room: room("日本語") };
  assertEquals([statusLine(status, 19), statusLine(status, 18)], ["#日本語 · connected", "connected"]);
});

Deno.test("statusLine is never wider than it may be, whatever rooms and people are called", () => {
  const name = fc.oneof(fc.string({ unit: "binary", maxLength: 20 }), fc.constantFrom("日本語", "👨‍👩‍👧", "e\u0301\u0301", "\x1b[31m", "שלום"));
  const rooms = fc.array(fc.record({ number: fc.nat(50), name, unread: fc.nat(5_000), mentioned: fc.boolean() }), { maxLength: 12 });
  fc.assert(fc.property(name, fc.array(name), rooms, fc.integer({ min: -1, max: 120 }), (here, people, rooms, columns) => {
    const line = statusLine({ ...NOTHING, room: room(here, ...people), rooms }, columns);
    assert(textWidth(line) <= Math.max(0, columns));
    // deno-lint-ignore no-control-regex
    assert(!/[\x00-\x1f\x7f-\x9f]/.test(line));
  }));
});
