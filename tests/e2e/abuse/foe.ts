/**
 * Somebody who does bad things at a socket.
 *
 * @module
 */
import { connect } from "node:net";
import { assertEquals } from "@std/assert";
import { decodeServerFrame } from "../../../shared/codec.ts";
import type { ServerFrame } from "../../../shared/protocol.ts";
import { exchange } from "../../harness.ts";
import { soon } from "../../soon.ts";
import { isAnswer } from "./shown.ts";
import type { Row, Scene } from "./row.ts";
import { sendAll } from "./send_all.ts";

/** What is sent: pieces, each in a packet of its own. */
export type Pieces = readonly (string | Uint8Array)[];

const decoder = new TextDecoder();

/** A connection that is used badly. */
export class Foe implements Disposable {
  readonly #conn: Deno.TcpConn;
  readonly #decoder = new TextDecoder();
  /** What came and was not looked at. */
  #heard = "";

  private constructor(conn: Deno.TcpConn) {
    conn.setNoDelay(true);
    this.#conn = conn;
  }

  static async connect({ port }: Pick<Scene, "port">): Promise<Foe> {
    return new Foe(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Comes in at netcat. */
  static async named(scene: Pick<Scene, "port">, name: string): Promise<Foe> {
    const foe = await Foe.connect(scene);
    await foe.send(`${name}\n`);
    await foe.until(/^\* Hello /m);
    return foe;
  }

  /** Comes in with frames. @param more Fields of the hello. */
  static async framed(scene: Pick<Scene, "port">, name: string, more: Record<string, unknown> = {}): Promise<Foe> {
    const foe = await Foe.connect(scene);
    await foe.send(hello(name, more));
    await foe.until(/"kind":"welcome"/);
    return foe;
  }

  /** Sends; a connection that the server has ended is no fault here. Returns whether everything went out. */
  send(what: string | Uint8Array): Promise<boolean> {
    return sendAll(this.#conn, what);
  }

  /** Reads until so many lines match, and returns those, without what came between. Fails at the end. */
  async until(pattern: RegExp, times = 1): Promise<string> {
    const found: string[] = [];
    for (;;) {
      for (let end = this.#heard.indexOf("\n"); end !== -1; end = this.#heard.indexOf("\n")) {
        const line = this.#heard.slice(0, end);
        this.#heard = this.#heard.slice(end + 1);
        if (pattern.test(line) && found.push(line) === times) return found.join("\n");
      }
      if (!await this.#read()) throw new Error(`the server ended it: no ${pattern} for the ${found.length + 1}th time`);
    }
  }

  /** Reads until the server ends the connection, and returns what came. */
  async rest(): Promise<string> {
    while (await this.#read());
    return this.#heard;
  }

  /** Reads at most so many bytes. */
  async sip(bytes: number): Promise<number | null> {
    return await soon(this.#conn.read(new Uint8Array(bytes)), "a sip");
  }

  /** Ends its side. */
  async closeWrite(): Promise<void> {
    await this.#conn.closeWrite();
  }

  /** Closes: where something came that was not read, with a reset (RFC 9293, section 3.10.4). */
  [Symbol.dispose](): void {
    try {
      this.#conn.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  async #read(): Promise<boolean> {
    const buffer = new Uint8Array(65_536);
    const length = await soon(this.#conn.read(buffer).catch(() => null), `an answer after ${JSON.stringify(this.#heard.slice(-100))}`);
    if (length === null) return false;
    this.#heard += this.#decoder.decode(buffer.subarray(0, length), { stream: true });
    return true;
  }
}

/** A hello, as a line. */
export function hello(name: string, more: Record<string, unknown> = {}): string {
  return JSON.stringify({ kind: "hello", v: [1], name, ...more }) + "\n";
}

/** A frame, as a line. */
export function line(frame: Record<string, unknown>): string {
  return JSON.stringify(frame) + "\n";
}

/** Connects from an address of this machine's own, says something, and returns all that is answered, until it is cut off. */
export async function from(address: string, port: number, text: string, cut?: AbortSignal): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port, localAddress: address });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let heard = "";
  socket.on("data", (bytes) => heard += decoder.decode(bytes)).on("close", () => resolve()).on("error", reject);
  cut?.addEventListener("abort", () => socket.destroy());
  socket.end(text);
  await soon(promise, `an answer at ${address}`);
  return heard;
}

/** A row: these bytes on one connection, its end, and the lines that the server says to whoever sent them. */
export function says(name: string, pieces: Pieces, ...answer: readonly (string | RegExp)[]): Row {
  return { name, attack: async ({ port }) => compare((await exchange(port, ...pieces)).split("\n").filter(isAnswer), answer) };
}

/**
 * A row: a hello in frames, these frames, the end, and the frames that answer them, each in few words. Whoever names a den, its own, is in it; the
 * others share one, as only so many rooms may begin at one address.
 */
export function frames(name: string, by: string, sent: Pieces, ...answer: readonly (string | RegExp)[]): Row {
  const den = `${by}s-den`;
  const rooms = [sent.some((piece) => typeof piece === "string" && piece.includes(den)) ? den : "silent-den"];
  return { name, attack: async ({ port }) => compare(await answered(port, hello(by, { rooms }), ...sent), answer) };
}

/** What the server answers to these pieces, in few words. */
export async function answered(port: number, ...pieces: Pieces): Promise<string[]> {
  return inFewWords(await exchange(port, ...pieces));
}

/** The frames of an answer, in few words each. */
export function inFewWords(answer: string): string[] {
  return answer.split("\n").slice(0, -1).flatMap(frameInFewWords);
}

function frameInFewWords(line: string): string[] {
  const frame = decodeServerFrame(line);
  if (frame.kind === "malformed") return [`no frame: ${frame.text}`];
  const words = wordsFor(frame);
  return words === undefined ? [] : [words];
}

/** `undefined` for what comes anyway: the welcome, and what others do. */
function wordsFor(frame: ServerFrame): string | undefined {
  switch (frame.kind) {
    case "error":
    case "refused":
      return `${frame.kind} ${frame.code}: ${frame.text}`;
    case "bye":
      return `bye: ${frame.text}`;
    case "done":
      return `done: ${frame.text}`;
    case "entry":
      return `${frame.again ? "again" : frame.type}: ${frame.text}`;
    case "page":
      return `page of ${frame.entries.length}`;
    case "pong":
      return `pong ${frame.ref}`;
    case "members":
      return frame.ref === undefined ? undefined : `members of ${frame.room}`;
    case "rooms":
      return "rooms";
    case "certificate":
      return `certificate of ${frame.pem.length}`;
    case "reset":
      return `reset to ${frame.cursor}`;
    default:
      return undefined;
  }
}

/** Compares lines with what they must be. */
export function compare(lines: readonly string[], expected: readonly (string | RegExp)[]): void {
  const fitting = lines.map((line, i) => {
    const pattern = expected[i];
    return pattern instanceof RegExp && pattern.test(line) ? pattern : line;
  });
  assertEquals(fitting, expected);
}
