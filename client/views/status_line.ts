/**
 * The one quiet line below the input: where we are, who is here, and whether we are heard.
 *
 * @module
 */
import { cleanText, count } from "../../shared/text.ts";
import type { OpenRoom } from "../rooms.ts";
import type { Status } from "./view.ts";
import { textWidth } from "./width.ts";

/** People named; the rest are counted. */
const NAMED = 3;
const BETWEEN = " · ";

/**
 * Writes the status in at most `columns` columns. Where that is too narrow, what matters least goes first: who is here, then the other rooms
 * without news, then those with, which are counted instead, then our room's name. That something is wrong with the connection always stays, as
 * far as it fits.
 *
 * @example
 * ```ts
 * import { statusLine } from "./status_line.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const status = { nick: "bob", room: undefined, rooms: [], online: false, quietMs: 0, queued: 3, away: false, keeps: "" };
 * assertEquals(statusLine(status, 80), "connecting (3 queued)");
 * ```
 */
export function statusLine(status: Status, columns: number): string {
  const { room, rooms } = status;
  const here = room === undefined ? "" : `#${cleanText(room.name)}`;
  const state = connection(status);
  const others = rooms.filter(({ name }) => name !== room?.name);
  const news = others.filter(({ unread }) => unread > 0);
  const attempts = [
    [here, people(status), list(others), state],
    [here, list(others), state],
    [here, list(news), state],
    [here, news.length === 0 ? "" : sum(news), state],
    [here, state],
    [state],
  ];
  const texts = attempts.map((parts) => parts.filter((part) => part !== "").join(BETWEEN));
  return texts.find((text) => textWidth(text) <= columns) ?? "";
}

function list(rooms: readonly OpenRoom[]): string {
  return rooms.map(({ number, name, ...more }) => `${number}:#${cleanText(name)}${more.unread > 0 ? ` ${unreadOf(more)}` : ""}`).join(" ");
}

function sum(rooms: readonly OpenRoom[]): string {
  const unread = rooms.reduce((sum, { unread }) => sum + unread, 0);
  return `${unreadOf({ unread, mentioned: rooms.some(({ mentioned }) => mentioned) })} unread`;
}

/** With a `!` where somebody says our name. */
function unreadOf({ unread, mentioned }: Pick<OpenRoom, "unread" | "mentioned">): string {
  return `${count(unread)}${mentioned ? "!" : ""}`;
}

function people({ room, nick }: Status): string {
  if (room === undefined) return "";
  if (room.total <= 1) return "nobody else here";
  const others = [...room.members.values()].filter((member) => member.nick !== nick);
  const named = others.slice(0, NAMED).map(({ nick, away }) => away === undefined ? cleanText(nick) : `${cleanText(nick)} (away)`);
  const rest = room.total - 1 - named.length;
  return rest > 0 ? `${named.join(", ")} +${count(rest)}` : named.join(", ");
}

function connection({ room, online, quietMs, queued, away }: Status): string {
  if (!online) {
    const trying = room === undefined ? "connecting" : "reconnecting";
    return queued === 0 ? trying : `${trying} (${count(queued)} queued)`;
  }
  if (quietMs > 0) return `no contact for ${quietMs / 1000} s`;
  return away ? "away" : "connected";
}
