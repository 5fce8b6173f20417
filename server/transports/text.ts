/**
 * Text mode: lines for people with netcat or telnet, and for textbook programs. A name first, then messages; `bye` leaves.
 *
 * @module
 */
import { type Malformed, RUNAWAY } from "../../shared/codec.ts";
import { type Line, LineSplitter } from "../../shared/lines.ts";
import { type ClientFrame, LIMITS, PROTOCOL_VERSION } from "../../shared/protocol.ts";
import { byteLength, count } from "../../shared/text.ts";
import { type Connection, type Nothing, type Peer, peerOf } from "../connection.ts";
import type { Socket } from "./socket.ts";
import { ECHO_OFF, ECHO_ON, TelnetFilter } from "./telnet.ts";
import { textCodec } from "./text_codec.ts";
import { isBye, parseLine, TEXT_BACKLOG, type TextFrame } from "./text_commands.ts";

/** What a peer is asked that says nothing. */
export const NAME_PROMPT = "* Enter your name:\n";
const NAME_TRIES = 3;
const NOTHING: Nothing = { kind: "nothing" };
/** Stands for a name whose bytes were dropped because there were too many: refused in the words for every name that is too long. */
const TOO_LONG = "x".repeat(LIMITS.nickBytes + 1);

const decoder = new TextDecoder();

/** A peer that speaks lines of text. */
export class TextConnection implements Connection {
  readonly peer: Peer;
  readonly codec = textCodec;
  readonly helloDue: number;
  readonly nameDue: number;
  readonly nameTries = NAME_TRIES;
  readonly oneRoom = true;
  welcomed = false;
  readonly #socket: Socket;
  readonly #telnet = new TelnetFilter();
  readonly #splitter: LineSplitter;
  /** The name that was asked for, which goes with the password. */
  #name = "";
  #passwordAsked = false;
  /** What the peer's telnet is to be told before anything else. */
  #negotiation: Uint8Array | undefined;

  /** @param due When a name is due, on the clock of `performance.now()`. @param lineBytes The longest line allowed. */
  constructor(socket: Socket, id: number, due: number, lineBytes: number) {
    this.#socket = socket;
    this.#splitter = new LineSplitter(lineBytes);
    this.peer = peerOf(socket, id, "text");
    this.helloDue = due;
    this.nameDue = due;
  }

  get broken(): string | undefined {
    return this.#socket.broken;
  }

  get passwordAsked(): boolean {
    return this.#passwordAsked;
  }

  /** A telnet that has shown that it is one shows nothing of the line that is typed next, or shows it again. */
  set passwordAsked(asked: boolean) {
    if (asked !== this.#passwordAsked && this.#telnet.seen) this.#negotiation = asked ? ECHO_OFF : ECHO_ON;
    this.#passwordAsked = asked;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly (TextFrame | Nothing)[]> {
    for (let chunk = await this.#socket.read(); chunk !== null; chunk = await this.#socket.read()) {
      const bytes = chunk.length;
      const text = this.#telnet.strip(chunk);
      const lines = this.#splitter.push(text);
      yield* this.#frames(lines);
      // Negotiation counts too where nothing comes with it.
      if (this.welcomed && lines.length === 0 && text.length < bytes) yield [NOTHING];
      if (!this.#splitter.runaway) continue;
      yield [RUNAWAY];
      return;
    }
    // What we stopped reading in the middle of a line was not said.
    const last = this.#socket.ended ? this.#splitter.end() : undefined;
    if (last) yield* this.#frames([last]);
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#negotiation === undefined ? this.#socket.write(bytes) : this.#negotiate(this.#negotiation, bytes);
  }

  stop(): void {
    this.#socket.stop();
  }

  finish(): Promise<void> {
    return this.#socket.finish();
  }

  close(why?: string): void {
    this.#socket.close(why);
  }

  /** Names and passwords one at a time, because what a line is depends on whether the one before was accepted; then everything else at once. */
  *#frames(lines: readonly Line[]): Generator<(TextFrame | Nothing)[]> {
    // Decoded before anything is awaited: the bytes are only borrowed.
    const texts = lines.map((line) => line instanceof Uint8Array ? decoder.decode(line) : line);
    let at = 0;
    for (; at < texts.length && !this.welcomed; at++) yield [this.#greeting(texts[at])];
    const frames: (TextFrame | Nothing)[] = [];
    for (; at < texts.length; at++) {
      const text = texts[at];
      frames.push(typeof text === "string" ? parseLine(text) ?? NOTHING : tooLong(text.overlong, this.#splitter.limit));
    }
    if (frames.length > 0) yield frames;
  }

  /** What a line asks for before it is a message: a name, or the password for the name of before. Any line that is too long is none of them. */
  #greeting(line: string | { readonly overlong: number }): ClientFrame {
    if (typeof line === "string" && isBye(line)) return { kind: "bye" };
    const hello = { kind: "hello", v: [PROTOCOL_VERSION], backlog: TEXT_BACKLOG } as const;
    if (this.#passwordAsked) {
      const password = typeof line === "string" && byteLength(line) <= LIMITS.passwordBytes ? line : "";
      return { ...hello, name: this.#name, password };
    }
    this.#name = typeof line === "string" ? line : TOO_LONG;
    return { ...hello, name: this.#name };
  }

  async #negotiate(negotiation: Uint8Array, bytes: Uint8Array): Promise<number> {
    this.#negotiation = undefined;
    while (negotiation.length > 0) negotiation = negotiation.subarray(await this.#socket.write(negotiation));
    return await this.#socket.write(bytes);
  }
}

function tooLong(bytes: number, limit: number): Malformed {
  return { kind: "malformed", code: "too_long", text: `a message has at most ${count(limit)} bytes, this one had ${count(bytes)}` };
}
