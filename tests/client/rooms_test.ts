import { assertEquals } from "@std/assert";
import { OpenRooms } from "../../client/rooms.ts";
import type { Room, Said } from "../../client/changes.ts";
import { deleted, said } from "./fake_server.ts";

function room(name: string): Room {
  return { name, topic: "", cursor: 0, total: 1, members: new Map() };
}

function message(room: string, seq: number, more: Partial<Said> = {}): Said {
  return { kind: "said", room, entry: { ...said("eve", `${room} ${seq}`, seq), room }, own: false, past: false, mention: false, ...more };
}

function inRooms(...names: string[]): OpenRooms {
  const rooms = new OpenRooms();
  rooms.here(names.map(room));
  return rooms;
}

Deno.test("OpenRooms shows the lobby first, or the first room where there is none, and keeps the one shown", () => {
  assertEquals([inRooms("dev", "lobby").current, inRooms("dev", "ops").current], ["lobby", "dev"]);
  const rooms = inRooms("lobby", "dev");
  rooms.show("dev");
  rooms.here([room("lobby"), room("dev"), room("ops")]);
  assertEquals(rooms.current, "dev");
  rooms.here([room("lobby"), room("ops")]);
  assertEquals([rooms.current, rooms.list.map(({ number, name }) => [number, name])], ["lobby", [[1, "lobby"], [2, "ops"]]]);
});

Deno.test("OpenRooms begins with a room, and stays there where it is one of ours", () => {
  const rooms = new OpenRooms("dev");
  assertEquals(rooms.current, "dev");
  rooms.here([room("lobby"), room("dev")]);
  assertEquals(rooms.current, "dev");
  rooms.here([room("lobby")]);
  assertEquals(rooms.current, "lobby");
});

Deno.test("OpenRooms.admit lets through what happens in the room shown, and counts what is said elsewhere", () => {
  const rooms = inRooms("lobby", "dev");
  assertEquals(rooms.admit(message("lobby", 1)), true);
  const elsewhere = [
    rooms.admit(message("dev", 1, { past: true })),
    rooms.admit(message("dev", 2)),
    rooms.admit(message("dev", 3, { mention: true })),
    rooms.admit(message("dev", 4, { own: true })),
    rooms.admit({ kind: "joined", room: "dev", by: "zoe", total: 2 }),
  ];
  assertEquals(elsewhere, [false, false, false, false, false]);
  assertEquals(rooms.list[1], { number: 2, name: "dev", unread: 2, mentioned: true });
  assertEquals(rooms.admit({ kind: "notice", text: "to us" }), true);
});

Deno.test("OpenRooms.show brings what waited there, once, and at most the newest 200", () => {
  const rooms = inRooms("lobby", "dev");
  for (let seq = 1; seq <= 201; seq++) rooms.admit(message("dev", seq));
  const { changes, unread, leftOut } = rooms.show("dev");
  assertEquals([changes.length, unread, leftOut], [200, 201, 1]);
  assertEquals(rooms.show("dev").changes, []);
  assertEquals(rooms.admit(message("dev", 202)), true);
});

Deno.test("OpenRooms keeps for a room what it has to say of messages that are gone", () => {
  const rooms = inRooms("lobby", "dev");
  const skipped = { kind: "skipped", room: "dev", count: 3 } as const;
  assertEquals([rooms.admit(skipped), rooms.show("dev").changes, rooms.list[1].unread], [false, [skipped], 0]);
});

Deno.test("OpenRooms.leave goes back to the room shown before", () => {
  const rooms = inRooms("lobby", "dev", "ops");
  rooms.show("ops");
  rooms.show("dev");
  assertEquals([rooms.leave("lobby"), rooms.leave("dev")], [undefined, "ops"]);
});

Deno.test("OpenRooms.find takes a name, or a place in the list", () => {
  const rooms = inRooms("lobby", "dev", "3");
  assertEquals(["dev", "1", "3", "4", "0", "x"].map((to) => rooms.find(to)), ["dev", "lobby", "3", undefined, undefined, undefined]);
});

Deno.test("OpenRooms counts no tombstone and no deletion, and what is deleted while it waits no more", () => {
  const rooms = inRooms("lobby", "dev");
  rooms.admit(message("dev", 1));
  rooms.admit(message("dev", 2, { mention: true }));
  rooms.admit(message("dev", 3, { entry: { ...said("eve", "", 3), type: "tombstone", room: "dev" } }));
  assertEquals(rooms.list[1], { number: 2, name: "dev", unread: 2, mentioned: true });
  for (const [seq, target] of [[4, 2], [5, 2], [6, 99]]) {
    const entry = { ...deleted("eve", target, seq), room: "dev" };
    assertEquals(rooms.admit({ kind: "deleted", room: "dev", target, by: "eve", entry }), false);
  }
  assertEquals(rooms.list[1], { number: 2, name: "dev", unread: 1, mentioned: false });
  const { changes, unread } = rooms.show("dev");
  assertEquals(unread, 1);
  const texts = changes.map((change) => change.kind === "said" ? `${change.entry.type} ${change.entry.text}` : change.kind);
  assertEquals(texts, ["said dev 1", "tombstone ", "tombstone ", "deleted", "deleted", "deleted"]);
});
