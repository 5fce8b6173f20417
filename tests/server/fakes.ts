/**
 * What the server's tests put in place of sockets and disks: both do what they do when the test says so.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { setImmediate } from "node:timers";
import { decodeServerFrame, encodeFrame, type Malformed } from "../../shared/codec.ts";
import type { ClientFrame, Draft, Entry, Hello, Seq, ServerFrame } from "../../shared/protocol.ts";
import { Moderation } from "../../server/core/moderation.ts";
import type { Codec, Connection, Local, Nothing, Peer } from "../../server/connection.ts";
import { type Gate, openGate } from "../../server/access/gate.ts";
import type { ServerEvent } from "../../server/events.ts";
import {
  type Batch,
  type Found,
  type History,
  PAGE,
  type Range,
  recordAfter,
  type Rejected,
  type Repeated,
  type RoomRecord,
  type Standing,
  StorageBroken,
} from "../../server/history/history.ts";
import { Hub } from "../../server/hub.ts";
import type { HubOptions } from "../../server/hub_options.ts";
import { serveConnection } from "../../server/session.ts";
import { Turns, type Writer } from "../../server/turns.ts";

type Inbound = ClientFrame | Malformed | Local | Nothing;

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
  readonly oneRoom: boolean;
  welcomed = false;
  passwordAsked = false;
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

  constructor(codec: Codec = framesCodec, host = "203.0.113.7") {
    this.codec = codec;
    this.oneRoom = codec.name === "text";
    const id = ++connections;
    this.peer = { id, address: `${host}:${id}`, host, encrypted: false, transport: codec.name as Peer["transport"] };
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

interface Appended {
  readonly draft: Draft;
  readonly owner: string | undefined;
  readonly by: Standing;
}

/** What a history keeps when its program ends. */
interface Kept {
  readonly entries: Entry[];
  readonly rooms: Map<string, RoomRecord>;
  readonly refs: Map<string, Entry>;
}

/** A history whose commits the test makes by hand. */
export class FakeHistory implements History {
  readonly epoch: string;
  /** Called with each draft before it is taken; what it throws, `append` throws. */
  onAppend: (draft: Draft) => void = () => {};
  /** What `append` returns: set while the history is full. */
  full: Promise<void> | undefined;
  /** Entries up to this one are not kept any more. */
  floor = 0;
  /** Whether searches look at all that is kept. */
  thorough = true;
  /** What each read waits for. */
  reading: Promise<void> | undefined;
  readonly #kept: Kept;
  readonly #appended: Appended[] = [];
  #batches: Batch[] = [];
  #held = false;
  #closed = false;
  #broken: StorageBroken | undefined;
  #wake = Promise.withResolvers<void>();

  constructor(epoch = "e1", kept: Kept = { entries: [], rooms: new Map(), refs: new Map() }) {
    this.epoch = epoch;
    this.#kept = kept;
  }

  /** How many drafts wait for their commit. */
  get waiting(): number {
    return this.#appended.length;
  }

  /** The same history in another program, which finds what this one has committed. */
  reopened(): FakeHistory {
    const { entries, rooms, refs } = this.#kept;
    return new FakeHistory(this.epoch, { entries: [...entries], rooms: new Map(rooms), refs: new Map(refs) });
  }

  append(draft: Draft, owner?: string, by: Standing = "author"): Promise<void> | undefined {
    this.onAppend(draft);
    assert(!this.#closed, "append after close");
    this.#appended.push({ draft, owner, by });
    return this.full;
  }

  /** Commits drafts, the oldest first, in one batch. */
  commit(many = this.#appended.length): void {
    const batch = { entries: [] as Entry[], repeated: [] as Repeated[], rejected: [] as Rejected[] };
    for (const { draft, owner, by } of this.#appended.splice(0, many)) {
      const key = draft.ref === undefined || owner === undefined ? undefined : `${owner} ${draft.ref}`;
      const original = key === undefined ? undefined : this.#kept.refs.get(key);
      const code = original === undefined && draft.type === "deleted" ? this.#bury(draft, by) : undefined;
      if (code !== undefined) batch.rejected.push({ draft, code });
      else if (original?.room === draft.room && original.text === draft.text) batch.repeated.push({ draft, original });
      else if (by === "held_back") batch.rejected.push({ draft, code: by });
      else if (original === undefined) batch.entries.push(this.#place(draft, key));
      else batch.rejected.push({ draft, code: "ref_conflict" });
    }
    this.#push(batch);
  }

  /** Rejects drafts, the oldest first, in one batch. */
  reject(code: Rejected["code"], many = this.#appended.length): void {
    this.#push({ entries: [], repeated: [], rejected: this.#appended.splice(0, many).map(({ draft }) => ({ draft, code })) });
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

  /** Commits nothing any more, and says so. */
  break(): void {
    this.#broken = new StorageBroken("chat.db: disk I/O error");
    this.#wake.resolve();
  }

  async *committed(): AsyncGenerator<Batch> {
    for (;;) {
      const batch = this.#held ? undefined : this.#batches.shift();
      if (batch) yield batch;
      else if (this.#broken) throw this.#broken;
      else if (this.#closed) return;
      else await this.#wake.promise;
      this.#wake = Promise.withResolvers();
      if (this.#closed || this.#broken || (!this.#held && this.#batches.length > 0)) this.#wake.resolve();
    }
  }

  head(room: string): Seq {
    return this.#kept.rooms.get(room)?.head ?? 0;
  }

  rooms(): readonly RoomRecord[] {
    return [...this.#kept.rooms.values()];
  }

  async read(range: Range): Promise<readonly Entry[]> {
    await this.reading;
    assert(range.limit >= 1 && range.limit <= PAGE, `a page of ${range.limit}`);
    const kept = this.#entries(range.room);
    if ("after" in range) return kept.filter(({ seq }) => seq > range.after).slice(0, range.limit);
    return kept.filter(({ seq }) => seq < range.before).slice(-range.limit);
  }

  async search(room: string, words: string, limit: number): Promise<Found> {
    await this.reading;
    const all = this.#entries(room).filter(({ text }) => words.split(" ").every((word) => text.includes(word)));
    return { entries: all.slice(-limit), complete: this.thorough };
  }

  close(): Promise<void> {
    if (!this.#broken) this.commit();
    this.#closed = true;
    this.tell();
    return Promise.resolve();
  }

  #entries(room: string): Entry[] {
    return this.#kept.entries.filter((entry) => entry.room === room && entry.seq > this.floor);
  }

  #bury({ room, target, from }: Draft, by: Standing): Rejected["code"] | undefined {
    const at = this.#kept.entries.findIndex((entry) => entry.room === room && entry.seq === target);
    const entry = this.#kept.entries[at];
    if (!entry || entry.type === "tombstone" || entry.type === "deleted") return "no_such_entry";
    if (by !== "op" && entry.from !== from) return "not_yours";
    this.#kept.entries[at] = { ...entry, type: "tombstone", text: "" };
    return undefined;
  }

  #place(draft: Draft, key: string | undefined): Entry {
    const before = this.#kept.rooms.get(draft.room);
    const prev = before?.head ?? 0;
    const entry: Entry = { kind: "entry", ...draft, seq: prev + 1, prev };
    this.#kept.rooms.set(draft.room, recordAfter(entry, before));
    this.#kept.entries.push(entry);
    if (key !== undefined) this.#kept.refs.set(key, entry);
    return entry;
  }

  #push(batch: Batch): void {
    if (batch.entries.length + batch.repeated.length + batch.rejected.length === 0) return;
    this.#batches.push(batch);
    this.#wake.resolve();
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
      fail: (fault) => writer.fail(fault),
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

/** What a hub keeps, in the tests' words. */
export const KEEPS = "everything, for this test";

/** How a fake server differs from any other. */
type FakeOptions = Partial<Omit<HubOptions, "history">> & { readonly history?: FakeHistory; readonly gate?: Gate };

/** A hub with a history and connections that do what the test says. */
export class FakeServer {
  readonly history: FakeHistory;
  readonly turns = new WatchedTurns();
  readonly events: ServerEvent[] = [];
  readonly hub: Hub;
  /** How serving each connection ended. */
  readonly stays = new Map<FakeConnection, Promise<unknown>>();
  /** Settles when no more is delivered, with what went wrong, if something did. */
  readonly delivered: Promise<unknown>;
  readonly #gate: Gate;

  constructor({ history = new FakeHistory(), gate = openGate, ...options }: FakeOptions = {}) {
    let sessions = 0;
    let tokens = 0;
    this.history = history;
    this.#gate = gate;
    this.hub = new Hub({
      history,
      order: new Moderation(),
      limits: { maxConnections: undefined, maxPerAddress: undefined, rate: undefined, burst: 50, textBytes: 4096 },
      watch: (event) => this.events.push(event),
      server: "chat/test",
      now: () => 1_790_000_000_000,
      monotonic: () => performance.now(),
      random: () => 0.5,
      keeps: KEEPS,
      newId: () => `s${++sessions}`,
      newToken: () => `t${++tokens}`,
      hash: (secret) => `hash of ${secret}`,
      mayReturn: gate.knows,
      ...options,
    });
    this.delivered = this.hub.run().catch((error) => error);
  }

  /** Serves a connection; what that throws is kept in `stays`. */
  connect(connection = new FakeConnection()): FakeConnection {
    this.stays.set(connection, serveConnection(connection, { hub: this.hub, gate: this.#gate, turns: this.turns }).catch((fault) => fault));
    return connection;
  }

  /** Somebody comes in, in frames mode unless the connection says otherwise. */
  async join(name: string, connection = new FakeConnection(), more: Partial<Hello> = {}): Promise<FakeConnection> {
    return await this.ask(this.connect(connection), { kind: "hello", v: [1], name, ...more });
  }

  /** Sends frames and waits until nothing happens any more. */
  async ask(connection: FakeConnection, ...frames: Inbound[]): Promise<FakeConnection> {
    connection.receive(...frames);
    await this.idle();
    return connection;
  }

  /** Says texts in a room and commits them. */
  async said(connection: FakeConnection, room: string, ...texts: string[]): Promise<void> {
    connection.receive(...texts.map((text): ClientFrame => ({ kind: "say", room, text })));
    await this.commit();
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
    return [...ends, await this.delivered].filter((end) => end !== undefined);
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

/** Whether a frame is of one of these kinds. */
export function isOf<K extends ServerFrame["kind"]>(...kinds: K[]): (frame: ServerFrame) => frame is Extract<ServerFrame, { kind: K }> {
  return (frame): frame is Extract<ServerFrame, { kind: K }> => kinds.includes(frame.kind as K);
}

/**
 * C4: in each room each entry's `prev` is the seq before it, or a `reset` says what was left out.
 *
 * @param cursors What the peer had of each room when it came. Where it is not known, a backlog begins anywhere.
 */
export function assertWhole(frames: readonly ServerFrame[], cursors: Readonly<Record<string, Seq>> = {}): void {
  const at = new Map<string, Seq | undefined>(Object.entries(cursors));
  const begin = (room: string, head: Seq) => at.has(room) || at.set(room, head);
  for (const frame of frames) {
    if (frame.kind === "welcome") { for (const { room, head } of frame.rooms) begin(room, head); }
    if (frame.kind === "members") begin(frame.room, frame.head);
    if (frame.kind === "backlog" && !Object.hasOwn(cursors, frame.room)) at.set(frame.room, undefined);
    if (frame.kind === "reset") at.set(frame.room, frame.cursor);
    if (frame.kind !== "entry" || frame.again) continue;
    const { room, seq, prev } = frame;
    if (at.get(room) !== undefined) assertEquals(prev, at.get(room), `before entry ${seq} of #${room}`);
    assert(seq > prev, `entry ${seq} of #${room} after ${prev}`);
    at.set(room, seq);
  }
}
