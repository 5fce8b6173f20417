/**
 * A conversation between somebody at a keyboard and a server, both played by the test.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Connection } from "../../client/connection.ts";
import { dial } from "../../client/dial.ts";
import { converse } from "../../client/conversation.ts";
import type { Seen } from "../../client/timeline.ts";
import type { SayWithRef } from "../../client/unacknowledged.ts";
import type { ExitCode } from "../../shared/exit.ts";
import type { ClientFrame, Entry, Snapshot, Welcome } from "../../shared/protocol.ts";
import { soon } from "../soon.ts";
import { FakeClock } from "./fake_clock.ts";
import { FakeServer, type Peer, said, welcome } from "./fake_server.ts";
import { FakeMemory, FakeView, NO_SETTINGS } from "./fake_view.ts";

/** What a conversation begins with. */
export interface TalkOptions {
  readonly seen?: Seen;
  readonly unsent?: readonly SayWithRef[];
  readonly rooms?: readonly Snapshot[];
}

/** Bob's conversation; his session is `s1` until the test gives him another. */
export class Talk implements AsyncDisposable {
  readonly view = new FakeView();
  readonly memory = new FakeMemory();
  readonly done: Promise<ExitCode>;
  readonly #server = new FakeServer();
  #peer: Peer | undefined;

  private constructor({ seen, unsent = [] }: TalkOptions) {
    const keeper = { unsent, said() {}, answered() {} };
    const connection = new Connection({
      address: this.#server.address,
      dial,
      name: () => Promise.resolve("bob"),
      secret: "secret",
      backlog: 50,
      keeper,
      clock: new FakeClock({ skip: 1_000 }),
      random: () => 0,
    });
    this.done = converse(connection, this.view, { strict: false, seen, unsent, settings: NO_SETTINGS, memory: this.memory });
  }

  /** Begins a conversation that the server has not answered yet. */
  static unanswered(options: TalkOptions = {}): Talk {
    return new Talk(options);
  }

  /** Begins a conversation, up to the welcome. */
  static async begin(options: TalkOptions = {}): Promise<Talk> {
    const talk = new Talk(options);
    await talk.welcome({ rooms: options.rooms ?? [room("lobby")] });
    await talk.view.sees("Hello bob.");
    return talk;
  }

  get peer(): Peer {
    if (!this.#peer) throw new Error("nobody has come yet");
    return this.#peer;
  }

  /** Lets the client in, for the first time or again; returns what it said to be let in. */
  async welcome(more: Partial<Welcome> = {}): Promise<ClientFrame | undefined> {
    this.#peer = await soon(this.#server.accept(), "the client");
    const greeting = await this.peer.next();
    this.peer.send({ ...welcome("s1"), ...more });
    return greeting;
  }

  /** Types a command; returns what the server is asked. */
  async ask<K extends ClientFrame["kind"]>(line: string, kind: K): Promise<Extract<ClientFrame, { kind: K }>> {
    this.view.type(line);
    return await this.asked(kind);
  }

  /** What the server is asked next. */
  async asked<K extends ClientFrame["kind"]>(kind: K): Promise<Extract<ClientFrame, { kind: K }>> {
    const frame = await soon(this.peer.next(), `a ${kind}`);
    assertEquals(frame?.kind, kind, JSON.stringify(frame));
    return frame as Extract<ClientFrame, { kind: K }>;
  }

  /** Types a command that is carried out without the server; resolves when `text` is seen. */
  async type(line: string, text: string): Promise<void> {
    this.view.type(line);
    await this.view.sees(text);
  }

  /** Comes into a room, in which so much was said before. */
  async join(name: string, head = 0): Promise<void> {
    const { ref } = await this.ask(`/join ${name}`, "join");
    this.peer.send({ kind: "members", ref: ref!, ...room(name, { head }) });
    await this.view.sees(`-- ${name}, 0 new, 0 left out`);
  }

  /** Lets others talk, up to the last entry, which must be of the room shown. */
  async hear(...entries: readonly Entry[]): Promise<void> {
    for (const entry of entries) this.peer.send(entry);
    await this.view.sees(entries.at(-1)!.text);
  }

  /** The connection breaks. */
  async cut(): Promise<void> {
    await this.peer.end();
    await this.view.sees("Connection lost");
  }

  /** Leaves; returns the exit code. */
  async leave(): Promise<ExitCode> {
    this.view.type("/quit");
    for (let frame = await this.peer.next(); frame !== undefined && frame.kind !== "bye";) frame = await this.peer.next();
    this.peer.send({ kind: "bye", reason: "left", text: "bye" });
    await this.peer.end();
    return await soon(this.done, "the end of the conversation");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.view.type("/quit");
    await this.#peer?.end();
    this.#server[Symbol.dispose]();
    await soon(this.done, "the end of the conversation");
  }
}

/** A room as the server tells it, with bob in it. */
export function room(name: string, more: Partial<Snapshot> = {}): Snapshot {
  return { room: name, head: 0, topic: "", total: 1, offset: 0, members: [{ nick: "bob", from: "s1" }], ...more };
}

/** What somebody said in a room. */
export function saidIn(name: string, by: string, text: string, seq: number): Entry {
  return { ...said(by, text, seq), room: name };
}
