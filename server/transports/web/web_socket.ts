/**
 * A WebSocket as a socket: messages come in and are lines, lines go out and are messages.
 *
 * What comes in is read by `ws`, which knows every way in which a frame can be wrong. What goes out is written here, because everybody in a room
 * is sent the same bytes, and because `ws` would queue what a peer does not take.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { Receiver, type ReceiverError } from "ws";
import { LIMITS } from "../../../shared/protocol.ts";
import type { Socket } from "../socket.ts";
import { type Frame, lastFrame, MessageFramer, OPCODE } from "./message_frame.ts";

/** Pieces that one message may come in. */
const PIECES = 1_024;
/** Bytes that are decoded at a time: 64 KiB can be 10,922 messages, and nobody knows how many of them will be heard. */
const DECODED_AT_ONCE = 4 * 1024;
/** How long saying goodbye may take beside what {@link Socket.finish} takes, in milliseconds. */
const GOODBYE_MS = 1_000;
/** A ping or a pong counts as a message does: so many at once, then one each so many milliseconds, by reading later. */
const PING_BURST = 50;
const PING_MS = 50;
const LF = 10;
/** RFC 6455, section 7.4.1. */
const CLOSE = { normal: 1000, protocol: 1002, unacceptable: 1003, none: 1005, notUtf8: 1007, policy: 1008, tooBig: 1009 } as const;
/** The close codes that say what `ws` found wrong; all else is against the protocol. */
const CODES: Record<string, number> = {
  WS_ERR_INVALID_UTF8: CLOSE.notUtf8,
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: CLOSE.tooBig,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: CLOSE.tooBig,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: CLOSE.policy,
};

/** One for all: a room's lines are asked for by one peer after the other. */
const framer = new MessageFramer();

/** Grants the upgrade that was asked for. Returns `undefined` when nobody waits for the answer any more. */
export async function upgraded(socket: Socket, accept: string): Promise<WebSocket | undefined> {
  const answer = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Accept: ${accept}`];
  try {
    await writeAll(socket, new TextEncoder().encode(`${answer.join("\r\n")}\r\n\r\n`));
  } catch {
    return undefined;
  }
  return new WebSocket(socket);
}

/**
 * A WebSocket.
 *
 * 1. A message is one or more lines; its end is a line's end as well. A binary one ends the connection.
 * 2. A frame that was begun is written to its end before anything else. A ping is answered between frames, the newest for all before it.
 * 3. A peer that closes with 1000, or without a code, has ended its side. With any other code, or without a close, the connection broke: a page
 *    that is loaded again comes back.
 */
export class WebSocket implements Socket {
  readonly transport = "web";
  readonly address: string;
  readonly host: string;
  readonly encrypted: boolean;
  readonly #socket: Socket;
  readonly #receiver = new Receiver({
    isServer: true,
    maxPayload: LIMITS.runawayBytes,
    maxFragments: PIECES,
    maxBufferedChunks: PIECES,
  });
  /** What came and was not decoded. */
  #undecoded: Uint8Array = new Uint8Array(0);
  /** Lines that came and were not read. */
  #lines: Uint8Array[] = [];
  #unread: Uint8Array | undefined;
  #broken: string | undefined;
  #ended = false;
  /** What the peer is told at the end. */
  #closeCode: number = CLOSE.normal;
  /** Whether nothing more is read: there was a close, or something was wrong. */
  #over = false;
  /** The frame under way, and how much of it is written. */
  #frame: Frame | undefined;
  #written = 0;
  /** Whether the message under way has frames to come. */
  #begun = false;
  /** What the newest ping said that has no answer. */
  #ping: Uint8Array | undefined;
  #ponging: Promise<void> | undefined;
  /** Up to when its pings and pongs are paid for, on the clock of `performance.now()`. */
  #paidUntil = 0;
  #endPause: (() => void) | undefined;
  #goodbye: Promise<void> | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.address = socket.address;
    this.host = socket.host;
    this.encrypted = socket.encrypted;
    this.#receiver
      .on("message", (data, isBinary) => this.#message(data, isBinary))
      .on("ping", (data) => this.#pong(data))
      .on("pong", () => this.#charge())
      .on("conclude", (code) => this.#conclude(code))
      .on("error", (error) => this.#misread(error));
  }

  get broken(): string | undefined {
    return this.#broken ?? this.#socket.broken;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get stopped(): boolean {
    return this.#socket.stopped;
  }

  async read(): Promise<Uint8Array | null> {
    const unread = this.#unread;
    this.#unread = undefined;
    if (unread) return unread;
    while (!this.#over) {
      await this.#pause();
      const chunk = this.#undecoded.length > 0 ? this.#undecoded : await this.#socket.read();
      if (chunk === null) {
        if (!this.stopped) this.#broken = this.#socket.broken ?? "connection lost";
        return null;
      }
      this.#undecoded = chunk.subarray(DECODED_AT_ONCE);
      await this.#receive(chunk.subarray(0, DECODED_AT_ONCE));
      if (this.#lines.length > 0) return this.#taken();
    }
    return null;
  }

  unread(bytes: Uint8Array): void {
    this.#unread = bytes;
  }

  stop(): void {
    this.#socket.stop();
    this.#endPause?.();
  }

  async write(bytes: Uint8Array): Promise<number> {
    while (this.#ponging) await this.#ponging;
    const frame = this.#frame ??= framer.frame(bytes, this.#begun);
    const before = Math.max(this.#written, frame.header);
    do this.#written += await this.#socket.write(frame.bytes.subarray(this.#written)); while (this.#written <= frame.header);
    const taken = this.#written - before;
    if (this.#written === frame.bytes.length) {
      this.#frame = undefined;
      this.#written = 0;
      this.#begun = !frame.ends;
      this.#answerPing();
    }
    return taken;
  }

  /** Says goodbye as WebSockets do, and then as TCP does. */
  finish(): Promise<void> {
    this.#goodbye ??= this.#sayGoodbye();
    return this.#goodbye;
  }

  close(why?: string): void {
    // A peer that is still there is told why: finish() says it.
    if (this.#over && !this.#goodbye) this.#socket.stop();
    else this.#socket.close(why);
    this.#endPause?.();
  }

  #charge(): void {
    this.#paidUntil = Math.max(this.#paidUntil, performance.now()) + PING_MS;
  }

  /** Waits until what was read is paid for, or nothing more is read. */
  async #pause(): Promise<void> {
    const ms = this.#paidUntil - performance.now() - PING_BURST * PING_MS;
    if (ms <= 0 || this.stopped) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#endPause = resolve;
    await promise;
    clearTimeout(timer);
    this.#endPause = undefined;
  }

  #taken(): Uint8Array {
    const lines = this.#lines;
    this.#lines = [];
    return Buffer.concat(lines.flatMap((line) => line.at(-1) === LF ? [line] : [line, Uint8Array.of(LF)]));
  }

  #receive(chunk: Uint8Array): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    // A copy: the receiver keeps what is not whole yet.
    this.#receiver.write(Buffer.from(chunk), (error) => {
      if (error) this.#misread(error);
      resolve();
    });
    return promise;
  }

  #message(data: Uint8Array, isBinary: boolean): void {
    if (this.#over) return;
    if (isBinary) this.#wrong(CLOSE.unacceptable, "sent a binary message");
    else this.#lines.push(data);
  }

  #misread({ code, message }: ReceiverError): void {
    this.#wrong(CODES[code] ?? CLOSE.protocol, `sent no WebSocket message: ${message}`);
  }

  #conclude(code: number): void {
    if (this.#over) return;
    this.#over = true;
    this.#closeCode = code;
    if (code === CLOSE.normal || code === CLOSE.none) this.#ended = true;
    else this.#broken = `closed with ${code}`;
  }

  #wrong(code: number, what: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#closeCode = code;
    this.#broken = what;
  }

  #pong(data: Uint8Array): void {
    this.#charge();
    this.#ping = Buffer.from(data);
    this.#answerPing();
  }

  #answerPing(): void {
    if (!this.#ping || this.#frame || this.#ponging || this.#goodbye) return;
    const pong = lastFrame(OPCODE.pong, this.#ping);
    this.#ping = undefined;
    this.#ponging = writeAll(this.#socket, pong).catch(() => this.#socket.close()).finally(() => {
      this.#ponging = undefined;
      this.#answerPing();
    });
  }

  async #sayGoodbye(): Promise<void> {
    const timer = setTimeout(() => this.#socket.close(), GOODBYE_MS);
    try {
      await this.#ponging;
      // Nothing can be said in the middle of a frame.
      if (this.#frame) return this.#socket.close();
      const code = this.#closeCode === CLOSE.none ? [] : [this.#closeCode >> 8, this.#closeCode & 0xff];
      await writeAll(this.#socket, lastFrame(OPCODE.close, Uint8Array.from(code)));
    } catch {
      this.#socket.close(); // Nobody is there any more.
    } finally {
      clearTimeout(timer);
    }
    await this.#socket.finish();
  }
}

async function writeAll(socket: Socket, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await socket.write(rest));
}
