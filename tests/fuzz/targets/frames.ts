/**
 * Frames, from the client and from the server.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { decodeClientFrame, decodeServerFrame, encodeFrame, type Malformed } from "../../../shared/codec.ts";
import { type ClientFrame, LIMITS, type ServerFrame } from "../../../shared/protocol.ts";
import { byteLength, isClean } from "../../../shared/text.ts";
import { type Target, textOf } from "../target.ts";

const CLIENT_FRAMES: readonly ClientFrame[] = [
  { kind: "hello", v: [1], name: "bob", secret: "s", rooms: ["lobby", "dev"], backlog: 20, epoch: "e1", cursors: { lobby: 7 } },
  { kind: "resume", v: [1, 2], token: "t0ken", epoch: "e1", cursors: { lobby: 12, dev: 0 } },
  { kind: "say", ref: "b0Kx3vD1q8ZtYw2S", room: "lobby", text: "hi 👨‍👩‍👧 \ud800" },
  { kind: "history", ref: "r1", room: "lobby", before: 7, after: 1, limit: 50 },
  { kind: "search", ref: "r1", room: "lobby", words: "café", limit: 20 },
  { kind: "away", text: "lunch" },
  { kind: "topic", room: "dev", text: "t" },
  { kind: "join", room: "dev", backlog: 200 },
  { kind: "nick", name: "ann" },
  { kind: "hello", v: [1], name: "bob", password: "open sesame" },
  { kind: "certificate" },
  { kind: "delete", ref: "r1", room: "lobby", seq: 7 },
  { kind: "moderate", ref: "r1", act: "ban", target: "203.0.113.0/24", ms: 86_400_000, text: "spam" },
  { kind: "moderate", ref: "r1", act: "readonly", room: "lobby", on: true },
  { kind: "report", ref: "r1", about: "audit" },
  { kind: "ping", ref: "p1" },
  { kind: "bye" },
];
const ENTRY = {
  kind: "entry",
  room: "lobby",
  seq: 7,
  prev: 6,
  at: 1_790_000_000_000,
  type: "said",
  by: "bob",
  from: "s1",
  text: "hi",
} as const;
const SNAPSHOT = { room: "lobby", head: 6, topic: "", total: 2, offset: 0, members: [{ nick: "bob", from: "s1", away: "" }] } as const;
const SERVER_FRAMES: readonly ServerFrame[] = [
  { ...ENTRY, ref: "r1", again: true },
  {
    kind: "welcome",
    v: 1,
    session: "s1",
    nick: "bob",
    server: "chat/1",
    epoch: "e1",
    token: "t",
    resumed: false,
    keeps: "",
    rooms: [SNAPSHOT],
  },
  { kind: "members", ref: "r1", ...SNAPSHOT },
  { kind: "rooms", rooms: [{ room: "dev", total: 3, topic: "x" }] },
  { kind: "page", ref: "r1", room: "lobby", entries: [ENTRY, ENTRY], more: true },
  { kind: "refused", code: "name_taken", text: "bob is taken", final: false, retryMs: 100 },
  { kind: "error", code: "version", text: "no", v: [1] },
  { kind: "renamed", room: "lobby", by: "bob", from: "s1", nick: "ann", total: 3 },
  { ...ENTRY, type: "deleted", text: "", target: 6 },
  { ...ENTRY, type: "tombstone", text: "" },
  { ...ENTRY, type: "announcement" },
  { kind: "certificate", pem: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" },
  { kind: "report", ref: "r1", about: "bans", lines: ["bob is banned"] },
  { kind: "role", room: "lobby", by: "bob", from: "s1", role: "op", total: 3 },
  { kind: "refused", code: "password_needed", text: "This server asks for a password", final: false },
  { kind: "reset", room: "lobby", cursor: 1_204, skipped: 312 },
  { kind: "bye", reason: "restart", text: "the server is stopping", sent: 3, retryMs: 1_200 },
];
const TOKENS = [
  ...'{}[],:"\\',
  ...[
    "kind",
    "ref",
    "room",
    "text",
    "v",
    "cursors",
    "rooms",
    "members",
    "entries",
    "hello",
    "say",
    "entry",
    "page",
    "toString",
    "act",
    "role",
    "moderate",
    "certificate",
  ].map((
    word,
  ) => `"${word}"`),
  ...[
    "null",
    "true",
    "0",
    "-0",
    "1e15",
    "1e308",
    "9007199254740993",
    "-1",
    "0.5",
    '""',
    "\\ud800",
    "\\u0000",
    '"__proto__":',
    '"constructor":',
  ],
  ...[
    '{"kind":"say","room":"lobby","text":',
    '{"kind":"hello","v":[1],"name":',
    '"cursors":{"a":1e15},',
    '"ref":"r1",',
    "[[",
    '{"a":',
    "é",
    "日",
  ],
];
/** A number may be written shorter than JSON writes it: 1e15. A frame has at most so many of them. */
const NUMBERS = (LIMITS.roomsPerSession + 32) * 16;

function target(
  name: string,
  frames: readonly (ClientFrame | ServerFrame)[],
  longest: number,
  decode: typeof decodeClientFrame | typeof decodeServerFrame,
): Target {
  return {
    name,
    grammar: {
      examples: [
        ...frames.map((frame) => JSON.stringify(frame)),
        '{"kind":"pong","x":[[[[[[[[[]]]]]]]]]}',
        '{"kind":"pong","x":{"a":[[[[[]]]]]}}',
      ],
      tokens: TOKENS,
      longest,
    },
    check: (input) => {
      const line = textOf(input);
      const frame = decode(line);
      if (frame.kind === "malformed") return assertCanBeSaid(frame);
      const encoded = encodeFrame(frame);
      assertEquals(decode(encoded), frame);
      assert(encoded.indexOf("\n") === encoded.length - 1, "a frame is one line");
      assert(depthOf(JSON.stringify(JSON.parse(line))) <= LIMITS.jsonDepth, "it was nested too deep");
      if (name === "client frames") assert(byteLength(encoded) <= byteLength(line) + NUMBERS, "it grew");
      else JSON.parse(encoded, assertWholeCharacters);
    },
  };
}

/** How deep a value is nested, told by its JSON. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [bracket] of json.replaceAll(/"(?:[^"\\]|\\.)*"/g, "").matchAll(/[[{}\]]/g)) {
    depth += bracket === "[" || bracket === "{" ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

function assertWholeCharacters(_key: string, value: unknown): unknown {
  assert(typeof value !== "string" || value.isWellFormed(), "half a character from a server");
  return value;
}

/** What was wrong can be told to whoever sent it. */
function assertCanBeSaid({ code, text, ref }: Malformed): void {
  assert(isClean(text), `not clean: ${JSON.stringify(text)}`);
  const error: ServerFrame = ref === undefined ? { kind: "error", code, text } : { kind: "error", ref, code, text };
  assertEquals(decodeServerFrame(encodeFrame(error)), error);
}

/** A frame that is accepted is written as one line, no longer than it came, and read again as the same; anything else has a reason that can be sent. */
export const FRAMES: readonly Target[] = [
  target("client frames", CLIENT_FRAMES, LIMITS.frameBytes, decodeClientFrame),
  // A server's lines may be longer; this is enough for the square of a length to be seen.
  target("server frames", SERVER_FRAMES, 4 * LIMITS.frameBytes, decodeServerFrame),
];
