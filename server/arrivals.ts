/**
 * Who is connected, from where, and whether there is room for one more.
 *
 * @module
 */
import { count } from "../shared/text.ts";
import type { ServerLimits } from "./config.ts";
import type { Connection } from "./connection.ts";
import { household } from "./core/network.ts";
import type { TcpSocket } from "./transports/tcp_socket.ts";

/** How long somebody may go without a name where others wait for the place, in milliseconds. */
const PATIENCE_MS = 2_000;

/** Somebody without a name. */
interface Nameless {
  readonly since: number;
  /** Where it is from: the network that counts as one address. */
  readonly from: string;
  /** What tells when there is a name, once it is known what is spoken. */
  connection: Connection | undefined;
}

/** Every connection there is, those included that are being turned away: these take nobody's place. */
export class Arrivals {
  readonly #limits: ServerLimits;
  readonly #stays = new Map<TcpSocket, Promise<void>>();
  /** Those that were let in, each with the network that counts as its address. */
  readonly #admitted = new Map<TcpSocket, string>();
  /** Those who have not said who they are, in the order they came. */
  readonly #nameless = new Map<TcpSocket, Nameless>();
  readonly #perHousehold = new Map<string, number>();

  constructor(limits: ServerLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#stays.size;
  }

  /** Every connection. */
  get sockets(): Iterable<TcpSocket> {
    return this.#stays.keys();
  }

  /** Settles when all who are there now have gone. */
  async gone(): Promise<void> {
    await Promise.all(this.#stays.values());
  }

  /** How many are being turned away. */
  get turnedAway(): number {
    return this.#stays.size - this.#admitted.size;
  }

  /** Notes somebody. @param stay Settles when it has gone. @param admitted Whether it was let in: until it has a name it may make room for others. */
  add(socket: TcpSocket, stay: Promise<void>, admitted: boolean): void {
    this.#stays.set(socket, stay);
    if (!admitted) return;
    const from = household(socket.host);
    this.#admitted.set(socket, from);
    this.#nameless.set(socket, { since: performance.now(), from, connection: undefined });
    this.#perHousehold.set(from, (this.#perHousehold.get(from) ?? 0) + 1);
  }

  /** Closes a connection and forgets it. */
  forget(socket: TcpSocket, why?: string): void {
    socket.close(why);
    this.#stays.delete(socket);
    this.#nameless.delete(socket);
    const from = this.#admitted.get(socket);
    if (from === undefined) return;
    this.#admitted.delete(socket);
    const left = this.#perHousehold.get(from)! - 1;
    if (left > 0) this.#perHousehold.set(from, left);
    else this.#perHousehold.delete(from);
  }

  /** Somebody speaks, and is to have a name. */
  speaks(socket: TcpSocket, connection: Connection): void {
    const nameless = this.#nameless.get(socket);
    if (nameless) nameless.connection = connection;
  }

  /** Somebody needs no name. */
  known(socket: TcpSocket): void {
    this.#nameless.delete(socket);
  }

  /** Why there is no room for one more from `host`, even if whoever waits longest without a name goes. @param overflowing No more files can be opened. */
  full(host: string, overflowing: boolean): string | undefined {
    const { maxConnections = Infinity, maxPerAddress = Infinity } = this.#limits;
    const from = household(host);
    if ((this.#perHousehold.get(from) ?? 0) >= maxPerAddress && !this.#makeRoom(from)) {
      return `Too many connections from ${host}: at most ${count(maxPerAddress)} are allowed`;
    }
    if (overflowing && !this.#makeRoom()) return "The server is full: it may open no more files";
    if (this.#admitted.size >= maxConnections && !this.#makeRoom()) return `The server is full: ${count(maxConnections)} are connected`;
    return undefined;
  }

  /** Closes the connection that has waited longest without a name, of all or of one household; false when none has waited long enough. */
  #makeRoom(from?: string): boolean {
    const before = performance.now() - PATIENCE_MS;
    for (const [socket, { since, connection, ...nameless }] of this.#nameless) {
      if (since > before) return false;
      if (connection?.welcomed) {
        this.#nameless.delete(socket);
      } else if (from === undefined || nameless.from === from) {
        this.forget(socket, "said no name while others waited");
        return true;
      }
    }
    return false;
  }
}
