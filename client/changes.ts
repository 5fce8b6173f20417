/**
 * What there is to tell a person: what a timeline makes of what was heard.
 *
 * @module
 */
import type { Bye, Entry, Member, Say, Seq } from "../shared/protocol.ts";
import type { Junk, Lost, Quiet } from "./events.ts";

/** A room that we are in, as far as we know it. */
export interface Room {
  readonly name: string;
  /** What it is about; empty where nobody has said. */
  readonly topic: string;
  /** The last entry we have. */
  readonly cursor: Seq;
  /** How many are there, ourselves among them; the server names at most 1,000 of them. */
  readonly total: number;
  /** Who is there, by public session id. */
  readonly members: ReadonlyMap<string, Member>;
}

/** Something that was said, or done to a room. */
export interface Said {
  readonly kind: "said";
  readonly room: string;
  readonly entry: Entry;
  readonly own: boolean;
  /** Whether it was here before us, and we have seen it or never were here. */
  readonly past: boolean;
  /** Whether somebody else says our name in it. */
  readonly mention: boolean;
  /** Set on the first entry that we have not seen, where we were here before: how many unseen ones before it are left out. */
  readonly leftOff?: number;
}

/** The text of an entry is gone. */
export interface Deleted {
  readonly kind: "deleted";
  readonly room: string;
  readonly target: Seq;
  /** Who deleted it. */
  readonly by: string;
  /** The entry that says so. */
  readonly entry: Entry;
}

/** Entries that the server has no more, and we had not seen. */
export interface Skipped {
  readonly kind: "skipped";
  readonly room: string;
  readonly count: number;
}

/** Something to tell the person. */
export type Change =
  /** We are in, or back in (`again`). */
  | { readonly kind: "here"; readonly nick: string; readonly again: boolean; readonly rooms: readonly Room[] }
  /** What follows was said before, `count` entries; until `live`. */
  | { readonly kind: "backlog"; readonly room: string; readonly count: number }
  | { readonly kind: "live"; readonly room: string }
  | {
    readonly kind: "renamed";
    readonly room: string;
    readonly by: string;
    readonly nick: string;
    readonly total: number;
    readonly own: boolean;
  }
  /** Somebody else went away, `text` says why, or is back where there is none. */
  | { readonly kind: "away"; readonly room: string; readonly by: string; readonly text?: string; readonly total: number }
  /** The server's words to us. */
  | { readonly kind: "notice"; readonly text: string }
  | Said
  | Deleted
  | { readonly kind: "joined" | "left"; readonly room: string; readonly by: string; readonly total: number }
  /** Our own message was refused. */
  | { readonly kind: "failed"; readonly say: Say; readonly why: string }
  | Skipped
  /** The server could not make sense of us. */
  | { readonly kind: "trouble"; readonly text: string }
  | Bye
  | Lost
  | Quiet
  | Junk;
