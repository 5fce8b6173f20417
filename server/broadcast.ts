/**
 * A room's way out: its encoded tails, and the pumps that read them.
 *
 * @module
 */
import type { Entry, Notice, Presence, Seq, ServerFrame } from "../shared/protocol.ts";
import type { Codec, Connection } from "./connection.ts";
import { EncodedTail, type Position, TAIL_BYTES } from "./encoded_tail.ts";
import { Pressure } from "./pressure.ts";
import { TailBudget } from "./tail_budget.ts";

/** A reader this far behind the tail's end slows the senders, while it moves, in bytes. */
const FAR_BEHIND = TAIL_BYTES / 2;

/** Who reads: a pump. */
export interface Reader {
  readonly connection: Pick<Connection, "codec" | "oneRoom">;
  /** The public id of the session; empty before there is one. */
  readonly session: string;
  /** When it took something last, on the monotonic clock. */
  readonly moved: number;
  /** Sends a frame to it alone. */
  send(frame: ServerFrame): void;
  /** There is something to read. */
  wake(): void;
}

/** One reader's place in one room. */
export interface Reading {
  readonly reader: Reader;
  tail: EncodedTail;
  position: Position;
  /** Where it left; nothing after that is for this reader. */
  until: Position | undefined;
  /** What it is sent of the past, before anything from the tail. */
  backlog: Backlog | undefined;
}

/** Entries of before that somebody is sent on joining or coming back. */
export interface Backlog {
  /** How many of the newest; without it all `after` a seq, which it is as soon as the first of them are read. */
  newest?: number | undefined;
  after: Seq;
  /** The newest entry that is past; what comes later is in the tail. */
  readonly upTo: Seq;
  /** Whether what the reader has does not connect with it. */
  reset: boolean;
  begun: boolean;
  /** What the reader is told after the last of them. */
  closing: readonly Notice[];
}

/** Where in a room's history somebody begins to read. */
export type Start = "now" | { readonly newest: number; readonly reset?: true } | { readonly after: Seq };

/** What is sent to everybody in one room, in one order. */
export class Broadcast {
  readonly room: string;
  readonly pressure: Pressure;
  /** The tail of each codec that somebody reads, with its readers. */
  readonly #tails = new Map<Codec, { readonly tail: EncodedTail; readonly readings: Set<Reading> }>();
  readonly #budget: TailBudget;
  #head: Seq;
  #deletions = 0;

  /** @param head The room's newest entry. @param now A monotonic clock, in milliseconds. @param budget What all tails share. */
  constructor(room: string, head: Seq, now: () => number, budget: TailBudget = new TailBudget()) {
    this.room = room;
    this.#head = head;
    this.#budget = budget;
    this.pressure = new Pressure(now);
  }

  /** How often something was deleted: a copy of what was published before that may hold it. */
  get deletions(): number {
    return this.#deletions;
  }

  /** Puts frames onto the tails, once for each codec, and wakes everybody who reads. Waits for nobody. */
  publish(frames: readonly (Entry | Presence)[]): void {
    for (const frame of frames) if (frame.kind === "entry") this.#head = frame.seq;
    const deletes = frames.some((frame) => frame.kind === "entry" && frame.type === "deleted");
    if (deletes) this.#deletions++;
    for (const { tail, readings } of this.#tails.values()) {
      // In a crowd nobody is told who comes and goes.
      if (!(deletes ? appendDeletions(tail, frames) : tail.append(frames))) continue;
      let read = tail.length;
      for (const reading of readings) {
        this.watch(reading);
        reading.reader.wake();
        read = Math.min(read, reading.position.offset);
      }
      tail.forget(read);
    }
  }

  /** Adds a reader; what is published from here on is for it. */
  follow(reader: Reader, start: Start): Reading {
    const { codec } = reader.connection;
    let followed = this.#tails.get(codec);
    if (!followed) this.#tails.set(codec, followed = { tail: new EncodedTail(codec, this.#head, this.#budget), readings: new Set() });
    const reading: Reading = {
      reader,
      tail: followed.tail,
      position: followed.tail.end,
      until: undefined,
      backlog: backlog(start, this.#head),
    };
    followed.readings.add(reading);
    return reading;
  }

  /** Takes a reader away; a tail that nobody follows goes with it. Returns where it left: it may still read what was published before. */
  unfollow(reading: Reading): Position {
    const { codec } = reading.reader.connection;
    const followed = this.#tails.get(codec);
    if (!followed?.readings.delete(reading)) return reading.until!;
    const until = reading.until = reading.tail.end;
    this.pressure.caughtUp(reading);
    if (followed.readings.size > 0) return until;
    this.#tails.delete(codec);
    followed.tail.close();
    return until;
  }

  /** Looks whether a reader is so far behind that senders should know. */
  watch(reading: Reading): void {
    if (reading.tail.length - reading.position.offset > FAR_BEHIND) this.pressure.behind(reading, reading.reader.moved);
    else this.pressure.caughtUp(reading);
  }
}

/**
 * As `append`; what a frame says is deleted is dropped before. Where it is among the frames itself, nobody has read it, and a tombstone stands in its
 * place: to send them all back to the history for it would cost a page each.
 */
function appendDeletions(tail: EncodedTail, frames: readonly (Entry | Presence)[]): boolean {
  const targets = new Set(frames.map((frame) => frame.kind === "entry" ? frame.target : undefined));
  for (const target of targets) if (target !== undefined) tail.drop(target);
  const isDeleted = (frame: Entry | Presence): frame is Entry => frame.kind === "entry" && targets.has(frame.seq);
  return tail.append(frames.map((frame) => isDeleted(frame) ? { ...frame, type: "tombstone", text: "" } : frame));
}

function backlog(start: Start, head: Seq): Backlog | undefined {
  if (start === "now") return undefined;
  if ("after" in start) return start.after < head ? { after: start.after, upTo: head, reset: false, begun: false, closing: [] } : undefined;
  const reset = start.reset ?? false;
  return reset || start.newest > 0 ? { newest: start.newest, after: 0, upTo: head, reset, begun: false, closing: [] } : undefined;
}
