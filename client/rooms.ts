/**
 * The rooms on somebody's screen: one is shown, and what happens in the others waits for its turn.
 *
 * @module
 */
import { LOBBY, type Seq } from "../shared/protocol.ts";
import { buried } from "./buried.ts";
import type { Change, Deleted, Room, Said, Skipped } from "./changes.ts";

/** What waits in a room that is not shown, entries; older ones are left out. */
const HELD = 200;

/** A room in the list of those we are in. */
export interface OpenRoom {
  /** Its place in the list, from 1; Alt and that digit shows it. */
  readonly number: number;
  readonly name: string;
  /** Messages that came while it was not shown. */
  readonly unread: number;
  /** Whether one of those mentions us. */
  readonly mentioned: boolean;
}

/** What a room has to tell when it is shown. */
export interface Shown {
  readonly room: string;
  readonly changes: readonly Change[];
  readonly unread: number;
  /** How many entries are left out before the first. */
  readonly leftOut: number;
}

interface Waiting {
  changes: Change[];
  unread: number;
  leftOut: number;
  mentioned: boolean;
}

/** Which room is shown, and what waits in the others. */
export class OpenRooms {
  #current: string;
  /** The room shown before. */
  #previous: string | undefined;
  /** In the order we came in. */
  readonly #rooms = new Map<string, Waiting>();

  /** @param start The room shown until the server says which ones we are in. */
  constructor(start: string = LOBBY) {
    this.#current = start;
  }

  /** The room that is shown, and that what is typed goes to. */
  get current(): string {
    return this.#current;
  }

  get list(): readonly OpenRoom[] {
    return Array.from(this.#rooms, ([name, { unread, mentioned }], i) => ({ number: i + 1, name, unread, mentioned }));
  }

  /** Takes over which rooms we are in; the one shown stays if it is among them. */
  here(rooms: readonly Room[]): void {
    const names = rooms.map(({ name }) => name);
    for (const name of this.#rooms.keys()) if (!names.includes(name)) this.#rooms.delete(name);
    for (const name of names) this.enter(name);
    if (!this.#rooms.has(this.#current) && names.length > 0) this.#current = names.includes(LOBBY) ? LOBBY : names[0];
  }

  /** Adds a room. */
  enter(name: string): void {
    if (!this.#rooms.has(name)) this.#rooms.set(name, { changes: [], unread: 0, leftOut: 0, mentioned: false });
  }

  /** Takes a room away; returns the room to show instead, where it was the one shown. */
  leave(name: string): string | undefined {
    this.#rooms.delete(name);
    if (name !== this.#current) return undefined;
    const [first] = this.#rooms.keys();
    return this.#previous !== undefined && this.#rooms.has(this.#previous) ? this.#previous : first;
  }

  /** The room by that name, or with that number. */
  find(nameOrNumber: string): string | undefined {
    if (this.#rooms.has(nameOrNumber)) return nameOrNumber;
    return [...this.#rooms.keys()][Number(nameOrNumber) - 1];
  }

  /** Shows a room: what waited there comes out. */
  show(name: string): Shown {
    if (name !== this.#current) this.#previous = this.#current;
    this.#current = name;
    const { changes, unread, leftOut } = this.#rooms.get(name)!;
    this.#rooms.set(name, { changes: [], unread: 0, leftOut: 0, mentioned: false });
    return { room: name, changes, unread, leftOut };
  }

  /** Whether a change is to be shown now; else it waits for its room, where it is worth that. */
  admit(change: Change): boolean {
    const room = roomOf(change);
    if (room === undefined || room === this.#current) return true;
    const waiting = this.#rooms.get(room);
    if (!waiting) return false;
    if (change.kind === "deleted") bury(waiting, change.target);
    if (change.kind === "said" || change.kind === "skipped" || change.kind === "deleted") hold(waiting, change);
    return false;
  }
}

function hold(waiting: Waiting, change: Said | Skipped | Deleted): void {
  waiting.changes.push(change);
  if (waiting.changes.length > HELD) {
    waiting.changes.shift();
    waiting.leftOut++;
  }
  if (!isUnread(change)) return;
  waiting.unread++;
  waiting.mentioned ||= change.mention;
}

/** Takes the text of an entry away that waits, which counts no more then. */
function bury(waiting: Waiting, target: Seq): void {
  waiting.changes = waiting.changes.map((change) => {
    if (change.kind !== "said" || change.entry.seq !== target) return change;
    if (isUnread(change)) waiting.unread--;
    return { ...change, mention: false, entry: buried(change.entry) };
  });
  waiting.mentioned = waiting.changes.some((change) => isUnread(change) && change.mention);
}

function isUnread(change: Change): change is Said {
  return change.kind === "said" && !change.past && !change.own && change.entry.type !== "tombstone";
}

function roomOf(change: Change): string | undefined {
  // Whatever was typed where: that it was not sent is told at once.
  return "room" in change ? change.room : undefined;
}
