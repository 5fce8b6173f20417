/**
 * A TCP connection as bytes, for the text and frames transports.
 *
 * @module
 */
import { hostAndPort } from "../../shared/text.ts";
import type { Socket } from "./socket.ts";

/** The first read of a connection, and each one after a quiet time, in bytes. */
const READ_MIN = 2 * 1024;
/** Reads that were filled grow up to this, in bytes. */
const READ_MAX = 64 * 1024;
/** How long a peer may take to end its side after we ended ours, in milliseconds. */
const LINGER_MS = 1_000;

/** One TCP connection. `Deno.Conn` throws where this returns: that a peer goes away is no fault. */
export class TcpSocket implements Socket {
  readonly address: string;
  readonly host: string;
  readonly encrypted: boolean;
  broken: string | undefined;
  readonly #conn: Deno.TcpConn | Deno.TlsConn;
  #buffer = new Uint8Array(READ_MIN);
  /** Bytes that were looked at and put back. */
  #unread: Uint8Array | undefined;
  #endRead: (() => void) | undefined;
  #stopped = false;
  #ended = false;
  #closed = false;

  /** @param within The connection that this one comes through encrypted: who is at its other end is at this one's. */
  constructor(conn: Deno.TcpConn | Deno.TlsConn, within?: TcpSocket) {
    this.#conn = conn;
    const { hostname, port } = conn.remoteAddr;
    this.host = within?.host ?? hostname;
    this.address = within?.address ?? hostAndPort(hostname, port);
    this.encrypted = within !== undefined;
    if (!("setNoDelay" in conn)) return;
    try {
      // A line said now is heard now; the pumps gather what can be gathered.
      conn.setNoDelay(true);
      // Finds out, in hours, about peers that vanished without a word.
      conn.setKeepAlive(true);
    } catch {
      // It was reset before it was accepted, as macOS tells here: the first read says so.
    }
  }

  get ended(): boolean {
    return this.#ended;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  async read(): Promise<Uint8Array | null> {
    const unread = this.#unread;
    this.#unread = undefined;
    if (unread) return unread;
    if (this.#stopped) return null;
    const { promise, resolve } = Promise.withResolvers<number | null>();
    this.#endRead = () => resolve(null);
    this.#conn.read(this.#buffer).then(resolve, (error) => {
      this.#break(error);
      resolve(null);
    });
    const length = await promise;
    this.#endRead = undefined;
    if (length === null || this.#stopped) return this.#end(length);
    const bytes = this.#buffer.subarray(0, length);
    this.#fit(length);
    return bytes;
  }

  unread(bytes: Uint8Array): void {
    this.#unread = bytes;
  }

  stop(): void {
    this.#stopped = true;
    this.#endRead?.();
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#conn.write(bytes);
  }

  /** Ends the output; a peer that is gone needs no end. */
  async endOutput(): Promise<void> {
    try {
      await this.#conn.closeWrite();
    } catch (error) {
      this.#break(error);
    }
  }

  async finish(): Promise<void> {
    if (this.#closed) return;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      this.close();
      // Deno 2.4 never ends what was under way on an encrypted connection. Others end now, and whoever waits finds the file closed.
      if (this.encrypted) resolve();
    }, LINGER_MS);
    await Promise.race([this.#endBoth(), late]);
    clearTimeout(timer);
    this.close();
  }

  /** Ends the output and reads to the end of the input. */
  async #endBoth(): Promise<void> {
    await this.endOutput();
    try {
      // A read that stop() ended is still under way, and takes what it takes.
      while (await this.#conn.read(this.#buffer) !== null);
    } catch (error) {
      this.#break(error);
    }
  }

  close(why?: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.broken ??= why;
    this.stop();
    this.#conn.close();
  }

  #end(length: number | null): null {
    this.#ended = length === null && !this.#stopped && this.broken === undefined;
    return null;
  }

  /** Large reads for those who send much, small ones for the thousands who listen. */
  #fit(length: number): void {
    const size = this.#buffer.length;
    if (length === size && size < READ_MAX) this.#buffer = new Uint8Array(READ_MAX);
    else if (length < READ_MIN / 2 && size > READ_MIN) this.#buffer = new Uint8Array(READ_MIN);
  }

  #break(error: unknown): void {
    if (!this.#closed) this.broken ??= error instanceof Deno.errors.ConnectionReset ? "connection reset" : "connection lost";
  }
}
