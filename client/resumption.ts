/**
 * What a client needs to come back after a cut as if nothing had happened: its token, and the last entry it saw of each room.
 *
 * @module
 */
import { parseRoomName } from "../shared/names.ts";
import { type Hello, LOBBY, PROTOCOL_VERSION, type Resume, type Seq, type ServerFrame } from "../shared/protocol.ts";

/** What a client says of itself. */
export interface Introduction {
  readonly name: string;
  /** At least 128 random bits of this installation's own. */
  readonly secret: string;
}

/** What one client can leave to the next on the same machine. */
export interface Resumable {
  readonly epoch: string;
  readonly token?: string | undefined;
  /** The last entry seen of each room. */
  readonly cursors: Readonly<Record<string, Seq>>;
}

/** Remembers what was seen; says hello by it. */
export class Resumption {
  #token: string | undefined;
  #epoch: string | undefined;
  readonly #cursors: Map<string, Seq>;
  #rooms: ReadonlySet<string>;
  readonly #backlog: number;

  /** @param rooms Where to begin; the lobby where none are given. @param backlog How many of each room's newest entries to begin with. */
  constructor(rooms: readonly string[], backlog: number, before?: Resumable) {
    this.#rooms = new Set(rooms);
    this.#backlog = backlog;
    this.#epoch = before?.epoch;
    this.#token = before?.token;
    this.#cursors = new Map(Object.entries(before?.cursors ?? {}));
  }

  /** We have come into a room whose newest entry is `head`; the entries before it come next, where `backlog` is set. */
  entered(room: string, head: Seq, backlog: boolean): void {
    this.#rooms = new Set([...this.#rooms, room]);
    if (!backlog || head === 0) this.#cursors.set(room, head);
  }

  /** We have left a room. */
  left(room: string): void {
    this.#rooms = new Set([...this.#rooms].filter((other) => other !== room));
    this.#cursors.delete(room);
  }

  /** Takes in what the server said. */
  note(frame: ServerFrame): void {
    switch (frame.kind) {
      case "welcome":
        if (this.#epoch !== frame.epoch) this.#cursors.clear();
        this.#epoch = frame.epoch;
        this.#token = frame.token;
        this.#rooms = new Set(frame.rooms.map(({ room }) => room));
        for (const { room, head } of frame.rooms) {
          // Where no past was asked for, or there is none, everything so far has been seen.
          if (!this.#cursors.has(room) && (head === 0 || this.#backlog === 0)) this.#cursors.set(room, head);
        }
        break;
      case "entry":
        if (!frame.again) this.#cursors.set(frame.room, frame.seq);
        break;
      case "reset":
        this.#cursors.set(frame.room, frame.cursor);
        break;
    }
  }

  /** What to say to a server: that we are back where we know it, hello where we do not. */
  greeting({ name, secret }: Introduction): Hello | Resume {
    const v = [PROTOCOL_VERSION];
    const backlog = this.#backlog;
    // One of another time may have a name that no server takes any more, and would keep us out of all the others.
    const hasName = (room: string) => parseRoomName(room).ok;
    // What was on its way when we left a room gave it a cursor again.
    const isOurs = (room: string) => this.#rooms.has(room) || this.#rooms.size === 0 && room === LOBBY;
    const cursors = Object.fromEntries([...this.#cursors].filter(([room]) => isOurs(room) && hasName(room)));
    const named = [...this.#rooms].filter(hasName);
    const rooms = named.length === 0 ? {} : { rooms: named };
    if (this.#epoch === undefined) return { kind: "hello", v, name, secret, backlog, ...rooms };
    if (this.#token !== undefined) return { kind: "resume", v, token: this.#token, epoch: this.#epoch, cursors };
    return { kind: "hello", v, name, secret, backlog, epoch: this.#epoch, cursors, ...rooms };
  }

  /** The server does not know us any more: the next greeting is a hello, which brings what we missed as well. */
  forget(): void {
    this.#token = undefined;
  }
}
