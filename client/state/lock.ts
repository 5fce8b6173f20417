/**
 * Locks between processes.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";

/**
 * Takes a lock, which the operating system gives back when the process ends, however it ends. `undefined`: another has it.
 *
 * The lock is an exclusive transaction on a database without content: what Deno itself has cannot be tried without waiting before Deno 2.9.
 *
 * @param waitMs How long to wait for whoever has it, blocking the process.
 * @throws {Error} When nothing can be locked there.
 */
export function takeLock(path: string, waitMs = 0): Disposable | undefined {
  makeFile(path);
  const db = new DatabaseSync(path);
  try {
    // In memory: otherwise there is a file beside it, for a rollback that never comes.
    db.exec(`PRAGMA busy_timeout = ${waitMs}; PRAGMA journal_mode = MEMORY`);
    db.prepare("BEGIN EXCLUSIVE").run();
  } catch (error) {
    db.close();
    if (error instanceof Error && error.message.includes("locked")) return undefined;
    throw error;
  }
  return { [Symbol.dispose]: () => db.close() };
}

/** SQLite would make it readable for all. One that is there is not opened: closing it would give back a lock that this process has on it. */
function makeFile(path: string): void {
  try {
    Deno.openSync(path, { write: true, createNew: true, mode: 0o600 }).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}
