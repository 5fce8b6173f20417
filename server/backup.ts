/**
 * `chat backup`: a copy of the history, as it is at one instant, whether or not a server runs.
 *
 * Row by row: not every version of the runtime has SQLite's own backup, or lets a connection attach the second file that `VACUUM INTO` needs.
 *
 * @module
 */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { EXIT, type ExitCode, Fatal } from "../shared/exit.ts";
import { DATABASE, openDatabase, openReadOnly } from "./history/open_database.ts";
import { COPIED, MIGRATIONS } from "./history/sqlite_schema.ts";
import { transactor } from "./history/transactor.ts";

/** Rows that are written together. */
const ROWS = 10_000;

/**
 * Copies the history in `folder` to `file`, which must not exist. To restore it, put it into an empty data folder as `chat.db`.
 *
 * The copy is another history than the one it was made from, so it has another epoch: clients that saw what came after begin anew.
 * Throws {@link Fatal} when it cannot; then there is no `file`.
 */
export async function backup(folder: string, file: string): Promise<ExitCode> {
  const partial = `${file}.partial`;
  const source = openReadOnly(`${folder}/${DATABASE}`);
  try {
    if (await isThere(file)) throw existing(file);
    await reserving(partial, async () => {
      copy(source, partial);
      await sync(partial);
      await publish(partial, file);
    });
  } catch (error) {
    if (error instanceof Fatal) throw error;
    throw new Fatal(EXIT.ioError, `Cannot back up to ${file}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    source.close();
  }
  return EXIT.ok;
}

/** Does some work with an empty file that only its owner reads, and that is there for nobody else to make; without it when the work fails. */
async function reserving(file: string, work: () => Promise<void>): Promise<void> {
  try {
    (await Deno.open(file, { createNew: true, write: true, mode: 0o600 })).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    throw existing(file);
  }
  try {
    await work();
  } catch (error) {
    for (const name of [file, `${file}-wal`, `${file}-shm`]) await remove(name);
    throw error;
  }
}

function existing(file: string): Fatal {
  return new Fatal(EXIT.failure, `${file} exists and is left as it is. Name a file that does not, or remove it`);
}

async function isThere(file: string): Promise<boolean> {
  return await Deno.lstat(file).then(() => true, (error) => {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  });
}

/** Gives a whole copy its name, which nobody sees before; nothing that has the name by now is written over. */
async function publish(partial: string, file: string): Promise<void> {
  try {
    await Deno.link(partial, file);
  } catch {
    if (await isThere(file)) throw existing(file);
    // Some disks, such as USB sticks, have no links; whatever else is wrong is wrong here too.
    return await Deno.rename(partial, file);
  }
  await remove(partial);
}

async function remove(file: string): Promise<void> {
  try {
    await Deno.remove(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Copies what a reader sees at one instant: the transaction keeps it so. */
function copy(source: DatabaseSync, file: string): void {
  source.exec("BEGIN");
  const version = Number(source.prepare("PRAGMA user_version").get()?.user_version);
  const target = openDatabase(file, MIGRATIONS.slice(0, version));
  try {
    for (const table of COPIED) copyTable(source, target, table);
    target.exec("UPDATE rooms SET indexed = floor");
  } finally {
    target.close();
  }
}

function copyTable(source: DatabaseSync, target: DatabaseSync, table: string): void {
  const transact = transactor(target);
  const columns = source.prepare(`SELECT name FROM pragma_table_info('${table}')`).all().map(({ name }) => `"${name}"`);
  const insert = target.prepare(`INSERT INTO ${table} (${columns}) VALUES (${columns.map(() => "?")})`);
  const rows = source.prepare(`SELECT ${columns} FROM ${table}`).iterate();
  for (let more = true; more;) {
    transact(() => {
      for (let i = 0; i < ROWS && more; i++) {
        const { done, value } = rows.next();
        more = !done;
        if (!done) insert.run(...Object.values(value as Record<string, SQLOutputValue>));
      }
    });
  }
}

/** The copy is on the disk before it has its name. */
async function sync(file: string): Promise<void> {
  using written = await Deno.open(file, { write: true });
  await written.sync();
}
