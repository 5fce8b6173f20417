import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { decodeClientFrame, decodeServerFrame, encodeFrame } from "../../shared/codec.ts";
import { type ClientFrame, type ErrorCode, LIMITS, type ServerFrame, type Snapshot } from "../../shared/protocol.ts";

type Kinds<F extends { kind: string }> = { readonly [K in F["kind"]]: fc.Arbitrary<Extract<F, { kind: K }>> };

const text = fc.string({ unit: "binary", maxLength: 50 });
const name = fc.string({ unit: "binary", maxLength: 16 });
const id = fc.string({ minLength: 1, maxLength: LIMITS.refBytes });
const whole = fc.maxSafeNat();
const versions = fc.array(whole, { minLength: 1, maxLength: 16 });
const people = { room: name, by: name, from: id, total: whole };
const snapshot: fc.Arbitrary<Snapshot> = fc.record({
  room: name,
  head: whole,
  total: whole,
  offset: whole,
  members: fc.array(fc.record({ nick: name, from: id }), { maxLength: 100 }),
});

type Fields<F> = { readonly [K in Exclude<keyof F, "kind">]-?: fc.Arbitrary<Exclude<F[K], undefined>> };

/** Frames of one kind, without some of the fields that are `optional`. */
function frame<F extends { kind: string }>(kind: F["kind"], fields: Fields<F>, ...optional: (keyof F)[]): fc.Arbitrary<F> {
  const model: Record<string, fc.Arbitrary<unknown>> = { kind: fc.constant(kind), ...fields };
  const requiredKeys = Object.keys(model).filter((name) => !optional.includes(name as keyof F));
  return fc.record(model, { requiredKeys, noNullPrototype: true }) as unknown as fc.Arbitrary<F>;
}

const CLIENT: Kinds<ClientFrame> = {
  hello: frame("hello", { v: versions, name: text }),
  say: frame("say", { ref: id, room: name, text }, "ref"),
  ping: frame("ping", { ref: id }, "ref"),
  pong: frame("pong", { ref: id }, "ref"),
  bye: frame("bye", {}),
};

const refusals = fc.constantFrom(
  "name_empty",
  "name_too_long",
  "name_not_allowed",
  "name_reserved",
  "name_taken",
  "text_empty",
  "text_too_long",
  "no_such_room",
  "not_in_room",
  "server_full",
);
const errors = fc.constantFrom<ErrorCode[]>("malformed", "too_long", "unknown_kind", "version", "unexpected", "internal");

const SERVER: Kinds<ServerFrame> = {
  entry: frame("entry", {
    room: name,
    seq: whole,
    prev: whole,
    at: whole,
    type: fc.constantFrom("said", "notice"),
    by: name,
    from: id,
    text,
    ref: id,
  }, "ref"),
  welcome: frame("welcome", { v: whole, session: id, nick: name, server: text, rooms: fc.array(snapshot, { maxLength: 3 }) }),
  members: snapshot.map((snapshot) => ({ kind: "members", ...snapshot })),
  joined: frame("joined", people),
  left: frame("left", people),
  reset: frame("reset", { room: name, cursor: whole, skipped: whole }),
  refused: frame("refused", { ref: id, code: refusals, text, final: fc.boolean(), retryMs: whole }, "ref", "retryMs"),
  error: frame("error", { ref: id, code: errors, text, v: versions }, "ref", "v"),
  ping: frame("ping", { ref: id }, "ref"),
  pong: frame("pong", { ref: id }, "ref"),
  bye: frame(
    "bye",
    {
      reason: fc.constantFrom("left", "restart", "timeout", "slow", "full", "error"),
      text,
      sent: whole,
      retryMs: whole,
    },
    "sent",
    "retryMs",
  ),
};

for (const [kind, frames] of Object.entries<fc.Arbitrary<ClientFrame>>(CLIENT)) {
  Deno.test(`decodeClientFrame gives back what encodeFrame wrote: ${kind}`, () => {
    fc.assert(fc.property(frames, (frame) => assertEquals(decodeClientFrame(line(frame)), frame)));
  });
}

for (const [kind, frames] of Object.entries<fc.Arbitrary<ServerFrame>>(SERVER)) {
  Deno.test(`decodeServerFrame gives back what encodeFrame wrote: ${kind}`, () => {
    fc.assert(fc.property(frames, (frame) => assertEquals(decodeServerFrame(line(frame)), frame)));
  });
}

/** What `encodeFrame` wrote, which is one line, without its line feed. */
function line(frame: ClientFrame | ServerFrame): string {
  const encoded = encodeFrame(frame);
  assertEquals(encoded.indexOf("\n"), encoded.length - 1);
  return encoded.slice(0, -1);
}

/** Lists of lists in an object, so many levels deep. */
function nested(depth: number): string {
  return `{"kind":"ping","x":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;
}

const long = (length: number) => "a".repeat(length);
const OK = "ok";

const LINES: readonly [line: string, says: string][] = [
  ["", "not a line of JSON"],
  ["{", "not a line of JSON"],
  ['{"kind":"ping"}}', "not a line of JSON"],
  ["hello", "not a line of JSON"],
  ["{'kind':'ping'}", "not a line of JSON"],
  ["[]", "not a JSON object"],
  ['[{"kind":"ping"}]', "not a JSON object"],
  ["null", "not a JSON object"],
  ["7", "not a JSON object"],
  ['"ping"', "not a JSON object"],
  ["{}", "kind: must be a string"],
  ['{"kind":null}', "kind: must be a string"],
  ['{"kind":["ping"]}', "kind: must be a string"],
  ['{"kind":""}', 'unknown kind ""'],
  ['{"kind":"entry"}', 'unknown kind "entry"'],
  ['{"kind":"Ping"}', 'unknown kind "Ping"'],
  [`{"kind":"${long(99)}"}`, `unknown kind "${long(32)}"`],
  ['{"kind":"hello","name":"bob"}', "hello.v: must be a list of 1 to 16, each a whole number from 0"],
  ['{"kind":"hello","v":[],"name":"bob"}', "hello.v: must be a list of 1 to 16, each a whole number from 0"],
  ['{"kind":"hello","v":1,"name":"bob"}', "hello.v: must be a list of 1 to 16, each a whole number from 0"],
  ['{"kind":"hello","v":["1"],"name":"bob"}', "hello.v: must be a list of 1 to 16, each a whole number from 0"],
  ['{"kind":"hello","v":[1.5],"name":"bob"}', "hello.v: must be a list of 1 to 16, each a whole number from 0"],
  ['{"kind":"hello","v":[-1],"name":"bob"}', "hello.v: must be a list of 1 to 16, each a whole number from 0"],
  ['{"kind":"hello","v":[1e99],"name":"bob"}', "hello.v: must be a list of 1 to 16, each a whole number from 0"],
  [`{"kind":"hello","v":[${Array(16).fill(1)}],"name":"bob"}`, OK],
  [`{"kind":"hello","v":[${Array(17).fill(1)}],"name":"bob"}`, "hello.v: must be a list of 1 to 16, each a whole number from 0"],
  ['{"kind":"hello","v":[1]}', "hello.name: must be a string of at most 16384 bytes"],
  ['{"kind":"hello","v":[1],"name":null}', "hello.name: must be a string of at most 16384 bytes"],
  ['{"kind":"hello","v":[1],"name":"\\ud800"}', "hello.name: must be a string of at most 16384 bytes"],
  ['{"kind":"say","room":"lobby"}', "say.text: must be a string of at most 16384 bytes"],
  ['{"kind":"say","text":"hi"}', "say.room: must be a string of at most 16384 bytes"],
  [`{"kind":"say","room":"lobby","text":"${long(16_384)}"}`, OK],
  [`{"kind":"say","room":"lobby","text":"${long(16_385)}"}`, "say.text: must be a string of at most 16384 bytes"],
  ['{"kind":"ping","ref":1}', "ping.ref: must be a string of 1 to 64 bytes"],
  ['{"kind":"ping","ref":null}', "ping.ref: must be a string of 1 to 64 bytes"],
  ['{"kind":"ping","ref":""}', "ping.ref: must be a string of 1 to 64 bytes"],
  [`{"kind":"ping","ref":"${long(64)}"}`, OK],
  [`{"kind":"ping","ref":"${long(65)}"}`, "ping.ref: must be a string of 1 to 64 bytes"],
  [`{"kind":"ping","ref":"${"漢".repeat(22)}"}`, "ping.ref: must be a string of 1 to 64 bytes"],
  [nested(8), OK],
  [nested(9), "nested deeper than 8"],
  [`{"kind":"ping","x":${'{"y":'.repeat(7)}1${"}".repeat(7)}}`, OK],
  [`{"kind":"ping","x":${'{"y":'.repeat(8)}1${"}".repeat(8)}}`, "nested deeper than 8"],
  [nested(5_000), "nested deeper than 8"],
  ['{"kind":"__proto__"}', 'unknown kind "__proto__"'],
  ['{"kind":"constructor"}', 'unknown kind "constructor"'],
  ['{"kind":"toString"}', 'unknown kind "toString"'],
  ['{"__proto__":{"kind":"ping"}}', "kind: must be a string"],
];

Deno.test("decodeClientFrame says what is wrong with a line", () => {
  for (const [line, says] of LINES) {
    const frame = decodeClientFrame(line);
    assertEquals(frame.kind === "malformed" ? frame.text : OK, says, line.slice(0, 80));
  }
});

const WRONG_FROM_SERVER: readonly [line: string, says: string][] = [
  ['{"kind":"say","room":"lobby","text":"hi"}', 'unknown kind "say"'],
  ['{"kind":"bye","reason":"bored","text":""}', "bye.reason: must be one of left, restart, timeout, slow, full, error"],
  ['{"kind":"refused","code":"name_taken","text":"","final":0}', "refused.final: must be true or false"],
  [
    '{"kind":"members","room":"lobby","head":0,"total":1,"offset":0,"members":[{"nick":"bob"}]}',
    "members.members: must be a list of 0 to 100, each an object",
  ],
  ['{"kind":"reset","room":"lobby","cursor":-1,"skipped":0}', "reset.cursor: must be a whole number from 0"],
];

Deno.test("decodeServerFrame says what is wrong with a line", () => {
  for (const [line, says] of WRONG_FROM_SERVER) {
    const frame = decodeServerFrame(line);
    assertEquals(frame.kind === "malformed" ? frame.text : OK, says, line);
  }
});

Deno.test("decodeClientFrame tells a line that is no frame from one of an unknown kind", () => {
  assertEquals(decodeClientFrame("x"), { kind: "malformed", code: "malformed", text: "not a line of JSON" });
  assertEquals(decodeClientFrame('{"kind":"dance"}'), { kind: "malformed", code: "unknown_kind", text: 'unknown kind "dance"' });
});

Deno.test("decodeClientFrame keeps the ref of a request that it does not take", () => {
  const refs = ['{"kind":"dance","ref":"r1"}', '{"kind":"say","ref":"r1"}', '{"ref":"r1"}', '{"kind":"say","ref":7}'].map((line) => {
    const frame = decodeClientFrame(line);
    return "ref" in frame ? frame.ref : undefined;
  });
  assertEquals(refs, ["r1", "r1", "r1", undefined]);
});

Deno.test("decodeClientFrame drops the fields that it does not know", () => {
  const line =
    '{"kind":"say","room":"lobby","text":"hi","from":"s1","seq":1,"__proto__":{"ref":"x"},"constructor":{"prototype":{"ref":"y"}}}';
  const frame = decodeClientFrame(line);
  assertEquals(Object.keys(frame), ["kind", "room", "text"]);
  assertEquals(Object.getPrototypeOf(frame), Object.prototype);
  assertFalse("ref" in frame);
  assertFalse("ref" in {});
});

/** Lines that look like frames, with fields and values that may be wrong. */
const nearlyFrame = fc.dictionary(
  fc.constantFrom("kind", "ref", "v", "name", "room", "text", "members", "rooms", "__proto__", "constructor"),
  fc.oneof(
    fc.constantFrom("hello", "say", "ping", "bye", "entry", "welcome", "\ud800", "", "\u{1f600}".repeat(40)),
    fc.array(fc.oneof(fc.nat(), fc.constant(null), fc.dictionary(fc.constantFrom("nick", "from"), fc.string())), { maxLength: 3 }),
    fc.jsonValue(),
  ),
).map((fields) => JSON.stringify(fields));

Deno.test("decodeClientFrame and decodeServerFrame never throw, and make a complaint that can be sent", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json(), nearlyFrame), (line) => {
      for (const frame of [decodeClientFrame(line), decodeServerFrame(line)]) {
        if (frame.kind !== "malformed") continue;
        const error = { ...frame, kind: "error" as const };
        assertEquals(decodeServerFrame(encodeFrame(error)), error);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("a full welcome fits the frame that a client holds", () => {
  const members = Array.from({ length: LIMITS.membersPerFrame }, () => ({ nick: "漢".repeat(21), from: long(12) }));
  const rooms = [{ room: "lobby", head: 1, total: 1, offset: 0, members }];
  assert(encodeFrame({ kind: "welcome", v: 1, session: "s1", nick: "bob", server: "chat/1", rooms }).length < LIMITS.frameBytes);
});
