/**
 * The index of words: written behind the commits, a slice at a time, and searched.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Entry } from "../../shared/protocol.ts";
import { meaningOf } from "./sqlite_error.ts";
import { ENTRY_COLUMNS, toEntry } from "./sqlite_read.ts";
import type { SqliteRoom } from "./sqlite_rooms.ts";
import { base } from "./sqlite_schema.ts";
import { type Transact, transactor } from "./transactor.ts";
import { hasWords, indexed, indexQuery, wordsOf } from "./words.ts";

/** Entries that one slice of work handles: commits wait for it. */
export const SLICE = 500;
/** Results of the index that one step of a search looks at. */
const STEP = 500;

/** Knows which entries have which words. */
export class WordIndex {
  readonly #transact: Transact;
  readonly #texts: StatementSync;
  readonly #add: StatementSync;
  readonly #remove: StatementSync;
  readonly #setIndexed: StatementSync;
  readonly #match: StatementSync;
  readonly #scan: StatementSync;

  constructor(db: DatabaseSync) {
    this.#transact = transactor(db);
    this.#texts = db.prepare("SELECT id, text FROM entries WHERE id > ? AND id <= ? ORDER BY id LIMIT ?");
    this.#add = db.prepare("INSERT INTO words (rowid, terms) VALUES (?, ?)");
    this.#remove = db.prepare("INSERT INTO words (words, rowid, terms) VALUES ('delete', ?, ?)");
    this.#setIndexed = db.prepare("UPDATE rooms SET indexed = ? WHERE id = ?");
    this.#match = db.prepare(
      `SELECT ${ENTRY_COLUMNS} FROM words JOIN entries ON entries.id = words.rowid
       WHERE words MATCH ? AND words.rowid > ? AND words.rowid < ? ORDER BY words.rowid DESC LIMIT ${STEP}`,
    );
    this.#scan = db.prepare(`SELECT ${ENTRY_COLUMNS} FROM entries WHERE id > ? AND id < ? ORDER BY id DESC LIMIT ${STEP}`);
  }

  /** Indexes the next slice of a room; false when there was nothing to do. */
  advance(room: SqliteRoom): boolean {
    if (room.indexed >= room.head) return false;
    const rows = this.#texts.all(base(room.id) + room.indexed, base(room.id) + room.head, SLICE);
    const last = rows.length < SLICE ? room.head : Number(rows[SLICE - 1].id) - base(room.id);
    this.#transact(() => {
      for (const { id, text } of rows) this.#add.run(id, indexed(String(text)));
      this.#setIndexed.run(last, room.id);
    });
    room.indexed = last;
    return true;
  }

  /** Takes an entry out, within the transaction that removes it. `text` must be what was indexed. */
  remove(id: number, text: string): void {
    this.#remove.run(id, indexed(text));
  }

  /** Leaves an entry without words, within the transaction that takes its text. `text` must be what was indexed. */
  empty(id: number, text: string): void {
    this.remove(id, text);
    // The index counts its entries, and this one is removed some day.
    this.#add.run(id, "");
  }

  /**
   * The newest entries of a room that have every one of the words, oldest first. Yields after each slice of work, so that others go between;
   * it returns the entries.
   */
  *search(room: SqliteRoom, asked: string, limit: number): Generator<void, readonly Entry[]> {
    const words = wordsOf(asked);
    if (words.length === 0) return [];
    const head = room.head;
    const query = indexQuery(words);
    const inIndex = query !== undefined && (yield* this.#reach(room, head));
    const matches = hasWords(words);
    const found: Entry[] = [];
    let end = base(room.id) + head + 1;
    while (true) {
      const rows = inIndex ? this.#match.all(query, base(room.id), end) : this.#scan.all(base(room.id), end);
      found.push(...rows.filter(({ text }) => matches(String(text))).slice(0, limit - found.length).map((row) => toEntry(row, room)));
      if (rows.length < STEP || found.length === limit) break;
      end = Number(rows[STEP - 1].id);
      yield;
    }
    return found.reverse();
  }

  /** Indexes a room up to a seq; false when a full disk does not let it, so that what is there can be searched without. */
  *#reach(room: SqliteRoom, seq: number): Generator<void, boolean> {
    while (room.indexed < seq) {
      try {
        this.advance(room);
      } catch (error) {
        if (meaningOf(error) === "broken") throw error;
        return false;
      }
      yield;
    }
    return true;
  }
}
