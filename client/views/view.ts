/**
 * Where the client meets a person: what they want comes out, what happened goes in.
 *
 * @module
 */
import type { Entry, Role, Say } from "../../shared/protocol.ts";
import type { Input } from "../input.ts";
import type { OpenRoom, Shown } from "../rooms.ts";
import type { Change, Room } from "../changes.ts";

/** How things stand, for a line that is always in sight. */
export interface Status {
  /** Our name; empty before we are in. */
  readonly nick: string;
  /** The room shown, once we are in. */
  readonly room: Room | undefined;
  readonly rooms: readonly OpenRoom[];
  readonly online: boolean;
  /** For how long nothing has come where something should, in milliseconds; 0 when all is well. */
  readonly quietMs: number;
  /** Our messages that have no answer yet. */
  readonly queued: number;
  readonly away: boolean;
  /** What the server keeps; empty before we are in. */
  readonly keeps: string;
  /** Present when we keep order here. */
  readonly role?: Role | undefined;
}

/** Old entries that were asked for. */
export interface OldEntries {
  /** What they are, in words. */
  readonly title: string;
  readonly entries: readonly Entry[];
}

/** What Tab may complete, as it is now. */
export interface Names {
  /** Who is in the room shown. */
  nicks(): Iterable<string>;
  /** Rooms we know of. */
  rooms(): Iterable<string>;
}

/** A face of the client. Nothing in it knows of sockets. */
export interface View {
  /** What is asked for, in order; ends when nothing more can come. Iterated once, from the start and without pause. */
  inputs(): AsyncIterable<Input>;
  /** Tells what happened in the room that is shown, or to us. */
  show(change: Change): void;
  /**
   * Shows another room from here on, beginning with what waited there.
   *
   * @param answered Whether the person asked for it a while ago, and may be typing in it already.
   */
  enter(room: Room, shown: Shown, answered: boolean): void;
  /** Shows entries of before, apart from what happens. */
  old(page: OldEntries): void;
  /** Says something in the program's own voice. */
  notice(text: string): void;
  /** Rings, where a bell is wanted. */
  ring(): void;
  /** Takes everything that was shown off the screen. */
  clear(): void;
  status(status: Status): void;
  /** Shows which of our own messages have no answer yet. */
  pending(says: Iterable<Say>): void;
  /** Gives back what was typed in a room and could not be used. */
  giveBack(line: string, room: string): void;
  /** Completes names from here on. */
  complete(names: Names): void;
  /** Resolves when there is room for more: whoever tells it waits for this. */
  drained(): Promise<void>;
  /** Resolves when nobody can see us any more. */
  readonly gone: Promise<unknown>;
  /** Leaves everything as it was found; resolves when the last word is written. */
  close(): Promise<void>;
}
