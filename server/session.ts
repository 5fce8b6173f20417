/**
 * One peer's stay, from its first frame to its leave.
 *
 * @module
 */
import { RUNAWAY } from "../shared/codec.ts";
import type { Bye } from "../shared/protocol.ts";
import type { Connection } from "./connection.ts";
import type { Seat } from "./seat.ts";
import type { Hub, Inbound } from "./hub.ts";
import { Pump } from "./pump.ts";
import type { Turns } from "./turns.ts";

/** Serves a connection until it is closed. A fault of ours ends it for this peer alone, and is thrown when everybody else has been told. */
export async function serveConnection(connection: Connection, hub: Hub, turns: Turns): Promise<void> {
  const pump: Pump = new Pump(connection, turns, (broadcast, reading) => hub.catchUp(broadcast, reading));
  const newcomer = new Newcomer(connection, pump, hub);
  try {
    const why = await converse(connection, newcomer, hub);
    const how = connection.broken ? "broken" : why === NO_LINES ? "runaway" : "bye";
    if (newcomer.seat) await hub.leave(newcomer.seat, pump, how, why);
    else await newcomer.seeOff(why);
  } catch (fault) {
    pump.abort();
    if (newcomer.seat) await hub.leave(newcomer.seat, pump, "broken", "something broke inside the server");
    throw fault;
  } finally {
    newcomer.forget();
  }
  if (pump.fault) throw pump.fault.cause;
}

const NO_LINES = "sent no line feed";

/** Hears a peer out. Returns why it ended, in words for the log. */
async function converse(connection: Connection, newcomer: Newcomer, hub: Hub): Promise<string> {
  for await (const frames of connection) {
    for (const frame of frames) {
      if (frame.kind === "bye") return "said bye";
      if (newcomer.seat) {
        const wait = hub.handle(newcomer.seat, frame);
        if (wait) await wait;
      } else if (!newcomer.hear(frame)) {
        return "had no name";
      }
      if (frame === RUNAWAY) return NO_LINES;
    }
  }
  return connection.broken ?? (hub.stopping.aborted ? "the server stopped" : "closed its end");
}

/** Somebody without a name yet. */
class Newcomer {
  /** What it got when it had a name. */
  seat: Seat | undefined;
  readonly #connection: Connection;
  readonly #pump: Pump;
  readonly #hub: Hub;
  #due: number;
  #timer: ReturnType<typeof setTimeout>;
  #tries = 0;
  #speaksAnother = false;

  constructor(connection: Connection, pump: Pump, hub: Hub) {
    this.#connection = connection;
    this.#pump = pump;
    this.#hub = hub;
    this.#due = connection.helloDue;
    this.#timer = this.#expect();
  }

  /** Takes its next frame; false when there is no use in another. */
  hear(frame: Inbound): boolean {
    if (frame.kind !== "hello" && frame.kind !== "resume") {
      const text = 'say hello first: {"kind":"hello","v":[1],"name":"..."}';
      this.#pump.send(frame.kind === "malformed" ? { ...frame, kind: "error" } : { kind: "error", code: "unexpected", text });
      return ++this.#tries < this.#connection.nameTries;
    }
    const greeted = this.#hub.greet(frame, this.#pump, ++this.#tries === this.#connection.nameTries);
    if (greeted === "no version") {
      this.#speaksAnother = true;
      return false;
    }
    if (greeted === "refused") {
      this.forget();
      this.#due = this.#connection.nameDue;
      this.#timer = this.#expect();
      return this.#tries < this.#connection.nameTries;
    }
    this.seat = greeted;
    this.forget();
    return true;
  }

  /** Ends the connection of somebody who never had a name. */
  async seeOff(why: string): Promise<void> {
    if (this.#connection.broken) this.#pump.abort();
    else await this.#pump.finish(this.#farewell(why));
  }

  /** No name is due any more. */
  forget(): void {
    clearTimeout(this.#timer);
  }

  #expect(): ReturnType<typeof setTimeout> {
    return setTimeout(() => this.#connection.stop(), Math.max(0, this.#due - performance.now() + 1));
  }

  #farewell(why: string): Bye {
    if (performance.now() >= this.#due) return { kind: "bye", reason: "timeout", text: "No name came in time. Bye" };
    if (this.#hub.stopping.aborted) return { kind: "bye", reason: "restart", text: "The server is stopping. Bye" };
    if (this.#speaksAnother) return { kind: "bye", reason: "error", text: "No version of the protocol is common. Bye" };
    if (why === "had no name") return { kind: "bye", reason: "error", text: "Connect again to try another name. Bye" };
    return { kind: "bye", reason: "left", text: "Bye" };
  }
}
