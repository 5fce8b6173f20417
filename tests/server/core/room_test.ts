import { assert, assertEquals } from "@std/assert";
import { Room } from "../../../server/core/room.ts";
import { type Session, Sessions } from "../../../server/core/sessions.ts";
import { parseRoomName } from "../../../shared/names.ts";
import type { Draft } from "../../../shared/protocol.ts";
import { entry } from "../fakes.ts";

const MAX = 4096;

function lobby(head = 0, topic = ""): Room {
  const parsed = parseRoomName("lobby");
  assert(parsed.ok);
  return new Room(parsed.name, { head, topic, topicSeq: 0 });
}

const sessions = new Sessions();
let ids = 0;

/** A session that is in the room. */
function member(room: Room): Session {
  const id = `s${++ids}`;
  const session = sessions.open(`nick-${id}`, id, undefined);
  assert(!("code" in session));
  room.join(session);
  return session;
}

/** What saying `text` comes to: the draft's text, or the refusal's code. */
function decided(text: string, maxBytes = MAX): string {
  const room = lobby();
  const decision = room.decide(member(room), { kind: "say", room: "lobby", text }, 0, maxBytes);
  return "code" in decision ? decision.code : decision.text;
}

const TEXTS: readonly [text: string, decided: string][] = [
  ["hi", "hi"],
  ["  hi ", "  hi "],
  ["one\r\ntwo", "one\ntwo"],
  ["\x1b[31mred\x07", "red"],
  ["", "text_empty"],
  [" \n\t", "text_empty"],
  ["\x1b[31m\u202e", "text_empty"],
  ["a".repeat(MAX), "a".repeat(MAX)],
  ["a".repeat(MAX + 1), "text_too_long"],
  ["漢".repeat(1365) + "a", "漢".repeat(1365) + "a"],
  ["漢".repeat(1365) + "ab", "text_too_long"],
  ["\x07".repeat(MAX) + "a", "a"],
];

Deno.test("Room.decide cleans a text before it measures it", () => {
  for (const [text, expected] of TEXTS) assertEquals(decided(text), expected, JSON.stringify(text.slice(0, 20)));
  assertEquals([decided("12345", 5), decided("123456", 5)], ["12345", "text_too_long"]);
});

Deno.test("Room.decide makes a draft that only lacks its place", () => {
  const room = lobby();
  const bob = member(room);
  const draft: Draft = { room: "lobby", at: 7, type: "said", by: bob.nick, from: bob.id, text: "hi" };
  assertEquals(room.decide(bob, { kind: "say", room: "lobby", text: "hi" }, 7, MAX), draft);
  assertEquals(room.decide(bob, { kind: "say", room: "lobby", text: "hi", ref: "r1" }, 7, MAX), { ...draft, ref: "r1" });
});

/** What setting a topic comes to: the draft's type and text, or the refusal's code. */
function topic(text: string): string {
  const room = lobby();
  const decision = room.decide(member(room), { kind: "topic", room: "lobby", text }, 0, MAX);
  return "code" in decision ? decision.code : `${decision.type} ${decision.text}`;
}

Deno.test("Room.decide makes an entry of a topic, which is one line of at most 512 bytes and may be empty", () => {
  assertEquals([topic("lunch"), topic("one\ntwo\x1b[31m"), topic("")], ["topic lunch", "topic one two", "topic "]);
  assertEquals([topic("a".repeat(512)), topic("a".repeat(513))], [`topic ${"a".repeat(512)}`, "text_too_long"]);
  assertEquals([topic("漢".repeat(170) + "ab"), topic("漢".repeat(171))], [`topic ${"漢".repeat(170)}ab`, "text_too_long"]);
});

Deno.test("Room.apply takes a topic from the entry, and from nothing else", () => {
  const room = lobby(3, "breakfast");
  assertEquals([room.topic, room.snapshot().topic], ["breakfast", "breakfast"]);
  room.decide(member(room), { kind: "topic", room: "lobby", text: "dinner" }, 0, MAX);
  room.apply(entry(4, "hi"));
  assertEquals([room.topic, room.head], ["breakfast", 4]);
  room.apply({ ...entry(5, "lunch"), type: "topic" });
  assertEquals([room.topic, room.snapshot().topic], ["lunch", "lunch"]);
  room.apply({ ...entry(6, ""), type: "topic" });
  assertEquals([room.topic, room.head], ["", 6]);
});

Deno.test("Room.join notes a new name in its old place", () => {
  const room = lobby();
  const [bob, alice] = [member(room), member(room)];
  assertEquals(sessions.rename(bob, "bert"), undefined);
  room.join(bob);
  assertEquals(room.snapshot().members, [{ nick: "bert", from: bob.id }, { nick: alice.nick, from: alice.id }]);
});

Deno.test("Room.join notes who is away, why, and who is back, in its old place", () => {
  const room = lobby();
  const [bob, alice] = [member(room), member(room)];
  const here = (away?: string) => [
    { nick: bob.nick, from: bob.id, ...away === undefined ? {} : { away } },
    { nick: alice.nick, from: alice.id },
  ];
  for (const away of ["lunch", "", undefined]) {
    bob.away = away;
    room.join(bob);
    assertEquals(room.snapshot().members as unknown, here(away));
  }
});

/** A room of so many who are away. */
function deserted(many: number, away: string): Room {
  const room = lobby();
  for (let i = 0; i < many; i++) {
    const session = member(room);
    session.away = away;
    room.join(session);
  }
  return room;
}

Deno.test("Room.snapshot tells 16 bytes of reasons for each that it may name, and of the others that they are away", () => {
  const reasons = (room: Room, most?: number) => room.snapshot(0, most).members.map(({ away }) => away);
  assertEquals(new Set(reasons(deserted(100, "é".repeat(8)))), new Set(["é".repeat(8)]));
  assertEquals(new Set(reasons(deserted(6, "x".repeat(256)))), new Set(["x".repeat(256)]));
  const crowd = deserted(100, "x".repeat(256));
  assertEquals(reasons(crowd), [...Array(6).fill("x".repeat(256)), ...Array(94).fill("")]);
  assertEquals(reasons(crowd, 20), ["x".repeat(256), ...Array(19).fill("")]);
  const last = member(crowd);
  assertEquals(crowd.snapshot(100).members, [{ nick: last.nick, from: last.id }]);
});

Deno.test("Room.outside refuses whoever is not in the room; what they say is decided all the same", () => {
  const room = lobby();
  const bob = member(room);
  assertEquals([room.leave(bob), room.leave(bob), room.has(bob)], [true, false, false]);
  const refusal = { code: "not_in_room", text: "you are not in #lobby" };
  assertEquals([room.outside(bob), room.outside(member(room))], [refusal, undefined] as unknown[]);
  assertEquals(room.decideDeletion(bob, { kind: "delete", room: "lobby", seq: 1 }, 0) as unknown, refusal);
  assert("from" in room.decide(bob, { kind: "say", room: "lobby", text: "hi" }, 0, MAX));
});

Deno.test("C9 at never falls within a room", () => {
  const room = lobby();
  const bob = member(room);
  const at = (now: number) => (room.decide(bob, { kind: "say", room: "lobby", text: "hi" }, now, MAX) as Draft).at;
  assertEquals([at(10), at(5), at(11)], [10, 10, 11]);
  room.apply({ ...entry(1, "from another server"), at: 50 });
  assertEquals([at(20), at(60)], [50, 60]);
});

Deno.test("Room.snapshot names 100 members from an offset on, in the order they came", () => {
  const room = lobby(41);
  const members = Array.from({ length: 101 }, () => member(room)).map(({ id, nick }) => ({ nick, from: id }));
  room.apply(entry(42, "hi"));
  const whole = { room: "lobby" as const, head: 42, topic: "", total: 101 };
  assertEquals(room.snapshot() as unknown, { ...whole, offset: 0, members: members.slice(0, 100) });
  assertEquals(room.snapshot(100) as unknown, { ...whole, offset: 100, members: members.slice(100) });
  assertEquals(room.snapshot(101) as unknown, { ...whole, offset: 101, members: [] });
});
