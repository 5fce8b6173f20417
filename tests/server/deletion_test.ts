import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Entry } from "../../shared/protocol.ts";
import { ACT_VERSION } from "../../server/core/kept_act.ts";
import { Moderation } from "../../server/core/moderation.ts";
import { MemoryHistory } from "../../server/history/memory_history.ts";
import { textCodec } from "../../server/transports/text_codec.ts";
import { parseLine } from "../../server/transports/text_commands.ts";
import { assertWhole, FakeConnection, FakeServer, framesCodec, say } from "./fakes.ts";

/** What a peer knows in the end: of each entry its text, nothing where that was deleted. */
function known(entries: readonly Entry[]): string[] {
  const texts = new Map(entries.map(({ seq, type, text }) => [seq, type === "deleted" ? "deleted" : text]));
  for (const { target } of entries) if (target !== undefined) texts.set(target, "");
  return [...texts].map(([seq, text]) => `${seq} ${text}`);
}

/** A server's order with one owner. @param secret Of the owner's installation. */
function keptBy(secret: string): Moderation {
  const order = new Moderation();
  order.apply({ v: ACT_VERSION, act: "claim", by: "olga", installation: `hash of ${secret}` }, 0);
  return order;
}

/** Types a line in text mode. */
function type(line: string) {
  const frame = parseLine(line);
  assert(frame);
  return frame;
}

Deno.test("delete: one's own is answered by the entry that everybody hears; somebody else's is refused", async () => {
  await using server = new FakeServer();
  const [alice, bob] = [await server.join("alice"), await server.join("bob")];
  await server.said(alice, "lobby", "oops");
  bob.receive({ kind: "delete", ref: "b1", room: "lobby", seq: 1 });
  alice.receive({ kind: "delete", ref: "a1", room: "lobby", seq: 9 });
  await server.commit();
  const refusals = [bob, alice].map((peer) => peer.all("refused").map(({ ref, code, text, final }) => [ref, code, text, final]));
  assertEquals(refusals, [
    [["b1", "not_yours", "message 1 of #lobby is not yours", true]],
    [["a1", "no_such_entry", "there is no message 9 in #lobby that could be deleted", true]],
  ]);
  alice.receive({ kind: "delete", ref: "a2", room: "lobby", seq: 1 });
  await server.commit();
  for (const peer of [alice, bob]) {
    const { type, by, text, target, ref } = peer.all("entry").at(-1)!;
    assertEquals([type, by, text, target, ref], ["deleted", "alice", "", 1, "a2"]);
    assertWhole(peer.frames);
  }
});

Deno.test("delete: those who keep order delete anybody's", async () => {
  await using server = new FakeServer({ order: keptBy("bob's") });
  const [alice, bob] = [await server.join("alice"), await server.join("bob", new FakeConnection(), { secret: "bob's" })];
  await server.said(alice, "lobby", "one", "two");
  bob.receive({ kind: "delete", ref: "b1", room: "lobby", seq: 1 });
  await server.commit();
  assertEquals(bob.all("entry").at(-1)?.target, 1);
});

Deno.test("delete: the record has what those who keep order delete of others, once, and nothing else", async () => {
  await using server = new FakeServer({ order: keptBy("bob's") });
  const [alice, bob] = [await server.join("alice"), await server.join("bob", new FakeConnection(), { secret: "bob's" })];
  await server.said(alice, "lobby", "one", "two");
  await server.said(bob, "lobby", "three");
  for (const [ref, seq] of [["b1", 2], ["b1", 2], ["b2", 2], ["b3", 3], ["b4", 99]] as const) {
    bob.receive({ kind: "delete", ref, room: "lobby", seq });
  }
  bob.receive({ kind: "delete", ref: "b5", room: "nowhere", seq: 1 });
  alice.receive({ kind: "delete", ref: "a1", room: "lobby", seq: 1 });
  await server.commit();
  await server.commit();
  bob.receive({ kind: "report", ref: "r", about: "audit" });
  await server.commit();
  const [{ lines }] = bob.all("report");
  assertEquals(lines.map((line) => line.replace(/^.* UTC: /, "")), ["bob deleted a message of alice in #lobby (2)"]);
  bob.receive({ kind: "moderate", ref: "m", act: "announce", text: "cleaner now" });
  await server.commit();
  assertEquals(bob.all("done").map(({ ref }) => ref), ["m"]);
});

Deno.test("delete: in a room that one is not in, it is refused", async () => {
  await using server = new FakeServer({ order: keptBy("bob's") });
  const bob = await server.join("bob", new FakeConnection(), { rooms: ["dev"], secret: "bob's" });
  const alice = await server.join("alice");
  await server.said(alice, "lobby", "hi");
  for (const room of ["lobby", "nowhere"]) await server.ask(bob, { kind: "delete", ref: room, room, seq: 1 });
  assertEquals(bob.all("refused").map(({ code }) => code), ["not_in_room", "no_such_room"]);
});

Deno.test("delete: seq 0 is what the session said last in the room, then what it said before that", async () => {
  await using server = new FakeServer();
  const [alice, bob] = [await server.join("alice"), await server.join("bob")];
  await server.said(alice, "lobby", "one", "two");
  await server.said(bob, "lobby", "three");
  for (const ref of ["a1", "a2", "a3"]) {
    alice.receive({ kind: "delete", ref, room: "lobby", seq: 0 });
    await server.commit();
  }
  assertEquals(alice.all("entry").filter(({ type }) => type === "deleted").map(({ ref, target }) => [ref, target]), [["a1", 2], ["a2", 1]]);
  assertEquals(alice.all("refused").map(({ ref, code }) => [ref, code]), [["a3", "no_such_entry"]]);
});

Deno.test("delete: seq 0 is what was said in the same breath, and waits for that to be kept", async () => {
  await using server = new FakeServer();
  const alice = await server.join("alice");
  await server.said(alice, "lobby", "stays");
  alice.receive({ kind: "say", room: "lobby", text: "oops" }, { kind: "delete", ref: "a1", room: "lobby", seq: 0 });
  await server.idle();
  assertEquals(server.history.waiting, 1);
  await server.commit();
  await server.commit();
  assertEquals(alice.all("entry").at(-1)?.target, 2);
  alice.receive({ kind: "say", room: "lobby", text: "and gone" }, { kind: "delete", ref: "a2", room: "lobby", seq: 0 }, { kind: "bye" });
  await server.commit();
  await server.commit();
  assertEquals([alice.all("entry").at(-1)?.target, alice.ended], [4, "finished"]);
});

Deno.test("delete: whoever comes later, and whoever lags, reads a tombstone", async () => {
  await using server = new FakeServer();
  const [alice, lagging] = [await server.join("alice"), await server.join("bob")];
  lagging.stall();
  await server.said(alice, "lobby", "first");
  await server.said(alice, "lobby", "oops");
  alice.receive({ kind: "delete", ref: "a1", room: "lobby", seq: 2 });
  await server.commit();
  lagging.release();
  const late = await server.join("carol", new FakeConnection(), { backlog: 10 });
  await server.idle();
  for (const peer of [lagging, late]) {
    assertEquals(peer.all("entry").map(({ type, text }) => [type, text]), [["said", "first"], ["tombstone", ""], ["deleted", ""]]);
    assert(!peer.text.includes("oops"));
    assertWhole(peer.frames);
  }
});

Deno.test("delete: a topic that is deleted is one no more, for those who came after it too", async () => {
  await using server = new FakeServer();
  const alice = await server.join("alice");
  alice.receive({ kind: "topic", room: "lobby", text: "rude" });
  await server.commit();
  const bob = await server.join("bob");
  alice.receive({ kind: "delete", ref: "a1", room: "lobby", seq: 1 });
  await server.commit();
  const [told] = bob.all("members");
  assertEquals([told.topic, told.members, told.total], ["", [], 2]);
  assertEquals((await server.join("carol")).all("welcome")[0].rooms[0].topic, "");
});

Deno.test("text mode: /numbers tells them, /delete takes a message, and without a number one's last", async () => {
  await using server = new FakeServer();
  const alice = await server.join("alice");
  const bob = await server.join("bob", new FakeConnection(textCodec));
  await server.said(alice, "lobby", "hi\nbob: fake");
  bob.receive(type("one"), type("two"));
  await server.commit();
  await server.ask(bob, type("/numbers 2"));
  assert(bob.text.endsWith("*   2 bob: one\n*   3 bob: two\n"), bob.text);
  await server.ask(bob, type("/numbers"));
  assert(bob.text.endsWith("*   1 alice: hi\n*   1 alice: bob: fake\n*   2 bob: one\n*   3 bob: two\n"), bob.text);
  for (const line of ["/delete 1", "/delete", "/delete", "/delete 99"]) {
    bob.receive(type(line));
    await server.commit();
  }
  const told = [
    "! not deleted: message 1 of #lobby is not yours",
    "* bob deleted message 3",
    "* bob deleted message 2",
    "! not deleted: there is no message 99 in #lobby that could be deleted",
  ];
  assert(bob.text.endsWith(told.map((line) => `${line}\n`).join("")), bob.text);
  await server.ask(bob, type("/numbers 3"));
  assert(bob.text.endsWith("*   3 a message of bob was deleted\n*   4 bob deleted message 3\n*   5 bob deleted message 2\n"), bob.text);
  for (const line of ["/delete x", "/delete 0", "/delete -1", "/numbers 0", "/numbers x"]) {
    await server.ask(bob, type(line));
    assert(/\n! not sent: say [^\n]+\n$/.test(bob.text), bob.text);
  }
});

type Act = (chat: Chat) => void | Promise<void>;
const NAMES = ["alice", "bob", "carol"];
/** Sixteen of these are more than a segment. */
const LONG = "x".repeat(4_000);

/** Some who talk, and delete at random. */
class Chat {
  readonly server = new FakeServer({ order: keptBy("everybody's"), limits: { ...UNLIMITED } });
  readonly peers = new Map<string, FakeConnection>();
  readonly readers: FakeConnection[] = [];
  #said = 0;

  async join(name: string, connection: FakeConnection): Promise<FakeConnection> {
    this.readers.push(connection);
    return await this.server.join(name, connection, { secret: "everybody's" });
  }

  say(name: string, long: boolean): void {
    this.peers.get(name)!.receive(say(`m${++this.#said}${long ? LONG : ""}`));
  }
}

const UNLIMITED = { maxConnections: undefined, maxPerAddress: undefined, rate: undefined, burst: 50, textBytes: 4_096 };

function act(name: string, act: Act): Act {
  return Object.assign(act, { toString: () => name });
}

const someone = fc.constantFrom(...NAMES);
const acts = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.tuple(someone, fc.boolean()).map(([n, long]) => act(`say ${n} ${long}`, (chat) => chat.say(n, long))) },
    {
      weight: 4,
      arbitrary: fc.tuple(someone, fc.nat(40)).map(([name, seq]) =>
        act(
          `delete ${name} ${seq}`,
          (chat) => chat.peers.get(name)!.receive({ kind: "delete", ref: crypto.randomUUID(), room: "lobby", seq }),
        )
      ),
    },
    { weight: 4, arbitrary: fc.nat(5).map((n) => act(`commit ${n}`, (chat) => chat.server.history.commit(n))) },
    { weight: 6, arbitrary: fc.constant(act("idle", (chat) => chat.server.idle())) },
    { weight: 3, arbitrary: someone.map((name) => act(`stall ${name}`, (chat) => chat.peers.get(name)!.stall())) },
    { weight: 3, arbitrary: someone.map((name) => act(`release ${name}`, (chat) => chat.peers.get(name)!.release())) },
    {
      weight: 1,
      arbitrary: someone.map((name) =>
        act(`dribble ${name}`, (chat) => void (chat.peers.get(name)!.takes = (bytes) => Math.min(bytes.length, 5_000)))
      ),
    },
  ),
  { minLength: 20, maxLength: 150 },
);

Deno.test("delete: whatever is deleted when, and however slowly somebody reads, all read the same in the end", async () => {
  await fc.assert(
    fc.asyncProperty(acts, async (acts) => {
      const chat = new Chat();
      for (const name of NAMES) chat.peers.set(name, await chat.join(name, new FakeConnection(framesCodec)));
      const netcat = await chat.join("netcat", new FakeConnection(textCodec));
      for (const act of acts) await act(chat);
      for (const connection of chat.peers.values()) connection.release();
      await chat.server.commit();
      await chat.server.commit();
      const history = known(await chat.server.history.read({ room: "lobby", after: 0, limit: 200 }));
      for (const [name, connection] of chat.peers) {
        assertWhole(connection.frames);
        assertEquals(known(connection.all("entry")), history, name);
      }
      assertEquals(
        netcat.text.split("\n").filter((line) => / deleted /.test(line)).length,
        history.filter((one) => /deleted/.test(one)).length,
      );
      assertEquals(await chat.server.close(), []);
    }),
    { numRuns: 100 },
  );
});

Deno.test("delete: the history in memory forgets the text with everything that held it", async () => {
  const history = new MemoryHistory("e1");
  const said = { room: "lobby", at: 0, type: "said", by: "bob", from: "s1" } as const;
  void history.append({ ...said, text: "oops" });
  void history.append({ ...said, type: "deleted", text: "", target: 1 });
  await history.close();
  assertEquals((await history.read({ room: "lobby", after: 0, limit: 9 })).map(({ type, text }) => [type, text]), [["tombstone", ""], [
    "deleted",
    "",
  ]]);
});

Deno.test("delete: whoever has read a message, or has none of it yet, is sent the deletion and nothing from the history", async () => {
  await using server = new FakeServer();
  const [alice, bob, nat] = [await server.join("alice"), await server.join("bob"), await server.join("nat", new FakeConnection(textCodec))];
  await server.said(alice, "lobby", "one");
  let reads = 0;
  const { read } = server.history;
  server.history.read = (range) => (reads++, read.call(server.history, range));
  alice.receive({ kind: "say", room: "lobby", text: "two" }, { kind: "delete", room: "lobby", seq: 1 });
  await server.commit();
  alice.receive({ kind: "say", room: "lobby", text: "three", ref: "a4" }, { kind: "delete", room: "lobby", seq: 4 });
  await server.commit();
  for (const peer of [alice, bob]) {
    const told = peer.all("entry").map(({ seq, type, text, target }) => [seq, type, text || target]);
    assertEquals(told, [[1, "said", "one"], [2, "said", "two"], [3, "deleted", 1], [4, "tombstone", undefined], [5, "deleted", 4]]);
    assertEquals(peer.all("members"), []);
    assertWhole(peer.frames);
  }
  assert(
    nat.text.endsWith("alice: two\n* alice deleted message 1\n* a message of alice was deleted\n* alice deleted message 4\n"),
    nat.text,
  );
  assertEquals(reads, 0);
});

Deno.test("delete: who has left the room with some of it unread is not sent the text any more", async () => {
  await using server = new FakeServer();
  const [alice, bob] = [
    await server.join("alice", undefined, { rooms: ["dev"] }),
    await server.join("bob", undefined, { rooms: ["dev", "lobby"] }),
  ];
  bob.stall();
  // The first is being written.
  for (const text of ["fine", "oops"]) await server.said(alice, "dev", text);
  await server.ask(bob, { kind: "part", room: "dev" });
  alice.receive({ kind: "delete", room: "dev", seq: 2 });
  await server.commit();
  bob.release();
  await server.idle();
  assertEquals(bob.all("entry").map(({ type, text }) => [type, text]), [["said", "fine"], ["tombstone", ""]]);
});
