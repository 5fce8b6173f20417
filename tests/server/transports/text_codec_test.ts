import { assertEquals } from "@std/assert";
import type { Bye, Member, Refused, ServerFrame, Welcome } from "../../../shared/protocol.ts";
import { textCodec } from "../../../server/transports/text.ts";
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
    rooms: [{ room: "lobby", head: 0, total: others + 1, offset: 0, members }],
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

Deno.test("what is not for people makes no line", () => {
  const { rooms: [snapshot] } = welcome(1);
  for (const frame of [{ kind: "members", ...snapshot }, { kind: "ping" }, { kind: "pong", ref: "r1" }] as const) {
    assertEquals(lines(frame), "");
  }
});
