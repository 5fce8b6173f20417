/**
 * A history that lives as long as the server.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { Draft, Entry, Seq } from "../../shared/protocol.ts";
import { Semaphore } from "../semaphore.ts";
import { BatchQueue } from "./batch_queue.ts";
import { digest } from "./digest.ts";
import {
  type Batch,
  DELETABLE,
  type Found,
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
/** Bytes that the entries of all rooms take up at most. */
const MEMORY_BYTES = 256 * 1024 * 1024;
/** Bytes that an entry takes up beside its text, with all that is remembered of it. */
const ENTRY_BYTES = 512;
/** Characters of text that a search looks at before others have their turn. */
const TURN_CHARACTERS = 1_024;
/** Drafts that wait for the hub before an append has to. */
const FULL = 4_096;

interface Kept {
  record: RoomRecord;
  /** The time of the newest entry. */
  at: number;
  /** The newest entries; up to twice as many as are promised, so that dropping the oldest is rare work. Their seqs follow one upon the other. */
  entries: Entry[];
}

/** How much a history in memory holds. */
export interface MemoryOptions {
  /** Bytes that the entries of all rooms take up at most, roughly. Default: 256 MiB. */
  readonly bytes?: number;
}

/**
 * The newest {@link MEMORY_ENTRIES} entries of each room, and 256 MiB of all rooms: beyond that the oldest entries are dropped of the room that was
 * quiet longest. Committed is what has its place in the order.
 *
 * Left out: a ref is forgotten with its entry, though it may not be 30 days old. Nothing here is promised to last.
 */
export class MemoryHistory implements History {
  readonly epoch: string;
  readonly #rooms = new Map<string, Kept>();
  readonly #most: number;
  /** Bytes that the entries take up. */
  #bytes = 0;
  /** The rooms that have entries, the one that was quiet longest first. */
  readonly #talking = new Set<Kept>();
  /** The room of the newest entry. */
  #newest: Kept | undefined;
  /** One at a time: the event loop has other things to do. */
  readonly #searches = new Semaphore(1);
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
  constructor(epoch: string, { bytes = MEMORY_BYTES }: MemoryOptions = {}) {
    this.epoch = epoch;
    this.#most = bytes;
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

  async search(room: string, words: string, limit: number): Promise<Found> {
    const wanted = wordsOf(words);
    const kept = this.#rooms.get(room);
    if (wanted.length === 0 || kept === undefined) return { entries: [], complete: true };
    const matches = hasWords(wanted);
    const { entries, complete } = await this.#searches.pass(() => this.#look(kept, matches, Math.min(limit, PAGE)));
    // What was deleted meanwhile is not found.
    return { entries: entries.filter((entry) => entryAt(kept, entry.seq) === entry), complete };
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

  /** The newest entries that match, oldest first. Others have their turn between; once the history is closed, it is over. */
  async #look(kept: Kept, matches: (text: string) => boolean, limit: number): Promise<Found> {
    const found: Entry[] = [];
    const { head } = kept.record;
    let characters = 0;
    for (let seq = head; seq > head - MEMORY_ENTRIES; seq--) {
      if (this.#closed) return { entries: found.reverse(), complete: false };
      const entry = entryAt(kept, seq);
      if (entry === undefined) break;
      if (matches(entry.text) && found.push(entry) === limit) break;
      characters += entry.text.length;
      if (characters < TURN_CHARACTERS) continue;
      characters = 0;
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    return { entries: found.reverse(), complete: true };
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
    // A topic is told to everybody, though its entry may be kept no more.
    const topicSeq = this.#rooms.get(room)?.record.topicSeq ?? 0;
    if (entry === undefined && topicSeq > 0 && target === topicSeq && by === "op") return undefined;
    if (entry === undefined || !DELETABLE.has(entry.type)) return "no_such_entry";
    const key = this.#keys.get(entry);
    if (by !== "op" && entry.from !== from && (key === undefined || key !== keyOf(owner, entry.ref))) return "not_yours";
    const tombstone: Entry = { ...entry, type: "tombstone", text: "" };
    entries[at] = tombstone;
    this.#bytes -= bytesOf(entry) - bytesOf(tombstone);
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
    this.#bytes += bytesOf(entry);
    if (this.#newest !== kept) {
      this.#talking.delete(kept);
      this.#talking.add(kept);
      this.#newest = kept;
    }
    while (this.#bytes > this.#most) this.#dropOldest();
    return entry;
  }

  /** Drops the oldest entry of the room that was quiet longest. Whoever reads on there is told that something is missing. */
  #dropOldest(): void {
    const [quiet] = this.#talking;
    const oldest = quiet.entries.shift();
    if (oldest !== undefined) this.#forget([oldest]);
    if (quiet.entries.length > 0) return;
    this.#talking.delete(quiet);
    if (this.#newest === quiet) this.#newest = undefined;
  }

  #forget(entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.#bytes -= bytesOf(entry);
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

function entryAt({ entries }: Kept, seq: Seq): Entry | undefined {
  return entries.length === 0 ? undefined : entries[seq - entries[0].seq];
}

/** What an entry takes up, roughly; a character that is not of Latin-1 takes two bytes. */
function bytesOf({ text }: Entry): number {
  return ENTRY_BYTES + 2 * text.length;
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
