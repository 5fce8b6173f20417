import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { cleanText } from "../../shared/text.ts";
import { decodeServerFrame, encodeFrame } from "../../shared/codec.ts";
import type { ClientFrame, ServerFrame } from "../../shared/protocol.ts";
import type { Codec } from "../../server/connection.ts";
import { Broadcast } from "../../server/broadcast.ts";
import { Pump } from "../../server/pump.ts";
import { textCodec } from "../../server/transports/text_codec.ts";
import type { ServerLimits } from "../../server/config.ts";
import { assertWhole as assertWholeFrames, FakeConnection, FakeServer, framesCodec, KEEPS, say } from "./fakes.ts";

const NO_LIMITS: ServerLimits = { maxConnections: undefined, maxPerAddress: undefined, rate: undefined, burst: 50, textBytes: 4096 };

/** What a peer heard in the room, in short: `+bob` joined, `-bob` left, else the text. */
function heard(connection: FakeConnection): string[] {
  return connection.frames.flatMap((frame) => {
    if (frame.kind === "joined") return [`+${frame.by}`];
    if (frame.kind === "left") return [`-${frame.by}`];
    return frame.kind === "entry" ? [frame.text] : [];
  });
}

function assertWhole(connection: FakeConnection): void {
  assertWholeFrames(connection.frames);
}

/** The kinds and refs of the answers to requests: the echo of an own entry, or what was sent to this peer alone. */
function answers(connection: FakeConnection): string[] {
  const session = connection.all("welcome")[0]?.session;
  return connection.frames.flatMap((frame) => {
    const isAnswer = "ref" in frame && (frame.kind !== "entry" || frame.from === session);
    return isAnswer ? [`${frame.kind === "refused" || frame.kind === "error" ? frame.code : frame.kind} ${frame.ref}`] : [];
  });
}

Deno.test("Hub.greet welcomes with a name, a session and who is there", async () => {
  await using server = new FakeServer();
  await server.join("alice");
  const bob = await server.join(" Bob ");
  const members = [{ nick: "alice", from: "s1" }, { nick: "Bob", from: "s2" }];
  const rooms = [{ room: "lobby", head: 0, topic: "", total: 2, offset: 0, members }];
  const about = { server: "chat/test", epoch: "e1", keeps: KEEPS };
  assertEquals(bob.frames, [{ kind: "welcome", v: 1, session: "s2", nick: "Bob", ...about, token: "t2", resumed: false, rooms }]);
});

Deno.test("Hub.greet refuses a name that is taken, whatever its case, and gives it when it is free", async () => {
  await using server = new FakeServer();
  const bob = await server.join("bob");
  const other = await server.join("BOB");
  assertEquals(other.frames, [{ kind: "refused", code: "name_taken", text: "BOB is taken", final: false }]);
  bob.receive({ kind: "bye" });
  await server.idle();
  other.receive({ kind: "hello", v: [1], name: "BOB" });
  await server.idle();
  assertEquals(other.all("welcome")[0].nick, "BOB");
});

Deno.test("C10 a client that speaks no version of ours is told the versions, and parted with", async () => {
  await using server = new FakeServer();
  const bob = server.connect();
  bob.receive({ kind: "hello", v: [2, 3], name: "bob" });
  await server.idle();
  const [error, bye] = bob.frames;
  assert(error.kind === "error" && bye.kind === "bye");
  assertEquals([error.code, error.v, bye.reason, bob.ended], ["version", [1], "error", "finished"]);
  const newer = server.connect();
  newer.receive({ kind: "hello", v: [3, 2, 1], name: "bob" });
  await server.idle();
  assertEquals(newer.all("welcome")[0].v, 1);
});

Deno.test("Hub.greet lists 100 members in welcome and the next in members, 1,000 in all", async () => {
  await using server = new FakeServer();
  const sizes = async (upTo: number) => {
    for (let i = server.stays.size + 1; i < upTo; i++) server.connect().receive({ kind: "hello", v: [1], name: `n${i}` });
    const last = await server.join(`n${upTo}`);
    const lists = [...last.all("welcome").flatMap(({ rooms }) => rooms), ...last.all("members")];
    return lists.map(({ offset, members, total }) => [offset, members.length, total]);
  };
  assertEquals(await sizes(100), [[0, 100, 100]]);
  assertEquals(await sizes(101), [[0, 100, 101], [100, 1, 101]]);
  const listed = Array.from({ length: 10 }, (_, i) => [100 * i, 100, 1001]);
  assertEquals(await sizes(1001), listed);
});

Deno.test("C2 nobody hears an entry that is not committed", async () => {
  await using server = new FakeServer();
  const [alice, bob] = [await server.join("alice"), await server.join("bob")];
  alice.receive(say("one", "r1"), say("two", "r2"));
  await server.idle();
  assertEquals([server.history.waiting, heard(bob), answers(alice)], [2, [], []]);
  server.history.commit(1);
  await server.idle();
  assertEquals([heard(bob), answers(alice)], [["one"], ["entry r1"]]);
  server.history.commit(1);
  await server.idle();
  assertEquals([heard(bob), answers(alice)], [["one", "two"], ["entry r1", "entry r2"]]);
});

Deno.test("C3 everybody hears the same order, and each sender's own", async () => {
  await using server = new FakeServer();
  const peers = [await server.join("alice"), await server.join("bob"), await server.join("carol")];
  for (let i = 0; i < 30; i++) {
    peers[i % 3].receive(say(`${i % 3} ${i}`), say(`${i % 3} ${i}b`));
    if (i % 7 === 0) await server.idle();
    if (i % 10 === 0) server.history.commit(5);
  }
  await server.commit();
  const [order, ...others] = peers.map((peer) => heard(peer).filter((text) => !text.startsWith("+")));
  assertEquals(order.length, 60);
  for (const other of others) assertEquals(other, order);
  for (const sender of ["0", "1", "2"]) {
    const numbers = order.filter((text) => text.startsWith(sender)).map((text) => Number.parseInt(text.slice(2)));
    assertEquals(numbers, numbers.toSorted((a, b) => a - b));
  }
});

Deno.test("C4 entries rise, and each names the one before it", async () => {
  await using server = new FakeServer();
  const alice = await server.join("alice");
  for (let i = 0; i < 5; i++) alice.receive(say(`${i}`));
  await server.commit();
  const bob = await server.join("bob");
  alice.receive(say("5"), say("6"));
  await server.commit();
  assertEquals(bob.all("welcome")[0].rooms[0].head, 5);
  assertEquals(bob.all("entry").map(({ seq, prev }) => [seq, prev]), [[6, 5], [7, 6]]);
  for (const peer of [alice, bob]) assertWhole(peer);
});

Deno.test("C5 every request with a ref gets one answer", async () => {
  await using server = new FakeServer();
  const bob = await server.join("bob");
  await server.join("alice");
  bob.receive(
    say("hi", "r1"),
    say("\x1b[31m", "r2"),
    say("x".repeat(4097), "r3"),
    { kind: "say", room: "nowhere", text: "hi", ref: "r4" },
    { kind: "ping", ref: "r5" },
    { kind: "malformed", code: "unknown_kind", text: 'unknown kind "dance"', ref: "r6" },
    say("hi", "r1"),
  );
  await server.commit();
  const expected = ["entry r1", "entry r1", "no_such_room r4", "pong r5", "text_empty r2", "text_too_long r3", "unknown_kind r6"];
  assertEquals(answers(bob).toSorted(), expected);
  assertEquals(bob.all("refused").map(({ final }) => final), [true, true, true]);
});

Deno.test("Hub.handle answers what has no ref, too", async () => {
  await using server = new FakeServer();
  const bob = await server.join("bob");
  bob.receive({ kind: "ping" }, { kind: "pong" }, { kind: "hello", v: [1], name: "carol" }, say(""));
  await server.idle();
  assertEquals(bob.frames.slice(1), [
    { kind: "pong" },
    { kind: "error", code: "unexpected", text: "you are in already, as bob" },
    { kind: "refused", code: "text_empty", text: "nothing was left to say", final: true },
  ]);
});

Deno.test("a refusal can be shown and decoded, whatever room was asked for", async () => {
  const room = fc.string({ unit: fc.constantFrom("a", "\x1b", "[2J", "\n", "\u202e", "\u{1f600}", "\ud83d"), minLength: 1, maxLength: 80 });
  await using server = new FakeServer();
  const bob = await server.join("bob");
  await fc.assert(fc.asyncProperty(room, async (room) => {
    bob.receive({ kind: "say", room, text: "hi", ref: "r1" });
    await server.idle();
    const refused = bob.all("refused").at(-1)!;
    assertEquals(cleanText(refused.text), refused.text);
    assertEquals(decodeServerFrame(encodeFrame(refused)), refused);
  }));
});

Deno.test("a message keeps its text, cleaned, its ref and the nick and session that said it", async () => {
  await using server = new FakeServer({ now: () => 1234 });
  const bob = await server.join("bob");
  bob.receive(say("one\r\n\x1b[1mtwo", "r1"));
  await server.commit();
  const said = { at: 1234, type: "said", by: "bob", from: "s1", text: "one\ntwo", ref: "r1" } as const;
  assertEquals(bob.all("entry"), [{ kind: "entry", room: "lobby", seq: 1, prev: 0, ...said }]);
});

Deno.test("a bye waits for the commits, and says how many messages were kept", async () => {
  await using server = new FakeServer();
  const [alice, bob] = [await server.join("alice"), await server.join("bob")];
  bob.receive(say("one", "r1"), say("two", "r2"), say(""), { kind: "bye" });
  await server.idle();
  server.history.commit(1);
  await server.idle();
  assertEquals([heard(alice), bob.ended], [["+bob", "one"], undefined]);
  server.history.commit(1);
  await server.idle();
  assertEquals(heard(alice), ["+bob", "one", "two", "-bob"]);
  assertEquals(answers(bob), ["entry r1", "entry r2"]);
  assertEquals(bob.frames.at(-1), { kind: "bye", reason: "left", text: "Bye, bob (2 messages sent)", sent: 2 });
  assertEquals(bob.ended, "finished");
});

Deno.test("a clean end of input leaves as a bye does", async () => {
  await using server = new FakeServer();
  const bob = await server.join("bob", new FakeConnection(textCodec));
  bob.receive(say("hi"));
  bob.end();
  await server.commit();
  assertEquals(bob.text.split("\n").at(-2), "* Bye, bob (1 message sent).");
  const left = server.events.at(-1);
  assert(left?.type === "disconnected");
  assertEquals([left.nick, left.why, left.sent], ["bob", "closed its end", 1]);
});

Deno.test("a connection that breaks and cannot resume leaves when what it said is committed", async () => {
  await using server = new FakeServer();
  const [alice, bob] = [await server.join("alice"), await server.join("bob", new FakeConnection(textCodec))];
  bob.receive(say("hi"));
  await server.idle();
  bob.break();
  await server.idle();
  assertEquals(heard(alice), ["+bob"]);
  await server.commit();
  assertEquals([heard(alice), bob.ended], [["+bob", "hi", "-bob"], "closed"]);
});

Deno.test("what is committed after a member was parted with is heard by the others", async () => {
  await using server = new FakeServer();
  const [alice, bob] = [await server.join("alice"), await server.join("bob", new FakeConnection(textCodec))];
  bob.stall();
  alice.receive(say("one"));
  await server.commit();
  bob.receive(say("two"));
  await server.idle();
  bob.close("took nothing for 60 seconds");
  await server.commit();
  assertEquals(heard(alice), ["+bob", "one", "two", "-bob"]);
  assertWhole(alice);
});

Deno.test("C8 Hub.sweep parts with whoever takes nothing for 60 s, and the others hear of it", async () => {
  let now = performance.now();
  await using server = new FakeServer({ monotonic: () => now });
  const [alice, bob] = [await server.join("alice"), await server.join("bob")];
  bob.stall();
  alice.receive(say("one"));
  await server.commit();
  server.hub.sweep();
  assertEquals(bob.ended, undefined);
  now = performance.now() + 60_001;
  server.hub.sweep();
  await server.idle();
  assertEquals([bob.ended, heard(alice)], ["closed", ["+bob", "one"]], "it may come back");
  now += 30_001;
  server.hub.sweep();
  assertEquals((await server.idle(), heard(alice)), ["+bob", "one", "-bob"]);
});

Deno.test("C11 whoever leaves while the server stops is told when to come back", async () => {
  await using server = new FakeServer();
  const bob = await server.join("bob");
  server.hub.stop();
  bob.stop();
  await server.idle();
  const text = "The server is stopping. Bye, bob (0 messages sent)";
  assertEquals(bob.frames.at(-1), { kind: "bye", reason: "restart", text, sent: 0, retryMs: 1750 });
});

Deno.test("a sender feels that the history is full", async () => {
  await using server = new FakeServer();
  const bob = await server.join("bob");
  const full = Promise.withResolvers<void>();
  server.history.full = full.promise;
  bob.receive(say("one"), say("two"));
  bob.receive(say("three"));
  await server.commit();
  assertEquals(heard(bob), ["one"]);
  server.history.full = undefined;
  full.resolve();
  await server.commit();
  assertEquals(heard(bob), ["one", "two", "three"]);
});

Deno.test("a burst of 50 messages is taken at once, and the next is read later", async () => {
  await using server = new FakeServer({ limits: { ...NO_LIMITS, rate: 20 }, monotonic: () => 0 });
  const [alice, bob] = [await server.join("alice"), await server.join("bob")];
  bob.receive(...Array.from({ length: 52 }, (_, i) => say(`${i + 1}`)));
  await server.idle();
  assertEquals(server.history.waiting, 51);
  alice.receive(say("alice is free"));
  await server.idle();
  assertEquals(server.history.waiting, 52);
  server.hub.stop();
  await server.idle();
  assertEquals(server.history.waiting, 53);
});

Deno.test("whatever is asked for counts against the burst, a refused message and being away too", async () => {
  await using server = new FakeServer({ limits: { ...NO_LIMITS, rate: 20 }, monotonic: () => 0 });
  const bob = await server.join("bob");
  bob.receive(...Array.from({ length: 20 }, () => say("")), ...Array.from({ length: 10 }, (): ClientFrame => ({ kind: "away" })));
  bob.receive(...Array.from({ length: 30 }, () => say("hi")), { kind: "ping" });
  await server.idle();
  assertEquals([bob.all("refused").length, bob.all("done").length, server.history.waiting, bob.all("pong").length], [20, 10, 21, 0]);
  server.hub.stop();
  await server.idle();
  assertEquals([server.history.waiting, bob.all("pong").length], [30, 1]);
});

Deno.test("--max-text bounds a message's bytes", async () => {
  await using server = new FakeServer({ limits: { ...NO_LIMITS, textBytes: 5 } });
  const bob = await server.join("bob");
  bob.receive(say("12345", "r1"), say("123456", "r2"), say("漢漢", "r3"));
  await server.commit();
  assertEquals(answers(bob).toSorted(), ["entry r1", "text_too_long r2", "text_too_long r3"]);
  assertEquals(bob.all("refused")[0].text, "a message has at most 5 bytes, this one had 6");
});

const LONG = "x".repeat(4000);

/** Alice says so many long messages while bob takes nothing. */
async function outrun(server: FakeServer, bob: FakeConnection, messages: number): Promise<void> {
  bob.stall();
  for (let i = 0; i < messages; i++) {
    void server.history.append({ room: "lobby", at: 0, type: "said", by: "alice", from: "s0", text: LONG });
  }
  for (let i = 0; i < messages; i += 100) {
    server.history.commit(100);
    await server.idle();
  }
}

Deno.test("C8 a reader that the tail left behind is refilled from history, with no hole and no double", async () => {
  for (const codec of [framesCodec, textCodec]) {
    await using server = new FakeServer();
    await server.join("alice");
    const bob = await server.join("bob", new FakeConnection(codec));
    await outrun(server, bob, 1);
    bob.receive(say("own"));
    await server.commit();
    await outrun(server, bob, 2499);
    bob.release();
    await server.idle();
    void server.history.append({ room: "lobby", at: 0, type: "said", by: "alice", from: "s0", text: "live" });
    await server.commit();
    const lines = bob.text.split("\n").slice(0, -1);
    const said = (text: string) => lines.filter((line) => line.includes(text)).length;
    assertEquals([said(LONG), said("own"), said("live")], [2500, codec.skipsOwn ? 0 : 1, 1]);
    assert(lines.at(-1)?.includes("live"));
    if (codec === framesCodec) assertWhole(bob);
  }
});

Deno.test("C8 what history itself does not reach back to is said", async () => {
  for (const codec of [framesCodec, textCodec]) {
    await using server = new FakeServer();
    await server.join("alice");
    const bob = await server.join("bob", new FakeConnection(codec));
    await outrun(server, bob, 2500);
    server.history.floor = 1000;
    bob.release();
    await server.idle();
    if (codec === framesCodec) {
      assertWhole(bob);
      const [reset] = bob.all("reset");
      assertEquals([reset.cursor, reset.skipped + bob.all("entry").length, bob.all("reset").length], [1000, 2500, 1]);
    } else {
      const lines = bob.text.split("\n").slice(1, -1);
      const skipped = lines.findIndex((line) => line.startsWith("* "));
      assertEquals([lines[skipped], lines.length], [`* ${1000 - skipped} messages skipped`, 2500 - (1000 - skipped) + 1]);
    }
  }
});

Deno.test("a reader that lagged is told who is there, and who is away", async () => {
  await using server = new FakeServer();
  const carol = await server.join("carol");
  const bob = await server.join("bob");
  await outrun(server, bob, 10);
  await server.ask(await server.join("dora"), { kind: "away", text: "lunch" });
  carol.receive({ kind: "bye" });
  await outrun(server, bob, 2500);
  bob.release();
  await server.idle();
  const [snapshot] = bob.all("members");
  assertEquals(snapshot?.members.map(({ nick, away }) => [nick, away]), [["bob", undefined], ["dora", "lunch"]]);
  assertEquals(bob.all("away"), []);
  assertWhole(bob);
});

Deno.test("a reader that lags and leaves hears all up to its leave, and nothing after it", async () => {
  await using server = new FakeServer();
  const [alice, bob] = [await server.join("alice"), await server.join("bob")];
  await outrun(server, bob, 2500);
  bob.receive({ kind: "bye" });
  await server.idle();
  await outrun(server, bob, 2500);
  bob.release();
  await server.idle();
  assertWhole(bob);
  assertEquals([bob.all("entry").at(-1)?.seq, bob.frames.at(-1)?.kind, bob.ended], [2500, "bye", "finished"]);
  assertEquals(alice.all("entry").length, 5000);
});

Deno.test("a reader that leaves hears nothing after its leave, however long its last write takes", async () => {
  await using server = new FakeServer();
  const [, bob] = [await server.join("alice"), await server.join("bob")];
  await outrun(server, bob, 1);
  bob.receive({ kind: "bye" });
  await server.idle();
  await outrun(server, bob, 2500);
  bob.release();
  await server.idle();
  assertEquals(bob.frames.slice(1).map(({ kind }) => kind), ["entry", "bye"]);
});

Deno.test("C4 Hub.catchUp reads no further than what the room was told", async () => {
  await using server = new FakeServer();
  const alice = await server.join("alice");
  for (const text of ["one", "two", "three"]) alice.receive(say(text));
  await server.commit();
  const [one, two, three] = alice.all("entry");
  const broadcast = new Broadcast("lobby", one.seq, () => 0);
  const pump = new Pump(new FakeConnection(), server.turns, (broadcast, reading) => server.hub.catchUp(broadcast, reading));
  const reading = broadcast.follow(pump, "now");
  broadcast.publish([two]);
  reading.position = { offset: -1, cursor: 0 };
  const { bytes, next } = await server.hub.catchUp(broadcast, reading);
  assertEquals(decodeLines(bytes).map((frame) => frame.kind === "entry" && frame.text), [one, two].map(({ text }) => text));
  reading.position = next;
  assertEquals((await server.hub.catchUp(broadcast, reading)).next, reading.tail.end);
  broadcast.publish([three]);
  assertEquals((await server.hub.catchUp(broadcast, reading)).next.cursor, two.seq);
  pump.abort();
});

function decodeLines(bytes: Uint8Array): ServerFrame[] {
  return new TextDecoder().decode(bytes).split("\n").slice(0, -1).map((line) => decodeServerFrame(line) as ServerFrame);
}

const NAMES = ["ann", "ben", "cat", "dan", "eve"];

/** A lobby that people come to and go from, with somebody who is there all the time. */
class Crowd {
  readonly server = new FakeServer();
  readonly stays: { readonly name: string; readonly connection: FakeConnection }[] = [];
  readonly #present = new Map<string, FakeConnection>();
  #said = 0;

  join(name: string, codec: Codec): void {
    if (this.#present.has(name)) return;
    const connection = this.server.connect(new FakeConnection(codec));
    connection.receive({ kind: "hello", v: [1], name });
    this.stays.push({ name, connection });
    this.#present.set(name, connection);
  }

  on(name: string, act: (connection: FakeConnection) => void): void {
    const connection = this.#present.get(name);
    if (connection && !connection.broken) act(connection);
  }

  say(name: string, many: number): void {
    this.on(name, (connection) => connection.receive(...Array.from({ length: many }, () => say(`${name} ${++this.#said}`))));
  }

  leave(name: string): void {
    this.on(name, (connection) => connection.receive({ kind: "bye" }));
    this.#present.delete(name);
  }

  /** Everybody leaves, the observer last. */
  async close(): Promise<void> {
    for (const { connection } of this.stays) {
      connection.release();
      connection.end();
    }
    await this.server.commit();
    assertEquals(await this.server.close(), []);
  }
}

/** What the observer heard, cut into the stays of each name: from its `joined` to its `left`, or to the end. */
function stays(observed: readonly ServerFrame[], name: string): string[][] {
  const found: string[][] = [];
  let stay: string[] | undefined;
  for (const frame of observed) {
    if (frame.kind === "joined" && frame.by === name) found.push(stay = []);
    else if (frame.kind === "left" && frame.by === name) stay = undefined;
    else if (frame.kind === "entry") stay?.push(frame.text);
  }
  return found;
}

type Act = (crowd: Crowd) => void | Promise<void>;

function act(name: string, act: Act): Act {
  return Object.assign(act, { toString: () => name });
}

const someone = fc.constantFrom(...NAMES);
const acts = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: someone.map((name) => act(`join ${name}`, (crowd) => crowd.join(name, framesCodec))) },
    { weight: 2, arbitrary: someone.map((name) => act(`join ${name} by netcat`, (crowd) => crowd.join(name, textCodec))) },
    { weight: 3, arbitrary: someone.map((name) => act(`leave ${name}`, (crowd) => crowd.leave(name))) },
    {
      weight: 8,
      arbitrary: fc.tuple(someone, fc.integer({ min: 1, max: 3 })).map(([name, n]) =>
        act(`say ${name} ${n}`, (crowd) => crowd.say(name, n))
      ),
    },
    { weight: 5, arbitrary: fc.nat(5).map((n) => act(`commit ${n}`, (crowd) => crowd.server.history.commit(n))) },
    { weight: 6, arbitrary: fc.constant(act("idle", (crowd) => crowd.server.idle())) },
    { weight: 2, arbitrary: someone.map((name) => act(`stall ${name}`, (crowd) => crowd.on(name, (connection) => connection.stall()))) },
    {
      weight: 2,
      arbitrary: someone.map((name) => act(`release ${name}`, (crowd) => crowd.on(name, (connection) => connection.release()))),
    },
    {
      weight: 1,
      arbitrary: someone.map((name) => act(`dribble ${name}`, (crowd) => crowd.on(name, (connection) => connection.takes = () => 7))),
    },
  ),
  { minLength: 10, maxLength: 120 },
);

Deno.test("joining and leaving in the middle of traffic never skip or repeat anybody", async () => {
  await fc.assert(
    fc.asyncProperty(acts, async (acts) => {
      const crowd = new Crowd();
      const observer = await crowd.server.join("observer");
      for (const act of acts) await act(crowd);
      await crowd.close();
      assertWhole(observer);
      for (const name of NAMES) {
        const heardOf = stays(observer.frames, name);
        const seen = crowd.stays.filter((stay) => stay.name === name && stay.connection.welcomed);
        assertEquals(heardOf.length, seen.length);
        seen.forEach(({ connection }, i) => {
          if (connection.codec.skipsOwn) {
            const lines = connection.text.split("\n").flatMap((line) => line.match(/^[a-z]+: (.*)$/)?.[1] ?? []);
            return assertEquals(lines, heardOf[i].filter((text) => !text.startsWith(name)));
          }
          assertWhole(connection);
          assertEquals(connection.all("entry").map(({ text }) => text), heardOf[i]);
        });
      }
    }),
    { numRuns: 100 },
  );
});
