/**
 * Everybody who is present: each session's seat, those included whose connection broke a moment ago.
 *
 * @module
 */
import type { Entry } from "../shared/protocol.ts";
import { Departed } from "./core/departed.ts";
import type { Former, Person } from "./core/moderation_rules.ts";
import { household } from "./core/network.ts";
import { RateLimit } from "./core/rate_limit.ts";
import type { Session, Sessions } from "./core/sessions.ts";
import type { HubOptions } from "./hub_options.ts";
import { leaveRoom, type Places } from "./places.ts";
import type { Pump } from "./pump.ts";
import { personOf, type Seat } from "./seat.ts";

/** How long a session whose connection broke keeps its seat, in milliseconds. */
const GRACE_MS = 30_000;
/** Sessions whose connections broke that keep their seats, from one address and in all; one more, and the one that broke first ends. */
const LOST_PER_ADDRESS = 100;
const LOST = 1_000;

/** New names that others are told at once, and times that they are told of who is away or back; then, in a second. */
const CHANGES = 3;
const CHANGES_A_SECOND = 0.1;

/** What seats work with. */
export interface SeatsParts {
  readonly places: Places;
  readonly sessions: Sessions;
  /** Aborted when the server stops. */
  readonly stopping: AbortSignal;
}

/** All seats, by the session's id. */
export class Seats implements Iterable<Seat> {
  readonly #options: HubOptions;
  readonly #places: Places;
  readonly #sessions: Sessions;
  readonly #stopping: AbortSignal;
  readonly #seats = new Map<string, Seat>();
  readonly #departed = new Departed();
  /** The seats without a connection, in the order they lost it, with what counts as their address. */
  readonly #lost = new Map<Seat, string>();

  constructor(options: HubOptions, { places, sessions, stopping }: SeatsParts) {
    this.#options = options;
    this.#places = places;
    this.#sessions = sessions;
    this.#stopping = stopping;
  }

  get size(): number {
    return this.#seats.size;
  }

  get(id: string): Seat | undefined {
    return this.#seats.get(id);
  }

  [Symbol.iterator](): IterableIterator<Seat> {
    return this.#seats.values();
  }

  /** Whoever has a name, or had it last a moment ago. */
  person(nick: string): Person | undefined {
    const session = this.#sessions.named(nick);
    const seat = session && this.#seats.get(session.id);
    return seat ? personOf(seat) : this.lately(nick)?.person;
  }

  /** Who had a name a moment ago, the last of those who left or took another, as they are called now. */
  lately(nick: string): Former | undefined {
    const former = this.#departed.find(nick, this.#options.monotonic());
    const seat = former && this.#seats.get(former.person.session);
    return seat ? { ...former, person: personOf(seat) } : former;
  }

  /** Notes that somebody had another name until now. */
  renamed(seat: Seat, before: string): void {
    this.#departed.left(before, personOf(seat), this.#options.monotonic());
  }

  /** A seat for a session that has none. */
  add(session: Session, pump: Pump): Seat {
    const { order, limits: { rate, burst }, monotonic } = this.#options;
    session.role = order.roleOf(session.installation);
    const limited = (perSecond: number, atOnce: number) => rate === undefined ? undefined : new RateLimit(perSecond, atOnce);
    const seat: Seat = {
      session,
      pump,
      rate: limited(rate ?? 0, burst),
      renames: limited(CHANGES_A_SECOND, CHANGES),
      absences: limited(CHANGES_A_SECOND, CHANGES),
      token: undefined,
      heardAt: monotonic(),
    };
    this.#seats.set(session.id, seat);
    return seat;
  }

  /** Gives a seat another connection. Should there be somebody at the one of before, they are told. */
  takeOver(seat: Seat, pump: Pump): void {
    void seat.pump.finish({ kind: "bye", reason: "replaced", text: "You came back on another connection" });
    seat.pump.connection.stop();
    seat.pump = pump;
    seat.lostAt = undefined;
    this.#lost.delete(seat);
    seat.askedAt = undefined;
    seat.heardAt = this.#options.monotonic();
  }

  /** A seat's connection broke: the session keeps it for a while. */
  lose(seat: Seat): void {
    seat.lostAt = this.#options.monotonic();
    const from = household(seat.pump.connection.peer.host);
    this.#lost.set(seat, from);
    const here = [...this.#lost.keys()].filter((lost) => this.#lost.get(lost) === from);
    const [first] = this.#lost.keys();
    if (here.length > LOST_PER_ADDRESS) this.end(here[0]);
    else if (this.#lost.size > LOST) this.end(first);
  }

  /** Parts with those who take nothing any more, and with those who have not come back. */
  sweep(): void {
    const now = this.#options.monotonic();
    for (const seat of this) {
      if (seat.lostAt === undefined) seat.pump.checkStalled(now);
      else if (now - seat.lostAt > GRACE_MS) this.end(seat);
    }
  }

  /** Notes that an entry was committed. Its author hears of it with the room, or alone where it has left that. */
  committed(entry: Entry): void {
    const seat = this.#seats.get(entry.from);
    if (entry.ref !== undefined && seat && !seat.session.rooms.has(entry.room)) seat.pump.send({ ...entry, again: true });
    this.answered(entry.from, "committed");
  }

  /** Counts an answer that the history gave to something that a session appended. */
  answered(id: string, how: "committed" | "repeated" | "rejected" | "done"): void {
    const seat = this.#seats.get(id);
    if (!seat) return;
    const { session } = seat;
    session.answered++;
    if (how === "committed" || how === "repeated") session.committed++;
    if (session.answered < session.appended) return;
    seat.settled?.resolve();
    seat.settled = undefined;
  }

  /** Frees the name and the places of a session; what rooms it was in stays known, for when it is resumed. */
  end(seat: Seat): void {
    const { session } = seat;
    this.#departed.left(session.nick, personOf(seat), this.#options.monotonic());
    this.#lost.delete(seat);
    this.#seats.delete(session.id);
    this.#sessions.close(session);
    for (const name of session.rooms) {
      const place = this.#places.at(name);
      if (this.#stopping.aborted) place.room.leave(session);
      else leaveRoom(session, place);
      this.#places.tidy(place);
    }
  }
}
