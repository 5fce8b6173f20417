/**
 * What a history engine promises. Everything above it is the same for all of them.
 *
 * @module
 */
import type { Draft, Entry, Seq } from "../../shared/protocol.ts";

/** Which entries of a room to read: at most `limit`, the ones right after `after`. */
export interface Range {
  readonly room: string;
  readonly after: Seq;
  /** 1 to 200. */
  readonly limit: number;
}

/** The most entries that one {@link History.read} returns. */
export const PAGE = 200;

/** Keeps the entries of all rooms. */
export interface History {
  /**
   * Takes a draft.
   *
   * 1. Drafts of one room MUST be committed in the order they were appended.
   * 2. A returned promise means that the history is full: the next append MUST wait for it. This one was taken.
   */
  append(draft: Draft): Promise<void> | undefined;

  /**
   * What was committed, in batches. Iterated once, by the hub.
   *
   * 1. An entry MUST appear here once, after its commit, and never before.
   * 2. Within a room `seq` MUST rise strictly, and `prev` MUST be the seq of the entry before, 0 for the first.
   * 3. The iteration MUST end after {@link close}, when every draft has been delivered.
   */
  committed(): AsyncIterable<readonly Entry[]>;

  /** The newest entry of a room; 0 where there is none. */
  head(room: string): Seq;

  /** Committed entries, oldest first. Where the oldest are no longer kept, it begins with the oldest that is. */
  read(range: Range): Promise<readonly Entry[]>;

  /** Commits what was appended and takes no more. */
  close(): Promise<void>;
}
