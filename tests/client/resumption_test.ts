import { assertEquals } from "@std/assert";
import { Resumption } from "../../client/resumption.ts";
import { said, welcome, type WelcomeOptions } from "./fake_server.ts";
import { room } from "./talk.ts";

const BOB = { name: "bob", secret: "secret" };
const HELLO = { kind: "hello", v: [1], ...BOB, backlog: 50 } as const;

/** A welcome to these rooms, each with as many entries as its name has letters. */
function welcomeTo(rooms: readonly string[], options: WelcomeOptions = {}): ReturnType<typeof welcome> {
  return { ...welcome("s1", "bob", options), rooms: rooms.map((name) => room(name, { head: name.length })) };
}

Deno.test("Resumption begins with the rooms it was given, and with the past it was given", () => {
  assertEquals(new Resumption([], 50).greeting(BOB), HELLO);
  assertEquals(new Resumption(["dev", "ops"], 50).greeting(BOB), { ...HELLO, rooms: ["dev", "ops"] });
});

Deno.test("Resumption resumes from what was seen of each room where there is a token, and says hello with it where there is none", () => {
  const resumption = new Resumption([], 50);
  resumption.note(welcomeTo(["lobby", "dev"], { token: "t1" }));
  resumption.note(said("eve", "hi", 5));
  assertEquals(resumption.greeting(BOB), { kind: "resume", v: [1], token: "t1", epoch: "e1", cursors: { lobby: 5 } });
  resumption.forget();
  assertEquals(resumption.greeting(BOB), { ...HELLO, epoch: "e1", cursors: { lobby: 5 }, rooms: ["lobby", "dev"] });
});

Deno.test("Resumption comes back to the rooms that were joined since, and not to those that were left", () => {
  const resumption = new Resumption([], 50);
  resumption.note(welcomeTo(["lobby"]));
  resumption.entered("dev", 7, true);
  resumption.entered("ops", 9, false);
  resumption.entered("new", 0, true);
  resumption.note({ ...said("eve", "hi", 3), room: "dev" });
  resumption.left("lobby");
  assertEquals(resumption.greeting(BOB), { ...HELLO, epoch: "e1", cursors: { ops: 9, new: 0, dev: 3 }, rooms: ["dev", "ops", "new"] });
  resumption.left("dev");
  assertEquals(resumption.greeting(BOB), { ...HELLO, epoch: "e1", cursors: { ops: 9, new: 0 }, rooms: ["ops", "new"] });
});

Deno.test("Resumption takes everything as seen where no past is wanted", () => {
  const resumption = new Resumption([], 0);
  resumption.note(welcomeTo(["lobby", "dev"]));
  assertEquals(resumption.greeting(BOB), { ...HELLO, backlog: 0, epoch: "e1", cursors: { lobby: 5, dev: 3 }, rooms: ["lobby", "dev"] });
});

Deno.test("Resumption forgets what it saw of a history that is gone, and goes on where the server says", () => {
  const resumption = new Resumption([], 50);
  resumption.note(welcomeTo(["lobby"]));
  resumption.note(said("eve", "hi", 400));
  resumption.note(welcomeTo(["lobby"], { epoch: "e2" }));
  assertEquals(resumption.greeting(BOB), { ...HELLO, epoch: "e2", cursors: {}, rooms: ["lobby"] });
  resumption.note({ kind: "reset", room: "lobby", cursor: 8, skipped: 3 });
  assertEquals(resumption.greeting(BOB), { ...HELLO, epoch: "e2", cursors: { lobby: 8 }, rooms: ["lobby"] });
});

Deno.test("Resumption does not move by an entry that answers a request from before", () => {
  const resumption = new Resumption([], 50);
  resumption.note(welcomeTo(["lobby"]));
  resumption.note({ ...said("bob", "hi", 9), again: true });
  assertEquals(resumption.greeting(BOB), { ...HELLO, epoch: "e1", cursors: {}, rooms: ["lobby"] });
});

Deno.test("Resumption leaves out rooms whose names are not allowed, of which the server would hear nothing else", () => {
  const cursors = Object.fromEntries([["lobby", 3], ["__proto__", 2], ["constructor", 1]]);
  const resumption = new Resumption(["lobby", "__proto__", "constructor"], 50, { epoch: "e1", token: "t1", cursors });
  const seen = { lobby: 3, constructor: 1 };
  assertEquals(resumption.greeting(BOB), { kind: "resume", v: [1], token: "t1", epoch: "e1", cursors: seen });
  resumption.forget();
  assertEquals(resumption.greeting(BOB), { ...HELLO, epoch: "e1", cursors: seen, rooms: ["lobby", "constructor"] });
});

Deno.test("Resumption: what was on its way when a room was left brings back no cursor of it", () => {
  const resumption = new Resumption([], 50);
  resumption.note(welcomeTo(["lobby", "dev"], { token: "t1" }));
  resumption.left("dev");
  resumption.note({ ...said("eve", "hi", 9), room: "dev" });
  resumption.note(said("eve", "hi", 6));
  assertEquals(resumption.greeting(BOB), { kind: "resume", v: [1], token: "t1", epoch: "e1", cursors: { lobby: 6 } });
});
