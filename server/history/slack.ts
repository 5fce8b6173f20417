/**
 * Overwrites what SQLite leaves behind in its file.
 *
 * `secure_delete` overwrites what is removed where it stands. It does not overwrite the copies that stay behind between a page's pointers and
 * its cells when SQLite moves cells to another page. Nothing ever reads those bytes, but whoever opens the file with another program may.
 *
 * @module
 */

/** Bytes that are read at a time; a multiple of every page size. */
const CHUNK = 1 << 20;
/** Bytes that are looked at while nothing is committed: about 30 ms. */
const SLICE_BYTES = 16 * CHUNK;
/** Where a page's own header begins on the first page, behind that of the file. */
const FILE_HEADER = 100;

/**
 * The bytes of a page of a b-tree that belong to nothing, as where they begin and end; `undefined` for any other page.
 *
 * See "B-tree Pages" in https://sqlite.org/fileformat2.html.
 *
 * @param first Whether it is the file's first page.
 *
 * @example
 * ```ts
 * import { slackOf } from "./slack.ts";
 * import { assertEquals } from "@std/assert";
 *
 * // A leaf of a table with one cell, which begins at 500.
 * const page = new Uint8Array(512);
 * page.set([0x0d, 0, 0, 0, 1, 500 >> 8, 500 & 255]);
 * assertEquals(slackOf(page, false), [10, 500]);
 * assertEquals(slackOf(new Uint8Array(512), false), undefined);
 * ```
 */
export function slackOf(page: Uint8Array, first: boolean): readonly [begin: number, end: number] | undefined {
  const at = first ? FILE_HEADER : 0;
  const type = page[at];
  const isLeaf = type === 0x0a || type === 0x0d;
  if (!isLeaf && type !== 0x02 && type !== 0x05) return undefined;
  const begin = at + (isLeaf ? 8 : 12) + 2 * number16(page, at + 3);
  const end = number16(page, at + 5) || 65_536;
  return begin <= end && end <= page.length ? [begin, end] : undefined;
}

/**
 * Overwrites the slack of the pages in one slice of a database, of {@link SLICE_BYTES}; returns where the next begins, `undefined` after the last.
 *
 * All of the log has to have been moved into the file before, nothing may be written meanwhile, and SQLite must have no page in memory. A reader
 * beside it sees nothing of it.
 *
 * @param from Where the slice begins: 0, or what was returned for the one before.
 */
export function wipeSlack(file: Deno.FsFile, from: number): number | undefined {
  const chunk = new Uint8Array(CHUNK);
  const size = pageSize(file);
  if (size === 0) return undefined;
  let start = from;
  for (; start < from + SLICE_BYTES; start += CHUNK) {
    const length = readAt(file, start, chunk);
    for (let at = 0; at + size <= length; at += size) {
      const page = chunk.subarray(at, at + size);
      const slack = slackOf(page, start + at === 0);
      if (slack === undefined || page.subarray(...slack).every((byte) => byte === 0)) continue;
      writeAt(file, start + at + slack[0], new Uint8Array(slack[1] - slack[0]));
    }
    if (length === CHUNK) continue;
    file.syncDataSync();
    return undefined;
  }
  file.syncDataSync();
  return start;
}

/** The size of a database's pages; 0 where pages are of more kinds than {@link slackOf} knows, as with `auto_vacuum`. */
function pageSize(file: Deno.FsFile): number {
  const head = new Uint8Array(FILE_HEADER);
  readAt(file, 0, head);
  const size = number16(head, 16) === 1 ? 65_536 : number16(head, 16);
  const vacuums = head.subarray(52, 56).some((byte) => byte !== 0);
  return vacuums ? 0 : size;
}

function number16(bytes: Uint8Array, at: number): number {
  return bytes[at] << 8 | bytes[at + 1];
}

/** Reads as much as there is. */
function readAt(file: Deno.FsFile, offset: number, bytes: Uint8Array): number {
  file.seekSync(offset, Deno.SeekMode.Start);
  let length = 0;
  while (length < bytes.length) {
    const read = file.readSync(bytes.subarray(length));
    if (read === null) break;
    length += read;
  }
  return length;
}

function writeAt(file: Deno.FsFile, offset: number, bytes: Uint8Array): void {
  file.seekSync(offset, Deno.SeekMode.Start);
  for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
}
