import { assert, assertEquals, assertFalse } from "@std/assert";
import type { Input } from "../../../client/input.ts";
import type { Change, Room } from "../../../client/changes.ts";
import { paint } from "../../../client/views/paint.ts";
import { type Device, TerminalView } from "../../../client/views/terminal.ts";
import type { Status } from "../../../client/views/view.ts";
import { FakeClock } from "../fake_clock.ts";
import { message, said } from "../fake_server.ts";

/** A terminal whose keys the test presses; understands just the sequences that our screen uses. */
class FakeTerminal implements Device {
  raw = false;
  columns = 40;
  rows: string[] = [""];
  #row = 0;
  #column = 0;
  readonly #keys: (string | null)[] = [];
  #pressed = Promise.withResolvers<void>();

  press(keys: string | null): void {
    this.#keys.push(keys);
    this.#pressed.resolve();
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#keys.length === 0) {
      this.#pressed = Promise.withResolvers();
      await this.#pressed.promise;
    }
    const keys = this.#keys.shift()!;
    return keys === null ? null : new TextEncoder().encodeInto(keys, buffer).written;
  }

  write(bytes: Uint8Array): Promise<number> {
    // deno-lint-ignore no-control-regex
    for (const [token] of new TextDecoder().decode(bytes).matchAll(/\x1b\[([?\d]*)([A-Za-z])|[^]/gu)) this.#draw(token);
    return Promise.resolve(bytes.length);
  }

  size(): { columns: number; rows: number } {
    return { columns: this.columns, rows: 10 };
  }

  setRaw(raw: boolean): void {
    this.raw = raw;
  }

  /** Breaks rows as terminals do; the cursor stays with its character. */
  narrow(columns: number): void {
    this.columns = columns;
    const broken = this.rows.map((row) => row.match(new RegExp(`.{1,${columns}}`, "gu")) ?? [""]);
    this.#row = broken.slice(0, this.#row).flat().length + Math.floor(this.#column / columns);
    this.#column %= columns;
    this.rows = broken.flat();
  }

  #draw(token: string): void {
    const count = parseInt(token.slice(2)) || 1;
    if (token === "\r") this.#column = 0;
    else if (token === "\n") this.rows[++this.#row] ??= "";
    else if (token === "\x1b[J") {
      this.rows.length = this.#row + 1;
      this.rows[this.#row] = this.rows[this.#row].slice(0, this.#column);
    } else if (token.startsWith("\x1b") && token.endsWith("A")) this.#row -= count;
    else if (token.startsWith("\x1b") && token.endsWith("C")) this.#column += count;
    else if (!token.startsWith("\x1b")) {
      const row = this.rows[this.#row].padEnd(this.#column);
      this.rows[this.#row] = row.slice(0, this.#column) + token + row.slice(this.#column + 1);
      this.#column++;
    }
  }
}

const status: Status = { nick: "bob", room: undefined, rooms: [], online: true, quietMs: 0, queued: 0, away: false, keeps: "" };
const here: Change = { kind: "here", nick: "bob", again: false, rooms: [] };

function room(name: string): Room {
  return { name, topic: "", cursor: 0, total: 1, members: new Map() };
}

async function setUp(): Promise<{ terminal: FakeTerminal; view: TerminalView; inputs: AsyncIterator<Input> }> {
  const terminal = new FakeTerminal();
  const view = new TerminalView(terminal, { paint: paint(false), timeFormat: "24h", bell: true }, new FakeClock());
  view.show(here);
  view.status(status);
  await settle();
  return { terminal, view, inputs: view.inputs()[Symbol.asyncIterator]() };
}

/** Everything that only waits for a promise has happened after this. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

Deno.test("TerminalView prints what others say above the line being typed", async () => {
  const { terminal, view, inputs } = await setUp();
  const next = inputs.next();
  terminal.press("half a");
  await settle();
  view.show(message(said("eve", "hi", 1)));
  view.show({ kind: "joined", room: "lobby", by: "zoe", total: 3 });
  await settle();
  assertEquals(terminal.rows.slice(-4).map((row) => row.replace(/^\d\d:\d\d/, "TIME")), [
    "TIME eve: hi",
    "* zoe joined",
    "bob> half a",
    "connected",
  ]);
  terminal.press(" line\r");
  assertEquals((await next).value, { kind: "say", text: "half a line" });
});

Deno.test("TerminalView shows what has no answer yet between the messages and the line", async () => {
  const { terminal, view } = await setUp();
  const says = ["one", "two", "three", "four", "five"].map((text) => ({ kind: "say", room: "lobby", text } as const));
  view.pending(says);
  await settle();
  assertEquals(terminal.rows.slice(-6), ["… one", "… two", "… three", "… and 2 more messages", "bob> ", "connected"]);
  view.pending([]);
  await settle();
  assertEquals(terminal.rows.slice(-3), ["* Hello bob. /help says what can be typed", "bob> ", "connected"]);
});

Deno.test("TerminalView asks for a name without touching the line being typed", async () => {
  const { terminal, view, inputs } = await setUp();
  const next = inputs.next();
  terminal.press("draft");
  await settle();
  const name = view.askName("bob is taken", new AbortController().signal);
  await settle();
  assertEquals(terminal.rows.at(-2), "bob is taken. Enter another name: ");
  terminal.press("carol\r");
  assertEquals(await name, "carol");
  await settle();
  assertEquals(terminal.rows.at(-2), "bob> draft");
  terminal.press("\r");
  assertEquals((await next).value, { kind: "say", text: "draft" });
});

Deno.test("TerminalView asks for a password when the line being typed has been sent or emptied", async () => {
  for (const [keys, sent] of [[" I think\r", [{ kind: "say", text: "what I think" }]], ["\x15", []]] as const) {
    const { terminal, view, inputs } = await setUp();
    const heard: Input[] = [];
    const reading = (async () => {
      for (let next = await inputs.next(); !next.done; next = await inputs.next()) heard.push(next.value);
    })();
    terminal.press("what");
    await settle();
    const password = view.askPassword("This server asks for a password", new AbortController().signal);
    await settle();
    assertEquals(terminal.rows.slice(-4), [
      "* This server asks for a password.",
      "* You are asked for it when you have sent or emptied your line.",
      "bob> what",
      "connected",
    ]);
    terminal.press(keys);
    await settle();
    assertEquals([heard, terminal.rows.at(-2)], [[...sent], "Password: "]);
    terminal.press("secret\r");
    assertEquals(await password, "secret");
    terminal.press(null);
    await reading;
  }
});

Deno.test("TerminalView asks for no password when nobody waits for it any more", async () => {
  const { terminal, view, inputs } = await setUp();
  const next = inputs.next();
  terminal.press("what");
  await settle();
  const over = new AbortController();
  const password = view.askPassword("This server asks for a password", over.signal);
  over.abort();
  assertEquals(await password, undefined);
  await settle();
  assertEquals(terminal.rows.at(-2), "bob> what");
  terminal.press("\x03");
  await next;
});

Deno.test("TerminalView leaves on Ctrl-C, on Ctrl-D and when the terminal is gone, a question or not", async () => {
  for (const key of ["\x03", "\x04", null]) {
    const { terminal, inputs } = await setUp();
    terminal.press(key);
    assertEquals((await inputs.next()).value, { kind: "leave" });
  }
  const { terminal, view, inputs } = await setUp();
  const name = view.askName(undefined, new AbortController().signal);
  terminal.press("\x03");
  assertEquals((await inputs.next()).value, { kind: "leave" });
  assertEquals(await name, undefined);
});

Deno.test("TerminalView gives a refused text back for editing, but not over another", async () => {
  const { terminal, view, inputs } = await setUp();
  const next = inputs.next();
  view.giveBack("/hlep", "lobby");
  view.giveBack("other", "lobby");
  await settle();
  assertEquals(terminal.rows.at(-2), "bob> /hlep");
  terminal.press("\x03");
  await next;
});

Deno.test("TerminalView gives a refused text back with the Up key where another is typed or another room is shown", async () => {
  const text = `${"a long message ".repeat(4)}with an end`;
  for (const [typed, name] of [["draft", "lobby"], ["", "dev"]]) {
    const { terminal, view, inputs } = await setUp();
    const next = inputs.next();
    view.status({ ...status, room: room("lobby") });
    terminal.press(typed);
    await settle();
    view.show({ kind: "failed", why: "you are not in it", say: { kind: "say", room: name, text } });
    await settle();
    assertEquals(terminal.rows.at(-2), `bob> ${typed}`);
    terminal.press("\x1b[A\r");
    assertEquals((await next).value, { kind: "say", text });
  }
});

Deno.test("TerminalView keeps what is typed when a room comes that was asked for, where nothing is half typed there", async () => {
  const { terminal, view, inputs } = await setUp();
  const next = inputs.next();
  const enter = (name: string, answered: boolean) => view.enter(room(name), { room: name, changes: [], unread: 0, leftOut: 0 }, answered);
  const typed = () => terminal.rows.at(-2);
  view.status({ ...status, room: room("lobby") });
  terminal.press("for dev");
  await settle();
  enter("dev", true);
  await settle();
  assertEquals(typed(), "bob> for dev");
  enter("lobby", false);
  await settle();
  assertEquals(typed(), "bob> ");
  terminal.press("for lobby");
  await settle();
  enter("dev", true);
  await settle();
  assertEquals(typed(), "bob> for dev", "what is half typed there comes first");
  enter("lobby", false);
  await settle();
  assertEquals(typed(), "bob> for lobby");
  enter("ops", true);
  enter("lobby", false);
  await settle();
  assertEquals(typed(), "bob> ", "what has gone to another room comes back there only");
  terminal.press("\x03");
  await next;
});

Deno.test("TerminalView redraws where a narrower terminal has broken its rows", async () => {
  const { terminal, view, inputs } = await setUp();
  const next = inputs.next();
  view.pending([{ kind: "say", room: "lobby", text: "a row of thirty columns in all" }]);
  terminal.press("0123456789012345678901234");
  await settle();
  terminal.narrow(20);
  view.resized();
  await settle();
  assertEquals(terminal.rows.slice(-4), ["… a row of thirty …", "bob> 01234567890123", "45678901234", "connected"]);
  assertEquals(terminal.rows.at(-5), "d", "the end of the greeting, which stays");
  terminal.press("\x03");
  await next;
});

Deno.test("TerminalView sends nothing of a hostile server's to the terminal but text", async () => {
  const written: string[] = [];
  const terminal = new FakeTerminal();
  const write = terminal.write.bind(terminal);
  terminal.write = (bytes) => {
    written.push(new TextDecoder().decode(bytes));
    return write(bytes);
  };
  const view = new TerminalView(terminal, { paint: paint(true), timeFormat: "24h", bell: true }, new FakeClock());
  const evil = "\x1b]0;title\x07\x1b[6n\x9b5n\u202e\x07\n\x1b[2J";
  const rooms = [{ name: "lobby", topic: evil, cursor: 0, total: 2, members: new Map([["s2", { nick: evil, from: "s2", away: evil }]]) }];
  view.show({ kind: "here", nick: `b${evil}`, again: false, rooms });
  const list = [{ number: 1, name: evil, unread: 1, mentioned: true }, { number: 2, name: "lobby", unread: 0, mentioned: false }];
  view.status({ ...status, nick: `b${evil}`, room: rooms[0], rooms: list });
  view.enter(rooms[0], { room: "lobby", changes: [message(said(evil, evil, 2), { mention: true })], unread: 1, leftOut: 1 }, false);
  view.old({ title: "old", entries: [said(evil, `\`${evil}\` /me ${evil}`, 1), { ...said(evil, evil, 1), type: "topic" }] });
  view.show({ kind: "away", room: "lobby", by: evil, text: evil, total: 2 });
  view.show(message(said(`e${evil}`, `hi${evil}`, 1)));
  view.show({ kind: "joined", room: "lobby", by: evil, total: 2 });
  view.show({ kind: "failed", say: { kind: "say", room: "lobby", text: evil }, why: evil });
  view.show({ kind: "trouble", text: evil });
  view.show({ kind: "lost", why: evil });
  view.pending([{ kind: "say", room: "lobby", text: evil }]);
  const question = new AbortController();
  const name = view.askName(evil, question.signal);
  await settle();
  question.abort();
  await name;
  await view.close();
  // deno-lint-ignore no-control-regex
  const rest = written.join("").replace(/\x1b\[[\d;]*[mACJ]|\x1b\[\?2004[hl]|\r\n?/g, "");
  // deno-lint-ignore no-control-regex
  assertFalse(/[\x00-\x1f\x7f-\x9f\u202e]/.test(rest), JSON.stringify(rest));
});

Deno.test("TerminalView leaves the terminal as it found it", async () => {
  const { terminal, view } = await setUp();
  assert(terminal.raw);
  await view.close();
  assertFalse(terminal.raw);
  assertEquals(terminal.rows.at(-1), "");
});
