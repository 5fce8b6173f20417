/**
 * How people come in and come back.
 *
 * A session outlives its connection: one that broke, and can resume, keeps its seat for a while.
 *
 * @module
 */
import { type Hello, LIMITS, LOBBY, PROTOCOL_VERSION, type Refused, type Resume } from "../shared/protocol.ts";
import type { Start } from "./broadcast.ts";
import type { Refusal } from "./core/room.ts";
import type { Session, Sessions } from "./core/sessions.ts";
import type { HubOptions } from "./hub_options.ts";
import { enterRoom, leaveRoom, NEW_ROOM_COST, type Place, type Places, rulesOf, sendMembers } from "./places.ts";
import type { Pump } from "./pump.ts";
import type { Seat } from "./seat.ts";
import type { Seats } from "./seats.ts";

/** How long a connection may take to show that it lives, in milliseconds. */
const ANSWER_MS = 5_000;
/** People whose names a peer that keeps no list is told, and itself. */
const NAMED = 21;
/** What somebody is sent of a room whose history does not connect with what it has. */
const AFTER_RESET = 50;

/** To whom it is said says hello, and is asked for what the server asks of newcomers. */
const UNKNOWN: Refusal = { code: "resume_unknown", text: "the server does not know this session any more" };

/** What an entrance shares with the hub. */
export interface EntranceParts {
  readonly places: Places;
  readonly sessions: Sessions;
  readonly seats: Seats;
}

/** What came of the rooms that a newcomer asked for. */
interface Opened {
  readonly wanted: ReadonlySet<Place>;
  /** How many of those begin with it. */
  readonly begun: number;
  /** Why others are left out. */
  readonly noPlace: readonly Refusal[];
  /** Why it is not let in, if so. */
  readonly wrong: Refusal | undefined;
}

/** Lets people in. */
export class Entrance {
  readonly #options: HubOptions;
  readonly #places: Places;
  readonly #sessions: Sessions;
  readonly #seats: Seats;

  constructor(options: HubOptions, { places, sessions, seats }: EntranceParts) {
    this.#options = options;
    this.#places = places;
    this.#sessions = sessions;
    this.#seats = seats;
  }

  /** Lets a newcomer in, or back in. @param last Whether no other `hello` may follow. */
  greet(frame: Hello | Resume, pump: Pump, last: boolean): Seat | "refused" | "banned" | "no version" {
    if (!frame.v.includes(PROTOCOL_VERSION)) {
      const text = `this server speaks version ${PROTOCOL_VERSION} of the protocol, the client ${frame.v.join(", ")}`;
      pump.send({ kind: "error", code: "version", text, v: [PROTOCOL_VERSION] });
      return "no version";
    }
    const seat = frame.kind === "hello" ? this.#enter(frame, pump) : this.#resume(frame, pump);
    if (!("code" in seat)) return seat;
    const isBanned = seat.code === "banned";
    const { code, text, retryMs } = seat;
    this.turnAway({ code, text, final: last || isBanned, ...retryMs === undefined ? {} : { retryMs: Math.ceil(retryMs) } }, pump);
    return isBanned ? "banned" : "refused";
  }

  /** Tells a newcomer why it is not let in. */
  turnAway(refusal: Omit<Refused, "kind">, pump: Pump): void {
    pump.send({ kind: "refused", ...refusal });
    // To be asked for a password is no refusal.
    if (refusal.code !== "password_needed") this.#options.watch({ ...refusal, type: "refused", peer: pump.connection.peer });
  }

  #enter(hello: Hello, pump: Pump): Seat | Refusal {
    const { newId, hash } = this.#options;
    const installation = hello.secret === undefined ? undefined : hash(hello.secret);
    const banned = this.#keptOut(installation, pump);
    if (banned) return banned;
    const asked = hello.rooms?.length ? hello.rooms : [LOBBY];
    const { wanted, begun, noPlace, wrong } = this.#open(asked, pump);
    const found = wrong ?? this.#lost(hello.name, installation) ?? this.#sessions.open(hello.name, newId(), installation);
    if ("code" in found) {
      for (const place of wanted) this.#places.tidy(place);
      return found;
    }
    const isBack = "session" in found;
    const seat = isBack ? found : this.#seats.add(found, pump);
    const { session } = seat;
    seat.rate?.take(this.#options.monotonic(), begun * NEW_ROOM_COST);
    if (isBack) this.#seats.takeOver(seat, pump);
    this.#makePlace(session, wanted);
    for (const place of wanted) if (!place.room.has(session)) this.#join(seat, place);
    this.#welcome(seat, hello, isBack);
    this.#tellNoPlace(pump, noPlace);
    return seat;
  }

  /** Opens the rooms that a newcomer asks for, as far as there is place; without any it is not let in. */
  #open(names: readonly string[], { connection: { peer } }: Pump): Opened {
    const wanted = new Set<Place>();
    const noPlace: Refusal[] = [];
    let begun = 0;
    let wrong: Refusal | undefined;
    for (const name of names) {
      const isNew = this.#places.isNew(name);
      const place = this.#places.open(name, peer.host);
      if (!("code" in place)) {
        wanted.add(place);
        if (isNew) begun++;
      } else if (place.code === "too_many_rooms") {
        noPlace.push(place);
      } else {
        wrong ??= place;
      }
    }
    return { wanted, begun, noPlace, wrong: wrong ?? (wanted.size === 0 ? noPlace[0] : undefined) };
  }

  /** Tells somebody, whom the welcome names the other rooms, which ones they are not in, and why. */
  #tellNoPlace(pump: Pump, noPlace: readonly Refusal[]): void {
    for (const { text } of noPlace) pump.send({ kind: "notice", text });
  }

  /**
   * The seat without a connection that holds a name, when its own installation asks for that: the welcome with its token may have been lost.
   * A connection may have vanished without a word: it is asked first, and has {@link ANSWER_MS} to say something.
   */
  #lost(name: string, installation: string | undefined): Seat | Refusal | undefined {
    const session = this.#sessions.named(name);
    if (!session || installation === undefined || session.installation !== installation) return undefined;
    const seat = this.#seats.get(session.id);
    if (!seat || seat.lostAt !== undefined) return seat;
    if (seat.isOut) return undefined;
    const now = this.#options.monotonic();
    if (seat.askedAt !== undefined && seat.heardAt <= seat.askedAt) return now - seat.askedAt < ANSWER_MS ? undefined : seat;
    seat.askedAt = now;
    seat.pump.send({ kind: "ping" });
    return { code: "name_taken", text: `${session.nick} is taken, by another connection of yours; if that is gone, ask again in 5 s` };
  }

  /** Leaves rooms of before, the first ones first, that there is no place for beside those it wants. */
  #makePlace(session: Session, wanted: ReadonlySet<Place>): void {
    const others = [...session.rooms].map((room) => this.#places.at(room)).filter((place) => !wanted.has(place));
    for (const place of others.slice(0, Math.max(0, others.length + wanted.size - LIMITS.roomsPerSession))) {
      session.rooms.delete(place.room.name);
      leaveRoom(session, place);
      this.#places.tidy(place);
    }
  }

  #resume(resume: Resume, pump: Pump): Seat | Refusal {
    const { hash, now, mayReturn } = this.#options;
    const before = hash(resume.token);
    const session = this.#sessions.resume(before, now());
    if (!session) return UNKNOWN;
    if ("code" in session) return session;
    const keptOut = this.#keptOut(session.installation, pump) ?? (mayReturn(session.installation) ? undefined : UNKNOWN);
    if (keptOut) {
      if (!this.#seats.get(session.id)) this.#sessions.close(session);
      return keptOut;
    }
    const noPlace: Refusal[] = [];
    let seat = this.#seats.get(session.id);
    if (seat) {
      this.#seats.takeOver(seat, pump);
    } else {
      seat = this.#seats.add(session, pump);
      for (const room of session.rooms) {
        const place = this.#places.open(room, pump.connection.peer.host);
        if (!("code" in place)) {
          this.#join(seat, place);
          continue;
        }
        session.rooms.delete(room);
        noPlace.push(place);
      }
    }
    seat.token = before;
    this.#welcome(seat, resume, true);
    this.#tellNoPlace(pump, noPlace);
    return seat;
  }

  /** Why somebody may not come in, if so. */
  #keptOut(installation: string | undefined, { connection: { peer } }: Pump): Refusal | undefined {
    const { order, now } = this.#options;
    return order.mayEnter(installation, peer.host, now());
  }

  /** Tells a session where it is, then everything after what it has. */
  #welcome(seat: Seat, frame: Hello | Resume, resumed: boolean): void {
    const { session, pump } = seat;
    const { connection } = pump;
    const { server, keeps, history: { epoch }, hash, newToken, now } = this.#options;
    pump.session = session.id;
    connection.welcomed = true;
    const token = connection.oneRoom ? undefined : newToken();
    if (token !== undefined) {
      const issued = hash(token);
      this.#sessions.issue(session, issued, now(), seat.token);
      seat.token = issued;
    }
    const places = [...session.rooms].map((room) => this.#places.at(room));
    // Shared among the rooms: a greeting has to fit the outbox. Whoever wants more asks who is there.
    const named = connection.oneRoom ? NAMED : Math.floor(LIMITS.membersListed / Math.max(1, places.length));
    pump.send({
      kind: "welcome",
      v: PROTOCOL_VERSION,
      session: session.id,
      nick: session.nick,
      ...session.role === undefined ? {} : { role: session.role },
      ...session.away === undefined ? {} : { away: session.away },
      server,
      epoch,
      ...token === undefined ? {} : { token },
      resumed,
      keeps,
      rooms: places.map(({ room }) => room.snapshot(0, Math.min(named, LIMITS.membersPerFrame))),
    });
    for (const place of places) {
      sendMembers(pump, place, LIMITS.membersPerFrame, named);
      // Whoever comes back is sent what was made of the room meanwhile.
      const rules = resumed ? [] : rulesOf(place, this.#options.order);
      pump.follow(place.broadcast, this.#start(place, frame), rules);
    }
  }

  #start({ room: { name, head } }: Place, frame: Hello | Resume): Start {
    const { cursors = {} } = frame;
    const cursor = Object.hasOwn(cursors, name) ? cursors[name] : undefined;
    if (cursor === undefined) return { newest: frame.kind === "hello" ? frame.backlog ?? 0 : AFTER_RESET };
    if (frame.epoch !== this.#options.history.epoch || cursor > head) return { newest: AFTER_RESET, reset: true };
    return { after: cursor };
  }

  #join({ session, pump }: Seat, place: Place): void {
    enterRoom(session, place, this.#options.order.mayGiveReason(session, place.room.name, this.#options.now()));
    this.#options.watch({ type: "joined", peer: pump.connection.peer, nick: session.nick, room: place.room.name });
  }
}
