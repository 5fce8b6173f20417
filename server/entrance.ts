/**
 * How people come in, come back and leave.
 *
 * A session outlives its connection: one that broke, and can resume, keeps its seat for a while.
 *
 * @module
 */
import {
  type Bye,
  type Entry,
  type Hello,
  LIMITS,
  LOBBY,
  PROTOCOL_VERSION,
  type Refused,
  type Resume,
  type ServerFrame,
} from "../shared/protocol.ts";
import { plural } from "../shared/text.ts";
import type { Start } from "./broadcast.ts";
import { Departed } from "./core/departed.ts";
import type { Person } from "./core/moderation_rules.ts";
import { RateLimit } from "./core/rate_limit.ts";
import type { Refusal } from "./core/room.ts";
import type { Session, Sessions } from "./core/sessions.ts";
import type { HubOptions } from "./hub_options.ts";
import { enterRoom, leaveRoom, type Place, type Places, sendMembers, tellRules } from "./places.ts";
import type { Pump } from "./pump.ts";
import { personOf, type Seat } from "./seat.ts";

/** How long a session whose connection broke keeps its seat, in milliseconds. */
const GRACE_MS = 30_000;
/** How long a connection may take to show that it lives, in milliseconds. */
const ANSWER_MS = 5_000;
/** People whose names a peer that keeps no list is told, and itself. */
const NAMED = 21;
/** What somebody is sent of a room whose history does not connect with what it has. */
const AFTER_RESET = 50;

/** How a connection ends: with a farewell, in pieces, or because the peer speaks no lines. */
export type Leave = "bye" | "broken" | "runaway";

/** What an entrance shares with the hub. */
export interface EntranceParts {
  readonly places: Places;
  readonly sessions: Sessions;
  /** Aborted when the server stops. */
  readonly stopping: AbortSignal;
}

/** Everybody who is present. */
export class Entrance {
  readonly #options: HubOptions;
  readonly #places: Places;
  readonly #stopping: AbortSignal;
  readonly #sessions: Sessions;
  readonly #seats = new Map<string, Seat>();
  readonly #departed = new Departed();
  #closing: "restart" | "storage" = "restart";
  /** Sessions that have nothing more to say, while the server stops. */
  #silent = 0;
  readonly #allSilent = Promise.withResolvers<void>();

  constructor(options: HubOptions, { places, sessions, stopping }: EntranceParts) {
    this.#options = options;
    this.#places = places;
    this.#sessions = sessions;
    this.#stopping = stopping;
  }

  seat(id: string): Seat | undefined {
    return this.#seats.get(id);
  }

  /** Everybody's seat, by the session's id. */
  get seats(): ReadonlyMap<string, Seat> {
    return this.#seats;
  }

  /** Somebody by name who is here, or was a moment ago. */
  person(nick: string): Person | undefined {
    const session = this.#sessions.named(nick);
    const seat = session && this.#seats.get(session.id);
    return seat ? personOf(seat) : this.#departed.find(nick, this.#options.monotonic());
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

  greet(frame: Hello | Resume, pump: Pump, last: boolean): Seat | "refused" | "banned" | "no version" {
    if (!frame.v.includes(PROTOCOL_VERSION)) {
      const text = `this server speaks version ${PROTOCOL_VERSION} of the protocol, the client ${frame.v.join(", ")}`;
      pump.send({ kind: "error", code: "version", text, v: [PROTOCOL_VERSION] });
      return "no version";
    }
    const seat = frame.kind === "hello" ? this.#enter(frame, pump) : this.#resume(frame, pump);
    if (!("code" in seat)) return seat;
    const isBanned = seat.code === "banned";
    this.turnAway({ code: seat.code, text: seat.text, final: last || isBanned }, pump);
    return isBanned ? "banned" : "refused";
  }

  /** Ends a session for good: what it sends is not heard any more, and nothing brings it back. @param farewell Says why. */
  expel(seat: Seat, farewell: Bye): void {
    seat.isOut = true;
    seat.token = undefined;
    this.#sessions.revoke(seat.session);
    if (seat.lostAt !== undefined) return this.#end(seat);
    void seat.pump.finish({ ...farewell, sent: seat.session.committed });
    seat.pump.connection.stop();
  }

  /** Tells a newcomer why it is not let in. */
  turnAway(refusal: Omit<Refused, "kind">, pump: Pump): void {
    pump.send({ kind: "refused", ...refusal });
    this.#options.watch({ type: "refused", peer: pump.connection.peer, text: refusal.text });
  }

  /**
   * Takes the leave of a session: what it said is answered first, then the others are told. A session whose connection broke keeps its seat
   * for a while. Settles when the connection is closed.
   */
  async leave(seat: Seat, pump: Pump, how: Leave, why: string): Promise<void> {
    const { session } = seat;
    // A history that broke answers nothing any more.
    if (session.answered < session.appended && this.#closing !== "storage") await (seat.settled ??= Promise.withResolvers()).promise;
    if (this.#stopping.aborted && seat.pump === pump) await this.#everybodySilent();
    // It has come back on another connection, and this one was told.
    if (seat.pump !== pump) return await pump.finished;
    const told = seat.isOut ? "was put out" : why;
    this.#options.watch({ type: "disconnected", peer: pump.connection.peer, nick: session.nick, why: told, sent: session.committed });
    if (how === "broken") pump.abort();
    if (how === "broken" && seat.token !== undefined && !this.#stopping.aborted) {
      seat.lostAt = this.#options.monotonic();
      return;
    }
    const over = pump.finish(this.#farewell(session, how));
    this.#end(seat);
    await over;
  }

  /** Parts with those who take nothing any more, and with those who have not come back. */
  sweep(): void {
    const now = this.#options.monotonic();
    for (const seat of this.#seats.values()) {
      if (seat.lostAt === undefined) seat.pump.checkStalled(now);
      else if (now - seat.lostAt > GRACE_MS) this.#end(seat);
    }
  }

  /** Waits no longer for who is lost or reads too little. @param why Why the server stops. */
  close(why: "restart" | "storage"): void {
    this.#closing = why;
    for (const seat of this.#seats.values()) {
      if (seat.lostAt === undefined) seat.pump.hurry();
      else this.#end(seat);
      if (why === "storage") seat.settled?.resolve();
    }
  }

  #enter(hello: Hello, pump: Pump): Seat | Refusal {
    const { newId, hash } = this.#options;
    const installation = hello.secret === undefined ? undefined : hash(hello.secret);
    const banned = this.#keptOut(installation, pump);
    if (banned) return banned;
    const asked = hello.rooms?.length ? hello.rooms : [LOBBY];
    const places = asked.map((name) => this.#places.open(name));
    const wrong = places.find((place) => "code" in place);
    const lost = wrong ? undefined : this.#lost(hello.name, installation);
    if (lost && "code" in lost) return lost;
    const session = wrong ?? lost?.session ?? this.#sessions.open(hello.name, newId(), installation);
    if ("code" in session) {
      for (const place of places) if ("room" in place) this.#places.tidy(place);
      return session;
    }
    const seat = lost ?? this.#seat(session, pump);
    if (lost) this.#takeOver(lost, pump);
    const wanted = new Set(places as Place[]);
    this.#makePlace(session, wanted);
    for (const place of wanted) if (!place.room.has(session)) this.#join(seat, place);
    this.#welcome(seat, hello, lost !== undefined);
    return seat;
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
    const now = this.#options.monotonic();
    if (seat.askedAt !== undefined && seat.heardAt <= seat.askedAt) return now - seat.askedAt < ANSWER_MS ? undefined : seat;
    seat.askedAt = now;
    seat.pump.send({ kind: "ping" });
    return { code: "name_taken", text: `${session.nick} is taken, by another connection of yours; if that is gone, ask again in 5 s` };
  }

  /** Gives a seat another connection. Should there be somebody at the one of before, they are told. */
  #takeOver(seat: Seat, pump: Pump): void {
    void seat.pump.finish({ kind: "bye", reason: "replaced", text: "You came back on another connection" });
    seat.pump.connection.stop();
    seat.pump = pump;
    seat.lostAt = undefined;
    seat.askedAt = undefined;
    seat.heardAt = this.#options.monotonic();
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
    const { hash, now } = this.#options;
    const before = hash(resume.token);
    const session = this.#sessions.resume(before, now());
    if (!session) return { code: "resume_unknown", text: "the server does not know this session any more" };
    if ("code" in session) return session;
    const banned = this.#keptOut(session.installation, pump);
    if (banned) {
      if (!this.#seats.has(session.id)) this.#sessions.close(session);
      return banned;
    }
    let seat = this.#seats.get(session.id);
    if (seat) {
      this.#takeOver(seat, pump);
    } else {
      seat = this.#seat(session, pump);
      for (const room of session.rooms) this.#join(seat, this.#places.at(room));
    }
    seat.token = before;
    this.#welcome(seat, resume, true);
    return seat;
  }

  /** Why somebody may not come in, if so. */
  #keptOut(installation: string | undefined, { connection: { peer } }: Pump): Refusal | undefined {
    const { order, now } = this.#options;
    return order.mayEnter(installation, peer.host, now());
  }

  #seat(session: Session, pump: Pump): Seat {
    const { order, limits: { rate, burst }, monotonic } = this.#options;
    session.role = order.roleOf(session.installation);
    const heardAt = monotonic();
    const seat: Seat = { session, pump, rate: rate === undefined ? undefined : new RateLimit(rate, burst), token: undefined, heardAt };
    this.#seats.set(session.id, seat);
    return seat;
  }

  /** Tells a session where it is, then everything after what it has. */
  #welcome(seat: Seat, frame: Hello | Resume, resumed: boolean): void {
    const { session, pump } = seat;
    const { connection } = pump;
    const { server, keeps, history: { epoch }, hash, newToken, now } = this.#options;
    pump.reader = session.id;
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
      if (!resumed) tellRules(pump, place, this.#options.order);
      pump.follow(place.broadcast, this.#start(place, frame));
    }
  }

  #start({ room: { name, head } }: Place, frame: Hello | Resume): Start {
    const cursor = frame.cursors?.[name];
    if (cursor === undefined) return { newest: frame.kind === "hello" ? frame.backlog ?? 0 : AFTER_RESET };
    if (frame.epoch !== this.#options.history.epoch || cursor > head) return { newest: AFTER_RESET, reset: true };
    return { after: cursor };
  }

  #join({ session, pump }: Seat, place: Place): void {
    enterRoom(session, place);
    this.#options.watch({ type: "joined", peer: pump.connection.peer, nick: session.nick, room: place.room.name });
  }

  /** Frees the name and the places of a session; what rooms it was in stays known, for when it is resumed. */
  #end(seat: Seat): void {
    const { session } = seat;
    this.#departed.left(personOf(seat), this.#options.monotonic());
    this.#seats.delete(session.id);
    this.#sessions.close(session);
    for (const name of session.rooms) {
      const place = this.#places.at(name);
      if (this.#stopping.aborted) place.room.leave(session);
      else leaveRoom(session, place);
      this.#places.tidy(place);
    }
  }

  /** Settles when all have said their last: while the server stops nobody is seen off before everything that was read is delivered. */
  #everybodySilent(): Promise<void> {
    if (++this.#silent === this.#seats.size) this.#allSilent.resolve();
    return this.#allSilent.promise;
  }

  #farewell({ nick, committed: sent }: Session, how: Leave): ServerFrame {
    const receipt = `Bye, ${nick} (${plural(sent, "message")} sent)`;
    if (!this.#stopping.aborted) return { kind: "bye", reason: how === "bye" ? "left" : "error", text: receipt, sent };
    if (this.#closing === "storage") {
      return { kind: "bye", reason: "storage", text: `The server cannot save messages any more. ${receipt}`, sent };
    }
    const retryMs = 500 + Math.floor(this.#options.random() * 2_500);
    return { kind: "bye", reason: "restart", text: `The server is stopping. ${receipt}`, sent, retryMs };
  }
}
