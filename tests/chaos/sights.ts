/**
 * What each reader has seen of each room, across all its connections.
 *
 * @module
 */
import type { Seq } from "../../shared/protocol.ts";
import { entryOf } from "./findings.ts";

/** One reader's view of one room: the newest entry that it has seen. */
export interface Sight {
  cursor: Seq;
}

/** Every reader's views. */
export class Sights {
  readonly #readers = new Map<string, Map<string, Sight>>();

  /** A reader's view of a room; where it has none yet, it begins after the entry `from`. */
  of(reader: string, room: string, from: Seq): Sight {
    return entryOf(entryOf(this.#readers, reader, () => new Map<string, Sight>()), room, () => ({ cursor: from }));
  }

  /** A reader looks at a room no more. */
  end(reader: string, room: string): void {
    this.#readers.get(reader)?.delete(room);
  }

  /** Whether everybody has seen the newest entry of each room they look at. */
  complete(heads: ReadonlyMap<string, Seq>): boolean {
    return [...this.#readers.values()].every((rooms) => [...rooms].every(([room, { cursor }]) => cursor >= (heads.get(room) ?? 0)));
  }
}
