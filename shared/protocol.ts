/**
 * The protocol between a chat server and its clients, version 1. This file is its specification.
 *
 * One frame is one JSON object on one line of UTF-8, ended by a line feed, in both directions. The first byte a client sends is the
 * `{` of its `hello`; that is how the server tells it from netcat, HTTP and TLS. `kind` discriminates. Fields that a receiver does not
 * know are ignored; a frame whose `kind` it does not know is answered with `error` and the connection stays.
 *
 * A client skips lines that do not start with `{` until it has seen `welcome`: on a slow link the server may have asked for a name first.
 *
 * @module
 */

/** The version this code speaks; `hello.v` lists all that a client speaks. */
export const PROTOCOL_VERSION = 1;

/** Where everybody is to begin with. On the wire `lobby`; people see and type `#lobby`. */
export const LOBBY = "lobby";

/** Every bound that both sides know. Bytes are bytes of UTF-8, times are milliseconds. */
export const LIMITS = {
  /** A line of a frames-mode client, without its line feed. */
  frameBytes: 16_384,
  /** A message's text, and therefore a line of a text-mode peer. */
  textBytes: 4_096,
  /** Bytes without a line feed after which a connection is closed. */
  runawayBytes: 65_536,
  nickGraphemes: 24,
  nickBytes: 64,
  /** Combining marks on one base character, in names and texts. */
  marksPerBase: 4,
  roomBytes: 64,
  refBytes: 64,
  jsonDepth: 8,
  /** People named in one `welcome` or `members` frame; more come in further `members` frames. */
  membersPerFrame: 100,
  /** People a room's snapshot names in all; the rest are counted. */
  membersListed: 1_000,
} as const;

/** An entry's position in its room: a whole number from 1, given once, strictly rising. 0 stands before the first. */
export type Seq = number;

/** What an entry is. A message is an entry that was said. */
export type EntryType = "said" | "notice";

/**
 * One item of a room's history, sent by the server to everybody in the room.
 *
 * The echo of your own entry (your session's id in `from`) is the acknowledgement of the `say` with the same `ref`: it has been kept.
 *
 * @example
 * ```ts
 * import { decodeServerFrame } from "./codec.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const line = '{"kind":"entry","room":"lobby","seq":7,"prev":6,"at":1790000000000,"type":"said","by":"bob","from":"s1","text":"hi","ref":"r1"}';
 * assertEquals(decodeServerFrame(line), JSON.parse(line));
 * ```
 */
export interface Entry {
  readonly kind: "entry";
  /** The room, without `#`. */
  readonly room: string;
  readonly seq: Seq;
  /** The seq of the entry before it in the room, 0 for the first: a hole can be seen. */
  readonly prev: Seq;
  /** Milliseconds since 1970, for people: it never falls within a room, and order never depends on it. */
  readonly at: number;
  readonly type: EntryType;
  /** The nick that said it. */
  readonly by: string;
  /** The public id of the session that said it. */
  readonly from: string;
  /** 1 to {@link LIMITS.textBytes} bytes, cleaned of everything that could move a terminal's cursor. */
  readonly text: string;
  /** The `ref` of the `say`; absent when a text-mode peer said it. */
  readonly ref?: string;
}

/** An entry before the history has given it its place. */
export type Draft = Omit<Entry, "kind" | "seq" | "prev">;

/** One person in a room. */
export interface Member {
  readonly nick: string;
  /** The public id of the member's session. */
  readonly from: string;
}

/** Who is in a room, or the part of it that fits one frame. */
export interface Snapshot {
  readonly room: string;
  /** The seq of the room's newest entry. */
  readonly head: Seq;
  /** How many are in the room, the receiver among them. */
  readonly total: number;
  /** The index of the first of `members` within the whole list; 0 starts a new list. */
  readonly offset: number;
  /** At most {@link LIMITS.membersPerFrame}. */
  readonly members: readonly Member[];
}

// ---- from the client ----

/**
 * The client's first frame, due 5 s after connecting. Answered with `welcome`, or with `refused` (another `hello` may follow), or, where no version is
 * common, with `error` and the end.
 *
 * @example
 * ```ts
 * import { decodeClientFrame } from "./codec.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(decodeClientFrame('{"kind":"hello","v":[1],"name":"bob"}'), { kind: "hello", v: [1], name: "bob" });
 * ```
 */
export interface Hello {
  readonly kind: "hello";
  /** The protocol versions the client speaks: 1 to 16 of them. */
  readonly v: readonly number[];
  /** The name asked for; see `parseNick` for what is allowed. */
  readonly name: string;
}

/**
 * Says something in a room. Answered by the echo of the entry with the same `ref`, or by `refused` with it.
 *
 * @example
 * ```ts
 * import { decodeClientFrame } from "./codec.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const line = '{"kind":"say","ref":"b0Kx3vD1q8ZtYw2S","room":"lobby","text":"hi"}';
 * assertEquals(decodeClientFrame(line), JSON.parse(line));
 * ```
 */
export interface Say {
  readonly kind: "say";
  /** The client's id for this request: 1 to {@link LIMITS.refBytes} bytes, at least 96 random bits. */
  readonly ref?: string;
  readonly room: string;
  readonly text: string;
}

/**
 * Asks for a `pong`; either side may. Anything that arrives shows that a connection lives, so ping only after silence.
 *
 * @example
 * ```ts
 * import { decodeClientFrame, decodeServerFrame } from "./codec.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const line = '{"kind":"ping","ref":"p1"}';
 * assertEquals(decodeClientFrame(line), JSON.parse(line));
 * assertEquals(decodeServerFrame(line), JSON.parse(line));
 * ```
 */
export interface Ping {
  readonly kind: "ping";
  readonly ref?: string;
}

/** Answers a `ping` with its `ref`. */
export interface Pong {
  readonly kind: "pong";
  readonly ref?: string;
}

/** The client leaves. Everything it sent before is committed and acknowledged, then the server says `bye` and closes. */
export interface Leave {
  readonly kind: "bye";
}

/** What a client may send. */
export type ClientFrame = Hello | Say | Ping | Pong | Leave;

// ---- from the server ----

/**
 * The answer to `hello`: you are in.
 *
 * @example
 * ```ts
 * import { decodeServerFrame } from "./codec.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const line = '{"kind":"welcome","v":1,"session":"s1","nick":"bob","server":"chat/1.0.0","rooms":' +
 *   '[{"room":"lobby","head":6,"total":1,"offset":0,"members":[{"nick":"bob","from":"s1"}]}]}';
 * assertEquals(decodeServerFrame(line), JSON.parse(line));
 * ```
 */
export interface Welcome {
  readonly kind: "welcome";
  /** The version both will speak from here on. */
  readonly v: number;
  /** Your session's public id: entries with it in `from` are your own. */
  readonly session: string;
  readonly nick: string;
  /** The server's program and version. */
  readonly server: string;
  /** The rooms you are in. */
  readonly rooms: readonly Snapshot[];
}

/** Who is in a room: sent after `welcome` for the members that it had no place for, and whenever the live changes were missed. */
export interface Members extends Snapshot {
  readonly kind: "members";
}

/**
 * Somebody came into the room. Live only: not part of the history, never replayed.
 *
 * @example
 * ```ts
 * import { decodeServerFrame } from "./codec.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const line = '{"kind":"joined","room":"lobby","by":"bob","from":"s1","total":3}';
 * assertEquals(decodeServerFrame(line), JSON.parse(line));
 * ```
 */
export interface Joined {
  readonly kind: "joined";
  readonly room: string;
  readonly by: string;
  readonly from: string;
  /** How many are in the room now. */
  readonly total: number;
}

/** Somebody went. Live only, as {@link Joined}. */
export interface Left {
  readonly kind: "left";
  readonly room: string;
  readonly by: string;
  readonly from: string;
  readonly total: number;
}

/** What is live only and stands between the entries. */
export type Presence = Joined | Left;

/**
 * What you have of this room does not connect with what comes next: entries were left out because the server no longer has them.
 *
 * @example
 * ```ts
 * import { decodeServerFrame } from "./codec.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const line = '{"kind":"reset","room":"lobby","cursor":1204,"skipped":312}';
 * assertEquals(decodeServerFrame(line), JSON.parse(line));
 * ```
 */
export interface Reset {
  readonly kind: "reset";
  readonly room: string;
  /** The seq that the next entry names in `prev`. */
  readonly cursor: Seq;
  /** How many entries were left out. */
  readonly skipped: number;
}

/** Why a request was refused, for programs; the frame's `text` says it to people. */
export type RefusalCode =
  | "name_empty"
  | "name_too_long"
  | "name_not_allowed"
  | "name_reserved"
  | "name_taken"
  | "text_empty"
  | "text_too_long"
  | "no_such_room"
  | "not_in_room"
  | "server_full";

/**
 * The rules said no to the request with this `ref` (or to `hello`).
 *
 * @example
 * ```ts
 * import { decodeServerFrame } from "./codec.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const line = '{"kind":"refused","code":"name_taken","text":"bob is taken","final":false}';
 * assertEquals(decodeServerFrame(line), JSON.parse(line));
 * ```
 */
export interface Refused {
  readonly kind: "refused";
  readonly ref?: string;
  readonly code: RefusalCode;
  /** One sentence for people, without a full stop. */
  readonly text: string;
  /** False when the same request may succeed later, or, for `hello`, when another may follow. */
  readonly final: boolean;
  /** With `final: false`, when to try again. */
  readonly retryMs?: number;
}

/** What was wrong with a line that was not a frame. */
export type ErrorCode = "malformed" | "too_long" | "unknown_kind" | "version" | "unexpected" | "internal";

/** The connection's last line did not make sense. It stays open unless a `bye` follows. */
export interface ErrorFrame {
  readonly kind: "error";
  readonly ref?: string;
  readonly code: ErrorCode;
  readonly text: string;
  /** With `code: "version"`, the versions the server speaks. */
  readonly v?: readonly number[];
}

/** Why the server ends a connection. */
export type ByeReason = "left" | "restart" | "timeout" | "slow" | "full" | "error";

/**
 * The server's last frame. Nothing follows it.
 *
 * @example
 * ```ts
 * import { decodeServerFrame } from "./codec.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const line = '{"kind":"bye","reason":"restart","text":"the server is stopping","sent":3,"retryMs":1200}';
 * assertEquals(decodeServerFrame(line), JSON.parse(line));
 * ```
 */
export interface Bye {
  readonly kind: "bye";
  readonly reason: ByeReason;
  /** One sentence for people, without a full stop. */
  readonly text: string;
  /** How many messages of this connection were kept. */
  readonly sent?: number;
  /** When to come back, with `restart`; random, so that not everybody comes at once. */
  readonly retryMs?: number;
}

/** What a server may send. */
export type ServerFrame = Entry | Welcome | Members | Presence | Reset | Refused | ErrorFrame | Ping | Pong | Bye;
