/**
 * Who keeps order, and who and what is held back. Pure: no clock, no chance, nothing awaited.
 *
 * It is nothing but what was done: `apply` takes every act that was committed, in the history's order, and the same acts make the same of it.
 * What may be done is decided in `moderation_rules.ts`.
 *
 * 1. Rights hang on an installation: who is not remembered has none.
 * 2. The owner MUST NOT be banned or muted by any act, and MUST NOT be an op.
 * 3. Whoever keeps order is not kept out by an address; nobody on this machine is.
 * 4. What holds an op back is lifted by the owner alone; so nobody lifts what holds themselves back.
 * 5. Whoever is muted is not heard by what they do to keep order either: an act that has a text is refused.
 *
 * @module
 */
import { isOwnMachine } from "../../shared/address.ts";
import { durationText, endText } from "../../shared/durations.ts";
import { fold } from "../../shared/names.ts";
import type { Role } from "../../shared/protocol.ts";
import { type KeptAct, reachOf, slowRule, withoutEnd } from "./kept_act.ts";
import { type Hold, Holds, type Marks } from "./holds.ts";
import { networkOf, parseNetwork } from "./network.ts";
import type { Refusal } from "./room.ts";
import type { Session } from "./sessions.ts";

/** People whose last word in a slow room is remembered. */
const TALKERS = 10_000;

/** Somebody, as far as rights and bans know people. */
export type Who = Pick<Session, "id" | "installation">;

/** The order in a server. */
export class Moderation {
  #owner: { readonly installation: string; readonly nick: string } | undefined;
  /** The names of the ops when they were named, by installation. */
  readonly #ops = new Map<string, string>();
  readonly #bans = new Holds();
  readonly #mutes = new Holds();
  /** The pause of each slow room, in milliseconds. */
  readonly #slow = new Map<string, number>();
  readonly #readOnly = new Set<string>();
  /** When somebody talked last in each slow room. Not kept: a restart forgives. */
  readonly #talked = new Map<string, Map<string, number>>();

  /** The name of whoever owns the server, as it was then; `undefined` where nobody does. */
  get owner(): string | undefined {
    return this.#owner?.nick;
  }

  /** How many bans and mutes there are at the time `now`. */
  held(now: number): number {
    return this.#bans.at(now).length + this.#mutes.at(now).length;
  }

  roleOf(installation: string | undefined): Role | undefined {
    if (installation === undefined) return undefined;
    if (installation === this.#owner?.installation) return "owner";
    return this.#ops.has(installation) ? "op" : undefined;
  }

  /** The installation of an op by the name it had when it was named, for one who is not here. */
  opNamed(nick: string): string | undefined {
    for (const [installation, name] of this.#ops) if (fold(name) === fold(nick)) return installation;
    return undefined;
  }

  /** Why somebody may not come in, if so. `host` is an address without a port. */
  mayEnter(installation: string | undefined, host: string, now: number): Refusal | undefined {
    const role = this.roleOf(installation);
    if (role === "owner") return undefined;
    const network = role === undefined && !isOwnMachine(host) ? networkOf(host) : undefined;
    const ban = this.#bans.find({ installation, network }, now);
    return ban && { code: "banned", text: `You are banned ${until(ban, now)}${because(ban)}` };
  }

  /** Why somebody may not be heard anywhere, if so. */
  mayBeHeard(who: Who, now: number): Refusal | undefined {
    if (this.roleOf(who.installation) === "owner") return undefined;
    const mute = this.#mutes.find({ installation: who.installation, session: who.id }, now);
    return mute && { code: "muted", text: `you are muted ${until(mute, now)}${because(mute)}` };
  }

  /** Why somebody may not talk in a room now, if so. */
  mayTalk(who: Who, room: string, now: number): Refusal | undefined {
    const muted = this.mayBeHeard(who, now);
    if (muted || this.roleOf(who.installation) !== undefined) return muted;
    if (this.#readOnly.has(room)) return { code: "read_only", text: readOnly(room) };
    const pause = this.#slow.get(room);
    const talked = pause === undefined ? undefined : this.#talked.get(room)?.get(identity(who));
    if (pause === undefined || talked === undefined) return undefined;
    // A clock that was set back holds nobody up for longer than the pause.
    const retryMs = Math.min(pause, talked + pause - now);
    if (retryMs <= 0) return undefined;
    return { code: "slow_mode", text: `#${room} is slow: you can talk again in ${durationText(retryMs)}`, retryMs };
  }

  /** Whether a room is told why somebody is away: a reason says as much as a message, and no pause is between two of them. */
  mayGiveReason(who: Who, room: string, now: number): boolean {
    if (this.mayBeHeard(who, now)) return false;
    return this.roleOf(who.installation) !== undefined || !(this.#readOnly.has(room) || this.#slow.has(room));
  }

  /** What holds for all who talk in a room, a line each. */
  rulesOf(room: string): string[] {
    const pause = this.#slow.get(room);
    return [
      ...this.#readOnly.has(room) ? [readOnly(room)] : [],
      ...pause === undefined ? [] : [`#${room} is slow: ${slowRule(pause)}`],
    ];
  }

  /** Notes that somebody talked. Returns, where the room is slow, what takes that back: what was said was not kept. */
  talked(who: Who, room: string, now: number): (() => void) | undefined {
    const pause = this.#slow.get(room);
    if (pause === undefined) return undefined;
    const talked = this.#talked.get(room) ?? new Map<string, number>();
    this.#talked.set(room, talked);
    const name = identity(who);
    const before = talked.get(name);
    talked.delete(name);
    talked.set(name, now);
    for (const [other, at] of talked) {
      if (talked.size <= TALKERS && now - at < pause) break;
      talked.delete(other);
    }
    return () => {
      if (before === undefined) talked.delete(name);
      else talked.set(name, before);
    };
  }

  /** What an `unban` or `unmute` would lift at the time `now`. */
  lifted(act: KeptAct, now: number): readonly Hold[] {
    return (act.act === "unban" ? this.#bans : this.#mutes).lifted(meantBy(act), now);
  }

  /** What is forbidden to whom, a line each, the newest ban last. */
  report(now: number): string[] {
    const line = (what: string) => (hold: Hold) => {
      const reach = what === "banned" ? ` (${reachOf({ installation: hold.installation, network: hold.network?.text })})` : "";
      const whom = `${hold.nick ?? hold.network?.text}${hold.nick === undefined ? "" : reach}`;
      return `${whom}: ${what} by ${hold.by} ${until(hold, now)}${because(hold)}`;
    };
    return [
      ...Array.from(this.#slow, ([room, ms]) => `#${room}: slow, ${slowRule(ms)}`),
      ...Array.from(this.#readOnly, (room) => `#${room}: read-only`),
      ...this.#mutes.at(now).map(line("muted")),
      ...this.#bans.at(now).map(line("banned")),
    ];
  }

  /** Takes an act that was committed at the time `at`, in milliseconds since 1970. */
  apply(act: KeptAct, at: number): void {
    const { installation = "", nick = "", room = "", ms = 0 } = act;
    switch (act.act) {
      case "claim":
        this.#owner = { installation, nick };
        this.#ops.delete(installation);
        break;
      case "op":
        if (installation !== this.#owner?.installation) this.#ops.set(installation, nick);
        break;
      case "deop":
        this.#ops.delete(installation);
        break;
      case "ban":
        if (!this.#isOwners(act)) this.#bans.put(holdOf(act, at), at);
        break;
      case "mute":
        if (!this.#isOwners(act)) this.#mutes.put(holdOf(act, at), at);
        break;
      case "unban":
        this.#bans.lift(meantBy(act));
        break;
      case "unmute":
        this.#mutes.lift(meantBy(act));
        break;
      case "slow":
        if (ms > 0) this.#slow.set(room, ms);
        else this.#slow.delete(room);
        this.#talked.delete(room);
        break;
      case "readonly":
        if (act.on) this.#readOnly.add(room);
        else this.#readOnly.delete(room);
        break;
      case "kick":
      case "announce":
      case "delete":
        break;
      default:
        act.act satisfies never;
    }
  }

  #isOwners({ installation }: KeptAct): boolean {
    return installation !== undefined && installation === this.#owner?.installation;
  }
}

function readOnly(room: string): string {
  return `#${room} is read-only: only those who keep order talk there`;
}

function holdOf({ nick, installation, session, network, ms, by, text }: KeptAct, at: number): Hold {
  return {
    nick,
    installation,
    session,
    network: network === undefined ? undefined : parseNetwork(network),
    until: ms === undefined ? undefined : at + ms,
    by,
    why: text,
  };
}

/** Whose holds an act lifts: of the name they were made for, the address, or who has the name now. */
function meantBy({ target = "", installation, session }: KeptAct): Marks {
  return { nick: target, network: parseNetwork(target), installation, session };
}

/** Who talks, whatever connection they have now. */
function identity({ installation, id }: Who): string {
  return installation ?? id;
}

/** How long a hold goes on after `now`. */
function until(hold: Hold, now: number): string {
  return hold.until === undefined ? withoutEnd(hold) : endText(hold.until, now);
}

function because({ why }: Hold): string {
  return why === undefined ? "" : `: ${why}`;
}
