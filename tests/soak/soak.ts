/**
 * A long ordinary day: people come and go, talk and are cut off, on one server that is never stopped; its memory and its files are watched.
 *
 * @module
 */
import { Ledger } from "../chaos/ledger.ts";
import { type Cut, Link } from "../chaos/link.ts";
import { Random } from "../chaos/random.ts";
import { RawClient } from "../chaos/raw_client.ts";
import { pause, talk } from "../chaos/talker.ts";
import { Victim } from "../chaos/victim.ts";
import { soon } from "../soon.ts";
import { type Growth, judgeGrowth, type Reading } from "./growth.ts";
import { visit } from "./visitors.ts";

/** Rooms where every message is counted: enough that none outgrows what retention keeps. */
const ROOMS = ["red", "green", "blue", "black", "white", "grey", "pink", "gold"];
const TALKERS = 4;
/** Visitors at a time. */
const VISITORS = 6;
const CUTS: readonly Cut[] = ["clean", "torn", "reset"];
/** Messages of a talker without an answer: the rate lets 20 through in a second, so that a calm moment comes soon. */
const WINDOW = 10;
const SETTLE_MS = 60_000;
/** How long files may take to be as many as before, in milliseconds. */
const FILES_MS = 2_000;

/** What a soak is. */
export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  /** Takes each line of the report. */
  readonly print: (line: string) => void;
}

/** How a soak went. */
export interface Outcome extends Growth {
  readonly readings: readonly Reading[];
  readonly sent: number;
  readonly cuts: number;
  readonly visits: number;
}

/** Plays a soak. Its folder is removed. */
export async function playSoak({ minutes, seed, print }: SoakOptions): Promise<Outcome> {
  const random = new Random(seed);
  const data = await Deno.makeTempDir({ prefix: "chat-soak-" });
  const victim = new Victim(`${data}/data`, { limits: true });
  const problem = await victim.start();
  if (problem !== undefined) throw new Error(`the server did not start: ${problem}`);
  try {
    const soak = new Soak(victim, random, print);
    await soak.play(minutes);
    const findings = soak.ledger.verdict((await victim.kept()).filter(({ room }) => ROOMS.includes(room)));
    const growth = judgeGrowth(soak.readings);
    const wrong = [...growth.findings, ...findings.map(({ what, count, example }) => `${count} times ${what}: ${example}`)];
    return { ...growth, findings: wrong, readings: soak.readings, sent: soak.ledger.counts.sent, cuts: soak.cuts, visits: soak.visits };
  } finally {
    await victim.kill();
    await Deno.remove(data, { recursive: true });
  }
}

class Soak {
  readonly ledger = new Ledger();
  readonly readings: Reading[] = [];
  cuts = 0;
  visits = 0;
  readonly #victim: Victim;
  readonly #random: Random;
  readonly #print: (line: string) => void;
  readonly #began = performance.now();
  /** Connections while nobody visits. */
  #talkers = 0;

  constructor(victim: Victim, random: Random, print: (line: string) => void) {
    this.#victim = victim;
    this.#random = random;
    this.#print = print;
  }

  async play(minutes: number): Promise<void> {
    const links = Array.from({ length: TALKERS }, () => new Link(this.#victim.port));
    const clients = links.map(({ port }, i) => new RawClient({ name: `talker${i + 1}`, rooms: ROOMS, port, ledger: this.ledger }));
    const running = clients.map((client) => client.run());
    await this.ledger.welcomed(clients.length);
    this.#talkers = (await this.#metrics()).connections;
    const end = this.#began + minutes * 60_000;
    // At least ten calm moments, and not more than one every 20 seconds.
    const stretch = Math.min(20_000, minutes * 60_000 / 12);
    while (performance.now() < end) {
      const calm = new AbortController();
      const timer = setTimeout(() => calm.abort(), stretch);
      await Promise.all([
        ...clients.map((client) => talk(client, this.ledger, this.#random.fork(), calm.signal, WINDOW)),
        ...Array.from({ length: VISITORS }, () => this.#receive(calm.signal)),
        this.#cut(links, calm.signal),
      ]);
      clearTimeout(timer);
      await this.ledger.completed(SETTLE_MS);
      await this.#read();
    }
    for (const client of clients) client.close();
    await soon(Promise.all(running), "the talkers to end");
    for (const link of links) await link[Symbol.asyncDispose]();
  }

  async #receive(calm: AbortSignal): Promise<void> {
    while (!calm.aborted) {
      await visit({ port: this.#victim.port, name: `v${++this.visits}`, random: this.#random });
      await pause(this.#random.between(20, 200), calm);
    }
  }

  async #cut(links: readonly Link[], calm: AbortSignal): Promise<void> {
    for (;;) {
      await pause(this.#random.between(200, 2_000), calm);
      if (calm.aborted) return;
      this.#random.pick(links).cut(this.#random.pick(CUTS));
      this.cuts++;
    }
  }

  /** Takes the figures of a calm moment, which comes when the last visitor's connection is gone. */
  async #read(): Promise<void> {
    let figures = await this.#metrics();
    const patience = performance.now() + SETTLE_MS;
    while (figures.connections > this.#talkers && performance.now() < patience) figures = await this.#metrics();
    if (figures.connections > this.#talkers) {
      this.ledger.find("connections that are not closed", `${figures.connections} instead of ${this.#talkers}`);
    }
    if (figures.faults > 0) this.ledger.find("faults of the server", `${figures.faults}`);
    const files = await this.#files();
    const reading = {
      minutes: (performance.now() - this.#began) / 60_000,
      rss: figures.memory / 2 ** 20,
      heap: figures.heap / 2 ** 20,
      files,
    };
    this.readings.push(reading);
    this.#print(
      `${reading.minutes.toFixed(1)} min: ${reading.rss.toFixed(1)} MB, heap ${reading.heap.toFixed(1)} MB, ${files ?? "?"} files, ` +
        `${this.ledger.counts.sent} messages, ${this.cuts} cuts, ${this.visits} visits`,
    );
  }

  /** The server's open files. The connection that asked for its figures closes in its own time; what stays open stays open longer. */
  async #files(): Promise<number | undefined> {
    if (Deno.build.os !== "linux") return undefined;
    const count = () => [...Deno.readDirSync(`/proc/${this.#victim.pid}/fd`)].length;
    const before = this.readings.at(-1)?.files;
    let files = count();
    for (const end = performance.now() + FILES_MS; files !== before && performance.now() < end; files = count()) await pause(50);
    return files;
  }

  /** The server's own figures. */
  async #metrics(): Promise<Record<"connections" | "memory" | "heap" | "faults", number>> {
    const answer = await fetch(`http://127.0.0.1:${this.#victim.port}/metrics`, { headers: { connection: "close" } });
    const text = await answer.text();
    const figure = (name: string) => Number(text.match(new RegExp(`^${name} (.*)$`, "m"))?.[1]);
    return {
      connections: figure("chat_connections"),
      memory: figure("process_resident_memory_bytes"),
      heap: figure("chat_heap_bytes"),
      faults: figure("chat_faults_total"),
    };
  }
}
