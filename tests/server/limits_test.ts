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
import { FakeConnection, FakeServer } from "./fakes.ts";

/** Somebody in each of many rooms, 50 rooms a person. */
async function fill(server: FakeServer, rooms: number): Promise<FakeConnection[]> {
  const names = Array.from({ length: rooms }, (_, i) => `room${i}`);
  const people: FakeConnection[] = [];
  while (names.length > 0) {
    people.push(await server.join(`p${people.length}`, undefined, { rooms: names.splice(0, LIMITS.roomsPerSession) }));
  }
  return people;
}

Deno.test("1,000 rooms are open beside the lobby, and not one more; what is open goes on, and who leaves makes place", async () => {
  await using server = new FakeServer();
  const people = await fill(server, LIMITS.roomsOpen);
  const late = await server.join("late");
  await server.ask(late, { kind: "join", room: "one-more", ref: "r1" });
  const text = "1,000 rooms are open, and there is no place for #one-more; come into one of those";
  assertEquals(late.all("refused"), [{ kind: "refused", ref: "r1", code: "too_many_rooms", text, final: true }]);
  await server.ask(late, { kind: "join", room: "room7", ref: "r2" });
  assertEquals(late.all("members").at(-1)?.total, 2);
  const refused = await server.join("other", undefined, { rooms: ["room8", "two-more"] });
  assertEquals(refused.all("refused").map(({ code }) => code), ["too_many_rooms"]);
  await server.ask(people[19], { kind: "part", room: "room999" });
  await server.ask(late, { kind: "join", room: "one-more", ref: "r3" });
  assertEquals(late.all("members").at(-1)?.room, "one-more");
});

Deno.test("Places: 10,000 rooms of the history are known and none is open; one that is come into goes on where it was", () => {
  const records = Array.from({ length: 10_000 }, (_, i) => ({ room: `room${i}`, head: i + 1, topic: `topic ${i}`, topicSeq: 1 }));
  const places = new Places(records, () => 0);
  assertEquals([places.size, places.isNew("room9999"), places.isNew("room10000")], [1, false, true]);
  const place = places.open("Room77");
  assert("room" in place);
  assertEquals([place.room.head, place.room.topic, places.size], [78, "topic 77", 2]);
  places.tidy(place);
  assertEquals([places.size, places.isNew("room77")], [1, false]);
});

Deno.test("Places: 20,000 rooms are known, and no more begin; those that are known can be come into", () => {
  const records = (rooms: number) => Array.from({ length: rooms }, (_, i) => ({ room: `room${i}`, head: 1, topic: "", topicSeq: 1 }));
  const places = new Places(records(19_999), () => 0);
  assert("room" in places.open("the-last"));
  const refused = places.open("one-more");
  assertEquals("code" in refused && refused.code, "too_many_rooms");
  assert("room" in places.open("room5"));
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
  for (let i = 0; i < 101; i++) people.push(await server.join(`p${i}`));
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
