import { assert, assertEquals } from "@std/assert";
import { textCodec } from "../../server/transports/text_codec.ts";
import { parseLine } from "../../server/transports/text_commands.ts";
import { type ClientFrame, LIMITS, type ServerFrame } from "../../shared/protocol.ts";
import { assertWhole, FakeConnection, FakeHistory, FakeServer, say } from "./fakes.ts";

/** Somebody at netcat. */
function person(): FakeConnection {
  return new FakeConnection(textCodec);
}

/** A person types lines; the lines that come back. */
async function type(server: FakeServer, connection: FakeConnection, ...lines: string[]): Promise<string[]> {
  const before = connection.text.length;
  await server.ask(connection, ...lines.map((line) => parseLine(line)!));
  await server.commit();
  return connection.text.slice(before).split("\n").slice(0, -1);
}

/** The frames that came since there were so many. */
function since(connection: FakeConnection, count: number): ServerFrame[] {
  return connection.frames.slice(count);
}

function inRooms(many: number): string[] {
  return Array.from({ length: many }, (_, i) => `r${i}`);
}

/** The names of who is in a room, asked by somebody. */
async function who(server: FakeServer, asker: FakeConnection, room: string): Promise<string[]> {
  await server.ask(asker, { kind: "who", room, ref: "who" });
  return asker.all("members").filter(({ ref }) => ref === "who").at(-1)!.members.map(({ nick }) => nick);
}

Deno.test("hello: the lobby is where everybody is to begin with, and other rooms where they are asked for", async () => {
  await using server = new FakeServer();
  const rooms = async (asked?: string[]) => {
    const peer = await server.join(`n${server.stays.size}`, undefined, asked && { rooms: asked });
    return peer.all("welcome")[0].rooms.map(({ room }) => room);
  };
  assertEquals(await rooms(), ["lobby"]);
  assertEquals(await rooms([]), ["lobby"]);
  assertEquals(await rooms(["#Dev", "ops"]), ["dev", "ops"]);
});

Deno.test("hello: a room that is named twice is joined once", async () => {
  await using server = new FakeServer();
  const alice = await server.join("alice", undefined, { rooms: ["dev"] });
  const bob = await server.join("bob", undefined, { rooms: ["dev", "#DEV", "ｄｅｖ"] });
  assertEquals(bob.all("welcome")[0].rooms.map(({ room, total }) => [room, total]), [["dev", 2]]);
  assertEquals(alice.all("joined").length, 1);
});

Deno.test("hello: a room's name that is not allowed refuses all of it, and the name stays free", async () => {
  await using server = new FakeServer();
  const bob = await server.join("bob", undefined, { rooms: ["dev", "a b"] });
  assertEquals(bob.frames.map((frame) => frame.kind === "refused" && frame.code), ["no_such_room"]);
  const other = await server.join("bob");
  assert(other.welcomed);
});

Deno.test("a room of before whose name is not allowed any more is there, and nobody comes to it", async () => {
  const history = new FakeHistory();
  void history.append({ room: "__proto__", at: 1, type: "said", by: "eve", from: "s0", text: "hi" });
  history.commit();
  await using server = new FakeServer({ history: history.reopened() });
  const bob = await server.join("bob");
  await server.ask(bob, { kind: "join", room: "__proto__", ref: "1" }, { kind: "who", room: "lobby", ref: "2" });
  assertEquals(bob.all("refused").map(({ text }) => text), ["No room can be called __proto__"]);
  assertEquals(bob.all("members").map(({ room }) => room), ["lobby"]);
});

Deno.test("hello: one that is refused leaves no rooms behind", async () => {
  await using server = new FakeServer();
  const bob = await server.join("bob");
  await server.join("bob", undefined, { rooms: ["ghost"] });
  await server.join("a:b", undefined, { rooms: ["ghost"] });
  await server.join("carol", undefined, { rooms: ["ghost", "a b"] });
  await server.ask(bob, { kind: "who", room: "ghost", ref: "r1" });
  assertEquals(bob.all("refused").map(({ code }) => code), ["no_such_room"]);
});

Deno.test("join comes into a room, which begins there, and is answered with who is in it", async () => {
  await using server = new FakeServer();
  const [alice, bob] = [await server.join("alice"), await server.join("bob")];
  await server.ask(alice, { kind: "join", room: "#Dev", ref: "r1" });
  const members = [{ nick: "alice", from: "s1" }];
  assertEquals(since(alice, 2), [{ kind: "members", ref: "r1", room: "dev", head: 0, topic: "", total: 1, offset: 0, members }]);
  await server.ask(bob, { kind: "join", room: "dev", ref: "r1" });
  assertEquals(alice.frames.at(-1), { kind: "joined", room: "dev", by: "bob", from: "s2", total: 2 });
  await server.said(alice, "dev", "hi");
  for (const peer of [alice, bob]) assertEquals(peer.all("entry").map(({ room, text }) => [room, text]), [["dev", "hi"]]);
});

Deno.test("join again changes nothing, and is answered", async () => {
  await using server = new FakeServer();
  const [alice, bob] = [await server.join("alice"), await server.join("bob")];
  await server.said(alice, "lobby", "hi");
  await server.ask(bob, { kind: "join", room: "lobby", backlog: 10, ref: "r1" });
  await server.said(alice, "lobby", "there");
  assertEquals(bob.frames.slice(1).map(({ kind }) => kind), ["entry", "members", "entry"]);
  assertEquals(alice.all("joined").length, 1);
});

Deno.test("join: the backlog is announced, as many as were asked for, then live", async () => {
  await using server = new FakeServer();
  const alice = await server.join("alice", undefined, { rooms: ["dev"] });
  await server.said(alice, "dev", "one", "two", "three");
  for (
    const [backlog, texts] of [[0, []], [1, ["three"]], [2, ["two", "three"]], [200, ["one", "two", "three"]], [undefined, []]] as const
  ) {
    const bob = await server.join(`bob${server.stays.size}`);
    await server.ask(bob, { kind: "join", room: "dev", ref: "r1", ...backlog === undefined ? {} : { backlog } });
    const announced = texts.length === 0 ? [] : [{ kind: "backlog", room: "dev", count: texts.length } as const];
    const frames = bob.frames.slice(2).filter(({ kind }) => kind !== "joined");
    assertEquals(frames.map((frame) => frame.kind === "entry" ? frame.text : frame), [
      ...announced,
      ...texts,
      ...texts.length === 0 ? [] : [{ kind: "live", room: "dev" } as const],
    ]);
    assertWhole(bob.frames);
  }
});

Deno.test("join: what is said while the backlog is read comes after it, once", async () => {
  await using server = new FakeServer();
  const [alice, bob] = [await server.join("alice", undefined, { rooms: ["dev"] }), await server.join("bob")];
  await server.said(alice, "dev", "old");
  const reading = Promise.withResolvers<void>();
  server.history.reading = reading.promise;
  await server.ask(bob, { kind: "join", room: "dev", backlog: 10, ref: "r1" });
  await server.said(alice, "dev", "new");
  assertEquals(bob.all("entry"), []);
  reading.resolve();
  await server.idle();
  assertEquals(bob.frames.slice(2).map((frame) => frame.kind === "entry" ? frame.text : frame.kind), ["backlog", "old", "live", "new"]);
  assertWhole(bob.frames);
});

Deno.test("join: a full room is listed in members frames, 100 at a time", async () => {
  await using server = new FakeServer();
  for (let i = 0; i < 250; i++) server.connect().receive({ kind: "hello", v: [1], name: `n${i}`, rooms: ["dev"] });
  const bob = await server.join("bob");
  await server.ask(bob, { kind: "join", room: "dev", ref: "r1" });
  assertEquals(bob.all("members").map(({ ref, offset, members, total }) => [ref, offset, members.length, total]), [
    ["r1", 0, 100, 251],
    [undefined, 100, 100, 251],
    [undefined, 200, 51, 251],
  ]);
});

Deno.test("part leaves a room: the others hear of it, and whoever left hears nothing more", async () => {
  await using server = new FakeServer();
  const [alice, bob] = [
    await server.join("alice", undefined, { rooms: ["dev"] }),
    await server.join("bob", undefined, { rooms: ["lobby", "dev"] }),
  ];
  await server.ask(bob, { kind: "part", room: "#DEV", ref: "r1" });
  assertEquals(bob.frames.at(-1), { kind: "done", ref: "r1", text: "You left #dev" });
  assertEquals(alice.frames.at(-1), { kind: "left", room: "dev", by: "bob", from: "s2", total: 1 });
  await server.said(alice, "dev", "alone at last");
  assertEquals(bob.all("entry"), []);
  await server.ask(bob, { kind: "say", room: "dev", text: "hi", ref: "r2" });
  assertEquals(bob.all("refused")[0].code, "not_in_room");
  assertEquals(await who(server, bob, "dev"), ["alice"]);
});

Deno.test("part: everything said before is heard, a slow reader's too, and nothing after", async () => {
  await using server = new FakeServer();
  const [alice, bob] = [
    await server.join("alice", undefined, { rooms: ["dev"] }),
    await server.join("bob", undefined, { rooms: ["dev", "lobby"] }),
  ];
  bob.stall();
  await server.said(alice, "dev", "one");
  await server.said(alice, "dev", "two", "three");
  await server.ask(bob, { kind: "part", room: "dev", ref: "r1" });
  await server.said(alice, "dev", "four");
  bob.release();
  await server.idle();
  assertEquals(bob.all("entry").map(({ text }) => text), ["one", "two", "three"]);
  await server.ask(bob, { kind: "join", room: "dev", backlog: 1, ref: "r2" });
  await server.said(alice, "dev", "five");
  assertEquals(bob.all("entry").map(({ text }) => text), ["one", "two", "three", "four", "five"]);
  assertEquals(alice.all("joined").length, 2);
});

Deno.test("part and join at once: nothing is heard twice but what the backlog brings, and every answer comes", async () => {
  await using server = new FakeServer();
  const [alice, bob] = [
    await server.join("alice", undefined, { rooms: ["dev"] }),
    await server.join("bob", undefined, { rooms: ["dev"], secret: "mine" }),
  ];
  bob.stall();
  await server.said(alice, "dev", "one");
  bob.receive({ kind: "say", room: "dev", text: "two", ref: "r1" }, { kind: "part", room: "dev", ref: "r2" });
  bob.receive({ kind: "join", room: "dev", ref: "r3" });
  await server.commit();
  await server.said(alice, "dev", "three");
  bob.release();
  await server.idle();
  assertEquals(bob.all("entry").map(({ text }) => text), ["one", "two", "three"]);
  assertEquals(bob.frames.filter((frame) => "ref" in frame).map((frame) => "ref" in frame && frame.ref), ["r2", "r3", "r1"]);
});

/** Somebody in a room who reads nothing while so much is said there, and who leaves it then. */
async function leaveBehind(server: FakeServer, peer: FakeConnection, room: string, many: number, ref: string): Promise<void> {
  peer.stall();
  await server.ask(peer, { kind: "join", room });
  await server.said(peer, room, ...Array.from({ length: many }, (_, i) => `${room} ${i} ${"x".repeat(4_000)}`));
  await server.ask(peer, { kind: "part", room, ref });
}

Deno.test("C4 part: what a slow reader has left behind is read from history where it is much, once, in order, up to the leave", async () => {
  for (const others of [[], ["carol"]]) {
    await using server = new FakeServer();
    for (const name of others) await server.join(name, undefined, { rooms: ["r0", "r1", "r2"] });
    const bob = await server.join("bob");
    const reading = Promise.withResolvers<void>();
    for (const [i, many] of [100, 2, 300].entries()) {
      await leaveBehind(server, bob, `r${i}`, many, `p${i}`);
      const alice = await server.join(`alice${i}`, undefined, { rooms: [`r${i}`] });
      await server.said(alice, `r${i}`, "after the leave");
    }
    server.history.reading = reading.promise;
    bob.release();
    await server.idle();
    // No tail is held for it: not even the first room's is there.
    assertEquals(bob.all("entry").length < 20, true, `${bob.all("entry").length} entries`);
    reading.resolve();
    await server.idle();
    assertWhole(bob.frames.filter((frame) => frame.kind !== "members"), { r0: 0, r1: 0, r2: 0 });
    const said = [100, 2, 300].flatMap((many, room) => Array.from({ length: many }, (_, i) => `r${room} ${i}`));
    assertEquals(bob.all("entry").map(({ text }) => text.split(" x")[0]), said);
  }
});

Deno.test("C8 part: what the history has no more of what was left behind is said", async () => {
  await using server = new FakeServer();
  const bob = await server.join("bob");
  await leaveBehind(server, bob, "dev", 100, "p");
  server.history.floor = 60;
  bob.release();
  await server.idle();
  const [reset] = bob.all("reset");
  assertEquals([reset.room, reset.cursor, reset.skipped + bob.all("entry").length, bob.all("reset").length], ["dev", 60, 100, 1]);
  assertWhole(bob.frames.filter((frame) => frame.kind !== "members"), { dev: 0 });
});

Deno.test("part: who joins and leaves 50 rooms and reads nothing of them is heard no more until it reads", async () => {
  await using server = new FakeServer();
  const bob = await server.join("bob");
  bob.stall();
  for (let i = 0; i < 60; i++) {
    await server.ask(bob, { kind: "join", room: "dev" }, { kind: "say", room: "dev", text: `${i}` });
    await server.commit();
    await server.ask(bob, { kind: "part", room: "dev", ref: `p${i}` });
  }
  assertEquals(server.history.head("dev"), 50);
  bob.release();
  await server.idle();
  await server.commit();
  await server.commit();
  assertEquals([server.history.head("dev"), bob.all("done").length], [60, 60]);
  assertEquals(bob.all("entry").map(({ seq }) => seq), Array.from({ length: 50 }, (_, i) => i + 1));
});

Deno.test("a room that nobody is in and nothing was said in is forgotten; the lobby and what has a past are not", async () => {
  await using server = new FakeServer();
  const bob = await server.join("bob", undefined, { rooms: ["lobby", "empty", "dev"] });
  await server.said(bob, "dev", "hi");
  for (const room of ["lobby", "empty", "dev"]) await server.ask(bob, { kind: "part", room });
  const codes = async (room: string) => {
    await server.ask(bob, { kind: "who", room, ref: room });
    const answer = bob.frames.at(-1);
    return answer?.kind === "refused" ? answer.code : answer?.kind;
  };
  assertEquals([await codes("lobby"), await codes("empty"), await codes("dev")], ["members", "no_such_room", "members"]);
});

Deno.test("rooms lists those that somebody is in, the fullest first, then by name", async () => {
  await using server = new FakeServer();
  const alice = await server.join("alice", undefined, { rooms: ["ops", "dev", "lobby"] });
  await server.join("bob", undefined, { rooms: ["ops"] });
  await server.join("carol");
  await server.said(alice, "ops", "hi");
  await server.ask(alice, { kind: "topic", room: "ops", text: "on fire" });
  await server.commit();
  await server.ask(alice, { kind: "rooms", ref: "r1" });
  assertEquals(alice.all("rooms"), [{
    kind: "rooms",
    ref: "r1",
    rooms: [{ room: "lobby", total: 2, topic: "" }, { room: "ops", total: 2, topic: "on fire" }, { room: "dev", total: 1, topic: "" }],
  }]);
});

Deno.test("rooms lists at most 200", async () => {
  await using server = new FakeServer();
  for (let i = 0; i < 5; i++) await server.join(`n${i}`, undefined, { rooms: inRooms(50).map((room) => `${room}-${i}`) });
  const bob = await server.join("bob");
  await server.ask(bob, { kind: "rooms", ref: "r1" });
  assertEquals(bob.all("rooms")[0].rooms.length, 200);
});

Deno.test("a topic is an entry that everybody in the room hears, and what the room is about from then on", async () => {
  await using server = new FakeServer();
  const [alice, bob] = [await server.join("alice"), await server.join("bob")];
  await server.ask(alice, { kind: "topic", room: "lobby", text: "lunch\x1b[31m at\n12", ref: "r1" });
  await server.commit();
  for (const peer of [alice, bob]) {
    assertEquals(peer.all("entry").map(({ type, text, by }) => [type, text, by]), [["topic", "lunch at 12", "alice"]]);
  }
  const carol = await server.join("carol");
  assertEquals(carol.all("welcome")[0].rooms[0].topic, "lunch at 12");
  await server.ask(bob, { kind: "topic", room: "lobby", text: "" });
  await server.commit();
  assertEquals((await server.join("dora")).all("welcome")[0].rooms[0].topic, "");
});

Deno.test("a topic is there in the next program on the same history", async () => {
  const history = await (async () => {
    await using server = new FakeServer();
    await server.ask(await server.join("alice", undefined, { rooms: ["dev"] }), { kind: "topic", room: "dev", text: "lunch" });
    await server.commit();
    return server.history.reopened();
  })();
  await using server = new FakeServer({ history });
  const bob = await server.join("bob", undefined, { rooms: ["dev"] });
  assertEquals(bob.all("welcome")[0].rooms.map(({ room, head, topic }) => [room, head, topic]), [["dev", 1, "lunch"]]);
});

Deno.test("nick: the name one has is taken again without a word to the others; written otherwise, it is another", async () => {
  await using server = new FakeServer();
  const bob = await server.join("bob");
  const alice = await server.join("alice");
  await server.ask(bob, { kind: "nick", name: "bob" });
  assertEquals([bob.all("done").map(({ text }) => text), alice.all("renamed")], [["You are bob"], []]);
  await server.ask(bob, { kind: "nick", name: "Bob" });
  assertEquals(alice.all("renamed").map(({ nick }) => nick), ["Bob"]);
});

Deno.test("nick: a new name is shown in all rooms, on messages from then on, and in lists; the old one is free", async () => {
  await using server = new FakeServer();
  const bob = await server.join("bob", undefined, { rooms: ["lobby", "dev"] });
  const [alice, carol] = [await server.join("alice"), await server.join("carol", undefined, { rooms: ["dev"] })];
  bob.receive({ kind: "say", room: "dev", text: "before" }, { kind: "nick", name: " bert ", ref: "r1" }, {
    kind: "say",
    room: "dev",
    text: "after",
  });
  await server.commit();
  assertEquals(bob.all("done"), [{ kind: "done", ref: "r1", text: "You are bert now" }]);
  const renamed = { kind: "renamed", by: "bob", from: "s1", nick: "bert", total: 2 } as const;
  assertEquals([alice.all("renamed"), carol.all("renamed")], [[{ ...renamed, room: "lobby" }], [{ ...renamed, room: "dev" }]]);
  assertEquals(carol.all("entry").map(({ by, text }) => [by, text]), [["bob", "before"], ["bert", "after"]]);
  assertEquals(await who(server, carol, "dev"), ["bert", "carol"]);
  assert((await server.join("bob")).welcomed);
  assertEquals((await server.join("BERT")).all("refused")[0].code, "name_taken");
});

Deno.test("away: all rooms hear of it once, why, of another reason, and of who is back; lists tell it", async () => {
  await using server = new FakeServer();
  const bob = await server.join("bob", undefined, { rooms: ["lobby", "dev"] });
  const [alice, carol] = [await server.join("alice"), await server.join("carol", undefined, { rooms: ["dev"] })];
  const away = { kind: "away", by: "bob", from: "s1", total: 2 } as const;
  await server.ask(bob, { kind: "away", text: " \x1b[31mlunch\nat 12 ", ref: "r1" });
  assertEquals(bob.all("done"), [{ kind: "done", ref: "r1", text: "You are away" }]);
  assertEquals([alice.all("away"), carol.all("away")], [
    [{ ...away, room: "lobby", text: "lunch at 12" }],
    [{ ...away, room: "dev", text: "lunch at 12" }],
  ]);
  assertEquals(bob.all("away").map(({ room }) => room), ["lobby", "dev"]);
  await server.ask(carol, { kind: "who", room: "dev", ref: "who" });
  const listed = [{ nick: "bob", from: "s1", away: "lunch at 12" }, { nick: "carol", from: "s3" }];
  assertEquals(carol.all("members")[0].members, listed);
  const dora = await server.join("dora", undefined, { rooms: ["dev"] });
  assertEquals(dora.all("welcome")[0].rooms[0].members.slice(0, 2), listed);
  assertEquals(dora.all("welcome")[0].away, undefined);
  await server.ask(bob, { kind: "away", text: "" }, { kind: "away", ref: "r2" });
  assertEquals(bob.all("done").at(-1), { kind: "done", ref: "r2", text: "You are back" });
  const shown = dora.all("away").map((frame) => "text" in frame ? frame.text : "back");
  assertEquals(shown, ["", "back"]);
  await server.ask(dora, { kind: "who", room: "dev", ref: "who" });
  assertEquals(dora.all("members")[0].members[0], { nick: "bob", from: "s1" });
});

Deno.test("away: the same again is answered, and nobody else hears of it", async () => {
  await using server = new FakeServer();
  const [bob, alice] = [await server.join("bob"), await server.join("alice")];
  await server.ask(bob, { kind: "away", ref: "r1" }, { kind: "away", text: "lunch", ref: "r2" }, {
    kind: "away",
    text: "lunch ",
    ref: "r3",
  });
  assertEquals(bob.all("done").map(({ ref, text }) => [ref, text]), [
    ["r1", "You are back"],
    ["r2", "You are away"],
    ["r3", "You are away"],
  ]);
  assertEquals(alice.all("away").length, 1);
});

Deno.test("away: a reason has at most 256 bytes when it is cleaned; one that is longer changes nothing", async () => {
  await using server = new FakeServer();
  const [bob, alice] = [await server.join("bob"), await server.join("alice")];
  const longest = "é".repeat(LIMITS.awayBytes / 2);
  await server.ask(bob, { kind: "away", text: `${longest}\x07\n ` }, { kind: "away", text: `${longest}a`, ref: "r1" });
  assertEquals(alice.all("away").map(({ text }) => text), [longest]);
  const text = "a reason has at most 256 bytes, this one had 257";
  assertEquals(bob.all("refused"), [{ kind: "refused", ref: "r1", code: "text_too_long", text, final: true }]);
  await server.ask(alice, { kind: "who", room: "lobby" });
  assertEquals(alice.all("members")[0].members[0].away, longest);
});

Deno.test("away: talking does not end it, a new name keeps it, and a room that is joined hears of it", async () => {
  await using server = new FakeServer();
  const bob = await server.join("bob");
  const alice = await server.join("alice", undefined, { rooms: ["lobby", "dev"] });
  await server.ask(bob, { kind: "away", text: "lunch" }, say("still here"), { kind: "nick", name: "bert" }, { kind: "join", room: "dev" });
  await server.commit();
  assertEquals(alice.all("away").map(({ room, by, text, total }) => [room, by, text, total]), [
    ["lobby", "bob", "lunch", 2],
    ["dev", "bert", "lunch", 2],
  ]);
  const inDev = alice.frames.filter((frame) => "room" in frame && frame.room === "dev");
  assertEquals(inDev.map(({ kind }) => kind), ["joined", "away"]);
  await server.ask(alice, { kind: "who", room: "dev" }, { kind: "who", room: "lobby" });
  const marks = alice.all("members").map(({ members }) => members.find(({ from }) => from === "s1"));
  assertEquals(marks, Array(2).fill({ nick: "bert", from: "s1", away: "lunch" }));
});

Deno.test("nick, away: three at once, then one in 10 s; what nobody would hear of does not count", async () => {
  let now = 0;
  const limits = { maxConnections: undefined, maxPerAddress: undefined, rate: 20, burst: 50, textBytes: 4096 };
  await using server = new FakeServer({ limits, monotonic: () => now });
  const [bob, alice] = [await server.join("bob"), await server.join("alice")];
  const refused = () => bob.all("refused").map(({ text, retryMs }) => [text, retryMs]);
  const changes: ClientFrame[] = [{ kind: "nick", name: "b" }, { kind: "away", text: "a" }];
  await server.ask(bob, { kind: "nick", name: "bob" }, { kind: "nick", name: "alice" }, { kind: "nick", name: ":" }, { kind: "away" });
  for (const n of [1, 2, 3]) await server.ask(bob, { kind: "nick", name: `b${n}` }, { kind: "away", text: `${n}` });
  assertEquals([alice.all("renamed").length, alice.all("away").length, bob.all("refused").length], [3, 3, 2]);
  now = 4_000;
  await server.ask(bob, ...changes, { kind: "nick", name: "b3" }, { kind: "away", text: "3" });
  assertEquals(refused().slice(2), [
    ["you have taken another name a lot: you can do that again in 6 s", 6_000],
    ["you have gone away and come back a lot: you can do that again in 6 s", 6_000],
  ]);
  now = 10_000;
  await server.ask(bob, ...changes, { kind: "nick", name: "c" }, { kind: "away" });
  assertEquals([alice.all("renamed").at(-1)?.nick, alice.all("away").at(-1)?.text, refused().length], ["b", "a", 6]);
});

Deno.test("one room: /away and /back, each answered to the person, and told to the others", async () => {
  await using server = new FakeServer();
  const [alice, bob] = [await server.join("alice", person()), await server.join("bob", person())];
  const heard = async (...lines: string[]) => {
    const before = alice.text.length;
    return { bob: await type(server, bob, ...lines), alice: alice.text.slice(before).split("\n").slice(0, -1) };
  };
  assertEquals(await heard("/away lunch"), { bob: ["* You are away."], alice: ["* bob is away: lunch"] });
  assertEquals(await heard("/away lunch"), { bob: ["* You are away."], alice: [] });
  assertEquals(await heard("/me eats"), { bob: [], alice: ["bob: /me eats"] });
  assertEquals(await heard("/who"), { bob: ["* In #lobby: alice, bob (away: lunch)."], alice: [] });
  assertEquals(await heard("/nick bert"), { bob: ["* You are bert now."], alice: ["* bob is bert now"] });
  assertEquals(await heard("/away"), { bob: ["* You are away."], alice: ["* bert is away"] });
  const carol = await server.join("carol", person());
  assertEquals(carol.text.split("\n")[0], "* Hello carol. Here now: alice, bert (away). Type a message and press Enter; bye leaves.");
  assertEquals(await heard("/join dev"), { bob: ["* You are in #dev now. Here: bert (away)."], alice: ["* bert left"] });
  assertEquals(await heard("/join lobby"), {
    bob: ["* You are in #lobby now. Here: alice, carol, bert (away).", "* The last message:", "bob: /me eats", "* You are up to date."],
    alice: ["* bert joined", "* bert is away"],
  });
  assertEquals(await heard("/back"), { bob: ["* You are back."], alice: ["* bert is back"] });
  assertEquals(await heard("/back"), { bob: ["* You are back."], alice: [] });
  assertEquals(await heard(`/away ${"x".repeat(257)}`), {
    bob: ["! not sent: a reason has at most 256 bytes, this one had 257"],
    alice: [],
  });
  assertEquals(await heard("/part", "/away", "/back"), {
    bob: ["* You left #lobby.", "* You are away.", "* You are back."],
    alice: ["* bert left"],
  });
});

Deno.test("away: in a crowd of more than 200 no line is made of it, and frames still tell it", async () => {
  await using server = new FakeServer();
  const [alice, bob] = [await server.join("alice", person()), await server.join("bob", person())];
  for (let i = 0; i < 197; i++) server.connect(person()).receive({ kind: "hello", v: [1], name: `n${i}` });
  const program = await server.join("program");
  await type(server, bob, "/away lunch");
  assertEquals(alice.text.split("\n").slice(-2), ["* bob is away: lunch", ""]);
  const one = await server.join("one-more", person());
  assertEquals(await type(server, bob, "/back"), ["* You are back."]);
  assertEquals([alice.text.split("\n").at(-2), one.text.split("\n").length], ["* bob is away: lunch", 2]);
  assertEquals(program.all("away").map(({ text, total }) => [text, total]), [["lunch", 200], [undefined, 201]]);
});

Deno.test("50 rooms for one session, and not one more", async () => {
  await using server = new FakeServer();
  const bob = await server.join("bob", undefined, { rooms: inRooms(49) });
  await server.ask(bob, { kind: "join", room: "fiftieth", ref: "r1" }, { kind: "join", room: "more", ref: "r2" });
  assertEquals(bob.all("refused"), [
    { kind: "refused", ref: "r2", code: "too_many_rooms", text: "one can be in 50 rooms at a time", final: true },
  ]);
  await server.ask(bob, { kind: "who", room: "more", ref: "r3" });
  assertEquals(bob.all("refused").at(-1)?.code, "no_such_room", "the room was not begun");
  await server.ask(bob, { kind: "join", room: "fiftieth", ref: "r4" }, { kind: "part", room: "r0" }, {
    kind: "join",
    room: "more",
    ref: "r5",
  });
  assertEquals(bob.all("members").map(({ ref }) => ref), ["r1", "r4", "r5"]);
});

Deno.test("history pages both ways, and says whether there is more", async () => {
  await using server = new FakeServer();
  const bob = await server.join("bob");
  await server.said(bob, "lobby", ..."abcdefghij");
  const page = async (range: Partial<Extract<ClientFrame, { kind: "history" }>>) => {
    await server.ask(bob, { kind: "history", room: "lobby", limit: 3, ...range });
    const { entries, more } = bob.all("page").at(-1)!;
    return `${entries.map(({ text }) => text).join("")} ${more}`;
  };
  assertEquals(await page({}), "hij true");
  assertEquals(await page({ before: 8 }), "efg true");
  assertEquals(await page({ before: 3 }), "ab false");
  assertEquals(await page({ before: 1 }), " false");
  assertEquals(await page({ before: 0 }), " false");
  assertEquals(await page({ after: 0 }), "abc true");
  assertEquals(await page({ after: 8 }), "ij false");
  assertEquals(await page({ after: 10 }), " false");
  assertEquals(await page({ after: 99 }), " false");
  assertEquals(await page({ limit: 200 }), "abcdefghij false");
});

Deno.test("history: a page holds at most 64 KiB of text, the entries next to what was asked for, and at least one", async () => {
  await using server = new FakeServer();
  const bob = await server.join("bob");
  await server.said(bob, "lobby", ...Array.from({ length: 40 }, () => "漢".repeat(1_365)));
  const page = async (range: object) => {
    await server.ask(bob, { kind: "history", room: "lobby", limit: 200, ...range });
    const { entries, more } = bob.all("page").at(-1)!;
    return [entries.at(0)?.seq, entries.at(-1)?.seq, more];
  };
  assertEquals(await page({}), [25, 40, true]);
  assertEquals(await page({ before: 25 }), [9, 24, true]);
  assertEquals(await page({ before: 9 }), [1, 8, false]);
  assertEquals(await page({ after: 0 }), [1, 16, true]);
});

Deno.test("search finds the newest entries that have all words", async () => {
  await using server = new FakeServer();
  const bob = await server.join("bob");
  await server.said(bob, "lobby", "lunch at 12", "no lunch", "lunch at 1", "12 at lunch");
  await server.ask(bob, { kind: "search", room: "lobby", words: "lunch at", limit: 2, ref: "r1" });
  assertEquals(bob.all("page").map(({ ref, entries, more }) => [ref, entries.map(({ text }) => text), more]), [
    ["r1", ["lunch at 1", "12 at lunch"], true],
  ]);
});

Deno.test("search: one that was cut off says that there may be more", async () => {
  await using server = new FakeServer();
  const bob = await server.join("bob");
  await server.said(bob, "lobby", "lunch");
  for (const thorough of [true, false]) {
    server.history.thorough = thorough;
    await server.ask(bob, { kind: "search", room: "lobby", words: "lunch", limit: 2 }, {
      kind: "search",
      room: "lobby",
      words: "x",
      limit: 2,
    });
  }
  assertEquals(bob.all("page").map(({ entries, more }) => [entries.length, more]), [[1, false], [0, false], [1, true], [0, true]]);
});

Deno.test("in frames mode a room is always named: an empty name is no room", async () => {
  await using server = new FakeServer();
  const bob = await server.join("bob");
  await server.ask(bob, { kind: "say", room: "", text: "hi", ref: "r1" }, { kind: "part", room: "", ref: "r2" });
  assertEquals(bob.all("refused").map(({ ref, code }) => [ref, code]), [["r1", "no_such_room"], ["r2", "no_such_room"]]);
});

Deno.test("one room: in text mode /join moves, and the room that was left hears of it and is heard no more", async () => {
  await using server = new FakeServer();
  const [alice, bob] = [await server.join("alice", person()), await server.join("bob", person())];
  await type(server, alice, "/join dev");
  await type(server, alice, "hi dev");
  assertEquals(await type(server, bob, "/join #dev"), [
    "* You are in #dev now. Here: alice, bob.",
    "* The last message:",
    "alice: hi dev",
    "* You are up to date.",
  ]);
  assertEquals(alice.text.split("\n").slice(-2), ["* bob joined", ""]);
  assertEquals(await type(server, bob, "/who #lobby", "hello dev"), ["* In #lobby: nobody."]);
  assertEquals(alice.text.split("\n").slice(-2), ["bob: hello dev", ""]);
  const carol = await server.join("carol", person());
  assertEquals(await type(server, carol, "hi lobby"), []);
  assertEquals([alice.text.includes("hi lobby"), bob.text.includes("hi lobby")], [false, false]);
});

Deno.test("one room: /join of a room that cannot be leaves everything as it was", async () => {
  await using server = new FakeServer();
  const [alice, bob] = [await server.join("alice", person()), await server.join("bob", person())];
  assertEquals(await type(server, bob, "/join a b"), [`! not sent: A room's name has letters, digits, "-", "_" and "." only`]);
  await type(server, bob, "still here");
  assertEquals(alice.text.split("\n").slice(-3), ["* bob joined", "bob: still here", ""]);
});

Deno.test("one room: after /part there is nobody to say anything to, and /join finds another", async () => {
  await using server = new FakeServer();
  const [alice, bob] = [await server.join("alice", person()), await server.join("bob", person())];
  assertEquals(await type(server, bob, "/part"), ["* You left #lobby."]);
  assertEquals(alice.text.split("\n").slice(-2), ["* bob left", ""]);
  const nowhere = "! not sent: you are in no room; /join one";
  assertEquals(await type(server, bob, "hello?", "/part", "/who", "/topic x", "/history", "/search x"), Array(6).fill(nowhere));
  assertEquals(await type(server, bob, "/nick bert", "/rooms"), ["* You are bert now.", "* 1 room:", "*   #lobby (1 here)"]);
  assertEquals(await type(server, bob, "/join lobby", "back"), ["* You are in #lobby now. Here: alice, bert."]);
  assertEquals(alice.text.split("\n").slice(-3), ["* bert joined", "bert: back", ""]);
  assertEquals((await type(server, bob, "bye")).at(-1), "* Bye, bert (1 message sent).");
});

Deno.test("a person on netcat is told a few names, and no lists", async () => {
  await using server = new FakeServer();
  for (let i = 0; i < 150; i++) server.connect().receive({ kind: "hello", v: [1], name: `n${i}` });
  const bob = await server.join("bob", person());
  assertEquals(bob.text.split("\n").length, 2);
  assert(bob.text.includes("n19 and 130 others."), bob.text);
  assertEquals(await type(server, bob, "/who"), [
    `* In #lobby: ${Array.from({ length: 20 }, (_, i) => `n${i}`).join(", ")} and 131 others.`,
  ]);
  await server.said(bob, "lobby", "hi");
});

Deno.test("say without a room that one is in is refused, and nothing is kept", async () => {
  await using server = new FakeServer();
  const bob = await server.join("bob");
  await server.ask(bob, { kind: "part", room: "lobby" }, say("hi", "r1"));
  await server.commit();
  assertEquals(bob.all("refused").map(({ ref, code, text }) => [ref, code, text]), [["r1", "not_in_room", "you are not in #lobby"]]);
  assertEquals(server.history.head("lobby"), 0);
});

Deno.test("who: a greeting to as many crowded rooms as one can be in fits the outbox, and tells how many are there", async () => {
  await using server = new FakeServer();
  const rooms = Array.from({ length: LIMITS.roomsPerSession }, (_, i) => `room${i}`);
  const crowd = 100;
  for (let i = 0; i < crowd; i++) await server.join(`${"名".repeat(20)}${i}`, undefined, { rooms });
  const bob = await server.join("bob", undefined, { rooms });
  assertEquals(bob.ended, undefined);
  const [{ rooms: greeted }] = bob.all("welcome");
  assertEquals(new Set(greeted.map(({ total }) => total)), new Set([crowd + 1]));
});

Deno.test("who: the answer to a join fits the outbox, however many are away and whatever their reasons", async () => {
  await using server = new FakeServer();
  const names = Array.from({ length: LIMITS.membersListed }, (_, i) => `${"名".repeat(20)}${i}`);
  const crowd = names.map((name) => {
    const connection = server.connect(person());
    connection.receive({ kind: "hello", v: [1], name }, { kind: "away", text: '"'.repeat(LIMITS.awayBytes) });
    return connection;
  });
  await server.idle();
  const bob = await server.join("bob");
  assertEquals([bob.ended, crowd[0].ended], [undefined, undefined]);
  const listed = [...bob.all("welcome")[0].rooms[0].members, ...bob.all("members").flatMap(({ members }) => members)];
  assertEquals(listed.length, LIMITS.membersListed);
  assertEquals(listed.filter(({ away }) => away === undefined), []);
  assertEquals(listed.filter(({ away }) => away !== "").length, 60);
});

Deno.test("search: one at a time for each household, and nobody else waits behind them", async () => {
  await using server = new FakeServer();
  const at = (nick: string, host: string) => server.join(nick, new FakeConnection(undefined, host));
  const crowd = [
    await at("a1", "203.0.113.1"),
    await at("a2", "203.0.113.1"),
    await at("a3", "203.0.113.1"),
    await at("a4", "203.0.113.1"),
  ];
  const bob = await at("bob", "203.0.113.2");
  const { promise, resolve } = Promise.withResolvers<void>();
  server.history.reading = promise;
  let begun = 0;
  const { search } = server.history;
  server.history.search = (...asked) => (begun++, search.apply(server.history, asked));
  const asked: ClientFrame = { kind: "search", room: "lobby", words: "x", limit: 1, ref: "r" };
  for (const peer of [...crowd, bob]) await server.ask(peer, asked);
  assertEquals(begun, 2);
  resolve();
  await server.idle();
  assertEquals([begun, ...[...crowd, bob].map((peer) => peer.all("page").length)], [5, 1, 1, 1, 1, 1]);
});
