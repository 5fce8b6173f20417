/**
 * Sees to it that nothing of a deleted text is left on the disk.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { wipeSlack } from "./slack.ts";

/** How long after it was done it is done again at the soonest, in milliseconds: it reads all of the file. */
const WIPE_MS = 10_000;

/** Wipes a database after deletions: its log, then what lies between its pages' cells. */
export class Wiping {
  readonly #db: DatabaseSync;
  readonly #file: Deno.FsFile;
  readonly #now: () => number;
  readonly #mark: StatementSync;
  readonly #unmark: StatementSync;
  readonly #checkpoint: StatementSync;
  #due: boolean;
  /** Whether something was deleted since the pass under way began. */
  #again = false;
  /** Where that pass goes on. */
  #next = 0;
  #wipedAt = -Infinity;

  /** @param file The database's, open as long as the database is: closing it would end SQLite's locks. @param now Milliseconds since 1970. */
  constructor(db: DatabaseSync, file: Deno.FsFile, now: () => number) {
    this.#db = db;
    this.#file = file;
    this.#now = now;
    this.#mark = db.prepare("INSERT INTO meta VALUES ('unwiped', '1') ON CONFLICT DO NOTHING");
    this.#unmark = db.prepare("DELETE FROM meta WHERE key = 'unwiped'");
    this.#checkpoint = db.prepare("PRAGMA wal_checkpoint(TRUNCATE)");
    this.#due = db.prepare("SELECT 1 FROM meta WHERE key = 'unwiped'").get() !== undefined;
  }

  /** Whether there is something to wipe. */
  get due(): boolean {
    return this.#due;
  }

  /** A text was deleted in the transaction under way. Remembered in it, so that whoever opens the database after a crash goes on. */
  deleted(): void {
    this.#mark.run();
    this.#due = true;
    this.#again = true;
  }

  /**
   * Wipes the next slice, where something is to be wiped and that was not done a moment ago; false when that was the last, or when somebody still
   * reads what is in the log: then it goes on later. Commits may come between.
   */
  advance(): boolean {
    if (!this.#due || this.#next === 0 && Math.abs(this.#now() - this.#wipedAt) < WIPE_MS) return false;
    // With each slice: no page in memory may bring back what was between its cells.
    if (this.#checkpoint.get()?.busy !== 0) return false;
    this.#db.exec("PRAGMA shrink_memory");
    if (this.#next === 0) this.#again = false;
    try {
      this.#next = wipeSlack(this.#file, this.#next) ?? 0;
    } catch (error) {
      // A disk that is full may have no place for what is written anew.
      if (error instanceof Error && "code" in error && error.code === "ENOSPC") return false;
      throw error;
    }
    if (this.#next > 0) return true;
    this.#wipedAt = this.#now();
    if (this.#again) return false;
    this.#unmark.run();
    this.#due = false;
    return false;
  }

  /** Wipes all that can be wiped, however long ago that was done. */
  finish(): void {
    this.#wipedAt = -Infinity;
    while (this.advance());
    if (!this.#due) return;
    this.#wipedAt = -Infinity;
    while (this.advance());
  }
}
