/**
 * What the two sides of the SQLite engine say to each other: `sqlite_history.ts` on the event loop, `sqlite_worker.ts` off it.
 *
 * @module
 */
import type { Draft, Entry, EntryType, Seq } from "../../shared/protocol.ts";
import type { ExitCode } from "../../shared/exit.ts";
import type { Range, RejectionCode, RoomRecord, Standing } from "./history.ts";
import type { Retention } from "./retention.ts";

/** A draft on its way to be committed. */
export interface Appended {
  readonly draft: Draft;
  readonly owner: string | undefined;
  readonly by: Standing;
}

/** What a draft of type `deleted` is about. */
export interface Deletion {
  readonly target: Seq;
  readonly by: Exclude<Standing, "held_back">;
}

/** How many values stand for one draft in {@link Commit.values}. */
export const DRAFT_WIDTH = 9;

/** What a draft is made of. */
export type DraftValue = string | number | Deletion | undefined;

/**
 * Drafts as one flat list: room, at, type, by, from, text, ref, owner, deletion, room, ... It costs the event loop half of what objects do. In the
 * place of the deletion stands `"held_back"` where the author is.
 */
export type DraftValues = readonly DraftValue[];

/** Opens the database; the first message, answered by {@link Opened} or {@link CannotOpen}. */
export interface Open {
  readonly kind: "open";
  readonly folder: string;
  readonly retention: Retention;
}

/** Commits drafts together; answered by {@link Committed} or {@link Full}. The next one waits for that. */
export interface Commit {
  readonly kind: "commit";
  readonly values: DraftValues;
}

/** Answered by {@link Found} with the same id. */
export interface Read {
  readonly kind: "read";
  readonly id: number;
  readonly range: Range;
}

/** Answered by {@link Found} with the same id. */
export interface Search {
  readonly kind: "search";
  readonly id: number;
  readonly room: string;
  readonly words: string;
  readonly limit: number;
}

/** Closes the database, once everything asked before is answered, searches with what they have found; answered by {@link Closed}. */
export interface Close {
  readonly kind: "close";
}

/** What the event loop's side asks. */
export type Request = Open | Commit | Read | Search | Close;

export interface Opened {
  readonly kind: "opened";
  readonly epoch: string;
  readonly rooms: readonly RoomRecord[];
}

/** Why there is no history to work with, for people. */
export interface CannotOpen {
  readonly kind: "cannot open";
  readonly code: ExitCode;
  readonly text: string;
}

/** What a repeated draft was when it was committed. */
export interface Original {
  /** The draft's index in its batch. */
  readonly index: number;
  readonly seq: Seq;
  readonly at: number;
  /** Absent where the entry is no longer kept: then the draft says the same. */
  readonly kept?: { readonly type: EntryType; readonly by: string; readonly from: string; readonly text: string };
}

export interface Committed {
  readonly kind: "committed";
  /** For each draft its seq and its time, one after the other. A seq of 0: it became no entry. */
  readonly places: readonly number[];
  readonly repeated: readonly Original[];
  /** Drafts that became no entry, by their indexes. */
  readonly rejected: readonly { readonly index: number; readonly code: RejectionCode }[];
}

/** The disk is full; none of the batch's drafts was committed. */
export interface Full {
  readonly kind: "full";
}

export interface Found {
  readonly kind: "found";
  readonly id: number;
  readonly entries: readonly Entry[];
  /** Whether a search looked at all that it had to. */
  readonly complete: boolean;
}

/** Nothing more is committed or read. `text` names the file, the error and what to do. */
export interface Broken {
  readonly kind: "broken";
  readonly text: string;
}

export interface Closed {
  readonly kind: "closed";
}

/** What the worker answers. */
export type Answer = Opened | CannotOpen | Committed | Full | Found | Broken | Closed;
