/**
 * What happened, made of what was heard: a deterministic reducer without I/O, clock or Deno, so that the terminal and the web page tell the
 * same story.
 *
 * @module
 */
import type { Absence, Entry, Member, Refused, Role, RoleChange, Say, Seq, ServerFrame, Snapshot, Welcome } from "../shared/protocol.ts";
import type { Change, Room, Said } from "./changes.ts";
import type { ConnectionEvent } from "./events.ts";
import { isForUs, mentionOf } from "./mentions.ts";

/** What was seen of a server before. */
export interface Seen {
  /** The history that the cursors are from. */
  readonly epoch: string;
  /** The last entry seen of each room. */
  readonly cursors: Readonly<Record<string, Seq>>;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type KeptRoom = Mutable<Omit<Room, "members">> & {
  members: Map<string, Member>;
  /** Up to here it was here before us, or we have seen it. */
  readTo: Seq;
  /** The entry that the topic is from, where we saw it. */
  topicSeq?: Seq | undefined;
  /** Whether the first entry after `readTo` is where we left off, and has not come yet. */
  leftOff: boolean;
};

/** The rooms we are in and our own messages that have no answer yet. */
export class Timeline {
  readonly #rooms = new Map<string, KeptRoom>();
  readonly #pending = new Map<string, Say>();
  /** The last entry seen of each room that we were in and are not any more. */
  readonly #seen: Map<string, Seq>;
  #epoch: string | undefined;
  #away = false;
  #role: Role | undefined;
  /** Our messages that were refused for now: they are said again, and that was told. */
  readonly #delayed = new Set<string>();
  #nick = "";
  #mention = mentionOf("");
  /** Every public id we have had. */
  readonly #sessions = new Set<string>();

  /** @param seen What was seen of this server when we were here last. */
  constructor(seen?: Seen) {
    this.#seen = new Map(Object.entries(seen?.cursors ?? {}));
    this.#epoch = seen?.epoch;
  }

  /** Our name here; empty before the first welcome. */
  get nick(): string {
    return this.#nick;
  }

  /** Whether we keep order here, and as what. */
  get role(): Role | undefined {
    return this.#role;
  }

  /** Whether the others see us as away. */
  get away(): boolean {
    return this.#away;
  }

  /** Our messages without an answer, oldest first. */
  get pending(): Iterable<Say> {
    return this.#pending.values();
  }

  /** How many of our messages have no answer. */
  get unanswered(): number {
    return this.#pending.size;
  }

  room(name: string): Room | undefined {
    return this.#rooms.get(name);
  }

  /** Notes a message of ours that is on its way. */
  sent(say: Say & { readonly ref: string }): void {
    this.#pending.set(say.ref, say);
  }

  /** We have come into a room. */
  entered(snapshot: Snapshot): Room {
    this.#list(snapshot);
    return this.#rooms.get(snapshot.room)!;
  }

  /** We have left a room. */
  left(name: string): void {
    const room = this.#rooms.get(name);
    if (room) this.#seen.set(name, Math.max(room.cursor, room.readTo));
    this.#rooms.delete(name);
  }

  /** Takes in what was heard; returns what there is to tell, if anything. */
  apply(event: ConnectionEvent): Change | undefined {
    switch (event.kind) {
      case "welcome":
        return this.#welcome(event);
      case "members":
        // A room that we only asked about is none of ours.
        if (this.#rooms.has(event.room)) this.#list(event);
        return undefined;
      case "entry":
        return this.#entry(event);
      case "joined":
      case "left":
        return this.#presence(event);
      case "renamed":
        return this.#renamed(event);
      case "away":
        return this.#absence(event);
      case "role":
        return this.#roleChange(event);
      case "reset": {
        const room = this.#rooms.get(event.room);
        if (room) room.cursor = event.cursor;
        return event.skipped > 0 ? { kind: "skipped", room: event.room, count: event.skipped } : undefined;
      }
      case "refused":
        // Without a ref it is about a name, and whoever asked for the name hears of it.
        return event.ref === undefined ? undefined : this.#refused(event, event.ref);
      case "error":
        return event.ref === undefined ? { kind: "trouble", text: event.text } : this.#failed(event.ref, event.text);
      case "bye":
      case "lost":
      case "quiet":
      case "junk":
      case "backlog":
      case "live":
      case "notice":
        return event;
      case "done":
      case "rooms":
      case "page":
      case "report":
      case "certificate":
      case "ping":
      case "pong":
        return undefined;
    }
  }

  #welcome(welcome: Welcome): Change {
    const again = this.#sessions.size > 0;
    this.#sessions.add(welcome.session);
    this.#call(welcome.nick);
    this.#away = welcome.away !== undefined;
    this.#role = welcome.role;
    const here = new Set(welcome.rooms.map(({ room }) => room));
    for (const name of this.#rooms.keys()) if (!here.has(name)) this.#rooms.delete(name);
    if (welcome.epoch !== this.#epoch) {
      this.#rooms.clear();
      this.#seen.clear();
    }
    this.#epoch = welcome.epoch;
    for (const snapshot of welcome.rooms) this.#list(snapshot);
    return { kind: "here", nick: welcome.nick, again, rooms: welcome.rooms.map(({ room }) => this.#rooms.get(room)!) };
  }

  #list({ room: name, topic, head, total, offset, members }: Snapshot): void {
    let room = this.#rooms.get(name);
    if (!room) {
      const readTo = Math.min(this.#seen.get(name) ?? head, head);
      room = { name, topic, cursor: 0, total, members: new Map(), readTo, leftOff: readTo < head };
      this.#rooms.set(name, room);
    }
    if (offset === 0) room.members.clear();
    for (const member of members) room.members.set(member.from, member);
    [room.topic, room.total] = [topic, total];
  }

  #entry(entry: Entry): Change | undefined {
    if (entry.again) {
      // Outside the room's order: what lies between is still to come, and so is this entry, unless it was told before.
      if (entry.ref !== undefined) this.#answered(entry.ref);
      return undefined;
    }
    const own = this.#sessions.has(entry.from);
    if (own && entry.ref !== undefined) this.#answered(entry.ref);
    const room = this.#rooms.get(entry.room);
    if (!room || entry.seq <= room.cursor) return undefined;
    room.cursor = entry.seq;
    if (entry.type === "topic") [room.topic, room.topicSeq] = [entry.text, entry.seq];
    const { target } = entry;
    if (target !== undefined) {
      if (target === room.topicSeq) [room.topic, room.topicSeq] = ["", undefined];
      // Nobody left off at a deletion.
      if (room.leftOff && entry.prev <= room.readTo) room.readTo = Math.max(room.readTo, entry.seq);
      return { kind: "deleted", room: room.name, target, by: entry.by, entry };
    }
    const past = entry.seq <= room.readTo;
    const mention = !own && entry.by !== this.#nick && isForUs(entry, this.#mention);
    const said: Said = { kind: "said", room: room.name, entry, own, past, mention };
    if (past || !room.leftOff) return said;
    room.leftOff = false;
    return { ...said, leftOff: Math.max(0, entry.prev - room.readTo) };
  }

  #answered(ref: string): void {
    this.#pending.delete(ref);
    this.#delayed.delete(ref);
  }

  #presence({ kind, room: name, by, from, total }: Extract<ServerFrame, { kind: "joined" | "left" }>): Change | undefined {
    const room = this.#rooms.get(name);
    if (!room) return undefined;
    room.total = total;
    const known = room.members.has(from);
    if (kind === "joined") room.members.set(from, { nick: by, from });
    else room.members.delete(from);
    // A snapshot may have told it already.
    if (this.#sessions.has(from) || (kind === "joined" && known)) return undefined;
    return { kind, room: name, by, total };
  }

  #renamed({ room: name, by, nick, from, total }: Extract<ServerFrame, { kind: "renamed" }>): Change | undefined {
    const own = this.#sessions.has(from);
    if (own) this.#call(nick);
    const room = this.#rooms.get(name);
    if (!room) return undefined;
    room.members.set(from, { ...room.members.get(from), nick, from });
    return { kind: "renamed", room: name, by, nick, total, own };
  }

  /** From here on we go by this name. */
  #call(nick: string): void {
    this.#nick = nick;
    this.#mention = mentionOf(nick);
  }

  #absence({ room: name, by, from, text, total }: Absence): Change | undefined {
    const own = this.#sessions.has(from);
    if (own) this.#away = text !== undefined;
    const room = this.#rooms.get(name);
    if (!room) return undefined;
    const { away: _, ...member } = room.members.get(from) ?? { nick: by, from };
    const away = text === undefined ? {} : { text };
    room.members.set(from, text === undefined ? member : { ...member, away: text });
    return own ? undefined : { kind: "away", room: name, by, ...away, total };
  }

  /** The room's entry tells people; here it is noted beside the name. */
  #roleChange({ room: name, by, from, role }: RoleChange): undefined {
    if (this.#sessions.has(from)) this.#role = role;
    const room = this.#rooms.get(name);
    if (!room) return;
    const { role: _, ...member } = room.members.get(from) ?? { nick: by, from };
    room.members.set(from, role === undefined ? member : { ...member, role });
  }

  /** What was refused for now only waits, and its connection says it again: that is told once. */
  #refused({ text, final }: Refused, ref: string): Change | undefined {
    if (final || !this.#pending.has(ref)) return this.#failed(ref, text);
    if (this.#delayed.has(ref)) return undefined;
    this.#delayed.add(ref);
    return { kind: "notice", text: `Not sent yet: ${text}; it is tried again by itself` };
  }

  #failed(ref: string, why: string): Change | undefined {
    const say = this.#pending.get(ref);
    this.#answered(ref);
    return say && { kind: "failed", say, why };
  }
}
