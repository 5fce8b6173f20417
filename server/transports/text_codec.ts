/**
 * How frames look to people in text mode.
 *
 * Every line that a person wrote starts with `name: `, everything the server says with `* `, every refusal with `! `.
 *
 * @module
 */
import { sentenceSubject } from "../../shared/names.ts";
import type { Entry, Member, Members, Page, Refused, RoomLine, ServerFrame, Welcome } from "../../shared/protocol.ts";
import { count, plural } from "../../shared/text.ts";
import type { Codec } from "../connection.ts";

/** People that a line names; the rest are counted. */
const NAMED = 20;
/** Members above which coming and going make no line any more. */
const CROWD = 200;

/** Shows frames as lines for people. A peer is spared its own: it sees them as it types. */
export const textCodec: Codec = { name: "text", encode, skipsOwn: true };

function encode(frame: ServerFrame): string {
  switch (frame.kind) {
    case "entry":
      return entry(frame);
    case "joined":
      return frame.total > CROWD ? "" : `* ${frame.by} joined\n`;
    case "left":
      return frame.total >= CROWD ? "" : `* ${frame.by} left\n`;
    case "renamed":
      return frame.total > CROWD ? "" : `* ${frame.by} is ${frame.nick} now\n`;
    case "away":
      return frame.total > CROWD ? "" : `* ${frame.by} ${awayOrBack(frame.text)}\n`;
    case "welcome":
      return hello(frame);
    case "members":
      return members(frame);
    case "report":
      return frame.lines.length === 0 ? "* Nothing.\n" : frame.lines.map((line) => `* ${line}\n`).join("");
    case "backlog":
      return `* The last ${frame.count === 1 ? "message" : `${count(frame.count)} messages`}:\n`;
    case "live":
      return "* You are up to date.\n";
    case "rooms":
      return `* ${plural(frame.rooms.length, "room")}:\n${frame.rooms.map(roomLine).join("")}`;
    case "page":
      return page(frame);
    case "done":
      return `* ${frame.text}.\n`;
    case "notice":
      return frame.text.split("\n").map((line) => `* ${line}\n`).join("");
    case "refused":
      return refusal(frame);
    case "error":
      return `! not sent: ${frame.text}\n`;
    case "reset":
      return frame.skipped > 0 ? `* ${plural(frame.skipped, "message")} skipped\n` : "";
    case "bye":
      return `* ${frame.text}.\n`;
    case "certificate":
    case "role":
    case "ping":
    case "pong":
      return "";
  }
}

function entry({ type, by, text, target }: Entry): string {
  switch (type) {
    case "said":
      // Each line of it, so that no one can fake another's.
      return text.includes("\n") ? text.split("\n").map((line) => `${by}: ${line}\n`).join("") : `${by}: ${text}\n`;
    case "topic":
      return text === "" ? `* ${by} took the topic away\n` : `* ${by} set the topic: ${text}\n`;
    case "announcement":
      return `* ${sentenceSubject(by)} announces: ${text}\n`;
    case "deleted":
      return `* ${by} deleted message ${target}\n`;
    case "tombstone":
      return `* a message of ${by} was deleted\n`;
    default:
      return `* ${text}\n`;
  }
}

function awayOrBack(reason: string | undefined): string {
  if (reason === undefined) return "is back";
  return reason === "" ? "is away" : `is away: ${reason}`;
}

function hello({ nick, session, rooms: [room] }: Welcome): string {
  const others = room.members.filter((member) => member.from !== session);
  const here = others.length === 0 ? "Nobody else is here yet." : `Here now: ${listed(others, room.total - 1)}.`;
  const topic = room.topic === "" ? "" : `* The topic is: ${room.topic}\n`;
  return `* Hello ${nick}. ${here} Type a message and press Enter; bye leaves.\n${topic}`;
}

/** Only what was asked for: a list that comes of itself is for programs. */
function members({ ref, room, topic, total, offset, members }: Members): string {
  if (ref === undefined || offset > 0) return "";
  const about = topic === "" ? "" : ` The topic is: ${topic}`;
  return `* ${ref === "join" ? `You are in #${room} now. Here` : `In #${room}`}: ${
    total === 0 ? "nobody" : listed(members, total)
  }.${about}\n`;
}

function listed(members: readonly Member[], total: number): string {
  const names = members.slice(0, NAMED).map(named).join(", ");
  return total > NAMED ? `${names} and ${plural(total - NAMED, "other")}` : names;
}

/** `bob (op, away: lunch)`. A reason cannot close the bracket, and name somebody who is not there. */
function named({ nick, away, role }: Member): string {
  const marks = [...role === undefined ? [] : [role], ...away === undefined ? [] : [awayFor(away)]];
  return marks.length === 0 ? nick : `${nick} (${marks.join(", ")})`;
}

function awayFor(reason: string): string {
  return reason === "" ? "away" : `away: ${reason.replaceAll("(", "[").replaceAll(")", "]")}`;
}

function roomLine({ room, total, topic }: RoomLine): string {
  return `*   #${room} (${count(total)} here)${topic === "" ? "" : `: ${topic}`}\n`;
}

function page({ ref, entries, room, more }: Page): string {
  if (ref === "numbers") return entries.length === 0 ? `* Nothing was said in #${room} yet.\n` : entries.map(numbered).join("");
  if (entries.length === 0) return `* Nothing found in #${room}${more ? ", as far back as could be looked in time" : ""}.\n`;
  const lines = entries.map(entry).join("");
  return `* ${plural(entries.length, "message")} of #${room}:\n${lines}* That was all.\n`;
}

/** Each line of it begins with a star and the number, so that no one can fake another's. */
function numbered(one: Entry): string {
  const told = entry(one).replace(/^\* /, "").trimEnd();
  return told.split("\n").map((line) => `*   ${one.seq} ${line}\n`).join("");
}

function refusal({ code, text, final, retryMs }: Refused): string {
  if (code === "not_encrypted") return `! ${text}.\n`;
  if (code === "password_needed" && retryMs === undefined && !final) return `* ${text}:\n`;
  if (code.startsWith("password_")) return final ? `! ${text}.\n` : `! ${text}. Enter the password, or the code of an invite:\n`;
  if (code === "storage_full") return `! not saved: ${text}\n`;
  if (code === "no_such_entry" || code === "not_yours") return `! not deleted: ${text}\n`;
  if (code === "banned") return `! ${text}.\n`;
  if (!code.startsWith("name_")) return `! not sent: ${text}\n`;
  return final ? `! ${text}.\n` : `! ${text}. Enter another name:\n`;
}
