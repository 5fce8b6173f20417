/**
 * The protocol between a chat server and its clients, version 1. This file is its specification.
 *
 * One frame is one JSON object on one line of UTF-8, ended by a line feed, in both directions. The first byte a client sends is the
 * `{` of its `hello`; that is how the server tells it from netcat, HTTP and TLS. `kind` discriminates. Fields that a receiver does not
 * know are ignored; a frame whose `kind` it does not know is answered with `error` and the connection stays.
 *
 * A client skips lines that do not start with `{` until it has seen `welcome`: on a slow link the server may have asked for a name first.
 *
 * Over a WebSocket, at `/ws`, the lines come in text messages: a message is one or more whole lines, and its end ends a line as well.
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
  /** Entries in one `page`, and the most of a room that come on joining. */
  pageEntries: 200,
  /** Bytes of text in one `page`. */
  pageBytes: 65_536,
  roomsPerSession: 50,
  /** Rooms that somebody is in and that nothing was said in. */
  roomsOpen: 1_000,
  /** Words of a search. */
  searchWords: 32,
  searchBytes: 1_024,
  topicBytes: 512,
  /** Why somebody is away. */
  awayBytes: 256,
  /** Why somebody was kicked, banned or muted. */
  reasonBytes: 256,
  /** A password, or the code of an invite. */
  passwordBytes: 256,
  /** How long a ban or a mute may be, and the pause between messages of a slow room: a year. */
  actMs: 366 * 24 * 60 * 60 * 1000,
  tokenBytes: 64,
  /** People named in one `welcome` or `members` frame; more come in further `members` frames. */
  membersPerFrame: 100,
  /** People that the answer to a request names in all, whatever number of rooms it is about; the rest are counted. */
  membersListed: 1_000,
} as const;

/** An entry's position in its room: a whole number from 1, given once, strictly rising. 0 stands before the first. */
export type Seq = number;

/**
 * What an entry is. A message is an entry that was said.
 *
 * An `announcement` is for everybody, by who keeps order; a `notice` is the server's own word of what was done.
 *
 * An entry of type `deleted` says that the text of its `target` is gone; whoever reads that later finds a `tombstone` in its place, without a text.
 */
export type EntryType = "said" | "topic" | "announcement" | "notice" | "deleted" | "tombstone";

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
  /** 1 to {@link LIMITS.textBytes} bytes, cleaned of everything that could move a terminal's cursor; empty where `type` is `deleted` or `tombstone`. */
  readonly text: string;
  /** With type `deleted`: the entry of this room whose text is gone. */
  readonly target?: Seq;
  /** The `ref` of the request; absent when it came from a text-mode peer. */
  readonly ref?: string;
  /**
   * Answers a request to you alone, outside the room's order: its `ref` had been kept before, and this is the entry of that time; or you have
   * left the room, where it was kept all the same.
   */
  readonly again?: true;
}

/** An entry before the history has given it its place. */
export type Draft = Omit<Entry, "kind" | "seq" | "prev">;

/** Who keeps order: the owner of the server, and those whom the owner has named. Known by their client's installation. */
export type Role = "owner" | "op";

/** One person in a room. */
export interface Member {
  readonly nick: string;
  /** The public id of the member's session. */
  readonly from: string;
  /**
   * Present when the member is away: the reason, at most {@link LIMITS.awayBytes}. Empty where none was given, and where a list that names many has no
   * place for it.
   */
  readonly away?: string;
  /** Present for those who keep order. */
  readonly role?: Role;
}

/** Who is in a room, or the part of it that fits one frame. */
export interface Snapshot {
  readonly room: string;
  /** The seq of the room's newest entry. */
  readonly head: Seq;
  /** What the room is about; empty where nobody has said. */
  readonly topic: string;
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
  /**
   * 128 random bits or more that only this installation of the client knows: a `ref` counts within it, and rights hang on it. The server keeps a hash
   * of it; a client gives each server another.
   */
  readonly secret?: string;
  /** The rooms to be in; the lobby where none are given. At most {@link LIMITS.roomsPerSession}. */
  readonly rooms?: readonly string[];
  /** How many of each room's newest entries to send first: 0 (the default) to {@link LIMITS.pageEntries}. */
  readonly backlog?: number;
  /** With `cursors`: the history they are from. */
  readonly epoch?: string;
  /** The last seq seen of each room: what came after it is sent first, instead of `backlog`. */
  readonly cursors?: Readonly<Record<string, Seq>>;
  /**
   * The server's password or the code of an invite, at most {@link LIMITS.passwordBytes}; asked for with `refused password_needed`. A client MUST NOT send
   * it over a connection to another machine that is not encrypted.
   */
  readonly password?: string;
}

/**
 * Asks for the server's certificate, in plain text and before anything else, in at most 256 bytes that MUST begin with `kind`. Answered with `certificate`; then either side may begin a TLS
 * handshake on the same connection, and everything starts anew inside it.
 */
export interface AskCertificate {
  readonly kind: "certificate";
}

/**
 * Takes a session up again after a cut, instead of `hello`: same name, same rooms. Each room's entries after its cursor are sent, then what comes.
 * Answered with `welcome`, or with `refused resume_unknown`, after which a `hello` with the cursors does nearly the same.
 *
 * @example
 * ```ts
 * import { decodeClientFrame } from "./codec.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const line = '{"kind":"resume","v":[1],"token":"t0ken","epoch":"e1","cursors":{"lobby":12}}';
 * assertEquals(decodeClientFrame(line), JSON.parse(line));
 * ```
 */
export interface Resume {
  readonly kind: "resume";
  readonly v: readonly number[];
  /** The token of the last `welcome`. Good for 24 hours, and once: each `welcome` brings another (the old one holds 30 s longer). */
  readonly token: string;
  readonly epoch: string;
  readonly cursors: Readonly<Record<string, Seq>>;
}

/** What asks the server something may carry a `ref`, which its one final answer carries too. */
interface Request {
  /** The client's id for this request: 1 to {@link LIMITS.refBytes} bytes, at least 96 random bits. */
  readonly ref?: string;
}

/** Comes into a room, which begins with it where there was none. Answered with `members`, then the backlog. */
export interface Join extends Request {
  readonly kind: "join";
  readonly room: string;
  /** How many of the newest entries to send first: 0 (the default) to {@link LIMITS.pageEntries}. */
  readonly backlog?: number;
}

/** Leaves a room. Answered with `done`. */
export interface Part extends Request {
  readonly kind: "part";
  readonly room: string;
}

/** Asks for the rooms somebody is in. Answered with `rooms`. */
export interface AskRooms extends Request {
  readonly kind: "rooms";
}

/** Asks who is in a room. Answered with `members`. */
export interface Who extends Request {
  readonly kind: "who";
  readonly room: string;
}

/** Says what a room is about: at most {@link LIMITS.topicBytes}, in one line. Answered by the entry. */
export interface Topic extends Request {
  readonly kind: "topic";
  readonly room: string;
  readonly text: string;
}

/** Takes another name. Answered with `done`. */
export interface Rename extends Request {
  readonly kind: "nick";
  readonly name: string;
}

/**
 * Goes away, or comes back: a mark that others see beside the name. Answered with `done`.
 *
 * It belongs to the session: a new name, another room and a cut leave it, talking does not end it, and it is gone when the session is over.
 *
 * @example
 * ```ts
 * import { decodeClientFrame } from "./codec.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(decodeClientFrame('{"kind":"away","text":"lunch"}'), { kind: "away", text: "lunch" });
 * assertEquals(decodeClientFrame('{"kind":"away"}'), { kind: "away" });
 * ```
 */
export interface Away extends Request {
  readonly kind: "away";
  /** Why, in one line, at most {@link LIMITS.awayBytes} and possibly empty; absent: back. */
  readonly text?: string;
}

/**
 * Asks for entries right before or right after a seq; without either, for the newest. Answered with `page`.
 *
 * @example
 * ```ts
 * import { decodeClientFrame } from "./codec.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const line = '{"kind":"history","ref":"r1","room":"lobby","before":7,"limit":50}';
 * assertEquals(decodeClientFrame(line), JSON.parse(line));
 * ```
 */
export interface AskHistory extends Request {
  readonly kind: "history";
  readonly room: string;
  readonly before?: Seq;
  readonly after?: Seq;
  /** 1 to {@link LIMITS.pageEntries}. */
  readonly limit: number;
}

/** Asks for the newest entries of a room that have all of these words. Answered with `page`. */
export interface Search extends Request {
  readonly kind: "search";
  readonly room: string;
  readonly words: string;
  /** 1 to {@link LIMITS.pageEntries}. */
  readonly limit: number;
}

/**
 * Says something in a room. Answered by the echo of the entry with the same `ref`, or by `refused` with it.
 *
 * Sent again with the same `ref`, from the same installation, it is kept once: the answer is the entry of the first time, marked `again`.
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
export interface Say extends Request {
  readonly kind: "say";
  readonly room: string;
  readonly text: string;
}

/**
 * Takes the text of an entry out of the history: one's own, or anybody's for those who keep order. Answered by the entry of type `deleted`.
 *
 * @example
 * ```ts
 * import { decodeClientFrame } from "./codec.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const line = '{"kind":"delete","ref":"r1","room":"lobby","seq":7}';
 * assertEquals(decodeClientFrame(line), JSON.parse(line));
 * ```
 */
export interface Delete extends Request {
  readonly kind: "delete";
  readonly room: string;
  /** 0: what this session said last in the room. */
  readonly seq: Seq;
}

/** What those who keep order may do; `claim` is for everybody who has the owner's code. */
export type Act =
  | "claim"
  | "kick"
  | "ban"
  | "unban"
  | "mute"
  | "unmute"
  | "op"
  | "deop"
  | "slow"
  | "readonly"
  | "announce";

/**
 * Keeps order. Answered with `done` once it is kept, or `refused`. Everybody concerned hears of it: by an entry of type `notice` in the rooms.
 *
 * - `claim`: `text` is the code that the server printed; the client's installation owns the server from then on.
 * - `kick`, `ban`, `mute`: `target` is a nick, for `ban` an address too; `ms` how long (without it for ever, a kick is over at once); `text` says why.
 * - `unban`, `unmute`: `target` as the list of bans shows it, or the nick.
 * - `op`, `deop`: `target` is a nick; for the owner only.
 * - `slow`: `ms` between two messages of one person in `room`; 0 takes it back. `readonly`: `on`, in `room` only those who keep order talk.
 * - `announce`: `text`, in every room that somebody is in.
 *
 * @example
 * ```ts
 * import { decodeClientFrame } from "./codec.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const line = '{"kind":"moderate","ref":"r1","act":"ban","target":"mallory","ms":86400000,"text":"spam"}';
 * assertEquals(decodeClientFrame(line), JSON.parse(line));
 * ```
 */
export interface Moderate extends Request {
  readonly kind: "moderate";
  readonly act: Act;
  readonly target?: string;
  readonly room?: string;
  /** At most {@link LIMITS.actMs}. */
  readonly ms?: number;
  readonly on?: boolean;
  /** At most {@link LIMITS.reasonBytes}; an announcement as long as a message. */
  readonly text?: string;
}

/** Asks what is forbidden to whom, or what was done to keep order, the newest last. For those who keep order. Answered with `report`. */
export interface AskReport extends Request {
  readonly kind: "report";
  readonly about: ReportAbout;
}

/** What a report tells. */
export type ReportAbout = "bans" | "audit";

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
export type ClientFrame =
  | Hello
  | Resume
  | AskCertificate
  | Say
  | Join
  | Part
  | AskRooms
  | Who
  | Topic
  | Rename
  | Away
  | AskHistory
  | Search
  | Delete
  | Moderate
  | AskReport
  | Ping
  | Pong
  | Leave;

// ---- from the server ----

/**
 * The answer to `hello`: you are in.
 *
 * @example
 * ```ts
 * import { decodeServerFrame } from "./codec.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const line = '{"kind":"welcome","v":1,"session":"s1","nick":"bob","server":"chat/1.0.0","epoch":"e1","token":"t0ken",' +
 *   '"resumed":false,"keeps":"90 days","rooms":[{"room":"lobby","head":6,"topic":"","total":1,"offset":0,"members":[{"nick":"bob","from":"s1"}]}]}';
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
  /** Present when you keep order here. */
  readonly role?: Role;
  /** Present when you are away, as you were before the cut: the reason, possibly empty. */
  readonly away?: string;
  /** The server's program and version. */
  readonly server: string;
  /** Names the history that every seq is from. */
  readonly epoch: string;
  /** What `resume` asks for. Absent for peers that cannot. */
  readonly token?: string;
  /** Whether this is the session of before, taken up again. */
  readonly resumed: boolean;
  /** What the server keeps, for people: `90 days or 100,000 messages a room, on disk`. */
  readonly keeps: string;
  /** The rooms you are in. */
  readonly rooms: readonly Snapshot[];
}

/**
 * Who is in a room: answers `join` and `who`, comes after `welcome` for the members that it had no place for, and whenever live changes were missed.
 *
 * @example
 * ```ts
 * import { decodeServerFrame } from "./codec.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const line = '{"kind":"members","ref":"r1","room":"dev","head":0,"topic":"","total":1,"offset":0,"members":[{"nick":"bob","from":"s1"}]}';
 * assertEquals(decodeServerFrame(line), JSON.parse(line));
 * ```
 */
export interface Members extends Snapshot, Request {
  readonly kind: "members";
}

/** Entries of before follow, `count` of them where that is known, then `live`. */
export interface Backlog {
  readonly kind: "backlog";
  readonly room: string;
  readonly count: number;
}

/** The backlog of a room is complete: what follows happens now. */
export interface Live {
  readonly kind: "live";
  readonly room: string;
}

/**
 * The server's certificate, for whoever asked before TLS: to be compared with the fingerprint that is known, and then to be the only one trusted.
 *
 * @example
 * ```ts
 * import { decodeServerFrame } from "./codec.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const line = '{"kind":"certificate","pem":"-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n"}';
 * assertEquals(decodeServerFrame(line), JSON.parse(line));
 * ```
 */
export interface Certificate {
  readonly kind: "certificate";
  /** In PEM (RFC 7468); empty where this server speaks no TLS. */
  readonly pem: string;
}

/** Lines for people, at most {@link LIMITS.pageEntries}: what was asked for with a `report`. */
export interface Report extends Request {
  readonly kind: "report";
  readonly about: ReportAbout;
  readonly lines: readonly string[];
}

/** The request was carried out. */
export interface Done extends Request {
  readonly kind: "done";
  /** What was done, for people, in one sentence without a full stop. */
  readonly text: string;
}

/** The server tells you something, in one or more lines. */
export interface Notice {
  readonly kind: "notice";
  readonly text: string;
}

/** A room as a list of rooms tells it. */
export interface RoomLine {
  readonly room: string;
  readonly total: number;
  readonly topic: string;
}

/** The rooms somebody is in, the fullest first: at most {@link LIMITS.pageEntries}. */
export interface RoomList extends Request {
  readonly kind: "rooms";
  readonly rooms: readonly RoomLine[];
}

/**
 * Entries that were asked for, oldest first.
 *
 * @example
 * ```ts
 * import { decodeServerFrame } from "./codec.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const entry = '{"kind":"entry","room":"lobby","seq":7,"prev":6,"at":1790000000000,"type":"said","by":"bob","from":"s1","text":"hi"}';
 * const line = `{"kind":"page","ref":"r1","room":"lobby","entries":[${entry}],"more":true}`;
 * assertEquals(decodeServerFrame(line), JSON.parse(line));
 * ```
 */
export interface Page extends Request {
  readonly kind: "page";
  readonly room: string;
  /** At most as many as were asked for, and at most {@link LIMITS.pageBytes} of text; at least one where there is one. */
  readonly entries: readonly Entry[];
  /** Whether there may be more in the direction that was asked for. */
  readonly more: boolean;
}

/** Somebody has another name. Live only, as {@link Joined}. */
export interface Renamed {
  readonly kind: "renamed";
  readonly room: string;
  /** The name of before. */
  readonly by: string;
  readonly from: string;
  readonly nick: string;
  /** How many are in the room. */
  readonly total: number;
}

/**
 * Somebody in the room went away, gave another reason, or is back. Live only, as {@link Joined}, and said again after the `joined` of whoever comes in
 * while away.
 *
 * @example
 * ```ts
 * import { decodeServerFrame } from "./codec.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const line = '{"kind":"away","room":"lobby","by":"bob","from":"s1","text":"lunch","total":3}';
 * assertEquals(decodeServerFrame(line), JSON.parse(line));
 * ```
 */
export interface Absence {
  readonly kind: "away";
  readonly room: string;
  readonly by: string;
  readonly from: string;
  /** Why, possibly empty; absent: back. */
  readonly text?: string;
  /** How many are in the room. */
  readonly total: number;
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

/** Somebody in the room keeps order from now on, or no more. Live only, and said again after the `joined` of whoever comes in with a role. */
export interface RoleChange {
  readonly kind: "role";
  readonly room: string;
  readonly by: string;
  readonly from: string;
  /** Absent: no more. */
  readonly role?: Role;
  readonly total: number;
}

/** What is live only and stands between the entries. */
export type Presence = Joined | Left | Renamed | Absence | RoleChange;

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
  | "too_many_rooms"
  | "resume_unknown"
  | "ref_conflict"
  | "storage_full"
  | "server_full"
  | "too_many_words"
  | "no_such_entry"
  | "not_yours"
  | "no_such_person"
  | "not_allowed"
  | "read_only"
  | "slow_mode"
  | "muted"
  | "banned"
  | "password_needed"
  | "password_wrong"
  | "not_encrypted";

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
export type ByeReason = "left" | "replaced" | "restart" | "storage" | "timeout" | "slow" | "full" | "kicked" | "banned" | "error";

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
export type ServerFrame =
  | Entry
  | Certificate
  | Welcome
  | Members
  | Presence
  | Backlog
  | Live
  | Reset
  | RoomList
  | Page
  | Report
  | Done
  | Notice
  | Refused
  | ErrorFrame
  | Ping
  | Pong
  | Bye;
