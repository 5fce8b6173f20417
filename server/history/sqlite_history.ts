/**
 * A history on disk. This is the event loop's side: it collects drafts while the worker commits, so that one flush of the disk is for all
 * that came meanwhile, and nothing here waits for a disk.
 *
 * @module
 */
import { Fatal } from "../../shared/exit.ts";
import type { Draft, Entry, Seq } from "../../shared/protocol.ts";
import { BatchQueue } from "./batch_queue.ts";
import {
  type Batch,
  type Found,
  type History,
  type Range,
  recordAfter,
  type Rejected,
  type Repeated,
  type RoomRecord,
  type Standing,
  StorageBroken,
} from "./history.ts";
import { DEFAULT_RETENTION, type Retention } from "./retention.ts";
import type { Answer, Appended, CannotOpen, Committed, DraftValue, Opened, Original, Request } from "./sqlite_messages.ts";

/** Drafts that are committed together at most. */
const BATCH = 4_096;
/** Drafts that wait to be committed before an append has to. */
const FULL = 8_192;

/** How a history is kept. */
export interface SqliteOptions {
  /** What is kept of a room. Default: {@link DEFAULT_RETENTION}. */
  readonly retention?: Retention;
}

/** Entries in a SQLite database. */
export class SqliteHistory implements History {
  readonly epoch: string;
  readonly #worker: Worker;
  readonly #rooms = new Map<string, RoomRecord>();
  readonly #batches = new BatchQueue();
  #waiting: Appended[] = [];
  /** What the worker is committing. */
  #inFlight: readonly Appended[] | undefined;
  #flushing = false;
  #closed = false;
  #broken: StorageBroken | undefined;
  /** Settles when there is room for drafts again. */
  #room: PromiseWithResolvers<void> | undefined;
  readonly #asked = new Map<number, PromiseWithResolvers<Found>>();
  #nextId = 1;
  /** Settles when the worker is done: closed, or broken. */
  readonly #over = Promise.withResolvers<void>();

  private constructor(worker: Worker, { epoch, rooms }: Opened) {
    this.epoch = epoch;
    this.#worker = worker;
    for (const record of rooms) this.#rooms.set(record.room, record);
    worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#take(data);
    worker.onerror = (event) => {
      // Or the error ends the process.
      event.preventDefault();
      this.#break(`the history is broken: ${event.message}`);
    };
  }

  /** Opens the history in a folder, which nobody else may have open (`lockDataFolder`). Throws {@link Fatal} when it cannot. */
  static async open(folder: string, { retention = DEFAULT_RETENTION }: SqliteOptions = {}): Promise<SqliteHistory> {
    const worker = new Worker(new URL("./sqlite_worker.ts", import.meta.url), { type: "module", name: "history" });
    const { promise, resolve, reject } = Promise.withResolvers<Opened | CannotOpen>();
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(`cannot open the history in ${folder}: ${event.message}`));
    };
    worker.postMessage({ kind: "open", folder, retention } satisfies Request);
    try {
      const opened = await promise;
      if (opened.kind === "opened") return new SqliteHistory(worker, opened);
      throw new Fatal(opened.code, opened.text);
    } catch (error) {
      worker.terminate();
      throw error;
    }
  }

  append(draft: Draft, owner?: string, by: Standing = "author"): Promise<void> | undefined {
    if (this.#closed) throw new Error(`cannot append to #${draft.room}: the history is closed`);
    // Whoever iterates hears of it.
    if (this.#broken) return undefined;
    this.#waiting.push({ draft, owner, by });
    if (!this.#flushing && this.#inFlight === undefined) {
      this.#flushing = true;
      queueMicrotask(() => this.#flush());
    }
    if (this.#waiting.length < FULL) return undefined;
    this.#room ??= Promise.withResolvers<void>();
    return this.#room.promise;
  }

  committed(): AsyncIterable<Batch> {
    return this.#batches.read(() => this.#flush());
  }

  rooms(): readonly RoomRecord[] {
    return [...this.#rooms.values()];
  }

  async read(range: Range): Promise<readonly Entry[]> {
    const { entries } = await this.#ask((id) => ({ kind: "read", id, range }));
    return entries;
  }

  search(room: string, words: string, limit: number): Promise<Found> {
    return this.#ask((id) => ({ kind: "search", id, room, words, limit }));
  }

  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#flush();
    }
    await this.#over.promise;
  }

  /** Sends what waits, unless a batch is under way or nobody takes what was committed. */
  #flush(): void {
    this.#flushing = false;
    if (this.#broken || this.#inFlight !== undefined || this.#batches.length > 1 && !this.#closed) return;
    if (this.#waiting.length === 0) {
      if (this.#closed) this.#worker.postMessage({ kind: "close" } satisfies Request);
      return;
    }
    this.#inFlight = this.#waiting.splice(0, BATCH);
    const values: DraftValue[] = [];
    for (const { draft, owner, by } of this.#inFlight) {
      const special = by === "held_back" ? by : draft.target === undefined ? undefined : { target: draft.target, by };
      values.push(draft.room, draft.at, draft.type, draft.by, draft.from, draft.text, draft.ref, owner, special);
    }
    this.#worker.postMessage({ kind: "commit", values } satisfies Request);
    if (this.#waiting.length >= FULL) return;
    this.#room?.resolve();
    this.#room = undefined;
  }

  #take(answer: Answer): void {
    switch (answer.kind) {
      case "committed":
        return this.#settle((drafts) => this.#batch(drafts, answer));
      case "full":
        return this.#settle((drafts) => ({
          entries: [],
          repeated: [],
          rejected: drafts.map(({ draft }) => ({ draft, code: "storage_full" })),
        }));
      case "found":
        this.#asked.get(answer.id)?.resolve(answer);
        this.#asked.delete(answer.id);
        return;
      case "broken":
        return this.#break(answer.text);
      case "closed":
        this.#batches.end();
        return this.#end(new Error("the history is closed"));
      case "opened":
      case "cannot open":
        throw new Error(`unexpected answer "${answer.kind}" of the history's worker`);
      default:
        answer satisfies never;
    }
  }

  #settle(outcome: (drafts: readonly Appended[]) => Batch): void {
    const drafts = this.#inFlight ?? [];
    this.#inFlight = undefined;
    // The worker first: it commits while the batch is looked at.
    this.#flush();
    this.#batches.push(outcome(drafts));
  }

  #batch(drafts: readonly Appended[], { places, repeated, rejected }: Committed): Batch {
    const entries: Entry[] = [];
    for (let i = 0; i < drafts.length; i++) {
      const seq = places[2 * i];
      if (seq === 0) continue;
      const entry = toEntry(drafts[i].draft, seq, places[2 * i + 1]);
      entries.push(entry);
      this.#rooms.set(entry.room, recordAfter(entry, this.#rooms.get(entry.room)));
    }
    return {
      entries,
      repeated: repeated.map((original): Repeated => ({
        draft: drafts[original.index].draft,
        original: toOriginal(drafts[original.index].draft, original),
      })),
      rejected: rejected.map(({ index, code }): Rejected => ({ draft: drafts[index].draft, code })),
    };
  }

  #ask(request: (id: number) => Request): Promise<Found> {
    if (this.#broken) return Promise.reject(this.#broken);
    if (this.#closed) return Promise.reject(new Error("cannot read: the history is closed"));
    const id = this.#nextId++;
    const asked = Promise.withResolvers<Found>();
    this.#asked.set(id, asked);
    this.#worker.postMessage(request(id));
    return asked.promise;
  }

  #break(text: string): void {
    this.#broken ??= new StorageBroken(text);
    this.#batches.end(this.#broken);
    this.#room?.resolve();
    this.#end(this.#broken);
  }

  /** The worker's thread keeps the process alive until it is terminated. */
  #end(why: Error): void {
    this.#worker.terminate();
    for (const asked of this.#asked.values()) asked.reject(why);
    this.#asked.clear();
    this.#over.resolve();
  }
}

function toEntry({ room, type, by, from, text, ref, target }: Draft, seq: Seq, at: number): Entry {
  const entry: Entry = { kind: "entry", room, seq, prev: seq - 1, at, type, by, from, text };
  const withTarget = target === undefined ? entry : { ...entry, target };
  return ref === undefined ? withTarget : { ...withTarget, ref };
}

/** What retention has removed is known by its digest only, and that is the draft's. */
function toOriginal(draft: Draft, { seq, at, kept }: Original): Entry {
  return { ...toEntry(draft, seq, at), ...kept };
}
