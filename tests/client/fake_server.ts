/**
 * A server that does what the test says.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { Address } from "../../client/config.ts";
import type { Said } from "../../client/changes.ts";
import { decodeClientFrame, encodeFrame } from "../../shared/codec.ts";
import { LineSplitter } from "../../shared/lines.ts";
import type { ClientFrame, Entry, Say, ServerFrame, Welcome } from "../../shared/protocol.ts";

/** Listens on a free port. */
export class FakeServer {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #peers: Peer[] = [];

  get address(): Address {
    return { host: "127.0.0.1", port: (this.#listener.addr as Deno.NetAddr).port };
  }

  async accept(): Promise<Peer> {
    const peer = new Peer(await this.#listener.accept());
    this.#peers.push(peer);
    return peer;
  }

  /** Accepts, hears a hello, says welcome. */
  async welcome(session: string, nick = "bob"): Promise<Peer> {
    const peer = await this.accept();
    const hello = await peer.next();
    assertEquals([hello?.kind, hello?.kind === "hello" && hello.name], ["hello", nick]);
    peer.send(welcome(session, nick));
    return peer;
  }

  [Symbol.dispose](): void {
    for (const peer of this.#peers) peer.close();
    this.#listener.close();
  }
}

/** One client, seen from the server. */
export class Peer {
  readonly #conn: Deno.Conn;
  readonly #lines = new LineSplitter(1_000_000);
  readonly #frames: ClientFrame[] = [];
  #writing = Promise.resolve();
  #closed = false;

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /** The client's next frame; `undefined` when it has gone. */
  async next(): Promise<ClientFrame | undefined> {
    const buffer = new Uint8Array(65_536);
    while (this.#frames.length === 0) {
      const read = await this.#conn.read(buffer);
      if (read === null) return undefined;
      for (const line of this.#lines.push(buffer.subarray(0, read))) {
        const frame = decodeClientFrame(new TextDecoder().decode(line as Uint8Array));
        if (frame.kind === "malformed") throw new Error(`the client sent: ${frame.text}`);
        this.#frames.push(frame);
      }
    }
    return this.#frames.shift();
  }

  /** Sends a frame, or any text as it is. */
  send(what: ServerFrame | string): void {
    const bytes = new TextEncoder().encode(typeof what === "string" ? what : encodeFrame(what));
    this.#writing = this.#writing.then(async () => {
      for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await this.#conn.write(rest));
    });
  }

  /** Closes the connection once everything has been sent. */
  async end(): Promise<void> {
    await this.#writing;
    this.close();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#conn.close();
  }
}

/** What a welcome says besides. */
export interface WelcomeOptions {
  readonly head?: number;
  readonly token?: string;
  readonly epoch?: string;
}

/** A welcome to an empty lobby. */
export function welcome(session: string, nick = "bob", { head = 0, token, epoch = "e1" }: WelcomeOptions = {}): Welcome {
  const rooms = [{ room: "lobby", head, topic: "", total: 1, offset: 0, members: [{ nick, from: session }] }];
  const base = { kind: "welcome", v: 1, session, nick, server: "fake/1", epoch, resumed: false, keeps: "nothing", rooms } as const;
  return token === undefined ? base : { ...base, token };
}

/** What a message becomes. */
export function echo(say: Say, from: string, seq: number): Entry {
  const { ref, room, text } = say;
  return { kind: "entry", room, seq, prev: seq - 1, at: 0, type: "said", by: "bob", from, text, ...(ref === undefined ? {} : { ref }) };
}

/** A message, as the timeline tells it. */
export function message(entry: Entry, more: Partial<Said> = {}): Said {
  return { kind: "said", room: entry.room, entry, own: false, past: false, mention: false, ...more };
}

/** A message of somebody else's. */
/** Somebody deletes an entry. */
export function deleted(by: string, target: number, seq: number): Entry {
  return { ...said(by, "", seq), type: "deleted", target };
}

/** What somebody said. */
export function said(by: string, text: string, seq: number): Entry {
  return { kind: "entry", room: "lobby", seq, prev: seq - 1, at: 0, type: "said", by, from: `session of ${by}`, text };
}
