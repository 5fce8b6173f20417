/**
 * Removes what is no longer to be kept, a slice at a time.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { AUDIT_ROOM } from "../../shared/names.ts";
import type { SqliteRoom } from "./sqlite_rooms.ts";
import { base } from "./sqlite_schema.ts";
import { type Transact, transactor } from "./transactor.ts";
import { SLICE, TAKEN_OUT, upTo, type WordIndex } from "./word_index.ts";

/** How much of a room is kept: whichever is less. */
export interface Retention {
  /** Entries of a room. */
  readonly entries: number;
  /** Milliseconds. */
  readonly ms: number;
}

/** What is kept when nothing else was asked for. */
export const DEFAULT_RETENTION: Retention = { entries: 100_000, ms: 90 * 24 * 60 * 60_000 };

/** How long a ref is remembered at least, in milliseconds; longer while its entry is kept. */
const REF_MS = 30 * 24 * 60 * 60_000;

/** Entries that one slice of work looks at. */
const ROWS = 100;

/** Keeps the database to its {@link Retention}. */
export class Retirement {
  readonly #transact: Transact;
  readonly #keep: Retention;
  readonly #index: WordIndex;
  readonly #oldest: StatementSync;
  readonly #slice: StatementSync;
  readonly #delete: StatementSync;
  readonly #setFloor: StatementSync;
  readonly #refs: StatementSync;
  readonly #deleteRef: StatementSync;
  /** The ref that the last slice of {@link forgetRefs} ended at. */
  #forgotten: readonly [owner: number, ref: string] = [0, ""];

  constructor(db: DatabaseSync, keep: Retention, index: WordIndex) {
    this.#transact = transactor(db);
    this.#keep = keep;
    this.#index = index;
    this.#oldest = db.prepare("SELECT at FROM entries WHERE id > ? AND id <= ? ORDER BY id LIMIT 1");
    this.#slice = db.prepare(`SELECT id, at, text FROM entries WHERE id > ? AND id <= ? ORDER BY id LIMIT ${ROWS}`);
    this.#delete = db.prepare("DELETE FROM entries WHERE id > ? AND id <= ?");
    this.#setFloor = db.prepare("UPDATE rooms SET floor = ?, floor_at = ?, indexed = max(indexed, ?) WHERE id = ?");
    this.#refs = db.prepare(
      `SELECT owner, ref, at < ? AND NOT EXISTS (SELECT 1 FROM entries WHERE entries.id = refs.id) AS over
       FROM refs WHERE (owner, ref) > (?, ?) ORDER BY owner, ref LIMIT ${SLICE}`,
    );
    this.#deleteRef = db.prepare("DELETE FROM refs WHERE owner = ? AND ref = ?");
  }

  /** Removes the next slice of a room's entries that are too many or too old at `now`; false when there was nothing to do. */
  advance(room: SqliteRoom, now: number): boolean {
    if (room.floor >= room.head || room.name === AUDIT_ROOM) return false;
    const [first, head] = [base(room.id), base(room.id) + room.head];
    room.oldestAt ??= Number(this.#oldest.get(first + room.floor, head)?.at);
    const tooMany = room.head - this.#keep.entries;
    const tooOld = now - this.#keep.ms;
    if (room.floor >= tooMany && room.oldestAt >= tooOld) return false;
    // What is taken out of the index below must be what is in it.
    if (this.#index.clear()) return true;
    const rows = this.#slice.all(first + room.floor, head);
    const kept = rows.findIndex((row) => Number(row.id) - first > tooMany && Number(row.at) >= tooOld);
    const removed = upTo(TAKEN_OUT, kept === -1 ? rows : rows.slice(0, kept), ({ text }) => String(text));
    const last = removed[removed.length - 1];
    const [floor, floorAt] = [Number(last.id) - first, Number(last.at)];
    this.#transact(() => {
      for (const { id, text } of removed) if (Number(id) - first <= room.indexed) this.#index.remove(Number(id), String(text));
      this.#delete.run(first + room.floor, first + floor);
      this.#setFloor.run(floor, floorAt, floor, room.id);
    });
    room.floor = floor;
    room.indexed = Math.max(room.indexed, floor);
    const oldest = rows.at(removed.length);
    room.oldestAt = oldest && Number(oldest.at);
    return true;
  }

  /** Forgets refs of the next slice that have no entry any more and are old enough; false when that was the last slice. */
  forgetRefs(now: number): boolean {
    const rows = this.#refs.all(now - REF_MS, ...this.#forgotten);
    const over = rows.filter((row) => row.over === 1);
    if (over.length > 0) {
      this.#transact(() => {
        for (const { owner, ref } of over) this.#deleteRef.run(owner, ref);
      });
    }
    const last = rows.length === SLICE ? rows[SLICE - 1] : undefined;
    this.#forgotten = last ? [Number(last.owner), String(last.ref)] : [0, ""];
    return last !== undefined;
  }
}
