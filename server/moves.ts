/**
 * How somebody who is in moves about: from room to room, from name to name, away and back.
 *
 * @module
 */
import { type Away, type Join, LIMITS, type Part, type Rename } from "../shared/protocol.ts";
import { byteLength, cleanText, count } from "../shared/text.ts";
import type { Moderation } from "./core/moderation.ts";
import type { Sessions } from "./core/sessions.ts";
import { absence, enterRoom, leaveRoom, type Place, type Places, rulesOf, sendMembers } from "./places.ts";
import { type Answer, answer, type Seat } from "./seat.ts";

/** Carries out what a session asks for itself. */
export class Moves {
  readonly #places: Places;
  readonly #sessions: Sessions;
  readonly #order: Moderation;

  constructor(places: Places, sessions: Sessions, order: Moderation) {
    this.#places = places;
    this.#sessions = sessions;
    this.#order = order;
  }

  /** Comes into a room, which begins with it where there was none. A peer that is in one room at a time leaves the others. */
  join(seat: Seat, { ref, room: name, backlog = 0 }: Join): void {
    const place = this.#places.open(name);
    if ("code" in place) return answer(seat, ref, place);
    const { session, pump } = seat;
    const isIn = place.room.has(session);
    if (pump.connection.oneRoom && !isIn) {
      for (const room of [...session.rooms]) this.#leave(seat, this.#places.at(room));
    }
    if (session.rooms.size >= LIMITS.roomsPerSession && !isIn) {
      this.#places.tidy(place);
      return answer(seat, ref, { code: "too_many_rooms", text: `one can be in ${LIMITS.roomsPerSession} rooms at a time` });
    }
    if (!isIn) enterRoom(session, place);
    answer(seat, ref, { kind: "members", ...place.room.snapshot() });
    sendMembers(pump, place, LIMITS.membersPerFrame);
    if (isIn) return;
    pump.follow(place.broadcast, { newest: backlog }, rulesOf(place, this.#order));
  }

  /** Leaves a room. */
  part(seat: Seat, { room: name }: Part): Answer {
    const place = this.#places.where(seat, name);
    if ("code" in place) return place;
    if (!place.room.has(seat.session)) return { code: "not_in_room", text: `you are not in #${place.room.name}` };
    this.#leave(seat, place);
    return { kind: "done", text: `You left #${place.room.name}` };
  }

  /** Takes another name. */
  rename({ session }: Seat, { name }: Rename): Answer {
    const by = session.nick;
    const refusal = this.#sessions.rename(session, name);
    if (refusal) return refusal;
    if (session.nick === by) return { kind: "done", text: `You are ${by}` };
    for (const room of session.rooms) {
      const place = this.#places.at(room);
      place.room.join(session);
      place.broadcast.publish([{ kind: "renamed", room, by, from: session.id, nick: session.nick, total: place.room.size }]);
    }
    return { kind: "done", text: `You are ${session.nick} now` };
  }

  /** Goes away, or comes back. Talking does not end it. */
  away({ session }: Seat, { text }: Away): Answer {
    const reason = text === undefined ? undefined : cleanText(text).trim();
    if (reason !== undefined && byteLength(reason) > LIMITS.awayBytes) {
      return { code: "text_too_long", text: `a reason has at most ${LIMITS.awayBytes} bytes, this one had ${count(byteLength(reason))}` };
    }
    const done: Answer = { kind: "done", text: reason === undefined ? "You are back" : "You are away" };
    if (session.away === reason) return done;
    session.away = reason;
    for (const name of session.rooms) {
      const { room, broadcast } = this.#places.at(name);
      room.join(session);
      broadcast.publish([absence(session, room)]);
    }
    return done;
  }

  #leave(seat: Seat, place: Place): void {
    seat.pump.unfollow(place.broadcast);
    seat.session.rooms.delete(place.room.name);
    leaveRoom(seat.session, place);
    this.#places.tidy(place);
  }
}
