/**
 * What an error of SQLite means for the history.
 *
 * @module
 */

/** Result codes of SQLite. */
const BUSY = 5;
const FULL = 13;
/** The file that coordinates readers could not grow. The database itself was not touched. */
const IOERR_SHMSIZE = 10 | 19 << 8;

/**
 * Tells the errors that pass by themselves from those after which nothing may be committed any more.
 *
 * After a failed flush the next one succeeds without having written what the first did not, so whatever is not known to be harmless breaks
 * the history.
 */
export function meaningOf(error: unknown): "full" | "busy" | "broken" {
  const code = errcode(error);
  if (code === undefined) return "broken";
  if ((code & 0xff) === FULL || code === IOERR_SHMSIZE) return "full";
  return (code & 0xff) === BUSY ? "busy" : "broken";
}

/** The error in a few words, with SQLite's own code where it has one. */
export function describe(error: unknown): string {
  const code = errcode(error);
  const text = error instanceof Error ? error.message : String(error);
  return code === undefined ? text : `${text} (SQLite error ${code})`;
}

/** What an owner should do about a broken database, as the end of a sentence. */
export function whatToDo(file: string): string {
  return `Nothing more is saved. Check the disk, then start again; if that fails, rescue what can be read with: ` +
    `sqlite3 "${file}" .recover | sqlite3 rescued.db`;
}

function errcode(error: unknown): number | undefined {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number" ? error.errcode : undefined;
}
