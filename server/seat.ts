/**
 * A session's place in the server, and the one final answer to each of its requests.
 *
 * @module
 */
import type { Done, Members, Page, RefusalCode, RoomList } from "../shared/protocol.ts";
import type { RateLimit } from "./core/rate_limit.ts";
import type { Session } from "./core/sessions.ts";
import type { Pump } from "./pump.ts";

/** A session and what connects it. */
export interface Seat {
  readonly session: Session;
  /** Its newest connection's. */
  pump: Pump;
  readonly rate: RateLimit | undefined;
  /** The hash of the token that resumes it; `undefined` for peers that cannot. */
  token: string | undefined;
  /** Since when it has no connection, on the monotonic clock. */
  lostAt?: number;
  /** Settles when everything that the session appended has its answer; there while somebody waits for that. */
  settled?: PromiseWithResolvers<void> | undefined;
}

/** When to try again when the disk is full, in milliseconds: it heals by itself. */
const STORAGE_RETRY_MS = 5_000;

/** What a request may be answered with: a frame, or why not. */
export type Answer = Members | RoomList | Page | Done | { readonly code: RefusalCode; readonly text: string };

/** Answers the request `ref` of a session. */
export function answer({ pump }: Pick<Seat, "pump">, ref: string | undefined, frame: Answer): void {
  const reply = ref === undefined ? {} : { ref };
  if (!("code" in frame)) return pump.send({ ...frame, ...reply });
  const { code, text } = frame;
  if (code === "storage_full") pump.send({ kind: "refused", ...reply, code, text, final: false, retryMs: STORAGE_RETRY_MS });
  else pump.send({ kind: "refused", ...reply, code, text, final: true });
}
