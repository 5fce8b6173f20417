import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { decodeClientFrame, decodeServerFrame, encodeFrame } from "../../shared/codec.ts";
import {
  type Act,
  type ByeReason,
  type ClientFrame,
  type Entry,
  type EntryType,
  type ErrorCode,
  LIMITS,
  type RefusalCode,
  type ReportAbout,
  type Role,
  type ServerFrame,
  type Snapshot,
} from "../../shared/protocol.ts";

type Kinds<F extends { kind: string }> = { readonly [K in F["kind"]]: fc.Arbitrary<Extract<F, { kind: K }>> };

const text = fc.string({ unit: "binary", maxLength: 50 });
const name = fc.string({ unit: "binary", maxLength: 16 });
const id = fc.string({ minLength: 1, maxLength: LIMITS.refBytes });
const whole = fc.maxSafeNat();
const reason = fc.string({ maxLength: LIMITS.awayBytes });
const versions = fc.array(whole, { minLength: 1, maxLength: 16 });
const people = { room: name, by: name, from: id, total: whole };
const snapshotFields = {
  room: name,
  head: whole,
  topic: text,
  total: whole,
  offset: whole,
  members: fc.array(
    fc.record({ nick: name, from: id, away: reason, role: fc.constantFrom("owner", "op") }, {
      requiredKeys: ["nick", "from"],
      noNullPrototype: true,
    }),
    { maxLength: 100 },
  ),
};
const snapshot: fc.Arbitrary<Snapshot> = plain(snapshotFields);
const token = fc.string({ maxLength: LIMITS.tokenBytes });
const cursors = fc.dictionary(name, whole, { maxKeys: LIMITS.roomsPerSession, noNullPrototype: true })
  .filter((cursors) => !Object.hasOwn(cursors, "__proto__"));
const upTo = (max: number, min = 0) => fc.integer({ min, max });
const limit = upTo(LIMITS.pageEntries, 1);

/** Values of one form, as JSON gives them. */
function plain<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;
}

const roles = fc.constantFrom<Role[]>("owner", "op");
const abouts = fc.constantFrom<ReportAbout[]>("bans", "audit");

type Fields<F> = { readonly [K in Exclude<keyof F, "kind">]-?: fc.Arbitrary<Exclude<F[K], undefined>> };

/** Frames of one kind, without some of the fields that are `optional`. */
function frame<F extends { kind: string }>(kind: F["kind"], fields: Fields<F>, ...optional: (keyof F)[]): fc.Arbitrary<F> {
  const model: Record<string, fc.Arbitrary<unknown>> = { kind: fc.constant(kind), ...fields };
  const requiredKeys = Object.keys(model).filter((name) => !optional.includes(name as keyof F));
  return fc.record(model, { requiredKeys, noNullPrototype: true }) as unknown as fc.Arbitrary<F>;
}

const CLIENT: Kinds<ClientFrame> = {
  hello: frame(
    "hello",
    {
      v: versions,
      name: text,
      secret: token,
      rooms: fc.array(name, { maxLength: LIMITS.roomsPerSession }),
      backlog: upTo(LIMITS.pageEntries),
      epoch: token,
      cursors,
      password: text,
    },
    "secret",
    "rooms",
    "backlog",
    "epoch",
    "cursors",
    "password",
  ),
  certificate: frame("certificate", {}),
  resume: frame("resume", { v: versions, token, epoch: token, cursors }),
  say: frame("say", { ref: id, room: name, text }, "ref"),
  join: frame("join", { ref: id, room: name, backlog: upTo(LIMITS.pageEntries) }, "ref", "backlog"),
  part: frame("part", { ref: id, room: name }, "ref"),
  rooms: frame("rooms", { ref: id }, "ref"),
  who: frame("who", { ref: id, room: name }, "ref"),
  topic: frame("topic", { ref: id, room: name, text }, "ref"),
  nick: frame("nick", { ref: id, name: text }, "ref"),
  away: frame("away", { ref: id, text }, "ref", "text"),
  history: frame("history", { ref: id, room: name, before: whole, after: whole, limit }, "ref", "before", "after"),
  search: frame("search", { ref: id, room: name, words: text, limit }, "ref"),
  delete: frame("delete", { ref: id, room: name, seq: whole }, "ref"),
  moderate: frame(
    "moderate",
    {
      ref: id,
      act: fc.constantFrom<Act[]>("claim", "kick", "ban", "unban", "mute", "unmute", "op", "deop", "slow", "readonly", "announce"),
      target: text,
      room: name,
      ms: upTo(LIMITS.actMs),
      on: fc.boolean(),
      text,
    },
    "ref",
    "target",
    "room",
    "ms",
    "on",
    "text",
  ),
  report: frame("report", { ref: id, about: abouts }, "ref"),
  ping: frame("ping", { ref: id }, "ref"),
  pong: frame("pong", { ref: id }, "ref"),
  bye: frame("bye", {}),
};

const refusals = fc.constantFrom<RefusalCode[]>(
  "name_empty",
  "name_too_long",
  "name_not_allowed",
  "name_reserved",
  "name_taken",
  "text_empty",
  "text_too_long",
  "no_such_room",
  "not_in_room",
  "too_many_rooms",
  "resume_unknown",
  "ref_conflict",
  "storage_full",
  "server_full",
  "too_many_words",
  "no_such_entry",
  "not_yours",
  "no_such_person",
  "not_allowed",
  "read_only",
  "slow_mode",
  "muted",
  "banned",
  "password_needed",
  "password_wrong",
  "not_encrypted",
);
const errors = fc.constantFrom<ErrorCode[]>("malformed", "too_long", "unknown_kind", "version", "unexpected", "internal");
const reasons = fc.constantFrom<ByeReason[]>(
  "left",
  "replaced",
  "restart",
  "storage",
  "timeout",
  "slow",
  "full",
  "kicked",
  "banned",
  "error",
);

const entries: fc.Arbitrary<Entry> = frame<Entry>(
  "entry",
  {
    room: name,
    seq: whole,
    prev: whole,
    at: whole,
    type: fc.constantFrom<EntryType[]>("said", "topic", "announcement", "notice", "deleted", "tombstone"),
    by: name,
    from: id,
    text,
    target: whole,
    ref: id,
    again: fc.constant(true),
  },
  "target",
  "ref",
  "again",
);

const SERVER: Kinds<ServerFrame> = {
  entry: entries,
  certificate: frame("certificate", { pem: text }),
  welcome: frame(
    "welcome",
    {
      v: whole,
      session: id,
      nick: name,
      role: roles,
      away: reason,
      server: text,
      epoch: token,
      token,
      resumed: fc.boolean(),
      keeps: text,
      rooms: fc.array(snapshot, { maxLength: 3 }),
    },
    "token",
    "away",
    "role",
  ),
  members: frame("members", { ref: id, ...snapshotFields }, "ref"),
  joined: frame("joined", people),
  left: frame("left", people),
  renamed: frame("renamed", { ...people, nick: name }),
  away: frame("away", { ...people, text: reason }, "text"),
  role: frame("role", { ...people, role: roles }, "role"),
  backlog: frame("backlog", { room: name, count: whole }),
  live: frame("live", { room: name }),
  reset: frame("reset", { room: name, cursor: whole, skipped: whole }),
  rooms: frame("rooms", { ref: id, rooms: fc.array(plain({ room: name, total: whole, topic: text }), { maxLength: 200 }) }, "ref"),
  page: frame("page", { ref: id, room: name, entries: fc.array(entries, { maxLength: 5 }), more: fc.boolean() }, "ref"),
  report: frame("report", { ref: id, about: abouts, lines: fc.array(text, { maxLength: 5 }) }, "ref"),
  done: frame("done", { ref: id, text }, "ref"),
  notice: frame("notice", { text }),
  refused: frame("refused", { ref: id, code: refusals, text, final: fc.boolean(), retryMs: whole }, "ref", "retryMs"),
  error: frame("error", { ref: id, code: errors, text, v: versions }, "ref", "v"),
  ping: frame("ping", { ref: id }, "ref"),
  pong: frame("pong", { ref: id }, "ref"),
  bye: frame("bye", { reason: reasons, text, sent: whole, retryMs: whole }, "sent", "retryMs"),
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

const CURSORS = "must be an object of at most 50, each a whole number from 0";

/** So many names of rooms, as JSON. */
function rooms(many: number): string {
  return JSON.stringify(Array.from({ length: many }, (_, i) => `r${i}`));
}

function cursorsOf(many: number): string {
  return Array.from({ length: many }, (_, i) => `"r${i}":${i}`).join();
}

function resume(cursors: string): string {
  return `{"kind":"resume","v":[1],"token":"t","epoch":"e","cursors":${cursors}}`;
}

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
  ['{"kind":"hello","v":[1],"name":"\\ud800"}', OK],
  ['{"kind":"hello","v":[1],"name":"bob","secret":"\\ud800"}', "hello.secret: must be a string of at most 64 bytes"],
  ['{"kind":"say","room":"\\ud800","text":"\\ud800"}', OK],
  ['{"kind":"ping","ref":"\\ud800"}', "ping.ref: must be a string of 1 to 64 bytes"],
  ['{"kind":"say","room":"lobby"}', "say.text: must be a string of at most 16384 bytes"],
  ['{"kind":"say","text":"hi"}', "say.room: must be a string of at most 16384 bytes"],
  [`{"kind":"say","room":"lobby","text":"${long(16_384)}"}`, OK],
  [`{"kind":"say","room":"lobby","text":"${long(16_385)}"}`, "say.text: must be a string of at most 16384 bytes"],
  [`{"kind":"hello","v":[1],"name":"bob","secret":"${long(64)}"}`, OK],
  [`{"kind":"hello","v":[1],"name":"bob","secret":"${long(65)}"}`, "hello.secret: must be a string of at most 64 bytes"],
  [`{"kind":"hello","v":[1],"name":"bob","rooms":${rooms(50)}}`, OK],
  [
    `{"kind":"hello","v":[1],"name":"bob","rooms":${rooms(51)}}`,
    "hello.rooms: must be a list of 0 to 50, each a string of at most 64 bytes",
  ],
  [
    `{"kind":"hello","v":[1],"name":"bob","rooms":["${long(65)}"]}`,
    "hello.rooms: must be a list of 0 to 50, each a string of at most 64 bytes",
  ],
  ['{"kind":"hello","v":[1],"name":"bob","rooms":[]}', OK],
  ['{"kind":"hello","v":[1],"name":"bob","backlog":0}', OK],
  ['{"kind":"hello","v":[1],"name":"bob","backlog":200}', OK],
  ['{"kind":"hello","v":[1],"name":"bob","backlog":201}', "hello.backlog: must be a whole number from 0 to 200"],
  ['{"kind":"hello","v":[1],"name":"bob","backlog":-1}', "hello.backlog: must be a whole number from 0 to 200"],
  ['{"kind":"hello","v":[1],"name":"bob","backlog":1.5}', "hello.backlog: must be a whole number from 0 to 200"],
  [`{"kind":"resume","v":[1],"token":"${long(64)}","epoch":"e","cursors":{}}`, OK],
  [`{"kind":"resume","v":[1],"token":"${long(65)}","epoch":"e","cursors":{}}`, "resume.token: must be a string of at most 64 bytes"],
  ['{"kind":"resume","v":[1],"epoch":"e","cursors":{}}', "resume.token: must be a string of at most 64 bytes"],
  ['{"kind":"resume","v":[1],"token":"t","cursors":{}}', "resume.epoch: must be a string of at most 64 bytes"],
  ['{"kind":"resume","v":[1],"token":"t","epoch":"e"}', `resume.cursors: ${CURSORS}`],
  [resume(`{${cursorsOf(50)}}`), OK],
  [resume(`{${cursorsOf(51)}}`), `resume.cursors: ${CURSORS}`],
  [resume('{"lobby":-1}'), `resume.cursors: ${CURSORS}`],
  [resume('{"lobby":null}'), `resume.cursors: ${CURSORS}`],
  [resume("[1]"), `resume.cursors: ${CURSORS}`],
  [resume('{"__proto__":1}'), `resume.cursors: ${CURSORS}`],
  [resume('{"constructor":1}'), OK],
  ['{"kind":"join"}', "join.room: must be a string of at most 16384 bytes"],
  ['{"kind":"join","room":"dev","backlog":201}', "join.backlog: must be a whole number from 0 to 200"],
  ['{"kind":"part","ref":"r"}', "part.room: must be a string of at most 16384 bytes"],
  ['{"kind":"rooms"}', OK],
  ['{"kind":"who"}', "who.room: must be a string of at most 16384 bytes"],
  ['{"kind":"topic","room":"lobby"}', "topic.text: must be a string of at most 16384 bytes"],
  ['{"kind":"nick"}', "nick.name: must be a string of at most 16384 bytes"],
  ['{"kind":"away"}', OK],
  ['{"kind":"away","text":""}', OK],
  ['{"kind":"away","text":null}', "away.text: must be a string of at most 16384 bytes"],
  ['{"kind":"away","text":true}', "away.text: must be a string of at most 16384 bytes"],
  // Longer than a reason may be: the rules refuse it, in words.
  [`{"kind":"away","text":"${long(16_384)}"}`, OK],
  [`{"kind":"away","text":"${long(16_385)}"}`, "away.text: must be a string of at most 16384 bytes"],
  ['{"kind":"history","room":"lobby"}', "history.limit: must be a whole number from 1 to 200"],
  ['{"kind":"history","room":"lobby","limit":0}', "history.limit: must be a whole number from 1 to 200"],
  ['{"kind":"history","room":"lobby","limit":1}', OK],
  ['{"kind":"history","room":"lobby","limit":200}', OK],
  ['{"kind":"history","room":"lobby","limit":201}', "history.limit: must be a whole number from 1 to 200"],
  ['{"kind":"history","room":"lobby","limit":1,"before":-1}', "history.before: must be a whole number from 0"],
  ['{"kind":"history","room":"lobby","limit":1,"after":9007199254740992}', "history.after: must be a whole number from 0"],
  ['{"kind":"search","room":"lobby","limit":1}', "search.words: must be a string of at most 16384 bytes"],
  ['{"kind":"search","room":"lobby","words":"a","limit":201}', "search.limit: must be a whole number from 1 to 200"],
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

const ENTRY = '{"kind":"entry","room":"lobby","seq":1,"prev":0,"at":0,"type":"said","by":"bob","from":"s1","text":"hi"}';
const ENTRIES = "must be a list of 0 to 200, each an entry";

/** Bob away, or back, with more fields. */
function away(fields: string): string {
  return `{"kind":"away","room":"lobby","by":"bob","from":"s1","total":1${fields}}`;
}

/** A list that names bob, with more fields. */
function lists(fields: string): string {
  return `{"kind":"members","room":"lobby","head":0,"topic":"","total":1,"offset":0,"members":[{"nick":"bob","from":"s1"${fields}}]}`;
}

const WRONG_FROM_SERVER: readonly [line: string, says: string][] = [
  ['{"kind":"say","room":"lobby","text":"hi"}', 'unknown kind "say"'],
  [
    '{"kind":"bye","reason":"bored","text":""}',
    "bye.reason: must be one of left, replaced, restart, storage, timeout, slow, full, kicked, banned, error",
  ],
  ['{"kind":"refused","code":"name_taken","text":"","final":0}', "refused.final: must be true or false"],
  [
    '{"kind":"members","room":"lobby","head":0,"topic":"","total":1,"offset":0,"members":[{"nick":"bob"}]}',
    "members.members: must be a list of 0 to 100, each an object",
  ],
  [away(`,"text":"${long(256)}"`), OK],
  [away(`,"text":"${long(257)}"`), "away.text: must be a string of at most 256 bytes"],
  [away(',"text":7'), "away.text: must be a string of at most 256 bytes"],
  [away(""), OK],
  [lists(""), OK],
  [lists(',"away":""'), OK],
  [lists(`,"away":"${"é".repeat(128)}"`), OK],
  [lists(`,"away":"${"é".repeat(128)}a"`), "members.members: must be a list of 0 to 100, each an object"],
  [lists(',"away":true'), "members.members: must be a list of 0 to 100, each an object"],
  ['{"kind":"members","room":"lobby","head":0,"total":1,"offset":0,"members":[]}', "members.topic: must be a string of at most 4096 bytes"],
  ['{"kind":"reset","room":"lobby","cursor":-1,"skipped":0}', "reset.cursor: must be a whole number from 0"],
  ['{"kind":"backlog","room":"lobby"}', "backlog.count: must be a whole number from 0"],
  [`{"kind":"page","room":"lobby","entries":[${Array(200).fill(ENTRY)}],"more":false}`, OK],
  [`{"kind":"page","room":"lobby","entries":[${Array(201).fill(ENTRY)}],"more":false}`, `page.entries: ${ENTRIES}`],
  ['{"kind":"page","room":"lobby","entries":[{"kind":"live","room":"lobby"}],"more":false}', `page.entries: ${ENTRIES}`],
  [`{"kind":"page","room":"lobby","entries":[${ENTRY.replace('"entry"', '"page"')}],"more":false}`, `page.entries: ${ENTRIES}`],
  [ENTRY.replace('"said"', '"sung"'), "entry.type: must be one of said, topic, announcement, notice, deleted, tombstone"],
  [ENTRY.replace('"text"', '"again":false,"text"'), "entry.again: must be true"],
  [ENTRY.replace('"text"', '"again":true,"text"'), OK],
  [`{"kind":"rooms","rooms":[${Array(200).fill('{"room":"r","total":1,"topic":""}')}]}`, OK],
  [
    `{"kind":"rooms","rooms":[${Array(201).fill('{"room":"r","total":1,"topic":""}')}]}`,
    "rooms.rooms: must be a list of 0 to 200, each an object",
  ],
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
  fc.constantFrom(
    "kind",
    "ref",
    "v",
    "name",
    "room",
    "text",
    "members",
    "rooms",
    "cursors",
    "entries",
    "limit",
    "__proto__",
    "constructor",
  ),
  fc.oneof(
    fc.constantFrom("hello", "resume", "say", "history", "ping", "bye", "entry", "page", "welcome", "\ud800", "", "\u{1f600}".repeat(40)),
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

Deno.test("a full welcome of one room fits a frame of 16 KiB", () => {
  const members = Array.from({ length: LIMITS.membersPerFrame }, () => ({ nick: "漢".repeat(21), from: long(12) }));
  const rooms = [{ room: "lobby", head: 1, topic: "x".repeat(LIMITS.topicBytes), total: 1, offset: 0, members }];
  const about = { server: "chat/1", epoch: long(12), token: long(32), resumed: false, keeps: "90 days or 100,000 messages of a room" };
  const welcome = encodeFrame({ kind: "welcome", v: 1, session: "s1", nick: "bob", ...about, rooms });
  assert(new TextEncoder().encode(welcome).length < LIMITS.frameBytes);
});

Deno.test("the longest frames a server may send can be read: a page of 200, and a welcome to 50 full rooms", () => {
  const entry: Entry = { kind: "entry", room: "lobby", seq: 1, prev: 0, at: 0, type: "said", by: "bob", from: "s1", text: "x".repeat(300) };
  const page = { kind: "page" as const, room: "lobby", entries: Array<Entry>(LIMITS.pageEntries).fill(entry), more: true };
  assertEquals(decodeServerFrame(encodeFrame(page)), page);
  const members = Array.from({ length: LIMITS.membersPerFrame }, () => ({ nick: "漢".repeat(21), from: long(12) }));
  const room = { room: "lobby", head: 1, topic: "", total: 1, offset: 0, members };
  const rooms = Array.from({ length: LIMITS.roomsPerSession }, () => room);
  const about = { server: "chat/1", epoch: "e", token: "t", resumed: false, keeps: "" };
  const welcome = { kind: "welcome" as const, v: 1, session: "s1", nick: "bob", ...about, rooms };
  assertEquals(decodeServerFrame(encodeFrame(welcome)), welcome);
});
