import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseSaved, type Saved, startRoom } from "../../../client/web/saved.ts";

Deno.test("parseSaved reads what was written", () => {
  const saved: Saved = {
    secret: "s",
    name: "bob",
    left: false,
    session: { epoch: "e", token: "t", rooms: ["lobby", "dev"], cursors: { lobby: 3, dev: 0 } },
    room: "dev",
    unsent: [{ kind: "say", ref: "r", room: "lobby", text: "hi" }],
    drafts: { lobby: "half a sent" },
    sound: true,
    notifications: false,
  };
  assertEquals(parseSaved(JSON.stringify(saved), "other"), saved);
});

Deno.test("parseSaved takes anything, and gives something to begin with", () => {
  const fresh = parseSaved(null, "new");
  assertEquals([fresh.secret, fresh.name, fresh.session, fresh.unsent], ["new", undefined, undefined, []]);
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
    assertEquals(typeof parseSaved(text, "new").secret, "string");
  }));
  const odd = {
    secret: 7,
    session: { epoch: "e", rooms: [1, "a"], cursors: { a: -1, b: 2, ["__proto__"]: 3 } },
    unsent: [{ kind: "bye" }, null],
    drafts: [],
  };
  assertEquals(parseSaved(JSON.stringify(odd), "new"), {
    ...fresh,
    session: { epoch: "e", token: undefined, rooms: ["a"], cursors: { b: 2 } },
  });
});

Deno.test("startRoom is the room shown last, the first one of ours where we are not in it, and the lobby", () => {
  const session = { epoch: "e", rooms: ["ops", "dev"], cursors: {} };
  const rooms = [
    startRoom({ room: "dev", session }),
    startRoom({ room: "gone", session }),
    startRoom({ session }),
    startRoom({ room: "dev" }),
  ];
  assertEquals(rooms, ["dev", "ops", "ops", "lobby"]);
});
