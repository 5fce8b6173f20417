/**
 * Bounds that hold whatever is asked for, each at both sides of its edge.
 *
 * @module
 */
import { assert, assertEquals, assertLess } from "@std/assert";
import { RESUMABLE, Sessions } from "../../server/core/sessions.ts";
import { Semaphore } from "../../server/semaphore.ts";
import { Places } from "../../server/places.ts";
import { type ClientFrame, LIMITS } from "../../shared/protocol.ts";
import { FakeConnection, FakeHistory, FakeServer, framesCodec } from "./fakes.ts";

const HOST = "203.0.113.7";

/** Somebody in each of many rooms, 50 rooms a person. */
async function fill(server: FakeServer, rooms: number): Promise<FakeConnection[]> {
  const names = Array.from({ length: rooms }, (_, i) => `room${i}`);
  const people: FakeConnection[] = [];
  while (names.length > 0) {
    people.push(await server.join(`p${people.length}`, undefined, { rooms: names.splice(0, LIMITS.roomsPerSession) }));
  }
  return people;
}

Deno.test("1,000 rooms that nothing was said in are open, and not one more; what is open goes on, and who leaves makes place", async () => {
  await using server = new FakeServer();
  const people = await fill(server, LIMITS.roomsOpen);
  const late = await server.join("late");
  await server.ask(late, { kind: "join", room: "one-more", ref: "r1" });
  const text = "there is no place for #one-more: 1,000 rooms are open that nothing was said in; come into another room";
  assertEquals(late.all("refused"), [{ kind: "refused", ref: "r1", code: "too_many_rooms", text, final: true }]);
  await server.ask(late, { kind: "join", room: "room7", ref: "r2" });
  assertEquals(late.all("members").at(-1)?.total, 2);
  const other = await server.join("other", undefined, { rooms: ["room8", "two-more"] });
  assertEquals(other.all("welcome")[0].rooms.map(({ room }) => room), ["room8"]);
  assertEquals(other.all("notice").map(({ text }) => text.slice(0, 34)), ["there is no place for #two-more: 1"]);
  const refused = await server.join("third", undefined, { rooms: ["three-more"] });
  assertEquals(refused.all("refused").map(({ code, final }) => [code, final]), [["too_many_rooms", false]]);
  // What something was said in is new no more.
  await server.said(people[0], "room0", "x");
  await server.ask(late, { kind: "join", room: "one-more", ref: "r0" });
  assertEquals(late.all("members").at(-1)?.room, "one-more");
  await server.ask(late, { kind: "part", room: "one-more" }, { kind: "join", room: "room1" });
  await server.ask(people[19], { kind: "part", room: "room999" });
  await server.ask(late, { kind: "join", room: "one-more", ref: "r3" });
  assertEquals(late.all("members").at(-1)?.room, "one-more");
});

Deno.test("hello: who comes back is let in, and into each room that something was said in, whoever has taken all places for new ones", async () => {
  const history = new FakeHistory();
  await using server = new FakeServer({ history });
  const alice = await server.join("alice", undefined, { secret: "alice's", rooms: ["lobby", "dev"] });
  await server.said(alice, "dev", "ours");
  await server.ask(alice, { kind: "bye" });
  await fill(server, LIMITS.roomsOpen);
  const back = await server.join("alice", undefined, { secret: "alice's", rooms: ["lobby", "dev", "mine"] });
  assertEquals(back.all("welcome")[0].rooms.map(({ room, head }) => [room, head]), [["lobby", 0], ["dev", 1]]);
  assertEquals(back.all("notice").map(({ text }) => text), [
    "there is no place for #mine: 1,000 rooms are open that nothing was said in; come into another room",
  ]);
  const eve = await server.join("eve");
  await server.ask(eve, { kind: "join", room: "dev", ref: "r1" });
  assertEquals(eve.all("members").map(({ ref, total }) => [ref, total]), [["r1", 2]]);
  assertEquals(history.rooms().map(({ room }) => room), ["dev"]);
});

Deno.test("new rooms cost the address, however many connections ask for them; who asks for others, too, is let in without", async () => {
  const limits = { maxConnections: undefined, maxPerAddress: undefined, rate: 1_000, burst: 50, textBytes: 4_096 };
  let now = 0.5;
  await using server = new FakeServer({ limits, monotonic: () => now });
  const names = (of: string) => Array.from({ length: 50 }, (_, i) => `${of}-${i}`);
  for (const name of ["a", "b"]) {
    assertEquals((await server.join(name, undefined, { rooms: names(name) })).all("welcome")[0].rooms.length, 50);
  }
  const late = (await server.join("c", undefined, { rooms: names("c") })).all("refused");
  assertEquals(late.map(({ code, final, retryMs }) => [code, final, retryMs]), [["too_many_rooms", false, 60_000]]);
  const dave = await server.join("dave", undefined, { rooms: ["lobby", "daves"] });
  assertEquals(dave.all("notice").map(({ text }) => text), [
    "#daves cannot begin yet: 100 rooms have begun at your address; try again in 60 s",
  ]);
  await server.ask(dave, { kind: "join", room: "daves", ref: "r1" });
  assertEquals(dave.all("refused").map(({ ref, final, retryMs }) => [ref, final, retryMs]), [["r1", false, 60_000]]);
  now += 0.1;
  const sooner = (await server.join("c", undefined, { rooms: names("c") })).all("refused");
  assertEquals(sooner.map(({ retryMs }) => retryMs), [60_000]);
  const elsewhere = await server.join("erin", new FakeConnection(framesCodec, "203.0.113.8"), { rooms: ["erins"] });
  assertEquals(elsewhere.all("welcome").length, 1);
  now += 60_000;
  await server.ask(dave, { kind: "join", room: "daves", ref: "r2" });
  assertEquals(dave.all("members").at(-1)?.room, "daves");
});

Deno.test("hello: one that another connection of its own installation holds back leaves no rooms open", async () => {
  await using server = new FakeServer();
  await server.join("alice", undefined, { secret: "alice's" });
  const again = await server.join("alice", undefined, { secret: "alice's", rooms: Array.from({ length: 50 }, (_, i) => `r${i}`) });
  assertEquals(again.all("refused").map(({ code }) => code), ["name_taken"]);
  // All 1,000 places are there.
  const people = await fill(server, LIMITS.roomsOpen);
  assertEquals(people.flatMap((peer) => peer.all("notice")), []);
});

Deno.test("Places: 10,000 rooms of the history are known and none is open; one that is come into goes on where it was", () => {
  const records = Array.from({ length: 10_000 }, (_, i) => ({ room: `room${i}`, head: i + 1, topic: `topic ${i}`, topicSeq: 1 }));
  const places = new Places(records, () => 0, true);
  assertEquals([places.size, places.isNew("room9999"), places.isNew("room10000")], [1, false, true]);
  const place = places.open("Room77", HOST);
  assert("room" in place);
  assertEquals([place.room.head, place.room.topic, places.size], [78, "topic 77", 2]);
  places.tidy(place);
  assertEquals([places.size, places.isNew("room77")], [1, false]);
});

Deno.test("Places: 20,000 rooms are known, and no more begin; those that are known can be come into", () => {
  const records = (rooms: number) => Array.from({ length: rooms }, (_, i) => ({ room: `room${i}`, head: 1, topic: "", topicSeq: 1 }));
  const places = new Places(records(19_999), () => 0, true);
  assert("room" in places.open("the-last", HOST));
  const refused = places.open("one-more", HOST);
  assertEquals("code" in refused && refused.code, "too_many_rooms");
  assert("room" in places.open("room5", HOST));
});

Deno.test("Places: rooms of which nothing is kept any more are known, and leave place for others", () => {
  const records = Array.from(
    { length: 20_001 },
    (_, i) => ({ room: `room${i}`, head: 9, topic: "", topicSeq: 0, ...i < 2 ? { empty: true } : {} }),
  );
  const places = new Places(records, () => 0, true);
  const old = places.open("room0", HOST);
  assert("room" in old);
  assertEquals(old.room.head, 9);
  assertEquals("room" in places.open("new", HOST), false, "the one that is come into counts again");
  places.tidy(old);
  const fresh = new Places(records, () => 0, true);
  assert("room" in fresh.open("new", HOST));
});

Deno.test("a room that begins costs ten messages of the rate, one that is known costs one", async () => {
  const limits = { maxConnections: undefined, maxPerAddress: undefined, rate: 20, burst: 50, textBytes: 4_096 };
  await using server = new FakeServer({ limits, monotonic: () => 0 });
  // The frame that goes beyond the burst is answered; the next one is read later.
  for (const name of ["alice", "bob"]) {
    const rooms = ["a", "b", "c", "d", "e"].map((room): ClientFrame => ({ kind: "join", room }));
    const peer = await server.ask(await server.join(name), ...rooms, { kind: "ping" }, { kind: "ping" });
    assertEquals(peer.all("pong").length, name === "alice" ? 1 : 2);
  }
});

Deno.test("Sessions: 5,000 that are over can be resumed; one more, and the first is forgotten", () => {
  const sessions = new Sessions();
  const end = (number: number) => {
    const session = sessions.open(`p${number}`, `s${number}`, undefined);
    assert("id" in session);
    sessions.issue(session, `t${number}`, 0);
    sessions.close(session);
  };
  for (let number = 0; number < RESUMABLE; number++) end(number);
  const known = (token: string) => {
    const session = sessions.resume(token, 1);
    if (session && "id" in session) sessions.close(session);
    return session !== undefined;
  };
  assertEquals(known("t1"), true);
  end(RESUMABLE);
  assertEquals([known("t0"), known("t1"), known(`t${RESUMABLE}`)], [false, true, true]);
});

Deno.test("Sessions: of one that comes back again and again the newest four tokens are good", () => {
  const sessions = new Sessions();
  const session = sessions.open("bob", "s1", undefined);
  assert("id" in session);
  for (let number = 1; number <= 100; number++) sessions.issue(session, `t${number}`, 0, "t1");
  assertEquals(["t96", "t97", "t100"].map((token) => sessions.resume(token, 1) !== undefined), [false, true, true]);
});

Deno.test("100 sessions of one address keep their seats when their connections break; one more, and the first ends", async () => {
  await using server = new FakeServer();
  const people: FakeConnection[] = [];
  for (let i = 0; i < 101; i++) people.push(await server.join(`p${i}`, new FakeConnection(framesCodec, `2001:db8::${i.toString(16)}`)));
  for (const peer of people.slice(0, 100)) peer.break();
  await server.idle();
  assertEquals(server.hub.seats.size, 101);
  people[100].break();
  await server.idle();
  assertEquals(server.hub.seats.size, 100);
  assertEquals((await server.join("p0")).all("welcome").length, 1);
});

Deno.test("Semaphore lets so many in at a time, in the order they came, and goes on after one that fails", async () => {
  const semaphore = new Semaphore(2);
  const order: number[] = [];
  let [inside, most] = [0, 0];
  const work = (number: number) => async () => {
    most = Math.max(most, ++inside);
    order.push(number);
    await Promise.resolve();
    inside--;
    if (number === 3) throw new Error("injected");
  };
  const done = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => semaphore.pass(work(i))));
  assertEquals([most, order], [2, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]);
  assertEquals(done.filter(({ status }) => status === "rejected").length, 1);
});

Deno.test("search: 32 words are looked for, and 33 are refused", async () => {
  await using server = new FakeServer();
  const alice = await server.join("alice");
  const words = (number: number) => Array.from({ length: number }, (_, i) => `w${i}`).join(" ");
  await server.ask(alice, { kind: "search", room: "lobby", words: words(32), limit: 1, ref: "r1" });
  await server.ask(alice, { kind: "search", room: "lobby", words: words(33), limit: 1, ref: "r2" });
  assertEquals([alice.all("page").map(({ ref }) => ref), alice.all("refused").map(({ ref, code }) => [ref, code])], [
    ["r1"],
    [["r2", "too_many_words"]],
  ]);
});

Deno.test("C8 a backlog that is not taken costs a page: what is sent at once is bounded, and all of it comes", async () => {
  await using server = new FakeServer();
  const alice = await server.join("alice");
  for (let i = 0; i < 200; i++) await server.said(alice, "lobby", `${i} ${"x".repeat(4_000)}`);
  const bob = new FakeConnection();
  let longest = 0;
  bob.takes = (bytes) => {
    longest = Math.max(longest, bytes.length);
    return bytes.length;
  };
  await server.join("bob", bob, { backlog: 200 });
  assertEquals(bob.all("entry").length, 200);
  assertEquals([bob.all("backlog")[0].count, bob.all("live").length], [200, 1]);
  assertLess(longest, 80_000);
});
