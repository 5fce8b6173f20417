/// <reference lib="dom" />
/**
 * The log of the room shown, and what is held of the others: each room's entries go into its own, and its past is loaded where somebody reads.
 *
 * @module
 */
import type { Entry, Say, Seq } from "../../shared/protocol.ts";
import type { Ignored } from "../ignored.ts";
import type { Requests } from "../requests.ts";
import type { Shown } from "../rooms.ts";
import type { Deleted, Said } from "../changes.ts";
import { LogView } from "./log_view.ts";
import type { MessageContext } from "./message.ts";
import { Pages } from "./pages.ts";
import { type EntryRow, MOST_ROWS, RoomLog } from "./room_log.ts";

/** Rows held while nobody trims what is out of sight. */
const HELD_ROWS = 2 * MOST_ROWS;

/** What the pane works with. */
export interface LogPaneParts {
  readonly requests: Requests;
  readonly ignored: Ignored;
  /** Our name, while the server can be asked about the room shown. */
  readonly asker: () => string | undefined;
  /** Draws soon, or at once. */
  readonly draw: () => void;
  readonly drawNow: () => void;
}

/** The rooms' logs, one of them in sight. */
export class LogPane {
  readonly #parts: LogPaneParts;
  readonly #logs = new Map<string, RoomLog>();
  readonly #view: LogView;
  readonly #pages: Pages;
  #room: string;
  /** Whether somebody has looked since the "new messages" line was drawn. */
  #lineSeen = false;

  /** @param room The one to begin with. */
  constructor(room: string, parts: LogPaneParts) {
    this.#room = room;
    this.#parts = parts;
    this.#pages = new Pages(parts.requests, () => {
      const nick = parts.asker();
      return nick === undefined ? undefined : { room: this.#room, log: this.#shown, nick };
    });
    const wishes = {
      older: () => this.#pages.older(() => this.#loadedOlder()),
      newer: () => this.#pages.newer(parts.draw),
      latest: () => this.latest(),
    };
    this.#view = new LogView(this.#shown, wishes, ({ by }) => parts.ignored.has(by));
  }

  /** The room shown. */
  get room(): string {
    return this.#room;
  }

  /** Shows another room, from its end. */
  open(room: string): void {
    this.#shown.readTo = undefined;
    this.#room = room;
    this.#pages.reset();
    // Whoever comes back wants to see the newest.
    if (!this.#shown.attached) this.#shown.drop();
    this.#view.open(this.#shown);
  }

  /** Fills the room shown with what came while it was not. */
  fill({ changes, unread, leftOut }: Shown): void {
    const log = this.#shown;
    if (leftOut > 0) log.drop();
    const first = changes.find((change) => change.kind === "said" && !change.past && !change.own);
    if (unread > 0 && first?.kind === "said") log.readTo = first.entry.prev;
    for (const change of changes) {
      if (change.kind === "said") log.add(rowOf(change));
      else if (change.kind === "deleted") this.deleted(change);
    }
    this.#trim(log);
  }

  /** Adds what was said. @param looked Whether somebody looks at the page. */
  said(change: Said, looked: boolean): void {
    const { entry, own, past } = change;
    const log = this.#log(entry.room);
    const others = !own && !past && entry.type !== "tombstone";
    if (change.leftOff !== undefined || (others && !looked)) this.#drawLine(log, entry.prev);
    log.add(rowOf(change));
    if (others) this.#view.missed();
    this.#trim(log);
  }

  /** The text of an entry is gone. Returns, where it was here, whether somebody had looked at it. */
  deleted({ room, target, entry }: Deleted): "read" | "unread" | undefined {
    const log = this.#log(room);
    log.add({ kind: "entry", entry, own: false, mention: false });
    const row = log.bury(target);
    if (row === undefined) return undefined;
    return !row.own && log.readTo !== undefined && target > log.readTo ? "unread" : "read";
  }

  /** Adds a message of ours that was refused. */
  failed({ room, text }: Say, why: string): void {
    const log = this.#log(room);
    log.failed(text, why);
    this.#trim(log);
  }

  /** Tells something, where what happens now is shown. */
  note(text: string, room: string): void {
    const log = this.#log(room);
    if (!log.attached) return;
    log.note(text);
    this.#trim(log);
  }

  /** Tells what somebody is to see: after the newest message of the room shown, which is gone to. */
  answer(text: string): void {
    const log = this.#shown;
    log.note(text);
    // Where the newest cannot be loaded now, it is loaded later, above the answer.
    this.#toLatest(() => {
      log.drop();
      this.latest();
    });
    this.#trim(log);
  }

  /** Somebody looks at the page. */
  looked(): void {
    this.#lineSeen = true;
  }

  /** Takes the "new messages" line away: who writes has read. */
  read(): void {
    this.#shown.readTo = undefined;
  }

  /** Leaves an empty log. */
  clear(): void {
    this.#pages.reset();
    this.#shown.clear();
  }

  /** Holds the logs of these rooms only: what is said in a room while we are not in it would be missing from its log. */
  keep(rooms: ReadonlySet<string>): void {
    for (const room of this.#logs.keys()) if (!rooms.has(room)) this.#logs.delete(room);
  }

  /** Begins anew: what was held belongs to another history. */
  forget(): void {
    this.#logs.clear();
    this.#view.open(this.#shown);
  }

  /** Another connection: what was asked for on the last one is not answered. */
  reconnected(): void {
    this.#pages.reset();
  }

  /** Goes to the newest message. */
  latest(): void {
    this.#toLatest(() => {});
  }

  /** Shows an entry among those around it. */
  point({ seq }: Entry): void {
    this.#pages.around(seq, () => {
      this.#parts.drawNow();
      this.#view.point(seq);
    });
  }

  /** Brings the page up to date. @param pending Our messages without an answer, in any room. */
  render(context: MessageContext, pending: readonly Say[]): void {
    this.#view.render(context, pending.filter((say) => say.room === this.#room));
    this.#view.fill();
  }

  /** Scrolls to the end. */
  toEnd(): void {
    this.#view.toEnd();
  }

  get #shown(): RoomLog {
    return this.#log(this.#room);
  }

  #log(room: string): RoomLog {
    let log = this.#logs.get(room);
    if (log === undefined) this.#logs.set(room, log = new RoomLog());
    return log;
  }

  /** @param otherwise Is called where the newest message is not held and cannot be loaded now. */
  #toLatest(otherwise: () => void): void {
    const toEnd = () => {
      this.#view.toEnd();
      this.#parts.draw();
    };
    if (this.#shown.attached) return toEnd();
    this.#pages.latest(toEnd, otherwise);
  }

  /** Draws the line after an entry, unless there is one that nobody has seen yet. */
  #drawLine(log: RoomLog, after: Seq): void {
    if (this.#lineSeen || log.readTo === undefined) log.readTo = after;
    this.#lineSeen = false;
  }

  #trim(log: RoomLog): void {
    if (log.rows.length <= HELD_ROWS) return;
    // What is in sight is only of the room shown.
    if (log !== this.#shown || this.#view.following) log.trimStart();
    else log.trimEnd(this.#view.visible ?? 0);
  }

  #loadedOlder(): void {
    if (!this.#view.following) this.#shown.trimEnd(this.#view.visible ?? 0);
    this.#parts.draw();
  }
}

function rowOf({ entry, own, mention }: Said): EntryRow {
  return { kind: "entry", entry, own, mention };
}
