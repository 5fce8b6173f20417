import { assert, assertEquals } from "@std/assert";
import type { Entry } from "../../shared/protocol.ts";
import { TempFolder } from "../temp_folder.ts";
import type { Finding } from "./findings.ts";
import { Ledger } from "./ledger.ts";
import { type Allowance, Link } from "./link.ts";
import { RawClient } from "./raw_client.ts";
import { newRef } from "./talker.ts";
import { Victim } from "./victim.ts";

/** Exchanges that go on at a time. */
const AT_ONCE = 24;
/** More bytes than were counted once: the next time a number may have a digit more. */
const MARGIN = 10;
const SETTLE_MS = 20_000;

/** Which connection is cut, and after how many bytes of which way. */
interface CutAt {
  readonly connection: "first" | "resumed";
  readonly allowance: Allowance;
}

/** Bob says three things, is cut off, resumes, and has missed what Eve said; all of it in a room of their own. */
class Exchange {
  readonly ledger = new Ledger();
  /** The bytes of the first connection and of the one after it. */
  readonly carried: Required<Allowance>[] = [];
  readonly room: string;
  readonly #port: number;
  readonly #at: CutAt | undefined;

  constructor(port: number, number: number, at?: CutAt) {
    this.#port = port;
    this.room = `room${10_000 + number}`;
    this.#at = at;
  }

  async play(): Promise<void> {
    const { ledger } = this;
    await using link = new Link(this.#port);
    const [bob, eve] = [link.port, this.#port].map((port, i) => {
      return new RawClient({ name: `${i === 0 ? "bob" : "eve"}${this.room}`, rooms: [this.room], port, ledger });
    });
    const running = [eve.run()];
    await ledger.welcomed(1);
    if (this.#at?.connection === "first") link.next = this.#at.allowance;
    for (const text of ["one", "two", "three"]) this.#say(bob, text);
    running.push(bob.run());
    await ledger.completed(SETTLE_MS);
    this.carried.push({ ...link.carried });
    if (this.#at?.connection === "resumed") link.next = this.#at.allowance;
    link.cut("clean");
    this.#say(eve, "meanwhile");
    this.#say(bob, "four");
    await ledger.completed(SETTLE_MS);
    this.carried.push({ up: link.carried.up - this.carried[0].up, down: link.carried.down - this.carried[0].down });
    for (const client of [bob, eve]) client.close();
    await Promise.all(running);
  }

  /** What is wrong, each finding with where the cut was. */
  verdict(kept: readonly Entry[]): (Finding & { at: string })[] {
    const findings = this.ledger.verdict(kept);
    return findings.map((finding) => ({ ...finding, at: JSON.stringify(this.#at) }));
  }

  #say(client: RawClient, text: string): void {
    const ref = newRef();
    this.ledger.sent(client.name, ref, this.room, text);
    client.say(ref, this.room, text);
  }
}

Deno.test("C4 C6 C7 an exchange cut at every byte, either way: after resuming each message is there once, and there is no hole", async () => {
  using folder = new TempFolder();
  const victim = new Victim(`${folder.path}/data`);
  assertEquals(await victim.start(), undefined);
  try {
    const uncut = new Exchange(victim.port, 0);
    await uncut.play();
    const [first, resumed] = uncut.carried;
    assert(first.up > 300 && first.down > 600 && resumed.up > 150 && resumed.down > 400, "the exchange was carried");
    const exchanges = [uncut];
    for (const [connection, { up, down }] of [["first", first], ["resumed", resumed]] as const) {
      const cuts: Allowance[] = [
        ...Array.from({ length: up + MARGIN }, (_, bytes) => ({ up: bytes })),
        ...Array.from({ length: down + MARGIN }, (_, bytes) => ({ down: bytes })),
      ];
      for (const allowance of cuts) exchanges.push(new Exchange(victim.port, exchanges.length, { connection, allowance }));
    }
    const waiting = exchanges.slice(1).values();
    const worker = async () => {
      for (const exchange of waiting) await exchange.play();
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    await victim.kill();
    const kept = Map.groupBy(await victim.kept(), ({ room }) => room);
    assertEquals(kept.size, exchanges.length);
    assertEquals([...kept.values()].filter(({ length }) => length !== 5).length, 0);
    assertEquals(exchanges.flatMap((exchange) => exchange.verdict(kept.get(exchange.room) ?? [])), []);
  } finally {
    await victim.kill();
  }
});
