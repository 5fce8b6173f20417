/**
 * The index of words: written behind the commits, a slice at a time.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { SqliteRoom } from "./sqlite_rooms.ts";
import { base } from "./sqlite_schema.ts";
import { type Transact, transactor } from "./transactor.ts";
import { indexed } from "./words.ts";

/** Entries that one slice of work handles at most: commits wait for it. */
export const SLICE = 500;
/** How long a slice of work takes, in milliseconds: it ends with the entry that reaches that. */
export const SLICE_MS = 20;

/** Knows which entries have which words. */
export class WordIndex {
  readonly #transact: Transact;
  readonly #monotonic: () => number;
  readonly #texts: StatementSync;
  readonly #add: StatementSync;
  readonly #remove: StatementSync;
  readonly #setIndexed: StatementSync;
  readonly #leave: StatementSync;
  readonly #left: StatementSync;
  readonly #forget: StatementSync;
  /** Whether there may be texts whose words are to be taken out. */
  #behind = true;

  /** @param monotonic Milliseconds on a clock that never jumps. */
  constructor(db: DatabaseSync, monotonic: () => number) {
    this.#transact = transactor(db);
    this.#monotonic = monotonic;
    this.#texts = db.prepare("SELECT id, text FROM entries WHERE id > ? AND id <= ? ORDER BY id LIMIT ?");
    this.#add = db.prepare("INSERT INTO words (rowid, terms) VALUES (?, ?)");
    this.#remove = db.prepare("INSERT INTO words (words, rowid, terms) VALUES ('delete', ?, ?)");
    this.#setIndexed = db.prepare("UPDATE rooms SET indexed = ? WHERE id = ?");
    this.#leave = db.prepare("INSERT INTO leftovers VALUES (?, ?)");
    this.#left = db.prepare("SELECT id, text FROM leftovers ORDER BY id LIMIT 1");
    this.#forget = db.prepare("DELETE FROM leftovers WHERE id = ?");
  }

  /** Whether there may be deleted texts whose words are still to be taken out. */
  get behind(): boolean {
    return this.#behind;
  }

  /** Indexes the next slice of a room; false when there was nothing to do. */
  advance(room: SqliteRoom): boolean {
    if (room.indexed >= room.head) return false;
    const rows = this.#texts.all(base(room.id) + room.indexed, base(room.id) + room.head, SLICE);
    const until = this.#monotonic() + SLICE_MS;
    room.indexed = this.#transact(() => {
      let done = 0;
      for (const { id, text } of rows) {
        this.#add.run(id, indexed(String(text)));
        done++;
        if (this.#monotonic() >= until) break;
      }
      const last = done === rows.length && done < SLICE ? room.head : Number(rows[done - 1].id) - base(room.id);
      this.#setIndexed.run(last, room.id);
      return last;
    });
    return true;
  }

  /** Takes an entry out, within the transaction that removes it. `text` must be what was indexed. Call it only when {@link clear} has nothing to do. */
  remove(id: number, text: string): void {
    this.#remove.run(id, indexed(text));
  }

  /** Remembers to take an entry's words out, within the transaction that takes its text: it takes too long for that. `text` must be what was indexed. */
  leave(id: number, text: string): void {
    this.#leave.run(id, text);
    this.#behind = true;
  }

  /** Takes the words of deleted texts out, a slice of them; false when there was nothing to do. */
  clear(): boolean {
    if (!this.#behind) return false;
    const until = this.#monotonic() + SLICE_MS;
    let cleared = 0;
    this.#transact(() => {
      for (let row = this.#left.get(); row !== undefined; row = this.#left.get()) {
        this.remove(Number(row.id), String(row.text));
        // The index counts its entries, and this one is removed some day.
        this.#add.run(row.id, "");
        this.#forget.run(row.id);
        if (++cleared === SLICE || this.#monotonic() >= until) return;
      }
      this.#behind = false;
    });
    return cleared > 0;
  }
}
