/**
 * What has been read of a room and what to ask the server for next. Pure: frames in, entries and questions out, without I/O or clock.
 *
 * @module
 */
import { EXIT, Fatal } from "../../shared/exit.ts";
import { type AskHistory, type Entry, LIMITS, type Page, type Seq, type Welcome } from "../../shared/protocol.ts";
import type { ConnectionEvent } from "../events.ts";

/** Where to begin: with the newest few, after a seq, or at a moment in milliseconds since 1970. */
export type Beginning = { readonly newest: number } | { readonly seq: Seq } | { readonly at: number };

/** What is to be read. */
export interface ReadingOptions {
  readonly room: string;
  readonly from: Beginning;
  /** Whether to go on with what is said from now on. */
  readonly follow: boolean;
  readonly newRef: () => string;
}

/** What follows from something heard. */
export interface Step {
  /** Read now: each entry once, in the room's order. */
  readonly entries: readonly Entry[];
  /** How many came before these and are no longer kept. */
  readonly skipped: number;
  /** What to ask. */
  readonly ask: AskHistory | undefined;
}

interface Question {
  readonly ask: AskHistory;
  /** The newest entry that was known of when this was asked: its answer reaches as far, or says that there is more. */
  readonly head: Seq;
}

/**
 * Reads a room.
 *
 * 1. Entries come in pages, as they are asked for. One that is heard live is read at once where it follows what was read; where it does not,
 *    it only tells how far the next questions have to reach. So there is neither a hole nor a double, and nothing is held.
 * 2. A question without an answer is asked again at the next welcome.
 * 3. Every answer leads on: a server cannot be asked for ever.
 */
export class Reading {
  readonly #options: ReadingOptions;
  #epoch: string | undefined;
  /** The newest entry known of; where nothing is followed, the newest of the first welcome. */
  #head: Seq = 0;
  /** What was read up to; `undefined` until it is known where to begin. */
  #cursor: Seq | undefined;
  /** Whether the entry at the cursor was there, so that one that does not follow it shows a loss. */
  #sure = false;
  #question: Question | undefined;
  /** The newest entries, found backwards. */
  #found: readonly Entry[] = [];
  /** The beginning lies after `low` and not after `high`. */
  #low: Seq = 0;
  #high: Seq = 0;

  constructor(options: ReadingOptions) {
    this.#options = options;
  }

  /** Whether everything that was to be read has been. */
  get done(): boolean {
    return !this.#options.follow && this.#cursor !== undefined && this.#cursor >= this.#head;
  }

  /**
   * Takes in what was heard.
   *
   * @throws {Fatal} When an answer holds nothing of what was asked for, and says that there is more.
   */
  hear(event: ConnectionEvent): Step {
    if (event.kind === "welcome") return this.#welcome(event);
    if (event.kind === "entry") return this.#entry(event);
    if (event.kind === "page" && event.ref === this.#question?.ask.ref) return this.#page(event);
    return step();
  }

  #welcome({ epoch, rooms }: Welcome): Step {
    const head = rooms.find(({ room }) => room === this.#options.room)?.head ?? 0;
    if (epoch === this.#epoch) {
      if (this.#options.follow) this.#head = Math.max(this.#head, head);
      return this.#question ? step([], this.#question.ask) : this.#goOn();
    }
    // Another history counts from 1 again, and nothing of it has been read.
    const begun = this.#cursor !== undefined;
    this.#epoch = epoch;
    this.#head = head;
    this.#question = undefined;
    this.#sure = false;
    this.#cursor = begun ? 0 : undefined;
    return begun ? this.#goOn() : this.#begin(head);
  }

  #begin(head: Seq): Step {
    const { from } = this.#options;
    if ("newest" in from) {
      this.#found = [];
      return this.#ask({ before: head + 1, limit: from.newest });
    }
    if ("at" in from) {
      [this.#low, this.#high] = [0, head];
      return this.#narrow();
    }
    // Whoever asks for what comes after the end means what comes next.
    this.#cursor = Math.min(from.seq, head);
    this.#sure = this.#cursor > 0;
    return this.#goOn();
  }

  #page({ entries, more }: Page): Step {
    const { head, ask: { after } } = this.#question!;
    const { from, room } = this.#options;
    this.#question = undefined;
    const last = entries.at(-1);
    if (after !== undefined && (last ? last.seq <= after : more)) {
      throw new Fatal(EXIT.protocol, `The server answers something else than what comes after message ${after} of #${room}`);
    }
    if (this.#cursor !== undefined) return this.#readOn(entries, more ? 0 : head);
    if ("at" in from) {
      const entry = entries.at(0);
      if (entry && entry.at < from.at) this.#low = entry.seq;
      else this.#high = after!;
      return this.#narrow();
    }
    this.#found = [...entries, ...this.#found];
    const missing = "newest" in from ? from.newest - this.#found.length : 0;
    if (more && missing > 0 && entries.length > 0) return this.#ask({ before: entries[0].seq, limit: missing }, head);
    this.#cursor = 0;
    return this.#readOn(this.#found, head);
  }

  /** Asks for one entry in the middle of where the beginning may be, until there is no such place. */
  #narrow(): Step {
    if (this.#low < this.#high) return this.#ask({ after: Math.floor((this.#low + this.#high) / 2), limit: 1 });
    this.#cursor = this.#low;
    return this.#goOn();
  }

  /** Reads a page. @param reached How far it reaches, should it hold less. */
  #readOn(entries: readonly Entry[], reached: Seq): Step {
    const cursor = this.#cursor!;
    const skipped = this.#sure && entries.length > 0 ? Math.max(0, entries[0].prev - cursor) : 0;
    this.#cursor = Math.max(cursor, reached, entries.at(-1)?.seq ?? 0);
    this.#sure ||= entries.length > 0;
    return { entries, skipped, ask: this.#goOn().ask };
  }

  #entry(entry: Entry): Step {
    if (!this.#options.follow || entry.again || entry.room !== this.#options.room) return step();
    this.#head = Math.max(this.#head, entry.seq);
    if (this.#cursor === undefined || this.#question || entry.seq <= this.#cursor) return step();
    if (entry.prev > this.#cursor) return this.#goOn();
    this.#cursor = entry.seq;
    this.#sure = true;
    return step([entry]);
  }

  #goOn(): Step {
    return this.#cursor! < this.#head ? this.#ask({ after: this.#cursor!, limit: LIMITS.pageEntries }) : step();
  }

  #ask(range: Pick<AskHistory, "before" | "after" | "limit">, head = this.#head): Step {
    const ask: AskHistory = { kind: "history", ref: this.#options.newRef(), room: this.#options.room, ...range };
    this.#question = { ask, head };
    return step([], ask);
  }
}

function step(entries: readonly Entry[] = [], ask?: AskHistory): Step {
  return { entries, skipped: 0, ask };
}
