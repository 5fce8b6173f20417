/**
 * What the worker does when nobody asks for anything: wiping, retention, the index of words, moving the log into the database.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Retirement } from "./retention.ts";
import type { SqliteRoom } from "./sqlite_rooms.ts";
import type { Wiping } from "./wiping.ts";
import type { WordIndex } from "./word_index.ts";

/** Rooms that one slice looks at. */
const ROOMS = 500;
/** Commits since the last checkpoint after which a quiet moment is used for one. */
const COMMITS = 250;
/** How often refs are looked through, in milliseconds. */
const REFS_MS = 24 * 60 * 60_000;

/** Who does what. */
export interface Chores {
  readonly index: WordIndex;
  readonly retirement: Retirement;
  readonly wiping: Wiping;
}

/** The housekeeping of a database. */
export class Housekeeping {
  readonly #rooms: ReadonlyMap<string, SqliteRoom>;
  readonly #index: WordIndex;
  readonly #retirement: Retirement;
  readonly #wiping: Wiping;
  readonly #checkpoint: StatementSync;
  readonly #now: () => number;
  #commits = 0;
  #refsDue = 0;

  /** @param now Milliseconds since 1970, as far as it can be relied on: what is too old by it is gone for good. */
  constructor(db: DatabaseSync, rooms: ReadonlyMap<string, SqliteRoom>, { index, retirement, wiping }: Chores, now: () => number) {
    this.#rooms = rooms;
    this.#index = index;
    this.#retirement = retirement;
    this.#wiping = wiping;
    this.#checkpoint = db.prepare("PRAGMA wal_checkpoint(PASSIVE)");
    this.#now = now;
  }

  /** Something was committed. */
  committed(): void {
    this.#commits++;
  }

  /** All there is to do now. It yields after each slice of work. */
  *round(): Generator<void, void> {
    while (this.#index.clear()) yield;
    while (this.#wiping.advance()) yield;
    let looked = 0;
    for (const room of this.#rooms.values()) {
      while (this.#retirement.advance(room, this.#now())) yield;
      while (this.#index.advance(room)) yield;
      if (++looked % ROOMS === 0) yield;
    }
    if (this.#now() >= this.#refsDue) {
      while (this.#retirement.forgetRefs(this.#now())) yield;
      this.#refsDue = this.#now() + REFS_MS;
    }
    if (this.#commits < COMMITS) return;
    this.#commits = 0;
    this.#checkpoint.get();
  }
}
