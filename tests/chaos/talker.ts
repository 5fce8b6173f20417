/**
 * Somebody who talks all the time, whatever happens to the connection.
 *
 * @module
 */
import type { Ledger } from "./ledger.ts";
import type { Random } from "./random.ts";

/** What chaos is done to. */
export interface Client {
  readonly name: string;
  /** The rooms it is in. */
  readonly rooms: readonly string[];
  /** Messages without an answer. */
  readonly waiting: number;
  /** Sends a message, now or when there is a connection, until it is acknowledged. */
  say(ref: string, room: string, text: string): void;
  /** Connects, and again after each cut. Settles when {@link close} is called. */
  run(): Promise<void>;
  close(): void;
}

/** Messages without an answer above which a client waits. */
const WINDOW = 100;

/** Makes a client talk until `signal` is aborted. @param window Messages without an answer above which it waits. */
export async function talk(client: Client, ledger: Ledger, random: Random, signal: AbortSignal, window = WINDOW): Promise<void> {
  for (let number = 1; !signal.aborted;) {
    for (let left = random.between(1, 6); left > 0 && client.waiting < window; left--, number++) {
      const room = random.pick(client.rooms);
      // Mostly short, now and then a long one that does not fit what is written at once.
      const text = `${client.name} ${number} ${"x".repeat(random.chance(0.03) ? random.between(1_000, 3_500) : random.between(0, 60))}`
        .trim();
      const ref = newRef();
      ledger.sent(client.name, ref, room, text);
      client.say(ref, room, text);
    }
    await pause(random.between(1, 20), signal);
  }
}

/** Waits a while. @param signal Ends the wait when aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
    if (signal?.aborted) done();
  });
}

/** 128 bits, as the contract asks; not from the seed, so that no run ever uses another's. */
export function newRef(): string {
  return crypto.randomUUID().replaceAll("-", "");
}
