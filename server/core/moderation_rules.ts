/**
 * Who may do what to whom. Pure.
 *
 * @module
 */
import { isOwnMachine } from "../../shared/address.ts";
import { durationText } from "../../shared/durations.ts";
import { fold } from "../../shared/names.ts";
import { type Act, LIMITS, type Moderate } from "../../shared/protocol.ts";
import { byteLength, cleanText, count } from "../../shared/text.ts";
import { ACT_VERSION, actSentence, type KeptAct, reachOf } from "./kept_act.ts";
import type { Moderation } from "./moderation.ts";
import { contains, isMeantAsAddress, networkOf, parseNetwork } from "./network.ts";
import type { Refusal } from "./room.ts";

/** Somebody who is here, or was a moment ago. */
export interface Person {
  readonly nick: string;
  /** The public id of the session. */
  readonly session: string;
  readonly installation: string | undefined;
  /** The address without the port. */
  readonly host: string;
  readonly isHere: boolean;
}

/** Who had a name until a moment ago. */
export interface Former {
  /** As they are now, or were when they left. */
  readonly person: Person;
  /** Since when they have it no more, in milliseconds. */
  readonly ago: number;
}

/** Who there is to do something to. */
export interface People {
  /** Whoever has a name, or had it last, by any way of writing it. */
  find(nick: string): Person | undefined;
  /** Who had a name last, of those who left or took another. */
  lately(nick: string): Former | undefined;
  /** Everybody who is here. */
  here(): Iterable<Person>;
}

/** What comes of an act, before it is committed. */
export interface Decision {
  readonly act: KeptAct;
  /** What whoever did it is told when it is done, without a full stop. */
  readonly told: string;
}

/** What a decision is made of. */
export interface Request {
  readonly frame: Moderate & { readonly act: Exclude<Act, "claim"> };
  readonly by: Person;
  /** The room meant, as it is called; for the acts that are about one. */
  readonly room: string | undefined;
  readonly people: People;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The most bans and mutes at a time: each newcomer is held against them. */
const HELD = 10_000;
/** Characters of what a request may call somebody: names and addresses have fewer. */
const LONGEST_TARGET = 256;
/** Of what somebody called a person, what an answer repeats. */
const REPEATED = 64;

const LOOPBACKS = [networkOf("127.0.0.1")!, networkOf("::1")!];

/** Decides what a request becomes: an act to be kept, or a refusal. */
export function decideAct(order: Moderation, request: Request): Decision | Refusal {
  const { frame, by, people, now } = request;
  const role = order.roleOf(by.installation);
  if (role === undefined) return { code: "not_allowed", text: "only those who keep order here may do that" };
  if ((frame.act === "op" || frame.act === "deop") && role !== "owner") return { code: "not_allowed", text: "only the owner may do that" };
  // No name and no address is longer; to compare one takes the square of its combining marks.
  if (frame.target !== undefined && frame.target.length > LONGEST_TARGET) return noSuchPerson(frame.target);
  const text = frame.text === undefined ? undefined : cleanText(frame.text).trim();
  // What stands before it in the room has its place as well.
  const most = frame.act === "announce" ? LIMITS.textBytes - LIMITS.nickBytes - 20 : LIMITS.reasonBytes;
  if (text !== undefined && byteLength(text) > most) {
    return { code: "text_too_long", text: `that may have ${count(most)} bytes at most, and had ${count(byteLength(text))}` };
  }
  const muted = text ? order.mayBeHeard({ id: by.session, installation: by.installation }, now) : undefined;
  if (muted) return muted;
  const said = { v: ACT_VERSION, act: frame.act, by: by.nick, ...text ? { text } : {} } as const;
  switch (frame.act) {
    case "slow":
    case "readonly":
    case "announce":
      return aboutRooms(said, request);
    case "unban":
    case "unmute": {
      const target = repeated(frame.target ?? "");
      const { session, installation } = called(people, target) ?? {};
      const act = { ...said, target, ...session === undefined ? {} : { session }, ...installation === undefined ? {} : { installation } };
      const what = frame.act === "unban" ? "banned" : "muted";
      const lifted = order.lifted(act, now);
      if (lifted.length === 0) return { code: "no_such_person", text: `${target || "nobody"} is not ${what}; /bans lists who is` };
      const op = role === "owner" ? undefined : lifted.find((hold) => order.roleOf(hold.installation) === "op");
      if (op === undefined) return decided(act);
      const who = op.installation === by.installation ? "you are" : `${op.nick ?? target} is an op, and`;
      return { code: "not_allowed", text: `${who} ${what} by ${op.by}; only the owner may lift that` };
    }
  }
  if ((frame.act === "ban" || frame.act === "mute") && order.held(now) >= HELD) {
    return { code: "not_allowed", text: `there are ${count(HELD)} bans and mutes already; lift some first` };
  }
  const who = people.find(frame.target ?? "");
  if (frame.act === "deop") return deop(order, said, request, who);
  const network = who || frame.act !== "ban" ? undefined : parseNetwork(frame.target ?? "");
  if (frame.ms === 0 && (frame.act === "ban" || frame.act === "mute")) {
    return { code: "not_allowed", text: "say for how long, or leave that out: it is for ever then" };
  }
  if (network) {
    const own = networkOf(by.host);
    if (
      LOOPBACKS.some((loopback) => contains(network, loopback)) || network.text.startsWith("127.") || isOwnMachine(frame.target!.trim())
    ) {
      return { code: "not_allowed", text: "this machine cannot be banned" };
    }
    if (own && contains(network, own)) return { code: "not_allowed", text: `you are in ${network.text} yourself` };
    return decided({ ...said, ...frame.ms === undefined ? {} : { ms: frame.ms }, network: network.text });
  }
  if (frame.act === "op") return op(order, said, request);
  if (!who) {
    return frame.act === "ban" && isMeantAsAddress(frame.target ?? "") ? noAddress(frame.target!) : noSuchPerson(frame.target ?? "");
  }
  const decision = aboutPerson(order, said, request, who);
  return "code" in decision ? decision : { ...decision, told: `${decision.told}${nameHad(request, who)}` };
}

/** Decides what becomes of somebody: a kick, a ban or a mute. */
function aboutPerson(order: Moderation, said: KeptAct, { frame, by, people }: Request, who: Person): Decision | Refusal {
  if (who.session === by.session) return { code: "not_allowed", text: "that is you" };
  const theirs = order.roleOf(who.installation);
  if (theirs === "owner") return { code: "not_allowed", text: `${who.nick} owns this server` };
  if (theirs === "op" && order.roleOf(by.installation) !== "owner") {
    return { code: "not_allowed", text: `${who.nick} is an op; only the owner may do that` };
  }
  const long = frame.ms === undefined ? {} : { ms: frame.ms };
  const target = { nick: who.nick, ...who.installation === undefined ? {} : { installation: who.installation } };
  if (frame.act === "ban") return ban({ ...said, ...long, ...target }, who, people);
  if (!who.isHere) return { code: "no_such_person", text: `${who.nick} is not here any more` };
  if (frame.act === "kick") return decided({ ...said, nick: who.nick, session: who.session });
  if (who.installation !== undefined) return decided({ ...said, ...long, ...target });
  // Somebody at netcat is known by the visit alone.
  const atMost = frame.ms === undefined ? "" : "for this visit at most: ";
  return decided({ ...said, ...long, ...target, session: who.session }, ` (${atMost}netcat is not remembered)`);
}

/** Bans a person: the client, and the address where nobody else has it. */
function ban(act: KeptAct, who: Person, people: People): Decision | Refusal {
  const network = isOwnMachine(who.host) ? undefined : networkOf(who.host);
  const isAnother = (other: Person) =>
    other.session !== who.session && (other.installation === undefined || other.installation !== who.installation);
  const shared = network && [...people.here()].some((other) => isAnother(other) && networkOf(other.host)?.text === network.text);
  const reach = network && !shared ? { ...act, network: network.text } : act;
  if (reach.installation !== undefined || reach.network !== undefined) {
    const others = network && shared ? `; others have the address ${network.text} too, which keeps nobody out` : "";
    return decided(reach, ` (${reachOf(reach)}${others})`);
  }
  const where = network ? `, and others have the address ${network.text}: /ban ${network.text} keeps all of them out` : " on this machine";
  if (!who.isHere) return { code: "no_such_person", text: `${who.nick} has gone and is not remembered: it was netcat${where}` };
  const { nick, session } = who;
  const { ms: _, ...kick } = act;
  return decided({ ...kick, act: "kick", nick, session }, `, not banned: it is netcat, which is not remembered${where}`);
}

function op(order: Moderation, said: KeptAct, { frame, people }: Request): Decision | Refusal {
  const who = called(people, frame.target ?? "");
  if (who === undefined) return noSuchPerson(frame.target ?? "");
  const { nick, installation } = who;
  // Whoever had the name last need not be who is meant.
  if (!who.isHere) return { code: "no_such_person", text: `${nick} is not here any more` };
  if (installation === undefined) return notRemembered(nick);
  const role = order.roleOf(installation);
  if (role !== undefined) return { code: "not_allowed", text: `${nick} keeps order already` };
  return decided({ ...said, nick, installation });
}

function deop(order: Moderation, said: KeptAct, { frame }: Request, who: Person | undefined): Decision | Refusal {
  const name = frame.target ?? "";
  const present = order.roleOf(who?.installation) === "op" ? who?.installation : undefined;
  const installation = present ?? order.opNamed(name);
  if (installation === undefined) return { code: "no_such_person", text: `${repeated(who?.nick ?? name)} is not an op` };
  return decided({ ...said, nick: present === undefined ? repeated(name) : who!.nick, installation });
}

function aboutRooms(said: KeptAct, { frame, room }: Request): Decision | Refusal {
  if (frame.act === "announce") {
    return said.text === undefined ? { code: "text_empty", text: "say what to announce" } : decided(said, "", "announced");
  }
  if (room === undefined) return { code: "no_such_room", text: "say which room" };
  if (frame.act === "slow") {
    return frame.ms === undefined ? { code: "not_allowed", text: "say how slow, in ms" } : decided({ ...said, room, ms: frame.ms });
  }
  return frame.on === undefined ? { code: "not_allowed", text: "say on or off" } : decided({ ...said, room, on: frame.on });
}

function decided(act: KeptAct, detail = "", told = actSentence(act)): Decision {
  return { act, told: `${told}${detail}` };
}

/** Whoever has a name, or had it when they left: not who has another by now. */
function called(people: People, name: string): Person | undefined {
  const who = people.find(name);
  return who && isName(who.nick, name) ? who : undefined;
}

/** Who had the name that somebody was meant by: names are borrowed to have others banned. */
function nameHad({ frame: { target = "" }, people }: Request, meant: Person): string {
  const former = people.lately(target);
  if (former === undefined) return "";
  const { person: { nick, session, installation }, ago } = former;
  const isMeant = session === meant.session || (installation !== undefined && installation === meant.installation);
  if (isMeant && isName(meant.nick, target)) return "";
  const when = durationText(ago < 120_000 ? ago : Math.round(ago / 60_000) * 60_000);
  return isName(nick, target) ? `; another ${nick} left ${when} ago` : `; ${nick} was ${repeated(target)} until ${when} ago`;
}

function isName(nick: string, name: string): boolean {
  return fold(nick) === fold(name.trim());
}

function noSuchPerson(name: string): Refusal {
  return { code: "no_such_person", text: `nobody here is called ${repeated(name) || "that"}, nor was a moment ago` };
}

function noAddress(text: string): Refusal {
  return { code: "no_such_person", text: `${repeated(text)} is no address; write one as 203.0.113.7, 203.0.113.0/24 or 2001:db8::/64` };
}

function notRemembered(nick: string): Refusal {
  return { code: "not_allowed", text: `${nick} has a client that is not remembered; chat client and the page are` };
}

function repeated(name: string): string {
  return Array.from(cleanText(name).trim()).slice(0, REPEATED).join("");
}
