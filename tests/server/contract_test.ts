/**
 * What the server promises every client, rule by rule, on a history whose commits the test makes. C7 has a file of its own, and so have
 * the tail, the outbox and the pump of C8.
 *
 * @module
 */
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import fc from "fast-check";
import { StorageBroken } from "../../server/history/history.ts";
import { textCodec } from "../../server/transports/text_codec.ts";
import { type ClientFrame, type Entry, LIMITS, type ServerFrame } from "../../shared/protocol.ts";
import { assertWhole, FakeConnection, FakeServer, say } from "./fakes.ts";

const SECRET = { secret: "a secret of 128 bits" };

/** Somebody at netcat. */
function person(): FakeConnection {
  return new FakeConnection(textCodec);
}

function texts(connection: FakeConnection): string[] {
  return connection.all("entry").map(({ text }) => text);
}

/** The frames that answer a request, in short. */
function answers(connection: FakeConnection, ref: string): string[] {
  return connection.frames.flatMap((frame) => {
    if (!("ref" in frame) || frame.ref !== ref) return [];
    if (frame.kind === "refused" || frame.kind === "error") return [frame.code];
    return [frame.kind === "entry" && frame.again ? "entry again" : frame.kind];
  });
}

Deno.test("C1 what anybody was shown survives the end of the program at any instant", async () => {
  const steps = fc.array(fc.oneof(fc.nat(3).map((n) => `commit ${n}`), fc.constantFrom("ann", "ben", "idle")), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(steps, async (steps) => {
      await using server = new FakeServer();
      const peers = new Map([["ann", await server.join("ann")], ["ben", await server.join("ben")]]);
      let said = 0;
      for (const step of steps) {
        if (step === "idle") await server.idle();
        else if (step.startsWith("commit")) server.history.commit(Number(step.slice(7)));
        else peers.get(step)!.receive(say(`${++said}`, `r${said}`));
        const kept = await server.history.reopened().read({ room: "lobby", after: 0, limit: 200 });
        for (const peer of peers.values()) {
          const shown = peer.all("entry");
          assertEquals(shown, kept.slice(0, shown.length) as Entry[]);
        }
      }
    }),
    { numRuns: 50 },
  );
});

Deno.test("C2 nobody, the sender included, hears an entry before its commit, in frames or in text", async () => {
  await using server = new FakeServer();
  const [alice, bob, carol] = [await server.join("alice"), await server.join("bob"), await server.join("carol", person())];
  const before = carol.text;
  await server.ask(alice, say("secret plan", "r1"), { kind: "topic", room: "lobby", text: "plans", ref: "r2" });
  assertEquals([texts(alice), texts(bob), carol.text, server.history.waiting], [[], [], before, 2]);
  await server.ask(bob, { kind: "history", room: "lobby", limit: 10, ref: "h" }, { kind: "who", room: "lobby", ref: "w" });
  assertEquals([bob.all("page")[0].entries, bob.all("members")[0].topic], [[], ""]);
  server.history.hold();
  await server.commit();
  assertEquals([texts(alice), texts(bob), carol.text], [[], [], before]);
  server.history.tell();
  await server.idle();
  for (const peer of [alice, bob]) assertEquals(texts(peer), ["secret plan", "plans"]);
  assertEquals(carol.text.slice(before.length), "alice: secret plan\n* alice set the topic: plans\n");
});

Deno.test("C3 if B was said after A was acknowledged, A comes first for everybody, whoever said them", async () => {
  await using server = new FakeServer();
  const peers = [await server.join("alice"), await server.join("bob"), await server.join("carol")];
  for (let i = 0; i < 9; i++) {
    await server.ask(peers[i % 3], say(`${i}`, `r${i}`));
    await server.commit();
    assertEquals(answers(peers[i % 3], `r${i}`), ["entry"]);
  }
  for (const peer of peers) assertEquals(texts(peer), Array.from({ length: 9 }, (_, i) => `${i}`));
});

Deno.test("C4 each room has its own chain of prev and seq, whatever is said in between elsewhere", async () => {
  await using server = new FakeServer();
  const [alice, bob] = [
    await server.join("alice", undefined, { rooms: ["dev", "ops"] }),
    await server.join("bob", undefined, { rooms: ["ops"] }),
  ];
  for (let i = 0; i < 20; i++) {
    alice.receive({ kind: "say", room: i % 3 === 0 ? "ops" : "dev", text: `${i}` });
    if (i % 4 === 0) await server.commit();
  }
  await server.commit();
  for (const peer of [alice, bob]) assertWhole(peer.frames);
  const chain = (peer: FakeConnection, room: string) =>
    peer.all("entry").filter((entry) => entry.room === room).map(({ prev, seq }) => [prev, seq]);
  const numbers = (many: number) => Array.from({ length: many }, (_, i) => [i, i + 1]);
  assertEquals([chain(alice, "ops"), chain(alice, "dev"), chain(bob, "ops"), chain(bob, "dev")], [numbers(7), numbers(13), numbers(7), []]);
});

/** Requests of somebody who is in the lobby and #dev, where carol is too, and the one answer to each. */
const REQUESTS: readonly [request: ClientFrame, answer: string][] = [
  [say("hi"), "entry"],
  [{ kind: "say", room: "#Dev", text: "hi" }, "entry"],
  [say(""), "text_empty"],
  [say("x".repeat(LIMITS.textBytes + 1)), "text_too_long"],
  [{ kind: "say", room: "nowhere", text: "hi" }, "no_such_room"],
  [{ kind: "say", room: "ops", text: "hi" }, "not_in_room"],
  [{ kind: "say", room: "a b", text: "hi" }, "no_such_room"],
  [{ kind: "topic", room: "lobby", text: "lunch" }, "entry"],
  [{ kind: "topic", room: "lobby", text: "" }, "entry"],
  [{ kind: "topic", room: "lobby", text: "x".repeat(LIMITS.topicBytes + 1) }, "text_too_long"],
  [{ kind: "topic", room: "ops", text: "lunch" }, "not_in_room"],
  [{ kind: "topic", room: "nowhere", text: "lunch" }, "no_such_room"],
  [{ kind: "join", room: "#New" }, "members"],
  [{ kind: "join", room: "dev" }, "members"],
  [{ kind: "join", room: "a b" }, "no_such_room"],
  [{ kind: "join", room: "" }, "no_such_room"],
  [{ kind: "part", room: "dev" }, "done"],
  [{ kind: "part", room: "ops" }, "not_in_room"],
  [{ kind: "part", room: "nowhere" }, "no_such_room"],
  [{ kind: "nick", name: "bert" }, "done"],
  [{ kind: "nick", name: "Carol" }, "name_taken"],
  [{ kind: "nick", name: "" }, "name_empty"],
  [{ kind: "nick", name: "x".repeat(25) }, "name_too_long"],
  [{ kind: "nick", name: "*" }, "name_not_allowed"],
  [{ kind: "nick", name: "admin" }, "name_reserved"],
  [{ kind: "away", text: "lunch" }, "done"],
  [{ kind: "away", text: "" }, "done"],
  [{ kind: "away" }, "done"],
  [{ kind: "away", text: "x".repeat(LIMITS.awayBytes + 1) }, "text_too_long"],
  [{ kind: "who", room: "lobby" }, "members"],
  [{ kind: "who", room: "ops" }, "members"],
  [{ kind: "who", room: "nowhere" }, "no_such_room"],
  [{ kind: "rooms" }, "rooms"],
  [{ kind: "history", room: "lobby", limit: 10 }, "page"],
  [{ kind: "history", room: "dev", limit: 200, before: 3 }, "page"],
  [{ kind: "history", room: "dev", limit: 1, after: 0 }, "page"],
  [{ kind: "history", room: "ops", limit: 10 }, "not_in_room"],
  [{ kind: "history", room: "nowhere", limit: 10 }, "no_such_room"],
  [{ kind: "search", room: "lobby", words: "hi", limit: 10 }, "page"],
  [{ kind: "search", room: "ops", words: "hi", limit: 10 }, "not_in_room"],
  [{ kind: "search", room: "nowhere", words: "hi", limit: 10 }, "no_such_room"],
  [{ kind: "ping" }, "pong"],
];

/** Bob in the lobby and #dev, carol in #dev and #ops. */
async function house(server: FakeServer): Promise<{ bob: FakeConnection; carol: FakeConnection }> {
  const carol = await server.join("carol", undefined, { rooms: ["dev", "ops"] });
  const bob = await server.join("bob", undefined, { rooms: ["lobby", "dev"], ...SECRET });
  return { bob, carol };
}

for (const [request, answer] of REQUESTS) {
  const what = `${request.kind} ${JSON.stringify(Object.values(request).slice(1)).slice(0, 40)}`;
  Deno.test(`C5 one answer: ${what} gets ${answer}, once`, async () => {
    await using server = new FakeServer();
    const { bob, carol } = await house(server);
    await server.ask(bob, { ...request, ref: "r1" } as ClientFrame);
    await server.commit();
    assertEquals(answers(bob, "r1"), [answer]);
    assertEquals(answers(carol, "r1").filter((kind) => kind !== "entry"), []);
    const [refused] = bob.all("refused");
    if (refused) assertEquals([refused.final, refused.retryMs, refused.text !== ""], [true, undefined, true]);
    assertEquals(bob.ended, undefined);
  });
}

Deno.test("C5 one answer: any requests in any order, with commits anywhere between, get one each", async () => {
  const request = fc.oneof(fc.constantFrom(...REQUESTS).map(([request]) => request), fc.constant(undefined));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(request, fc.boolean()), { maxLength: 30 }), async (steps) => {
      await using server = new FakeServer();
      const { bob } = await house(server);
      let asked = 0;
      for (const [request, wait] of steps) {
        if (request) bob.receive({ ...request, ref: `r${++asked}` } as ClientFrame);
        else server.history.commit(1);
        if (wait) await server.idle();
      }
      await server.commit();
      for (let i = 1; i <= asked; i++) assertEquals(answers(bob, `r${i}`).length, 1, `answers to r${i}`);
    }),
    { numRuns: 200 },
  );
});

Deno.test("C5 one answer: who leaves a room before its message is kept, or before it has read it, still hears that it was", async () => {
  await using server = new FakeServer();
  const { bob, carol } = await house(server);
  bob.receive({ kind: "say", room: "dev", text: "one", ref: "r1" });
  await server.idle();
  server.history.commit();
  bob.receive({ kind: "say", room: "dev", text: "two", ref: "r2" }, { kind: "part", room: "dev", ref: "r3" });
  await server.commit();
  assertEquals(["r1", "r2", "r3"].flatMap((ref) => answers(bob, ref)).map((kind) => kind.split(" ")[0]), ["entry", "entry", "done"]);
  assertEquals(texts(carol), ["one", "two"]);
  await server.said(carol, "dev", "three");
  assertEquals(bob.all("entry").some(({ text }) => text === "three"), false);
});

Deno.test("C5 whoever goes without waiting for an answer has none owed, and the message is kept", async () => {
  await using server = new FakeServer();
  const { bob, carol } = await house(server);
  await server.ask(bob, { kind: "say", room: "dev", text: "last words", ref: "r1" });
  bob.break();
  await server.commit();
  assertEquals([texts(carol), answers(bob, "r1")], [["last words"], []]);
});

Deno.test("C6 exactly once: the same ref again is answered with the first entry, to the asker alone, and stores nothing", async () => {
  await using server = new FakeServer();
  const { bob, carol } = await house(server);
  const twice: ClientFrame = { kind: "say", room: "dev", text: "hi", ref: "r1" };
  await server.ask(bob, twice);
  await server.commit();
  const [first] = bob.all("entry");
  await server.said(carol, "dev", "between");
  await server.ask(bob, twice);
  await server.commit();
  assertEquals(bob.all("entry").at(-1), { ...first, again: true });
  assertEquals([texts(bob), texts(carol)], [["hi", "between", "hi"], ["hi", "between"]]);
  assertEquals([server.history.head("dev"), bob.all("bye"), server.hub.messages], [2, [], 2]);
  await server.ask(bob, { kind: "bye" });
  assertEquals(bob.all("bye")[0].sent, 2, "both were kept");
});

Deno.test("C6 exactly once: both in one batch, the second is the first again", async () => {
  await using server = new FakeServer();
  const { bob, carol } = await house(server);
  const twice: ClientFrame = { kind: "say", room: "dev", text: "hi", ref: "r1" };
  await server.ask(bob, twice, twice);
  await server.commit();
  assertEquals(bob.all("entry").map(({ seq, again }) => `${seq} ${again ?? "first"}`).sort(), ["1 first", "1 true"]);
  assertEquals(texts(carol), ["hi"]);
});

Deno.test("C6 exactly once: the same ref again from whoever has left the room meanwhile is answered with the first entry; another is refused", async () => {
  await using server = new FakeServer();
  const { bob, carol } = await house(server);
  const last: ClientFrame = { kind: "say", room: "dev", text: "bye all", ref: "r1" };
  await server.ask(bob, last);
  await server.commit();
  await server.ask(bob, { kind: "part", room: "dev" });
  await server.ask(bob, last, { ...last, ref: "r2" });
  await server.commit();
  assertEquals(bob.all("entry").filter(({ ref }) => ref === "r1").map(({ again }) => again), [undefined, true]);
  assertEquals(bob.all("refused").map(({ ref, code }) => [ref, code]), [["r2", "not_in_room"]]);
  assertEquals(texts(carol), ["bye all"]);
});

Deno.test("C6 a ref used for another text or room is refused ref_conflict, for good, and nothing is published", async () => {
  await using server = new FakeServer();
  const { bob, carol } = await house(server);
  await server.ask(bob, { kind: "say", room: "dev", text: "hi", ref: "r1" });
  await server.commit();
  const others: ClientFrame[] = [{ kind: "say", room: "dev", text: "bye now", ref: "r1" }, {
    kind: "say",
    room: "lobby",
    text: "hi",
    ref: "r1",
  }];
  await server.ask(bob, ...others);
  await server.commit();
  const refusal = {
    kind: "refused",
    ref: "r1",
    code: "ref_conflict",
    text: "this ref was used for something else before",
    final: true,
  } as const;
  assertEquals(bob.all("refused"), [refusal, refusal]);
  assertEquals([texts(carol), server.history.head("dev"), server.history.head("lobby")], [["hi"], 1, 0]);
});

Deno.test("C6 a ref counts within an installation: without a secret, or with another, it is a message of its own", async () => {
  await using server = new FakeServer();
  const same: ClientFrame = { kind: "say", room: "lobby", text: "hi", ref: "r1" };
  const peers = [
    await server.join("a", undefined, { secret: "one" }),
    await server.join("b", undefined, { secret: "two" }),
    await server.join("c"),
  ];
  for (const peer of peers) await server.ask(peer, same);
  await server.ask(peers[2], same);
  await server.commit();
  assertEquals([server.history.head("lobby"), peers[0].all("entry").map(({ seq }) => seq)], [4, [1, 2, 3, 4]]);
});

Deno.test("C6 the history hears of a secret's hash only", async () => {
  await using server = new FakeServer();
  const owners: (string | undefined)[] = [];
  const { append } = server.history;
  server.history.append = (draft, owner) => (owners.push(owner), append.call(server.history, draft, owner));
  const [bob, carol] = [await server.join("bob", undefined, SECRET), await server.join("carol")];
  await server.said(bob, "lobby", "hi");
  await server.said(carol, "lobby", "hi");
  assertEquals(owners, [`hash of ${SECRET.secret}`, undefined]);
});

Deno.test("C6 refs are remembered by the next program on the same history", async () => {
  const history = await (async () => {
    await using server = new FakeServer();
    const bob = await server.join("bob", undefined, SECRET);
    await server.ask(bob, say("hi", "r1"));
    await server.commit();
    return server.history.reopened();
  })();
  await using server = new FakeServer({ history });
  const bob = await server.join("bert", undefined, SECRET);
  await server.ask(bob, say("hi", "r1"));
  await server.commit();
  assertEquals(bob.all("entry").map(({ seq, by, again }) => [seq, by, again]), [[1, "bob", true]]);
});

Deno.test("C9 at never falls within a room, whatever the clock does, and each room has its own", async () => {
  let now = 1_000;
  await using server = new FakeServer({ now: () => now });
  const bob = await server.join("bob", undefined, { rooms: ["dev", "ops"] });
  for (const [room, at] of [["dev", 1_000], ["dev", 500], ["ops", 700], ["dev", 2_000], ["ops", 600], ["dev", 1]] as const) {
    now = at;
    await server.said(bob, room, "hi");
  }
  const times = (room: string) => bob.all("entry").filter((entry) => entry.room === room).map(({ at }) => at);
  assertEquals([times("dev"), times("ops")], [[1_000, 1_000, 2_000, 2_000], [700, 700]]);
});

Deno.test("C11 shutdown commits and answers what was read before anybody is told bye", async () => {
  await using server = new FakeServer();
  const [alice, bob, carol] = [
    await server.join("alice"),
    await server.join("bob", undefined, SECRET),
    await server.join("carol", person()),
  ];
  await server.ask(bob, say("one", "r1"), say("two", "r2"));
  server.hub.stop();
  for (const peer of [alice, bob, carol]) peer.stop();
  await server.idle();
  assertEquals([alice.ended, bob.ended, carol.ended], [undefined, undefined, undefined], "bob's messages are under way");
  server.history.commit(1);
  await server.idle();
  assertEquals(bob.ended, undefined);
  await server.commit();
  for (const peer of [alice, bob]) {
    assertEquals(texts(peer), ["one", "two"]);
    const bye = peer.frames.at(-1);
    assert(bye?.kind === "bye" && bye.reason === "restart" && bye.retryMs !== undefined && bye.retryMs >= 500 && bye.retryMs < 3_000);
  }
  assertEquals(["r1", "r2"].flatMap((ref) => answers(bob, ref)), ["entry", "entry"]);
  assertEquals(carol.text.split("\n").slice(-4), ["bob: one", "bob: two", "* The server is stopping. Bye, carol (0 messages sent).", ""]);
});

Deno.test("C11 shutdown waits for nobody whose connection is lost, and frees them", async () => {
  await using server = new FakeServer();
  const [alice, bob] = [await server.join("alice"), await server.join("bob")];
  bob.break();
  await server.idle();
  server.hub.stop();
  alice.stop();
  await server.idle();
  assertEquals(alice.frames.slice(-2).map((frame) => frame.kind), ["left", "bye"]);
});

Deno.test("C13 disk full: the message is refused for now, everybody stays, and the past can be read", async () => {
  await using server = new FakeServer();
  const { bob, carol } = await house(server);
  const dora = await server.join("dora", person());
  await server.said(carol, "dev", "before");
  await server.said(bob, "lobby", "before");
  const told = dora.text.length;
  await server.ask(bob, say("lost", "r1"), { kind: "topic", room: "lobby", text: "lost", ref: "r2" });
  await server.ask(dora, { kind: "say", room: "", text: "lost too" });
  server.history.reject("storage_full");
  await server.idle();
  for (const ref of ["r1", "r2"]) {
    const refusal: ServerFrame = { kind: "refused", ref, code: "storage_full", text: "the disk is full", final: false, retryMs: 5_000 };
    assertEquals(bob.all("refused").find((frame) => frame.ref === ref), refusal);
  }
  assertEquals(dora.text.slice(told), "! not saved: the disk is full\n");
  assertEquals([bob.ended, carol.ended, dora.ended], [undefined, undefined, undefined]);
  await server.ask(carol, { kind: "history", room: "dev", limit: 10, ref: "h" });
  assertEquals(carol.all("page")[0].entries.map(({ text }) => text), ["before"]);
  // Space came back, and the client says it again.
  await server.ask(bob, say("lost", "r1"));
  await server.commit();
  assertEquals([answers(bob, "r1"), dora.text.slice(told).split("\n").at(-2)], [["storage_full", "entry"], "bob: lost"]);
  await server.ask(bob, { kind: "bye" });
  assertEquals(bob.all("bye")[0].sent, 2);
});

Deno.test("C14 storage broken: nothing more is acknowledged, and everybody gets bye storage", async () => {
  const server = new FakeServer();
  const [alice, bob, carol] = [
    await server.join("alice"),
    await server.join("bob", undefined, SECRET),
    await server.join("carol", person()),
  ];
  await server.said(alice, "lobby", "before");
  await server.ask(bob, say("lost", "r1"));
  await server.ask(carol, { kind: "say", room: "", text: "lost too" });
  server.history.break();
  assertInstanceOf(await server.delivered, StorageBroken);
  server.hub.stop("storage");
  for (const peer of [alice, bob, carol]) peer.stop();
  await server.idle();
  for (const peer of [alice, bob]) {
    assertEquals(texts(peer), ["before"]);
    const bye = peer.frames.at(-1);
    assertEquals([bye?.kind, bye?.kind === "bye" && bye.reason, peer.ended], ["bye", "storage", "finished"]);
  }
  assertEquals(bob.all("bye")[0].text, "The server cannot save messages any more. Bye, bob (0 messages sent)");
  assertEquals(carol.text.split("\n").slice(-2), ["* The server cannot save messages any more. Bye, carol (0 messages sent).", ""]);
  assertEquals(answers(bob, "r1"), []);
  await Promise.all(server.stays.values());
});

Deno.test("C14 storage broken: whoever is being served from the history gets bye storage too, and it is no fault", async () => {
  await using server = new FakeServer();
  const { bob, carol } = await house(server);
  await server.said(carol, "dev", "one");
  const { promise, reject } = Promise.withResolvers<void>();
  server.history.reading = promise;
  bob.receive({ kind: "history", room: "dev", limit: 5, ref: "r1" });
  const late = server.connect();
  late.receive({ kind: "hello", v: [1], name: "late", rooms: ["dev"], backlog: 5 });
  await server.idle();
  reject(new StorageBroken("the disk is gone"));
  await server.idle();
  server.hub.stop("storage");
  for (const peer of [bob, carol, late]) peer.stop();
  await server.idle();
  assertEquals([bob, late].map((peer) => [peer.all("bye").at(-1)?.reason, peer.ended]), [["storage", "finished"], ["storage", "finished"]]);
});

Deno.test("C14 storage broken: whoever is already leaving is let go too", async () => {
  const server = new FakeServer();
  const bob = await server.join("bob");
  await server.ask(bob, say("lost", "r1"), { kind: "bye" });
  server.history.break();
  await server.delivered;
  assertEquals(bob.ended, undefined);
  server.hub.stop("storage");
  await server.stays.get(bob);
  assertEquals([bob.all("bye").map(({ reason, sent }) => [reason, sent]), answers(bob, "r1")], [[["storage", 0]], []]);
});
