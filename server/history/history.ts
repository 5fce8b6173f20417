/**
 * What a history engine promises. Everything above it is the same for all of them.
 *
 * @module
 */
import type { Draft, Entry, EntryType, RefusalCode, Seq } from "../../shared/protocol.ts";

/** What a search found, oldest first. */
export interface Found {
  readonly entries: readonly Entry[];
  /** False where the search ended early: there may be older ones. */
  readonly complete: boolean;
}

/** A page of a room: at most `limit` entries, right after a seq or right before one. */
export type Range =
  & {
    readonly room: string;
    /** 1 to {@link PAGE}. */
    readonly limit: number;
    /** Characters of text in all: the entry that reaches that is the last one read. Default: no bound. */
    readonly characters?: number;
  }
  & ({ readonly after: Seq } | { readonly before: Seq });

/** The most entries that one {@link History.read} or {@link History.search} returns. */
export const PAGE = 200;

/** A room as its history knows it. */
export interface RoomRecord {
  readonly room: string;
  /** The newest entry. */
  readonly head: Seq;
  /** The text of the newest entry of type `topic`; empty where there is none. */
  readonly topic: string;
  /** The seq of that entry; 0 where there is none. */
  readonly topicSeq: Seq;
  /** Set where none of its entries was kept any more when the history was opened. */
  readonly empty?: boolean;
}

/** A room once an entry is in it; `before` is what it was. */
export function recordAfter({ room, seq, type, text, target }: Entry, before?: RoomRecord): RoomRecord {
  if (type === "topic") return { room, head: seq, topic: text, topicSeq: seq };
  const { topic, topicSeq } = before ?? { topic: "", topicSeq: 0 };
  if (type === "deleted" && target === topicSeq) return { room, head: seq, topic: "", topicSeq: 0 };
  return { room, head: seq, topic, topicSeq };
}

/** A draft that became no entry, and why. */
export interface Rejected {
  readonly draft: Draft;
  readonly code: RejectionCode;
}

/** Why a draft became no entry. */
export type RejectionCode = Extract<RefusalCode, "ref_conflict" | "storage_full" | "no_such_entry" | "not_yours"> | "held_back";

/** The types of what can be deleted. An announcement is from the server: an op deletes it, and nobody else. */
export const DELETABLE: ReadonlySet<unknown> = new Set<EntryType>(["said", "topic", "announcement"]);

/** Who a draft comes from: somebody who may talk; somebody who keeps order; somebody who may not talk now, who can only repeat what was committed. */
export type Standing = "author" | "op" | "held_back";

/** A draft whose `ref` had been committed before: nothing was stored again. */
export interface Repeated {
  readonly draft: Draft;
  /** The entry as it was committed the first time. */
  readonly original: Entry;
}

/** What became of the drafts that were committed together. Every appended draft MUST appear in exactly one batch, once. */
export interface Batch {
  /** New entries, each room's in order. */
  readonly entries: readonly Entry[];
  readonly repeated: readonly Repeated[];
  readonly rejected: readonly Rejected[];
}

/** The history is broken: nothing more was or will be committed. Its message names the file, the error and what to do. */
export class StorageBroken extends Error {
  override readonly name = "StorageBroken";
}

/** Keeps the entries of all rooms. */
export interface History {
  /** Names this history: another history, even in the same place, has another epoch. Cursors are good within one epoch only. */
  readonly epoch: string;

  /**
   * Takes a draft.
   *
   * 1. Drafts of one room MUST be committed in the order they were appended.
   * 2. A returned promise means that the history is full: the next append MUST wait for it. This one was taken.
   * 3. A draft with `ref` and `owner` (the hash that identifies a client's installation) MUST be committed once: the same `ref` of
   *    the same `owner` again is {@link Repeated} when room, type and text are the same, else {@link Rejected} with `ref_conflict`. That is
   *    remembered as long as the entry, and at least 30 days. For a deletion the target counts as the text.
   * 4. A draft of type `deleted` MUST, in the commit that makes it an entry, leave a tombstone of its target: type `tombstone`, without a text and
   *    a topic no more, its place, author and time as they were. Its text MUST NOT be found by a search or a read from then on, and soon not on
   *    the disk. It is {@link Rejected} with `no_such_entry` when the target is not kept, or is none of {@link DELETABLE}; with `not_yours` when
   *    the target is somebody else's: another session's, whose `ref` is not the same owner's, unless an `op` asks.
   * 5. A draft of somebody `held_back` MUST NOT become an entry: it is {@link Repeated} as in 3, else {@link Rejected} with `held_back`.
   *
   * @param by Default: `author`.
   */
  append(draft: Draft, owner?: string, by?: Standing): Promise<void> | undefined;

  /**
   * What became of what was appended. Iterated once, by the hub.
   *
   * 1. An entry MUST appear here once, after its commit, and never before.
   * 2. Within a room `seq` MUST rise strictly, and `prev` MUST be the seq of the entry before, 0 for the first; `at` MUST NOT fall.
   * 3. The iteration MUST end after {@link close}, when every draft has appeared; it throws {@link StorageBroken} when that cannot be.
   */
  committed(): AsyncIterable<Batch>;

  /** Every room that has an entry, as committed. */
  rooms(): readonly RoomRecord[];

  /** Committed entries, oldest first. Where the oldest are no longer kept, `after` begins with the oldest that is. */
  read(range: Range): Promise<readonly Entry[]>;

  /**
   * The newest entries of a room whose text has every one of the words. Words are taken as they are, whatever they hold. One that takes too long,
   * which no search of what people say does, and one that is under way at {@link close}, ends with what it has found.
   */
  search(room: string, words: string, limit: number): Promise<Found>;

  /** Commits what was appended and takes no more. */
  close(): Promise<void>;
}
