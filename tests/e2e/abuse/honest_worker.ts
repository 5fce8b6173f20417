/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
/**
 * Two honest people in the lobby, alice in frames mode and bob in text mode, who each say something every 100 ms. In a thread of their own, so
 * that what the abusers of a test are busy with is not taken for the server's delay. `honest.ts` asks it things.
 *
 * They hear everything of each other once and in order, and nothing that is not clean; whatever else they hear is a fault.
 *
 * @module
 */
import { decodeServerFrame, encodeFrame } from "../../../shared/codec.ts";
import { LineSplitter } from "../../../shared/lines.ts";
import type { Entry, Welcome } from "../../../shared/protocol.ts";
import { isPresence, unclean } from "./shown.ts";

const TALK_MS = 100;
/** Faults that are told; more say nothing new. */
const FAULTS = 10;

/** What an owner or an op may say to everybody. */
const ANNOUNCED = /^\* \S+ announces: /;

/** What can be asked. */
export type Question =
  | { readonly ask: "arrive"; readonly port: number; readonly password: string | undefined }
  | { readonly ask: "shown"; readonly name: string }
  | { readonly ask: "window" }
  | { readonly ask: "leave" };

/** What they were shown of somebody. */
export interface Shown {
  /** Lines, as bob saw them. */
  readonly lines: readonly string[];
  /** Entries, as alice got them: what was said. */
  readonly texts: readonly string[];
}

/** How long they waited, in milliseconds. */
export interface Waits {
  /** For each other: one for each message. */
  readonly waits: readonly number[];
  /** For their turn to speak, beyond its time: what a busy machine makes everybody wait. */
  readonly late: readonly number[];
}

interface Waiting {
  readonly name: string;
  readonly resolve: (shown: Shown) => void;
}

const faults: string[] = [];
const waiting: Waiting[] = [];
let waits: number[] = [];
let late: number[] = [];

function fault(what: string): void {
  if (faults.length < FAULTS) faults.push(what);
}

/** What both are and do. */
abstract class Person {
  readonly sentAt: number[] = [];
  /** How many of the other's messages were heard. */
  heard = 0;
  other!: Person;
  readonly #conn: Deno.TcpConn;
  #said = Promise.resolve();
  readonly ended: Promise<void>;
  readonly welcomed = Promise.withResolvers<void>();

  constructor(conn: Deno.TcpConn) {
    conn.setNoDelay(true);
    this.#conn = conn;
    this.ended = this.#listen();
  }

  abstract talk(text: string): void;
  abstract hear(line: string): void;
  abstract shownOf(name: string): readonly string[] | undefined;

  /** Says the next thing. */
  next(): void {
    this.sentAt.push(performance.now());
    this.talk(`tick ${this.sentAt.length - 1}`);
  }

  /** Heard the other say something. */
  heardOther(text: string): void {
    if (text !== `tick ${this.heard}`) return fault(`heard "${text.slice(0, 40)}" where "tick ${this.heard}" was due`);
    waits.push(performance.now() - this.other.sentAt[this.heard++]);
    settled();
  }

  send(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.#said = this.#said.then(async () => {
      for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await this.#conn.write(rest));
    }).catch((error) => fault(`cannot send: ${error}`));
  }

  async #listen(): Promise<void> {
    const splitter = new LineSplitter(2 ** 24);
    const decoder = new TextDecoder("utf-8", { fatal: true });
    const buffer = new Uint8Array(65_536);
    try {
      for (let length = await this.#conn.read(buffer); length !== null; length = await this.#conn.read(buffer)) {
        for (const line of splitter.push(buffer.subarray(0, length))) this.hear(decoder.decode(line as Uint8Array));
      }
    } catch (error) {
      fault(`cannot hear: ${error}`);
    }
    this.#conn.close();
    if (!leaving) fault("was sent away");
  }
}

/** Speaks frames. */
class Alice extends Person {
  #session = "";
  #seq = 0;
  #echoed = 0;
  readonly #entries = new Map<string, string[]>();

  /** Whether everything said was acknowledged. */
  get acknowledged(): boolean {
    return this.#echoed === this.sentAt.length;
  }

  override talk(text: string): void {
    this.send(encodeFrame({ kind: "say", ref: `alice's ${text}, of 96 bits or so`, room: "lobby", text }));
  }

  override hear(line: string): void {
    // On a busy machine the server may have asked for a name first.
    if (this.#session === "" && !line.startsWith("{")) return;
    const frame = decodeServerFrame(line);
    if (frame.kind === "welcome") return this.#welcome(frame);
    if (frame.kind === "entry") this.#hearEntry(frame);
    else if (frame.kind === "away") this.#note(frame.by, [frame.by, frame.text ?? ""]);
    else if (frame.kind === "joined" || frame.kind === "left") this.#note(frame.by, [frame.by]);
    else if (frame.kind === "renamed") this.#note(frame.by, [frame.by, frame.nick]);
    // Whoever could not keep up is told who is there, and all that was said.
    else if (frame.kind !== "members" && !(frame.kind === "bye" && leaving)) fault(`alice got ${line.slice(0, 100)}`);
  }

  override shownOf(name: string): readonly string[] | undefined {
    const texts = this.#entries.get(name);
    return texts?.at(-1) === "done" ? texts.slice(0, -1) : undefined;
  }

  #welcome({ session, rooms }: Welcome): void {
    this.#session = session;
    this.#seq = rooms[0].head;
    this.welcomed.resolve();
  }

  #hearEntry({ by, from, seq, prev, text, type }: Entry): void {
    if (prev !== this.#seq) fault(`alice got ${seq} after ${this.#seq}, and it names ${prev}`);
    this.#seq = seq;
    this.#note(by, [by, text.replaceAll("\n", "")]);
    if (from === this.#session) {
      if (text !== `tick ${this.#echoed++}`) fault(`alice's own came back as "${text}"`);
      settled();
    } else if (by === "alice") fault(`somebody spoke as alice: ${text}`);
    else if (by === "bob") this.heardOther(text);
    else {
      const texts = this.#entries.get(by) ?? [];
      this.#entries.set(by, [...texts, type === "said" ? text : `${type}: ${text}`]);
      settled();
    }
  }

  #note(by: string, texts: readonly string[]): void {
    for (const text of texts) if (unclean(text)) fault(`alice was shown ${JSON.stringify(text.slice(0, 100))} of ${by}`);
  }
}

/** Speaks lines. */
class Bob extends Person {
  readonly #lines = new Map<string, string[]>();

  override talk(text: string): void {
    this.send(`${text}\n`);
  }

  override hear(line: string): void {
    if (unclean(line)) fault(`bob was shown ${JSON.stringify(line.slice(0, 100))}`);
    if (line.startsWith("* Hello bob.")) return this.welcomed.resolve();
    if (line.startsWith("* This server asks for a password") || ANNOUNCED.test(line)) return;
    const [, by, text] = /^([^\s:*!/#@{][^\s:]*): (.*)$/su.exec(line) ?? [];
    if (by === "alice") this.heardOther(text);
    else if (by === "bob") fault(`bob heard himself: ${line.slice(0, 100)}`);
    else if (by !== undefined) this.#note(by, line);
    else if (isPresence(line)) this.#note(line.split(" ")[1], line);
    else if (!(leaving && line.startsWith("* Bye, bob "))) fault(`bob was shown the line ${JSON.stringify(line.slice(0, 100))}`);
  }

  override shownOf(name: string): readonly string[] | undefined {
    const lines = this.#lines.get(name);
    return lines?.at(-1) === `${name}: done` ? lines.slice(0, -1).filter((line) => line !== `* ${name} joined`) : undefined;
  }

  #note(by: string, line: string): void {
    const lines = this.#lines.get(by);
    if (lines) lines.push(line);
    else this.#lines.set(by, [line]);
    settled();
  }
}

let leaving = false;
let alice: Alice;
let bob: Bob;
let talking: ReturnType<typeof setInterval>;
let quiet: (() => void) | undefined;

/** Answers what waits for something that has just been heard. */
function settled(): void {
  for (const { name, resolve } of waiting) {
    const [lines, texts] = [bob.shownOf(name), alice.shownOf(name)];
    if (lines && texts) resolve({ lines, texts });
  }
  if (alice.acknowledged && alice.heard === bob.sentAt.length && bob.heard === alice.sentAt.length) quiet?.();
}

async function arrive(port: number, password: string | undefined): Promise<void> {
  alice = new Alice(await Deno.connect({ hostname: "127.0.0.1", port }));
  alice.send(encodeFrame({ kind: "hello", v: [1], name: "alice", ...password === undefined ? {} : { password } }));
  await alice.welcomed.promise;
  bob = new Bob(await Deno.connect({ hostname: "127.0.0.1", port }));
  bob.send(`bob\n${password === undefined ? "" : `${password}\n`}`);
  await bob.welcomed.promise;
  alice.other = bob;
  bob.other = alice;
  let due = performance.now() + TALK_MS;
  talking = setInterval(() => {
    late.push(Math.max(0, performance.now() - due));
    due = performance.now() + TALK_MS;
    alice.next();
    bob.next();
  }, TALK_MS);
}

/** Waits until `name` has said "done", and both were shown it. */
async function shown(name: string): Promise<Shown> {
  const { promise, resolve } = Promise.withResolvers<Shown>();
  const wait = { name, resolve };
  waiting.push(wait);
  settled();
  const found = await promise;
  waiting.splice(waiting.indexOf(wait), 1);
  return found;
}

/** How long each wait was since this was asked before. */
function window(): Waits {
  const since = { waits, late };
  waits = [];
  late = [];
  return since;
}

/** Hears the last of it, and leaves. Returns what was wrong. */
async function leave(): Promise<readonly string[]> {
  clearInterval(talking);
  const { promise, resolve } = Promise.withResolvers<void>();
  quiet = resolve;
  settled();
  await promise;
  leaving = true;
  alice.send(encodeFrame({ kind: "bye" }));
  bob.send("bye\n");
  await Promise.all([alice.ended, bob.ended]);
  return faults;
}

async function answer(question: Question): Promise<unknown> {
  switch (question.ask) {
    case "arrive":
      return await arrive(question.port, question.password);
    case "shown":
      return await shown(question.name);
    case "window":
      return window();
    case "leave":
      return await leave();
  }
}

self.addEventListener("message", async ({ data: { id, question } }: MessageEvent<{ id: number; question: Question }>) => {
  self.postMessage({ id, value: await answer(question), faults });
});
