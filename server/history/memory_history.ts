/**
 * A history that lives as long as the server.
 *
 * @module
 */
import type { Draft, Entry, Seq } from "../../shared/protocol.ts";
import type { History, Range } from "./history.ts";

/** Entries of a room that are kept. */
export const MEMORY_ENTRIES = 1_000;
/** Drafts that wait for the hub before an append has to. */
const FULL = 4_096;

interface Kept {
  head: Seq;
  /** The newest entries; up to twice as many as are promised, so that dropping the oldest is rare work. */
  entries: Entry[];
}

/** The newest {@link MEMORY_ENTRIES} entries of each room. Committed is what has its place in the order. */
export class MemoryHistory implements History {
  readonly #rooms = new Map<string, Kept>();
  #batch: Entry[] = [];
  #closed = false;
  /** Called when there is something for {@link committed} to look at. */
  #wake: (() => void) | undefined;
  /** Settles when the batch under way has been taken. */
  #taken: { promise: Promise<void>; resolve: () => void } | undefined;

  append(draft: Draft): Promise<void> | undefined {
    if (this.#closed) throw new Error(`cannot append to #${draft.room}: the history is closed`);
    const kept = this.#kept(draft.room);
    const entry: Entry = { kind: "entry", ...draft, seq: kept.head + 1, prev: kept.head };
    kept.head = entry.seq;
    kept.entries.push(entry);
    if (kept.entries.length >= 2 * MEMORY_ENTRIES) kept.entries = kept.entries.slice(-MEMORY_ENTRIES);
    this.#batch.push(entry);
    this.#wake?.();
    if (this.#batch.length < FULL) return undefined;
    this.#taken ??= Promise.withResolvers<void>();
    return this.#taken.promise;
  }

  async *committed(): AsyncGenerator<readonly Entry[]> {
    while (true) {
      if (this.#batch.length > 0) {
        const batch = this.#batch;
        this.#batch = [];
        this.#taken?.resolve();
        this.#taken = undefined;
        yield batch;
      } else if (this.#closed) {
        return;
      } else {
        await new Promise<void>((resolve) => this.#wake = resolve);
        this.#wake = undefined;
      }
    }
  }

  head(room: string): Seq {
    return this.#rooms.get(room)?.head ?? 0;
  }

  read({ room, after, limit }: Range): Promise<readonly Entry[]> {
    const entries = this.#rooms.get(room)?.entries.slice(-MEMORY_ENTRIES) ?? [];
    const start = entries.findIndex((entry) => entry.seq > after);
    return Promise.resolve(start === -1 ? [] : entries.slice(start, start + limit));
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#wake?.();
    return Promise.resolve();
  }

  #kept(room: string): Kept {
    let kept = this.#rooms.get(room);
    if (!kept) this.#rooms.set(room, kept = { head: 0, entries: [] });
    return kept;
  }
}
