/**
 * A history that lives as long as the server.
 *
 * @module
 */
import type { Draft, Entry } from "../../shared/protocol.ts";
import { BatchQueue } from "./batch_queue.ts";
import { digest } from "./digest.ts";
import {
  type Batch,
  DELETABLE,
  type History,
  PAGE,
  type Range,
  recordAfter,
  type Rejected,
  type RejectionCode,
  type Repeated,
  type RoomRecord,
  type Standing,
} from "./history.ts";
import { hasWords, wordsOf } from "./words.ts";

/** Entries of a room that are kept. */
export const MEMORY_ENTRIES = 1_000;
/** Drafts that wait for the hub before an append has to. */
const FULL = 4_096;

interface Kept {
  record: RoomRecord;
  /** The time of the newest entry. */
  at: number;
  /** The newest entries; up to twice as many as are promised, so that dropping the oldest is rare work. */
  entries: Entry[];
}

/**
 * The newest {@link MEMORY_ENTRIES} entries of each room. Committed is what has its place in the order.
 *
 * Left out: a ref is forgotten with its entry, though it may not be 30 days old. Nothing here is promised to last.
 */
export class MemoryHistory implements History {
  readonly epoch: string;
  readonly #rooms = new Map<string, Kept>();
  /** The entries with a ref that are kept, by owner and ref. */
  readonly #refs = new Map<string, Entry>();
  /** Under which key an entry is in {@link #refs}. */
  readonly #keys = new WeakMap<Entry, string>();
  /** What the tombstones among {@link #refs} were asked to be. */
  readonly #asked = new WeakMap<Entry, number>();
  readonly #batches = new BatchQueue();
  /** What the hub has not been offered yet. */
  #batch = emptyBatch();
  #waiting = 0;
  #closed = false;
  /** Settles when the batch under way has been taken. */
  #taken: PromiseWithResolvers<void> | undefined;

  /** @param epoch By chance, so that no two histories share it. */
  constructor(epoch: string) {
    this.epoch = epoch;
  }

  append(draft: Draft, owner?: string, by: Standing = "author"): Promise<void> | undefined {
    if (this.#closed) throw new Error(`cannot append to #${draft.room}: the history is closed`);
    const key = keyOf(owner, draft.ref);
    const original = key === undefined ? undefined : this.#refs.get(key);
    if (original !== undefined && this.#isSame(original, draft)) this.#batch.repeated.push({ draft, original });
    else if (by === "held_back") this.#batch.rejected.push({ draft, code: by });
    else if (original !== undefined) this.#batch.rejected.push({ draft, code: "ref_conflict" });
    else this.#add(draft, { key, owner, by });
    if (this.#waiting++ === 0) queueMicrotask(() => this.#flush());
    if (this.#waiting < FULL) return undefined;
    this.#taken ??= Promise.withResolvers<void>();
    return this.#taken.promise;
  }

  committed(): AsyncIterable<Batch> {
    return this.#batches.read(() => this.#flush());
  }

  rooms(): readonly RoomRecord[] {
    return Array.from(this.#rooms.values(), ({ record }) => record);
  }

  read(range: Range): Promise<readonly Entry[]> {
    const entries = this.#kept(range.room);
    const limit = Math.min(range.limit, PAGE);
    if ("after" in range) {
      const start = entries.findIndex(({ seq }) => seq > range.after);
      return Promise.resolve(start === -1 ? [] : filled(entries.slice(start, start + limit), range.characters));
    }
    const end = entries.findLastIndex(({ seq }) => seq < range.before) + 1;
    return Promise.resolve(filled(entries.slice(Math.max(0, end - limit), end).reverse(), range.characters).reverse());
  }

  search(room: string, words: string, limit: number): Promise<readonly Entry[]> {
    const wanted = wordsOf(words);
    if (wanted.length === 0) return Promise.resolve([]);
    const matches = hasWords(wanted);
    return Promise.resolve(this.#kept(room).filter(({ text }) => matches(text)).slice(-Math.min(limit, PAGE)));
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#flush();
    return Promise.resolve();
  }

  /** Offers what was appended, a batch at a time: what comes meanwhile goes together. */
  #flush(): void {
    if (this.#waiting > 0 && (this.#batches.length === 0 || this.#closed)) {
      this.#batches.push(this.#batch);
      this.#batch = emptyBatch();
      this.#waiting = 0;
      this.#taken?.resolve();
      this.#taken = undefined;
    }
    if (this.#closed) this.#batches.end();
  }

  #add(draft: Draft, { key, owner, by }: { key: string | undefined; owner: string | undefined; by: Standing }): void {
    const code = draft.type === "deleted" ? this.#bury(draft, owner, by) : undefined;
    if (code === undefined) this.#batch.entries.push(this.#place(draft, key));
    else this.#batch.rejected.push({ draft, code });
  }

  /** Leaves a tombstone of an entry; or says why not. */
  #bury({ room, target, from }: Draft, owner: string | undefined, by: Standing): RejectionCode | undefined {
    const entries = this.#rooms.get(room)?.entries ?? [];
    const at = entries.findLastIndex(({ seq }) => seq === target);
    const entry = at < entries.length - MEMORY_ENTRIES ? undefined : entries[at];
    if (entry === undefined || !DELETABLE.has(entry.type)) return "no_such_entry";
    const key = this.#keys.get(entry);
    if (by !== "op" && entry.from !== from && (key === undefined || key !== keyOf(owner, entry.ref))) return "not_yours";
    const tombstone: Entry = { ...entry, type: "tombstone", text: "" };
    entries[at] = tombstone;
    if (key === undefined) return undefined;
    this.#refs.set(key, tombstone);
    this.#keys.set(tombstone, key);
    this.#asked.set(tombstone, digest(entry));
    return undefined;
  }

  #place({ room, at, type, by, from, text, ref, target }: Draft, key: string | undefined): Entry {
    let kept = this.#rooms.get(room);
    if (!kept) this.#rooms.set(room, kept = { record: { room, head: 0, topic: "", topicSeq: 0 }, at: 0, entries: [] });
    const prev = kept.record.head;
    kept.at = Math.max(kept.at, at);
    const placed: Entry = { kind: "entry", room, seq: prev + 1, prev, at: kept.at, type, by, from, text };
    const withTarget = target === undefined ? placed : { ...placed, target };
    const entry = ref === undefined ? withTarget : { ...withTarget, ref };
    kept.record = recordAfter(entry, kept.record);
    kept.entries.push(entry);
    if (kept.entries.length >= 2 * MEMORY_ENTRIES) this.#forget(kept.entries.splice(0, MEMORY_ENTRIES));
    if (key !== undefined) {
      this.#refs.set(key, entry);
      this.#keys.set(entry, key);
    }
    return entry;
  }

  #forget(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const key = this.#keys.get(entry);
      if (key !== undefined) this.#refs.delete(key);
    }
  }

  #isSame(original: Entry, draft: Draft): boolean {
    const asked = this.#asked.get(original);
    if (asked !== undefined) return asked === digest(draft);
    return original.room === draft.room && original.type === draft.type && original.text === draft.text && original.target === draft.target;
  }

  #kept(room: string): readonly Entry[] {
    return this.#rooms.get(room)?.entries.slice(-MEMORY_ENTRIES) ?? [];
  }
}

/** The first of the entries, up to the one whose text reaches so many characters in all. */
function filled(entries: Entry[], characters = Infinity): Entry[] {
  const last = entries.findIndex(({ text }) => (characters -= text.length) <= 0);
  return last === -1 ? entries : entries.slice(0, last + 1);
}

function emptyBatch(): { entries: Entry[]; repeated: Repeated[]; rejected: Rejected[] } {
  return { entries: [], repeated: [], rejected: [] };
}

function keyOf(owner: string | undefined, ref: string | undefined): string | undefined {
  return ref === undefined || owner === undefined ? undefined : JSON.stringify([owner, ref]);
}
