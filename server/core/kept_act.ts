/**
 * What was done to keep order, as the history keeps it: each act is the text of one entry of the audit room. Pure.
 *
 * @module
 */
import type { Act } from "../../shared/protocol.ts";
import { durationText } from "../../shared/durations.ts";
import { sentenceSubject, SERVER_NAME } from "../../shared/names.ts";

/** The version that this code writes, and the only one that it reads. */
export const ACT_VERSION = 1;

/** An act with everything that came of it: who is meant is decided when it is done, and never again. */
export interface KeptAct {
  readonly v: typeof ACT_VERSION;
  /** What was done; `delete` is of what somebody else said. */
  readonly act: Act | "delete";
  /** Who did it; {@link SERVER_NAME} for what was done at the server's window. */
  readonly by: string;
  /** Whom it is about, by name. */
  readonly nick?: string;
  /** Whom it is about, as the hash of the client's secret. */
  readonly installation?: string;
  /** Whom it is about where there is no installation, and which session a kick ends. */
  readonly session?: string;
  /** A ban's address or network, as `Network.text` has it. */
  readonly network?: string;
  /** What an `unban` or `unmute` lifts: a nick, or a network. The seq of what was deleted. */
  readonly target?: string;
  readonly room?: string;
  /** How long it holds, or a slow room's pause, in milliseconds; for ever without it. */
  readonly ms?: number;
  readonly on?: boolean;
  /** Why; or what is announced, which the record does not keep. */
  readonly text?: string;
}

/** What each act cannot do without. */
const NEEDED: Readonly<Record<KeptAct["act"], readonly (keyof KeptAct)[]>> = {
  claim: ["nick", "installation"],
  op: ["nick", "installation"],
  deop: ["nick", "installation"],
  kick: ["nick", "session"],
  ban: [],
  unban: ["target"],
  mute: ["nick"],
  unmute: ["target"],
  slow: ["room", "ms"],
  readonly: ["room", "on"],
  announce: [],
  delete: ["nick", "room", "target"],
};
const TEXTS = ["by", "nick", "installation", "session", "network", "target", "room", "text"] as const;

/** An act as a text to be kept. */
export function encodeAct(act: KeptAct): string {
  return JSON.stringify(act);
}

/** A kept text as an act, or what is wrong with it, as the end of a sentence. */
export function decodeAct(text: string): KeptAct | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: "is not JSON" };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { problem: "is not an object" };
  const { v, act, ms, on, ...rest } = value as Record<string, unknown>;
  if (v !== ACT_VERSION) return { problem: `is of version ${JSON.stringify(v)}, and this program knows version ${ACT_VERSION}` };
  if (typeof act !== "string" || !Object.hasOwn(NEEDED, act)) {
    return { problem: `does ${JSON.stringify(act)}, which this program does not know` };
  }
  const kept: Record<string, unknown> = { v, act };
  for (const name of TEXTS) {
    if (rest[name] === undefined) continue;
    if (typeof rest[name] !== "string") return { problem: `has a "${name}" that is no text` };
    kept[name] = rest[name];
  }
  if (ms !== undefined && (!Number.isSafeInteger(ms) || (ms as number) < 0)) return { problem: 'has an "ms" that is no time' };
  if (on !== undefined && typeof on !== "boolean") return { problem: 'has an "on" that is neither true nor false' };
  if (ms !== undefined) kept.ms = ms;
  if (on !== undefined) kept.on = on;
  const needed: readonly string[] = ["by", ...NEEDED[act as KeptAct["act"]]];
  const missing = needed.find((name) => kept[name] === undefined);
  if (missing !== undefined) return { problem: `has no "${missing}"` };
  if (act === "ban" && kept.installation === undefined && kept.network === undefined) return { problem: "bans nobody" };
  if (act === "mute" && kept.installation === undefined && kept.session === undefined) return { problem: "mutes nobody" };
  return kept as unknown as KeptAct;
}

/**
 * An act in one sentence for people, without a full stop.
 *
 * @example
 * ```ts
 * import { actSentence } from "./kept_act.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const ban = { v: 1, act: "ban", by: "alice", nick: "bob", installation: "i1", ms: 86_400_000, text: "spam" } as const;
 * assertEquals(actSentence(ban), "bob was banned by alice for 1 d: spam");
 * ```
 */
export function actSentence(kept: KeptAct): string {
  const { act, by, nick, network, target, room, ms, on, text } = kept;
  const whom = nick ?? network ?? target;
  const long = ms === undefined ? withoutEnd(kept) : `for ${durationText(ms)}`;
  const why = text === undefined ? "" : `: ${text}`;
  switch (act) {
    case "claim":
      return `${whom} owns this server now`;
    case "op":
      return `${whom} was made an op by ${by}`;
    case "deop":
      return `${whom} is an op no more, says ${by}`;
    case "kick":
      return by === SERVER_NAME ? `${whom} was disconnected at the server's window` : `${whom} was kicked by ${by}${why}`;
    case "ban":
      return `${whom} was banned by ${by} ${long}${why}`;
    case "unban":
      return `${whom} was unbanned by ${by}`;
    case "mute":
      return `${whom} was muted by ${by} ${long}${why}`;
    case "unmute":
      return `${whom} was unmuted by ${by}`;
    case "slow":
      return ms === 0 ? `${by} ended the slow mode of #${room}` : `${by} made #${room} slow: ${slowRule(ms!)}`;
    case "readonly":
      return on ? `${by} made #${room} read-only` : `${by} let everybody talk in #${room} again`;
    case "announce":
      return text === undefined ? `${sentenceSubject(by)} announced something` : `${sentenceSubject(by)} announces${why}`;
    case "delete":
      return `${by} deleted a message of ${nick} in #${room} (${target})`;
  }
}

/** What holds in a slow room whose pause is `ms` milliseconds. */
export function slowRule(ms: number): string {
  return `all but those who keep order talk once in ${durationText(ms)}`;
}

/** How long a ban or a mute holds that has no end of its own: one by the session, no longer than that. */
export function withoutEnd({ session, installation }: Pick<KeptAct, "session" | "installation">): string {
  return session !== undefined && installation === undefined ? "for this visit" : "for ever";
}

/** Whom a ban keeps out, for people: `their client and the address 203.0.113.7`. */
export function reachOf({ installation, network }: Pick<KeptAct, "installation" | "network">): string {
  const parts = [...installation === undefined ? [] : ["their client"], ...network === undefined ? [] : [`the address ${network}`]];
  return parts.join(" and ");
}
