/// <reference lib="dom" />
/**
 * The page as a view of the client: what happens goes into the rooms' logs and from there onto the page, once a frame.
 *
 * @module
 */
import { type Entry, LOBBY, type Say, type Seq } from "../../shared/protocol.ts";
import { cleanText } from "../../shared/text.ts";
import type { Ignored } from "../ignored.ts";
import { type Input, parseInput } from "../input.ts";
import type { Requests } from "../requests.ts";
import type { Shown } from "../rooms.ts";
import type { Change, Room, Said } from "../timeline.ts";
import type { Names, OldEntries, Status, View } from "../views/view.ts";
import { sentence } from "../views/wording.ts";
import type { Attention } from "./attention.ts";
import { Composer } from "./composer.ts";
import { Dialogs } from "./dialogs.ts";
import { connectionState } from "./connection_state.ts";
import { byId } from "./elements.ts";
import { LogView } from "./log_view.ts";
import type { NameForm } from "./name_form.ts";
import { isLookedAt, type PageMemory } from "./page_memory.ts";
import { Pages } from "./pages.ts";
import { type EntryRow, MOST_ROWS, RoomLog } from "./room_log.ts";
import { Sidebars } from "./sidebars.ts";

/** Rows held while nobody trims what is out of sight. */
const HELD_ROWS = 2 * MOST_ROWS;

/** What the view is made of. */
export interface PageViewParts {
  readonly memory: PageMemory;
  readonly requests: Requests;
  readonly ignored: Ignored;
  readonly attention: Attention;
  readonly nameForm: NameForm;
}

/** The chat page. */
export class PageView implements View {
  readonly gone: Promise<unknown> = new Promise(() => {});
  readonly #parts: PageViewParts;
  readonly #logs = new Map<string, RoomLog>();
  readonly #view: LogView;
  readonly #pages: Pages;
  readonly #composer: Composer;
  readonly #sidebars: Sidebars;
  readonly #dialogs: Dialogs;
  readonly #inputs: Input[] = [];
  #wanted = Promise.withResolvers<void>();
  #shown: string = LOBBY;
  #status: Status | undefined;
  #pending: readonly Say[] = [];
  #epoch: string | undefined;
  /** Why there is no connection. */
  #lost: string | undefined;
  /** Messages that came into the room shown while nobody looked. */
  #unseen = 0;
  /** Whether somebody has looked since the "new messages" line was drawn. */
  #lineSeen = false;
  #drawing = false;
  #replaced = false;

  constructor(parts: PageViewParts) {
    this.#parts = parts;
    const { memory, ignored } = parts;
    this.#pages = new Pages(parts.requests, () => {
      const [room, log] = [this.#shown, this.#log(this.#shown)];
      return this.#status?.online && this.#status.room !== undefined ? { room, log, nick: this.#nick } : undefined;
    });
    const wishes = {
      older: () => this.#pages.older(() => this.#loadedOlder()),
      newer: () => this.#pages.newer(() => this.#draw()),
      latest: () => this.#latest(),
    };
    this.#view = new LogView(this.#log(LOBBY), wishes, ({ by }) => ignored.has(by));
    this.#composer = new Composer(LOBBY, {
      drafts: memory.saved.drafts,
      submit: (text) => this.#submit(text),
      keep: (drafts) => memory.set({ drafts }),
    });
    this.#sidebars = new Sidebars((input) => this.#want(input));
    this.#dialogs = new Dialogs((input) => this.#want(input));
    this.#listen();
  }

  /** Whether the chat goes on in another page. */
  get replaced(): boolean {
    return this.#replaced;
  }

  async *inputs(): AsyncGenerator<Input, void> {
    for (;;) {
      while (this.#inputs.length > 0) yield this.#inputs.shift()!;
      await this.#wanted.promise;
    }
  }

  show(change: Change): void {
    switch (change.kind) {
      case "here":
        this.#here(change.rooms);
        break;
      case "said":
        this.#said(change);
        break;
      case "failed":
        this.#log(change.say.room).failed(change.say.text, change.why);
        this.giveBack(change.say.text, change.say.room);
        break;
      case "lost":
        this.#lost = cleanText(change.why);
        this.#parts.nameForm.tell(`Not connected (${this.#lost}). Trying again…`);
        break;
      case "bye":
        this.#replaced ||= change.reason === "replaced";
        break;
      case "backlog":
      case "quiet":
        break;
      case "live":
        // What was asked for on the last connection is not answered on this one.
        this.#pages.reset();
        break;
      default:
        this.#note(sentence(change), "room" in change ? change.room : this.#shown);
    }
    this.#draw();
  }

  enter({ name }: Room, { changes, unread, leftOut }: Shown): void {
    this.#open(name);
    const log = this.#log(name);
    if (leftOut > 0) log.clear();
    const first = changes.find((change) => change.kind === "said" && !change.past && !change.own);
    if (unread > 0 && first?.kind === "said") log.readTo = first.entry.prev;
    for (const change of changes) if (change.kind === "said") log.add(rowOf(change));
    this.#trim(log);
    this.#parts.memory.set({ room: name });
    if (matchMedia("(hover: hover)").matches) this.#composer.focus();
    this.#draw();
  }

  old(page: OldEntries): void {
    this.#dialogs.found(page, this.#nick, (entry) => this.#point(entry));
  }

  notice(text: string): void {
    this.#note(text, this.#shown);
    this.#parts.attention.tell(text);
    this.#draw();
  }

  ring(): void {
    const { memory: { saved }, attention } = this.#parts;
    if (isLookedAt()) return;
    if (saved.sound) attention.ring();
    if (saved.notifications) attention.notify("Somebody says your name");
  }

  clear(): void {
    this.#log(this.#shown).clear();
    this.#draw();
  }

  status(status: Status): void {
    this.#status = status;
    // What is said in a room while we are not in it would be missing from its log.
    if (status.room !== undefined) {
      for (const name of this.#logs.keys()) if (!status.rooms.some((room) => room.name === name)) this.#logs.delete(name);
    }
    if (status.room !== undefined && status.room.name !== this.#shown) this.#open(status.room.name);
    this.#draw();
  }

  pending(says: Iterable<Say>): void {
    this.#pending = [...says];
    this.#draw();
  }

  giveBack(line: string, room: string): void {
    this.#composer.giveBack(line, room);
  }

  complete(names: Names): void {
    this.#composer.names = names;
  }

  async drained(): Promise<void> {}

  async close(): Promise<void> {}

  get #nick(): string {
    return this.#status?.nick ?? "";
  }

  #log(room: string): RoomLog {
    let log = this.#logs.get(room);
    if (log === undefined) this.#logs.set(room, log = new RoomLog());
    return log;
  }

  #listen(): void {
    document.addEventListener("visibilitychange", () => this.#looked());
    addEventListener("focus", () => this.#looked());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.#sidebars.close()) event.preventDefault();
      else if (event.altKey && /^Digit[1-9]$/.test(event.code)) {
        event.preventDefault();
        this.#want({ kind: "switch", to: event.code.slice(-1) });
      }
    });
    byId("search", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      const words = byId("words", HTMLInputElement).value.trim();
      if (words !== "") this.#want({ kind: "search", words });
    });
  }

  #want(input: Input): void {
    this.#inputs.push(input);
    this.#wanted.resolve();
    this.#wanted = Promise.withResolvers();
  }

  #submit(text: string): void {
    const input = parseInput(text);
    if (input === undefined) return;
    if (input.kind === "help") return this.#dialogs.help();
    if (input.kind === "say") {
      this.#log(this.#shown).readTo = undefined;
      this.#latest();
    }
    this.#want(input);
  }

  #here(rooms: readonly Room[]): void {
    const { memory, nameForm } = this.#parts;
    const first = this.#epoch === undefined;
    // Another history: what was held means nothing there.
    if (!first && this.#epoch !== memory.epoch) {
      this.#logs.clear();
      this.#view.open(this.#log(this.#shown));
    }
    this.#epoch = memory.epoch;
    this.#lost = undefined;
    this.#pages.reset();
    nameForm.hide();
    if (!first) return;
    this.#composer.focus();
    const { room } = memory.saved;
    if (room !== undefined && room !== LOBBY && rooms.some(({ name }) => name === room)) this.#want({ kind: "switch", to: room });
  }

  #open(room: string): void {
    if (room === this.#shown && this.#status?.room !== undefined && this.#status.room.name === room) return this.#view.toEnd();
    this.#log(this.#shown).readTo = undefined;
    this.#shown = room;
    this.#unseen = 0;
    this.#pages.reset();
    this.#composer.open(room);
    // Whoever comes back wants to see the newest.
    if (!this.#log(room).attached) this.#log(room).clear();
    this.#view.open(this.#log(room));
  }

  #said(change: Said): void {
    const { entry, own, past } = change;
    const log = this.#log(entry.room);
    const looked = isLookedAt();
    if (change.leftOff !== undefined || (!own && !past && !looked)) this.#drawLine(log, entry.prev);
    log.add(rowOf(change));
    if (own || past) return this.#trim(log);
    if (!looked) this.#unseen++;
    this.#view.missed();
    if (entry.type === "said") this.#parts.attention.tell(`${cleanText(entry.by)}: ${cleanText(entry.text)}`);
    this.#trim(log);
  }

  /** Draws the line after an entry, unless there is one that nobody has seen yet. */
  #drawLine(log: RoomLog, after: Seq): void {
    if (this.#lineSeen || log.readTo === undefined) log.readTo = after;
    this.#lineSeen = false;
  }

  #note(text: string | undefined, room: string): void {
    const log = this.#log(room);
    if (text !== undefined && log.attached) log.note(text);
  }

  #trim(log: RoomLog): void {
    if (log.rows.length <= HELD_ROWS) return;
    if (this.#view.following) log.trimStart();
    else log.trimEnd(this.#view.visible ?? 0);
  }

  #looked(): void {
    if (!isLookedAt()) return;
    this.#unseen = 0;
    this.#lineSeen = true;
    this.#draw();
  }

  #latest(): void {
    if (this.#log(this.#shown).attached) this.#view.toEnd();
    else {
      this.#pages.latest(() => {
        this.#view.toEnd();
        this.#draw();
      });
    }
  }

  #loadedOlder(): void {
    if (!this.#view.following) this.#log(this.#shown).trimEnd(this.#view.visible ?? 0);
    this.#draw();
  }

  /** Shows an entry among those around it. */
  #point({ seq }: Entry): void {
    this.#pages.around(seq, () => {
      this.#drawNow();
      this.#view.point(seq);
    });
  }

  /** Draws at the next frame, however much happens before it. A page that is not seen has no frames, but a title. */
  #draw(): void {
    this.#drawAround();
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      this.#drawNow();
    });
  }

  #drawNow(): void {
    const { nick = "", online = false, room, rooms = [] } = this.#status ?? {};
    const pending = this.#pending.filter((say) => say.room === this.#shown);
    this.#view.render({ nick, online, giveBack: (text) => this.giveBack(text, this.#shown) }, pending);
    this.#view.fill();
    this.#sidebars.rooms(rooms, this.#shown);
    this.#sidebars.people(room, nick);
    byId("room-name", HTMLElement).textContent = `#${cleanText(this.#shown)}`;
    byId("topic", HTMLElement).textContent = cleanText(room?.topic ?? "");
    byId("topic", HTMLElement).title = cleanText(room?.topic ?? "");
    if (this.#status) this.#dialogs.status(this.#status);
    const state = byId("state", HTMLElement);
    const lost = navigator.onLine ? this.#lost : "this device is offline";
    const text = connectionState(this.#status ?? { online: false, quietMs: 0, queued: 0 }, lost);
    if (state.textContent !== text) state.textContent = text;
  }

  #drawAround(): void {
    const elsewhere = (this.#status?.rooms ?? []).reduce((sum, { name, unread }) => sum + (name === this.#shown ? 0 : unread), 0);
    this.#parts.attention.show(elsewhere + this.#unseen, this.#status?.room === undefined ? "" : this.#shown);
  }
}

function rowOf({ entry, own, mention }: Said): EntryRow {
  return { kind: "entry", entry, own, mention };
}
