import { assertEquals } from "@std/assert";
import type { Bye, Entry, Member, Members, Refused, ServerFrame, Welcome } from "../../../shared/protocol.ts";
import { textCodec } from "../../../server/transports/text_codec.ts";
import { entry } from "../fakes.ts";

function lines(frame: ServerFrame): string {
  return textCodec.encode(frame);
}

/** The welcome of bob, who finds so many others in the lobby; at most 100 members stand in one. */
function welcome(others: number): Welcome {
  const there = Array.from({ length: Math.min(others, 100) }, (_, i): Member => ({ nick: `n${i + 1}`, from: `s${i + 1}` }));
  const members = others < 100 ? [...there, { nick: "bob", from: "me" }] : there;
  return {
    kind: "welcome",
    v: 1,
    session: "me",
    nick: "bob",
    server: "chat/1",
    epoch: "e1",
    resumed: false,
    keeps: "everything",
    rooms: [{ room: "lobby", head: 0, topic: "", total: others + 1, offset: 0, members }],
  };
}

const TWENTY = "n1, n2, n3, n4, n5, n6, n7, n8, n9, n10, n11, n12, n13, n14, n15, n16, n17, n18, n19, n20";
const HELLOS: readonly [others: number, here: string][] = [
  [0, "Nobody else is here yet."],
  [1, "Here now: n1."],
  [2, "Here now: n1, n2."],
  [20, `Here now: ${TWENTY}.`],
  [21, `Here now: ${TWENTY} and 1 other.`],
  [22, `Here now: ${TWENTY} and 2 others.`],
  [99, `Here now: ${TWENTY} and 79 others.`],
  [100, `Here now: ${TWENTY} and 80 others.`],
  [5000, `Here now: ${TWENTY} and 4,980 others.`],
];

Deno.test("the Hello line names 20 people and counts the rest", () => {
  for (const [others, here] of HELLOS) {
    assertEquals(lines(welcome(others)), `* Hello bob. ${here} Type a message and press Enter; bye leaves.\n`, `${others} others`);
  }
});

Deno.test("join and leave lines stop above 200 members", () => {
  const presence = (kind: "joined" | "left", total: number) => lines({ kind, room: "lobby", by: "bob", from: "s1", total });
  assertEquals([2, 200, 201, 5000].map((total) => presence("joined", total)), ["* bob joined\n", "* bob joined\n", "", ""]);
  assertEquals([1, 199, 200, 5000].map((total) => presence("left", total)), ["* bob left\n", "* bob left\n", "", ""]);
});

Deno.test("every line that a person wrote starts with the name", () => {
  const said = (text: string) => lines({ ...entry(1, text), by: "bob" });
  assertEquals(said("hi"), "bob: hi\n");
  assertEquals(said("one\ntwo\n\ncarol: hi"), "bob: one\nbob: two\nbob: \nbob: carol: hi\n");
  assertEquals(said("* carol left"), "bob: * carol left\n");
  assertEquals(said("/me waves"), "bob: /me waves\n");
  assertEquals(lines({ ...entry(1, "welcome"), type: "notice" }), "* welcome\n");
  assertEquals(lines({ ...entry(1, "down at six"), type: "announcement", by: "olga" }), "* olga announces: down at six\n");
});

function refused(code: Refused["code"], text: string, final: boolean): string {
  return lines({ kind: "refused", code, text, final });
}

Deno.test("a refusal starts with ! and asks for another name while there is a try left", () => {
  assertEquals(refused("name_taken", "bob is taken", false), "! bob is taken. Enter another name:\n");
  assertEquals(refused("name_empty", "A name cannot be empty", false), "! A name cannot be empty. Enter another name:\n");
  assertEquals(refused("name_taken", "bob is taken", true), "! bob is taken.\n");
  assertEquals(refused("text_too_long", "a message has at most 5 bytes", true), "! not sent: a message has at most 5 bytes\n");
  assertEquals(lines({ kind: "error", code: "too_long", text: "too long" }), "! not sent: too long\n");
});

Deno.test("the server's other lines start with *", () => {
  const bye: Bye = { kind: "bye", reason: "left", text: "Bye, bob (1 message sent)" };
  assertEquals(lines(bye), "* Bye, bob (1 message sent).\n");
  assertEquals(lines({ kind: "reset", room: "lobby", cursor: 9, skipped: 312 }), "* 312 messages skipped\n");
  assertEquals(lines({ kind: "reset", room: "lobby", cursor: 9, skipped: 1 }), "* 1 message skipped\n");
});

Deno.test("the Hello line tells who is away", () => {
  const { rooms: [room], ...rest } = welcome(2);
  const members = room.members.map((member) => member.nick === "n1" ? { ...member, away: "lunch" } : member);
  assertEquals(
    lines({ ...rest, rooms: [{ ...room, members }] }),
    "* Hello bob. Here now: n1 (away: lunch), n2. Type a message and press Enter; bye leaves.\n",
  );
});

Deno.test("the Hello line is followed by the topic, where there is one", () => {
  const { rooms: [room], ...rest } = welcome(0);
  assertEquals(lines({ ...rest, rooms: [{ ...room, topic: "lunch" }] }).split("\n").slice(1), ["* The topic is: lunch", ""]);
});

Deno.test("a backlog is announced with its count, and its end", () => {
  const announced = (count: number) => lines({ kind: "backlog", room: "lobby", count });
  assertEquals([1, 2, 10, 1_000].map(announced), [
    "* The last message:\n",
    "* The last 2 messages:\n",
    "* The last 10 messages:\n",
    "* The last 1,000 messages:\n",
  ]);
  assertEquals(lines({ kind: "live", room: "lobby" }), "* You are up to date.\n");
});

Deno.test("a new name makes a line, up to 200 members", () => {
  const renamed = (total: number) => lines({ kind: "renamed", room: "lobby", by: "bob", from: "s1", nick: "bert", total });
  assertEquals([1, 200, 201].map(renamed), ["* bob is bert now\n", "* bob is bert now\n", ""]);
});

Deno.test("who goes away or comes back makes a line, up to 200 members", () => {
  const away = (text: string | undefined, total: number) =>
    lines({ kind: "away", room: "lobby", by: "bob", from: "s1", ...text === undefined ? {} : { text }, total });
  assertEquals([away("lunch", 1), away("", 200), away(undefined, 200)], ["* bob is away: lunch\n", "* bob is away\n", "* bob is back\n"]);
  assertEquals(["lunch", "", undefined].map((text) => away(text, 201)), ["", "", ""]);
});

Deno.test("a topic is shown as it is set and as it is taken away", () => {
  const topic = (text: string) => lines({ ...entry(1, text), type: "topic", by: "bob" });
  assertEquals([topic("lunch"), topic("")], ["* bob set the topic: lunch\n", "* bob took the topic away\n"]);
});

/** The answer to `/who` or `/join`. */
function members(ref: string | undefined, nicks: readonly string[], total = nicks.length, topic = ""): Members {
  const list = nicks.map((nick): Member => ({ nick, from: `session of ${nick}` }));
  return { kind: "members", ...ref === undefined ? {} : { ref }, room: "dev", head: 0, topic, total, offset: 0, members: list };
}

Deno.test("/who and /join are answered with who is there", () => {
  assertEquals(lines(members("who", ["bob", "alice"])), "* In #dev: bob, alice.\n");
  assertEquals(lines(members("who", [])), "* In #dev: nobody.\n");
  assertEquals(lines(members("who", ["bob"], 1, "lunch")), "* In #dev: bob. The topic is: lunch\n");
  assertEquals(lines(members("join", ["bob", "alice"])), "* You are in #dev now. Here: bob, alice.\n");
  assertEquals(lines(members("join", ["bob"], 1, "lunch")), "* You are in #dev now. Here: bob. The topic is: lunch\n");
  const away: Member[] = [{ nick: "bob", from: "s1", away: "lunch" }, { nick: "carol", from: "s2", away: "" }, {
    nick: "dora",
    from: "s3",
  }];
  assertEquals(lines({ ...members("who", []), total: 3, members: away }), "* In #dev: bob (away: lunch), carol (away), dora.\n");
  const faker: Member = { nick: "eve", from: "s4", away: "x), alice (away: at 5 (CET)" };
  assertEquals(
    lines({ ...members("join", []), total: 1, members: [faker] }),
    "* You are in #dev now. Here: eve (away: x], alice [away: at 5 [CET]).\n",
    "nobody is named who is not there",
  );
  const many = TWENTY.split(", ").concat("n21");
  assertEquals(lines(members("who", many, 1_234)), `* In #dev: ${TWENTY} and 1,214 others.\n`);
});

Deno.test("/rooms lists rooms, how many are there, and topics", () => {
  const rooms = [{ room: "lobby", total: 1_200, topic: "" }, { room: "dev", total: 1, topic: "lunch" }];
  assertEquals(lines({ kind: "rooms", rooms }), "* 2 rooms:\n*   #lobby (1,200 here)\n*   #dev (1 here): lunch\n");
  assertEquals(lines({ kind: "rooms", rooms: [] }), "* 0 rooms:\n");
});

Deno.test("a page begins and ends with a line of the server's, and no line in it can be taken for one", () => {
  const page = (...entries: Entry[]) => lines({ kind: "page", room: "dev", entries, more: false });
  const said = { ...entry(1, "one\n* That was all."), by: "bob" };
  const topic: Entry = { ...entry(2, "lunch"), type: "topic", by: "alice" };
  assertEquals(
    page(said, topic),
    "* 2 messages of #dev:\nbob: one\nbob: * That was all.\n* alice set the topic: lunch\n* That was all.\n",
  );
  assertEquals(page(said).split("\n")[0], "* 1 message of #dev:");
  assertEquals(page(), "* Nothing found in #dev.\n");
  const cut = lines({ kind: "page", room: "dev", entries: [], more: true });
  assertEquals(cut, "* Nothing found in #dev, as far back as could be looked in time.\n");
});

Deno.test("what was done and what is told is a line, or one for each line of it", () => {
  assertEquals(lines({ kind: "done", text: "You are bert now" }), "* You are bert now.\n");
  assertEquals(lines({ kind: "notice", text: "one\ntwo" }), "* one\n* two\n");
});

Deno.test("C13 a message that was not saved is said in words of its own", () => {
  const refused: Refused = { kind: "refused", code: "storage_full", text: "the disk is full", final: false, retryMs: 5_000 };
  assertEquals(lines(refused), "! not saved: the disk is full\n");
});

Deno.test("what is not for people makes no line", () => {
  const silent: ServerFrame[] = [
    members(undefined, ["bob"]),
    { ...members("who", ["bob"]), offset: 100 },
    { kind: "reset", room: "lobby", cursor: 7, skipped: 0 },
    { kind: "ping" },
    { kind: "pong", ref: "r1" },
  ];
  for (const frame of silent) assertEquals(lines(frame), "", frame.kind);
});

Deno.test("every line that is not a person's begins with a star or an exclamation mark", () => {
  const { rooms: [snapshot] } = welcome(3);
  const frames: ServerFrame[] = [
    welcome(3),
    { ...entry(1, "lunch"), type: "topic" },
    { ...entry(1, "hi"), type: "notice" },
    { ...entry(1, "hi"), type: "announcement" },
    { kind: "members", ref: "join", ...snapshot },
    { kind: "rooms", rooms: [{ room: "dev", total: 1, topic: "lunch" }] },
    { kind: "backlog", room: "lobby", count: 3 },
    { kind: "live", room: "lobby" },
    { kind: "done", text: "Done" },
    { kind: "notice", text: "one\n\ntwo" },
    { kind: "reset", room: "lobby", cursor: 7, skipped: 3 },
    { kind: "refused", code: "ref_conflict", text: "no", final: true },
    { kind: "error", code: "malformed", text: "no" },
    { kind: "renamed", room: "lobby", by: "bob", from: "s1", nick: "bert", total: 1 },
    { kind: "away", room: "lobby", by: "bob", from: "s1", text: "lunch", total: 1 },
  ];
  for (const frame of frames) for (const line of lines(frame).split("\n").slice(0, -1)) assertEquals("*!".includes(line[0]), true, line);
});
