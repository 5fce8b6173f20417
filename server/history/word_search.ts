/**
 * Searching: what the index of words knows, and the texts themselves.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Entry } from "../../shared/protocol.ts";
import { meaningOf } from "./sqlite_error.ts";
import { ENTRY_COLUMNS, toEntry } from "./sqlite_read.ts";
import type { SqliteRoom } from "./sqlite_rooms.ts";
import { base } from "./sqlite_schema.ts";
import type { WordIndex } from "./word_index.ts";
import { hasWords, indexed, wordsOf } from "./words.ts";

/** Terms that the index is asked for, the longest first; the texts show the rest. */
const TERMS = 8;
/** Entries with a term that one step looks at. */
const STEP = 4_096;
/** Texts that one step looks at. */
const TEXTS = 16;

/** Finds the entries that have some words. */
export class WordSearch {
  readonly #index: WordIndex;
  readonly #setTerms: StatementSync;
  readonly #terms: StatementSync;
  readonly #clearTerms: StatementSync;
  readonly #having: StatementSync;
  readonly #all: StatementSync;
  readonly #entry: StatementSync;

  constructor(db: DatabaseSync, index: WordIndex) {
    this.#index = index;
    db.exec("CREATE VIRTUAL TABLE temp.asked USING fts5(terms, content='', tokenize='unicode61 remove_diacritics 0')");
    db.exec("CREATE VIRTUAL TABLE temp.asked_terms USING fts5vocab(temp, asked, row)");
    this.#setTerms = db.prepare("INSERT INTO temp.asked (rowid, terms) VALUES (1, ?)");
    this.#terms = db.prepare(`SELECT term FROM temp.asked_terms ORDER BY length(term) DESC LIMIT ${TERMS}`);
    this.#clearTerms = db.prepare("INSERT INTO temp.asked (asked) VALUES ('delete-all')");
    // One term at a time: for a phrase, or for several, SQLite looks at entry after entry until one has them all, and nothing comes between.
    this.#having = db.prepare(
      `SELECT rowid AS id FROM words WHERE words MATCH ? AND rowid > ? AND rowid < ? ORDER BY rowid DESC LIMIT ${STEP}`,
    );
    this.#all = db.prepare(`SELECT id FROM entries WHERE id > ? AND id < ? ORDER BY id DESC LIMIT ${STEP}`);
    this.#entry = db.prepare(`SELECT ${ENTRY_COLUMNS} FROM entries WHERE id = ?`);
  }

  /**
   * Looks for the newest entries of a room that have every one of the words, and puts their ids into `found`, the newest first. Yields after each
   * slice of work, so that others go between; whoever goes on no more has what was found so far.
   */
  *search(room: SqliteRoom, asked: string, limit: number, found: number[]): Generator<void, void> {
    const words = wordsOf(asked);
    if (words.length === 0) return;
    const { head } = room;
    const first = base(room.id);
    let terms = this.#termsOf(words);
    if (terms.length > 0 && !(yield* this.#reach(room, head))) terms = [];
    const matches = hasWords(words);
    for (let end = first + head + 1; end > first;) {
      const { ids, from } = terms.length === 0 ? this.#newest(first, end) : yield* this.#candidates(terms, first, end);
      for (const [i, id] of ids.entries()) {
        const row = this.#entry.get(id);
        if (row !== undefined && matches(String(row.text)) && found.push(id) === limit) return;
        if (i % TEXTS === TEXTS - 1) yield;
      }
      end = from;
      yield;
    }
  }

  /** What was found, the oldest first, but for what was deleted since. */
  entries(room: SqliteRoom, found: readonly number[]): Entry[] {
    return found.toReversed().map((id) => this.#entry.get(id)).filter((row) => row !== undefined && row.type !== "tombstone").map((row) =>
      toEntry(row!, room)
    );
  }

  /** What the index takes the words for, each once: it alone knows what it takes for a letter. */
  #termsOf(words: readonly string[]): string[] {
    this.#setTerms.run(indexed(words.join(" ")));
    const terms = this.#terms.all().map(({ term }) => `"${term}"`);
    this.#clearTerms.run();
    return terms;
  }

  /** The newest entries between two ids, and the oldest id that was looked at. */
  #newest(first: number, end: number): Candidates {
    const ids = this.#all.all(first, end).map(({ id }) => Number(id));
    return { ids, from: ids.length < STEP ? first : ids[STEP - 1] };
  }

  /** The newest entries between two ids that have all of the terms, and from which id on these are all. */
  *#candidates(terms: readonly string[], first: number, end: number): Generator<void, Candidates> {
    let from = first;
    let ids: ReadonlySet<number> | undefined;
    for (const term of terms) {
      const having = this.#having.all(term, first, end).map(({ id }) => Number(id));
      if (having.length === 0) return { ids: [], from: first };
      if (having.length === STEP) from = Math.max(from, having[STEP - 1]);
      // None is newer than the newest that has this term.
      end = having[0] + 1;
      ids = ids === undefined ? new Set(having) : ids.intersection(new Set(having));
      yield;
    }
    return { ids: [...ids ?? []].filter((id) => id >= from), from };
  }

  /** Indexes a room up to a seq; false when a full disk does not let it, so that what is there can be searched without. */
  *#reach(room: SqliteRoom, seq: number): Generator<void, boolean> {
    while (room.indexed < seq) {
      try {
        this.#index.advance(room);
      } catch (error) {
        if (meaningOf(error) === "broken") throw error;
        return false;
      }
      yield;
    }
    return true;
  }
}

interface Candidates {
  /** The newest first. */
  readonly ids: readonly number[];
  /** Nothing from here on is still to be looked at. */
  readonly from: number;
}
