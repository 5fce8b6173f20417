/**
 * One peer's stay, from its first frame to its leave.
 *
 * @module
 */
import { RUNAWAY } from "../shared/codec.ts";
import { type Bye, type Hello, PROTOCOL_VERSION, type Resume } from "../shared/protocol.ts";
import type { Gate, Outside } from "./access/gate.ts";
import type { Connection } from "./connection.ts";
import type { Leave } from "./departure.ts";
import type { Seat } from "./seat.ts";
import type { Hub, Inbound } from "./hub.ts";
import { Pump } from "./pump.ts";
import type { Turns } from "./turns.ts";

/** Wrong passwords that one connection may give. */
const PASSWORD_TRIES = 5;

/** What a connection is served with. */
export interface House {
  readonly hub: Hub;
  /** Decides who may come in at all. */
  readonly gate: Gate;
  readonly turns: Turns;
}

/** Serves a connection until it is closed. A fault of ours ends it for this peer alone, and is thrown when everybody else has been told. */
export async function serveConnection(connection: Connection, { hub, gate, turns }: House): Promise<void> {
  const pump: Pump = new Pump(connection, turns, (broadcast, reading) => hub.catchUp(broadcast, reading));
  const newcomer = new Newcomer(connection, pump, { hub, gate });
  try {
    const why = await converse(connection, newcomer, hub);
    const how = connection.broken ? "broken" : ENDINGS[why] ?? "ended";
    if (newcomer.seat) await hub.leave(newcomer.seat, pump, how, why);
    else await newcomer.seeOff(why);
    if (!newcomer.seat) hub.wentNameless(connection, why);
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
const SAID_BYE = "said bye";
const ENDINGS: Readonly<Record<string, Leave>> = { [NO_LINES]: "runaway", [SAID_BYE]: "bye" };

/** Hears a peer out. Returns why it ended, in words for the log. */
async function converse(connection: Connection, newcomer: Newcomer, hub: Hub): Promise<string> {
  for await (const frames of connection) {
    // Nothing is heard of whoever was put out.
    if (newcomer.seat?.isOut) break;
    for (const frame of frames) {
      if (frame.kind === "bye") return SAID_BYE;
      if (newcomer.seat) {
        const wait = hub.handle(newcomer.seat, frame);
        if (wait) {
          await wait;
          // Whoever floods and is gone keeps no place until all of it was heard.
          if (connection.broken) return connection.broken;
        }
      } else {
        const heard = newcomer.hear(frame);
        if (!(typeof heard === "boolean" ? heard : await heard)) return newcomer.refused;
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
  /** Why it got none, in words for the log. */
  refused: "had no name" | "was not let in" = "had no name";
  readonly #connection: Connection;
  readonly #pump: Pump;
  readonly #hub: Hub;
  readonly #gate: Gate;
  /** Aborted when no answer is waited for any more. */
  readonly #over = new AbortController();
  #due: number;
  #timer: ReturnType<typeof setTimeout>;
  #tries = 0;
  #wrongPasswords = 0;
  #admitted = false;
  /** Why no other name would do. */
  #turnedAway: "no version" | "banned" | undefined;

  constructor(connection: Connection, pump: Pump, { hub, gate }: Pick<House, "hub" | "gate">) {
    this.#connection = connection;
    this.#pump = pump;
    this.#hub = hub;
    this.#gate = gate;
    this.#due = connection.helloDue;
    this.#timer = this.#expect();
  }

  /** Takes its next frame; false when there is no use in another. Only a password that has to be checked is waited for. */
  hear(frame: Inbound): boolean | Promise<boolean> {
    if (frame.kind !== "hello" && frame.kind !== "resume") {
      const text = 'say hello first: {"kind":"hello","v":[1],"name":"..."}';
      this.#pump.send(frame.kind === "malformed" ? { ...frame, kind: "error" } : { kind: "error", code: "unexpected", text });
      return ++this.#tries < this.#connection.nameTries;
    }
    // A token is as good as a password while what it was given for holds, and in a language that is not ours nothing is decided.
    if (frame.kind === "resume" || this.#admitted || !frame.v.includes(PROTOCOL_VERSION)) return this.#greet(frame);
    const outside = this.#gate(frame, this.#connection.peer, this.#over.signal);
    if (outside instanceof Promise) return this.#decide(frame, outside);
    return outside === undefined ? this.#admit(frame) : this.#turnAway(outside);
  }

  /** Lets it in or not when its password has been checked. Until then it has no name, and that is due as before. */
  async #decide(frame: Hello, deciding: Promise<Outside | undefined>): Promise<boolean> {
    this.#giveTime();
    const { stopping } = this.#hub;
    const stop = () => this.#over.abort();
    stopping.addEventListener("abort", stop);
    const outside = await deciding.finally(() => stopping.removeEventListener("abort", stop));
    if (this.#over.signal.aborted || this.#connection.broken) return false;
    return outside === undefined ? this.#admit(frame) : this.#turnAway(outside);
  }

  #admit(frame: Hello): boolean {
    this.#admitted = true;
    this.#connection.passwordAsked = false;
    return this.#greet(frame);
  }

  #turnAway(outside: Outside): boolean {
    const { nameTries } = this.#connection;
    const asked = !outside.code.startsWith("name_");
    // To be asked for a password is no try, the first time.
    if (outside.code === "password_wrong") this.#wrongPasswords++;
    else if (!asked || this.#connection.passwordAsked) this.#tries++;
    const final = outside.final || this.#tries >= nameTries || this.#wrongPasswords >= PASSWORD_TRIES;
    if (asked) this.refused = "was not let in";
    this.#connection.passwordAsked = asked && !final;
    this.#hub.turnAway({ ...outside, final }, this.#pump);
    this.#giveTime();
    return !final;
  }

  #greet(frame: Hello | Resume): boolean {
    const greeted = this.#hub.greet(frame, this.#pump, ++this.#tries >= this.#connection.nameTries);
    if (greeted === "no version" || greeted === "banned") {
      this.#turnedAway = greeted;
      return false;
    }
    if (greeted === "refused") {
      this.refused = "had no name";
      this.#giveTime();
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

  /** Whoever has said hello has the time of a person for the rest. */
  #giveTime(): void {
    this.forget();
    this.#due = this.#connection.nameDue;
    this.#timer = this.#expect();
  }

  #expect(): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      this.#over.abort();
      this.#connection.stop();
    }, Math.max(0, this.#due - performance.now() + 1));
  }

  #farewell(why: string): Bye {
    if (performance.now() >= this.#due) return { kind: "bye", reason: "timeout", text: "No name came in time. Bye" };
    if (this.#hub.stopping.aborted) return { kind: "bye", reason: "restart", text: "The server is stopping. Bye" };
    if (this.#turnedAway === "banned") return { kind: "bye", reason: "banned", text: "Bye" };
    if (this.#turnedAway === "no version") return { kind: "bye", reason: "error", text: "No version of the protocol is common. Bye" };
    if (why === "was not let in") return { kind: "bye", reason: "error", text: "Connect again to try once more. Bye" };
    if (why === "had no name") return { kind: "bye", reason: "error", text: "Connect again to try another name. Bye" };
    return { kind: "bye", reason: "left", text: "Bye" };
  }
}
