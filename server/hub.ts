/**
 * READ THIS FIRST: a message's whole journey, in order.
 *
 * 1. `handle` takes a frame from a session. A `say` goes to its room's rules (`core/room.ts`), which make a draft of it or refuse.
 * 2. The draft is appended to the history, which gives it its place and commits it.
 * 3. `run` takes what was committed, in the history's order, and `deliver` puts it onto the room's encoded tails.
 * 4. Each member's pump (`pump.ts`) writes from its position in the tail. One that the tail does not reach back to is served by `catchUp`.
 *
 * Nobody hears what is not committed, everybody hears the same in the same order, and nothing here waits for a reader.
 *
 * @module
 */
import type { Malformed } from "../shared/codec.ts";
import { parseRoomName, type RoomName } from "../shared/names.ts";
import {
  type ClientFrame,
  type Entry,
  type Hello,
  LIMITS,
  LOBBY,
  PROTOCOL_VERSION,
  type RefusalCode,
  type Say,
  type ServerFrame,
} from "../shared/protocol.ts";
import { cleanText, plural } from "../shared/text.ts";
import { Broadcast, type Reading } from "./broadcast.ts";
import type { ServerLimits } from "./config.ts";
import { RateLimit } from "./core/rate_limit.ts";
import { Room } from "./core/room.ts";
import { type Session, Sessions } from "./core/sessions.ts";
import type { Piece } from "./encoded_tail.ts";
import type { Watch } from "./events.ts";
import { type History, PAGE } from "./history/history.ts";
import type { Pump } from "./pump.ts";

/** What a hub works with. Time and chance come in here. */
export interface HubOptions {
  readonly history: History;
  readonly limits: ServerLimits;
  readonly watch: Watch;
  /** The server's program and version, for `welcome`. */
  readonly server: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds on a clock that never jumps. */
  readonly monotonic: () => number;
  /** A number from 0 up to 1, by chance. */
  readonly random: () => number;
  /** A public id for a session: never twice the same. */
  readonly newId: () => string;
}

/** A session and what connects it. */
export interface Seat {
  readonly session: Session;
  readonly pump: Pump;
  readonly rate: RateLimit | undefined;
  /** Called when everything that the session appended is committed. */
  settled?: () => void;
}

interface Place {
  readonly room: Room;
  readonly broadcast: Broadcast;
}

const encoder = new TextEncoder();

/** The rooms, who is in them, and the one way in and out. */
export class Hub {
  readonly #options: HubOptions;
  readonly #sessions = new Sessions();
  readonly #seats = new Map<string, Seat>();
  readonly #places = new Map<RoomName, Place>();
  readonly #lobby: Place;
  #messages = 0;
  /** Aborted when the server stops: nobody is held up any more. */
  readonly #stopping = new AbortController();
  /** Sessions that have nothing more to say, while the server stops. */
  #silent = 0;
  readonly #allSilent = Promise.withResolvers<void>();

  constructor(options: HubOptions) {
    this.#options = options;
    this.#lobby = this.#open(LOBBY);
  }

  /** How many messages were delivered. */
  get messages(): number {
    return this.#messages;
  }

  /** Whether the server is stopping. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Holds nobody up any more; who leaves now is told that the server stops. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Delivers what the history commits, until it is closed. */
  async run(): Promise<void> {
    for await (const entries of this.#options.history.committed()) this.#deliver(entries);
  }

  /**
   * Gives a newcomer a name and a place in the lobby. Returns what the newcomer was told instead when that cannot be.
   *
   * @param last Whether no other `hello` may follow.
   */
  greet(hello: Hello, pump: Pump, last: boolean): Seat | "refused" | "no version" {
    if (!hello.v.includes(PROTOCOL_VERSION)) {
      const text = `this server speaks version ${PROTOCOL_VERSION} of the protocol, the client ${hello.v.join(", ")}`;
      pump.send({ kind: "error", code: "version", text, v: [PROTOCOL_VERSION] });
      return "no version";
    }
    const session = this.#sessions.open(hello.name, this.#options.newId());
    if ("code" in session) {
      pump.send({ kind: "refused", ...session, final: last });
      this.#options.watch({ type: "refused", peer: pump.connection.peer, text: session.text });
      return "refused";
    }
    const { rate, burst } = this.#options.limits;
    const seat: Seat = { session, pump, rate: rate === undefined ? undefined : new RateLimit(rate, burst) };
    this.#seats.set(session.id, seat);
    pump.reader = session.id;
    pump.connection.welcomed = true;
    this.#join(seat, this.#lobby);
    return seat;
  }

  /** Takes one frame. A returned promise is what to wait for before the next one: that wait is what a sender feels of a full house. */
  handle(seat: Seat, frame: Exclude<ClientFrame, { kind: "bye" }> | Malformed): Promise<void> | undefined {
    const { pump } = seat;
    switch (frame.kind) {
      case "say":
        return this.#say(seat, frame);
      case "ping":
        pump.send({ ...frame, kind: "pong" });
        break;
      case "pong":
        break;
      case "hello":
        pump.send({ kind: "error", code: "unexpected", text: "you said hello already" });
        break;
      case "malformed":
        pump.send({ ...frame, kind: "error" });
        break;
      default:
        frame satisfies never;
    }
    return pump.congestion;
  }

  /** Parts with those who take nothing any more. Call it every few seconds. */
  sweep(): void {
    const now = this.#options.monotonic();
    for (const { pump } of this.#seats.values()) pump.checkStalled(now);
  }

  /** Takes a session's leave: what it said is committed first, then the others are told. `why` is for the log. */
  async leave(seat: Seat, how: "bye" | "broken", why: string): Promise<void> {
    const { session, pump } = seat;
    if (session.committed < session.appended) await new Promise<void>((resolve) => seat.settled = resolve);
    if (this.#stopping.signal.aborted) await this.#everybodySilent();
    const over = how === "broken" ? pump.abort() : pump.finish(this.#farewell(session));
    this.#seats.delete(session.id);
    this.#sessions.close(session);
    const { nick, id: from } = session;
    for (const { room, broadcast } of this.#places.values()) {
      if (!room.leave(session) || this.#stopping.signal.aborted) continue;
      broadcast.publish([{ kind: "left", room: room.name, by: nick, from, total: room.size }]);
    }
    this.#options.watch({ type: "disconnected", peer: pump.connection.peer, nick, why, sent: session.committed });
    await over;
  }

  /** Settles when all have said their last: while the server stops nobody is seen off before everything that was read is delivered. */
  #everybodySilent(): Promise<void> {
    if (++this.#silent === this.#seats.size) this.#allSilent.resolve();
    return this.#allSilent.promise;
  }

  #open(name: string): Place {
    const parsed = parseRoomName(name);
    if (!parsed.ok) throw new Error(`cannot open room "${name}": ${parsed.refusal.text}`);
    const head = this.#options.history.head(parsed.name);
    const place = { room: new Room(parsed.name, head), broadcast: new Broadcast(parsed.name, head, this.#options.monotonic) };
    this.#places.set(parsed.name, place);
    return place;
  }

  #join({ session, pump }: Seat, { room, broadcast }: Place): void {
    room.join(session);
    const { nick, id: from } = session;
    broadcast.publish([{ kind: "joined", room: room.name, by: nick, from, total: room.size }]);
    pump.send({
      kind: "welcome",
      v: PROTOCOL_VERSION,
      session: from,
      nick,
      server: this.#options.server,
      rooms: [room.snapshot()],
    });
    this.#sendMembers(pump, room, LIMITS.membersPerFrame);
    pump.follow(broadcast);
    this.#options.watch({ type: "joined", peer: pump.connection.peer, nick, room: room.name });
  }

  #sendMembers(pump: Pump, room: Room, offset: number): void {
    const listed = Math.min(room.size, LIMITS.membersListed);
    for (; offset < listed; offset += LIMITS.membersPerFrame) pump.send({ kind: "members", ...room.snapshot(offset) });
  }

  #say(seat: Seat, say: Say): Promise<void> | undefined {
    const { session, rate } = seat;
    const place = this.#places.get(say.room as RoomName);
    const decided = place
      ? place.room.decide(session, say, this.#options.now(), this.#options.limits.textBytes)
      : { code: "no_such_room" as const, text: `there is no room #${cleanText(say.room.slice(0, LIMITS.roomBytes))}` };
    if ("code" in decided) {
      this.#refuse(seat, say.ref, decided);
      return seat.pump.congestion;
    }
    const full = this.#options.history.append(decided);
    session.appended++;
    const wait = rate?.take(this.#options.monotonic()) ?? 0;
    if (full || wait > 0) return this.#holdUp(full, wait);
    return place?.broadcast.pressure.wait();
  }

  #refuse({ session, pump }: Seat, ref: string | undefined, refusal: { code: RefusalCode; text: string }): void {
    pump.send({ kind: "refused", ...ref === undefined ? {} : { ref }, ...refusal, final: true });
    this.#options.watch({ type: "refused", peer: pump.connection.peer, nick: session.nick, text: refusal.text });
  }

  async #holdUp(full: Promise<void> | undefined, ms: number): Promise<void> {
    await full;
    const stopping = this.#stopping.signal;
    if (ms <= 0 || stopping.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        stopping.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      stopping.addEventListener("abort", done);
    });
  }

  #deliver(entries: readonly Entry[]): void {
    this.#messages += entries.length;
    for (const [name, said] of Map.groupBy(entries, (entry) => entry.room as RoomName)) {
      const { room, broadcast } = this.#places.get(name) ?? this.#open(name);
      for (const entry of said) {
        room.apply(entry);
        this.#options.watch({ type: "said", entry });
      }
      broadcast.publish(said);
      for (const entry of said) this.#acknowledge(entry);
    }
  }

  #acknowledge({ from }: Entry): void {
    const seat = this.#seats.get(from);
    if (!seat) return;
    seat.session.committed++;
    if (seat.session.committed === seat.session.appended) seat.settled?.();
  }

  /**
   * A page of history for a pump that the tail does not reach back to, and where it goes on. The only way old entries are sent. Whoever finds
   * its place in the tail again missed who came and went, and is told who is there.
   */
  async catchUp(broadcast: Broadcast, reading: Reading): Promise<Piece> {
    const { pump, tail, position: { cursor } } = reading;
    const nothing = new Uint8Array(0);
    if (reading.until && cursor >= reading.until.cursor) return { bytes: nothing, next: reading.until };
    const found = tail.locate(cursor);
    if (found) {
      const place = this.#places.get(broadcast.room as RoomName);
      if (place && !reading.until) this.#sendMembers(pump, place.room, 0);
      return { bytes: nothing, next: found };
    }
    const page = await this.#options.history.read({ room: broadcast.room, after: cursor, limit: PAGE });
    // What is committed but not published yet comes with the tail, and what is published after a leave does not come at all.
    const last = (reading.until ?? tail.end).cursor;
    const entries = page.filter((entry) => entry.seq <= last);
    const { codec } = pump.connection;
    const frames: ServerFrame[] = entries.filter((entry) => !codec.skipsOwn || entry.from !== pump.reader);
    const before = entries.at(0)?.prev ?? last;
    if (before > cursor) frames.unshift({ kind: "reset", room: broadcast.room, cursor: before, skipped: before - cursor });
    // An offset that is gone as well: the next look at the tail comes back here, or finds its place by the cursor.
    const next = { offset: -1, cursor: entries.at(-1)?.seq ?? last };
    const bytes = encoder.encode(frames.map((frame) => codec.encode(frame)).join(""));
    return { bytes, next };
  }

  #farewell({ nick, committed: sent }: Session): ServerFrame {
    const receipt = `Bye, ${nick} (${plural(sent, "message")} sent)`;
    if (!this.#stopping.signal.aborted) return { kind: "bye", reason: "left", text: receipt, sent };
    const retryMs = 500 + Math.floor(this.#options.random() * 2_500);
    return { kind: "bye", reason: "restart", text: `The server is stopping. ${receipt}`, sent, retryMs };
  }
}
