/**
 * Pages of a room's past, as they are asked for and sent.
 *
 * @module
 */
import { type AskHistory, type Entry, LIMITS, type Page, type Seq } from "../shared/protocol.ts";

/** Which entries a `history` frame asks for, in a room with this head. */
export function rangeOf({ before, after }: AskHistory, head: Seq): { readonly after: Seq } | { readonly before: Seq } {
  return after === undefined ? { before: before ?? head + 1 } : { after };
}

/** A page with as many of the entries as fit one, from the end that `keep` names, at least one where there is one. */
export function pageOf(room: string, entries: readonly Entry[], limit: number, keep: "first" | "last"): Page {
  let bytes = 0;
  const fits = (entry: Entry, index: number) => (bytes += 3 * entry.text.length) <= LIMITS.pageBytes || index === 0;
  const near = keep === "first" ? entries : entries.toReversed();
  const end = near.findIndex((entry, index) => !fits(entry, index));
  const kept = end === -1 ? near : near.slice(0, end);
  return {
    kind: "page",
    room,
    entries: keep === "first" ? kept : kept.toReversed(),
    more: entries.length === limit || kept.length < entries.length,
  };
}

/** The first of the entries, up to the one whose text reaches so many characters in all. */
export function fitting(entries: readonly Entry[], characters: number): readonly Entry[] {
  let left = characters;
  const last = entries.findIndex(({ text }) => (left -= text.length) <= 0);
  return last === -1 ? entries : entries.slice(0, last + 1);
}
