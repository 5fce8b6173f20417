/**
 * A client of the harness's own: it shares no code with the product's, and does by hand what the protocol asks of one that comes back.
 *
 * @module
 */
import type { Hello, Resume, ServerFrame } from "../../shared/protocol.ts";
import type { Ledger } from "./ledger.ts";
import { type Client, newRef, pause } from "./talker.ts";

/** How long to wait before connecting again, in milliseconds. */
const RETRY_MS = 15;

/** What a raw client is. */
export interface RawClientOptions {
  readonly name: string;
  readonly rooms: readonly string[];
  readonly port: number;
  readonly ledger: Ledger;
}

/** Speaks frames over sockets. */
export class RawClient implements Client {
  readonly name: string;
  readonly rooms: readonly string[];
  readonly #port: number;
  readonly #ledger: Ledger;
  readonly #secret = newRef();
  readonly #unacknowledged = new Map<string, string>();
  readonly #cursors = new Map<string, number>();
  readonly #closing = new AbortController();
  #token: string | undefined;
  #epoch: string | undefined;
  /** The socket, from its welcome on. */
  #live: Deno.TcpConn | undefined;
  #conn: Deno.TcpConn | undefined;
  #outgoing = "";
  #writing = false;

  constructor({ name, rooms, port, ledger }: RawClientOptions) {
    this.name = name;
    this.rooms = rooms;
    this.#port = port;
    this.#ledger = ledger;
  }

  get waiting(): number {
    return this.#unacknowledged.size;
  }

  say(ref: string, room: string, text: string): void {
    const line = JSON.stringify({ kind: "say", ref, room, text }) + "\n";
    this.#unacknowledged.set(ref, line);
    if (this.#live) this.#write(this.#live, line);
  }

  async run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      const conn = await Deno.connect({ hostname: "127.0.0.1", port: this.#port });
      conn.setNoDelay(true);
      this.#conn = conn;
      this.#outgoing = "";
      this.#write(conn, JSON.stringify(this.#greeting()) + "\n");
      await this.#listen(conn);
      this.#live = undefined;
      this.#shut(conn);
      await pause(RETRY_MS, this.#closing.signal);
    }
  }

  close(): void {
    this.#closing.abort();
    if (this.#conn) this.#shut(this.#conn);
  }

  #greeting(): Hello | Resume {
    const v = [1];
    const cursors = Object.fromEntries(this.#cursors);
    const epoch = this.#epoch;
    if (this.#token !== undefined && epoch !== undefined) return { kind: "resume", v, token: this.#token, epoch, cursors };
    const hello: Hello = { kind: "hello", v, name: this.name, secret: this.#secret, rooms: this.rooms };
    return epoch === undefined ? hello : { ...hello, epoch, cursors };
  }

  async #listen(conn: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(4_096);
    const decoder = new TextDecoder();
    let rest = "";
    for (;;) {
      const read = await conn.read(buffer).catch(() => null);
      if (read === null) return;
      const lines = (rest + decoder.decode(buffer.subarray(0, read), { stream: true })).split("\n");
      rest = lines.pop()!;
      for (const line of lines) if (line.startsWith("{") && !this.#take(conn, JSON.parse(line))) return;
    }
  }

  /** Takes one frame; false when the connection is of no more use. */
  #take(conn: Deno.TcpConn, frame: ServerFrame): boolean {
    this.#ledger.heard(this.name, frame);
    if (frame.kind === "welcome") {
      this.#token = frame.token;
      this.#epoch = frame.epoch;
      for (const { room, head } of frame.rooms) if (!this.#cursors.has(room)) this.#cursors.set(room, head);
      this.#live = conn;
      for (const line of this.#unacknowledged.values()) this.#write(conn, line);
    } else if (frame.kind === "entry") {
      if (!frame.again) this.#cursors.set(frame.room, frame.seq);
      if (frame.ref !== undefined && this.#ledger.acknowledged(frame.ref)) this.#unacknowledged.delete(frame.ref);
    } else if (frame.kind === "refused" && frame.code === "resume_unknown") {
      this.#token = undefined;
      this.#write(conn, JSON.stringify(this.#greeting()) + "\n");
    }
    // A name that our own ghost holds is free when the ghost is gone.
    return frame.kind !== "bye" && !(frame.kind === "refused" && frame.code !== "resume_unknown" && frame.ref === undefined);
  }

  /** Writes in order, all that is waiting in one go. */
  #write(conn: Deno.TcpConn, line: string): void {
    this.#outgoing += line;
    if (!this.#writing) void this.#drain(conn);
  }

  async #drain(conn: Deno.TcpConn): Promise<void> {
    this.#writing = true;
    try {
      while (this.#outgoing !== "" && this.#conn === conn) {
        let bytes = new TextEncoder().encode(this.#outgoing);
        this.#outgoing = "";
        while (bytes.length > 0) bytes = bytes.subarray(await conn.write(bytes));
      }
    } catch {
      // The reading half hears of it.
    } finally {
      this.#writing = false;
      if (this.#outgoing !== "" && this.#conn && this.#conn !== conn) void this.#drain(this.#conn);
    }
  }

  #shut(conn: Deno.TcpConn): void {
    try {
      conn.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }
}
