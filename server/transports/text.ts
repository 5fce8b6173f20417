/**
 * Text mode: lines for people with netcat or telnet, and for textbook programs. A name first, then messages; `bye` leaves.
 *
 * Every line that a person wrote starts with `name: `, everything the server says with `* `, every refusal with `! `.
 *
 * @module
 */
import { type Malformed, RUNAWAY } from "../../shared/codec.ts";
import { type Line, LineSplitter } from "../../shared/lines.ts";
import {
  type ClientFrame,
  LIMITS,
  LOBBY,
  type Member,
  PROTOCOL_VERSION,
  type Refused,
  type ServerFrame,
  type Welcome,
} from "../../shared/protocol.ts";
import { cleanText, count, plural } from "../../shared/text.ts";
import type { Codec, Connection, Peer } from "../connection.ts";
import type { TcpSocket } from "./tcp_socket.ts";
import { TelnetFilter } from "./telnet.ts";

/** What a peer is asked that says nothing. */
export const NAME_PROMPT = "* Enter your name:\n";
/** People that a Hello line names; the rest are counted. */
const NAMED = 20;
/** Members above which joining and leaving make no line any more. */
const CROWD = 200;
const NAME_TRIES = 3;
/** Stands for a name whose bytes were dropped because there were too many: refused in the words for every name that is too long. */
const TOO_LONG = "x".repeat(LIMITS.nickBytes + 1);

const decoder = new TextDecoder();

/** How people in text mode are shown frames. */
export const textCodec: Codec = { name: "text", encode, skipsOwn: true };

/** A peer that speaks lines of text. */
export class TextConnection implements Connection {
  readonly peer: Peer;
  readonly codec = textCodec;
  readonly helloDue: number;
  readonly nameDue: number;
  readonly nameTries = NAME_TRIES;
  welcomed = false;
  readonly #socket: TcpSocket;
  readonly #telnet = new TelnetFilter();
  readonly #splitter: LineSplitter;

  /** @param due When a name is due, on the clock of `performance.now()`. @param lineBytes The longest line allowed. */
  constructor(socket: TcpSocket, id: number, due: number, lineBytes: number) {
    this.#socket = socket;
    this.#splitter = new LineSplitter(lineBytes);
    this.peer = { id, address: socket.address, transport: "text" };
    this.helloDue = due;
    this.nameDue = due;
  }

  get broken(): string | undefined {
    return this.#socket.broken;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly (ClientFrame | Malformed)[]> {
    for (let chunk = await this.#socket.read(); chunk !== null; chunk = await this.#socket.read()) {
      yield* this.#frames(this.#splitter.push(this.#telnet.strip(chunk)));
      if (!this.#splitter.runaway) continue;
      yield [RUNAWAY];
      return;
    }
    const last = this.broken ? undefined : this.#splitter.end();
    if (last) yield* this.#frames([last]);
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#socket.write(bytes);
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

  /** Names one at a time, because what a line is depends on whether the one before was accepted; then everything else at once. */
  *#frames(lines: readonly Line[]): Generator<(ClientFrame | Malformed)[]> {
    // Decoded before anything is awaited: the bytes are only borrowed.
    const texts = lines.map((line) => line instanceof Uint8Array ? decoder.decode(line) : line);
    let at = 0;
    for (; at < texts.length && !this.welcomed; at++) yield [asName(texts[at])];
    const frames: (ClientFrame | Malformed)[] = [];
    for (; at < texts.length; at++) {
      const text = texts[at];
      const frame = typeof text === "string" ? asMessage(text) : tooLong(text.overlong, this.#splitter.limit);
      if (frame) frames.push(frame);
    }
    if (frames.length > 0) yield frames;
  }
}

function asName(line: string | { readonly overlong: number }): ClientFrame {
  const name = typeof line === "string" ? line : TOO_LONG;
  return isBye(name) ? { kind: "bye" } : { kind: "hello", v: [PROTOCOL_VERSION], name };
}

/** A line with nothing on it is nothing. */
function asMessage(line: string): ClientFrame | undefined {
  if (isBye(line)) return { kind: "bye" };
  return line.trim() === "" ? undefined : { kind: "say", room: LOBBY, text: cleanText(line) };
}

function isBye(line: string): boolean {
  return line.length < 40 && line.trim().toLowerCase() === "bye";
}

function tooLong(bytes: number, limit: number): Malformed {
  return { kind: "malformed", code: "too_long", text: `a message has at most ${count(limit)} bytes, this one had ${count(bytes)}` };
}

function encode(frame: ServerFrame): string {
  switch (frame.kind) {
    case "entry":
      return frame.type === "said" ? said(frame.by, frame.text) : `* ${frame.text}\n`;
    case "joined":
      return frame.total > CROWD ? "" : `* ${frame.by} joined\n`;
    case "left":
      return frame.total >= CROWD ? "" : `* ${frame.by} left\n`;
    case "welcome":
      return hello(frame);
    case "refused":
      return refusal(frame);
    case "error":
      return `! not sent: ${frame.text}\n`;
    case "reset":
      return `* ${plural(frame.skipped, "message")} skipped\n`;
    case "bye":
      return `* ${frame.text}.\n`;
    case "members":
    case "ping":
    case "pong":
      return "";
  }
}

/** Every line of what somebody said starts with the name, so that no one can fake another's line. */
function said(by: string, text: string): string {
  return text.includes("\n") ? text.split("\n").map((line) => `${by}: ${line}\n`).join("") : `${by}: ${text}\n`;
}

function hello({ nick, session, rooms: [lobby] }: Welcome): string {
  const others = lobby.members.filter((member) => member.from !== session);
  const here = others.length === 0 ? "Nobody else is here yet." : `Here now: ${listed(others, lobby.total - 1)}.`;
  return `* Hello ${nick}. ${here} Type a message and press Enter; bye leaves.\n`;
}

function listed(others: readonly Member[], total: number): string {
  const names = others.slice(0, NAMED).map((member) => member.nick).join(", ");
  const rest = total - NAMED;
  return rest > 0 ? `${names} and ${plural(rest, "other")}` : names;
}

function refusal({ code, text, final }: Refused): string {
  if (!code.startsWith("name_")) return `! not sent: ${text}\n`;
  return final ? `! ${text}.\n` : `! ${text}. Enter another name:\n`;
}
