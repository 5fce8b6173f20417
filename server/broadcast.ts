/**
 * A room's way out: its encoded tails, and the pumps that read them.
 *
 * @module
 */
import type { Entry, Presence, Seq } from "../shared/protocol.ts";
import type { Codec } from "./connection.ts";
import { EncodedTail } from "./encoded_tail.ts";
import { Pressure } from "./pressure.ts";
import type { Pump } from "./pump.ts";

/** What is sent to everybody in one room, in one order. */
export class Broadcast {
  readonly room: string;
  readonly pressure: Pressure;
  /** The tail of each codec that somebody reads, with its readers. */
  readonly #readings = new Map<Codec, { readonly tail: EncodedTail; readonly pumps: Set<Pump> }>();
  #head: Seq;

  /** @param head The room's newest entry. @param now A monotonic clock, in milliseconds. */
  constructor(room: string, head: Seq, now: () => number) {
    this.room = room;
    this.#head = head;
    this.pressure = new Pressure(now);
  }

  /** Puts frames onto the tails, once for each codec, and wakes everybody who reads. Waits for nobody. */
  publish(frames: readonly (Entry | Presence)[]): void {
    for (const frame of frames) if (frame.kind === "entry") this.#head = frame.seq;
    for (const { tail, pumps } of this.#readings.values()) {
      for (const frame of frames) tail.append(frame);
      for (const pump of pumps) pump.wake();
    }
  }

  /** Adds a reader and returns the tail of its codec; what is published from here on is for it. */
  follow(pump: Pump): EncodedTail {
    const { codec } = pump.connection;
    let reading = this.#readings.get(codec);
    if (!reading) this.#readings.set(codec, reading = { tail: new EncodedTail(codec, this.#head), pumps: new Set() });
    reading.pumps.add(pump);
    return reading.tail;
  }

  /** Takes a reader away; a tail that nobody reads goes with it. */
  unfollow(pump: Pump): void {
    const { codec } = pump.connection;
    const reading = this.#readings.get(codec);
    if (!reading?.pumps.delete(pump)) return;
    this.pressure.caughtUp(pump);
    if (reading.pumps.size === 0) this.#readings.delete(codec);
  }
}
