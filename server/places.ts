/**
 * The rooms that are open.
 *
 * @module
 */
import { AUDIT_ROOM, parseRoomName, type RoomName } from "../shared/names.ts";
import { type Absence, LIMITS, LOBBY, type RoleChange, type RoomLine } from "../shared/protocol.ts";
import { Broadcast } from "./broadcast.ts";
import type { Moderation } from "./core/moderation.ts";
import { type Refusal, Room } from "./core/room.ts";
import type { Session } from "./core/sessions.ts";
import type { RoomRecord } from "./history/history.ts";
import type { Pump } from "./pump.ts";
import type { Seat } from "./seat.ts";

/** A room and its way out. */
export interface Place {
  readonly room: Room;
  readonly broadcast: Broadcast;
}

/** All rooms: those of the history, and those that somebody has come into since. */
export class Places {
  readonly #places = new Map<RoomName, Place>();
  readonly #monotonic: () => number;

  /** @param records The rooms of the history. @param monotonic Milliseconds on a clock that never jumps. */
  constructor(records: readonly RoomRecord[], monotonic: () => number) {
    this.#monotonic = monotonic;
    for (const { room, head, topic, topicSeq } of records) if (room !== AUDIT_ROOM) this.#add(room as RoomName, { head, topic, topicSeq });
    if (!this.#places.has(LOBBY as RoomName)) this.#add(LOBBY as RoomName);
  }

  /** A room that is open, by any way of writing its name. */
  find(name: string): Place | Refusal {
    // As it stands in nearly every frame.
    const place = this.#places.get(name as RoomName);
    if (place) return place;
    const parsed = parseRoomName(name);
    if (!parsed.ok) return parsed.refusal;
    return this.#places.get(parsed.name) ?? { code: "no_such_room", text: `there is no room #${parsed.name}` };
  }

  /** The room that a request names. A peer who can be in only one means that one where it names none. */
  where({ session, pump }: Seat, name: string): Place | Refusal {
    if (name !== "" || !pump.connection.oneRoom) return this.find(name);
    const [room] = session.rooms;
    return room === undefined ? { code: "not_in_room", text: "you are in no room; /join one" } : this.find(room);
  }

  /** A room, which begins here where there was none. */
  open(name: string): Place | Refusal {
    const place = this.find(name);
    if ("room" in place) return place;
    const parsed = parseRoomName(name);
    return parsed.ok ? this.#add(parsed.name) : parsed.refusal;
  }

  /** A room whose name was allowed before. */
  at(name: string): Place {
    const place = this.open(name);
    if ("code" in place) throw new Error(`cannot open room "${name}": ${place.text}`);
    return place;
  }

  /** The rooms that somebody is in, the fullest first. */
  list(): RoomLine[] {
    return [...this.#places.values()]
      .filter(({ room }) => room.size > 0)
      .map(({ room }) => ({ room: room.name, total: room.size, topic: room.topic }))
      .sort((a, b) => b.total - a.total || (a.room < b.room ? -1 : 1))
      .slice(0, LIMITS.pageEntries);
  }

  /** The names of all rooms that somebody is in. */
  occupied(): string[] {
    return [...this.#places.values()].filter(({ room }) => room.size > 0).map(({ room }) => room.name);
  }

  /** Forgets a room that nobody is in and nothing was ever said in. */
  tidy({ room }: Place): void {
    if (room.size === 0 && room.head === 0 && room.name !== LOBBY) this.#places.delete(room.name);
  }

  #add(name: RoomName, { head, topic, topicSeq }: Omit<RoomRecord, "room"> = { head: 0, topic: "", topicSeq: 0 }): Place {
    const place = { room: new Room(name, head, topic, topicSeq), broadcast: new Broadcast(name, head, this.#monotonic) };
    this.#places.set(name, place);
    return place;
  }
}

/** Lets a session into a room and tells those who are there. */
export function enterRoom(session: Session, { room, broadcast }: Place): void {
  room.join(session);
  session.rooms.add(room.name);
  broadcast.publish([{ kind: "joined", room: room.name, by: session.nick, from: session.id, total: room.size }]);
  if (session.away !== undefined) broadcast.publish([absence(session, room)]);
  if (session.role !== undefined) broadcast.publish([roleChange(session, room)]);
}

/** What a room is told when a session keeps order from now on, or no more. */
export function roleChange({ id: from, nick: by, role }: Session, { name: room, size: total }: Room): RoleChange {
  return { kind: "role", room, by, from, ...role === undefined ? {} : { role }, total };
}

/** What a room is told when a session goes away or comes back. */
export function absence({ id: from, nick: by, away: text }: Session, { name: room, size: total }: Room): Absence {
  return { kind: "away", room, by, from, ...text === undefined ? {} : { text }, total };
}

/** Lets a session go from a room and tells those who stay. */
export function leaveRoom(session: Session, { room, broadcast }: Place): void {
  if (!room.leave(session)) return;
  broadcast.publish([{ kind: "left", room: room.name, by: session.nick, from: session.id, total: room.size }]);
}

/** Tells somebody who comes into a room what holds for all who talk there. */
export function tellRules(pump: Pump, { room }: Place, order: Moderation): void {
  for (const text of order.rulesOf(room.name)) pump.send({ kind: "notice", text });
}

/** Tells who is in a room: the members from `from` up to `most`. People are told a few names; the list is for programs. */
export function sendMembers(pump: Pump, { room }: Place, from: number, most: number = LIMITS.membersListed): void {
  if (pump.connection.oneRoom) return;
  const listed = Math.min(room.size, most);
  for (let offset = from; offset < listed; offset += LIMITS.membersPerFrame) pump.send({ kind: "members", ...room.snapshot(offset) });
}
