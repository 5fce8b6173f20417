/**
 * What a client needs to come back after a cut as if nothing had happened: its token, and the last entry it saw of each room.
 *
 * @module
 */
import { type Hello, LOBBY, PROTOCOL_VERSION, type Resume, type Seq, type ServerFrame } from "../shared/protocol.ts";

/** What a client says of itself. */
export interface Introduction {
  readonly name: string;
  /** At least 128 random bits of this installation's own. */
  readonly secret: string;
}

/** Remembers what was seen; says hello by it. */
export class Resumption {
  #token: string | undefined;
  #epoch: string | undefined;
  readonly #cursors = new Map<string, Seq>();
  readonly #backlog: number;
  readonly #rooms: readonly string[];

  /** @param backlog How many of each room's newest entries we want to begin with. @param rooms The rooms to be in. */
  constructor(backlog: number, rooms: readonly string[] = [LOBBY]) {
    this.#backlog = backlog;
    this.#rooms = rooms;
  }

  /** Takes in what the server said. */
  note(frame: ServerFrame): void {
    switch (frame.kind) {
      case "welcome":
        if (this.#epoch !== frame.epoch) this.#cursors.clear();
        this.#epoch = frame.epoch;
        this.#token = frame.token;
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
    const cursors = Object.fromEntries(this.#cursors);
    if (this.#epoch === undefined) return { kind: "hello", v, name, secret, backlog, rooms: this.#rooms };
    if (this.#token !== undefined) return { kind: "resume", v, token: this.#token, epoch: this.#epoch, cursors };
    return {
      kind: "hello",
      v,
      name,
      secret,
      backlog,
      epoch: this.#epoch,
      cursors,
      rooms: [...new Set([...this.#rooms, ...this.#cursors.keys()])],
    };
  }

  /** The server does not know us any more: the next greeting is a hello, which brings what we missed as well. */
  forget(): void {
    this.#token = undefined;
  }
}
