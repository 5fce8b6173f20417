/// <reference lib="dom" />
/**
 * What one thing in the log looks like.
 *
 * @module
 */
import { fold } from "../../shared/names.ts";
import type { Entry, Role } from "../../shared/protocol.ts";
import { cleanText } from "../../shared/text.ts";
import { mentionOf } from "../mentions.ts";
import { sentence } from "../views/wording.ts";
import { button, element } from "./elements.ts";
import type { LogItem } from "./log_items.ts";
import { pieces } from "./rich_text.ts";
import type { EntryRow } from "./room_log.ts";

/** How many colours the style sheet has for nicks. */
const COLOURS = 10;
const ACTION = "/me ";
const ROLES: Readonly<Record<Role, string>> = { owner: "Owns this server", op: "Keeps order here" };

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const longDay = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

/** What the log knows beside the item. */
export interface MessageContext {
  /** Our name. */
  readonly nick: string;
  /** Who of those here keeps order, by public session id. */
  readonly roles: ReadonlyMap<string, Role>;
  readonly online: boolean;
  /** Gives a text back to be changed and sent again. */
  readonly giveBack: (text: string) => void;
  /** Deletes an entry. */
  readonly delete: (entry: Entry) => void;
  /** Whether it may be anybody's. */
  readonly keepsOrder: boolean;
}

/** Makes an item's element. */
export function itemElement(item: LogItem, context: MessageContext): HTMLElement {
  switch (item.kind) {
    case "day":
      return element("div", { class: "rule" }, element("span", { text: longDay.format(item.at) }));
    case "new":
      return element("div", { class: "rule new" }, element("span", { text: "New messages" }));
    case "note": {
      const { row } = item;
      if (row.kind !== "entry") return element("p", { class: "note", dir: "auto", text: cleanText(row.text, { newlines: true }) });
      if (row.entry.type !== "announcement") return element("p", { class: "note", dir: "auto", text: entryNote(row) });
      const made = element("p", { class: "note announcement", dir: "auto", text: entryNote(row) });
      if (context.keepsOrder) made.append(deleteButton(row.entry, context.delete));
      return made;
    }
    case "failed": {
      const { text, why = "" } = item.row;
      const again = button({ class: "quiet", text: "Edit" }, () => context.giveBack(text));
      const told = element("p", { class: "mark", text: `Not sent: ${cleanText(why)} ` }, again);
      return element("div", { class: "message failed" }, textElement(text, undefined), told);
    }
    case "pending":
      return element(
        "div",
        { class: "message pending" },
        textElement(item.say.text, undefined),
        element("p", { class: "mark", text: context.online ? "Sending…" : "Waits for the connection" }),
      );
    case "message": {
      const made = messageElement(item.row, item.head, context);
      const role = context.roles.get(item.row.entry.from);
      if (role !== undefined) made.querySelector(".by:not(.again) .nick")?.after(" ", roleElement(role));
      return made;
    }
  }
}

/** An entry by itself, for a list of found ones. */
export function foundElement(entry: Entry, nick: string): HTMLElement {
  const row: EntryRow = { kind: "entry", entry, own: false, mention: entry.text.search(mentionOf(nick)) !== -1 };
  const made = messageElement(row, true, { nick });
  made.querySelector("time")!.textContent = whole.format(entry.at);
  return made;
}

/** A time as `14:03`. */
export function timeOf(at: number): string {
  return clock.format(at);
}

/** The class of a nick's colour: the same for everybody and every time. */
export function nickClass(nick: string): string {
  let hash = 0x811c9dc5; // FNV-1a
  for (const c of fold(nick)) hash = Math.imul(hash ^ c.codePointAt(0)!, 0x01000193) >>> 0;
  return `nick nick-${hash % COLOURS}`;
}

/** What stands beside the name of somebody who keeps order. */
export function roleElement(role: Role): HTMLElement {
  return element("span", { class: "role", text: role, title: ROLES[role] });
}

function messageElement(
  { entry, own, mention }: EntryRow,
  head: boolean,
  { nick, delete: deletes, keepsOrder = false }: Partial<MessageContext>,
): HTMLElement {
  const by = cleanText(entry.by);
  const text = cleanText(entry.text, { newlines: true });
  const made = element("div", { class: `message${head ? " head" : ""}${own ? " own" : ""}${mention ? " mention" : ""}` });
  made.dataset.seq = String(entry.seq);
  const time = element("time", { text: clock.format(entry.at), title: whole.format(entry.at) });
  time.dateTime = new Date(entry.at).toISOString();
  const name = element("span", { class: nickClass(by), text: by, dir: "auto" });
  if (head) made.append(element("p", { class: "by" }, name, " ", time));
  else made.append(element("p", { class: "by again" }, element("span", { class: "unseen", text: `${by} ` }), time));
  if (entry.type === "tombstone") {
    made.append(element("p", { class: "text deleted", text: "deleted" }));
    return made;
  }
  if (text.startsWith(ACTION)) {
    made.append(textElement(`${by} ${text.slice(ACTION.length)}`, mention ? nick : undefined, "text action"));
  } else {
    made.append(textElement(text, mention ? nick : undefined));
  }
  if (deletes !== undefined && (own || keepsOrder)) {
    made.append(deleteButton(entry, deletes));
  }
  return made;
}

function deleteButton(entry: Entry, deletes: (entry: Entry) => void): HTMLElement {
  const label = `Delete this message of ${cleanText(entry.by)}`;
  return button({ class: "delete icon", text: "×", label, title: "Delete" }, () => deletes(entry));
}

function entryNote(row: EntryRow): string {
  const { entry, own, mention } = row;
  return sentence({ kind: "said", room: entry.room, past: false, entry, own, mention }) ?? "";
}

function textElement(text: string, mentioned: string | undefined, style = "text"): HTMLElement {
  const made = element("p", { class: style, dir: "auto" });
  for (const piece of pieces(cleanText(text, { newlines: true }), mentioned === undefined ? undefined : mentionOf(mentioned))) {
    switch (piece.kind) {
      case "words":
        made.append(piece.text);
        break;
      case "mention":
        made.append(element("mark", { text: piece.text }));
        break;
      case "code":
        made.append(element("code", { text: piece.text, class: piece.text.includes("\n") ? "block" : "" }));
        break;
      case "link": {
        const link = element("a", { text: piece.text, dir: "auto" });
        link.href = piece.href;
        link.target = "_blank";
        link.rel = "noopener noreferrer";
        made.append(link);
        if (piece.host !== undefined) made.append(element("span", { class: "host", text: ` (${piece.host})` }));
      }
    }
  }
  return made;
}
