/**
 * The product's own client, under chaos.
 *
 * @module
 */
import { systemClock } from "../../client/clock.ts";
import { Connection } from "../../client/connection.ts";
import { dial } from "../../client/dial.ts";
import { LOBBY } from "../../shared/protocol.ts";
import type { Ledger } from "./ledger.ts";
import type { Random } from "./random.ts";
import { type Client, newRef } from "./talker.ts";

/** The share of the product's waits between attempts that are waited: of 15 s at most 150 ms. */
const HURRY = 0.01;

/** What the product's client is. */
export interface ProductClientOptions {
  readonly name: string;
  readonly port: number;
  readonly ledger: Ledger;
  readonly random: Random;
}

/** Talks through the product's {@link Connection}. */
export class ProductClient implements Client {
  readonly name: string;
  readonly rooms: readonly string[] = [LOBBY];
  readonly #connection: Connection;
  readonly #ledger: Ledger;

  constructor({ name, port, ledger, random }: ProductClientOptions) {
    this.name = name;
    this.#ledger = ledger;
    this.#connection = new Connection({
      address: { host: "127.0.0.1", port },
      dial,
      name: () => Promise.resolve(name),
      secret: newRef(),
      backlog: 0,
      clock: systemClock,
      random: () => random.next() * HURRY,
    });
  }

  get waiting(): number {
    return this.#connection.unacknowledged;
  }

  say(ref: string, room: string, text: string): void {
    const said = this.#connection.say(text, { room, ref });
    if (said.kind === "not_sent") this.#ledger.find("not sent by the product's client", `${this.name}: ${said.text}`);
  }

  async run(): Promise<void> {
    for await (const event of this.#connection) {
      if (event.kind === "junk") this.#ledger.find("junk", `${this.name}: ${event.why}`);
      else if (event.kind !== "lost" && event.kind !== "quiet") this.#ledger.heard(this.name, event);
    }
  }

  close(): void {
    this.#connection.leave();
  }
}
