/**
 * Who is connected, from where, and whether there is room for one more.
 *
 * @module
 */
import { count } from "../shared/text.ts";
import type { ServerLimits } from "./config.ts";
import type { Connection } from "./connection.ts";
import type { TcpSocket } from "./transports/tcp_socket.ts";

/** How long somebody may go without a name where others wait for the place, in milliseconds. */
const PATIENCE_MS = 2_000;

/** Somebody without a name. */
interface Nameless {
  readonly since: number;
  /** What tells when there is a name, once it is known what is spoken. */
  connection: Connection | undefined;
}

/** Every connection there is, those included that are being turned away. */
export class Arrivals {
  readonly #limits: ServerLimits;
  readonly #stays = new Map<TcpSocket, Promise<void>>();
  /** Those who have not said who they are, in the order they came. */
  readonly #nameless = new Map<TcpSocket, Nameless>();
  readonly #perHost = new Map<string, number>();

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

  /** Notes somebody. @param stay Settles when it has gone. @param nameless Whether it may make room for others until it has a name. */
  add(socket: TcpSocket, stay: Promise<void>, nameless: boolean): void {
    if (nameless) this.#nameless.set(socket, { since: performance.now(), connection: undefined });
    this.#perHost.set(socket.host, (this.#perHost.get(socket.host) ?? 0) + 1);
    this.#stays.set(socket, stay);
  }

  /** Closes a connection and forgets it. */
  forget(socket: TcpSocket, why?: string): void {
    socket.close(why);
    if (!this.#stays.delete(socket)) return;
    this.#nameless.delete(socket);
    const left = this.#perHost.get(socket.host)! - 1;
    if (left > 0) this.#perHost.set(socket.host, left);
    else this.#perHost.delete(socket.host);
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
    if ((this.#perHost.get(host) ?? 0) >= maxPerAddress && !this.#makeRoom(host)) {
      return `Too many connections from ${host}: at most ${count(maxPerAddress)} are allowed`;
    }
    if (overflowing && !this.#makeRoom()) return "The server is full: it may open no more files";
    if (this.#stays.size >= maxConnections && !this.#makeRoom()) return `The server is full: ${count(maxConnections)} are connected`;
    return undefined;
  }

  /** Closes the connection that has waited longest without a name, of all or of one host; false when none has waited long enough. */
  #makeRoom(host?: string): boolean {
    const before = performance.now() - PATIENCE_MS;
    for (const [socket, { since, connection }] of this.#nameless) {
      if (since > before) return false;
      if (connection?.welcomed) {
        this.#nameless.delete(socket);
      } else if (host === undefined || socket.host === host) {
        this.forget(socket, "said no name while others waited");
        return true;
      }
    }
    return false;
  }
}
