/**
 * What stands in the log, in order: rows, with a line where a day begins and one where the new messages do. Pure.
 *
 * @module
 */
import type { Say, Seq } from "../../shared/protocol.ts";
import type { EntryRow, LogRow, NoteRow } from "./room_log.ts";

/** Messages of one person this close together stand under one name, in milliseconds. */
const TOGETHER_MS = 300_000;

/** One thing in the log. Two items with the same key look the same. */
export type LogItem =
  | { readonly kind: "day"; readonly key: string; readonly at: number }
  | { readonly kind: "new"; readonly key: string }
  /** `head`: with its name and time. */
  | { readonly kind: "message"; readonly key: string; readonly row: EntryRow; readonly head: boolean }
  | { readonly kind: "note"; readonly key: string; readonly row: NoteRow | EntryRow }
  | { readonly kind: "failed"; readonly key: string; readonly row: NoteRow }
  | { readonly kind: "pending"; readonly key: string; readonly say: Say };

/** How a log is laid out. */
export interface Layout {
  /** Everything up to here has been read; `undefined`: no line is wanted. */
  readonly readTo: Seq | undefined;
  /** Our messages without an answer, which come last. */
  readonly pending: Iterable<Say>;
  /** The day a time is on, as any text. */
  readonly dayOf: (at: number) => string;
}

/** Lays rows out. */
export function logItems(rows: readonly LogRow[], { readTo, pending, dayOf }: Layout): LogItem[] {
  const items: LogItem[] = [];
  let day: string | undefined;
  let before: EntryRow | undefined;
  let lined = readTo === undefined;
  for (const row of rows) {
    if (row.kind !== "entry") {
      items.push({ kind: row.kind, key: `n${row.id}`, row: row as NoteRow });
      before = undefined;
      continue;
    }
    const { seq, at, type } = row.entry;
    const today = dayOf(at);
    if (today !== day) {
      items.push({ kind: "day", key: `d${seq}`, at });
      before = undefined;
    }
    day = today;
    if (!lined && !row.own && (type === "said" || type === "announcement") && seq > readTo!) {
      items.push({ kind: "new", key: `new${seq}` });
      lined = true;
      before = undefined;
    }
    // Its place is its target's.
    if (type === "deleted") continue;
    if (type === "said" || type === "tombstone") {
      const head = before === undefined || before.entry.from !== row.entry.from || before.entry.by !== row.entry.by ||
        at - before.entry.at > TOGETHER_MS;
      items.push({ kind: "message", key: `m${seq}${head ? "h" : ""}${type === "said" ? "" : "x"}`, row, head });
      if (head) before = row;
    } else {
      items.push({ kind: "note", key: `e${seq}`, row });
      before = undefined;
    }
  }
  for (const say of pending) items.push({ kind: "pending", key: `p${say.ref}`, say });
  return items;
}
