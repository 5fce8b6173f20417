/**
 * Keeps order: an act is decided, appended to the history, and done when it is committed.
 *
 * @module
 */
import { readShortCode } from "../shared/short_code.ts";
import { AUDIT_ROOM, SERVER_NAME } from "../shared/names.ts";
import { type AskReport, type Done, type Entry, LIMITS, type Moderate } from "../shared/protocol.ts";
import { auditLines } from "./audit_log.ts";
import { ACT_VERSION, actSentence, encodeAct, type KeptAct } from "./core/kept_act.ts";
import { decideAct, type Decision, type People } from "./core/moderation_rules.ts";
import { networkOf } from "./core/network.ts";
import { OwnerCode } from "./core/owner_code.ts";
import type { Refusal } from "./core/room.ts";
import type { Departure } from "./departure.ts";
import type { HubOptions } from "./hub_options.ts";
import { type Places, roleChange } from "./places.ts";
import { answer, personOf, type Seat } from "./seat.ts";
import type { Seats } from "./seats.ts";

/** An act that waits for its commit. */
interface Pending extends Decision {
  /** Tells who asked what became of it. */
  readonly answer: (became: Done | Refusal) => void;
  /** Whose request it is; nobody's who is in where it was done at the server's window, or was asked for by another entry. */
  readonly session: string;
  /** When it cannot be kept, it never was. */
  readonly takeBack: () => void;
}

/** What a moderator shares with the hub. */
export interface ModeratorParts {
  readonly places: Places;
  readonly seats: Seats;
  readonly departure: Departure;
}

/** The hub's part in keeping order. */
export class Moderator {
  readonly #options: HubOptions;
  readonly #places: Places;
  readonly #seats: Seats;
  readonly #departure: Departure;
  readonly #code: OwnerCode;
  readonly #people: People;
  /** In the order they were appended, which is the order they come back in. */
  readonly #pending: Pending[] = [];
  /** The newest act. */
  #head: number;
  #closed = false;

  constructor(options: HubOptions, { places, seats, departure }: ModeratorParts) {
    this.#options = options;
    this.#places = places;
    this.#seats = seats;
    this.#departure = departure;
    this.#code = new OwnerCode(options.ownerCode === undefined ? undefined : this.#hashOfCode(options.ownerCode));
    this.#head = options.history.rooms().find(({ room }) => room === AUDIT_ROOM)?.head ?? 0;
    this.#people = {
      find: (nick) => seats.person(nick),
      lately: (nick) => seats.lately(nick),
      here: () => Array.from(seats, personOf),
    };
  }

  /** The history takes no more: what is committed by then is done, and nothing follows from it. */
  close(): void {
    this.#closed = true;
  }

  /** Decides what somebody wants to do, and appends it. A returned promise is the history's: it is full. */
  moderate(seat: Seat, frame: Moderate): Promise<void> | undefined {
    const decided = frame.act === "claim" ? this.#claim(seat, frame) : this.#decide(seat, { ...frame, act: frame.act });
    if ("code" in decided) {
      answer(seat, frame.ref, decided);
      const { pump, session: { nick } } = seat;
      this.#options.watch({ type: "refused", peer: pump.connection.peer, nick, ...decided });
      return pump.congestion;
    }
    const { session } = seat;
    session.appended++;
    return this.#append({
      takeBack: () => {},
      ...decided,
      session: session.id,
      answer: (became) => answer(seat, frame.ref, became),
    });
  }

  /** Notes that somebody's message was deleted by one who keeps order. @param author Of what was deleted, by name. */
  deleted({ room, target, by }: Entry, author: string): void {
    const act: KeptAct = { v: ACT_VERSION, act: "delete", by, nick: author, room, target: String(target) };
    // The entry has answered.
    void this.#append({ act, told: "", session: SERVER_NAME, answer: () => {}, takeBack: () => {} });
  }

  /** Announces something in the server's own name. Settles when that is kept, or cannot be. */
  announce(text: string): Promise<Done | Refusal> {
    return this.#atWindow({ act: "announce", text }, "Everybody who is in was told");
  }

  /** Ends somebody's visit at the server's window, as a kick does. Settles when that is kept, or was done without. */
  async disconnect(id: string): Promise<Done | Refusal> {
    const nick = this.#seats.get(id)?.session.nick;
    if (nick === undefined) return { code: "no_such_person", text: "nobody of that id is in any more" };
    return await this.#atWindow({ act: "kick", nick, session: id }, `${nick} was disconnected`);
  }

  #atWindow(act: Omit<KeptAct, "v" | "by">, told: string): Promise<Done | Refusal> {
    const { promise, resolve: answer } = Promise.withResolvers<Done | Refusal>();
    // One waits for the other there, and fills no history.
    void this.#append({ act: { v: ACT_VERSION, by: SERVER_NAME, ...act }, told, session: SERVER_NAME, answer, takeBack: () => {} });
    return promise;
  }

  #append(pending: Pending): Promise<void> | undefined {
    const { act, session: from } = pending;
    if (this.#closed) return undefined;
    // Before the act: once that is kept, so is what everybody hears.
    if (act.act === "announce") this.#tell(this.#places.occupied(), act);
    this.#pending.push(pending);
    const { history, now } = this.#options;
    return history.append({ room: AUDIT_ROOM, at: now(), type: "notice", by: act.by, from, text: encodeAct(recorded(act)) });
  }

  /** Says what is forbidden to whom, or what was done. */
  async report(seat: Seat, { ref, about }: AskReport): Promise<void> {
    const { order, history, now } = this.#options;
    if (order.roleOf(seat.session.installation) === undefined) {
      return answer(seat, ref, { code: "not_allowed", text: "only those who keep order here may ask for that" });
    }
    const lines = about === "bans" ? order.report(now()) : await auditLines(history, this.#head);
    answer(seat, ref, { kind: "report", about, lines: lines.slice(-LIMITS.pageEntries) });
    await seat.pump.congestion;
  }

  /** Does what was committed. */
  committed(entry: Entry): void {
    this.#head = entry.seq;
    const { act, told, session, answer } = this.#next();
    this.#options.order.apply(act, entry.at);
    // It is done already.
    if (act.act === "delete") return;
    this.#options.watch({ type: "kept_order", act });
    this.#carryOut(act);
    answer({ kind: "done", text: told });
    this.#seats.answered(session, "done");
  }

  /** An act could not be kept: it is as if it had never been asked for, but for a kick. Whoever fills the disk can be put out. */
  rejected(refusal: Refusal): void {
    const { act, told, session, answer, takeBack } = this.#next();
    takeBack();
    if (act.act === "kick") {
      this.#carryOut(act);
      answer({ kind: "done", text: `${told}; that could not be kept: ${refusal.text}` });
    } else {
      answer(refusal);
    }
    this.#seats.answered(session, "rejected");
  }

  #next(): Pending {
    const next = this.#pending.shift();
    if (!next) throw new Error("an act came back from the history that nobody had asked for");
    return next;
  }

  #decide(seat: Seat, frame: Moderate & { readonly act: Exclude<Moderate["act"], "claim"> }): Decision | Refusal {
    const { order, now } = this.#options;
    const place = frame.room === undefined ? undefined : this.#places.find(frame.room);
    if (place && "code" in place && order.roleOf(seat.session.installation) !== undefined) return place;
    const room = place && "room" in place ? place.room.name : undefined;
    return decideAct(order, { frame, by: personOf(seat), room, people: this.#people, now: now() });
  }

  #claim(seat: Seat, { text = "" }: Moderate): (Decision & Pick<Pending, "takeBack">) | Refusal {
    const { nick, installation, host } = personOf(seat);
    if (installation === undefined) {
      return { code: "not_allowed", text: "this client is not remembered: join with chat client or a browser, and type it there" };
    }
    const { order } = this.#options;
    if (order.owner !== undefined && !this.#code.isOpen) {
      const others = `${order.owner} owns this server, and can make you an op; whoever starts it can take it over with --new-owner`;
      return { code: "not_allowed", text: order.roleOf(installation) === "owner" ? "you own this server already" : others };
    }
    const redeemed = this.#code.redeem(this.#hashOfCode(text), networkOf(host)?.text ?? host, this.#options.monotonic());
    if (redeemed === "wrong") return { code: "not_allowed", text: "that is not the code that the server printed when it started" };
    if ("retryMs" in redeemed) return { code: "not_allowed", text: "too many wrong codes; try again in a minute", ...redeemed };
    const act: KeptAct = { v: ACT_VERSION, act: "claim", by: nick, nick, installation };
    return { act, told: "You own this server now; /help lists what you can do", ...redeemed };
  }

  /** However it is typed. */
  #hashOfCode(code: string): string {
    return this.#options.hash(`owner ${readShortCode(code) ?? ""}`);
  }

  #carryOut(act: KeptAct): void {
    const { order, now } = this.#options;
    switch (act.act) {
      case "kick": {
        const seat = this.#seats.get(act.session!);
        if (seat) this.#expel(seat, act, `${farewell(act)}; you may come back`);
        return;
      }
      case "ban":
        for (const seat of [...this.#seats]) {
          const { installation, host } = personOf(seat);
          const why = order.mayEnter(installation, host, now());
          if (why) this.#expel(seat, act, why.text);
        }
        return;
      case "claim":
      case "op":
      case "deop":
        this.#renewRoles();
        return this.#tellRoomsOf(act);
      case "mute":
      case "unmute":
        return this.#tellRoomsOf(act);
      case "slow":
      case "readonly":
        return this.#tell([act.room!], act);
      case "announce":
      case "unban":
      case "delete":
        return;
      default:
        act.act satisfies never;
    }
  }

  /** Ends a session for good and says so where it was. */
  #expel(seat: Seat, act: KeptAct, text: string): void {
    // Where nothing was ever said and nobody stays, nobody is told, and no room is known for it.
    const rooms = [...seat.session.rooms].filter((name) => {
      const { room } = this.#places.at(name);
      return room.head > 0 || room.size > 1;
    });
    this.#departure.expel(seat, { kind: "bye", reason: act.act === "ban" ? "banned" : "kicked", text });
    this.#tell(rooms, { ...act, nick: seat.session.nick });
  }

  #renewRoles(): void {
    for (const { session } of this.#seats) {
      const role = this.#options.order.roleOf(session.installation);
      if (role === session.role) continue;
      session.role = role;
      for (const name of session.rooms) {
        const { room, broadcast } = this.#places.at(name);
        room.join(session, this.#options.order.mayGiveReason(session, name, this.#options.now()));
        broadcast.publish([roleChange(session, room)]);
      }
    }
  }

  #tellRoomsOf(act: KeptAct): void {
    const isMeant = ({ id, installation }: Seat["session"]) =>
      act.installation === undefined ? id === act.session : installation === act.installation;
    const sessions = Array.from(this.#seats, ({ session }) => session).filter(isMeant);
    this.#tell(new Set(sessions.flatMap(({ rooms }) => [...rooms])), act);
  }

  /** Puts an act into rooms as an entry of theirs. They are few, and nobody waits for them. */
  #tell(rooms: Iterable<string>, act: KeptAct): void {
    if (this.#closed) return;
    const { history, now } = this.#options;
    const said = act.act === "announce"
      ? { type: "announcement", by: act.by, text: act.text! } as const
      : { type: "notice", by: SERVER_NAME, text: actSentence(act) } as const;
    for (const room of rooms) void history.append({ room, at: now(), from: SERVER_NAME, ...said });
  }
}

/** An act as the record keeps it. What is announced is kept by the rooms that hear it: from there it can be deleted, from here nothing can. */
function recorded({ text, ...act }: KeptAct): KeptAct {
  return text === undefined || act.act === "announce" ? act : { ...act, text };
}

/** What somebody is told who is put out, without the advice. */
function farewell({ by, text }: KeptAct): string {
  if (by === SERVER_NAME) return "Your connection was ended at the server's window";
  return `You were kicked by ${by}${text === undefined ? "" : `: ${text}`}`;
}
