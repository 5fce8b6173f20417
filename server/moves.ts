/**
 * How somebody who is in moves about: from room to room, from name to name, away and back.
 *
 * @module
 */
import { type Away, type Join, LIMITS, type Part, type Rename } from "../shared/protocol.ts";
import { durationText } from "../shared/durations.ts";
import { byteLength, cleanText, count } from "../shared/text.ts";
import type { RateLimit } from "./core/rate_limit.ts";
import type { Refusal } from "./core/room.ts";
import type { Sessions } from "./core/sessions.ts";
import type { EntranceParts } from "./entrance.ts";
import type { HubOptions } from "./hub_options.ts";
import { absence, enterRoom, leaveRoom, type Place, type Places, rulesOf, sendMembers } from "./places.ts";
import { type Answer, answer, type Seat } from "./seat.ts";
import type { Seats } from "./seats.ts";

/** Carries out what a session asks for itself. */
export class Moves {
  readonly #places: Places;
  readonly #sessions: Sessions;
  readonly #seats: Seats;
  readonly #options: HubOptions;

  constructor(options: HubOptions, { places, sessions, seats }: EntranceParts) {
    this.#options = options;
    this.#places = places;
    this.#sessions = sessions;
    this.#seats = seats;
  }

  /** Comes into a room, which begins with it where there was none. A peer that is in one room at a time leaves the others. */
  join(seat: Seat, { ref, room: name, backlog = 0 }: Join): void {
    const { session, pump } = seat;
    const place = this.#places.open(name, pump.connection.peer.host);
    if ("code" in place) return answer(seat, ref, place);
    const isIn = place.room.has(session);
    if (pump.connection.oneRoom && !isIn) {
      for (const room of [...session.rooms]) this.#leave(seat, this.#places.at(room));
    }
    if (session.rooms.size >= LIMITS.roomsPerSession && !isIn) {
      this.#places.tidy(place);
      return answer(seat, ref, { code: "too_many_rooms", text: `one can be in ${LIMITS.roomsPerSession} rooms at a time` });
    }
    if (!isIn) enterRoom(session, place, this.#tellsWhy(seat, place));
    answer(seat, ref, { kind: "members", ...place.room.snapshot() });
    sendMembers(pump, place, LIMITS.membersPerFrame);
    if (isIn) return;
    pump.follow(place.broadcast, { newest: backlog }, rulesOf(place, this.#options.order));
  }

  /** Leaves a room. */
  part(seat: Seat, { room: name }: Part): Answer {
    const place = this.#places.where(seat, name);
    if ("code" in place) return place;
    const outside = place.room.outside(seat.session);
    if (outside) return outside;
    this.#leave(seat, place);
    return { kind: "done", text: `You left #${place.room.name}` };
  }

  /** Takes another name. */
  rename(seat: Seat, { name }: Rename): Answer {
    const { session } = seat;
    const by = session.nick;
    const tooSoon = this.#tooSoon(seat.renames, "taken another name");
    if (tooSoon && name.trim() !== by) return tooSoon;
    const refusal = this.#sessions.rename(session, name);
    if (refusal) return refusal;
    if (session.nick === by) return { kind: "done", text: `You are ${by}` };
    seat.renames?.take(this.#options.monotonic());
    this.#seats.renamed(seat, by);
    for (const room of session.rooms) {
      const place = this.#places.at(room);
      place.room.join(session, this.#tellsWhy(seat, place));
      place.broadcast.publish([{ kind: "renamed", room, by, from: session.id, nick: session.nick, total: place.room.size }]);
    }
    return { kind: "done", text: `You are ${session.nick} now` };
  }

  /** Goes away, or comes back. Talking does not end it. */
  away(seat: Seat, { text }: Away): Answer {
    const { session } = seat;
    const reason = text === undefined ? undefined : cleanText(text).trim();
    if (reason !== undefined && byteLength(reason) > LIMITS.awayBytes) {
      return { code: "text_too_long", text: `a reason has at most ${LIMITS.awayBytes} bytes, this one had ${count(byteLength(reason))}` };
    }
    const done: Answer = { kind: "done", text: reason === undefined ? "You are back" : "You are away" };
    if (session.away === reason) return done;
    const tooSoon = this.#tooSoon(seat.absences, "gone away and come back");
    if (tooSoon) return tooSoon;
    seat.absences?.take(this.#options.monotonic());
    session.away = reason;
    for (const name of session.rooms) {
      const place = this.#places.at(name);
      place.room.join(session, this.#tellsWhy(seat, place));
      place.broadcast.publish([absence(session, place.room)]);
    }
    return done;
  }

  /** Whether those in a room hear why somebody is away. */
  #tellsWhy({ session }: Seat, { room }: Place): boolean {
    return this.#options.order.mayGiveReason(session, room.name, this.#options.now());
  }

  /** Why others are not told one more thing of somebody for now, if so: it would be another way of talking to them. */
  #tooSoon(limit: RateLimit | undefined, what: string): Refusal | undefined {
    const retryMs = limit?.wait(this.#options.monotonic()) ?? 0;
    if (retryMs <= 0) return undefined;
    return { code: "not_allowed", text: `you have ${what} a lot: you can do that again in ${durationText(retryMs)}`, retryMs };
  }

  #leave(seat: Seat, place: Place): void {
    seat.pump.unfollow(place.broadcast);
    seat.session.rooms.delete(place.room.name);
    leaveRoom(seat.session, place);
    this.#places.tidy(place);
  }
}
