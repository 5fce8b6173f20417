/**
 * Frames that are none: no JSON, too deep, too long, of the wrong kind, with the wrong types, numbers and names; and sessions that are not one's own.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { answered, compare, Foe, frames, hello, line } from "../foe.ts";
import { type Group, HUSH, type Row } from "../row.ts";

const encoder = new TextEncoder();
const NOT_JSON = "error malformed: not a line of JSON";
const NO_OBJECT = "error malformed: not a JSON object";
const LATE = "resume_unknown: the server does not know this session any more";
const NO_ROOM = 'refused no_such_room: A room\'s name has letters, digits, "-", "_" and "." only';

/** The names of those who say these frames, so that no two have the same. */
let guests = 0;

/** A row: a line that is no frame of the protocol, and the error that says so. */
function wrong(what: string, sent: string | Uint8Array, ...answer: string[]): Row {
  const by = `g${++guests}`;
  return frames(what, by, [sent, "\n"], ...answer, `bye: Bye, ${by} (0 messages sent)`);
}

/** A row: a frame with a field that is wrong, and what it must be. */
function field(what: string, frame: Record<string, unknown>, problem: string): Row {
  return wrong(`${frame.kind}: ${what}`, JSON.stringify(frame), `error malformed: ${frame.kind}.${problem}`);
}

/** A row: a first frame that lets nobody in. */
function shut(what: string, sent: string, ...answer: string[]): Row {
  return { name: what, attack: async ({ port }) => compare(await answered(port, sent), answer) };
}

const say = (fields: Record<string, unknown>) => ({ kind: "say", room: "lobby", text: HUSH, ...fields });
const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

export const framesGroup: Group = {
  name: "frames",
  rows: [
    wrong("half an object", "{", NOT_JSON),
    wrong("a list", "[1,2]", NO_OBJECT),
    wrong("null", "null", NO_OBJECT),
    wrong("a number", "1e999", NO_OBJECT),
    wrong("a string", '"say"', NO_OBJECT),
    wrong("words", "hello there", NOT_JSON),
    wrong("two objects on a line", '{"kind":"ping"}{"kind":"ping"}', NOT_JSON),
    wrong("single quotes", "{'kind':'ping'}", NOT_JSON),
    wrong("a comment", '{"kind":"ping"/**/}', NOT_JSON),
    wrong("a control character in a string", '{"kind":"ping","ref":"\x01"}', NOT_JSON),
    wrong("no UTF-8", Uint8Array.of(...encoder.encode('{"kind":"'), 0xff, 0x22, 0x7d), "error malformed: not UTF-8"),
    wrong("an empty object", "{}", "error malformed: kind: must be a string"),
    wrong("a kind that is a list", '{"kind":["say"]}', "error malformed: kind: must be a string"),
    wrong("an unknown kind", '{"kind":"sudo"}', 'error unknown_kind: unknown kind "sudo"'),
    wrong("a kind of every object", '{"kind":"__proto__"}', 'error unknown_kind: unknown kind "__proto__"'),
    wrong("a method of every object", '{"kind":"toString"}', 'error unknown_kind: unknown kind "toString"'),
    wrong("a kind of 16,000 letters", line({ kind: "x".repeat(16_000) }).trim(), `error unknown_kind: unknown kind "${"x".repeat(32)}"`),
    wrong("the server's kinds", '{"kind":"entry","room":"lobby"}', 'error unknown_kind: unknown kind "entry"'),
    wrong("nested 9 deep", `{"kind":"ping","x":${nested(8)}}`, "error malformed: nested deeper than 8"),
    wrong("nested 8,000 deep", `{"kind":"ping","x":${nested(8_000)}}`, "error malformed: nested deeper than 8"),
    wrong("8,000 lists that never end", "[".repeat(8_000), NOT_JSON),
    wrong("16 KiB and a byte", "x".repeat(16_385), "error too_long: a frame has at most 16,384 bytes, this one had 16,385"),
    wrong("64 KiB", "x".repeat(65_536), "error too_long: a frame has at most 16,384 bytes, this one had 65,536"),
    wrong(
      "4,000 fields of no meaning",
      JSON.stringify({ kind: "ping", ref: "1", ...Object.fromEntries(Array.from({ length: 1_200 }, (_, i) => [`x${i}`, i])) }),
      "pong 1",
    ),
    wrong("a field twice: the last one counts", '{"kind":"ping","ref":"1","ref":"2"}', "pong 2"),
    wrong("a kind twice: the last one counts", '{"kind":"bye","kind":"ping","ref":"1"}', "pong 1"),
    wrong("__proto__ as a field", '{"__proto__":{"kind":"say"},"kind":"ping","ref":"1","polluted":true}', "pong 1"),
    wrong(
      "__proto__ in a list of cursors",
      '{"kind":"resume","v":[1],"token":"x","epoch":"e","cursors":{"__proto__":1}}',
      "error malformed: resume.cursors: must be an object of at most 50, each a whole number from 0",
    ),
    wrong("constructor as a room", line({ kind: "join", room: "constructor", ref: "1" }).trim(), "members of constructor"),
    field("no text", { kind: "say", room: "lobby" }, "text: must be a string of at most 16384 bytes"),
    field("a text that is an object", say({ text: { toString: "x" } }), "text: must be a string of at most 16384 bytes"),
    field("a text that is null", say({ text: null }), "text: must be a string of at most 16384 bytes"),
    field("a room that is a number", say({ room: 7 }), "room: must be a string of at most 16384 bytes"),
    field("a ref of 65 bytes", say({ ref: "x".repeat(65) }), "ref: must be a string of 1 to 64 bytes"),
    field("a ref of 33 letters of two bytes", say({ ref: "é".repeat(33) }), "ref: must be a string of 1 to 64 bytes"),
    field("an empty ref", say({ ref: "" }), "ref: must be a string of 1 to 64 bytes"),
    field("a ref that is a number", say({ ref: 1 }), "ref: must be a string of 1 to 64 bytes"),
    field("half a character as a ref", say({ ref: "\ud800" }), "ref: must be a string of 1 to 64 bytes"),
    field("a limit of 0", { kind: "history", room: "lobby", limit: 0 }, "limit: must be a whole number from 1 to 200"),
    field("a limit of 201", { kind: "history", room: "lobby", limit: 201 }, "limit: must be a whole number from 1 to 200"),
    field("half a limit", { kind: "history", room: "lobby", limit: 1.5 }, "limit: must be a whole number from 1 to 200"),
    field("a limit in words", { kind: "history", room: "lobby", limit: "10" }, "limit: must be a whole number from 1 to 200"),
    field("no limit", { kind: "search", room: "lobby", words: HUSH }, "limit: must be a whole number from 1 to 200"),
    field("a negative seq", { kind: "history", room: "lobby", limit: 1, before: -1 }, "before: must be a whole number from 0"),
    field("a seq of 2^53", { kind: "history", room: "lobby", limit: 1, after: 2 ** 53 }, "after: must be a whole number from 0"),
    field("a backlog of 201", { kind: "join", room: "lobby", backlog: 201 }, "backlog: must be a whole number from 0 to 200"),
    wrong(
      "history: a seq of 1e400",
      '{"kind":"history","room":"lobby","limit":1,"before":1e400}',
      "error malformed: history.before: must be a whole number from 0",
    ),
    field(
      "words that are a list",
      { kind: "search", room: "lobby", words: [HUSH], limit: 1 },
      "words: must be a string of at most 16384 bytes",
    ),
    field("a reason that is a number", { kind: "away", text: 1 }, "text: must be a string of at most 16384 bytes"),
    field("a name that is null", { kind: "nick", name: null }, "name: must be a string of at most 16384 bytes"),
    field(
      "an act that is none",
      { kind: "moderate", act: "sudo" },
      "act: must be one of claim, kick, ban, unban, mute, unmute, op, deop, slow, readonly, announce",
    ),
    wrong("a certificate asked for when in", '{"kind":"certificate"}', "error unexpected: ask for the certificate before anything else"),
    frames("a second hello", "h1", [hello("h1b")], "error unexpected: you are in already, as h1", "bye: Bye, h1 (0 messages sent)"),
    frames(
      "a resume when in",
      "h2",
      [line({ kind: "resume", v: [1], token: HUSH, epoch: "e", cursors: {} })],
      "error unexpected: you are in already, as h2",
      "bye: Bye, h2 (0 messages sent)",
    ),
    frames(
      "a message in a room that one is not in",
      "h3",
      [line(say({ ref: "1" }))],
      "refused not_in_room: you are not in #lobby",
      "bye: Bye, h3 (0 messages sent)",
    ),
    frames(
      "the history of a room that one is not in",
      "h4",
      [line({ kind: "history", room: "lobby", limit: 1 })],
      "refused not_in_room: you are not in #lobby",
      "bye: Bye, h4 (0 messages sent)",
    ),
    frames(
      "a room that is no name",
      "h5",
      [line({ kind: "join", room: "../../etc" }), line({ kind: "join", room: "a b" })],
      NO_ROOM,
      NO_ROOM,
      "bye: Bye, h5 (0 messages sent)",
    ),
    frames(
      "a room of 65 bytes",
      "h6",
      [line({ kind: "join", room: "x".repeat(65) })],
      "refused no_such_room: A room's name has at most 64 bytes",
      "bye: Bye, h6 (0 messages sent)",
    ),
    frames(
      "a text of 4,097 bytes",
      "h7",
      [line(say({ room: "h7s-den", text: "x".repeat(4_097) }))],
      "refused text_too_long: a message has at most 4,096 bytes, this one had 4,097",
      "bye: Bye, h7 (0 messages sent)",
    ),
    frames(
      "a topic of 513 bytes",
      "h8",
      [line({ kind: "topic", room: "h8s-den", text: "x".repeat(513) })],
      "refused text_too_long: a topic has at most 512 bytes, this one had 513",
      "bye: Bye, h8 (0 messages sent)",
    ),
    frames(
      "a reason of 257 bytes",
      "h9",
      [line({ kind: "away", text: "x".repeat(257) })],
      "refused text_too_long: a reason has at most 256 bytes, this one had 257",
      "bye: Bye, h9 (0 messages sent)",
    ),
    {
      name: "a 51st room",
      attack: async (scene) => {
        const { port } = scene;
        const rooms = Array.from({ length: 50 }, (_, i) => `h10-${i}`);
        // Each room that begins counts as ten messages: nobody begins 50 at once.
        const others = await Promise.all(
          Array.from({ length: 13 }, (_, i) => Foe.framed(scene, `h10o${i}`, { rooms: rooms.slice(4 * i, 4 * i + 4) })),
        );
        const answers = await answered(port, hello("h10", { rooms }), line({ kind: "join", room: "h10-50", ref: "1" }));
        assertEquals(answers, ["refused too_many_rooms: one can be in 50 rooms at a time", "bye: Bye, h10 (0 messages sent)"]);
        for (const other of others) other[Symbol.dispose]();
      },
    },
    shut(
      "51 rooms at once",
      hello("h11", { rooms: Array.from({ length: 51 }, (_, i) => `h11-${i}`) }),
      "error malformed: hello.rooms: must be a list of 0 to 50, each a string of at most 64 bytes",
      "bye: Bye",
    ),
    shut(
      "no version",
      hello("h12", { v: [] }),
      "error malformed: hello.v: must be a list of 1 to 16, each a whole number from 0",
      "bye: Bye",
    ),
    shut(
      "a version that is none of ours",
      hello("h13", { v: [9] }),
      "error version: this server speaks version 1 of the protocol, the client 9",
      "bye: No version of the protocol is common. Bye",
    ),
    shut(
      "a name that is an object",
      hello("", { name: {} }),
      "error malformed: hello.name: must be a string of at most 16384 bytes",
      "bye: Bye",
    ),
    shut(
      "a secret of 65 bytes",
      hello("h15", { secret: HUSH.padEnd(65, "x") }),
      "error malformed: hello.secret: must be a string of at most 64 bytes",
      "bye: Bye",
    ),
    shut("a room that is no name, in the hello", hello("h16", { rooms: ["a b"] }), NO_ROOM, "bye: Bye"),
    shut(
      "a message before the hello",
      line(say({})) + hello("h17", { rooms: ["h17s-den"] }),
      'error unexpected: say hello first: {"kind":"hello","v":[1],"name":"..."}',
      "bye: Bye, h17 (0 messages sent)",
    ),
    shut("a token that was guessed", line({ kind: "resume", v: [1], token: HUSH, epoch: "e", cursors: {} }), `refused ${LATE}`, "bye: Bye"),
    {
      name: "tokens guessed by the thousand: twenty are answered",
      attack: async (scene) => {
        const guesses = Array.from(
          { length: 1_000 },
          () => line({ kind: "resume", v: [1], token: crypto.randomUUID(), epoch: "e", cursors: {} }),
        );
        const answers = await answered(scene.port, guesses.join(""));
        assertEquals(answers, [...Array<string>(20).fill(`refused ${LATE}`), "bye: Connect again to try another name. Bye"]);
      },
    },
    {
      name: "a token taken twice: the first to come is sent away",
      attack: async (scene) => {
        using foe = await Foe.connect(scene);
        await foe.send(hello("h20", { rooms: ["h20s-den"] }));
        const { token, epoch } = JSON.parse(await foe.until(/"kind":"welcome"/));
        const answers = await answered(scene.port, line({ kind: "resume", v: [1], token, epoch, cursors: {} }));
        assertEquals(answers, ["bye: Bye, h20 (0 messages sent)"]);
        assertMatch(await foe.rest(), /"kind":"bye","reason":"replaced"/);
      },
    },
    {
      name: "cursors beyond the head and of another history are reset, out loud",
      attack: async ({ port }) => {
        const answers = await answered(
          port,
          hello("h21", { rooms: ["h21s-den"], epoch: "another", cursors: { "h21s-den": 2 ** 53 - 1, nowhere: 7 } }),
        );
        assertEquals(answers, ["reset to 0", "bye: Bye, h21 (0 messages sent)"]);
      },
    },
    {
      name: "somebody else's secret does not give their refs away",
      attack: async ({ port }) => {
        const kept = await answered(
          port,
          hello("h22", { rooms: ["h22s-den"], secret: `${HUSH} one` }),
          line(say({ room: "h22s-den", ref: "r" })),
        );
        const other = await answered(
          port,
          hello("h22", { rooms: ["h22s-den"], secret: `${HUSH} two` }),
          line(say({ room: "h22s-den", ref: "r" })),
        );
        assertEquals([kept[0], other[0]], [`said: ${HUSH}`, `said: ${HUSH}`]);
      },
    },
    {
      name: "16,384 frames in one packet, all wrong",
      attack: async (scene) => {
        using foe = await Foe.framed(scene, "h23", { rooms: ["h23s-den"] });
        await foe.send("{\n".repeat(16_384));
        await foe.until(/"malformed"/, 40);
      },
    },
  ],
};
