/// <reference lib="dom" />
/**
 * The page as a view of the client: what happens goes into the rooms' logs and from there onto the page, once a frame.
 *
 * @module
 */
import type { Bye, Entry, Say } from "../../shared/protocol.ts";
import { cleanText, plural } from "../../shared/text.ts";
import type { Ignored } from "../ignored.ts";
import type { Input } from "../input.ts";
import { parseInput } from "../slash_commands.ts";
import type { Requests } from "../requests.ts";
import type { Shown } from "../rooms.ts";
import type { Change, Deleted, Room, Said } from "../changes.ts";
import type { Bell } from "../views/bell.ts";
import type { Names, OldEntries, Status, View } from "../views/view.ts";
import { sentence } from "../views/wording.ts";
import type { Attention } from "./attention.ts";
import { Composer } from "./composer.ts";
import { Dialogs } from "./dialogs.ts";
import type { Ending } from "./ending.ts";
import { LogPane } from "./log_pane.ts";
import type { NameForm } from "./name_form.ts";
import { OrderDialog } from "./order_dialog.ts";
import { PageHead } from "./page_head.ts";
import { isLookedAt, type PageMemory } from "./page_memory.ts";
import { Roles } from "./roles.ts";
import { Sidebars } from "./sidebars.ts";

/** What the view is made of. */
export interface PageViewParts {
  readonly memory: PageMemory;
  readonly requests: Requests;
  readonly ignored: Ignored;
  readonly attention: Attention;
  readonly bell: Bell;
  readonly nameForm: NameForm;
  /** The room to begin with. */
  readonly room: string;
}

/** The chat page. */
export class PageView implements View {
  readonly gone: Promise<unknown> = new Promise(() => {});
  readonly #parts: PageViewParts;
  readonly #pane: LogPane;
  readonly #head: PageHead;
  readonly #composer: Composer;
  readonly #sidebars: Sidebars;
  readonly #dialogs: Dialogs;
  readonly #order: OrderDialog;
  readonly #roles = new Roles();
  readonly #inputs: Input[] = [];
  #wanted = Promise.withResolvers<void>();
  #status: Status | undefined;
  #pending: readonly Say[] = [];
  #epoch: string | undefined;
  /** Why there is no connection. */
  #lost: string | undefined;
  /** Messages that came into the room shown while nobody looked. */
  #unseen = 0;
  #drawing = false;
  #ended: { readonly ending: Ending; readonly text?: string } | undefined;

  constructor(parts: PageViewParts) {
    this.#parts = parts;
    const { memory, requests, ignored, room } = parts;
    this.#pane = new LogPane(room, {
      requests,
      ignored,
      asker: () => this.#status?.online && this.#status.room !== undefined ? this.#nick : undefined,
      draw: () => this.#draw(),
      drawNow: () => this.#drawNow(),
    });
    this.#head = new PageHead((words) => this.#want({ kind: "search", words }));
    this.#composer = new Composer(room, {
      drafts: memory.saved.drafts,
      submit: (text) => this.#submit(text),
      keep: (drafts) => memory.set({ drafts }),
    });
    this.#order = new OrderDialog((input) => this.#want(input));
    this.#sidebars = new Sidebars((input) => this.#want(input), (member) => this.#order.open(member, this.#status?.role));
    this.#dialogs = new Dialogs((input) => this.#want(input));
    this.#listen();
  }

  /** Why the chat is over here, where the server said so. */
  get ended(): { readonly ending: Ending; readonly text?: string } | undefined {
    return this.#ended;
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
        this.#here();
        break;
      case "said":
        this.#said(change);
        break;
      case "deleted":
        this.#deleted(change);
        break;
      case "failed":
        this.#failed(change);
        break;
      case "notice":
        this.#note(sentence(change), this.#pane.room);
        this.#parts.attention.tell(sentence(change)!);
        break;
      case "lost":
        this.#lost = cleanText(change.why);
        this.#parts.nameForm.tell(`Not connected (${this.#lost}). Trying again…`);
        break;
      case "bye":
        this.#bye(change);
        break;
      case "backlog":
      case "quiet":
        break;
      case "live":
        this.#pane.reconnected();
        break;
      default:
        this.#note(sentence(change), "room" in change ? change.room : this.#pane.room);
    }
    this.#draw();
  }

  enter({ name }: Room, missed: Shown): void {
    this.#open(name);
    this.#pane.fill(missed);
    this.#parts.memory.set({ room: name });
    if (matchMedia("(hover: hover)").matches) this.#composer.focus();
    this.#draw();
  }

  old(page: OldEntries): void {
    this.#dialogs.found(page, this.#nick, (entry) => {
      if (entry.room === this.#pane.room) this.#pane.point(entry);
    });
  }

  notice(text: string): void {
    this.#pane.answer(text);
    this.#parts.attention.tell(text);
    this.#draw();
  }

  ring(): void {
    const { memory: { saved }, attention, bell } = this.#parts;
    // As seldom as in a terminal; a page has nothing to write for it.
    if (isLookedAt() || bell.ring() === "") return;
    if (saved.sound) attention.ring();
    if (saved.notifications) attention.notify("Somebody says your name");
  }

  clear(): void {
    this.#pane.clear();
    this.#draw();
  }

  status(status: Status): void {
    this.#status = status;
    const { room, rooms } = status;
    if (room !== undefined) this.#pane.keep(new Set(rooms.map(({ name }) => name)));
    if (room !== undefined && room.name !== this.#pane.room) this.#open(room.name);
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

  #listen(): void {
    document.addEventListener("visibilitychange", () => this.#looked());
    addEventListener("focus", () => this.#looked());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.#sidebars.close()) event.preventDefault();
      else if (event.altKey && /^Digit[1-9]$/.test(event.code) && document.querySelector("dialog[open]") === null) {
        event.preventDefault();
        this.#want({ kind: "switch", to: event.code.slice(-1) });
      }
    });
  }

  #want(input: Input): void {
    if (input.kind === "leave" && !this.#mayLeave()) return;
    this.#inputs.push(input);
    this.#wanted.resolve();
    this.#wanted = Promise.withResolvers();
  }

  /** Whether nothing is lost with us, or somebody says that it may be. */
  #mayLeave(): boolean {
    const { length } = this.#pending;
    if (length === 0) return true;
    return confirm(
      length === 1 ? "1 message is not sent yet. Leave without it?" : `${plural(length, "message")} are not sent yet. Leave without them?`,
    );
  }

  #submit(text: string): void {
    const input = parseInput(text);
    if (input === undefined) return;
    if (input.kind === "help") return this.#dialogs.help();
    if (input.kind === "say") {
      this.#pane.read();
      this.#pane.latest();
    }
    this.#want(input);
  }

  #here(): void {
    const { memory, nameForm } = this.#parts;
    const first = this.#epoch === undefined;
    if (!first && this.#epoch !== memory.epoch) this.#pane.forget();
    this.#epoch = memory.epoch;
    this.#lost = undefined;
    this.#pane.reconnected();
    nameForm.hide();
    if (first) this.#composer.focus();
  }

  #open(room: string): void {
    if (room === this.#pane.room && this.#status?.room !== undefined && this.#status.room.name === room) return this.#pane.toEnd();
    this.#unseen = 0;
    this.#composer.open(room);
    this.#pane.open(room);
  }

  #said(change: Said): void {
    const { entry, own, past } = change;
    const looked = isLookedAt();
    this.#pane.said(change, looked);
    if (own || past || entry.type === "tombstone") return;
    if (!looked) this.#unseen++;
    const { attention } = this.#parts;
    if (entry.type === "said") attention.tell(`${cleanText(entry.by)}: ${cleanText(entry.text)}`);
    if (entry.type === "announcement") attention.tell(sentence(change)!);
  }

  #failed(change: Extract<Change, { kind: "failed" }>): void {
    const { say, why } = change;
    const told = sentence(change)!;
    this.#pane.failed(say, why);
    if (say.room !== this.#pane.room) this.#pane.answer(`#${cleanText(say.room)}: ${told}`);
    this.#parts.attention.tell(told);
    this.giveBack(say.text, say.room);
  }

  #deleted(change: Deleted): void {
    const { attention } = this.#parts;
    const was = this.#pane.deleted(change);
    if (was === "unread" && change.room === this.#pane.room) this.#unseen = Math.max(0, this.#unseen - 1);
    this.#dialogs.deleted(change);
    if (was === undefined) return;
    attention.forget();
    attention.tell(sentence(change)!);
  }

  #bye({ reason, text }: Bye): void {
    if (reason === "replaced") this.#ended = { ending: reason };
    if (reason === "kicked" || reason === "banned") this.#ended = { ending: reason, text };
  }

  #note(text: string | undefined, room: string): void {
    if (text !== undefined) this.#pane.note(text, room);
  }

  #looked(): void {
    if (!isLookedAt()) return;
    this.#unseen = 0;
    this.#pane.looked();
    this.#draw();
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
    const { nick = "", online = false, room, rooms = [], role } = this.#status ?? {};
    const shown = this.#pane.room;
    const context = {
      nick,
      online,
      roles: this.#roles.in(room),
      giveBack: (text: string) => this.giveBack(text, shown),
      delete: (entry: Entry) => this.#dialogs.confirmDeletion(entry),
      keepsOrder: role !== undefined,
    };
    this.#pane.render(context, this.#pending);
    this.#head.show(shown, this.#status, this.#lost);
    this.#sidebars.rooms(rooms, shown);
    this.#sidebars.people(room, nick);
    if (this.#status) this.#dialogs.status(this.#status);
  }

  #drawAround(): void {
    const elsewhere = (this.#status?.rooms ?? []).reduce((sum, { name, unread }) => sum + (name === this.#pane.room ? 0 : unread), 0);
    this.#parts.attention.show(elsewhere + this.#unseen, this.#status?.room === undefined ? "" : this.#pane.room);
  }
}
