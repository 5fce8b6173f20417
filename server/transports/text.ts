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
import { inBatches, Turn } from "./batches.ts";
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
  passwordAsked = false;
  readonly #socket: Socket;
  readonly #telnet = new TelnetFilter();
  readonly #splitter: LineSplitter;
  /** The name that was asked for, which goes with the password. */
  #name = "";
  /** Whether the peer's telnet was told to show nothing. */
  #hides = false;
  /** Whether nothing more is heard, read or not. */
  #over = false;

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

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly (TextFrame | Nothing)[]> {
    for (let chunk = await this.#socket.read(); chunk !== null; chunk = await this.#socket.read()) {
      const bytes = chunk.length;
      const text = this.#telnet.strip(chunk);
      const turn = new Turn();
      let silent = true;
      for (const frames of this.#frames(this.#splitter.push(text))) {
        silent = false;
        if (this.#over) return;
        yield frames;
        if (turn.isOver) await turn.pass();
      }
      // Negotiation counts too where nothing comes with it.
      if (this.welcomed && silent && text.length < bytes) yield [NOTHING];
      if (!this.#splitter.runaway) continue;
      yield [RUNAWAY];
      return;
    }
    // What we stopped reading in the middle of a line was not said.
    const last = this.#socket.ended ? this.#splitter.end() : undefined;
    if (last) yield* this.#frames([last]);
  }

  /** A telnet that has shown that it is one is told first to show nothing of the password that is typed next, or to show again what is typed. */
  write(bytes: Uint8Array): Promise<number> {
    const hides = this.passwordAsked && this.#telnet.seen;
    return hides === this.#hides ? this.#socket.write(bytes) : this.#negotiate(hides, bytes);
  }

  stop(): void {
    this.#socket.stop();
  }

  finish(): Promise<void> {
    this.#over = true;
    return this.#socket.finish();
  }

  close(why?: string): void {
    this.#over = true;
    this.#socket.close(why);
  }

  /** Names and passwords one at a time, because what a line is depends on whether the one before was accepted. */
  #frames(lines: Iterable<Line>): Generator<(TextFrame | Nothing)[]> {
    return inBatches(lines, (line) => this.#frame(line), () => !this.welcomed);
  }

  #frame(line: Line): TextFrame | Nothing {
    const text = line instanceof Uint8Array ? decoder.decode(line) : line;
    if (!this.welcomed) return this.#greeting(text);
    return typeof text === "string" ? parseLine(text) ?? NOTHING : tooLong(text.overlong, this.#splitter.limit);
  }

  /** What a line asks for before it is a message: a name, or the password for the name of before. Any line that is too long is none of them. */
  #greeting(line: string | { readonly overlong: number }): ClientFrame {
    if (typeof line === "string" && isBye(line)) return { kind: "bye" };
    const hello = { kind: "hello", v: [PROTOCOL_VERSION], backlog: TEXT_BACKLOG } as const;
    if (this.passwordAsked) {
      const password = typeof line === "string" && byteLength(line) <= LIMITS.passwordBytes ? line : "";
      return { ...hello, name: this.#name, password };
    }
    this.#name = typeof line === "string" ? line : TOO_LONG;
    return { ...hello, name: this.#name };
  }

  async #negotiate(hides: boolean, bytes: Uint8Array): Promise<number> {
    this.#hides = hides;
    let negotiation: Uint8Array = hides ? ECHO_OFF : ECHO_ON;
    while (negotiation.length > 0) negotiation = negotiation.subarray(await this.#socket.write(negotiation));
    return await this.#socket.write(bytes);
  }
}

function tooLong(bytes: number, limit: number): Malformed {
  return { kind: "malformed", code: "too_long", text: `a message has at most ${count(limit)} bytes, this one had ${count(bytes)}` };
}
