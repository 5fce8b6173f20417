import { assertEquals } from "@std/assert";
import { Ignored } from "../../../client/ignored.ts";
import type { Room } from "../../../client/changes.ts";
import type { ConnectionEvent } from "../../../client/events.ts";
import { Requests } from "../../../client/requests.ts";
import { PageView, type PageViewParts } from "../../../client/web/page_view.ts";
import type { Status } from "../../../client/views/view.ts";
import type { AskHistory, Entry } from "../../../shared/protocol.ts";
import { Bell } from "../../../client/views/bell.ts";
import { FakeClock } from "../fake_clock.ts";
import { message, said } from "../fake_server.ts";
import type { Attention } from "../../../client/web/attention.ts";
import type { PageMemory } from "../../../client/web/page_memory.ts";
import { MOST_ROWS } from "../../../client/web/room_log.ts";
import { page } from "./fake_dom.ts";

/** Somebody at the page in a room, and a server that keeps `kept`. */
class Reader {
  readonly view: PageView;
  readonly told: string[] = [];
  /** What the server was asked for. */
  readonly asked: AskHistory[] = [];
  readonly #requests: Requests;
  readonly #kept: readonly Entry[];
  readonly #room: string;

  constructor(kept: readonly Entry[] = [], more: Partial<PageViewParts> = {}, welcomed = true) {
    page.reset();
    this.#kept = kept;
    this.#room = more.room ?? "lobby";
    this.#requests = new Requests((frame) => this.asked.push(frame as AskHistory) > 0);
    const parts = {
      memory: { saved: { drafts: {}, sound: true, notifications: false }, epoch: "e1", set() {} },
      requests: this.#requests,
      ignored: new Ignored(),
      attention: { show() {}, forget() {}, tell: (text: string) => void this.told.push(text) },
      bell: new Bell(new FakeClock()),
      nameForm: { hide() {}, tell() {} },
      room: this.#room,
      ...more,
    };
    this.view = new PageView(parts as unknown as PageViewParts);
    if (welcomed) this.welcome();
  }

  welcome(): void {
    this.view.show({ kind: "here", nick: "bob", again: false, rooms: [] });
    this.status();
    this.answer();
  }

  status(more: Partial<Status> = {}): void {
    const room: Room = { name: this.#room, topic: "", cursor: 0, total: 1, members: new Map() };
    const rooms = [{ number: 1, name: "lobby", unread: 0, mentioned: false }, { number: 2, name: "dev", unread: 0, mentioned: false }];
    this.view.status({ nick: "bob", room, rooms, online: true, quietMs: 0, queued: 0, away: false, keeps: "", ...more });
  }

  /** Draws, and gives the pages that are asked for meanwhile until there is nothing more to ask. */
  answer(): void {
    page.draw();
    for (; this.asked.length > 0; page.draw()) {
      const { ref, before = Infinity, after = 0, limit } = this.asked.shift()!;
      const all = this.#kept.filter(({ seq }) => seq > after && seq < before);
      const entries = after > 0 ? all.slice(0, limit) : all.slice(-limit);
      this.#requests.hear({ kind: "page", ref: ref!, room: this.#room, entries, more: all.length > limit });
    }
  }

  /** Reads what was said before and around an entry. */
  read(entry: Entry): void {
    this.view.old({ title: "found", entries: [entry] });
    page.get("found-list").querySelectorAll("button")[0].click();
    page.draw();
    this.answer();
  }

  /** The connection breaks: what was asked is not answered. */
  cut(): void {
    this.#requests.hear({ kind: "lost", why: "cut" } as ConnectionEvent);
    this.status({ online: false });
  }

  /** Writes something and sends it. */
  type(text: string): void {
    page.get("text").value = text;
    page.submit("composer");
  }

  /** The log's rows, their times apart. */
  get rows(): string[] {
    return page.get("log").children.map((row) => (row.querySelectorAll("p").at(-1) ?? row).textContent);
  }
}

/** 1,000 messages. */
const LONG = Array.from({ length: 1_000 }, (_, i) => said("eve", `said ${i + 1}`, i + 1));

Deno.test("PageView begins in the room that it is given, and asks for no other", async () => {
  const reader = new Reader([], { room: "dev" }, false);
  reader.view.pending([{ kind: "say", ref: "r1", room: "dev", text: "waits" }]);
  page.draw();
  assertEquals([page.get("room-name").textContent, page.get("text").placeholder], ["#dev", "Message to #dev"]);
  assertEquals(reader.rows, ["Waits for the connection"]);
  reader.welcome();
  reader.type("hi");
  assertEquals((await reader.view.inputs().next()).value, { kind: "say", text: "hi" });
});

Deno.test("PageView shows what a command answers where old pages are read: at the end, below the newest message", () => {
  const reader = new Reader(LONG);
  reader.read(LONG[100]);
  assertEquals(reader.rows.includes("said 1000"), false);
  for (const text of ["one", "two"]) reader.view.notice(text);
  assertEquals(reader.asked.length, 1);
  reader.answer();
  assertEquals(reader.rows.slice(-3), ["said 1000", "one", "two"]);
});

Deno.test("PageView shows what a command answers where old pages are read and there is no connection", () => {
  const reader = new Reader(LONG);
  reader.read(LONG[100]);
  reader.status({ online: false });
  reader.view.notice("Not connected");
  page.draw();
  assertEquals(reader.rows, ["Not connected"]);
  reader.status();
  reader.answer();
  assertEquals(reader.rows.slice(-2), ["said 1000", "Not connected"]);
});

Deno.test("PageView shows what a command answers where the connection breaks before the newest messages have come", () => {
  const reader = new Reader(LONG);
  reader.read(LONG[100]);
  reader.view.notice("Not connected");
  reader.cut();
  page.draw();
  assertEquals(reader.rows, ["Not connected"]);
});

Deno.test("PageView.clear leaves the page empty, and what comes is shown", () => {
  const reader = new Reader(LONG.slice(0, 3));
  assertEquals(reader.rows.slice(-3), ["said 1", "said 2", "said 3"]);
  reader.view.clear();
  reader.answer();
  assertEquals(reader.rows, []);
  reader.view.show(message(said("eve", "after", 4)));
  reader.answer();
  assertEquals(reader.rows.slice(-1), ["after"]);
});

Deno.test("PageView tells of a message that was refused: in its room, aloud, and in the room shown where that is another", () => {
  const reader = new Reader();
  const say = { kind: "say", ref: "r", text: "loud" } as const;
  reader.view.show({ kind: "failed", say: { ...say, room: "lobby" }, why: "slowly" });
  page.draw();
  assertEquals([reader.rows, page.get("text").value], [["Not sent: slowly Edit"], "loud"]);
  reader.view.show({ kind: "failed", say: { ...say, room: "dev" }, why: "no" });
  page.draw();
  assertEquals(reader.rows.slice(1), ['#dev: Not sent: no ("loud")']);
  assertEquals(reader.told, ['Not sent: slowly ("loud")', 'Not sent: no ("loud")']);
});

Deno.test("PageView tells the server's notices aloud too", () => {
  const reader = new Reader();
  reader.view.show({ kind: "notice", text: "tea time" });
  page.draw();
  assertEquals([reader.rows, reader.told], [["tea time"], ["tea time"]]);
});

Deno.test("PageView stays small in a room where people only come and go, or nothing is taken", () => {
  for (const kind of ["joined", "failed", "answer"] as const) {
    const reader = new Reader();
    for (let i = 1; i <= 3 * MOST_ROWS; i++) {
      if (kind === "joined") reader.view.show({ kind, room: "lobby", by: `eve ${i}`, total: 2 });
      else if (kind === "failed") reader.view.show({ kind, say: { kind: "say", room: "lobby", text: `${i}` }, why: "no" });
      else reader.view.notice(`${i}`);
    }
    page.draw();
    assertEquals([kind, reader.rows.length <= 2 * MOST_ROWS], [kind, true]);
  }
});

Deno.test("PageView.ring rings and notifies once in five seconds, where nobody looks", async () => {
  const clock = new FakeClock({ skip: 10_000 });
  const rung: string[] = [];
  const reader = new Reader([], {
    bell: new Bell(clock),
    attention: { show() {}, ring: () => void rung.push("ring"), notify: () => void rung.push("notify") } as unknown as Attention,
    memory: { saved: { drafts: {}, sound: true, notifications: true }, set() {} } as unknown as PageMemory,
  });
  reader.view.ring();
  assertEquals(rung, []);
  page.looked = false;
  for (const ms of [0, 4_999, 1]) {
    await clock.sleep(ms);
    reader.view.ring();
  }
  assertEquals(rung, ["ring", "notify", "ring", "notify"]);
});

Deno.test("PageView asks before somebody leaves without what has no answer yet", async () => {
  const reader = new Reader();
  const asked: string[] = [];
  const answers = [false, true];
  Object.assign(globalThis, { confirm: (text: string) => asked.push(text) > 0 && answers.shift() });
  const inputs = reader.view.inputs();
  const one = { kind: "say", room: "lobby", text: "one" } as const;
  reader.view.pending([one, { ...one, text: "two" }]);
  reader.type("/quit");
  reader.view.pending([one]);
  page.get("leave").click();
  assertEquals((await inputs.next()).value, { kind: "leave" });
  assertEquals(asked, ["2 messages are not sent yet. Leave without them?", "1 message is not sent yet. Leave without it?"]);
  reader.view.pending([]);
  reader.type("hi");
  assertEquals((await inputs.next()).value, { kind: "say", text: "hi" });
  reader.type("bye");
  assertEquals([(await inputs.next()).value, asked.length], [{ kind: "leave" }, 2]);
});

Deno.test("PageView leaves the rows of the log as they are when the connection goes and comes back", () => {
  const reader = new Reader(LONG.slice(0, 3));
  reader.view.pending([{ kind: "say", ref: "r1", room: "lobby", text: "mine" }]);
  page.draw();
  const before = page.get("log").children.slice(0, -1);
  assertEquals(reader.rows.at(-1), "Sending…");
  reader.status({ online: false });
  page.draw();
  assertEquals(page.get("log").children.slice(0, -1).every((row, i) => row === before[i]), true);
  assertEquals(reader.rows.at(-1), "Waits for the connection");
});
