/**
 * `chat export`: the history as lines of JSON, whether or not a server runs.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { EXIT, type ExitCode, Fatal } from "../shared/exit.ts";
import { encodeFrame } from "../shared/codec.ts";
import { AUDIT_ROOM } from "../shared/names.ts";
import { DATABASE, openReadOnly } from "./history/open_database.ts";
import { ENTRY_COLUMNS, toEntry } from "./history/sqlite_read.ts";
import { base } from "./history/sqlite_schema.ts";

/** Entries that are in memory at a time. */
const PAGE = 500;

/** What to export; all rooms where nothing is said, but not what was done to keep order, which is asked for by its name. */
export interface ExportOptions {
  readonly room?: string;
  /** Milliseconds since 1970. */
  readonly since?: number;
}

/**
 * Writes the entries of the history in `folder`, one a line in the fields of the protocol, room by room, oldest first.
 *
 * @param write Takes some lines; the next come when it has settled.
 */
export async function exportHistory(
  folder: string,
  { room, since = 0 }: ExportOptions,
  write: (lines: string) => Promise<void>,
): Promise<ExitCode> {
  const file = `${folder}/${DATABASE}`;
  const db = openReadOnly(file);
  try {
    const page = db.prepare(`SELECT ${columnsOf(db)} FROM entries WHERE id > ? AND id < ? AND at >= ? ORDER BY id LIMIT ${PAGE}`);
    const rooms = roomsOf(db, room);
    if (room !== undefined && rooms.length === 0) throw new Fatal(EXIT.failure, `${file}: there is no room #${room}`);
    for (const room of rooms) for (const lines of pages(page, room, since)) await write(lines);
  } finally {
    db.close();
  }
  return EXIT.ok;
}

/** Each page is read for itself, so that a slow reader does not keep the server from tidying its log. */
function* pages(page: StatementSync, room: { id: number; name: string }, since: number): Generator<string> {
  let after = base(room.id);
  while (true) {
    const rows = page.all(after, base(room.id + 1), since);
    if (rows.length === 0) return;
    yield rows.map((row) => encodeFrame(toEntry(row, room))).join("");
    after = Number(rows[rows.length - 1].id);
  }
}

/** A history of before knows no deletions, and is not changed by looking at it. */
function columnsOf(db: DatabaseSync): string {
  const { known } = db.prepare("SELECT count(*) AS known FROM pragma_table_info('entries') WHERE name = 'target'").get() ?? {};
  return known === 0 ? ENTRY_COLUMNS.replace(/target$/, "NULL AS target") : ENTRY_COLUMNS;
}

function roomsOf(db: DatabaseSync, only: string | undefined): { id: number; name: string }[] {
  const rows = db.prepare("SELECT id, name FROM rooms ORDER BY name").all();
  const rooms = rows.map(({ id, name }) => ({ id: Number(id), name: String(name) }));
  return rooms.filter(({ name }) => only === undefined ? name !== AUDIT_ROOM : name === only);
}
