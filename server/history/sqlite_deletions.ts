/**
 * Takes texts out of the database.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Seq } from "../../shared/protocol.ts";
import { DELETABLE, type RejectionCode } from "./history.ts";
import type { Deletion } from "./sqlite_messages.ts";
import type { SqliteRefs } from "./sqlite_refs.ts";
import type { SqliteRoom } from "./sqlite_rooms.ts";
import { base } from "./sqlite_schema.ts";
import type { Wiping } from "./wiping.ts";
import type { WordIndex } from "./word_index.ts";

/** An entry of type `deleted`. */
interface DeletedRow {
  readonly id: number;
  readonly at: number;
  readonly by: string;
  readonly from: string;
  readonly ref: string | undefined;
  readonly target: Seq;
}

/** Who asks. */
interface Asker {
  /** The session's id. */
  readonly from: string;
  readonly owner: string | undefined;
}

/** Where a text leaves traces beside its entry. */
export interface Traces {
  readonly index: WordIndex;
  readonly wiping: Wiping;
}

/** The deletions of a database. Used within its transactions. */
export class SqliteDeletions {
  readonly #refs: SqliteRefs;
  readonly #index: WordIndex;
  readonly #wiping: Wiping;
  readonly #select: StatementSync;
  readonly #bury: StatementSync;
  readonly #insert: StatementSync;

  constructor(db: DatabaseSync, refs: SqliteRefs, { index, wiping }: Traces) {
    this.#refs = refs;
    this.#index = index;
    this.#wiping = wiping;
    this.#select = db.prepare(`SELECT type, "from", text, ref FROM entries WHERE id = ?`);
    this.#bury = db.prepare("UPDATE entries SET type = 'tombstone', text = '' WHERE id = ?");
    this.#insert = db.prepare(`INSERT INTO entries VALUES (?, ?, 'deleted', ?, ?, '', ?, ?)`);
  }

  /** Leaves a tombstone of an entry; or says why not. A topic that it was goes with it. */
  tombstone(room: SqliteRoom, { target, by }: Deletion, { from, owner }: Asker): RejectionCode | undefined {
    const id = base(room.id) + target;
    const row = target > room.head ? undefined : this.#select.get(id);
    if (row === undefined && target > 0 && target === room.topicSeq && by === "op") {
      // Its entry is kept no more, and it is still told to everybody.
      [room.topic, room.topicSeq] = ["", 0];
      this.#wiping.deleted();
      return undefined;
    }
    if (row === undefined || !DELETABLE.has(row.type)) return "no_such_entry";
    const isOwn = row.from === from || (owner !== undefined && row.ref !== null && this.#refs.isOf(owner, String(row.ref), id));
    if (by !== "op" && !isOwn) return "not_yours";
    if (target <= room.indexed) this.#index.leave(id, String(row.text));
    this.#bury.run(id);
    this.#wiping.deleted();
    if (target === room.topicSeq) [room.topic, room.topicSeq] = ["", 0];
    return undefined;
  }

  insert({ id, at, by, from, ref, target }: DeletedRow): void {
    this.#insert.run(id, at, by, from, ref ?? null, target);
  }
}
