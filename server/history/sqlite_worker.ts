/**
 * The side of the SQLite engine that waits for the disk: it owns the database, in a thread of its own.
 *
 * Requests are done one at a time, in the order they came. What takes long goes in slices, with the requests between them.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import type { DatabaseSync } from "node:sqlite";
import { Fatal } from "../../shared/exit.ts";
import { PAGE } from "./history.ts";
import { Housekeeping } from "./housekeeping.ts";
import { DATABASE, openDatabase } from "./open_database.ts";
import { Retirement } from "./retention.ts";
import { Searches } from "./searches.ts";
import { SqliteCommit } from "./sqlite_commit.ts";
import { describe, meaningOf, whatToDo } from "./sqlite_error.ts";
import type { Answer, DraftValues, Open, Request, Search } from "./sqlite_messages.ts";
import { SqliteRead } from "./sqlite_read.ts";
import { loadRooms, type SqliteRoom } from "./sqlite_rooms.ts";
import { SteadyClock } from "./steady_clock.ts";
import { Wiping } from "./wiping.ts";
import { WordIndex } from "./word_index.ts";
import { WordSearch } from "./word_search.ts";

/** How long another program may hold the database, in milliseconds. */
const BUSY_MS = 5_000;
/** How long to wait before asking again for a database that is held, in milliseconds. */
const RETRY_MS = 20;
/** No commit for so long is a quiet moment, in milliseconds. */
const QUIET_MS = 20;
/** How long housekeeping waits for a quiet moment at most, between slices, in milliseconds. */
const BUSTLE_MS = 100;
/** When housekeeping that failed for want of space, or could not wipe yet, is tried again, in milliseconds. */
const AGAIN_MS = 1_000;
/** When housekeeping is due even where nobody said anything, in milliseconds: entries grow old. */
const ROUND_MS = 10 * 60_000;
/** How long closing takes words of deleted texts out, in milliseconds. The next start goes on. */
const CLEAR_MS = 1_000;

class Engine {
  readonly #file: string;
  readonly #db: DatabaseSync;
  readonly #opened: Deno.FsFile;
  readonly #rooms: Map<string, SqliteRoom>;
  readonly #commits: SqliteCommit;
  readonly #reads: SqliteRead;
  readonly #index: WordIndex;
  readonly #search: WordSearch;
  readonly #wiping: Wiping;
  readonly #housekeeping: Housekeeping;
  readonly #searches = new Searches((turn) => this.guard(turn));
  #round: Generator<void, void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When housekeeping goes on, on the clock of `performance.now()`. */
  #dueAt = 0;
  #committedAt = 0;
  #keptHouseAt = 0;

  constructor({ folder, retention }: Open) {
    this.#file = `${folder}/${DATABASE}`;
    this.#db = openDatabase(this.#file);
    this.#opened = Deno.openSync(this.#file, { read: true, write: true });
    this.#rooms = loadRooms(this.#db);
    this.#index = new WordIndex(this.#db);
    this.#search = new WordSearch(this.#db, this.#index);
    this.#wiping = new Wiping(this.#db, this.#opened, Date.now);
    this.#commits = new SqliteCommit(this.#db, this.#rooms, { index: this.#index, wiping: this.#wiping });
    this.#reads = new SqliteRead(this.#db, this.#rooms);
    const clock = new SteadyClock(Date.now, () => performance.now());
    const retirement = new Retirement(this.#db, retention, this.#index);
    this.#housekeeping = new Housekeeping(this.#db, this.#rooms, { index: this.#index, retirement, wiping: this.#wiping }, clock.now);
    const epoch = String(this.#db.prepare("SELECT value FROM meta WHERE key = 'epoch'").get()?.value);
    const rooms = [...this.#rooms.values()].filter(({ head }) => head > 0).map((room) => {
      const { name, head, floor, topic, topicSeq } = room;
      return { room: name, head, topic, topicSeq, ...floor < head ? {} : { empty: true } };
    });
    answer({ kind: "opened", epoch, rooms });
    this.#keepHouse(QUIET_MS);
  }

  handle(request: Exclude<Request, Open>): void {
    switch (request.kind) {
      case "commit":
        return this.#commit(request.values, performance.now() + BUSY_MS);
      case "read":
        return answer({ kind: "found", id: request.id, entries: this.#reads.read(request.range), complete: true });
      case "search":
        return this.#beginSearch(request);
      case "close":
        return this.#close();
      default:
        request satisfies never;
    }
  }

  /** Runs `work`; whatever it throws ends the engine. */
  guard(work: () => void): void {
    if (broken) return;
    try {
      work();
    } catch (error) {
      broken = true;
      clearTimeout(this.#timer);
      answer({ kind: "broken", text: `${this.#file}: the history is broken: ${describe(error)}. ${whatToDo(this.#file)}` });
    }
  }

  #commit(values: DraftValues, deadline: number): void {
    try {
      answer(this.#commits.commit(values));
    } catch (error) {
      const meaning = meaningOf(error);
      if (meaning === "busy" && performance.now() < deadline) {
        setTimeout(() => this.guard(() => this.#commit(values, deadline)), RETRY_MS);
        return;
      }
      if (meaning !== "full") throw error;
      answer({ kind: "full" });
    }
    this.#committedAt = performance.now();
    this.#housekeeping.committed();
    // Commits that follow each other closely do not put it off.
    if (this.#round === undefined && this.#dueAt > this.#committedAt + QUIET_MS) this.#keepHouse(QUIET_MS);
  }

  #beginSearch({ id, room: name, words, limit }: Search): void {
    const room = this.#rooms.get(name);
    if (room === undefined) return answer({ kind: "found", id, entries: [], complete: true });
    const ids: number[] = [];
    this.#searches.begin({
      steps: this.#search.search(room, words, Math.min(limit, PAGE), ids),
      end: (complete) => answer({ kind: "found", id, entries: this.#search.entries(room, ids), complete }),
    });
  }

  /** Has the next slice of housekeeping done after `ms`. */
  #keepHouse(ms: number): void {
    clearTimeout(this.#timer);
    this.#dueAt = performance.now() + ms;
    this.#timer = setTimeout(() => this.guard(() => this.#stepHousekeeping()), ms);
  }

  #stepHousekeeping(): void {
    const now = performance.now();
    if (now - this.#committedAt < QUIET_MS && now - this.#keptHouseAt < BUSTLE_MS) return this.#keepHouse(QUIET_MS);
    this.#round ??= this.#housekeeping.round();
    try {
      if (this.#round.next().done) this.#round = undefined;
      this.#keptHouseAt = performance.now();
      this.#keepHouse(this.#round !== undefined ? 0 : this.#wiping.due ? AGAIN_MS : ROUND_MS);
    } catch (error) {
      if (meaningOf(error) === "broken") throw error;
      this.#round = undefined;
      this.#keepHouse(AGAIN_MS);
    }
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#searches.close();
    this.#tidy();
    this.#db.close();
    this.#opened.close();
    answer({ kind: "closed" });
  }

  /** Moves the log into the database and wipes it. On a full disk it stays beside it, and nothing is lost. */
  #tidy(): void {
    try {
      const until = performance.now() + CLEAR_MS;
      while (performance.now() < until && this.#index.clear());
      if (!this.#index.behind) this.#wiping.finish();
      this.#db.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
    } catch (error) {
      if (meaningOf(error) === "broken") throw error;
    }
  }
}

let engine: Engine | undefined;
let broken = false;

self.onmessage = ({ data }: MessageEvent<Request>) => {
  if (data.kind === "open") return open(data);
  engine?.guard(() => engine?.handle(data));
};

function open(request: Open): void {
  try {
    engine = new Engine(request);
  } catch (error) {
    if (!(error instanceof Fatal)) throw error;
    answer({ kind: "cannot open", code: error.code, text: error.message });
  }
}

function answer(message: Answer): void {
  self.postMessage(message);
}
