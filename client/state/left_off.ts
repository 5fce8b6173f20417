/**
 * Where we are with a server: what a later client needs to know to go on from there. Pure.
 *
 * @module
 */
import type { Seq, Welcome } from "../../shared/protocol.ts";
import type { KnownServer } from "./servers.ts";

/** What a `welcome` says of it. */
export type Greeting = Pick<Welcome, "nick" | "epoch"> & { readonly rooms: readonly { readonly room: string }[] };

/** Follows a conversation. */
export class LeftOff {
  readonly #cursors: Map<string, Seq>;
  #rooms = new Set<string>();
  #name: string | undefined;
  #epoch: string | undefined;

  /** @param before How the server was left last time. */
  constructor(before: KnownServer | undefined) {
    this.#cursors = new Map(Object.entries(before?.cursors ?? {}));
    this.#epoch = before?.epoch;
  }

  welcomed({ nick, epoch, rooms }: Greeting): void {
    if (epoch !== this.#epoch) this.#cursors.clear();
    this.#name = nick;
    this.#epoch = epoch;
    this.#rooms = new Set(rooms.map(({ room }) => room));
  }

  renamed(name: string): void {
    this.#name = name;
  }

  entered(room: string): void {
    this.#rooms.add(room);
  }

  left(room: string): void {
    this.#rooms.delete(room);
    this.#cursors.delete(room);
  }

  saw(room: string, seq: Seq): void {
    this.#cursors.set(room, seq);
  }

  /** How it is now; `undefined` before the first welcome. */
  known(at: number): KnownServer | undefined {
    if (this.#name === undefined || this.#epoch === undefined) return undefined;
    const cursors = Object.fromEntries([...this.#cursors].filter(([room]) => this.#rooms.has(room)));
    return { name: this.#name, at, epoch: this.#epoch, rooms: [...this.#rooms], cursors };
  }
}
