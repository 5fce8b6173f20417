import { assert, assertEquals } from "@std/assert";
import type { ConsoleFrame } from "../../../shared/console.ts";
import { Console, type ConsoleOptions } from "../../../server/console/console.ts";
import type { Socket } from "../../../server/transports/socket.ts";

/** A window's socket: what it asks for is given, what it is sent is kept. */
class WindowSocket implements Socket {
  readonly address = "203.0.113.7:1";
  readonly host = "203.0.113.7";
  readonly encrypted = false;
  readonly broken = undefined;
  readonly ended = false;
  readonly stopped = false;
  why: string | undefined;
  /** Takes nothing from here on. */
  stalled = false;
  #text = "";
  readonly #requests: (string | null)[];
  readonly #end = Promise.withResolvers<null>();

  constructor(...requests: string[]) {
    this.#requests = requests;
  }

  get frames(): ConsoleFrame[] {
    return this.#text.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  }

  async read(): Promise<Uint8Array | null> {
    const request = this.#requests.shift();
    return request === undefined ? await this.#end.promise : new TextEncoder().encode(`${request}\n`);
  }

  write(bytes: Uint8Array): Promise<number> {
    if (this.stalled) return new Promise(() => undefined);
    this.#text += new TextDecoder().decode(bytes);
    return Promise.resolve(bytes.length);
  }

  close(why?: string): void {
    this.why ??= why;
    this.stop();
  }

  stop(): void {
    this.#end.resolve(null);
  }

  finish(): Promise<void> {
    return Promise.resolve(this.stop());
  }

  unread(): never {
    throw new Error("a console puts nothing back");
  }
}

const OPTIONS: ConsoleOptions = {
  server: "chat/1",
  messages: false,
  sample: () => ({ at: 1, messages: 0, connections: 0, sessions: 0, commitMs: 0, memory: 0 }),
  people: () => [],
  announce: () => Promise.resolve({ kind: "done", text: "told" }),
  disconnect: (id) => Promise.resolve({ code: "no_such_person", text: `there is no ${id}` }),
  newKey: () => crypto.randomUUID(),
  now: () => 1,
};

/** Opens a window, ends it, and returns what it was sent first. */
async function opened(console: Console, local: boolean, key?: string): Promise<ConsoleFrame> {
  const socket = new WindowSocket(JSON.stringify({ kind: "open", key }));
  let opens = 0;
  const over = console.serve(socket, local, performance.now() + 60_000, () => opens++);
  await new Promise((resolve) => setTimeout(resolve));
  socket.stop();
  await over;
  const [first] = socket.frames;
  assertEquals(opens, first.kind === "view" ? 1 : 0);
  return first;
}

Deno.test("Console: a key is good once, its successor once more, and what is local takes none", async () => {
  const console = new Console(OPTIONS);
  assertEquals((await opened(console, false)).kind, "denied");
  assertEquals((await opened(console, false, "guess")).kind, "denied");
  for (let i = 0; i < 50; i++) assertEquals((await opened(console, true)).kind, "view");
  const first = await opened(console, false, console.key);
  assert(first.kind === "view" && first.key !== undefined);
  assertEquals((await opened(console, false, console.key)).kind, "denied");
  const second = await opened(console, false, first.key);
  assert(second.kind === "view" && second.key !== undefined && second.key !== first.key);
  assertEquals((await opened(console, false, first.key)).kind, "denied");
  console.close();
});

Deno.test("Console: a window that is not opened is closed when that is due, and one that is, is not", async () => {
  const console = new Console(OPTIONS);
  const [silent, open] = [new WindowSocket(), new WindowSocket('{"kind":"open"}')];
  const soon = performance.now() + 20;
  const opened = console.serve(open, true, soon, () => {});
  await console.serve(silent, false, soon, () => {});
  assertEquals(silent.why, "opened no window in time");
  await new Promise((resolve) => setTimeout(resolve, soon + 10 - performance.now()));
  assertEquals([open.why, open.frames[0].kind], [undefined, "view"]);
  open.stop();
  await opened;
  console.close();
});

Deno.test("Console: 20 windows may wait for their key; one more, and the oldest is closed", async () => {
  const console = new Console(OPTIONS);
  const sockets = Array.from({ length: 22 }, () => new WindowSocket());
  const stays = sockets.map((socket) => console.serve(socket, false, performance.now() + 60_000, () => {}));
  await Promise.all(stays.slice(0, 2));
  assertEquals(sockets.map(({ why }) => why).filter((why) => why !== undefined), Array(2).fill("opened no window while others waited"));
  assertEquals((await opened(console, false, console.key)).kind, "view");
  for (const socket of sockets) socket.stop();
  await Promise.all(stays);
  console.close();
});

Deno.test("Console: what became of a request is answered, one after the other", async () => {
  const console = new Console(OPTIONS);
  const requests = [{ kind: "open" }, { kind: "disconnect", id: "s1" }, { kind: "notice", text: "hi" }, { kind: "open" }];
  const socket = new WindowSocket(...requests.map((request) => JSON.stringify(request)));
  const over = console.serve(socket, true, performance.now() + 60_000, () => {});
  while (socket.frames.length < 4) await new Promise((resolve) => setTimeout(resolve));
  assertEquals(socket.frames.slice(1), [
    { kind: "refused", text: "Not done: there is no s1" },
    { kind: "done", text: "told" },
    { kind: "refused", text: "That is nothing one can ask for here" },
  ]);
  socket.stop();
  await over;
  console.close();
});

Deno.test("Console: a window that does not read is closed, with a bound on what waits for it", async () => {
  const console = new Console({ ...OPTIONS, messages: true });
  const socket = new WindowSocket('{"kind":"open"}');
  socket.stalled = true;
  const over = console.serve(socket, true, performance.now() + 60_000, () => {});
  await new Promise((resolve) => setTimeout(resolve));
  while (socket.why === undefined) {
    for (let i = 0; i < 50; i++) console.watch({ type: "turned_away", address: "203.0.113.7:1", why: "x".repeat(400) });
    await new Promise((resolve) => setTimeout(resolve, 110));
  }
  await over;
  assertEquals(socket.why, "read nothing of what the window showed");
  console.close();
});

Deno.test("Console: a flood of events is counted, and the newest 100 are shown to who comes later", async () => {
  const console = new Console(OPTIONS);
  const socket = new WindowSocket('{"kind":"open"}');
  const over = console.serve(socket, true, performance.now() + 60_000, () => {});
  await new Promise((resolve) => setTimeout(resolve));
  for (let i = 0; i < 1_000; i++) console.watch({ type: "turned_away", address: "203.0.113.7:1", why: `${i}` });
  while (socket.frames.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  const [, log] = socket.frames;
  assert(log.kind === "log");
  assertEquals([log.lines.length, log.skipped], [50, 950]);
  assertEquals(log.lines[0].text, "203.0.113.7:1 was turned away: 0");
  socket.stop();
  await over;
  const view = await opened(console, true);
  assert(view.kind === "view");
  assertEquals([view.lines.length, view.lines.at(-1)?.text], [100, "203.0.113.7:1 was turned away: 999"]);
  console.close();
});
