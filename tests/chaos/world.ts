/**
 * A hub, its history and its clients, without sockets or disks, and the ledger that knows what must come of it.
 *
 * @module
 */
import { PAGE } from "../../server/history/history.ts";
import type { ClientFrame, Entry } from "../../shared/protocol.ts";
import { FakeHistory, FakeServer } from "../server/fakes.ts";
import { Ledger } from "./ledger.ts";
import { ModelClient } from "./model_client.ts";

/** Who there is. */
export const NAMES = ["ann", "bob", "cat"];
/** The rooms that are spoken in. */
export const ROOMS = ["lobby", "dev"];

/** The world that commands change. */
export class World {
  readonly ledger = new Ledger();
  readonly clients = NAMES.map((name) => new ModelClient(name));
  history = new FakeHistory();
  server!: FakeServer;
  #now = 1_790_000_000_000;
  #ahead = 0;
  #sent = 0;
  #ids = 0;

  constructor() {
    this.#start();
  }

  async settle(): Promise<void> {
    await this.server.idle();
    for (const client of this.clients) client.listen(this.ledger);
    await this.server.idle();
  }

  say(client: ModelClient, room: string): void {
    if (!client.cursors.has(room)) return;
    const [ref, text] = [`ref${++this.#sent}`, `${client.name} ${this.#sent}`];
    this.ledger.sent(client.name, ref, room, text);
    const say: ClientFrame = { kind: "say", ref, room, text };
    client.unacknowledged.set(ref, say);
    if (client.live) client.connection?.receive(say);
  }

  /** Joins where the client is not, else leaves. Not while something waits: it would be refused rightly. */
  async move(client: ModelClient, room: string): Promise<void> {
    await this.settle();
    const { connection } = client;
    if (!connection || !client.live || client.unacknowledged.size > 0) return;
    const ref = `ref${++this.#sent}`;
    const isIn = client.cursors.has(room);
    connection.receive({ kind: isIn ? "part" : "join", ref, room });
    connection.release();
    await this.server.idle();
    client.listen(this.ledger);
    if (!isIn) return;
    client.cursors.delete(room);
    this.ledger.left(client.name, room);
  }

  /** The program ends without a word; another one finds what was committed. */
  async crash(): Promise<void> {
    const { server, history } = this;
    for (const client of this.clients) client.connection = undefined;
    this.history = history.reopened();
    this.#start();
    history.tell();
    await server.close();
  }

  /** @param wall How far people's clock jumps. @param steady How much time passes. */
  async pass(wall: number, steady: number): Promise<void> {
    this.#now += wall;
    this.#ahead += steady;
    this.server.hub.sweep();
    await this.settle();
  }

  /** Nothing is in the way any more: everything must be acknowledged and seen. */
  async end(): Promise<unknown[]> {
    this.history.tell();
    for (let round = 0; round < 8; round++) {
      for (const client of this.clients) client.connection?.release();
      await this.pass(0, round === 2 ? 31_000 : 0);
      for (const client of this.clients) client.connect(this.server);
      await this.settle();
      await this.server.commit();
      await this.settle();
    }
    if (!this.ledger.complete) this.ledger.find("never acknowledged or never shown", "");
    const kept: Entry[] = [];
    for (const room of ROOMS) kept.push(...await this.history.read({ room, after: 0, limit: PAGE }));
    const findings = this.ledger.verdict(kept);
    // That time does not fall is the history's to see to, and the fake one does not.
    return [...findings.filter(({ what }) => what !== "kept with a time that falls"), ...await this.server.close()];
  }

  #start(): void {
    const newId = () => `s${++this.#ids}`;
    const newToken = () => `t${++this.#ids}`;
    const { history } = this;
    this.server = new FakeServer({ history, newId, newToken, now: () => this.#now, monotonic: () => performance.now() + this.#ahead });
  }
}
