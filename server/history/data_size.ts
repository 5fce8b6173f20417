/**
 * How much room a history takes on disk.
 *
 * @module
 */
import { DATABASE } from "./open_database.ts";

/** The bytes of a history's files, the log of what is not in the database yet included. A file that is not there has none. */
export async function dataSize(folder: string): Promise<number> {
  const sizes = await Promise.all([DATABASE, `${DATABASE}-wal`].map((name) => sizeOf(`${folder}/${name}`)));
  return sizes.reduce((sum, size) => sum + size);
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch {
    return 0; // A figure is nothing to fail for.
  }
}
