/**
 * What the commands do.
 *
 * @module
 */
import { fold } from "../shared/names.ts";
import type { Moderate, ReportAbout, RoomList, Seq, ServerFrame, Welcome } from "../shared/protocol.ts";
import { cleanText, plural } from "../shared/text.ts";
import type { Connection } from "./connection.ts";
import type { Ignored } from "./ignored.ts";
import type { Input } from "./input.ts";
import { helpLines } from "./slash_commands.ts";
import type { Answer, Question, Requests } from "./requests.ts";
import type { OpenRooms } from "./rooms.ts";
import type { Deleted, Said } from "./changes.ts";
import type { Timeline } from "./timeline.ts";
import type { View } from "./views/view.ts";
import { numbered, whoIsHere } from "./views/wording.ts";

/** Messages of before that come with a room. */
const BACKLOG = 50;
/** Messages that a search brings at most. */
const FOUND = 20;

/** The settings that a person may change while they chat. */
export interface Settings {
  /** All of them, a line each. */
  list(): readonly string[];
  /** Changes one from here on and for the next time; says what it is now, or what is wrong. */
  set(key: string, value: string): string;
}

/** What outlives this run of the client: where we are with the server. */
export interface Memory {
  /** Whether what has no answer is sent by the next client of this name. */
  readonly keeps: boolean;
  welcomed(welcome: Welcome): void;
  renamed(name: string): void;
  entered(room: string): void;
  left(room: string): void;
  /** Everything of a room up to this entry has been shown. */
  saw(room: string, seq: Seq): void;
}

/** What commands act on. */
export interface CommandsParts {
  readonly connection: Connection;
  readonly view: View;
  readonly timeline: Timeline;
  readonly rooms: OpenRooms;
  readonly ignored: Ignored;
  readonly requests: Requests;
  readonly settings: Settings;
  readonly memory: Memory;
}

/** Carries out what a person asks for, apart from talking and leaving. */
export class Commands {
  readonly #parts: CommandsParts;
  /** The oldest entry shown of each room: what is asked for next comes before it. */
  readonly #oldest = new Map<string, number>();
  #epoch: string | undefined;
  #keeps = "";
  /** Rooms that the server named. */
  #heardOf: readonly string[] = [];

  constructor(parts: CommandsParts) {
    this.#parts = parts;
  }

  /** We are in, or back in: what we know of a history holds for that one only. */
  welcomed(welcome: Welcome): void {
    if (welcome.epoch !== this.#epoch) this.#oldest.clear();
    this.#epoch = welcome.epoch;
    this.#keeps = cleanText(welcome.keeps);
    this.#parts.memory.welcomed(welcome);
  }

  /** Notes that an entry was shown. */
  showed({ room, entry }: Said | Deleted): void {
    if (!this.#oldest.has(room)) this.#oldest.set(room, entry.seq);
    this.#parts.memory.saw(room, entry.seq);
  }

  /** What the server keeps, for people; empty before we are in. */
  get keeps(): string {
    return this.#keeps;
  }

  /** Rooms that could be meant. */
  knownRooms(): Iterable<string> {
    return new Set([...this.#parts.rooms.list.map(({ name }) => name), ...this.#heardOf]);
  }

  act(input: Exclude<Input, { kind: "leave" | "say" }>): void {
    const { view, timeline, rooms, ignored, settings } = this.#parts;
    switch (input.kind) {
      case "join":
        return this.#join(input.room);
      case "part":
        return this.#part(input.room ?? rooms.current);
      case "switch":
        return this.#switch(input.to);
      case "rooms":
        return this.#ask({ kind: "rooms" }, "rooms", (list) => this.#list(list));
      case "who":
        return this.#who();
      case "topic":
        return this.#topic(input.text);
      case "nick":
        return this.#ask({ kind: "nick", name: input.name }, "done", ({ text }) => view.notice(cleanText(text)));
      case "away":
      case "back":
        return this.#ask(input.kind === "away" ? { kind: "away", text: input.text } : { kind: "away" }, "done", ({ text }) => {
          view.notice(cleanText(text));
        });
      case "ignore":
        return this.#ignore(input.name);
      case "unignore":
        return view.notice(
          ignored.delete(input.name) ? `You see ${cleanText(input.name)} again` : `${cleanText(input.name)} was not ignored`,
        );
      case "history":
        return this.#history(input.limit);
      case "numbers":
        return this.#numbers(input.limit);
      case "delete":
        // Everybody hears of it, we too.
        return this.#ask({ kind: "delete", room: input.room ?? rooms.current, seq: input.seq ?? 0 }, "entry", () => {});
      case "search":
        return this.#search(input.words);
      case "clear":
        return view.clear();
      case "set":
        if (input.key !== undefined) return view.notice(settings.set(input.key, input.value));
        return settings.list().forEach((line) => view.notice(line));
      case "help":
        return [...helpLines(timeline.role), `Kept: ${this.#keeps}`].forEach((line) => view.notice(line));
      case "moderate":
        return this.#moderate(input.frame);
      case "report":
        return this.#report(input.about);
      case "wrong":
        view.notice(cleanText(input.why));
        return view.giveBack(input.line, rooms.current);
    }
  }

  #join(room: string): void {
    const { timeline, rooms, memory } = this.#parts;
    if (timeline.room(room)) return this.#enter(room);
    this.#ask({ kind: "join", room, backlog: BACKLOG }, "members", (snapshot) => {
      timeline.entered(snapshot);
      rooms.enter(snapshot.room);
      memory.entered(snapshot.room);
      this.#enter(snapshot.room, true);
    });
  }

  #part(room: string): void {
    const { view, timeline, rooms, memory } = this.#parts;
    if (!timeline.room(room)) return view.notice(`You are not in #${room}`);
    if (rooms.list.length === 1) return view.notice(`#${cleanText(room)} is the only room that you are in; /quit leaves the chat`);
    this.#ask({ kind: "part", room }, "done", ({ text }) => {
      view.notice(cleanText(text));
      timeline.left(room);
      memory.left(room);
      this.#oldest.delete(room);
      const next = rooms.leave(room);
      if (next !== undefined) this.#enter(next, true);
    });
  }

  #switch(to: string): void {
    const { view, rooms } = this.#parts;
    const room = rooms.find(to);
    if (room !== undefined) return this.#enter(room);
    const list = rooms.list.map(({ number, name }) => `${number} #${cleanText(name)}`).join(", ");
    view.notice(
      /^\d+$/.test(to) ? `You have ${plural(rooms.list.length, "room")}: ${list}` : `You are not in #${to}; /join ${to} goes there`,
    );
  }

  /** @param answered Whether the server was asked first, which takes a while. */
  #enter(room: string, answered = false): void {
    const { view, timeline, rooms, ignored } = this.#parts;
    const { changes, ...shown } = rooms.show(room);
    // What is left out is what is older from here on.
    if (shown.leftOut > 0) this.#oldest.delete(room);
    const heard = changes.filter((change) => !ignored.covers(change));
    for (const change of heard) if (change.kind === "said" || change.kind === "deleted") this.showed(change);
    view.enter(timeline.room(room)!, { ...shown, changes: heard }, answered);
  }

  #ignore(name: string): void {
    const { view, timeline, ignored } = this.#parts;
    if (fold(name) === fold(timeline.nick)) return view.notice("That is you");
    ignored.add(name);
    view.notice(`You see nothing of ${cleanText(name)} any more; /unignore ${cleanText(name)} ends that`);
  }

  #list({ rooms }: RoomList): void {
    const { view } = this.#parts;
    this.#heardOf = rooms.map(({ room }) => room);
    for (const { room, total, topic } of rooms) {
      view.notice(`#${cleanText(room)}  ${total} here${topic === "" ? "" : `  ${cleanText(topic)}`}`);
    }
  }

  #who(): void {
    const { view, timeline, rooms } = this.#parts;
    const room = timeline.room(rooms.current);
    view.notice(room ? whoIsHere(room, timeline.nick) : NOT_CONNECTED);
  }

  #topic(text: string | undefined): void {
    const { view, timeline, rooms: { current } } = this.#parts;
    if (text !== undefined) return this.#ask({ kind: "topic", room: current, text }, "entry", () => {});
    const topic = timeline.room(current)?.topic ?? "";
    const room = `#${cleanText(current)}`;
    view.notice(topic === "" ? `${room} has no topic; /topic TEXT gives it one` : `The topic of ${room} is: ${cleanText(topic)}`);
  }

  #history(limit: number): void {
    const { view, rooms: { current }, ignored } = this.#parts;
    const before = this.#oldest.get(current);
    this.#ask({ kind: "history", room: current, limit, ...before === undefined ? {} : { before } }, "page", ({ entries }) => {
      const [first] = entries;
      if (first === undefined) return view.notice(`There is nothing older in #${cleanText(current)}`);
      this.#oldest.set(current, first.seq);
      const heard = entries.filter(({ by }) => !ignored.has(by));
      view.old({ title: plural(heard.length, "older message"), entries: heard });
    });
  }

  #numbers(limit: number): void {
    const { view, rooms: { current }, ignored } = this.#parts;
    this.#ask({ kind: "history", room: current, limit }, "page", ({ entries }) => {
      if (entries.length === 0) return view.notice(`Nothing was said in #${cleanText(current)} yet`);
      for (const entry of entries) if (!ignored.has(entry.by)) view.notice(numbered(entry));
    });
  }

  #search(words: string): void {
    const { view, rooms: { current }, ignored } = this.#parts;
    const room = `#${cleanText(current)}`;
    this.#ask({ kind: "search", room: current, words, limit: FOUND }, "page", ({ entries, more }) => {
      const heard = entries.filter(({ by }) => !ignored.has(by));
      if (heard.length === 0) {
        const none = `Nothing in ${room} has ${JSON.stringify(words)} in it`;
        return view.notice(more ? `${none}, as far back as could be looked in time` : none);
      }
      const found = `${more ? "The newest " : ""}${plural(heard.length, "message")}`;
      view.old({ title: `${found} in ${room} with ${JSON.stringify(words)}`, entries: heard });
    });
  }

  #moderate(frame: Omit<Moderate, "kind" | "ref">): void {
    const here = frame.act === "slow" || frame.act === "readonly" ? { room: this.#parts.rooms.current } : {};
    const isTold = this.#isToldHere(frame);
    this.#ask({ kind: "moderate", ...frame, ...here }, "done", ({ text }) => {
      const told = isTold ? moreThanTold(frame.act, text) : text;
      if (told !== undefined) this.#parts.view.notice(cleanText(told));
    });
  }

  /** Whether the room shown is told of an act, and nobody has to be told twice. */
  #isToldHere({ act, target = "" }: Pick<Moderate, "act" | "target">): boolean {
    const { timeline, rooms } = this.#parts;
    if (act === "slow" || act === "readonly" || act === "announce") return true;
    if (act === "claim" || act === "unban") return false;
    const members = timeline.room(rooms.current)?.members.values() ?? [];
    return [...members].some(({ nick }) => fold(nick) === fold(target));
  }

  #report(about: ReportAbout): void {
    const { view } = this.#parts;
    this.#ask({ kind: "report", about }, "report", ({ lines }) => {
      if (lines.length === 0) view.notice(about === "bans" ? "Nobody and nothing is held back" : "Nothing was done yet");
      for (const line of lines) view.notice(cleanText(line));
    });
  }

  /** Asks the server; what it answers otherwise than hoped is told. */
  #ask<K extends ServerFrame["kind"]>(question: Question, hoped: K, then: (answer: Extract<ServerFrame, { kind: K }>) => void): void {
    const { view, requests } = this.#parts;
    requests.ask(question, (answer) => {
      if (answer?.kind === hoped) then(answer as Extract<ServerFrame, { kind: K }>);
      else view.notice(why(answer));
    });
  }
}

/** What an answer says more than the room is told: whom a ban reaches, which stands in brackets at its end, and who else had the name. */
function moreThanTold(act: Moderate["act"], text: string): string | undefined {
  // There may be more: told twice is better than not at all.
  if (act === "kick" || act === "mute") return / \(|; /.test(text) ? text : undefined;
  if (act !== "ban") return undefined;
  const [, reach] = text.match(/ \(([^()]+)\)$/) ?? [];
  return reach === undefined ? text : `The ban holds for ${reach}`;
}

const NOT_CONNECTED = "Not connected; try again when the connection is back";

function why(answer: Answer): string {
  if (answer === undefined) return NOT_CONNECTED;
  return "text" in answer && typeof answer.text === "string" ? cleanText(answer.text) : "The server answered something else";
}
