/**
 * What one connection is sent, and when: its outbox, and its position in the tail of each room it is in.
 *
 * @module
 */
import type { Notice, ServerFrame } from "../shared/protocol.ts";
import type { Broadcast, Reader, Reading, Start } from "./broadcast.ts";
import type { Connection } from "./connection.ts";
import { delay } from "./delay.ts";
import type { Piece } from "./encoded_tail.ts";
import { Left } from "./left.ts";
import { Outbox } from "./outbox.ts";
import type { Turns, Writer } from "./turns.ts";

/** How long a peer may take nothing of what it is offered, in milliseconds. */
const STALLED_MS = 60_000;
/** How long what is left to write may take when a connection ends, in milliseconds. */
const FLUSH_MS = 4_000;

/** Reads a room's history for a reader whose position is not in the tail any more, and the position it goes on from. */
export type CatchUp = (broadcast: Broadcast, reading: Reading) => Promise<Piece>;

/**
 * Writes to one connection, one write at a time.
 *
 * 1. Answers come first, then each room in turn, one write as far as its segment goes.
 * 2. What was not taken whole is written on from where it stopped, before anything else.
 * 3. A position that is not in the tail any more is refilled from history, page by page, as it drains.
 * 4. After {@link finish} what was published before it is written, then the farewell, then the connection ends.
 */
export class Pump implements Reader, Writer {
  readonly connection: Connection;
  /** The public id of the session that reads; empty before there is one. */
  session = "";
  /** When the peer was last offered something after it took what it was offered before, or some of it, on the clock of `performance.now()`. */
  moved = performance.now();
  /** When the connection came, on the clock of `performance.now()`. */
  readonly since = performance.now();
  /** What went wrong on our side, where something did. */
  fault: { readonly cause: unknown } | undefined;
  readonly #turns: Turns;
  readonly #catchUp: CatchUp;
  readonly #outbox = new Outbox();
  readonly #readings = new Map<Broadcast, Reading>();
  /** What was published in rooms that it has left, before that, and is not written yet. */
  readonly #left = new Left();
  /** What is left of a piece that was not taken whole. */
  #rest: Uint8Array | undefined;
  /** Stands in the queue for a turn, or a write or a page is under way. */
  #busy = false;
  #writing = false;
  #farewell: string | undefined;
  #flushTimer: ReturnType<typeof setTimeout> | undefined;
  #over = false;
  /** Whether nobody waits for it any more. */
  #hurried = false;
  #drained: PromiseWithResolvers<void> | undefined;
  /** Ends the waits of {@link rest}; made for the first one. */
  #resting: AbortController | undefined;
  readonly #finished = Promise.withResolvers<void>();

  constructor(connection: Connection, turns: Turns, catchUp: CatchUp) {
    this.connection = connection;
    this.#turns = turns;
    this.#catchUp = catchUp;
  }

  /** Settles when the connection is closed. */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  /** What to wait for before more is asked for; `undefined` while the peer reads its answers, and what it has left behind. */
  get congestion(): Promise<void> | undefined {
    if (!this.#isCongested || this.#over || this.#hurried) return undefined;
    this.#drained ??= Promise.withResolvers<void>();
    return this.#drained.promise;
  }

  /** Bytes that are published for it and not on their way. */
  get behind(): number {
    let bytes = this.#outbox.bytes;
    for (const { tail, position } of this.#readings.values()) bytes += tail.length - Math.max(0, position.offset);
    return bytes;
  }

  /** Lets nobody wait for this peer any more, however little it reads: the server stops. */
  hurry(): void {
    this.#hurried = true;
    this.#drained?.resolve();
    this.#resting?.abort();
  }

  /** Waits so many milliseconds before the peer is heard again, or until it is about to go. */
  async rest(ms: number): Promise<void> {
    if (this.#over || this.#hurried || this.#farewell !== undefined) return;
    this.#resting ??= new AbortController();
    await delay(ms, this.#resting.signal);
  }

  /** Sends a frame to this connection alone. */
  send(frame: ServerFrame): void {
    const text = this.connection.codec.encode(frame);
    if (text === "" || this.#over) return;
    if (this.#outbox.offer(text)) this.wake();
    else this.abort("read none of its answers");
  }

  /** Reads a room from `start`, then its tail as it grows. @param closing What is told once what is past has been read. */
  follow(broadcast: Broadcast, start: Start, closing: readonly Notice[] = []): void {
    this.unfollow(broadcast);
    const reading = broadcast.follow(this, start);
    this.#readings.set(broadcast, reading);
    if (reading.backlog) reading.backlog.closing = closing;
    else for (const notice of closing) this.send(notice);
    if (start !== "now") this.wake();
  }

  /** Reads a room no more, but for what was published before: an answer may be in it. A peer that is sent no answers there is spared that. */
  unfollow(broadcast: Broadcast): void {
    const reading = this.#readings.get(broadcast);
    if (!reading) return;
    const until = broadcast.unfollow(reading);
    this.#readings.delete(broadcast);
    if (!this.connection.codec.skipsOwn) this.#left.add(broadcast, Object.assign(reading, { until }));
  }

  /** Asks for a turn; {@link write} is called when it has come. */
  wake(): void {
    if (this.#busy || this.#over) return;
    this.#busy = true;
    this.#turns.add(this);
  }

  /** Ends the connection after everything published so far, with a last frame. */
  finish(farewell: ServerFrame): Promise<void> {
    if (this.#farewell === undefined && !this.#over) {
      this.#farewell = this.connection.codec.encode(farewell);
      this.#resting?.abort();
      for (const [broadcast, reading] of this.#readings) broadcast.unfollow(reading);
      this.#flushTimer = setTimeout(() => this.abort("did not take its last lines"), FLUSH_MS);
      this.wake();
    }
    return this.#finished.promise;
  }

  /** Ends the connection of a peer that has taken nothing for a minute, at the time `now` of the clock of `performance.now()`. */
  checkStalled(now: number): void {
    if (this.#writing && now - this.moved > STALLED_MS) this.abort("took nothing for 60 seconds");
  }

  /** Ends the connection at once; what is not written is not. @param why What is wrong with the peer, in words, when something is. */
  abort(why?: string): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#flushTimer);
    for (const [broadcast, reading] of this.#readings) broadcast.unfollow(reading);
    this.#readings.clear();
    // Its seat may be kept for a while, for who comes back.
    this.#left.clear();
    this.#outbox.clear();
    this.#rest = undefined;
    this.#drained?.resolve();
    this.#resting?.abort();
    this.connection.close(why);
    this.#finished.resolve();
  }

  /** Ends the connection because of a defect of ours, which {@link fault} tells its session. */
  fail(fault: unknown): void {
    if (this.#over) return;
    this.fault = { cause: fault };
    this.abort("something broke inside the server");
  }

  /** Starts the next write, if there is something to write. */
  write(): void {
    if (this.#over) return;
    const bytes = this.#rest ?? this.#next();
    if (bytes === undefined) this.#busy = false;
    else if (bytes !== "later") this.#start(bytes);
  }

  get #isCongested(): boolean {
    return this.#outbox.congested || this.#left.isFull;
  }

  /** Lets go on who waits, if the congestion is over. */
  #relieve(): void {
    if (this.#isCongested) return;
    this.#drained?.resolve();
    this.#drained = undefined;
  }

  #start(bytes: Uint8Array): void {
    this.#rest = bytes;
    this.#writing = true;
    this.moved = this.#turns.now;
    this.connection.write(bytes).then(this.#wrote, this.#broke);
  }

  readonly #wrote = (taken: number): void => {
    this.#writing = false;
    if (this.#over) return;
    const rest = this.#rest!;
    this.#rest = taken < rest.length ? rest.subarray(taken) : undefined;
    if (this.#rest === undefined && this.#isIdle()) this.#busy = false;
    else this.#turns.add(this);
  };

  /** The peer is gone; its session hears that from the reading half. */
  readonly #broke = (): void => this.abort("connection lost");

  /** Whether there is nothing to write: told without a turn, which a crowd would have to queue for. */
  #isIdle(): boolean {
    if (this.#outbox.bytes > 0 || this.#farewell !== undefined || this.#left.first !== undefined) return false;
    for (const { backlog, position, tail } of this.#readings.values()) {
      if (backlog !== undefined || position.offset !== tail.length) return false;
    }
    return true;
  }

  /** The next bytes to write; `"later"` when a page of history or the end is on its way; `undefined` when there are none. */
  #next(): Uint8Array | "later" | undefined {
    const answers = this.#outbox.take();
    if (answers) {
      this.#relieve();
      return answers;
    }
    const left = this.#readLeft();
    if (left) return left;
    for (const [broadcast, reading] of this.#readings) {
      const bytes = this.#read(broadcast, reading);
      if (bytes) return bytes;
    }
    if (this.#farewell === undefined) return undefined;
    if (this.#farewell !== "") {
      const farewell = new TextEncoder().encode(this.#farewell);
      this.#farewell = "";
      return farewell;
    }
    this.connection.finish().then(() => this.abort(), this.#broke);
    return "later";
  }

  #readLeft(): Uint8Array | "later" | undefined {
    for (let rest = this.#left.first; rest; rest = this.#left.first) {
      const bytes = rest instanceof Uint8Array ? rest : this.#read(...rest);
      if (bytes === rest || bytes === undefined) {
        this.#left.shift();
        this.#relieve();
      }
      if (bytes) return bytes;
    }
    return undefined;
  }

  #read(broadcast: Broadcast, reading: Reading): Uint8Array | "later" | undefined {
    for (;;) {
      if (reading.backlog) return this.#page(broadcast, reading);
      const piece = reading.tail.read(reading.position, reading.until?.offset ?? Infinity, this.session);
      if (!piece) return undefined;
      if (piece === "gone") return this.#page(broadcast, reading);
      this.#advance(broadcast, reading, piece);
      if (piece.bytes.length > 0) return piece.bytes;
    }
  }

  #page(broadcast: Broadcast, reading: Reading): "later" {
    this.#catchUp(broadcast, reading).then((page) => this.#refill(reading, page)).catch((fault) => this.fail(fault));
    return "later";
  }

  #refill(reading: Reading, page: Piece): void {
    if (this.#over) return;
    reading.position = page.next;
    if (page.bytes.length > 0) this.#start(page.bytes);
    else this.#turns.add(this);
  }

  #advance(broadcast: Broadcast, reading: Reading, piece: Piece): void {
    reading.position = piece.next;
    if (reading.until) return;
    broadcast.watch(reading);
    if (this.#readings.size === 1) return;
    // The room that was just read goes to the end of the queue.
    this.#readings.delete(broadcast);
    this.#readings.set(broadcast, reading);
  }
}
