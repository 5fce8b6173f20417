/// <reference lib="dom" />
/**
 * What the page remembers of the server and of itself, in the browser's store, for the time after a reload.
 *
 * 1. What was said is written down before it is sent; the rest at most a second later, and when the page is hidden.
 * 2. An entry counts as seen when it was shown on a page that somebody looks at. What was not seen comes again after a reload, as unread.
 *
 * @module
 */
import type { Seq, Welcome } from "../../shared/protocol.ts";
import type { Memory } from "../commands.ts";
import { newSecret } from "../ref.ts";
import type { Resumable } from "../resumption.ts";
import { LeftOff } from "../state/left_off.ts";
import type { Seen } from "../timeline.ts";
import type { Keeper, SayWithRef } from "../unacknowledged.ts";
import { parseSaved, type Saved } from "./saved.ts";

const KEY = "chat";
const SAVE_MS = 1_000;

/** Of a browser, for the server that the page came from. */
export class PageMemory implements Memory, Keeper {
  readonly unsent: readonly SayWithRef[];
  readonly #leftOff: LeftOff;
  readonly #unsent: Map<string, SayWithRef>;
  /** Shown, but nobody was looking. */
  readonly #unseen = new Map<string, Seq>();
  #saved: Saved;
  #token: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #keeps = true;
  #stopped = false;

  constructor() {
    this.#saved = parseSaved(this.#read(), newSecret());
    const { name, session, unsent } = this.#saved;
    this.#leftOff = new LeftOff(session && { name: name ?? "", at: 0, ...session });
    this.#token = session?.token;
    this.unsent = unsent;
    this.#unsent = new Map(unsent.map((say) => [say.ref, say]));
    this.#save();
    addEventListener("pagehide", () => this.#save());
    document.addEventListener("visibilitychange", () => document.hidden ? this.#save() : this.looked());
    addEventListener("focus", () => this.looked());
  }

  get keeps(): boolean {
    return this.#keeps;
  }

  get saved(): Saved {
    return this.#saved;
  }

  /** The history that we are in. */
  get epoch(): string | undefined {
    return this.#leftOff.known(0)?.epoch;
  }

  /** What was seen of the server before, where anything was. */
  get seen(): (Seen & Resumable & { readonly rooms: readonly string[] }) | undefined {
    return this.#saved.session;
  }

  /** Changes what else is remembered. */
  set(changes: Partial<Pick<Saved, "name" | "left" | "room" | "drafts" | "sound" | "notifications">>): void {
    this.#saved = { ...this.#saved, ...changes };
    this.#saveSoon();
  }

  said(say: SayWithRef): void {
    this.#unsent.set(say.ref, say);
    this.#save();
  }

  answered(ref: string): void {
    this.#unsent.delete(ref);
    this.#saveSoon();
  }

  welcomed(welcome: Welcome): void {
    this.#leftOff.welcomed(welcome);
    this.#token = welcome.token;
    this.#saved = { ...this.#saved, name: welcome.nick, left: false };
    // The old token does not hold for long.
    this.#save();
  }

  renamed(name: string): void {
    this.#leftOff.renamed(name);
    this.set({ name });
  }

  entered(room: string): void {
    this.#leftOff.entered(room);
    this.#saveSoon();
  }

  left(room: string): void {
    this.#leftOff.left(room);
    this.#saveSoon();
  }

  saw(room: string, seq: Seq): void {
    this.#unseen.set(room, seq);
    if (isLookedAt()) this.looked();
  }

  /** Somebody looks at the page. */
  looked(): void {
    for (const [room, seq] of this.#unseen) this.#leftOff.saw(room, seq);
    this.#unseen.clear();
    this.#saveSoon();
  }

  /** Forgets the session, and what was not said yet: we have left, and whoever comes next may be somebody else. */
  forget(): void {
    this.#token = undefined;
    this.#unsent.clear();
    this.set({ left: true, drafts: {} });
    this.stop();
  }

  /** Writes for the last time: another page goes on from here. */
  stop(): void {
    this.#save();
    this.#stopped = true;
  }

  #saveSoon(): void {
    this.#timer ??= setTimeout(() => this.#save(), SAVE_MS);
  }

  #save(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#stopped) return;
    const known = this.#leftOff.known(Date.now());
    const session = known ? { epoch: known.epoch, token: this.#token, rooms: known.rooms, cursors: known.cursors } : this.#saved.session;
    this.#saved = { ...this.#saved, session, unsent: [...this.#unsent.values()] };
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#saved));
    } catch {
      this.#keeps = false; // A browser that lends us no store, or a full one: the page works until it is closed.
    }
  }

  #read(): string | null {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // As above.
    }
  }
}

/** Whether somebody has the page before them. */
export function isLookedAt(): boolean {
  return !document.hidden && document.hasFocus();
}
