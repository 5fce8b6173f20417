/**
 * A server that lies: it listens, and says what a row makes it say.
 *
 * @module
 */
import { soon } from "../../soon.ts";
import { sendAll } from "./send_all.ts";

const decoder = new TextDecoder();

/** A welcome, as honest as can be. @param more Fields that are not. */
export function welcome(more: Record<string, unknown> = {}): string {
  const rooms = [{ room: "lobby", head: 0, topic: "", total: 1, offset: 0, members: [{ nick: "bob", from: "s1" }] }];
  const honest = { kind: "welcome", v: 1, session: "s1", nick: "bob", server: "chat/1", epoch: "e1", resumed: false, keeps: "all", rooms };
  return JSON.stringify({ ...honest, ...more }) + "\n";
}

/** A message of mallory's. @param more Fields that are not as they should be. */
export function entry(seq: number, text: unknown, more: Record<string, unknown> = {}): string {
  return JSON.stringify({
    kind: "entry",
    room: "lobby",
    seq,
    prev: seq - 1,
    at: 0,
    type: "said",
    by: "mallory",
    from: "s2",
    text,
    ...more,
  }) + "\n";
}

/** Listens for as long as a block lasts. */
export class Liar implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #conns: Deno.TcpConn[] = [];

  /** `host:port`. */
  get address(): string {
    return `127.0.0.1:${(this.#listener.addr as Deno.NetAddr).port}`;
  }

  /** Waits for a client and for what it says first. */
  async meet(): Promise<Lie> {
    const conn = await soon(this.#listener.accept(), "a client");
    this.#conns.push(conn);
    await soon(conn.read(new Uint8Array(65_536)), "its hello");
    return new Lie(conn);
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    for (const conn of this.#conns) {
      try {
        conn.close();
      } catch (error) {
        if (!(error instanceof Deno.errors.BadResource)) throw error;
      }
    }
  }
}

/** One client that is lied to. */
export class Lie {
  readonly #conn: Deno.TcpConn;

  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  /** Says something; returns whether the client still listened. */
  say(what: string | Uint8Array): Promise<boolean> {
    return sendAll(this.#conn, what);
  }

  /** Waits until the client takes its leave, and closes. */
  async partWith(): Promise<void> {
    const buffer = new Uint8Array(65_536);
    for (let heard = ""; !heard.includes('"kind":"bye"');) {
      const length = await soon(this.#conn.read(buffer), "the client's bye");
      if (length === null) break;
      heard = heard.slice(-20) + decoder.decode(buffer.subarray(0, length));
    }
    this.close();
  }

  /** Closes. */
  close(): void {
    this.#conn.close();
  }
}
