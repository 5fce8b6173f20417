/**
 * The rooms that are open.
 *
 * @module
 */
import { AUDIT_ROOM, parseRoomName, type RoomName } from "../shared/names.ts";
import { type Absence, LIMITS, LOBBY, type Notice, type RoleChange, type RoomLine } from "../shared/protocol.ts";
import { count } from "../shared/text.ts";
import { Broadcast, type Reader } from "./broadcast.ts";
import type { Moderation } from "./core/moderation.ts";
import { NewRooms } from "./core/new_rooms.ts";
import { type Refusal, Room, type RoomPast } from "./core/room.ts";
import type { Session } from "./core/sessions.ts";
import type { RoomRecord } from "./history/history.ts";
import type { Seat } from "./seat.ts";
import { TailBudget } from "./tail_budget.ts";

/** A room and its way out. */
export interface Place {
  readonly room: Room;
  readonly broadcast: Broadcast;
}

/** What a room that begins counts against the rate, in messages: it is remembered, and a message is one of many. */
export const NEW_ROOM_COST = 10;
/** Rooms that are known and have a past. Those that nobody is in cost little, but they do cost. */
const KNOWN = 20_000;

/**
 * All rooms: those that are open, because somebody is in them, and those that something was said in.
 *
 * 1. A room that something was said in can always be come into. How many others may begin, {@link NewRooms} knows; nothing that is open is touched.
 * 2. A room that nobody is in is closed: what is remembered is its newest entry and its topic, or nothing where nothing was ever said.
 */
export class Places {
  readonly #places = new Map<RoomName, Place>();
  readonly #quiet = new Map<RoomName, RoomPast>();
  /** Those of the quiet rooms of which nothing was kept: nobody has said anything there for a long time. */
  readonly #empty = new Set<RoomName>();
  readonly #monotonic: () => number;
  readonly #budget = new TailBudget();
  readonly #newRooms: NewRooms;

  /** @param records The rooms of the history. @param monotonic Milliseconds on a clock that never jumps. @param limits Whether those of one address hold. */
  constructor(records: readonly RoomRecord[], monotonic: () => number, limits: boolean) {
    this.#monotonic = monotonic;
    this.#newRooms = new NewRooms(limits);
    for (const { room, empty = false, ...past } of records) {
      if (room === AUDIT_ROOM) continue;
      this.#quiet.set(room as RoomName, past);
      if (empty) this.#empty.add(room as RoomName);
    }
    this.#add(LOBBY as RoomName);
  }

  /** How many rooms are open. */
  get size(): number {
    return this.#places.size;
  }

  /** Whether a room of that name would begin now. */
  isNew(name: string): boolean {
    const parsed = parseRoomName(name);
    return parsed.ok && !this.#places.has(parsed.name) && !this.#quiet.has(parsed.name);
  }

  /** A room that is known, by any way of writing its name. One that nobody is in is only to be looked at. */
  find(name: string): Place | Refusal {
    // As it stands in nearly every frame.
    const place = this.#places.get(name as RoomName);
    if (place) return place;
    const parsed = parseRoomName(name);
    if (!parsed.ok) return parsed.refusal;
    const found = this.#places.get(parsed.name);
    if (found) return found;
    const text = `there is no room #${parsed.name}`;
    return this.#quiet.has(parsed.name) ? this.#place(parsed.name) : { code: "no_such_room", text };
  }

  /** The room that a request names. A peer who can be in only one means that one where it names none. */
  where({ session, pump }: Seat, name: string): Place | Refusal {
    if (name !== "" || !pump.connection.oneRoom) return this.find(name);
    const [room] = session.rooms;
    return room === undefined ? { code: "not_in_room", text: "you are in no room; /join one" } : this.find(room);
  }

  /** A room to come into, which begins here where there was none. {@link tidy} it when nobody came in after all. @param host Where it is asked for. */
  open(name: string, host: string): Place | Refusal {
    const parsed = parseRoomName(name);
    if (!parsed.ok) return parsed.refusal;
    const place = this.#places.get(parsed.name);
    if (place) return place;
    if (this.#quiet.has(parsed.name)) return this.#add(parsed.name);
    if (this.#quiet.size - this.#empty.size + this.#places.size > KNOWN) {
      return { code: "too_many_rooms", text: `this server knows ${count(KNOWN)} rooms and begins no more; come into one of those` };
    }
    return this.#newRooms.begin(parsed.name, host, this.#monotonic()) ?? this.#add(parsed.name);
  }

  /** A room that something was said in, or that a session is in: there is always place for that. {@link tidy} it when it is done with. */
  at(name: string): Place {
    return this.#places.get(name as RoomName) ?? this.#add(name as RoomName);
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

  /** Closes a room that nobody is in: where nothing was ever said it is forgotten. Call it after something was said, too: the room is new no more. */
  tidy({ room }: Place): void {
    const isClosed = room.size === 0 && room.name !== LOBBY && this.#places.delete(room.name);
    if (isClosed || room.head > 0) this.#newRooms.over(room.name);
    if (isClosed && room.head > 0) this.#quiet.set(room.name, room.past);
  }

  #add(name: RoomName): Place {
    const place = this.#place(name);
    this.#quiet.delete(name);
    this.#empty.delete(name);
    this.#places.set(name, place);
    return place;
  }

  #place(name: RoomName): Place {
    const room = new Room(name, this.#quiet.get(name));
    return { room, broadcast: new Broadcast(name, room.head, this.#monotonic, this.#budget) };
  }
}

/** Lets a session into a room and tells those who are there. @param tellsWhy Whether they hear why it is away. */
export function enterRoom(session: Session, { room, broadcast }: Place, tellsWhy: boolean): void {
  room.join(session, tellsWhy);
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
export function absence(session: Session, room: Room): Absence {
  const { id: from, nick: by } = session;
  const text = room.awayOf(session);
  return { kind: "away", room: room.name, by, from, ...text === undefined ? {} : { text }, total: room.size };
}

/** Lets a session go from a room and tells those who stay. */
export function leaveRoom(session: Session, { room, broadcast }: Place): void {
  if (!room.leave(session)) return;
  broadcast.publish([{ kind: "left", room: room.name, by: session.nick, from: session.id, total: room.size }]);
}

/** What somebody who comes into a room is told last: what holds for all who talk there. */
export function rulesOf({ room }: Place, order: Moderation): Notice[] {
  return order.rulesOf(room.name).map((text) => ({ kind: "notice", text }));
}

/** Tells who is in a room: the members from `from` up to `most`. People are told a few names; the list is for programs. */
export function sendMembers(reader: Reader, { room }: Place, from: number, most: number = LIMITS.membersListed): void {
  if (reader.connection.oneRoom) return;
  const listed = Math.min(room.size, most);
  for (let offset = from; offset < listed; offset += LIMITS.membersPerFrame) reader.send({ kind: "members", ...room.snapshot(offset) });
}
