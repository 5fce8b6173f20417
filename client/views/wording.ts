/**
 * The program's own sentences, the same in every view. What a server sent is cleaned here, whatever it promised.
 *
 * @module
 */
import { sentenceSubject } from "../../shared/names.ts";
import type { Entry, Member } from "../../shared/protocol.ts";
import { cleanText, count, plural } from "../../shared/text.ts";
import type { Change, Room } from "../changes.ts";

/** People named in one sentence; the rest are counted. */
const NAMED = 20;
/** Members above which nobody wants to hear who comes and goes. */
const CROWD = 200;

/** The sentence for something that happened; `undefined` for a message, which has its own form, and for what is better left unsaid. */
export function sentence(change: Change): string | undefined {
  switch (change.kind) {
    case "said":
      return entrySentence(change.entry);
    case "deleted":
      return entrySentence(change.entry);
    case "backlog":
      return change.count === 1 ? "The last message:" : `The last ${count(change.count)} messages:`;
    case "live":
      return "You are up to date.";
    case "renamed":
      return change.own || change.total > CROWD ? undefined : `${cleanText(change.by)} is ${cleanText(change.nick)} now`;
    case "away":
      return change.total > CROWD ? undefined : `${cleanText(change.by)} is ${change.text === undefined ? "back" : awayFor(change.text)}`;
    case "notice":
      return cleanText(change.text, { newlines: true });
    case "here":
      return greeting(change);
    case "joined":
    case "left":
      return change.total > CROWD ? undefined : `${cleanText(change.by)} ${change.kind}`;
    case "failed":
      return notSent(change, excerpt(change.say.text));
    case "skipped":
      return `${plural(change.count, "message")} left out: the server no longer has them`;
    case "trouble":
      return `The server did not understand: ${cleanText(change.text)}`;
    case "bye":
      if (change.reason === "replaced") return "You came in again from somewhere else; this connection ends.";
      return change.reason === "left" ? farewell(change.sent) : undefined;
    case "lost":
      return `Connection lost (${cleanText(change.why)}). Trying again; what you write is sent when it is back`;
    case "junk":
      return `The server sent something that makes no sense (${cleanText(change.why)})`;
    case "quiet":
      return undefined;
  }
}

/** The sentence for an entry; `undefined` for a message. */
export function entrySentence({ type, by, text, target }: Entry): string | undefined {
  if (type === "said") return undefined;
  if (type === "notice") return cleanText(text);
  if (type === "announcement") return `${cleanText(sentenceSubject(by))} announces: ${cleanText(text)}`;
  if (type === "deleted") return `${cleanText(by)} deleted message ${target}`;
  if (type === "tombstone") return `a message of ${cleanText(by)} was deleted`;
  return text === "" ? `${cleanText(by)} took the topic away` : `${cleanText(by)} set the topic: ${cleanText(text)}`;
}

/** `Not sent: you are muted ("hi")` @param text As much of the message as is to be told, cleaned. */
export function notSent({ why }: Extract<Change, { kind: "failed" }>, text: string): string {
  return `Not sent: ${cleanText(why)} ("${text}")`;
}

/** `12 bob: hi`, in one line. */
export function numbered(entry: Entry): string {
  return `${entry.seq} ${entrySentence(entry) ?? `${cleanText(entry.by)}: ${cleanText(entry.text)}`}`;
}

/** `Here now: alice (op), carol (away: lunch).` */
export function whoIsHere(room: Room, nick: string): string {
  const others = [...room.members.values()].filter((member) => member.nick !== nick).map(describe);
  if (room.total <= 1) return "Nobody else is here yet.";
  const named = others.slice(0, NAMED);
  const rest = room.total - 1 - named.length;
  if (rest <= 0) return `Here now: ${named.join(", ")}.`;
  return `Here now: ${named.join(", ")} and ${count(rest)} ${rest === 1 ? "other" : "others"}.`;
}

function describe({ nick, away, role }: Member): string {
  const marks = [...role === undefined ? [] : [role], ...away === undefined ? [] : [awayFor(away)]];
  return marks.length === 0 ? cleanText(nick) : `${cleanText(nick)} (${marks.join(", ")})`;
}

function awayFor(why: string): string {
  return why === "" ? "away" : `away: ${cleanText(why)}`;
}

function greeting({ nick, again, rooms }: Extract<Change, { kind: "here" }>): string {
  const hello = again ? `Back as ${cleanText(nick)}.` : `Hello ${cleanText(nick)}.`;
  const [only] = rooms;
  if (only === undefined) return hello;
  if (rooms.length === 1) return `${hello} ${whoIsHere(only, nick)}`;
  return `${hello} You are in ${rooms.map(({ name }) => `#${cleanText(name)}`).join(", ")}.`;
}

function farewell(sent: number | undefined): string {
  return sent === undefined ? "Bye." : `Bye (${plural(sent, "message")} sent).`;
}

function excerpt(text: string): string {
  const clean = cleanText(text);
  return clean.length > 40 ? `${clean.slice(0, 40)}…` : clean;
}
