/**
 * Our messages that have no answer yet.
 *
 * @module
 */
import type { Say } from "../../shared/protocol.ts";
import { cleanText, plural } from "../../shared/text.ts";

/** Messages shown; the rest are counted. */
const SHOWN = 3;

/**
 * Writes the first of them, a row each.
 *
 * @example
 * ```ts
 * import { pendingRows } from "./pending_rows.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const says = ["one", "two", "three", "four"].map((text) => ({ kind: "say", room: "lobby", text } as const));
 * assertEquals(pendingRows(says), ["… one", "… two", "… three", "… and 1 more message"]);
 * ```
 */
export function pendingRows(says: Iterable<Say>): string[] {
  const rows: string[] = [];
  let count = 0;
  for (const { text } of says) if (++count <= SHOWN) rows.push(`… ${cleanText(text)}`);
  return count > SHOWN ? [...rows, `… and ${plural(count - SHOWN, "more message")}`] : rows;
}
