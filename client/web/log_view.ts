/// <reference lib="dom" />
/**
 * The log on the page: keeps what is read where it is while things come and go above and below.
 *
 * @module
 */
import type { Entry, Say, Seq } from "../../shared/protocol.ts";
import { plural } from "../../shared/text.ts";
import { byId, element } from "./elements.ts";
import { logItems } from "./log_items.ts";
import { itemElement, type MessageContext } from "./message.ts";
import type { RoomLog } from "./room_log.ts";

/** How near the end counts as being there, and how near the ends more is loaded, in CSS pixels. */
const AT_END = 40;
const NEAR = 600;

/** What the log asks for. */
export interface LogWishes {
  older(): void;
  newer(): void;
  /** To the newest messages. */
  latest(): void;
}

/** A message by which the eye holds on. */
interface Anchor {
  readonly seq: Seq;
  readonly bottom: number;
}

/** Shows one {@link RoomLog} at a time. */
export class LogView {
  readonly #scroller = byId("log", HTMLElement);
  readonly #jump = byId("latest", HTMLButtonElement);
  readonly #wishes: LogWishes;
  readonly #hides: (entry: Entry) => boolean;
  readonly #elements = new Map<string, HTMLElement>();
  #log: RoomLog;
  #following = true;
  /** Where the log was scrolled to when we last looked. */
  #top = 0;
  /** Messages below the part in sight that came since somebody scrolled up. */
  #below = 0;
  #looks = "";

  /** @param hides Whose messages nobody wants to see. */
  constructor(log: RoomLog, wishes: LogWishes, hides: (entry: Entry) => boolean) {
    this.#hides = hides;
    this.#log = log;
    this.#wishes = wishes;
    this.#scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.#jump.addEventListener("click", () => wishes.latest());
    new ResizeObserver(() => this.#settle()).observe(this.#scroller);
  }

  /** Whether the newest message is in sight. */
  get following(): boolean {
    return this.#following && this.#log.attached;
  }

  /** The first message in sight. */
  get visible(): Seq | undefined {
    return this.#anchor()?.seq;
  }

  /** Shows another log, from its end. */
  open(log: RoomLog): void {
    this.#log = log;
    this.#elements.clear();
    this.#scroller.replaceChildren();
    this.toEnd();
  }

  /** Counts a message that came out of sight. */
  missed(): void {
    if (!this.following) this.#below++;
  }

  /** Brings the page up to date. */
  render(context: MessageContext, pending: readonly Say[]): void {
    const shown = this.#log.attached ? pending : [];
    const rows = this.#log.rows.filter((row) => row.kind !== "entry" || row.own || !this.#hides(row.entry));
    const items = logItems(rows, { readTo: this.#log.readTo, pending: shown, dayOf });
    // What every message looks like by: with another one, all are made anew.
    const looks = `${context.nick} ${context.keepsOrder} ${JSON.stringify([...context.roles])}`;
    if (looks !== this.#looks) this.#elements.clear();
    this.#looks = looks;
    const anchor = this.#anchor();
    const kept = new Set<string>();
    let next = this.#scroller.firstElementChild;
    for (const item of items) {
      // Only what has no answer looks different without a connection.
      const key = item.kind === "pending" ? `${item.key} ${context.online}` : item.key;
      kept.add(key);
      let made = this.#elements.get(key);
      if (made === undefined) this.#elements.set(key, made = itemElement(item, context));
      if (made === next) next = next.nextElementSibling;
      else this.#scroller.insertBefore(made, next);
    }
    while (next !== null) {
      const gone = next;
      next = next.nextElementSibling;
      gone.remove();
    }
    for (const key of this.#elements.keys()) if (!kept.has(key)) this.#elements.delete(key);
    if (items.length === 0 && this.#log.silent) {
      this.#scroller.append(element("p", { class: "note", text: "Nothing has been said here yet." }));
    }
    this.#restore(anchor);
    this.#settle();
  }

  /** Scrolls to the end and stays there. */
  toEnd(): void {
    this.#following = true;
    this.#settle();
  }

  /** Shows one message in the middle. */
  point(seq: number): void {
    const found = this.#scroller.querySelector<HTMLElement>(`[data-seq="${seq}"]`);
    if (found === null) return;
    this.#following = false;
    found.scrollIntoView({ block: "center" });
    found.classList.add("found");
    this.#tellBelow();
  }

  /** Asks for more where the end of what is held is near. */
  fill(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    if (scrollTop < NEAR && !this.#log.complete) this.#wishes.older();
    else if (scrollHeight - scrollTop - clientHeight < NEAR && !this.#log.attached) this.#wishes.newer();
  }

  #scrolled(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const atEnd = scrollHeight - scrollTop - clientHeight < AT_END && this.#log.attached;
    // Only a person scrolls up; what grows and shrinks around the log never does.
    this.#following = atEnd || (this.#following && scrollTop >= this.#top);
    this.#top = scrollTop;
    this.#tellBelow();
    this.fill();
  }

  #settle(): void {
    if (this.#following && this.#log.attached) this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#top = this.#scroller.scrollTop;
    this.#tellBelow();
  }

  #tellBelow(): void {
    if (this.following) this.#below = 0;
    this.#jump.hidden = this.following;
    this.#jump.textContent = this.#below === 0 ? "To the newest ↓" : `${plural(this.#below, "new message")} ↓`;
  }

  /** The first message in sight, and where it stands. */
  #anchor(): Anchor | undefined {
    const top = this.#scroller.getBoundingClientRect().top;
    for (const child of this.#scroller.querySelectorAll<HTMLElement>("[data-seq]")) {
      const box = child.getBoundingClientRect();
      if (box.bottom > top) return { seq: Number(child.dataset.seq), bottom: box.bottom };
    }
    return undefined;
  }

  #restore(anchor: Anchor | undefined): void {
    const found = anchor && this.#scroller.querySelector(`[data-seq="${anchor.seq}"]`);
    if (found && !this.#following) this.#scroller.scrollTop += found.getBoundingClientRect().bottom - anchor.bottom;
  }
}

function dayOf(at: number): string {
  return new Date(at).toDateString();
}
