/**
 * What is left of an entry that was deleted.
 *
 * @module
 */
import type { Entry } from "../shared/protocol.ts";

/** The entry's tombstone, as the server has it from then on. */
export function buried(entry: Entry): Entry {
  return { ...entry, type: "tombstone", text: "" };
}
