/**
 * How the connection is, in words, where it is not well.
 *
 * @module
 */
import { plural } from "../../shared/text.ts";
import type { Status } from "../views/view.ts";

/**
 * The sentence about the connection; empty when all is well.
 *
 * @param lost Why there is none, where that is known.
 *
 * @example
 * ```ts
 * import { connectionState } from "./connection_state.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(connectionState({ online: true, quietMs: 0, queued: 1 }, undefined), "");
 * assertEquals(connectionState({ online: false, quietMs: 0, queued: 0 }, undefined), "Connecting…");
 * assertEquals(
 *   connectionState({ online: false, quietMs: 0, queued: 2 }, "connection broken"),
 *   "Not connected (connection broken). Trying again… 2 messages wait to be sent.",
 * );
 * ```
 */
export function connectionState(
  { online, quietMs, queued }: Pick<Status, "online" | "quietMs" | "queued">,
  lost: string | undefined,
): string {
  const waiting = queued === 0 ? "" : ` ${plural(queued, "message")} ${queued === 1 ? "waits" : "wait"} to be sent.`;
  if (online) return quietMs === 0 ? "" : `No answer from the server for ${quietMs / 1000} s.${waiting}`;
  return lost === undefined ? `Connecting…${waiting}` : `Not connected (${lost}). Trying again…${waiting}`;
}
