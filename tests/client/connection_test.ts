import { assert, assertEquals, assertInstanceOf, assertMatch, assertRejects } from "@std/assert";
import { Connection, type ConnectionOptions } from "../../client/connection.ts";
import { type Dial, dial } from "../../client/dial.ts";
import type { ConnectionEvent } from "../../client/events.ts";
import type { SayWithRef } from "../../client/unacknowledged.ts";
import { EXIT, Fatal } from "../../shared/exit.ts";
import type { Say } from "../../shared/protocol.ts";
import { FakeClock } from "./fake_clock.ts";
import { echo, FakeServer, said, welcome } from "./fake_server.ts";

/** Backing off takes no time with it; pings, welcomes and farewells take theirs. */
const SKIP = 1_000;

function setUp(server: FakeServer, options: Partial<ConnectionOptions> = {}): {
  connection: Connection;
  events: AsyncIterator<ConnectionEvent>;
  clock: FakeClock;
} {
  const clock = new FakeClock({ skip: SKIP });
  const connection = new Connection({
    address: server.address,
    dial,
    name: () => Promise.resolve("bob"),
    secret: "secret",
    backlog: 0,
    clock,
    random: () => 0.5,
    ...options,
  });
  return { connection, events: connection[Symbol.asyncIterator](), clock };
}

/** Pulls events up to one of this kind and returns it. */
async function until<K extends ConnectionEvent["kind"]>(
  events: AsyncIterator<ConnectionEvent>,
  kind: K,
): Promise<Extract<ConnectionEvent, { kind: K }>> {
  for (;;) {
    const next = await events.next();
    if (next.done) throw new Error(`the events ended before "${kind}"`);
    if (next.value.kind === kind) return next.value as Extract<ConnectionEvent, { kind: K }>;
  }
}

/** Lets the connection look so often whether anything came. */
async function looks(clock: FakeClock, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    await clock.asleep(5_000);
    await clock.pass(5_000);
  }
}

/** Hears out the farewell. */
async function leave(connection: Connection, events: AsyncIterator<ConnectionEvent>): Promise<void> {
  connection.leave();
  while (!(await events.next()).done);
}

function say(connection: Connection, text: string): SayWithRef {
  const sent = connection.say(text);
  assert(sent.kind === "say");
  return sent;
}

Deno.test("Connection says hello and takes the echo of its own message as the acknowledgement", async () => {
  using server = new FakeServer();
  const { connection, events } = setUp(server);
  const welcomed = until(events, "welcome");
  const peer = await server.welcome("s1");
  await welcomed;
  const sent = say(connection, "hi");
  assertMatch(sent.ref, /^[\w-]{24}$/);
  assertEquals(await peer.next(), { kind: "say", ref: sent.ref, room: "lobby", text: "hi" });
  peer.send({ ...said("eve", "hi", 1), ref: sent.ref });
  await until(events, "entry");
  assertEquals(connection.unacknowledged, 1, "the same ref in another's entry acknowledges nothing");
  peer.send(echo(sent, "s1", 2));
  await until(events, "entry");
  assertEquals(connection.unacknowledged, 0);
  const left = leave(connection, events);
  assertEquals(await peer.next(), { kind: "bye" });
  peer.send({ kind: "bye", reason: "left", text: "bye", sent: 1 });
  await left;
});

Deno.test("Connection resends what was not acknowledged with the same ref, in order, before anything new", async () => {
  using server = new FakeServer();
  const { connection, events } = setUp(server);
  const welcomed = until(events, "welcome");
  const first = await server.welcome("s1");
  await welcomed;
  const says = ["one", "two", "three"].map((text) => say(connection, text));
  first.send(echo(says[0], "s1", 1));
  await until(events, "entry");
  await first.end();
  await until(events, "lost");
  const offline = say(connection, "four");
  const back = until(events, "welcome");
  const second = await server.welcome("s2");
  await back;
  const online = say(connection, "five");
  for (const expected of [says[1], says[2], offline, online]) assertEquals(await second.next() as Say, expected);
  for (const [i, sent] of [says[1], says[2], offline, online].entries()) second.send(echo(sent, i === 0 ? "s1" : "s2", i + 2));
  for (let i = 0; i < 4; i++) await until(events, "entry");
  await connection.settled();
  const left = leave(connection, events);
  assertEquals(await second.next(), { kind: "bye" });
  await second.end();
  await left;
});

Deno.test("Connection says once that it lost the server, and waits longer each time", async () => {
  using server = new FakeServer();
  const { connection, events, clock } = setUp(server);
  const welcomed = until(events, "welcome");
  const first = await server.welcome("s1");
  await welcomed;
  await first.end();
  await until(events, "lost");
  const next = events.next();
  for (let i = 0; i < 3; i++) await (await server.accept()).end();
  await server.welcome("s2");
  assertEquals((await next).value?.kind, "welcome");
  assertEquals(clock.skipped, [125, 250, 500, 1_000]);
  const left = leave(connection, events);
  await clock.pass(2_000);
  await left;
});

Deno.test("Connection comes back when the restarting server asked it to", async () => {
  using server = new FakeServer();
  const { connection, events, clock } = setUp(server);
  const welcomed = until(events, "welcome");
  const first = await server.welcome("s1");
  await welcomed;
  first.send({ kind: "bye", reason: "restart", text: "the server is stopping", retryMs: 777 });
  assertEquals((await until(events, "lost")).why, "the server is stopping");
  const back = until(events, "welcome");
  await server.welcome("s2");
  await back;
  assertEquals(clock.skipped, [777]);
  const left = leave(connection, events);
  await clock.pass(2_000);
  await left;
});

Deno.test("Connection waits for its own ghost to give the name back, and asks nobody", async () => {
  using server = new FakeServer();
  let asked = 0;
  const { connection, events, clock } = setUp(server, { name: () => Promise.resolve(asked++ === 0 ? "bob" : "other") });
  const welcomed = until(events, "welcome");
  await (await server.welcome("s1")).end();
  await welcomed;
  await until(events, "lost");
  const back = until(events, "welcome");
  const refusing = await server.accept();
  await refusing.next();
  refusing.send({ kind: "refused", code: "name_taken", text: "bob is taken", final: false });
  await server.welcome("s2");
  await back;
  assertEquals(asked, 1);
  const left = leave(connection, events);
  await clock.pass(2_000);
  await left;
});

Deno.test("Connection asks for another name when the first is taken, or could never be allowed", async () => {
  using server = new FakeServer();
  const names = ["bob", "no:colon", "carol"];
  const refusals: unknown[] = [];
  const { connection, events, clock } = setUp(server, {
    name: (refused) => {
      refusals.push(refused?.code);
      return Promise.resolve(names.shift());
    },
  });
  const welcomed = until(events, "welcome");
  const refusing = await server.accept();
  await refusing.next();
  refusing.send({ kind: "refused", code: "name_taken", text: "bob is taken", final: false });
  await server.welcome("s1", "carol");
  await welcomed;
  assertEquals(refusals, [undefined, "name_taken", "name_not_allowed"]);
  const left = leave(connection, events);
  await clock.pass(2_000);
  await left;
});

Deno.test("Connection skips text before the welcome, and survives lines that are no frames", async () => {
  using server = new FakeServer();
  const { connection, events, clock } = setUp(server);
  const welcomed = until(events, "welcome");
  const peer = await server.accept();
  peer.send("* Enter your name:\r\n");
  await peer.next();
  peer.send(welcome("s1"));
  await welcomed;
  peer.send(`{\n{"kind":"entry"}\n{"kind":"from the future"}\n[]\n${"x".repeat(1_100_000)}\n{"kind":"pong","ref":"end"}\n`);
  const kinds: string[] = [];
  for (let event = await events.next(); !event.done; event = await events.next()) {
    kinds.push(event.value.kind);
    if (event.value.kind === "pong") break;
  }
  assertEquals(kinds, ["junk", "pong"], "junk is said once a connection");
  const left = leave(connection, events);
  await clock.pass(2_000);
  await left;
});

Deno.test("Connection names what it found when that is no chat server", async () => {
  for (
    const [answer, why] of [
      ["HTTP/1.1 400 Bad Request\r\n\r\n", 'it said "HTTP/1.1 400 Bad Request"'],
      ["SSH-2.0-\x1b]0;title\x07Open\r\n", 'it said "SSH-2.0-Open"'],
      ["", "the server closed the connection"],
    ]
  ) {
    using server = new FakeServer();
    const { events } = setUp(server);
    const next = assertRejects(() => events.next(), Fatal);
    const peer = await server.accept();
    await peer.next();
    peer.send(answer);
    await peer.end();
    const fatal = await next;
    assertInstanceOf(fatal, Fatal);
    assertEquals([fatal.code, fatal.message], [69, `No chat server at 127.0.0.1:${server.address.port} (${why})`]);
  }
});

Deno.test("Connection gives up on a first server that never says welcome", async () => {
  using server = new FakeServer();
  const { events, clock } = setUp(server);
  const next = assertRejects(() => events.next(), Fatal, "no welcome in 10 s");
  const peer = await server.accept();
  await peer.next();
  await clock.pass(10_000);
  await next;
});

Deno.test("Connection says how to start a server where there is none", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const connection = new Connection({
    address: { host: "127.0.0.1", port },
    dial,
    name: () => Promise.resolve("bob"),
    secret: "secret",
    backlog: 0,
    clock: new FakeClock(),
    random: () => 0,
  });
  await assertRejects(
    () => connection[Symbol.asyncIterator]().next(),
    Fatal,
    `No chat server at 127.0.0.1:${port} (connection refused). Start one with: chat server --port ${port}`,
  );
});

Deno.test("Connection pings into silence, and takes silence after that for a cut", async () => {
  using server = new FakeServer();
  const { connection, events, clock } = setUp(server);
  const welcomed = until(events, "welcome");
  const peer = await server.welcome("s1");
  await welcomed;
  const next = events.next();
  await looks(clock, 4);
  assertEquals(await peer.next(), { kind: "ping" });
  peer.send({ kind: "pong" });
  assertEquals((await next).value?.kind, "pong");
  const lost = until(events, "lost");
  await looks(clock, 8);
  assertEquals((await lost).why, "no word from the server for 40 s");
  await leave(connection, events);
});

Deno.test("Connection tells when what was sent brings no answer for 5 s, and when something comes again; not of a silence without a question", async () => {
  using server = new FakeServer();
  const { connection, events, clock } = setUp(server);
  const welcomed = until(events, "welcome");
  const peer = await server.welcome("s1");
  await welcomed;
  const quiet = until(events, "quiet");
  await looks(clock, 2);
  await clock.asleep(5_000);
  connection.say("hi");
  await looks(clock, 2);
  assertEquals(await quiet, { kind: "quiet", ms: 5_000 });
  const more = until(events, "quiet");
  await looks(clock, 1);
  assertEquals(await more, { kind: "quiet", ms: 10_000 });
  peer.send(said("eve", "hello", 1));
  assertEquals(await until(events, "quiet"), { kind: "quiet", ms: 0 });
  const left = leave(connection, events);
  await clock.pass(2_000);
  await left;
});

Deno.test("Connection answers the server's ping with its ref", async () => {
  using server = new FakeServer();
  const { connection, events, clock } = setUp(server);
  const welcomed = until(events, "welcome");
  const peer = await server.welcome("s1");
  await welcomed;
  peer.send({ kind: "ping", ref: "p1" });
  await until(events, "ping");
  assertEquals(await peer.next(), { kind: "pong", ref: "p1" });
  const left = leave(connection, events);
  await clock.pass(2_000);
  await left;
});

Deno.test("Connection.say refuses what could never be sent, and more than it can keep", () => {
  using server = new FakeServer();
  const { connection } = setUp(server);
  assertEquals(connection.say("x".repeat(20_000)).kind, "not_sent");
  assertEquals(connection.say("hi", { ref: "r1" }).kind, "say");
  assertEquals(connection.say("hi", { ref: "r1" }).kind, "not_sent", "a ref that is waiting is not used again");
  for (let i = 1; i < 10_000; i++) assertEquals(connection.say("hi").kind, "say");
  assertEquals(connection.say("hi").kind, "not_sent");
});

Deno.test("Connection.ready waits while too much is unanswered", async () => {
  using server = new FakeServer();
  const { connection, events, clock } = setUp(server);
  const welcomed = until(events, "welcome");
  const peer = await server.welcome("s1");
  await welcomed;
  const says = Array.from({ length: 1_000 }, (_, i) => say(connection, `${i}`));
  let ready = false;
  const waiting = connection.ready().then(() => ready = true);
  peer.send({ kind: "pong" });
  await until(events, "pong");
  assertEquals(ready, false);
  peer.send({ kind: "refused", ref: says[500].ref, code: "text_empty", text: "a message cannot be empty", final: true });
  await until(events, "refused");
  await waiting;
  assertEquals(connection.unacknowledged, 999);
  const left = leave(connection, events);
  await clock.pass(2_000);
  await left;
});

Deno.test("Connection.leave ends the wait for a server that is away", async () => {
  using server = new FakeServer();
  const clock = new FakeClock();
  const { connection, events } = setUp(server, { clock });
  const welcomed = until(events, "welcome");
  const peer = await server.welcome("s1");
  await welcomed;
  await peer.end();
  await until(events, "lost");
  const next = events.next();
  connection.leave();
  assertEquals(await next, { done: true, value: undefined });
  await connection.settled();
});

Deno.test("Connection resumes with its token and what it saw last of each room", async () => {
  using server = new FakeServer();
  const { connection, events } = setUp(server, { backlog: 50 });
  const listening = until(events, "lost");
  const first = await server.accept();
  assertEquals((await first.next())?.kind, "hello");
  first.send(welcome("s1", "bob", { head: 8, token: "t1" }));
  first.send(said("eve", "old", 8));
  first.send(said("eve", "new", 9));
  first.send({ ...said("eve", "said before", 3), ref: "r", again: true });
  await first.end();
  await listening;
  const again = until(events, "welcome");
  const second = await server.accept();
  assertEquals(await second.next(), { kind: "resume", v: [1], token: "t1", epoch: "e1", cursors: { lobby: 9 } });
  second.send({ kind: "refused", code: "resume_unknown", text: "who are you", final: false });
  assertEquals(await second.next(), {
    kind: "hello",
    v: [1],
    name: "bob",
    secret: "secret",
    backlog: 50,
    epoch: "e1",
    cursors: { lobby: 9 },
    rooms: ["lobby"],
  });
  second.send(welcome("s2", "bob", { head: 9, token: "t2" }));
  await again;
  const leaving = leave(connection, events);
  await second.end();
  await leaving;
});

Deno.test("Connection says hello once to a server that does not know it, and takes that before the welcome only", async () => {
  using server = new FakeServer();
  const { connection, events } = setUp(server);
  const unknown = { kind: "refused", code: "resume_unknown", text: "who are you", final: false } as const;
  const welcomed = until(events, "welcome");
  const peer = await server.welcome("s1");
  await welcomed;
  for (let i = 0; i < 3; i++) peer.send(unknown);
  for (let i = 0; i < 3; i++) assertEquals((await until(events, "refused")).code, "resume_unknown");
  const sent = say(connection, "hi");
  assertEquals(await peer.next(), sent as Say);
  await peer.end();
  const refused = until(events, "refused");
  const again = await server.accept();
  assertEquals((await again.next())?.kind, "hello");
  again.send(unknown);
  assertEquals((await again.next())?.kind, "hello");
  again.send(unknown);
  await refused;
  const leaving = leave(connection, events);
  assertEquals(await again.next(), undefined);
  await leaving;
});

Deno.test("Connection says again what was refused for now, once however often that is said, and nothing else", async () => {
  using server = new FakeServer();
  const { connection, events, clock } = setUp(server);
  const welcomed = until(events, "welcome");
  const peer = await server.welcome("s1");
  await welcomed;
  const sent = say(connection, "hi");
  assertEquals(await peer.next(), sent as Say);
  const refused = { kind: "refused", code: "slow_mode", text: "slow", final: false, retryMs: 7_000 } as const;
  for (const ref of [sent.ref, "other", sent.ref, "another"]) {
    peer.send({ ...refused, ref });
    await until(events, "refused");
  }
  assertEquals(clock.sleeping(7_000), 1);
  const listening = until(events, "entry");
  await clock.pass(7_000);
  let next = await peer.next();
  while (next?.kind === "ping") next = await peer.next();
  assertEquals(next, sent as Say);
  peer.send(echo(sent, "s1", 1));
  await listening;
  const leaving = leave(connection, events);
  assertEquals(await peer.next(), { kind: "bye" });
  await peer.end();
  await leaving;
});

Deno.test("Connection takes an entry of before as the acknowledgement when it answers its own ref", async () => {
  using server = new FakeServer();
  const { connection, events } = setUp(server);
  const welcomed = until(events, "welcome");
  const peer = await server.accept();
  await peer.next();
  peer.send(welcome("s2"));
  await welcomed;
  const hi = say(connection, "hi");
  await peer.next();
  const heard = until(events, "entry");
  peer.send({ ...echo(hi, "s1", 4), again: true });
  await heard;
  assertEquals(connection.unacknowledged, 0);
  const leaving = leave(connection, events);
  await peer.end();
  await leaving;
});

Deno.test("Connection says hello where somebody has taken its session's name: resuming that would be refused for ever", async () => {
  using server = new FakeServer();
  const { connection, events } = setUp(server);
  const listening = until(events, "lost");
  const first = await server.accept();
  await first.next();
  first.send(welcome("s1", "bob", { head: 3, token: "t1" }));
  await first.end();
  await listening;
  const again = until(events, "welcome");
  const second = await server.accept();
  assertEquals((await second.next())?.kind, "resume");
  second.send({ kind: "refused", code: "name_taken", text: "bob is taken", final: false });
  const third = await server.accept();
  const hello = await third.next();
  assertEquals(hello?.kind === "hello" && [hello.name, hello.epoch, hello.cursors], ["bob", "e1", { lobby: 3 }]);
  third.send(welcome("s2", "bob", { head: 3, token: "t2" }));
  await again;
  const leaving = leave(connection, events);
  await third.end();
  await leaving;
});

Deno.test("Connection with patience is not put off by a first attempt that fails, and says so once", async () => {
  using server = new FakeServer();
  let attempts = 0;
  const late: Dial = (address, options) => {
    const none = { kind: "no_answer", why: "no answer", text: "No chat server" } as const;
    return ++attempts < 3 ? Promise.resolve(none) : dial(address, options);
  };
  const { connection, events } = setUp(server, { dial: late, patient: true });
  const lost = await events.next();
  assertEquals(lost.value, { kind: "lost", why: "no answer" });
  const next = events.next();
  const peer = await server.welcome("s1");
  assertEquals((await next).value?.kind, "welcome");
  assertEquals(attempts, 3);
  const left = leave(connection, events);
  await peer.end();
  await left;
});

Deno.test("Connection comes back with what the one before it left", async () => {
  using server = new FakeServer();
  const resume = { epoch: "e1", token: "t1", cursors: { lobby: 7, dev: 2 } };
  const { connection, events } = setUp(server, { resume, rooms: ["lobby", "dev"] });
  const welcomed = until(events, "welcome");
  const peer = await server.accept();
  assertEquals(await peer.next(), { kind: "resume", v: [1], ...resume });
  peer.send({ kind: "refused", code: "resume_unknown", text: "unknown", final: false });
  const hello = await peer.next();
  assertEquals(hello?.kind === "hello" && [hello.epoch, hello.cursors], ["e1", { lobby: 7, dev: 2 }]);
  peer.send(welcome("s2"));
  await welcomed;
  const left = leave(connection, events);
  await peer.end();
  await left;
});

for (const reason of ["kicked", "banned"] as const) {
  Deno.test(`Connection does not come back when it was ${reason}, and ends the program with the reason`, async () => {
    using server = new FakeServer();
    const { events } = setUp(server);
    const welcomed = until(events, "welcome");
    const peer = await server.welcome("s1");
    await welcomed;
    peer.send({ kind: "bye", reason, text: `You were ${reason} by olga: be\x1b[2J nice` });
    assertEquals((await events.next()).value?.kind, "bye");
    const fatal = await assertRejects(() => events.next(), Fatal, `You were ${reason} by olga: be nice`);
    assertEquals(fatal.code, EXIT.noPermission);
  });
}

Deno.test("Connection is not let in, at first or after a cut, by a server that has banned it", async () => {
  for (const cut of [false, true]) {
    using server = new FakeServer();
    const { events } = setUp(server);
    const next = events.next();
    if (cut) {
      const peer = await server.welcome("s1");
      await next;
      await peer.end();
      await until(events, "lost");
    }
    const refused = cut ? events.next() : next;
    const peer = await server.accept();
    await peer.next();
    peer.send({ kind: "refused", code: "banned", text: "You are banned: spam", final: true });
    assertEquals((await refused).value?.kind, "refused");
    const fatal = await assertRejects(() => events.next(), Fatal, "You are banned: spam");
    assertEquals(fatal.code, EXIT.noPermission);
  }
});
