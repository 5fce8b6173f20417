/**
 * Reads entries from the database.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Entry, EntryType, Seq } from "../../shared/protocol.ts";
import { PAGE, type Range } from "./history.ts";
import type { SqliteRoom } from "./sqlite_rooms.ts";
import { base } from "./sqlite_schema.ts";

/** The columns that {@link toEntry} needs. */
export const ENTRY_COLUMNS = `id, at, type, by, "from", text, ref, target`;

/** A row of entries as an entry of that room. */
export function toEntry(row: Record<string, unknown>, { id, name: room }: Pick<SqliteRoom, "id" | "name">): Entry {
  const seq = Number(row.id) - base(id);
  const entry: Entry = {
    kind: "entry",
    room,
    seq,
    prev: seq - 1,
    at: row.at as number,
    type: row.type as EntryType,
    by: row.by as string,
    from: row.from as string,
    text: row.text as string,
  };
  const withRef = row.ref === null ? entry : { ...entry, ref: row.ref as string };
  return row.target === null ? withRef : { ...withRef, target: row.target as Seq };
}

/** Reads pages of rooms. */
export class SqliteRead {
  readonly #rooms: ReadonlyMap<string, SqliteRoom>;
  readonly #after: StatementSync;
  readonly #before: StatementSync;

  constructor(db: DatabaseSync, rooms: ReadonlyMap<string, SqliteRoom>) {
    this.#rooms = rooms;
    const select = `SELECT ${ENTRY_COLUMNS} FROM entries WHERE id > ? AND id < ? ORDER BY id`;
    this.#after = db.prepare(`${select} LIMIT ?`);
    this.#before = db.prepare(`${select} DESC LIMIT ?`);
  }

  /** The entries of a range, oldest first. */
  read(range: Range): readonly Entry[] {
    const room = this.#rooms.get(range.room);
    if (room === undefined) return [];
    const [first, end, limit] = [base(room.id), base(room.id + 1), Math.min(range.limit, PAGE)];
    // Not iterate: on Deno 2.4 a statement that is left before its end yields nothing the next time.
    const rows = "after" in range
      ? this.#after.all(first + range.after, end, limit)
      : this.#before.all(first, Math.min(first + range.before, end), limit);
    const entries: Entry[] = [];
    let left = range.characters ?? Infinity;
    for (const row of rows) {
      const entry = toEntry(row, room);
      entries.push(entry);
      left -= entry.text.length;
      if (left <= 0) break;
    }
    return "after" in range ? entries : entries.reverse();
  }
}
