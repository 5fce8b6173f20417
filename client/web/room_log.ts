/**
 * The part of a room that the page holds: a run of entries without a hole, with what happened between them. Pure.
 *
 * 1. Entries stand in the order of their seq, each once.
 * 2. What was dropped at either end can be loaded again.
 *
 * @module
 */
import type { Entry, Seq } from "../../shared/protocol.ts";
import { buried } from "../buried.ts";

/** Rows above which the end that is out of sight is dropped. */
export const MOST_ROWS = 400;

/** An entry, and what it is to us. */
export interface EntryRow {
  readonly kind: "entry";
  readonly entry: Entry;
  readonly own: boolean;
  readonly mention: boolean;
}

/** What happened besides; not part of the history. */
export interface NoteRow {
  readonly kind: "note" | "failed";
  /** Tells notes apart. */
  readonly id: number;
  readonly text: string;
  /** Why a message was not sent. */
  readonly why?: string;
}

/** A row of the log. */
export type LogRow = EntryRow | NoteRow;

/** What one room's page holds. */
export class RoomLog {
  /** Everything up to here has been read; the "new messages" line comes after it. `undefined`: there is no line. */
  readTo: Seq | undefined;
  /** Entries that came since the newest one here was dropped. */
  missed = 0;
  #rows: LogRow[] = [];
  #complete = false;
  #attached = true;
  /** The newest entry that we know to exist. */
  #head: Seq = 0;
  #notes = 0;
  /** What is to be told after the newest entry, while that one is not held. */
  #later: NoteRow[] = [];

  get rows(): readonly LogRow[] {
    return this.#rows;
  }

  /** Whether the room begins with the first row. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Whether what happens now comes after the last row. */
  get attached(): boolean {
    return this.#attached;
  }

  /** Whether we know of nothing that was ever said. */
  get silent(): boolean {
    return this.#head === 0;
  }

  /** The first entry held. */
  get oldest(): Seq | undefined {
    return this.#rows.find(isEntry)?.entry.seq;
  }

  /** The last entry held. */
  get newest(): Seq | undefined {
    return this.#rows.findLast(isEntry)?.entry.seq;
  }

  /** An entry that just came. */
  add(row: EntryRow): void {
    const { seq, prev } = row.entry;
    if (seq <= this.#head) return;
    this.#head = seq;
    if (this.#attached) {
      this.#rows.push(row);
      if (prev === 0) this.#complete = this.#complete || this.oldest === seq;
    } else if (row.entry.type !== "deleted") {
      this.missed++;
    }
  }

  /** The text of an entry is gone. Returns the row that held it, where one did. */
  bury(seq: Seq): EntryRow | undefined {
    const at = this.#rows.findIndex((row) => isEntry(row) && row.entry.seq === seq);
    const row = this.#rows[at];
    if (row?.kind !== "entry" || row.entry.type === "tombstone") return undefined;
    this.#rows[at] = { ...row, mention: false, entry: buried(row.entry) };
    return row;
  }

  /** Something to tell, after the newest entry. */
  note(text: string): void {
    this.#tell({ kind: "note", id: ++this.#notes, text });
  }

  /** A message of ours that was refused. */
  failed(text: string, why: string): void {
    this.#tell({ kind: "failed", id: ++this.#notes, text, why });
  }

  /** The page before the first row. @param more Whether there may be older ones. */
  older(page: readonly EntryRow[], more: boolean): void {
    const first = this.oldest ?? Infinity;
    const rows = page.filter(({ entry }) => entry.seq < first);
    this.#rows = [...rows, ...this.#rows];
    this.#complete = !more;
    this.#head = Math.max(this.#head, this.newest ?? 0);
  }

  /** The page after the last entry. @param more Whether there may be newer ones. */
  newer(page: readonly EntryRow[], more: boolean): void {
    const last = this.newest ?? 0;
    this.#rows.push(...page.filter(({ entry }) => entry.seq > last));
    const newest = this.newest ?? 0;
    // What came while this page was on its way may not be in it.
    const attached = !more && newest >= this.#head;
    this.#head = Math.max(this.#head, newest);
    this.#attach(attached);
  }

  /** Holds another part of the room instead. @param newest Whether it is the newest part. */
  restart(page: readonly EntryRow[], { more, newest }: { readonly more: boolean; readonly newest: boolean }): void {
    this.#put(this.#rows);
    this.#rows = [...page];
    this.#complete = !more;
    const attached = newest && (this.newest ?? 0) >= this.#head;
    this.#head = Math.max(this.#head, this.newest ?? 0);
    this.#attach(attached);
  }

  /** Drops what is held; what comes is shown, and the newest page can be loaded before it. */
  drop(): void {
    this.#put(this.#rows);
    this.#rows = [];
    this.#complete = false;
    this.#attach(true);
  }

  /** Takes everything away, and loads it no more; what comes is shown. */
  clear(): void {
    this.#rows = [];
    this.#later = [];
    this.#complete = true;
    this.#attach(true);
  }

  /** Drops the oldest rows where there are too many; for a reader at the end. */
  trimStart(): void {
    if (this.#rows.length <= MOST_ROWS) return;
    this.#rows = this.#rows.slice(-MOST_ROWS / 2);
    this.#complete = false;
  }

  /** Drops the newest rows where there are too many, far below the entry that a reader is at. */
  trimEnd(reader: Seq): void {
    if (this.#rows.length <= MOST_ROWS) return;
    const at = this.#rows.findIndex((row) => isEntry(row) && row.entry.seq >= reader);
    const end = Math.max(MOST_ROWS, at + MOST_ROWS / 2);
    const dropped = this.#rows.slice(end);
    this.#rows = this.#rows.slice(0, end);
    this.#put(dropped);
    this.#attach(this.#attached && !dropped.some(isEntry));
  }

  #tell(row: NoteRow): void {
    (this.#attached ? this.#rows : this.#later).push(row);
  }

  /** Puts by, of rows that go, what no page brings back: our messages that were refused. */
  #put(rows: readonly LogRow[]): void {
    this.#later.unshift(...rows.filter(isRefused));
  }

  /** @param attached Whether the newest entry is held now. */
  #attach(attached: boolean): void {
    this.#attached = attached;
    if (!attached) return;
    this.missed = 0;
    this.#rows.push(...this.#later);
    this.#later = [];
  }
}

function isRefused(row: LogRow): row is NoteRow {
  return row.kind === "failed";
}

function isEntry(row: LogRow): row is EntryRow {
  return row.kind === "entry";
}
