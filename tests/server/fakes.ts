/**
 * What the server's tests put in place of sockets and disks: both do what they do when the test says so.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { setImmediate } from "node:timers";
import { decodeServerFrame, encodeFrame, type Malformed } from "../../shared/codec.ts";
import type { ClientFrame, Draft, Entry, Seq, ServerFrame } from "../../shared/protocol.ts";
import type { Codec, Connection, Peer } from "../../server/connection.ts";
import type { ServerEvent } from "../../server/events.ts";
import type { History, Range } from "../../server/history/history.ts";
import { Hub, type HubOptions } from "../../server/hub.ts";
import { serveConnection } from "../../server/session.ts";
import { Turns, type Writer } from "../../server/turns.ts";

type Inbound = ClientFrame | Malformed;

/** How the tests' peers are sent frames. */
export const framesCodec: Codec = { name: "frames", encode: encodeFrame, skipsOwn: false };

const decoder = new TextDecoder();
let connections = 0;

/** A connection without a socket. What it is sent is kept; when and how much of it is taken, the test says. */
export class FakeConnection implements Connection {
  readonly peer: Peer;
  readonly codec: Codec;
  helloDue = performance.now() + 60_000;
  nameDue = performance.now() + 60_000;
  nameTries = 3;
  welcomed = false;
  broken: string | undefined;
  /** How many of the bytes offered a write takes. */
  takes: (bytes: Uint8Array) => number = (bytes) => bytes.length;
  /** How many writes there were. */
  writes = 0;
  /** How the connection was ended. */
  ended: "finished" | "closed" | undefined;
  /** Why it was closed, when something was wrong with the peer. */
  why: string | undefined;
  readonly #taken: Uint8Array[] = [];
  readonly #batches: (readonly Inbound[])[] = [];
  #more = Promise.withResolvers<void>();
  #inputEnded = false;
  #stalled = false;
  #pending: { readonly take: () => void; readonly fail: () => void } | undefined;

  constructor(codec: Codec = framesCodec) {
    this.codec = codec;
    this.peer = { id: ++connections, address: `203.0.113.7:${connections}`, transport: codec.name as Peer["transport"] };
  }

  /** All that was taken, as text. */
  get text(): string {
    return decoder.decode(this.bytes);
  }

  /** All that was taken. */
  get bytes(): Uint8Array {
    const all = new Uint8Array(this.#taken.reduce((length, bytes) => length + bytes.length, 0));
    this.#taken.reduce((at, bytes) => (all.set(bytes, at), at + bytes.length), 0);
    return all;
  }

  /** All that was taken, as frames. */
  get frames(): ServerFrame[] {
    return this.text.split("\n").slice(0, -1).map((line) => {
      const frame = decodeServerFrame(line);
      assert(frame.kind !== "malformed", line);
      return frame;
    });
  }

  /** The frames of one kind that were taken. */
  all<K extends ServerFrame["kind"]>(kind: K): Extract<ServerFrame, { kind: K }>[] {
    return this.frames.filter((frame): frame is Extract<ServerFrame, { kind: K }> => frame.kind === kind);
  }

  /** The peer sends frames, all in one batch. */
  receive(...frames: Inbound[]): void {
    this.#batches.push(frames);
    this.#more.resolve();
  }

  /** The peer ends its side. */
  end(): void {
    this.#inputEnded = true;
    this.#more.resolve();
  }

  /** The connection breaks. */
  break(why = "connection reset"): void {
    this.broken ??= why;
    this.#pending?.fail();
    this.end();
  }

  /** The peer takes nothing from here on. */
  stall(): void {
    this.#stalled = true;
  }

  /** The peer takes what waits, and what comes. */
  release(): void {
    this.#stalled = false;
    this.#pending?.take();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly Inbound[]> {
    for (;;) {
      const batch = this.#batches.shift();
      if (batch) yield batch;
      else if (this.#inputEnded) return;
      else await this.#more.promise;
      this.#more = Promise.withResolvers();
      if (this.#batches.length > 0 || this.#inputEnded) this.#more.resolve();
    }
  }

  /** Checks what a socket relies on: one write at a time, of bytes that do not change until it has settled. */
  write(bytes: Uint8Array): Promise<number> {
    assertEquals([this.#pending, this.ended], [undefined, undefined]);
    assert(bytes.length > 0);
    this.writes++;
    if (this.broken !== undefined) return Promise.reject(new Error(this.broken));
    const offered = bytes.slice();
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const take = () => {
      this.#pending = undefined;
      assertEquals(bytes, offered);
      const taken = this.takes(bytes);
      this.#taken.push(offered.subarray(0, taken));
      resolve(taken);
    };
    const fail = () => {
      this.#pending = undefined;
      reject(new Error("closed"));
    };
    this.#pending = { take, fail };
    if (!this.#stalled) take();
    return promise;
  }

  stop(): void {
    this.end();
  }

  finish(): Promise<void> {
    this.ended ??= "finished";
    this.end();
    return Promise.resolve();
  }

  close(why?: string): void {
    if (this.ended) return;
    this.ended = "closed";
    this.why = why;
    this.broken ??= why;
    this.#pending?.fail();
    this.end();
  }
}

/** A history whose commits the test makes by hand. */
export class FakeHistory implements History {
  /** Called with each draft before it is taken; what it throws, `append` throws. */
  onAppend: (draft: Draft) => void = () => {};
  /** What `append` returns: set while the history is full. */
  full: Promise<void> | undefined;
  /** Entries up to this one are not kept any more. */
  floor = 0;
  readonly #appended: Draft[] = [];
  readonly #entries: Entry[] = [];
  readonly #heads = new Map<string, Seq>();
  #batches: Entry[][] = [];
  #held = false;
  #closed = false;
  #wake = Promise.withResolvers<void>();

  /** How many drafts wait for their commit. */
  get waiting(): number {
    return this.#appended.length;
  }

  append(draft: Draft): Promise<void> | undefined {
    this.onAppend(draft);
    assert(!this.#closed, "append after close");
    this.#appended.push(draft);
    return this.full;
  }

  /** Commits drafts, the oldest first, in one batch. */
  commit(many = this.#appended.length): void {
    const batch = this.#appended.splice(0, many).map((draft): Entry => {
      const prev = this.head(draft.room);
      this.#heads.set(draft.room, prev + 1);
      return { kind: "entry", ...draft, seq: prev + 1, prev };
    });
    if (batch.length === 0) return;
    this.#entries.push(...batch);
    this.#batches.push(batch);
    this.#wake.resolve();
  }

  /** From here on what is committed can be read, but is not told of yet. */
  hold(): void {
    this.#held = true;
  }

  /** Tells of everything that was committed. */
  tell(): void {
    this.#held = false;
    this.#wake.resolve();
  }

  async *committed(): AsyncGenerator<readonly Entry[]> {
    for (;;) {
      const batch = this.#held ? undefined : this.#batches.shift();
      if (batch) yield batch;
      else if (this.#closed) return;
      else await this.#wake.promise;
      this.#wake = Promise.withResolvers();
      if (this.#closed || (!this.#held && this.#batches.length > 0)) this.#wake.resolve();
    }
  }

  head(room: string): Seq {
    return this.#heads.get(room) ?? 0;
  }

  read({ room, after, limit }: Range): Promise<readonly Entry[]> {
    const kept = this.#entries.filter((entry) => entry.room === room && entry.seq > Math.max(after, this.floor));
    return Promise.resolve(kept.slice(0, limit));
  }

  close(): Promise<void> {
    this.commit();
    this.#closed = true;
    this.tell();
    return Promise.resolve();
  }
}

/** Turns that tell when nothing happens any more. */
export class WatchedTurns extends Turns {
  #asked = 0;
  #written = 0;

  override add(writer: Writer): void {
    this.#asked++;
    super.add({
      write: () => {
        this.#written++;
        writer.write();
      },
    });
  }

  /** Settles when everything that can happen without the test's doing has happened: two turns of the event loop without a writer. */
  async idle(): Promise<void> {
    for (let quiet = 0; quiet < 2;) {
      const before = this.#asked;
      await new Promise<void>((resolve) => setImmediate(resolve));
      quiet = this.#asked === before && this.#written === before ? quiet + 1 : 0;
    }
  }
}

/** A hub with a history and connections that do what the test says. */
export class FakeServer {
  readonly history = new FakeHistory();
  readonly turns = new WatchedTurns();
  readonly events: ServerEvent[] = [];
  readonly hub: Hub;
  /** How serving each connection ended. */
  readonly stays = new Map<FakeConnection, Promise<unknown>>();
  readonly #delivering: Promise<void>;

  constructor(options: Partial<HubOptions> = {}) {
    let sessions = 0;
    this.hub = new Hub({
      history: this.history,
      limits: { maxConnections: undefined, maxPerAddress: undefined, rate: undefined, burst: 50, textBytes: 4096 },
      watch: (event) => this.events.push(event),
      server: "chat/test",
      now: () => 1_790_000_000_000,
      monotonic: () => performance.now(),
      random: () => 0.5,
      newId: () => `s${++sessions}`,
      ...options,
    });
    this.#delivering = this.hub.run();
  }

  /** Serves a connection; what that throws is kept in `stays`. */
  connect(connection = new FakeConnection()): FakeConnection {
    this.stays.set(connection, serveConnection(connection, this.hub, this.turns).catch((fault) => fault));
    return connection;
  }

  /** Somebody joins. */
  async join(name: string, connection = new FakeConnection()): Promise<FakeConnection> {
    this.connect(connection).receive({ kind: "hello", v: [1], name });
    await this.idle();
    return connection;
  }

  /** Commits everything that waits, until nothing happens any more. */
  async commit(): Promise<void> {
    await this.idle();
    this.history.commit();
    await this.idle();
  }

  idle(): Promise<void> {
    return this.turns.idle();
  }

  /** Ends everything that is under way; what somebody's stay ended with is returned. */
  async close(): Promise<unknown[]> {
    for (const connection of this.stays.keys()) {
      connection.release();
      connection.end();
    }
    await this.commit();
    const ends = await Promise.all(this.stays.values());
    await this.history.close();
    await this.#delivering;
    return ends.filter((end) => end !== undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const faults = await this.close();
    assertEquals(faults, []);
  }
}

/** A `say` to the lobby. */
export function say(text: string, ref?: string): ClientFrame {
  return { kind: "say", room: "lobby", text, ...ref === undefined ? {} : { ref } };
}

/** An entry of the lobby, right after the one before. */
export function entry(seq: Seq, text: string, from = "s1"): Entry {
  return { kind: "entry", room: "lobby", seq, prev: seq - 1, at: 0, type: "said", by: `nick-${from}`, from, text };
}
