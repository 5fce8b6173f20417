/**
 * What the hub does around a deletion.
 *
 * @module
 */
import type { Draft, Entry, Seq } from "../shared/protocol.ts";
import type { Refusal, Room } from "./core/room.ts";
import type { Session } from "./core/sessions.ts";
import { type History, PAGE, type RejectionCode } from "./history/history.ts";
import type { Place } from "./places.ts";
import type { Seat } from "./seat.ts";

/** What a deletion counts against the rate, in messages: taking a text's words out of the index takes far longer than putting them in. */
export const DELETION_COST = 10;

/** What somebody is told who would delete the last thing they said, and said nothing. */
export const NOTHING_SAID: Refusal = { code: "no_such_entry", text: "you have said nothing here lately that could be deleted" };

/** What the author of a draft is told that became no entry. */
export function rejection({ room, target }: Draft, code: Exclude<RejectionCode, "held_back">): string {
  switch (code) {
    case "ref_conflict":
      return "this ref was used for something else before";
    case "storage_full":
      return "the disk is full";
    case "no_such_entry":
      return `there is no message ${target} in #${room} that could be deleted`;
    case "not_yours":
      return `message ${target} of #${room} is not yours`;
  }
}

/** The last message of a session among the newest of a room, where there is one. */
export async function lastOf({ id }: Session, { name: room, head }: Room, history: History): Promise<Seq | undefined> {
  const entries = await history.read({ room, before: head + 1, limit: PAGE });
  return entries.findLast(({ type, from }) => type === "said" && from === id)?.seq;
}

/** Who said what somebody else is about to delete, by name; `undefined` where it is their own, or there is nothing to delete. */
export async function authorOf(seq: Seq, { id }: Session, { name: room }: Room, history: History): Promise<string | undefined> {
  const [entry] = await history.read({ room, after: seq - 1, limit: 1 });
  return entry?.seq === seq && entry.from !== id ? entry.by : undefined;
}

/** Deletions of what others said that wait for their commit. */
export class DeletionsOfOthers {
  readonly #authors = new Map<string, string>();

  add(deletion: Draft, author: string): void {
    this.#authors.set(keyOf(deletion), author);
  }

  /** Whose message it is about, by name, when its fate is known. */
  take(deletion: Draft | Entry): string | undefined {
    if (deletion.target === undefined) return undefined;
    const key = keyOf(deletion);
    const author = this.#authors.get(key);
    this.#authors.delete(key);
    return author;
  }
}

function keyOf({ from, room, target }: Draft | Entry): string {
  return `${from} ${target} ${room}`;
}

/** Tells everybody in a room what it is about now, where its topic was deleted: whoever came after that was set knows its text, not its entry. */
export function tellTopic({ room }: Place, entries: readonly Entry[], seats: Iterable<Seat>): void {
  if (!entries.some(({ type }) => type === "deleted")) return;
  const snapshot = room.snapshot(room.size, 0);
  for (const { session, pump } of seats) {
    if (!pump.connection.oneRoom && room.has(session)) pump.send({ kind: "members", ...snapshot });
  }
}
