/**
 * Somebody at a WebSocket who does as told, wrongly too: frames are made and read here, byte by byte.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { soon } from "./soon.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** The opcodes of RFC 6455, section 5.2. */
export const OP = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A frame that came. */
export interface Received {
  readonly opcode: number;
  readonly fin: boolean;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** How a frame is sent; all of it right by default. */
export interface FrameOptions {
  readonly opcode?: number;
  readonly fin?: boolean;
  readonly mask?: boolean;
  /** What the header says instead of the payload's length. */
  readonly length?: number;
  readonly reserved?: number;
}

/** The bytes of a frame, as a client sends it. */
export function clientFrame(payload: string | Uint8Array, options: FrameOptions = {}): Uint8Array<ArrayBuffer> {
  const { opcode = OP.text, fin = true, mask = true, reserved = 0 } = options;
  const bytes = typeof payload === "string" ? encoder.encode(payload) : payload;
  const { length = bytes.length } = options;
  const first = (fin ? 0x80 : 0) | reserved | opcode;
  const bit = mask ? 0x80 : 0;
  const header = length < 126
    ? [first, bit | length]
    : length < 65_536
    ? [first, bit | 126, length >> 8, length & 0xff]
    : [first, bit | 127, 0, 0, 0, 0, length >>> 24, length >> 16 & 0xff, length >> 8 & 0xff, length & 0xff];
  const key = [0x12, 0x34, 0x56, 0x78];
  return Uint8Array.from([...header, ...mask ? key : [], ...bytes.map((byte, i) => mask ? byte ^ key[i % 4] : byte)]);
}

/** A request for an upgrade; `null` leaves a field out. */
export function upgradeRequest(fields: Readonly<Record<string, string | null>> = {}, path = "/ws"): string {
  const all: Record<string, string | null> = {
    "Host": "127.0.0.1",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    ...fields,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => value === null ? [] : [`${name}: ${value}\r\n`]);
  return `GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** One WebSocket. */
export class WebPeer implements Disposable {
  readonly #conn: Deno.TcpConn;
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #lines: string[] = [];

  private constructor(conn: Deno.TcpConn) {
    conn.setNoDelay(true);
    this.#conn = conn;
  }

  /** Connects and upgrades. */
  static async connect(port: number, fields: Readonly<Record<string, string>> = {}, path = "/ws"): Promise<WebPeer> {
    const peer = new WebPeer(await Deno.connect({ hostname: "127.0.0.1", port }));
    await peer.write(encoder.encode(upgradeRequest(fields, path)));
    const head = await peer.#until("\r\n\r\n");
    assertEquals(head.split("\r\n")[0], "HTTP/1.1 101 Switching Protocols");
    assertEquals(head.match(/Sec-WebSocket-Accept: (.*)\r/)?.[1], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    return peer;
  }

  /** Connects, says hello in frames, and waits for the welcome. */
  static async framed(port: number, name: string, more: Record<string, unknown> = {}): Promise<WebPeer> {
    const peer = await WebPeer.connect(port);
    await peer.send(JSON.stringify({ kind: "hello", v: [1], name, ...more }));
    await peer.match(/"kind":"welcome"/);
    return peer;
  }

  /** Connects, gives a name as at netcat, and waits for the greeting. */
  static async named(port: number, name: string): Promise<WebPeer> {
    const peer = await WebPeer.connect(port);
    await peer.send(name);
    await peer.match(/^\* Hello /);
    return peer;
  }

  /** Writes bytes as they are. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await soon(this.#conn.write(rest), "the server to read"));
  }

  /** Sends a frame. */
  async send(payload: string | Uint8Array, options: FrameOptions = {}): Promise<void> {
    await this.write(clientFrame(payload, options));
  }

  /** The next frame; `undefined` at the end of the connection. */
  async frame(): Promise<Received | undefined> {
    if (!await this.#need(2)) return undefined;
    const [first, second] = this.#bytes;
    assertEquals(second & 0x80, 0, "a server does not mask");
    const header = second < 126 ? 2 : 4;
    assertEquals(second < 127, true, "a frame is at most 64 KiB");
    if (!await this.#need(header)) return undefined;
    const length = second < 126 ? second : this.#bytes[2] << 8 | this.#bytes[3];
    if (!await this.#need(header + length)) return undefined;
    const payload = this.#bytes.slice(header, header + length);
    this.#bytes = this.#bytes.subarray(header + length);
    return { opcode: first & 0x0f, fin: (first & 0x80) !== 0, payload };
  }

  /** The next message's text; `undefined` at the end of the connection. It must be text, and whole lines. */
  async message(): Promise<string | undefined> {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for (;;) {
      const frame = await this.frame();
      if (!frame || frame.opcode === OP.close) return undefined;
      if (frame.opcode === OP.pong) continue;
      assertEquals(frame.opcode, parts.length === 0 ? OP.text : OP.continuation);
      parts.push(frame.payload);
      if (!frame.fin) continue;
      const text = decoder.decode(await new Blob(parts).bytes());
      assertEquals(text.at(-1), "\n", "a message is whole lines");
      return text;
    }
  }

  /** The next line; `undefined` at the end. */
  async next(): Promise<string | undefined> {
    if (this.#lines.length === 0) this.#lines = (await this.message())?.split("\n").slice(0, -1) ?? [];
    return this.#lines.shift();
  }

  /** The next line that matches; fails at the end. */
  async match(pattern: RegExp): Promise<string> {
    for (let line = await this.next(); line !== undefined; line = await this.next()) if (pattern.test(line)) return line;
    throw new Error(`no line matches ${pattern}`);
  }

  /** The code that the server closes with, after whatever else it says; `undefined` when it ends without one. */
  async closed(): Promise<number | undefined> {
    for (let frame = await this.frame(); frame; frame = await this.frame()) {
      if (frame.opcode === OP.close) return frame.payload.length === 0 ? 1005 : frame.payload[0] << 8 | frame.payload[1];
    }
    return undefined;
  }

  /** Whether the server ends the connection. */
  async over(): Promise<boolean> {
    return await this.frame() === undefined;
  }

  /** Closes without a word. */
  [Symbol.dispose](): void {
    try {
      this.#conn.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  async #until(end: string): Promise<string> {
    for (;;) {
      const text = String.fromCharCode(...this.#bytes);
      const at = text.indexOf(end);
      if (at !== -1) {
        this.#bytes = this.#bytes.subarray(at + end.length);
        return text.slice(0, at + end.length);
      }
      if (!await this.#need(this.#bytes.length + 1)) throw new Error(`the server ended the connection after ${JSON.stringify(text)}`);
    }
  }

  async #need(bytes: number): Promise<boolean> {
    const buffer = new Uint8Array(65_536);
    while (this.#bytes.length < bytes) {
      const length = await soon(this.#conn.read(buffer).catch(() => null), "the server to write");
      if (length === null) return false;
      const both = new Uint8Array(this.#bytes.length + length);
      both.set(this.#bytes);
      both.set(buffer.subarray(0, length), this.#bytes.length);
      this.#bytes = both;
    }
    return true;
  }
}
