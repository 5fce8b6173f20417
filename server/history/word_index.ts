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
/** Characters of text that one slice of work puts into the index: it ends with the entry that reaches that. */
const ADDED = 16_384;
/** Characters of text that one slice of work takes out of the index: each word takes as long as some twenty that are put in. */
export const TAKEN_OUT = 2_048;

/** Knows which entries have which words. */
export class WordIndex {
  readonly #transact: Transact;
  readonly #texts: StatementSync;
  readonly #add: StatementSync;
  readonly #remove: StatementSync;
  readonly #setIndexed: StatementSync;
  readonly #leave: StatementSync;
  readonly #left: StatementSync;
  readonly #forget: StatementSync;
  /** Whether there may be texts whose words are to be taken out. */
  #behind = true;

  constructor(db: DatabaseSync) {
    this.#transact = transactor(db);
    this.#texts = db.prepare("SELECT id, text FROM entries WHERE id > ? AND id <= ? ORDER BY id LIMIT ?");
    this.#add = db.prepare("INSERT INTO words (rowid, terms) VALUES (?, ?)");
    this.#remove = db.prepare("INSERT INTO words (words, rowid, terms) VALUES ('delete', ?, ?)");
    this.#setIndexed = db.prepare("UPDATE rooms SET indexed = ? WHERE id = ?");
    this.#leave = db.prepare("INSERT INTO leftovers VALUES (?, ?)");
    this.#left = db.prepare("SELECT id, text FROM leftovers ORDER BY id LIMIT 20");
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
    const slice = upTo(ADDED, rows, ({ text }) => String(text));
    const last = slice.length < SLICE && slice.length === rows.length ? room.head : Number(slice[slice.length - 1].id) - base(room.id);
    this.#transact(() => {
      for (const { id, text } of slice) this.#add.run(id, indexed(String(text)));
      this.#setIndexed.run(last, room.id);
    });
    room.indexed = last;
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
    const slice = upTo(TAKEN_OUT, this.#left.all(), ({ text }) => String(text));
    this.#behind = slice.length > 0;
    if (!this.#behind) return false;
    this.#transact(() => {
      for (const { id, text } of slice) {
        this.remove(Number(id), String(text));
        // The index counts its entries, and this one is removed some day.
        this.#add.run(id, "");
        this.#forget.run(id);
      }
    });
    return true;
  }
}

/** The first of the rows, up to the one whose text reaches so many characters in all. */
export function upTo<T>(characters: number, rows: readonly T[], textOf: (row: T) => string): readonly T[] {
  const last = rows.findIndex((row) => (characters -= textOf(row).length) <= 0);
  return last === -1 ? rows : rows.slice(0, last + 1);
}
