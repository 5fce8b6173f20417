/**
 * The past of the room shown, page by page: asked of the server as somebody scrolls.
 *
 * @module
 */
import { fold } from "../../shared/names.ts";
import type { Entry, Seq } from "../../shared/protocol.ts";
import { isForUs, mentionOf } from "../mentions.ts";
import type { Requests } from "../requests.ts";
import type { EntryRow, RoomLog } from "./room_log.ts";

/** Entries that are loaded at a time. */
const PAGE = 50;

/** The room whose past is asked for. */
export interface PagesOf {
  readonly room: string;
  readonly log: RoomLog;
  /** Our name. */
  readonly nick: string;
}

/** Loads pages into a log, one at a time. */
export class Pages {
  readonly #requests: Requests;
  /** The room shown; `undefined` while nothing can be asked. */
  readonly #shown: () => PagesOf | undefined;
  #loading: "page" | "latest" | undefined;
  /** Counts what was asked, so that only the newest question's answer is used. */
  #asked = 0;

  constructor(requests: Requests, shown: () => PagesOf | undefined) {
    this.#requests = requests;
    this.#shown = shown;
  }

  /** Another room or another connection: what is on its way is not waited for. */
  reset(): void {
    this.#loading = undefined;
    this.#asked++;
  }

  /** The page before what is held. @param then Is called when it is there. */
  older(then: () => void): void {
    const oldest = this.#shown()?.log.oldest;
    this.#ask(oldest === undefined ? {} : { before: oldest }, (log, rows, more) => {
      log.older(rows, more);
      then();
    });
  }

  /** The page after what is held. */
  newer(then: () => void): void {
    this.#ask({ after: this.#shown()?.log.newest ?? 0 }, (log, rows, more) => {
      log.newer(rows, more);
      log.trimStart();
      then();
    });
  }

  /** The newest page, instead of what is held. @param otherwise Is called when it cannot be had now. */
  latest(then: () => void, otherwise: () => void): void {
    // Everybody who wants it is content with one.
    if (this.#loading === "latest") return;
    this.reset();
    this.#ask({}, (log, rows, more) => {
      log.restart(rows, { more, newest: true });
      then();
    }, { loading: "latest", otherwise });
  }

  /** An entry and those around it, instead of what is held. */
  around(seq: Seq, then: () => void): void {
    this.reset();
    this.#ask({ before: seq + PAGE / 2 }, (log, rows, more) => {
      log.restart(rows, { more, newest: false });
      then();
    });
  }

  #ask(
    where: { readonly before?: Seq; readonly after?: Seq },
    then: (log: RoomLog, rows: EntryRow[], more: boolean) => void,
    { loading = "page", otherwise = () => {} }: { readonly loading?: "page" | "latest"; readonly otherwise?: () => void } = {},
  ): void {
    const shown = this.#shown();
    if (this.#loading !== undefined) return;
    if (shown === undefined) return otherwise();
    this.#loading = loading;
    const asked = ++this.#asked;
    this.#requests.ask({ kind: "history", room: shown.room, limit: PAGE, ...where }, (answer) => {
      if (asked !== this.#asked) return;
      this.#loading = undefined;
      if (answer?.kind === "page") then(shown.log, answer.entries.map((entry) => rowOf(entry, shown.nick)), answer.more);
      else otherwise();
    });
  }
}

function rowOf(entry: Entry, nick: string): EntryRow {
  const own = fold(entry.by) === fold(nick);
  return { kind: "entry", entry, own, mention: !own && isForUs(entry, mentionOf(nick)) };
}
