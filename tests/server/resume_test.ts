/**
 * C7: a session that comes back.
 *
 * @module
 */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { textCodec } from "../../server/transports/text_codec.ts";
import type { Entry, Hello, Resume, Seq, ServerFrame } from "../../shared/protocol.ts";
import { assertWhole, FakeConnection, FakeHistory, FakeServer, say } from "./fakes.ts";

const DAY = 24 * 60 * 60_000;
const SECRET = { secret: "a secret of 128 bits" };

/** A server whose clocks the test moves. */
class Stage implements AsyncDisposable {
  /** Milliseconds since 1970. */
  now = 1_790_000_000_000;
  /** Far ahead of the pumps' own clock, which stands still for these tests. */
  monotonic = 0;
  readonly server: FakeServer;

  constructor(history = new FakeHistory(), mayReturn = () => true) {
    this.server = new FakeServer({ history, mayReturn, now: () => this.now, monotonic: () => this.monotonic });
  }

  /** Lets time pass, with a look at who is gone in the end. */
  async pass(ms: number): Promise<void> {
    this.now += ms;
    this.monotonic += ms;
    this.server.hub.sweep();
    await this.server.idle();
  }

  /** Somebody whose connection breaks right away. */
  async lost(name: string, more: Partial<Hello> = {}): Promise<FakeConnection> {
    const connection = await this.server.join(name, undefined, more);
    connection.break();
    await this.server.idle();
    return connection;
  }

  async resume(token: string, cursors: Resume["cursors"] = {}, epoch = this.server.history.epoch): Promise<FakeConnection> {
    return await this.server.ask(this.server.connect(), { kind: "resume", v: [1], token, epoch, cursors });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.server[Symbol.asyncDispose]();
  }
}

function token(connection: FakeConnection): string {
  return connection.all("welcome").at(-1)!.token!;
}

/** What came after the welcome, presence apart: texts of entries, else kinds. */
function heard(connection: FakeConnection): string[] {
  const frames = connection.frames.slice(connection.frames.findLastIndex(({ kind }) => kind === "welcome") + 1);
  return frames.filter(({ kind }) => kind !== "joined" && kind !== "left").map((frame) => frame.kind === "entry" ? frame.text : frame.kind);
}

Deno.test("C7 resume: the same session, name and rooms, with a new token", async () => {
  await using stage = new Stage();
  const bob = await stage.lost("Bob", { rooms: ["dev", "ops"] });
  const [before] = bob.all("welcome");
  const back = await stage.resume(token(bob));
  const [after] = back.all("welcome");
  assertEquals({ ...after, token: "", resumed: false }, { ...before, token: "" });
  assertEquals([before.resumed, after.resumed], [false, true]);
  assertNotEquals(after.token, before.token);
  await stage.server.ask(back, { kind: "say", room: "ops", text: "back", ref: "r1" });
  await stage.server.commit();
  assertEquals(back.all("entry").map(({ by, from, text }) => [by, from, text]), [["Bob", before.session, "back"]]);
});

Deno.test("C7 resume: the others do not hear of a cut that is mended in time", async () => {
  await using stage = new Stage();
  const alice = await stage.server.join("alice");
  const bob = await stage.lost("bob");
  await stage.pass(30_000);
  await stage.resume(token(bob));
  await stage.pass(60_000);
  assertEquals([alice.all("joined").length, alice.all("left").length], [1, 0]);
});

Deno.test("C7 a broken connection's seat is kept 30 s, then left is said and the name is free; it can be resumed all the same", async () => {
  await using stage = new Stage();
  const alice = await stage.server.join("alice");
  const bob = await stage.lost("bob", { rooms: ["lobby", "dev"] });
  await stage.pass(30_000);
  assertEquals(alice.all("left"), []);
  assertEquals((await stage.server.join("bob")).all("refused")[0].code, "name_taken");
  await stage.pass(1);
  assertEquals(alice.all("left").map(({ by, total }) => [by, total]), [["bob", 1]]);
  const back = await stage.resume(token(bob));
  assertEquals(back.all("welcome")[0].rooms.map(({ room, total }) => [room, total]), [["lobby", 2], ["dev", 1]]);
  assertEquals([back.all("welcome")[0].session, alice.all("joined").length], [bob.all("welcome")[0].session, 2]);
});

Deno.test("C7 a seat without a connection comes back to a hello from its own installation, with its rooms, and to no other", async () => {
  await using stage = new Stage();
  const alice = await stage.server.join("alice", undefined, { rooms: ["dev"] });
  const bob = await stage.lost("bob", { secret: "bob's installation", rooms: ["dev"] });
  const join = (secret?: string) => stage.server.join("BOB", undefined, { ...secret === undefined ? {} : { secret }, rooms: ["ops"] });
  assertEquals((await join("another installation")).all("refused")[0].code, "name_taken");
  assertEquals((await join()).all("refused")[0].code, "name_taken");
  const [back] = (await join("bob's installation")).all("welcome");
  assertEquals([back.session, back.nick, back.resumed], [bob.all("welcome")[0].session, "bob", true]);
  assertEquals(back.rooms.map(({ room, total }) => [room, total]), [["dev", 2], ["ops", 1]]);
  await stage.pass(60_000);
  assertEquals([alice.all("joined").length, alice.all("left").length], [1, 0]);
  // One that is connected keeps it.
  assertEquals((await join("bob's installation")).all("refused")[0].code, "name_taken");
});

Deno.test("C7 resume: a room that nothing was said in and that there is no place for any more is told; the others are there", async () => {
  await using stage = new Stage();
  const bob = await stage.lost("bob", { rooms: ["dev", "mine", "lobby"] });
  const alice = await stage.server.join("alice", undefined, { rooms: ["dev"] });
  await stage.server.said(alice, "dev", "hi");
  await stage.pass(60_000);
  for (let i = 0; i < 20; i++) {
    await stage.server.join(`p${i}`, undefined, { rooms: Array.from({ length: 50 }, (_, n) => `r${i}-${n}`) });
  }
  const back = await stage.resume(token(bob));
  assertEquals(back.all("welcome")[0].rooms.map(({ room }) => room), ["dev", "lobby"]);
  assertEquals(back.all("notice").map(({ text }) => text), [
    "there is no place for #mine: 1,000 rooms are open that nothing was said in; come into another room",
  ]);
});

Deno.test("C7 a hello that takes up a seat is in the rooms it names, and in 50 in all: the first ones of before are left", async () => {
  await using stage = new Stage();
  const numbered = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `r${from + i}`);
  const alice = await stage.server.join("alice", undefined, { rooms: numbered(0, 50) });
  await stage.lost("bob", { ...SECRET, rooms: numbered(0, 50) });
  // 30 of before, 20 others.
  const back = await stage.server.join("bob", undefined, { ...SECRET, rooms: [...numbered(0, 5), ...numbered(50, 65)] });
  const [welcome] = back.all("welcome");
  assertEquals(welcome.rooms.map(({ room }) => room), [...numbered(0, 5), ...numbered(20, 65)]);
  assertEquals(alice.all("left").map(({ room }) => room), numbered(5, 20));
  await stage.server.ask(back, { kind: "join", room: "more", ref: "r1" });
  assertEquals(back.all("refused").map(({ code }) => code), ["too_many_rooms"]);
  await stage.server.said(alice, "r5", "unheard");
  await stage.server.said(alice, "r20", "heard");
  assertEquals(back.all("entry").map(({ text }) => text), ["heard"]);
});

Deno.test("C7 a hello takes up its seat however it writes the name, and one that is refused leaves the seat as it was", async () => {
  await using stage = new Stage();
  const { server } = stage;
  const alice = await server.join("alice");
  const bob = await stage.lost("bob", SECRET);
  const hello = async (name: string, more: Partial<Hello> = {}) =>
    (await server.join(name, undefined, { ...SECRET, ...more })).all("refused").map(({ code }) => code);
  assertEquals(await hello("bob", { rooms: ["dev", "a b"] }), ["no_such_room"]);
  assertEquals(await hello("bob:"), ["name_not_allowed"]);
  assertEquals(await hello("carol"), [], "another name is another session");
  const back = await server.join(" ｂｏｂ\r", undefined, SECRET);
  assertEquals(back.all("welcome").map(({ session, nick }) => [session, nick]), [[bob.all("welcome")[0].session, "bob"]]);
  assertEquals([alice.all("joined").map(({ by }) => by), alice.all("left").length], [["bob", "carol"], 0]);
});

Deno.test("C7 a hello that takes up a seat goes on from its cursors, and where it has none it is sent what it asks for", async () => {
  await using stage = new Stage();
  const { server } = stage;
  const alice = await server.join("alice", undefined, { rooms: ["lobby", "dev", "ops"] });
  const bob = await server.join("bob", undefined, { ...SECRET, rooms: ["lobby", "dev"] });
  await server.said(alice, "lobby", "seen");
  bob.break();
  await server.said(alice, "lobby", "missed");
  for (const room of ["dev", "ops"]) await server.said(alice, room, `${room} one`, `${room} two`);
  const more = { ...SECRET, rooms: ["lobby", "ops"], epoch: "e1", cursors: { lobby: 1 }, backlog: 1 };
  const back = await server.join("bob", undefined, more);
  await server.said(alice, "lobby", "new");
  const texts = (room: string) => back.all("entry").filter((entry) => entry.room === room).map(({ text }) => text);
  assertEquals([texts("lobby"), texts("dev"), texts("ops")], [["missed", "new"], ["dev two"], ["ops two"]]);
  assertWhole(back.frames, { lobby: 1 });
});

Deno.test("C7 a clean bye frees the name at once, and says left", async () => {
  await using stage = new Stage();
  const alice = await stage.server.join("alice");
  const bob = await stage.server.join("bob");
  await stage.server.ask(bob, { kind: "bye" });
  assertEquals([alice.all("left").length, bob.ended], [1, "finished"]);
  assert((await stage.server.join("bob")).welcomed);
});

Deno.test("C7 a person on netcat cannot resume: its name is free as soon as its connection breaks, and it is given no token", async () => {
  await using stage = new Stage();
  const alice = await stage.server.join("alice");
  const bob = await stage.server.join("bob", new FakeConnection(textCodec));
  bob.break();
  await stage.server.idle();
  assertEquals(alice.all("left").length, 1);
  assert((await stage.server.join("bob")).welcomed);
});

Deno.test("C7 what was said while the session was away comes as backlog, then what is said now", async () => {
  await using stage = new Stage();
  const alice = await stage.server.join("alice");
  const bob = await stage.server.join("bob");
  await stage.server.said(alice, "lobby", "one");
  bob.break();
  await stage.server.said(alice, "lobby", "two", "three");
  const back = await stage.resume(token(bob), { lobby: 1 });
  await stage.server.said(alice, "lobby", "four");
  assertEquals(heard(back), ["backlog", "two", "three", "live", "four"]);
  assertEquals(back.all("backlog"), [{ kind: "backlog", room: "lobby", count: 2 }]);
  assertWhole(back.frames, { lobby: 1 });
});

Deno.test("C7 where nothing was missed no backlog is announced", async () => {
  await using stage = new Stage();
  const alice = await stage.server.join("alice");
  const bob = await stage.server.join("bob");
  await stage.server.said(alice, "lobby", "one");
  bob.break();
  await stage.server.idle();
  const back = await stage.resume(token(bob), { lobby: 1 });
  await stage.server.said(alice, "lobby", "two");
  assertEquals(heard(back), ["two"]);
});

Deno.test("C7 the seam: what is committed before, while and after the backlog is read comes once, in order", async () => {
  await using stage = new Stage();
  const { server } = stage;
  const alice = await server.join("alice");
  const bob = await server.join("bob");
  await server.said(alice, "lobby", "seen");
  bob.break();
  await server.said(alice, "lobby", "missed");
  // Committed, and not told of when bob comes back.
  server.history.hold();
  await server.said(alice, "lobby", "at the seam");
  const reading = Promise.withResolvers<void>();
  server.history.reading = reading.promise;
  const back = await stage.resume(token(bob), { lobby: 1 });
  server.history.tell();
  await server.said(alice, "lobby", "while it is read");
  reading.resolve();
  await server.said(alice, "lobby", "after");
  assertEquals(heard(back), ["backlog", "missed", "live", "at the seam", "while it is read", "after"]);
  assertWhole(back.frames, { lobby: 1 });
});

Deno.test("C7 a long absence is read page by page, and can be cut again in the middle", async () => {
  await using stage = new Stage();
  const { server } = stage;
  const alice = await server.join("alice");
  const bob = await stage.lost("bob");
  await server.said(alice, "lobby", ...Array.from({ length: 1_000 }, (_, i) => `${i}`));
  const back = await stage.resume(token(bob), { lobby: 0 });
  const [whole] = [heard(back)];
  assertEquals([whole.length, whole[0], whole.at(-1), back.all("backlog")[0].count], [1_002, "backlog", "live", 1_000]);
  assertWhole(back.frames, { lobby: 0 });
  back.break();
  await server.idle();
  const second = server.connect();
  second.takes = (bytes) => Math.min(bytes.length, 1_000);
  second.stall();
  second.receive({ kind: "resume", v: [1], token: token(back), epoch: "e1", cursors: { lobby: 0 } });
  await server.idle();
  for (let i = 0; i < 60; i++) {
    second.release();
    second.stall();
    await server.idle();
  }
  second.break();
  await server.idle();
  const seen = second.all("entry").length;
  assert(seen > 200 && seen < 1_000, `${seen}`);
  const third = await stage.resume(token(second), { lobby: seen });
  assertEquals(third.all("entry").map(({ seq }) => seq), Array.from({ length: 1_000 - seen }, (_, i) => seen + i + 1));
});

Deno.test("C7 each room goes on from its own cursor; of a room without one, the newest 50 are sent", async () => {
  await using stage = new Stage();
  const { server } = stage;
  const alice = await server.join("alice", undefined, { rooms: ["dev", "ops"] });
  const bob = await stage.lost("bob", { rooms: ["dev", "ops"] });
  const numbers = Array.from({ length: 60 }, (_, i) => `${i + 1}`);
  await server.said(alice, "dev", ...numbers);
  await server.said(alice, "ops", ...numbers);
  const back = await stage.resume(token(bob), { dev: 58 });
  const seqs = (room: string) => back.all("entry").filter((entry) => entry.room === room).map(({ seq }) => seq);
  assertEquals([seqs("dev"), seqs("ops")], [[59, 60], numbers.slice(10).map(Number)]);
});

/** Comes back with a cursor; what it hears, resets in full. */
async function cameBack(stage: Stage, from: FakeConnection, cursor: Seq, epoch?: string): Promise<(string | ServerFrame)[]> {
  const back = await stage.resume(token(from), { lobby: cursor }, epoch);
  const resets = back.all("reset");
  back.break();
  await stage.server.idle();
  return [...heard(back).filter((word) => word !== "reset"), ...resets];
}

Deno.test("C7 a cursor of another epoch, or beyond the head, is answered with reset and the newest 50", async () => {
  await using stage = new Stage();
  const { server } = stage;
  const alice = await server.join("alice");
  const bob = await stage.lost("bob");
  await server.said(alice, "lobby", ...Array.from({ length: 60 }, (_, i) => `${i + 1}`));
  const newest = ["backlog", ...Array.from({ length: 50 }, (_, i) => `${i + 11}`), "live"];
  const reset: ServerFrame = { kind: "reset", room: "lobby", cursor: 10, skipped: 0 };
  const back = await stage.resume(token(bob), { lobby: 60 }, "another epoch");
  assertEquals(back.frames[1], reset, "before anything else of the room");
  assertWhole(back.frames, { lobby: 60 });
  assertEquals(heard(back), ["reset", ...newest]);
  assertEquals(await cameBack(stage, back, 61), [...newest, reset]);
});

Deno.test("C7 a cursor at the head of this epoch is whole, one in the past of another is not, even in an empty room", async () => {
  await using stage = new Stage();
  const bob = await stage.lost("bob");
  assertEquals(await cameBack(stage, bob, 0), []);
  const again = await stage.resume(token(bob), { lobby: 7 });
  assertEquals(again.frames.slice(1), [{ kind: "reset", room: "lobby", cursor: 0, skipped: 0 }]);
});

Deno.test("C7 a cursor before the kept floor is answered with reset and how many were left out, then all that is kept", async () => {
  await using stage = new Stage();
  const { server } = stage;
  const alice = await server.join("alice");
  const bob = await stage.lost("bob");
  await server.said(alice, "lobby", ...Array.from({ length: 10 }, (_, i) => `${i + 1}`));
  server.history.floor = 6;
  const back = await stage.resume(token(bob), { lobby: 2 });
  assertEquals(back.all("reset"), [{ kind: "reset", room: "lobby", cursor: 6, skipped: 4 }]);
  assertEquals(heard(back), ["reset", "backlog", "7", "8", "9", "10", "live"]);
  assertWhole(back.frames, { lobby: 2 });
  back.break();
  await server.idle();
  server.history.floor = 10;
  const gone = await stage.resume(token(back), { lobby: 8 });
  assertEquals(gone.frames.slice(1), [{ kind: "reset", room: "lobby", cursor: 10, skipped: 2 }]);
  gone.break();
  await server.idle();
  assertEquals(heard(await stage.resume(token(gone), { lobby: 10 })), []);
});

Deno.test("C7 what is removed from the history while a backlog is read is said as well", async () => {
  await using stage = new Stage();
  const { server } = stage;
  const alice = await server.join("alice");
  const bob = await stage.lost("bob");
  await server.said(alice, "lobby", ...Array.from({ length: 500 }, (_, i) => `${i + 1}`));
  const back = server.connect();
  // One write: the welcome. The next takes a page.
  back.stall();
  back.receive({ kind: "resume", v: [1], token: token(bob), epoch: "e1", cursors: { lobby: 0 } });
  await server.idle();
  back.release();
  back.stall();
  await server.idle();
  server.history.floor = 300;
  back.release();
  await server.idle();
  assertEquals(back.all("reset"), [{ kind: "reset", room: "lobby", cursor: 300, skipped: 100 }]);
  assertEquals(back.all("entry").length, 400);
  assertWhole(back.frames, { lobby: 0 });
});

Deno.test("C7 the token rotates, with 30 s in which the one of before is good too", async () => {
  await using stage = new Stage();
  const bob = await stage.lost("bob");
  const first = token(bob);
  const second = token(await stage.resume(first));
  assertNotEquals(first, second);
  stage.now += 29_999;
  assert((await stage.resume(first)).welcomed, "the welcome with its successor may have been lost");
  stage.now += 1;
  assertEquals((await stage.resume(first)).all("refused")[0].code, "resume_unknown");
  assert((await stage.resume(second)).welcomed, "the second had its successor a millisecond ago");
});

Deno.test("C7 a token is good for 24 hours", async () => {
  for (const [ms, good] of [[DAY - 1, true], [DAY, false]] as const) {
    await using stage = new Stage();
    const bob = await stage.lost("bob");
    await stage.pass(ms);
    assertEquals((await stage.resume(token(bob))).welcomed, good);
  }
});

Deno.test("C7 nothing but a token resumes: not the public id, not its hash, not the secret", async () => {
  await using stage = new Stage();
  const bob = await stage.lost("bob", SECRET);
  const [{ session, epoch }] = bob.all("welcome");
  for (const guess of ["", session, epoch, "bob", `hash of ${token(bob)}`, SECRET.secret, "t0", "t2"]) {
    const peer = await stage.resume(guess);
    const text = "the server does not know this session any more";
    assertEquals(peer.frames, [{ kind: "refused", code: "resume_unknown", text, final: false }], guess);
  }
});

Deno.test("C7 after resume_unknown a hello with cursors on the same connection brings what was missed", async () => {
  const history = await (async () => {
    await using stage = new Stage();
    const alice = await stage.server.join("alice", undefined, { rooms: ["lobby", "dev"] });
    await stage.server.said(alice, "lobby", "one", "two");
    await stage.server.said(alice, "dev", "three");
    return stage.server.history.reopened();
  })();
  // The server was started anew: it knows nobody.
  await using stage = new Stage(history);
  const peer = await stage.resume("t1", { lobby: 1 });
  assertEquals(peer.all("refused").map(({ code, final }) => [code, final]), [["resume_unknown", false]]);
  const cursors = { lobby: 1, dev: 1 };
  await stage.server.ask(peer, { kind: "hello", v: [1], name: "alice", rooms: ["lobby", "dev"], epoch: "e1", cursors, ...SECRET });
  assertEquals(heard(peer), ["backlog", "two", "live"]);
  assertEquals(peer.all("welcome")[0].resumed, false);
  assertWhole(peer.frames, cursors);
});

Deno.test("C7 a room that is called as something every object has is begun with the past that is asked for", async () => {
  await using stage = new Stage();
  const alice = await stage.server.join("alice", undefined, { rooms: ["constructor"] });
  await stage.server.said(alice, "constructor", "one");
  const bob = await stage.server.join("bob", undefined, { rooms: ["constructor"], backlog: 1, epoch: "e1", cursors: { lobby: 0 } });
  assertEquals(heard(bob), ["backlog", "one", "live"]);
});

Deno.test("C7 hello: cursors go before backlog, and a hello without an epoch that is ours is told reset", async () => {
  await using stage = new Stage();
  const alice = await stage.server.join("alice");
  await stage.server.said(alice, "lobby", "one", "two", "three");
  const hello = async (more: Partial<Hello>) => heard(await stage.server.join(`n${stage.server.stays.size}`, undefined, more));
  assertEquals(await hello({ backlog: 1 }), ["backlog", "three", "live"]);
  assertEquals(await hello({ backlog: 1, epoch: "e1", cursors: { lobby: 1 } }), ["backlog", "two", "three", "live"]);
  assertEquals(await hello({ backlog: 1, epoch: "e1", cursors: { dev: 1 } }), ["backlog", "three", "live"]);
  assertEquals(await hello({ backlog: 1, cursors: { lobby: 1 } }), ["reset", "backlog", "one", "two", "three", "live"]);
  assertEquals(await hello({ epoch: "e1", cursors: { lobby: 3 } }), []);
});

Deno.test("C7 an older connection of the session gets bye replaced, and is heard no more", async () => {
  await using stage = new Stage();
  const { server } = stage;
  const alice = await server.join("alice");
  const bob = await server.join("bob");
  await server.said(alice, "lobby", "one");
  const back = await stage.resume(token(bob), { lobby: 1 });
  const text = "You came back on another connection";
  assertEquals([bob.frames.at(-1), bob.ended], [{ kind: "bye", reason: "replaced", text }, "finished"]);
  await server.said(alice, "lobby", "two");
  assertEquals([heard(bob), heard(back)], [["one", "bye"], ["two"]]);
  assertEquals([alice.all("left").length, server.events.filter(({ type }) => type === "disconnected").length], [0, 0]);
  await server.ask(back, { kind: "bye" });
  assertEquals([alice.all("left").length, back.ended], [1, "finished"]);
});

Deno.test("C7 an older connection that takes nothing holds nobody up", async () => {
  await using stage = new Stage();
  const { server } = stage;
  const alice = await server.join("alice");
  const bob = await server.join("bob");
  bob.stall();
  await server.said(alice, "lobby", "one");
  const back = await stage.resume(token(bob), { lobby: 0 });
  assertEquals(heard(back), ["backlog", "one", "live"]);
  await server.said(alice, "lobby", "two");
  assertEquals(heard(back).at(-1), "two");
});

Deno.test("C7 whoever said bye does not come back by the token", async () => {
  await using server = new FakeServer();
  const bob = await server.join("bob");
  const { token } = bob.all("welcome")[0];
  await server.ask(bob, { kind: "bye" });
  const back = await server.ask(server.connect(), { kind: "resume", v: [1], token: token!, epoch: "e1", cursors: {} });
  assertEquals(back.all("refused")[0].code, "resume_unknown");
});

Deno.test("C7 a name that somebody took meanwhile is refused, and a hello with another may follow", async () => {
  await using stage = new Stage();
  const bob = await stage.lost("bob");
  await stage.pass(30_001);
  await stage.server.join("BOB");
  const back = await stage.resume(token(bob));
  assertEquals(back.frames, [{ kind: "refused", code: "name_taken", text: "bob is taken", final: false }]);
  await stage.server.ask(back, { kind: "hello", v: [1], name: "bert" });
  assertEquals(back.all("welcome")[0].nick, "bert");
});

Deno.test("C7 what was said before the cut is answered on the new connection: the echo, or again", async () => {
  await using stage = new Stage();
  const { server } = stage;
  const bob = await server.join("bob", undefined, SECRET);
  await server.ask(bob, say("kept", "r1"), say("under way", "r2"));
  server.history.hold();
  server.history.commit(1);
  bob.break();
  const back = await stage.resume(token(bob), { lobby: 0 });
  await server.ask(back, say("kept", "r1"), say("under way", "r2"), say("new", "r3"));
  server.history.tell();
  await server.commit();
  const fresh = back.all("entry").filter(({ again }) => !again);
  assertEquals(fresh.map(({ ref, seq }) => [ref, seq]), [["r1", 1], ["r2", 2], ["r3", 3]]);
  const again = back.all("entry").filter(({ again }) => again);
  assertEquals(again.map(({ ref, seq }) => [ref, seq]), [["r1", 1], ["r2", 2]]);
  await server.ask(back, { kind: "bye" });
  assertEquals(back.ended, "finished", "everything has its answer");
});

Deno.test("C7 a session that is cut again and again before its messages are kept leaves nobody waiting", async () => {
  await using stage = new Stage();
  const { server } = stage;
  const alice = await server.join("alice");
  const first = await server.join("bob", undefined, SECRET);
  await server.ask(first, say("one", "r1"));
  first.break();
  await server.idle();
  const second = await stage.resume(token(first), { lobby: 0 });
  await server.ask(second, say("two", "r2"), { kind: "bye" });
  assertEquals([first.ended, second.ended, alice.all("left").length], ["closed", undefined, 0]);
  await server.commit();
  await Promise.all([server.stays.get(first), server.stays.get(second)]);
  assertEquals([second.ended, second.all("entry").length, alice.all("left").length], ["finished", 2, 1]);
});

Deno.test("C11 shutdown counts a session once, however many connections it had", async () => {
  await using stage = new Stage();
  const { server } = stage;
  const [alice, bob] = [await server.join("alice"), await server.join("bob")];
  // The old connection still waits for the history when the server stops.
  const full = Promise.withResolvers<void>();
  server.history.full = full.promise;
  await server.ask(bob, say("one"));
  server.history.full = undefined;
  const back = await stage.resume(token(bob), { lobby: 0 });
  await server.ask(alice, say("last words", "r1"));
  server.hub.stop();
  for (const peer of [alice, bob, back]) peer.stop();
  server.history.commit(1);
  full.resolve();
  await server.idle();
  assertEquals([alice.ended, back.ended], [undefined, undefined], "alice's message is under way");
  await server.commit();
  assertEquals([alice.ended, back.ended, heard(back)], ["finished", "finished", ["one", "last words", "bye"]]);
});

Deno.test("C7 a rename, a join and a part are there after a cut", async () => {
  await using stage = new Stage();
  const bob = await stage.server.join("bob", undefined, { rooms: ["lobby", "dev"] });
  await stage.server.ask(bob, { kind: "nick", name: "bert" }, { kind: "part", room: "dev" }, { kind: "join", room: "ops" });
  bob.break();
  await stage.pass(31_000);
  const [welcome] = (await stage.resume(token(bob))).all("welcome");
  assertEquals([welcome.nick, welcome.rooms.map(({ room }) => room)], ["bert", ["lobby", "ops"]]);
});

Deno.test("C7 away survives a cut, and the welcome tells it; the others hear nothing of that", async () => {
  await using stage = new Stage();
  const { server } = stage;
  const alice = await server.join("alice");
  const bob = await server.join("bob", undefined, SECRET);
  await server.ask(bob, { kind: "away", text: "lunch" });
  bob.break();
  await stage.pass(29_000);
  const back = await stage.resume(token(bob));
  const [welcome] = back.all("welcome");
  assertEquals([welcome.away, welcome.rooms[0].members.at(-1)], ["lunch", { nick: "bob", from: welcome.session, away: "lunch" }]);
  assertEquals(alice.all("away").length, 1);
  // By hello from its own installation, too: it is the same session.
  back.break();
  await server.idle();
  const again = await server.join("bob", undefined, SECRET);
  assertEquals(again.all("welcome")[0].away, "lunch");
  await server.ask(again, { kind: "away" });
  assertEquals(alice.all("away").map(({ text }) => text), ["lunch", undefined]);
  again.break();
  await server.idle();
  assertEquals((await stage.resume(token(again))).all("welcome")[0].away, undefined);
});

Deno.test("C7 away is there when a session comes back after it was over, and not for who takes its name", async () => {
  await using stage = new Stage();
  const { server } = stage;
  const alice = await server.join("alice");
  const bob = await server.join("bob");
  await server.ask(bob, { kind: "away", text: "" });
  bob.break();
  await server.idle();
  await stage.pass(31_000);
  const other = await server.join("bob");
  assertEquals(other.all("welcome")[0].away, undefined);
  await server.ask(other, { kind: "bye" });
  const back = await stage.resume(token(bob));
  assertEquals(back.all("welcome")[0].away, "");
  const heard = alice.frames.slice(1).map(({ kind }) => kind);
  assertEquals(heard, ["joined", "away", "left", "joined", "left", "joined", "away"]);
});

/** A client: what it has seen, and what it said and has no answer to. */
class Client {
  readonly #stage: Stage;
  readonly #connections: FakeConnection[] = [];
  readonly #unanswered = new Map<string, string>();
  #resent = true;
  #said = 0;

  constructor(stage: Stage, connection: FakeConnection) {
    this.#stage = stage;
    this.#connections.push(connection);
  }

  /** How many messages it said. */
  get said(): number {
    return this.#said;
  }

  get connection(): FakeConnection {
    return this.#connections.at(-1)!;
  }

  /** The entries of all connections, in the order they came. */
  get entries(): Entry[] {
    return this.#connections.flatMap((connection) => connection.all("entry").filter(({ again }) => !again));
  }

  get #welcomed(): boolean {
    return this.connection.all("welcome").length > 0;
  }

  get #cut(): boolean {
    return this.connection.broken !== undefined || this.connection.ended !== undefined;
  }

  /** Whether it is in, and has said everything. */
  get settled(): boolean {
    return this.#welcomed && this.#resent && !this.#cut;
  }

  say(): void {
    const ref = `r${++this.#said}`;
    const text = `bob ${this.#said}`;
    this.#unanswered.set(ref, text);
    if (this.settled) this.connection.receive(say(text, ref));
  }

  /** Takes the next step there is to take: comes back, says hello where it is not known, says again what has no answer. */
  step(): void {
    const { connection } = this;
    const cursors = { lobby: this.entries.at(-1)?.seq ?? 0 };
    if (this.#cut) {
      const welcome = this.#connections.findLast((connection) => connection.all("welcome").length > 0)!.all("welcome")[0];
      const next = this.#stage.server.connect();
      next.receive({ kind: "resume", v: [1], token: welcome.token!, epoch: welcome.epoch, cursors });
      this.#connections.push(next);
      this.#resent = false;
    } else if (!this.#welcomed) {
      const refused = connection.all("refused").at(-1);
      if (refused?.code === "name_taken") connection.break();
      else if (refused) connection.receive({ kind: "hello", v: [1], name: "bob", epoch: "e1", cursors, ...SECRET });
    } else if (!this.#resent) {
      for (const { ref } of this.#connections.flatMap((connection) => connection.all("entry"))) this.#unanswered.delete(ref ?? "");
      connection.receive(...Array.from(this.#unanswered, ([ref, text]) => say(text, ref)));
      this.#resent = true;
    }
  }
}

type Act = (stage: Stage, bob: Client, alice: FakeConnection) => void | Promise<void>;

/** An act that a counterexample can be read from. */
function act(name: string, weight: number, act: Act): { weight: number; arbitrary: fc.Arbitrary<Act> } {
  return { weight, arbitrary: fc.constant(Object.assign(act, { toString: () => name })) };
}

let spoken = 0;
const acts = fc.array(
  fc.oneof(
    act("alice says", 6, (_, __, alice) => alice.receive(say(`alice ${++spoken}`))),
    act("alice says much", 1, (_, __, alice) => alice.receive(...Array.from({ length: 250 }, () => say(`alice ${++spoken}`)))),
    act("bob says", 6, (_, bob) => bob.say()),
    act("commit 1", 4, ({ server }) => server.history.commit(1)),
    act("commit all", 2, ({ server }) => server.history.commit()),
    act("hold", 1, ({ server }) => server.history.hold()),
    act("tell", 2, ({ server }) => server.history.tell()),
    act("idle", 8, ({ server }) => server.idle()),
    act("bob is cut", 4, (_, bob) => bob.connection.break()),
    act("bob goes on", 9, (_, bob) => bob.step()),
    act("bob stalls", 2, (_, bob) => bob.connection.stall()),
    act("bob reads", 2, (_, bob) => bob.connection.release()),
    act("bob reads slowly", 1, (_, bob) => void (bob.connection.takes = (bytes) => Math.min(bytes.length, 700))),
    act("31 s pass", 1, (stage) => stage.pass(31_000)),
  ),
  { minLength: 10, maxLength: 100 },
);

Deno.test("C7 however a client is cut off and comes back, it hears everything once, in order, and all it said is kept once", async () => {
  await fc.assert(
    fc.asyncProperty(acts, async (acts) => {
      const stage = new Stage();
      const { server } = stage;
      const alice = await server.join("alice");
      const bob = new Client(stage, await server.join("bob", undefined, SECRET));
      for (const act of acts) await act(stage, bob, alice);
      server.history.tell();
      while (!bob.settled) {
        bob.connection.release();
        bob.step();
        await server.commit();
        // Its own ghost may hold its name.
        if (!bob.settled) await stage.pass(31_000);
      }
      bob.connection.release();
      await server.commit();
      const all = alice.all("entry");
      assertEquals(bob.entries.map(({ seq }) => seq), all.map(({ seq }) => seq));
      const own = all.filter(({ by }) => by === "bob").map(({ text }) => Number(text.slice(4)));
      assertEquals(own.toSorted((a, b) => a - b), Array.from({ length: bob.said }, (_, i) => i + 1), "each once");
      assertWhole(alice.frames);
      assertEquals(await server.close(), []);
    }),
    { numRuns: 200 },
  );
});

/** A server whose monotonic clock is the test's, and bob in it by a secret. */
async function withVanished(): Promise<
  { server: FakeServer; bob: FakeConnection; clock: { now: number }; hello: () => Promise<FakeConnection> }
> {
  const clock = { now: 1_000 };
  const server = new FakeServer({ monotonic: () => clock.now });
  const bob = await server.join("bob", undefined, { secret: "bob's" });
  const hello = () => server.join("bob", undefined, { secret: "bob's" });
  return { server, bob, clock, hello };
}

Deno.test("C7 a hello of the same installation has its name from a connection that vanished: one that was asked and said nothing for 5 s", async () => {
  const { server, bob, clock, hello } = await withVanished();
  await using _ = server;
  const first = await hello();
  assertEquals([first.all("refused").map(({ code }) => code), bob.all("ping").length], [["name_taken"], 1]);
  clock.now += 4_999;
  assertEquals((await hello()).all("refused").map(({ text }) => text), ["bob is taken"]);
  clock.now += 1;
  const back = await hello();
  assertEquals(back.all("welcome").map(({ session, resumed }) => [session, resumed]), [["s1", true]]);
  assertEquals([bob.all("bye").map(({ reason }) => reason), server.hub.seats.size], [["replaced"], 1]);
  await server.said(back, "lobby", "it is me");
  assertEquals(back.all("entry").map(({ by, from }) => [by, from]), [["bob", "s1"]]);
});

Deno.test("C7 a connection that answers keeps its name, however often its installation asks for it", async () => {
  const { server, bob, clock, hello } = await withVanished();
  await using _ = server;
  for (let i = 0; i < 3; i++) {
    assertEquals((await hello()).all("refused").map(({ code }) => code), ["name_taken"]);
    clock.now += 1;
    await server.ask(bob, { kind: "pong" });
    clock.now += 60_000;
  }
  assertEquals([bob.all("bye"), bob.all("ping").length], [[], 3]);
});

Deno.test("C7 another installation never has the name of a connection that says nothing", async () => {
  const { server, bob, clock } = await withVanished();
  await using _ = server;
  for (const secret of ["eve's", undefined]) {
    for (let i = 0; i < 3; i++) {
      const eve = await server.join("bob", undefined, secret === undefined ? {} : { secret });
      assertEquals(eve.all("refused").map(({ text }) => text), ["bob is taken"]);
      clock.now += 60_000;
    }
  }
  assertEquals([bob.all("bye"), bob.all("ping")], [[], []]);
});

Deno.test("C7 resume: whose invite was taken back is not known any more, with a seat or without", async () => {
  let isInvited = true;
  await using stage = new Stage(undefined, () => isInvited);
  for (const ms of [0, 30_001]) {
    isInvited = true;
    const bob = await stage.lost("bob");
    await stage.pass(ms);
    isInvited = false;
    const back = await stage.resume(token(bob));
    assertEquals(back.all("refused").map(({ code, final }) => [code, final]), [["resume_unknown", false]]);
    await stage.pass(30_001);
  }
});
