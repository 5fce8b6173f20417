/**
 * Frames to lines of text and back. Decoding never throws: a line is a frame or it is {@link Malformed}, and a decoded frame holds the
 * fields of `protocol.ts` within their bounds and nothing else.
 *
 * @module
 */
import {
  type ClientFrame,
  type Entry,
  type ErrorCode,
  LIMITS,
  type Member,
  type RoomLine,
  type ServerFrame,
  type Snapshot,
} from "./protocol.ts";
import { byteLength, cleanText, count } from "./text.ts";

/** A line that is no frame: what was wrong with it, in words for the person who wrote the program that sent it. */
export interface Malformed {
  readonly kind: "malformed";
  readonly code: ErrorCode;
  readonly text: string;
  /** The `ref` of the request, where one could be read. */
  readonly ref?: string;
}

/** What stands for a peer's last words when it speaks no lines at all. */
export const RUNAWAY: Malformed = {
  kind: "malformed",
  code: "too_long",
  text: `more than ${count(LIMITS.runawayBytes)} bytes came without a line feed`,
};

const NOT_JSON = "not a line of JSON";
/** The first letter of any value (RFC 8259, sections 2 and 3). */
const JSON_BEGINS = /^[ \t\r\n]*[[{"tfn\d-]/;

/** Returns the value as it may be used, or `undefined` when it is not of this form. */
type Check<T> = (value: unknown) => T | undefined;
/** What a field must be, in words, its check, and whether it may be absent. */
interface Field<T> {
  readonly is: string;
  readonly check: Check<T>;
  readonly optional?: true;
}
type Fields<F> = { readonly [K in Exclude<keyof F, "kind">]-?: Field<Exclude<F[K], undefined>> };
type Frames<F extends { kind: string }> = { readonly [K in F["kind"]]: Fields<Extract<F, { kind: K }>> };

const string = (maxBytes: number): Field<string> => ({
  is: `a string of at most ${maxBytes} bytes`,
  check: (value) => typeof value === "string" && byteLength(value) <= maxBytes && value.isWellFormed() ? value : undefined,
});
const whole: Field<number> = {
  is: "a whole number from 0",
  check: (value) => Number.isSafeInteger(value) && (value as number) >= 0 ? value as number : undefined,
};
const upTo = (max: number, min = 0): Field<number> => ({
  is: `a whole number from ${min} to ${max}`,
  check: (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max ? value as number : undefined,
});
const flag: Field<boolean> = { is: "true or false", check: (value) => typeof value === "boolean" ? value : undefined };
const oneOf = <T extends string>(...values: T[]): Field<T> => ({
  is: `one of ${values.join(", ")}`,
  check: (value) => values.find((v) => v === value),
});
const list = <T>(item: Field<T>, max: number, min = 0): Field<readonly T[]> => ({
  is: `a list of ${min} to ${max}, each ${item.is}`,
  check: (value) => {
    if (!Array.isArray(value) || value.length < min || value.length > max) return undefined;
    const items = value.map(item.check);
    return items.includes(undefined) ? undefined : items as T[];
  },
});
const object = <T>(fields: Fields<T>): Field<T> => ({
  is: "an object",
  check: (value) => isRecord(value) ? pick(value, fields as Record<string, Field<unknown>>).values as T | undefined : undefined,
});
const record = <T>(item: Field<T>, max: number): Field<Readonly<Record<string, T>>> => ({
  is: `an object of at most ${max}, each ${item.is}`,
  check: (value) => {
    if (!isRecord(value)) return undefined;
    const items = Object.entries(value).map(([name, field]) => [name, item.check(field)] as const);
    if (items.length > max || items.some(([name, field]) => field === undefined || name === "__proto__")) return undefined;
    return Object.fromEntries(items) as Record<string, T>;
  },
});
const optional = <T>(field: Field<T>): Field<T> => ({ ...field, optional: true });

const ref = optional<string>({
  is: `a string of 1 to ${LIMITS.refBytes} bytes`,
  check: (value) => value === "" ? undefined : string(LIMITS.refBytes).check(value),
});
const room = string(LIMITS.roomBytes);
const nick = string(LIMITS.nickBytes);
const session = string(LIMITS.refBytes);
const sentence = string(LIMITS.textBytes);
const away = optional(string(LIMITS.awayBytes));
const role = optional(oneOf("owner", "op"));
const about = oneOf("bans", "audit");
/** Longer than any text or name that is allowed, so that the rules, not the codec, refuse it with a reason. */
const unchecked: Field<string> = {
  is: `a string of at most ${LIMITS.frameBytes} bytes`,
  check: (value) => typeof value === "string" && byteLength(value) <= LIMITS.frameBytes ? value : undefined,
};

const versions = list(whole, 16, 1);
const snapshot = {
  room,
  head: whole,
  topic: sentence,
  total: whole,
  offset: whole,
  members: list(object<Member>({ nick, from: session, away, role }), LIMITS.membersPerFrame),
};
const presence = { room, by: nick, from: session, total: whole };
const secret = string(LIMITS.tokenBytes);
const cursors = record(whole, LIMITS.roomsPerSession);
const backlog = optional(upTo(LIMITS.pageEntries));
const limit = upTo(LIMITS.pageEntries, 1);
const entry: Fields<Entry> = {
  room,
  seq: whole,
  prev: whole,
  at: whole,
  type: oneOf("said", "topic", "announcement", "notice", "deleted", "tombstone"),
  by: nick,
  from: session,
  text: sentence,
  target: optional(whole),
  ref,
  again: optional({ is: "true", check: (value) => value === true ? value : undefined }),
};
/** Within a page an entry is a frame like any other. */
const pageEntry: Field<Entry> = {
  is: "an entry",
  check: (value) => {
    const values = isRecord(value) && value.kind === "entry" ? pick(value, entry as Record<string, Field<unknown>>).values : undefined;
    return values && { kind: "entry", ...values } as Entry;
  },
};

const CLIENT_FRAMES: Frames<ClientFrame> = {
  hello: {
    v: versions,
    name: unchecked,
    secret: optional(secret),
    rooms: optional(list(room, LIMITS.roomsPerSession)),
    backlog,
    epoch: optional(secret),
    cursors: optional(cursors),
    password: optional(string(LIMITS.passwordBytes)),
  },
  certificate: {},
  resume: { v: versions, token: secret, epoch: secret, cursors },
  say: { ref, room: unchecked, text: unchecked },
  join: { ref, room: unchecked, backlog },
  part: { ref, room: unchecked },
  rooms: { ref },
  who: { ref, room: unchecked },
  topic: { ref, room: unchecked, text: unchecked },
  nick: { ref, name: unchecked },
  away: { ref, text: optional(unchecked) },
  history: { ref, room: unchecked, before: optional(whole), after: optional(whole), limit },
  search: { ref, room: unchecked, words: unchecked, limit },
  delete: { ref, room: unchecked, seq: whole },
  moderate: {
    ref,
    act: oneOf("claim", "kick", "ban", "unban", "mute", "unmute", "op", "deop", "slow", "readonly", "announce"),
    target: optional(unchecked),
    room: optional(unchecked),
    ms: optional(upTo(LIMITS.actMs)),
    on: optional(flag),
    text: optional(unchecked),
  },
  report: { ref, about },
  ping: { ref },
  pong: { ref },
  bye: {},
};

const SERVER_FRAMES: Frames<ServerFrame> = {
  entry,
  certificate: { pem: string(LIMITS.frameBytes) },
  welcome: {
    v: whole,
    session,
    nick,
    role,
    away,
    server: sentence,
    epoch: secret,
    token: optional(secret),
    resumed: flag,
    keeps: sentence,
    rooms: list(object<Snapshot>(snapshot), LIMITS.roomsPerSession),
  },
  members: { ref, ...snapshot },
  joined: presence,
  left: presence,
  renamed: { ...presence, nick },
  away: { ...presence, text: away },
  role: { ...presence, role },
  backlog: { room, count: whole },
  live: { room },
  rooms: { ref, rooms: list(object<RoomLine>({ room, total: whole, topic: sentence }), LIMITS.pageEntries) },
  page: { ref, room, entries: list(pageEntry, LIMITS.pageEntries), more: flag },
  report: { ref, about, lines: list(sentence, LIMITS.pageEntries) },
  done: { ref, text: sentence },
  notice: { text: sentence },
  reset: { room, cursor: whole, skipped: whole },
  refused: {
    ref,
    code: oneOf(
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
    ),
    text: sentence,
    final: flag,
    retryMs: optional(whole),
  },
  error: {
    ref,
    code: oneOf("malformed", "too_long", "unknown_kind", "version", "unexpected", "internal"),
    text: sentence,
    v: optional(versions),
  },
  ping: { ref },
  pong: { ref },
  bye: {
    reason: oneOf("left", "replaced", "restart", "storage", "timeout", "slow", "full", "kicked", "banned", "error"),
    text: sentence,
    sent: optional(whole),
    retryMs: optional(whole),
  },
};

/** Reads a line that a client sent. */
export function decodeClientFrame(line: string): ClientFrame | Malformed {
  return decode(line, CLIENT_FRAMES) as ClientFrame | Malformed;
}

/** Reads a line that a server sent. */
export function decodeServerFrame(line: string): ServerFrame | Malformed {
  return decode(line, SERVER_FRAMES) as ServerFrame | Malformed;
}

/** Writes a frame as one line, its line feed included. */
export function encodeFrame(frame: ClientFrame | ServerFrame): string {
  return JSON.stringify(frame) + "\n";
}

function decode(line: string, frames: Record<string, Record<string, Field<unknown>>>): { kind: string } | Malformed {
  // Noise costs no exception.
  if (line[0] !== "{" && !JSON_BEGINS.test(line)) return malformed("malformed", NOT_JSON);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return malformed("malformed", NOT_JSON);
  }
  if (!isRecord(value)) return malformed("malformed", "not a JSON object");
  if (depth(value) > LIMITS.jsonDepth) return malformed("malformed", `nested deeper than ${LIMITS.jsonDepth}`);
  const id = ref.check(value.ref);
  if (typeof value.kind !== "string") return malformed("malformed", "kind: must be a string", id);
  if (!Object.hasOwn(frames, value.kind)) return malformed("unknown_kind", `unknown kind "${cleanText(value.kind.slice(0, 32))}"`, id);
  const picked = pick(value, frames[value.kind]);
  if (!picked.values) return malformed("malformed", `${value.kind}.${picked.wrong}`, id);
  return { kind: value.kind, ...picked.values };
}

/** The declared fields of `value`, in their own right; or which one is wrong and what it must be. */
function pick(
  value: Record<string, unknown>,
  fields: Record<string, Field<unknown>>,
): { values?: Record<string, unknown>; wrong?: string } {
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    if (value[name] === undefined && field.optional) continue;
    const checked = field.check(value[name]);
    if (checked === undefined) return { wrong: `${name}: must be ${field.is}` };
    values[name] = checked;
  }
  return { values };
}

function malformed(code: ErrorCode, text: string, ref?: string): Malformed {
  return ref === undefined ? { kind: "malformed", code, text } : { kind: "malformed", code, text, ref };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** How deep a JSON value is nested, counted no further than one above the limit. */
function depth(value: unknown, level = 1): number {
  if (typeof value !== "object" || value === null || level > LIMITS.jsonDepth) {
    return typeof value === "object" && value !== null ? level : level - 1;
  }
  let deepest = level;
  for (const item of Object.values(value)) deepest = Math.max(deepest, depth(item, level + 1));
  return deepest;
}
