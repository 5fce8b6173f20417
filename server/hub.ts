/**
 * READ THIS FIRST: a message's whole journey, in order.
 *
 * 1. `handle` takes a frame from a session. A `say` goes to its room's rules (`core/room.ts`), which make a draft of it or refuse.
 * 2. The draft is appended to the history, which gives it its place and commits it.
 * 3. `run` takes what was committed, in the history's order, and `deliver` puts it onto the room's encoded tails.
 * 4. Each member's pump (`pump.ts`) writes from its position in the tail. What the tail does not reach back to is served by `past.ts`.
 *
 * Nobody hears what is not committed, everybody hears the same in the same order, and nothing here waits for a reader.
 *
 * @module
 */
import type { Malformed } from "../shared/codec.ts";
import { AUDIT_ROOM, type RoomName } from "../shared/names.ts";
import type { ClientFrame, Delete, Draft, Hello, Refused, Resume, Say, Topic } from "../shared/protocol.ts";
import type { Broadcast, Reading } from "./broadcast.ts";
import type { Refusal } from "./core/room.ts";
import { Sessions } from "./core/sessions.ts";
import type { Connection, Local, Nothing } from "./connection.ts";
import { authorOf, DELETION_COST, DeletionsOfOthers, lastOf, NOTHING_SAID, rejection, tellTopic } from "./deletion.ts";
import type { Piece } from "./encoded_tail.ts";
import { Departure, type Leave } from "./departure.ts";
import { Entrance } from "./entrance.ts";
import type { Batch } from "./history/history.ts";
import type { HubOptions } from "./hub_options.ts";
import { Moderator } from "./moderator.ts";
import { Moves } from "./moves.ts";
import { Past } from "./past.ts";
import { NEW_ROOM_COST, Places } from "./places.ts";
import type { Pump } from "./pump.ts";
import { answer, type Seat } from "./seat.ts";
import { Seats } from "./seats.ts";

/** What a session may ask for. */
export type Inbound = Exclude<ClientFrame, { kind: "bye" }> | Malformed | Local | Nothing;

/** The rooms, who is in them, and the one way in and out. */
export class Hub {
  readonly #options: HubOptions;
  readonly #places: Places;
  readonly #seats: Seats;
  readonly #entrance: Entrance;
  readonly #departure: Departure;
  readonly #moves: Moves;
  readonly #moderator: Moderator;
  readonly #past: Past;
  /** Why the drafts of those who may not talk now are refused, unless they repeat something. */
  readonly #heldBack = new WeakMap<Draft, Refusal>();
  /** What takes back that somebody talked in a slow room, should it not be kept. */
  readonly #talked = new WeakMap<Draft, () => void>();
  readonly #ofOthers = new DeletionsOfOthers();
  #messages = 0;
  #commits = 0;
  #commitMs = 0;
  /** When the first message was appended that no commit has answered yet, on the monotonic clock. */
  #appendedAt: number | undefined;
  /** Aborted when the server stops: nobody is held up any more. */
  readonly #stopping = new AbortController();

  constructor(options: HubOptions) {
    this.#options = options;
    this.#places = new Places(options.history.rooms(), options.monotonic, options.limits.rate !== undefined);
    this.#past = new Past(options.history, this.#places, this.#stopping.signal);
    const sessions = new Sessions();
    const stopping = this.#stopping.signal;
    const places = this.#places;
    const seats = new Seats(options, { places, sessions, stopping });
    this.#seats = seats;
    this.#entrance = new Entrance(options, { places, sessions, seats });
    this.#departure = new Departure(options, { seats, sessions, stopping });
    this.#moves = new Moves(options, { places, sessions, seats });
    this.#moderator = new Moderator(options, { places, seats, departure: this.#departure });
  }

  /** How many messages were delivered. */
  get messages(): number {
    return this.#messages;
  }

  /** How many commits the history has made. */
  get commits(): number {
    return this.#commits;
  }

  /** Everybody who is in, those included whose connection broke a moment ago. */
  get seats(): Seats {
    return this.#seats;
  }

  /** Keeps order; the server's window asks it too. */
  get moderator(): Moderator {
    return this.#moderator;
  }

  /** What the newest commit took, from its first message on, in milliseconds. */
  get commitMs(): number {
    return this.#commitMs;
  }

  /** Whether the server is stopping. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Holds nobody up any more; who leaves now is told why the server stops. */
  stop(why: "restart" | "storage" = "restart"): void {
    this.#departure.close(why);
    this.#stopping.abort();
  }

  /** The history takes no more. */
  close(): void {
    this.#moderator.close();
  }

  /** Delivers what the history commits, until it is closed. Throws what breaks the history. */
  async run(): Promise<void> {
    for await (const batch of this.#options.history.committed()) this.#deliver(batch);
  }

  /** Lets a newcomer in, or back in. @param last Whether no other `hello` may follow. */
  greet(hello: Hello | Resume, pump: Pump, last: boolean): Seat | "refused" | "banned" | "no version" {
    return this.#entrance.greet(hello, pump, last);
  }

  /** Tells a newcomer why it is not let in. */
  turnAway(refusal: Omit<Refused, "kind">, pump: Pump): void {
    this.#entrance.turnAway(refusal, pump);
  }
  /** Notes that somebody went who never had a name. `why` is for the log. */
  wentNameless({ peer }: Connection, why: string): void {
    this.#options.watch({ type: "disconnected", peer, why, sent: 0 });
  }

  /** Takes the leave of a session, or notes that its connection broke. `why` is for the log. */
  leave(seat: Seat, pump: Pump, how: Leave, why: string): Promise<void> {
    return this.#departure.leave(seat, pump, how, why);
  }

  /** Parts with those who take nothing any more, and with those who have not come back. Call it every few seconds. */
  sweep(): void {
    this.#seats.sweep();
  }

  /** Takes one frame. A returned promise is what to wait for before the next one: that wait is what a sender feels of a full house. */
  handle(seat: Seat, frame: Inbound): Promise<void> | undefined {
    if (seat.isOut) return undefined;
    const now = this.#options.monotonic();
    seat.heardAt = now;
    const cost = this.#costOf(seat, frame);
    const wait = this.#carryOut(seat, frame);
    // Whatever is read counts.
    const ms = seat.rate?.take(now, cost) ?? 0;
    return ms > 0 ? this.#holdUp(seat, wait, ms) : wait;
  }

  /** What a frame counts against the rate, in messages. Those who keep order clear up as fast as others talk. */
  #costOf({ session }: Seat, frame: Inbound): number {
    if (frame.kind === "join") return this.#places.isNew(frame.room) ? NEW_ROOM_COST : 1;
    return frame.kind === "delete" && session.role === undefined ? DELETION_COST : 1;
  }

  #carryOut(seat: Seat, frame: Inbound): Promise<void> | undefined {
    const { pump, session } = seat;
    switch (frame.kind) {
      case "say":
      case "topic":
        return this.#say(seat, frame);
      case "join":
        this.#moves.join(seat, frame);
        break;
      case "part":
        answer(seat, frame.ref, this.#moves.part(seat, frame));
        break;
      case "nick":
        answer(seat, frame.ref, this.#hushed(seat) ?? this.#moves.rename(seat, frame));
        break;
      case "away":
        answer(seat, frame.ref, (frame.text ? this.#hushed(seat) : undefined) ?? this.#moves.away(seat, frame));
        break;
      case "who": {
        const place = this.#places.where(seat, frame.room);
        answer(seat, frame.ref, "code" in place ? place : { kind: "members", ...place.room.snapshot() });
        break;
      }
      case "rooms":
        answer(seat, frame.ref, { kind: "rooms", rooms: this.#places.list() });
        break;
      case "history":
      case "search":
        return this.#past.look(seat, frame);
      case "ping":
        pump.send({ ...frame, kind: "pong" });
        break;
      case "pong":
      case "nothing":
        break;
      case "hello":
      case "resume":
        pump.send({ kind: "error", code: "unexpected", text: `you are in already, as ${session.nick}` });
        break;
      case "certificate":
        pump.send({ kind: "error", code: "unexpected", text: "ask for the certificate before anything else" });
        break;
      case "delete":
        if (frame.seq === 0) return this.#deleteLast(seat, frame);
        return seat.session.role === undefined ? this.#say(seat, frame) : this.#deleteAny(seat, frame);
      case "moderate":
        return this.#moderator.moderate(seat, frame);
      case "report":
        return this.#moderator.report(seat, frame);
      case "malformed":
        pump.send({ ...frame, kind: "error" });
        break;
      case "local":
        pump.send(frame.answer);
        if (frame.andKept) pump.send({ kind: "notice", text: `Kept: ${this.#options.keeps}` });
        break;
      default:
        frame satisfies never;
    }
    return pump.congestion;
  }

  /** @param author Of what is deleted, where that is somebody else. */
  #say(seat: Seat, frame: Say | Topic | Delete, author?: string): Promise<void> | undefined {
    const { session, pump } = seat;
    const { history, order, limits } = this.#options;
    const now = this.#options.now();
    const place = this.#places.where(seat, frame.room);
    if ("code" in place) return this.#turnDown(seat, frame, place);
    const deletes = frame.kind === "delete";
    const decided = deletes ? place.room.decideDeletion(session, frame, now) : place.room.decide(session, frame, now, limits.textBytes);
    const heldBack = deletes ? undefined : place.room.outside(session) ?? order.mayTalk(session, place.room.name, now);
    if ("code" in decided) return this.#turnDown(seat, frame, heldBack ?? decided);
    if (heldBack) {
      // What was said before may be said again: it is answered, and nobody hears it twice.
      if (frame.ref === undefined || session.installation === undefined) return this.#turnDown(seat, frame, heldBack);
      this.#heldBack.set(decided, heldBack);
    } else if (!deletes) {
      const takeBack = order.talked(session, place.room.name, now);
      if (takeBack) this.#talked.set(decided, takeBack);
    }
    if (author !== undefined) this.#ofOthers.add(decided, author);
    this.#appendedAt ??= this.#options.monotonic();
    const full = history.append(decided, session.installation, heldBack ? "held_back" : deletes && session.role ? "op" : "author");
    session.appended++;
    return full ?? (heldBack ? pump.congestion : place.broadcast.pressure.wait());
  }

  /** Deletes what the session said last in the room: what is on its way to the history as well. */
  async #deleteLast(seat: Seat, frame: Delete): Promise<void> {
    await this.#departure.settled(seat);
    if (seat.isOut) return;
    const place = this.#places.where(seat, frame.room);
    const seq = "code" in place ? 0 : await lastOf(seat.session, place.room, this.#options.history);
    if (seq === undefined) return this.#refuse(seat, frame.ref, NOTHING_SAID);
    await this.#say(seat, { ...frame, seq });
  }

  /** Deletes anybody's message; whose it was is recorded. */
  async #deleteAny(seat: Seat, frame: Delete): Promise<void> {
    const place = this.#places.where(seat, frame.room);
    const author = "code" in place ? undefined : await authorOf(frame.seq, seat.session, place.room, this.#options.history);
    await this.#say(seat, frame, author);
  }

  /** Why somebody may not be heard, be it by a name or by a reason, if so. */
  #hushed({ session }: Seat): Refusal | undefined {
    return this.#options.order.mayBeHeard(session, this.#options.now());
  }

  async #holdUp({ pump }: Seat, wait: Promise<void> | undefined, ms: number): Promise<void> {
    await wait;
    await pump.rest(ms);
  }

  #turnDown(seat: Seat, { ref }: Say | Topic | Delete, refusal: Refusal): Promise<void> | undefined {
    this.#refuse(seat, ref, refusal);
    return seat.pump.congestion;
  }

  #refuse(seat: Seat, ref: string | undefined, refusal: Refusal): void {
    answer(seat, ref, refusal);
    this.#options.watch({ type: "refused", peer: seat.pump.connection.peer, nick: seat.session.nick, ...refusal });
  }

  #deliver({ entries, repeated, rejected }: Batch): void {
    this.#messages += entries.length;
    this.#commits++;
    if (this.#appendedAt !== undefined) this.#commitMs = this.#options.monotonic() - this.#appendedAt;
    this.#appendedAt = undefined;
    for (const [name, said] of Map.groupBy(entries, (entry) => entry.room as RoomName)) {
      if (name as string === AUDIT_ROOM) {
        for (const act of said) this.#moderator.committed(act);
        continue;
      }
      const place = this.#places.at(name);
      const { topic } = place.room;
      for (const entry of said) {
        place.room.apply(entry);
        // What is said of an act is in the log as that act.
        if (entry.type !== "notice" && entry.type !== "announcement") this.#options.watch({ type: "said", entry });
        const author = this.#ofOthers.take(entry);
        if (author !== undefined) this.#moderator.deleted(entry, author);
      }
      place.broadcast.publish(said);
      if (place.room.topic !== topic) tellTopic(place, said, this.#seats);
      for (const entry of said) this.#seats.committed(entry);
      // Whoever said it may have left since.
      this.#places.tidy(place);
    }
    for (const { draft, original } of repeated) {
      this.#talked.get(draft)?.();
      this.#ofOthers.take(draft);
      this.#seats.get(draft.from)?.pump.send({ ...original, again: true });
      this.#seats.answered(draft.from, "repeated");
    }
    for (const { draft, code } of rejected) {
      const refusal = code === "held_back" ? this.#heldBack.get(draft)! : { code, text: rejection(draft, code) };
      if (draft.room === AUDIT_ROOM) {
        this.#moderator.rejected(refusal);
        continue;
      }
      this.#talked.get(draft)?.();
      this.#ofOthers.take(draft);
      const seat = this.#seats.get(draft.from);
      if (seat) this.#refuse(seat, draft.ref, refusal);
      this.#seats.answered(draft.from, "rejected");
    }
  }

  /** What a reader is sent that the tail does not reach back to, and where it goes on. */
  catchUp(broadcast: Broadcast, reading: Reading): Promise<Piece> {
    return this.#past.catchUp(broadcast, reading);
  }
}
