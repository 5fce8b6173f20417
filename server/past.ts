/**
 * What peers are sent of a room's past, unasked and asked for.
 *
 * @module
 */
import { type AskHistory, LIMITS, type Search, type Seq, type ServerFrame } from "../shared/protocol.ts";
import type { Broadcast, Reading } from "./broadcast.ts";
import { household } from "./core/network.ts";
import { refuseSearch } from "./core/search_words.ts";
import { type Piece, SEGMENT_BYTES } from "./encoded_tail.ts";
import { type Found, type History, PAGE, StorageBroken } from "./history/history.ts";
import { fitting, pageOf, rangeOf } from "./page.ts";
import { type Places, sendMembers } from "./places.ts";
import { answer, type Seat } from "./seat.ts";
import { Semaphore } from "./semaphore.ts";

const encoder = new TextEncoder();
/** Characters of text in what a reader is sent of the past at once: it holds no more than one that reads the tail. */
const REFILL_CHARACTERS = SEGMENT_BYTES;

/** Pages of the past that are read at once, and searches under way: beside them the history commits, and memory is for a few. */
const PAGES_AT_ONCE = 4;
const SEARCHES_AT_ONCE = 4;

/** Reads the past from the history, a page at a time. */
export class Past {
  readonly #history: History;
  readonly #places: Places;
  readonly #pages = new Semaphore(PAGES_AT_ONCE);
  readonly #searches = new Semaphore(SEARCHES_AT_ONCE);
  /** The newest search of each household that has one. */
  readonly #asking = new Map<string, Promise<void>>();
  readonly #stopping: AbortSignal;

  /** @param stopping Aborted when the server stops: searches are not answered then. */
  constructor(history: History, places: Places, stopping: AbortSignal) {
    this.#history = history;
    this.#places = places;
    this.#stopping = stopping;
  }

  /** What a reader is sent that the tail does not reach back to, and where it goes on. The only way old entries are sent unasked. */
  async catchUp(broadcast: Broadcast, reading: Reading): Promise<Piece> {
    try {
      return await this.#pages.pass(() => this.#refill(broadcast, reading));
    } catch (error) {
      unlessBroken(error);
      reading.backlog = undefined;
      return { bytes: new Uint8Array(), next: reading.until ?? reading.tail.end };
    }
  }

  /** Reads or searches a room's past for a session that is in it. */
  async look(seat: Seat, frame: AskHistory | Search): Promise<void> {
    try {
      await this.#look(seat, frame);
    } catch (error) {
      unlessBroken(error);
    }
  }

  async #look(seat: Seat, frame: AskHistory | Search): Promise<void> {
    const place = this.#places.where(seat, frame.room);
    if ("code" in place) return answer(seat, frame.ref, place);
    const { room } = place;
    const refusal = room.outside(seat.session) ?? (frame.kind === "search" ? refuseSearch(frame.words) : undefined);
    if (refusal) return answer(seat, frame.ref, refusal);
    if (frame.kind === "search") {
      const found = await this.#inTurn(
        household(seat.pump.connection.peer.host),
        () => this.#searches.pass(() => this.#search(room.name, frame)),
      );
      if (found === undefined) return;
      const page = pageOf(room.name, found.entries, frame.limit, "last");
      answer(seat, frame.ref, found.complete ? page : { ...page, more: true });
    } else {
      const range = { room: room.name, limit: frame.limit, characters: LIMITS.pageBytes, ...rangeOf(frame, room.head) };
      const entries = await this.#pages.pass(() => this.#history.read(range));
      answer(seat, frame.ref, pageOf(room.name, entries, frame.limit, frame.after === undefined ? "last" : "first"));
    }
    await seat.pump.congestion;
  }

  /** Does one thing at a time for each household, so that the others are not behind all that one of them asks for. */
  async #inTurn<T>(who: string, work: () => Promise<T>): Promise<T> {
    const before = this.#asking.get(who);
    const done = (before ?? Promise.resolve()).then(work);
    const over = done.then(() => {}, () => {});
    this.#asking.set(who, over);
    try {
      return await done;
    } finally {
      if (this.#asking.get(who) === over) this.#asking.delete(who);
    }
  }

  /** What a search finds, or `undefined` when the server stops before that. */
  async #search(room: string, { words, limit }: Search): Promise<Found | undefined> {
    if (this.#stopping.aborted) return undefined;
    const stopped = Promise.withResolvers<undefined>();
    const stop = () => stopped.resolve(undefined);
    this.#stopping.addEventListener("abort", stop);
    try {
      return await Promise.race([this.#history.search(room, words, limit), stopped.promise]);
    } finally {
      this.#stopping.removeEventListener("abort", stop);
    }
  }

  async #refill(broadcast: Broadcast, reading: Reading): Promise<Piece> {
    const { reader, tail, until, position: { cursor } } = reading;
    const { codec } = reader.connection;
    const encoded = (frames: readonly ServerFrame[]) => encoder.encode(frames.map((frame) => codec.encode(frame)).join(""));
    if (reading.backlog) return { bytes: encoded(await this.#backlog(broadcast.room, reading)), next: reading.position };
    if (until && cursor >= until.cursor) return { bytes: encoded([]), next: until };
    const found = tail.locate(cursor);
    if (found) {
      // Who came and went was missed as well.
      const place = this.#places.find(broadcast.room);
      if ("room" in place && !until) sendMembers(reader, place, 0);
      return { bytes: encoded([]), next: found };
    }
    const page = await this.#history.read({ room: broadcast.room, after: cursor, limit: PAGE, characters: REFILL_CHARACTERS });
    // What is committed but not published yet comes with the tail, and what is published after a leave, meanwhile too, does not come at all.
    const last = (reading.until ?? tail.end).cursor;
    const entries = page.filter(({ seq }) => seq <= last);
    const frames: ServerFrame[] = entries.filter(({ type, from }) => !codec.skipsOwn || type !== "said" || from !== reader.session);
    const before = entries.at(0)?.prev ?? last;
    if (before > cursor) frames.unshift(reset(broadcast.room, cursor, before));
    // An offset that is gone as well: the next look at the tail comes back here, or finds its place by the cursor.
    return { bytes: encoded(frames), next: { offset: -1, cursor: entries.at(-1)?.seq ?? last } };
  }

  /** The next page of a backlog, announced before the first and after the last. */
  async #backlog(room: string, reading: Reading): Promise<ServerFrame[]> {
    const backlog = reading.backlog!;
    const { newest, after, upTo } = backlog;
    const range = newest === undefined
      ? { room, after, limit: PAGE, characters: REFILL_CHARACTERS }
      : { room, before: upTo + 1, limit: newest };
    const entries = newest === 0 ? [] : (await this.#history.read(range)).filter(({ seq }) => seq <= upTo);
    const page = fitting(entries, REFILL_CHARACTERS);
    const frames: ServerFrame[] = [...page];
    const first = entries[0]?.prev ?? upTo;
    if (!backlog.begun && entries.length > 0) {
      frames.unshift({ kind: "backlog", room, count: newest === undefined ? upTo - first : entries.length });
    }
    if (backlog.reset) frames.unshift({ kind: "reset", room, cursor: first, skipped: 0 });
    // Not before the first page only: what is kept may end while it is read.
    else if (newest === undefined && first > after) frames.unshift(reset(room, after, first));
    const last = page.at(-1)?.seq ?? upTo;
    if ((newest === undefined || page.length < entries.length) && last < upTo) {
      backlog.begun = true;
      backlog.newest = undefined;
      backlog.reset = false;
      backlog.after = last;
      return frames;
    }
    reading.backlog = undefined;
    if (entries.length > 0 || backlog.begun) frames.push({ kind: "live", room });
    frames.push(...backlog.closing);
    return frames;
  }
}

/** Of a history that is broken everybody is told, with a farewell: here there is no answer. */
function unlessBroken(error: unknown): void {
  if (!(error instanceof StorageBroken)) throw error;
}

function reset(room: string, cursor: Seq, next: Seq): ServerFrame {
  return { kind: "reset", room, cursor: next, skipped: next - cursor };
}
