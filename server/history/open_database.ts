/**
 * Opens the history's database.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { EXIT, type ExitCode, Fatal } from "../../shared/exit.ts";
import { describe } from "./sqlite_error.ts";
import { APPLICATION_ID, MIGRATIONS } from "./sqlite_schema.ts";
import { transactor } from "./transactor.ts";

/** The database's name within its data folder. */
export const DATABASE = "chat.db";

/** What a connection is set to, each read back: the defaults differ between versions of the runtime. */
const PRAGMAS: Readonly<Record<string, string | number>> = {
  busy_timeout: 50,
  journal_mode: "wal",
  /** FULL: a commit is on the disk before it is one. */
  synchronous: 2,
  /** These two say so to macOS as well, where a plain fsync stops at the disk's cache. */
  fullfsync: 1,
  checkpoint_fullfsync: 1,
  foreign_keys: 1,
  trusted_schema: 0,
  /** What is removed is overwritten. */
  secure_delete: 1,
  cell_size_check: 1,
  temp_store: 2,
  /** An I/O error while reading a mapped page would be a signal, not an error. */
  mmap_size: 0,
  /** KiB, by the sign. */
  cache_size: -16_000,
  /** Pages in the write-ahead log after which a commit moves them to the database: about 4 MB. */
  wal_autocheckpoint: 1_000,
  /** Bytes to which the log is cut when something, such as a backup, has let it grow. */
  journal_size_limit: 16_777_216,
};

/**
 * Opens a database for the one process that writes it, made or brought to the current schema version where needed.
 *
 * Throws {@link Fatal} when it cannot be used; one that this version does not understand has not been touched then.
 *
 * @param steps What leads to the current schema version.
 */
export function openDatabase(file: string, steps: readonly string[] = MIGRATIONS): DatabaseSync {
  try {
    if (isMade(file)) checkVersion(file, steps.length);
    else makePrivate(file);
    return ready(file, steps);
  } catch (error) {
    throw error instanceof Fatal ? error : cannotOpen(file, error);
  }
}

/** Opens a database to read it beside the process that writes it. Throws {@link Fatal} when it cannot. */
export function openReadOnly(file: string): DatabaseSync {
  try {
    if (!isMade(file)) throw new Fatal(EXIT.ioError, `${file}: there is no history. Name its folder with --data`);
    checkVersion(file, MIGRATIONS.length);
    const db = openToLook(file);
    db.exec("PRAGMA busy_timeout = 5000");
    return db;
  } catch (error) {
    throw error instanceof Fatal ? error : cannotOpen(file, error);
  }
}

function isMade(file: string): boolean {
  return exists(file) && Deno.statSync(file).size > 0;
}

function exists(file: string): boolean {
  try {
    Deno.statSync(file);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** SQLite gives its other files the rights of the database. Not called on an open one: closing a file drops the process's locks on it. */
function makePrivate(file: string): void {
  Deno.openSync(file, { create: true, write: true, mode: 0o600 }).close();
}

/** Looks without writing, so that what is not ours stays as it is. */
function checkVersion(file: string, known: number): void {
  const db = openToLook(file);
  try {
    const id = pragma(db, "application_id");
    const version = pragma(db, "user_version");
    // Power may have gone between the file and its first tables.
    const empty = id === 0 && db.prepare("SELECT 1 FROM sqlite_schema").get() === undefined;
    if (id !== APPLICATION_ID && !empty) throw new Fatal(EXIT.ioError, `${file}: this is not a history of chat, and was left alone`);
    if (Number(version) > known) {
      const text = `${file}: a newer chat made this history (version ${version}, this one knows ${known}), and it was left alone`;
      throw new Fatal(EXIT.ioError, `${text}. Use that chat, or another folder with --data`);
    }
  } finally {
    db.close();
  }
}

/**
 * Opens a database that is only read. Where a log is beside it, a connection that may write would move it into the database on closing; where
 * there is none, one that may not write would leave an empty one behind.
 */
function openToLook(file: string): DatabaseSync {
  return new DatabaseSync(file, { readOnly: exists(`${file}-wal`) });
}

function ready(file: string, steps: readonly string[]): DatabaseSync {
  if (Deno.build.os !== "windows") Deno.chmodSync(file, 0o600);
  const db = new DatabaseSync(file);
  try {
    for (const [name, value] of Object.entries(PRAGMAS)) {
      db.exec(`PRAGMA ${name} = ${value}`);
      const set = pragma(db, name);
      if (set !== value) throw new Fatal(EXIT.ioError, `${file}: cannot set ${name} to ${value}: it is ${set}`);
    }
    migrate(db, steps);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function migrate(db: DatabaseSync, steps: readonly string[]): void {
  const version = Number(pragma(db, "user_version"));
  if (version === steps.length) return;
  transactor(db)(() => {
    for (const step of steps.slice(version)) db.exec(step);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    db.exec(`PRAGMA user_version = ${steps.length}`);
  });
}

function pragma(db: DatabaseSync, name: string): unknown {
  const row = db.prepare(`PRAGMA ${name}`).get();
  return row && Object.values(row)[0];
}

function cannotOpen(file: string, error: unknown): Fatal {
  const text = describe(error);
  const denied = error instanceof Deno.errors.PermissionDenied || /readonly|read-only|unable to open|os error 30/i.test(text);
  const code: ExitCode = denied ? EXIT.noPermission : EXIT.ioError;
  const advice = denied ? "Its folder and files must be yours to write; or choose another with --data" : "Check the disk";
  return new Fatal(code, `${file}: cannot open the history: ${text}. ${advice}`);
}
