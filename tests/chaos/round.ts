/**
 * Some cycles of chaos on one history: the server is started and killed, connections are cut, and everybody talks all the time.
 *
 * @module
 */
import { Disk } from "./disk.ts";
import type { Finding } from "./findings.ts";
import { Ledger } from "./ledger.ts";
import { Link } from "./link.ts";
import { ProductClient } from "./product_client.ts";
import { Random } from "./random.ts";
import { RawClient } from "./raw_client.ts";
import { soon } from "../soon.ts";
import { type Client, pause, talk } from "./talker.ts";
import { Victim } from "./victim.ts";

/** How long everything may take to be acknowledged and seen when nothing is broken any more, in milliseconds. */
const SETTLE_MS = 15_000;
/** How often the server is killed while it starts, and within what time, in milliseconds. */
const EARLY = 0.15;
const START_MS = 120;

/** What a round is. */
export interface RoundOptions {
  readonly seed: number;
  readonly cycles: number;
  /** Whether a kill is a power cut as well. */
  readonly power?: boolean;
}

/** How a round went. */
export interface Outcome {
  readonly cycles: number;
  readonly sent: number;
  readonly acknowledged: number;
  readonly kept: number;
  readonly cuts: number;
  /** Kills while the server started. */
  readonly early: number;
  readonly findings: readonly Finding[];
}

/** Plays a round. Its folder is removed unless something was found. Throws where power is to be cut and that cannot be done here. */
export async function playRound({ seed, cycles, power = false }: RoundOptions): Promise<Outcome> {
  const random = new Random(seed);
  const work = await Deno.makeTempDir({ prefix: "chat-chaos-" });
  const data = `${work}/data`;
  const disk = power ? await Disk.make(work, data, random.fork()) : undefined;
  if (typeof disk === "string") throw new Error(`cannot cut power here: ${disk}`);
  const ledger = new Ledger();
  const victim = new Victim(data, { disk });
  const round = new Round(victim, ledger, random);
  try {
    await round.play(cycles);
    const kept = await victim.kept().catch((error: Error) => {
      ledger.find("the history cannot be read", error.message);
      return [];
    });
    const findings = ledger.verdict(kept);
    if (findings.length === 0) await Deno.remove(work, { recursive: true });
    return { cycles, ...ledger.counts, kept: kept.length, cuts: round.cuts, early: round.early, findings };
  } finally {
    await victim.kill();
  }
}

class Round {
  cuts = 0;
  early = 0;
  readonly #victim: Victim;
  readonly #ledger: Ledger;
  readonly #random: Random;

  constructor(victim: Victim, ledger: Ledger, random: Random) {
    this.#victim = victim;
    this.#ledger = ledger;
    this.#random = random;
  }

  async play(cycles: number): Promise<void> {
    const { port } = this.#victim;
    const links = [1, 2, 3, 4].map(() => new Link(port));
    const [a, b, c, d] = links;
    const ledger = this.#ledger;
    const clients: Client[] = [
      new RawClient({ name: "raw1", rooms: ["lobby", "dev"], port: a.port, ledger }),
      new RawClient({ name: "raw2", rooms: ["dev", "lobby"], port: b.port, ledger }),
      new ProductClient({ name: "own1", port: c.port, ledger, random: this.#random.fork() }),
      new ProductClient({ name: "own2", port: d.port, ledger, random: this.#random.fork() }),
    ];
    const silence = new AbortController();
    // Power may go while the history is made.
    for (let left = this.#random.between(0, 2); left > 0; left--) await this.#killEarly();
    await this.#start();
    const running = clients.map((client) => client.run());
    const talking = clients.map((client) => talk(client, ledger, this.#random.fork(), silence.signal));
    // The product's client gives up on a first attempt that fails; that is meant so.
    await ledger.welcomed(clients.length);
    for (let cycle = 0; cycle < cycles; cycle++) {
      await this.#torment(links);
      await this.#victim.kill();
      if (this.#random.chance(EARLY)) await this.#killEarly();
      await this.#start();
    }
    silence.abort();
    await Promise.all(talking);
    await ledger.completed(SETTLE_MS);
    await this.#victim.kill();
    for (const client of clients) client.close();
    await soon(Promise.all(running), "the clients to end").catch((error: Error) =>
      ledger.find("a client that does not end", error.message)
    );
    for (const link of links) await link[Symbol.asyncDispose]();
  }

  async #start(): Promise<void> {
    const why = await this.#victim.start();
    if (why !== undefined) this.#ledger.find("the server did not start", why);
  }

  /** Cuts some connections within the cycle's time. */
  async #torment(links: readonly Link[]): Promise<void> {
    for (let left = this.#random.between(0, 3); left > 0; left--) {
      await pause(this.#random.between(0, 60));
      this.#random.pick(links).cut(this.#random.pick(["clean", "torn", "reset"]));
      this.cuts++;
    }
    await pause(this.#random.between(20, 200));
  }

  async #killEarly(): Promise<void> {
    const started = this.#victim.start();
    await pause(this.#random.between(0, START_MS));
    await this.#victim.kill();
    await started;
    this.early++;
  }
}
