/**
 * A session's place in the server, and the one final answer to each of its requests.
 *
 * @module
 */
import type { Done, Members, Page, Report, RoomList } from "../shared/protocol.ts";
import type { Person } from "./core/moderation_rules.ts";
import type { RateLimit } from "./core/rate_limit.ts";
import type { Refusal } from "./core/room.ts";
import type { Session } from "./core/sessions.ts";
import type { Pump } from "./pump.ts";

/** A session and what connects it. */
export interface Seat {
  readonly session: Session;
  /** Its newest connection's. */
  pump: Pump;
  readonly rate: RateLimit | undefined;
  /** How often its new names, and its comings and goings, are told to others. */
  readonly renames: RateLimit | undefined;
  readonly absences: RateLimit | undefined;
  /** The hash of the token that resumes it; `undefined` for peers that cannot. */
  token: string | undefined;
  /** Since when it has no connection, on the monotonic clock. */
  lostAt?: number;
  /** When anything last came from it, on the monotonic clock. */
  heardAt: number;
  /** When its connection was asked whether it lives, because its own installation wants the name. */
  askedAt?: number | undefined;
  /** Set when it was ended by those who keep order: it is not heard any more. */
  isOut?: true;
  /** Settles when everything that the session appended has its answer; there while somebody waits for that. */
  settled?: PromiseWithResolvers<void> | undefined;
}

/** Whoever has a seat, as the rules know people. */
export function personOf({ session: { id: session, nick, installation }, pump }: Seat): Person {
  return { nick, session, installation, host: pump.connection.peer.host, isHere: true };
}

/** When to try again when the disk is full, in milliseconds: it heals by itself. */
const STORAGE_RETRY_MS = 5_000;

/** What a request may be answered with: a frame, or why not. */
export type Answer = Members | RoomList | Page | Done | Report | Refusal;

/** Answers the request `ref` of a session. */
export function answer({ pump }: Pick<Seat, "pump">, ref: string | undefined, frame: Answer): void {
  const reply = ref === undefined ? {} : { ref };
  if (!("code" in frame)) return pump.send({ ...frame, ...reply });
  const { code, text, retryMs = code === "storage_full" ? STORAGE_RETRY_MS : undefined } = frame;
  if (retryMs === undefined) pump.send({ kind: "refused", ...reply, code, text, final: true });
  else pump.send({ kind: "refused", ...reply, code, text, final: false, retryMs: Math.ceil(retryMs) });
}
