/**
 * What happened, made of what was heard: a deterministic reducer without I/O, clock or Deno, so that the terminal and the web page tell the
 * same story.
 *
 * @module
 */
import type { Bye, Entry, Say, Seq, ServerFrame, Snapshot, Welcome } from "../shared/protocol.ts";
import type { ConnectionEvent, Junk, Lost } from "./events.ts";

/** Who is in a room, as far as the server has named them. */
export interface Room {
  readonly name: string;
  /** The last entry we have. */
  readonly cursor: Seq;
  /** How many are there, ourselves among them; the server names at most 1,000 of them. */
  readonly total: number;
  /** Nicks by public session id. */
  readonly members: ReadonlyMap<string, string>;
}

/** Something to tell the person. */
export type Change =
  /** We are in, or back in (`again`). */
  | { readonly kind: "here"; readonly nick: string; readonly again: boolean; readonly rooms: readonly Room[] }
  /** What follows was said before, `count` entries; until `live`. */
  | { readonly kind: "backlog"; readonly room: string; readonly count: number }
  | { readonly kind: "live"; readonly room: string }
  | { readonly kind: "renamed"; readonly room: string; readonly by: string; readonly nick: string; readonly total: number }
  /** The server's words to us. */
  | { readonly kind: "notice"; readonly text: string }
  | { readonly kind: "said"; readonly entry: Entry; readonly own: boolean }
  | { readonly kind: "joined" | "left"; readonly room: string; readonly by: string; readonly total: number }
  /** Our own message was refused. */
  | { readonly kind: "failed"; readonly say: Say; readonly why: string }
  | { readonly kind: "skipped"; readonly room: string; readonly count: number }
  /** The server could not make sense of us. */
  | { readonly kind: "trouble"; readonly text: string }
  | Bye
  | Lost
  | Junk;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type KeptRoom = Mutable<Omit<Room, "members">> & { members: Map<string, string> };

/** The rooms we are in and our own messages that have no answer yet. */
export class Timeline {
  readonly #rooms = new Map<string, KeptRoom>();
  readonly #pending = new Map<string, Say>();
  #epoch: string | undefined;
  /** Every public id we have had. */
  readonly #sessions = new Set<string>();

  /** Our messages without an answer, oldest first. */
  get pending(): Iterable<Say> {
    return this.#pending.values();
  }

  room(name: string): Room | undefined {
    return this.#rooms.get(name);
  }

  /** Notes a message of ours that is on its way. */
  sent(say: Say & { readonly ref: string }): void {
    this.#pending.set(say.ref, say);
  }

  /** Takes in what was heard; returns what there is to tell, if anything. */
  apply(event: ConnectionEvent): Change | undefined {
    switch (event.kind) {
      case "welcome":
        return this.#welcome(event);
      case "members":
        this.#list(event);
        return undefined;
      case "entry":
        return this.#entry(event);
      case "joined":
      case "left":
        return this.#presence(event);
      case "reset":
        this.#room(event.room).cursor = event.cursor;
        return event.skipped > 0 ? { kind: "skipped", room: event.room, count: event.skipped } : undefined;
      case "refused":
        // Without a ref it is about a name, and whoever asked for the name hears of it.
        return event.ref === undefined ? undefined : this.#failed(event.ref, event.text);
      case "error":
        return (event.ref === undefined ? undefined : this.#failed(event.ref, event.text)) ?? { kind: "trouble", text: event.text };
      case "bye":
      case "lost":
      case "junk":
        return event;
      case "backlog":
      case "live":
      case "notice":
        return event;
      case "renamed": {
        const { room, by, nick, from, total } = event;
        this.#room(room).members.set(from, nick);
        return { kind: "renamed", room, by, nick, total };
      }
      case "done":
        return { kind: "notice", text: event.text };
      case "away":
      case "rooms":
      case "page":
      case "ping":
      case "pong":
        return undefined;
    }
  }

  #welcome(welcome: Welcome): Change {
    const again = this.#sessions.size > 0;
    this.#sessions.add(welcome.session);
    for (const snapshot of welcome.rooms) {
      this.#list(snapshot);
      // Another history counts from 1 again.
      if (welcome.epoch !== this.#epoch) this.#room(snapshot.room).cursor = 0;
    }
    this.#epoch = welcome.epoch;
    const rooms = welcome.rooms.map((snapshot) => this.#room(snapshot.room));
    return { kind: "here", nick: welcome.nick, again, rooms };
  }

  #list(snapshot: Snapshot): void {
    const room = this.#room(snapshot.room);
    if (snapshot.offset === 0) room.members.clear();
    for (const { from, nick } of snapshot.members) room.members.set(from, nick);
    room.total = snapshot.total;
  }

  #entry(entry: Entry): Change | undefined {
    if (entry.again) {
      // Outside the room's order: what lies between is still to come, and so is this entry, unless it was told before.
      if (entry.ref !== undefined) this.#pending.delete(entry.ref);
      return undefined;
    }
    const room = this.#room(entry.room);
    if (entry.seq <= room.cursor) return undefined;
    room.cursor = entry.seq;
    const own = this.#sessions.has(entry.from);
    if (own && entry.ref !== undefined) this.#pending.delete(entry.ref);
    return { kind: "said", entry, own };
  }

  #presence({ kind, room: name, by, from, total }: Extract<ServerFrame, { kind: "joined" | "left" }>): Change | undefined {
    const room = this.#room(name);
    room.total = total;
    const known = room.members.has(from);
    if (kind === "joined") room.members.set(from, by);
    else room.members.delete(from);
    // A snapshot may have told it already.
    if (this.#sessions.has(from) || (kind === "joined" && known)) return undefined;
    return { kind, room: name, by, total };
  }

  #failed(ref: string, why: string): Change | undefined {
    const say = this.#pending.get(ref);
    this.#pending.delete(ref);
    return say && { kind: "failed", say, why };
  }

  #room(name: string): KeptRoom {
    let room = this.#rooms.get(name);
    if (!room) {
      room = { name, cursor: 0, total: 0, members: new Map() };
      this.#rooms.set(name, room);
    }
    return room;
  }
}
