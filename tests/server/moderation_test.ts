import { assert, assertEquals, assertFalse, assertRejects, assertStringIncludes } from "@std/assert";
import { Fatal } from "../../shared/exit.ts";
import type { ClientFrame, Moderate, ServerFrame } from "../../shared/protocol.ts";
import { readOrder } from "../../server/audit_log.ts";
import type { Moderation } from "../../server/core/moderation.ts";
import { AUDIT_ROOM } from "../../shared/names.ts";
import { textCodec } from "../../server/transports/text_codec.ts";
import { FakeConnection, FakeHistory, FakeServer, say } from "./fakes.ts";

const CODE = "ABCD-EFGH-JKMN-PQRS";
const NOW = 1_790_000_000_000;
const HOUR = 60 * 60_000;
let hosts = 0;

/** A server with a clock in the test's hand. */
class OrderedServer extends FakeServer {
  readonly clock: { now: number };

  constructor(options: ConstructorParameters<typeof FakeServer>[0] = {}) {
    const clock = { now: NOW };
    super({ ownerCode: CODE, now: () => clock.now, ...options });
    this.clock = clock;
  }

  /** Somebody with a client that is remembered, at an address of its own. */
  async remembered(nick: string, host = `192.0.2.${++hosts % 250}`): Promise<FakeConnection> {
    return await this.join(nick, new FakeConnection(undefined, host), { secret: `${nick}'s` });
  }

  /** Somebody at netcat. */
  async netcat(nick: string, host = `198.51.100.${++hosts % 250}`): Promise<FakeConnection> {
    return await this.join(nick, new FakeConnection(textCodec, host));
  }

  /** Asks, commits, and returns the answer in short. */
  async act(by: FakeConnection, frame: Omit<Moderate, "kind" | "ref">): Promise<string> {
    return await this.answer(by, { kind: "moderate", ...frame });
  }

  async answer(by: FakeConnection, frame: ClientFrame): Promise<string> {
    const ref = `r${by.frames.length}`;
    by.receive({ ...frame, ref } as ClientFrame);
    await this.commit();
    // What it leads to is committed after it.
    await this.commit();
    const answer = by.frames.find((frame) => "ref" in frame && frame.ref === ref);
    assert(answer, "no answer");
    if (answer.kind === "done") return answer.text;
    if (answer.kind === "report") return answer.lines.join("\n");
    return answer.kind === "refused" ? `${answer.code}: ${answer.text}` : answer.kind;
  }

  /** The owner. */
  async owner(nick = "olga"): Promise<FakeConnection> {
    const owner = await this.remembered(nick);
    assertEquals(await this.act(owner, { act: "claim", text: CODE }), "You own this server now; /help lists what you can do");
    return owner;
  }
}

/** What somebody was told in rooms, and by the server's farewell. */
function told(connection: FakeConnection): string[] {
  return connection.frames.flatMap((frame) => {
    if (frame.kind === "bye") return [`${frame.reason}: ${frame.text}`];
    return frame.kind === "entry" && frame.type === "notice" ? [frame.text] : [];
  });
}

function roles(frames: readonly ServerFrame[]): (string | undefined)[] {
  return frames.flatMap((frame) => frame.kind === "role" ? [`${frame.by} ${frame.role}`] : []);
}

Deno.test("claim: whoever has the code owns the server, once, and everybody is told", async () => {
  await using server = new OrderedServer();
  const [olga, bob] = [await server.remembered("olga"), await server.remembered("bob")];
  assertEquals(
    await server.act(bob, { act: "claim", text: "abcd-efgh-jkmn-pqrt" }),
    "not_allowed: that is not the code that the server printed when it started",
  );
  assertEquals(
    await server.act(olga, { act: "claim", text: " abcd efgh-jkmn PQRS" }),
    "You own this server now; /help lists what you can do",
  );
  assertEquals([roles(bob.frames), told(bob)], [["olga owner"], ["olga owns this server now"]]);
  assertEquals(
    await server.act(bob, { act: "claim", text: CODE }),
    "not_allowed: olga owns this server, and can make you an op; whoever starts it can take it over with --new-owner",
  );
  assertEquals(await server.act(olga, { act: "claim", text: CODE }), "not_allowed: you own this server already");
  const carol = await server.remembered("carol");
  assertEquals(carol.all("welcome")[0].rooms[0].members[0].role, "owner");
  const again = await server.join("olga-2", undefined, { secret: "olga's" });
  assertEquals([again.all("welcome")[0].role, roles(bob.frames)], ["owner", ["olga owner", "olga-2 owner"]]);
  await server.act(olga, { act: "deop", target: "olga" });
  assertEquals(server.hub.seats.get("s1")?.session.role, "owner");
});

Deno.test("claim: wrong codes are slowed down for each address, and a code is good again when it could not be kept", async () => {
  await using server = new OrderedServer();
  const [eve, olga] = [await server.remembered("eve"), await server.remembered("olga")];
  for (let i = 0; i < 5; i++) await server.act(eve, { act: "claim", text: `no ${i}` });
  assertEquals(await server.act(eve, { act: "claim", text: CODE }), "not_allowed: too many wrong codes; try again in a minute");
  olga.receive({ kind: "moderate", ref: "full", act: "claim", text: CODE });
  await server.idle();
  server.history.reject("storage_full");
  await server.idle();
  assertEquals(olga.all("refused").map(({ code, ref, final }) => [code, ref, final]), [["storage_full", "full", false]]);
  assertEquals(server.hub.seats.get("s2")?.session.role, undefined);
  assertEquals(await server.act(olga, { act: "claim", text: CODE }), "You own this server now; /help lists what you can do");
});

Deno.test("kick: whoever fills the disk is put out although that cannot be kept; a ban is refused", async () => {
  await using server = new OrderedServer();
  const [olga, bob] = [await server.owner(), await server.remembered("bob")];
  olga.receive({ kind: "moderate", ref: "ban", act: "ban", target: "bob" });
  olga.receive({ kind: "moderate", ref: "kick", act: "kick", target: "bob" });
  await server.idle();
  server.history.reject("storage_full");
  await server.idle();
  assertEquals(olga.all("refused").map(({ ref, code }) => [ref, code]), [["ban", "storage_full"]]);
  assertEquals(olga.all("done").at(-1)?.text, "bob was kicked by olga; that could not be kept: the disk is full");
  assertEquals(bob.all("bye").map(({ reason }) => reason), ["kicked"]);
});

Deno.test("claim: a client that is not remembered is told what it takes", async () => {
  await using server = new OrderedServer();
  const bob = await server.join("bob");
  assertEquals(
    await server.act(bob, { act: "claim", text: CODE }),
    "not_allowed: this client is not remembered: join with chat client or a browser, and type it there",
  );
});

Deno.test("moderate: nobody without rights changes anything, and nothing of it is kept", async () => {
  await using server = new OrderedServer();
  const [olga, bob] = [await server.owner(), await server.remembered("bob")];
  const kept = server.history.head(AUDIT_ROOM);
  const [target, room, text] = ["olga", "lobby", "because"];
  for (const act of ["kick", "ban", "unban", "mute", "unmute", "op", "deop", "slow", "readonly", "announce"] as const) {
    const answer = await server.act(bob, { act, target, room, text, ms: 1, on: true });
    assertEquals(answer.split(":")[0], "not_allowed", act);
  }
  for (const about of ["bans", "audit"] as const) {
    assertEquals((await server.answer(bob, { kind: "report", about })).split(":")[0], "not_allowed");
  }
  assertEquals([server.history.head(AUDIT_ROOM), olga.ended, roles(olga.frames)], [kept, undefined, ["olga owner"]]);
});

Deno.test("the audit room cannot be joined, read, searched, talked in or listed, before a restart and after it", async () => {
  const before = new OrderedServer();
  await assertOutOfReach(before, await before.owner());
  const history = before.history.reopened();
  await before.close();
  await using after = new OrderedServer({ history, order: await readOrder(history) });
  await assertOutOfReach(after, await after.remembered("olga"));
});

async function assertOutOfReach(server: OrderedServer, olga: FakeConnection): Promise<void> {
  const room = AUDIT_ROOM;
  const frames: ClientFrame[] = [
    { kind: "join", room },
    { kind: "who", room },
    { kind: "say", room, text: "x" },
    { kind: "topic", room, text: "x" },
    { kind: "history", room, limit: 1 },
    { kind: "search", room, words: "olga", limit: 1 },
    { kind: "part", room },
  ];
  for (const frame of frames) assertEquals((await server.answer(olga, frame)).split(":")[0], "no_such_room", frame.kind);
  await server.ask(olga, { kind: "rooms", ref: "list" });
  assertEquals(olga.all("rooms")[0].rooms.map(({ room }) => room), ["lobby"]);
  const eve = await server.join("eve", undefined, { rooms: [room] });
  assertEquals(eve.all("refused").map(({ code }) => code), ["no_such_room"]);
  assert(!olga.text.includes(room));
}

Deno.test("op and deop: rights come and go with everybody hearing it", async () => {
  await using server = new OrderedServer();
  const [olga, bob, nat] = [await server.owner(), await server.remembered("bob"), await server.netcat("nat")];
  assertEquals((await server.act(bob, { act: "kick", target: "nat" })).split(":")[0], "not_allowed");
  assertEquals(await server.act(olga, { act: "op", target: "bob" }), "bob was made an op by olga");
  await server.ask(nat, { kind: "who", ref: "who", room: "" });
  assert(nat.text.includes("* bob was made an op by olga\n* In #lobby: olga (owner), bob (op), nat.\n"), nat.text);
  assertEquals(await server.act(bob, { act: "kick", target: "nat" }), "nat was kicked by bob");
  assertEquals(await server.act(olga, { act: "deop", target: "bob" }), "bob is an op no more, says olga");
  assertEquals((await server.act(bob, { act: "slow", room: "lobby", ms: 1_000 })).split(":")[0], "not_allowed");
  assertEquals(roles(olga.frames), ["olga owner", "bob op", "bob undefined"]);
});

Deno.test("kick ends a session and its tokens; it may come back with a hello", async () => {
  await using server = new OrderedServer();
  const [olga, bob] = [await server.owner(), await server.remembered("bob")];
  const { token } = bob.all("welcome")[0];
  bob.receive(say("before"));
  assertEquals(
    await server.act(olga, { act: "kick", target: "BOB", text: "be nice" }),
    "bob was kicked by olga: be nice",
  );
  assertEquals([bob.ended, told(bob)], ["finished", ["kicked: You were kicked by olga: be nice; you may come back"]]);
  assertEquals(bob.all("bye")[0].sent, 1);
  assertEquals(told(olga), ["olga owns this server now", "bob was kicked by olga: be nice"]);
  assertEquals(server.hub.seats.size, 1);
  const back = server.connect();
  await server.ask(back, { kind: "resume", v: [1], token: token!, epoch: "e1", cursors: {} });
  assertEquals(back.all("refused")[0].code, "resume_unknown");
  await server.ask(back, { kind: "hello", v: [1], name: "bob", secret: "bob's" });
  assertEquals(back.all("welcome")[0].resumed, false);
});

Deno.test("kick: what was sent in the same breath as the end is not heard, and what was kept is still answered", async () => {
  await using server = new OrderedServer();
  const [olga, bob] = [await server.owner(), await server.remembered("bob")];
  bob.receive(say("kept", "b1"));
  olga.receive({ kind: "moderate", ref: "k", act: "kick", target: "bob" });
  await server.idle();
  server.history.onAppend = ({ text }) => assert(text !== "unheard");
  server.history.commit();
  bob.receive(say("unheard", "b2"), { kind: "join", room: "dev" });
  await server.commit();
  assertEquals(bob.all("entry").map(({ ref }) => ref), ["b1"]);
  assertEquals(server.hub.seats.size, 1);
});

/** Somebody who says much, of which nothing is looked at before it is asked for. */
class Flooder extends FakeConnection {
  /** How many batches were asked for. */
  asked = 0;
  readonly #hello: ClientFrame;

  constructor(hello: ClientFrame) {
    super(undefined, "192.0.2.251");
    this.#hello = hello;
  }

  override async *[Symbol.asyncIterator](): ReturnType<FakeConnection[typeof Symbol.asyncIterator]> {
    yield [this.#hello];
    // Until it is stopped.
    for await (const frames of super[Symbol.asyncIterator]()) yield frames;
    for (; this.asked < 100; this.asked++) yield [say("unheard")];
  }
}

Deno.test("kick: of a flood that was read nothing more is asked for", async () => {
  await using server = new OrderedServer();
  const olga = await server.owner();
  const bob = new Flooder({ kind: "hello", v: [1], name: "bob" });
  server.connect(bob);
  await server.idle();
  assertEquals(await server.act(olga, { act: "kick", target: "bob" }), "bob was kicked by olga");
  assertEquals([bob.ended, bob.asked], ["finished", 0]);
});

Deno.test("kick of somebody who is held up for a flood leaves no seat behind", async () => {
  const limits = { maxConnections: undefined, maxPerAddress: undefined, rate: 1, burst: 1, textBytes: 4_096 };
  await using server = new OrderedServer({ limits, monotonic: () => 0 });
  const olga = await server.owner();
  const bob = await server.remembered("bob");
  bob.receive(...Array.from({ length: 60 }, () => ({ kind: "ping" }) as const));
  assertEquals(await server.act(olga, { act: "kick", target: "bob" }), "bob was kicked by olga");
  await server.idle();
  assertEquals([bob.ended, [...server.hub.seats].length], ["finished", 1]);
});

Deno.test("kick ends a session whose connection broke", async () => {
  await using server = new OrderedServer();
  const [olga, bob] = [await server.owner(), await server.remembered("bob")];
  bob.break();
  await server.idle();
  assertEquals(server.hub.seats.size, 2);
  assertEquals(await server.act(olga, { act: "kick", target: "bob" }), "bob was kicked by olga");
  assertEquals(server.hub.seats.size, 1);
});

Deno.test("kick of somebody whose connection broke while an answer was due leaves no seat behind", async () => {
  await using server = new OrderedServer();
  const [olga, bob] = [await server.owner(), await server.remembered("bob")];
  await server.ask(bob, say("due"));
  bob.break();
  await server.ask(olga, { kind: "moderate", act: "kick", target: "bob" });
  await server.commit();
  assertEquals([...server.hub.seats].map(({ session }) => session.nick), ["olga"]);
});

Deno.test("kick of somebody who reads nothing waits for nothing", async () => {
  await using server = new OrderedServer();
  const [olga, bob] = [await server.owner(), await server.remembered("bob")];
  bob.stall();
  assertEquals(await server.act(olga, { act: "kick", target: "bob" }), "bob was kicked by olga");
  assertEquals(olga.all("left").map(({ by }) => by), ["bob"]);
  bob.release();
});

Deno.test("ban keeps out at hello and at resume, by installation and by address, until it is over", async () => {
  await using server = new OrderedServer();
  const olga = await server.owner();
  const bob = await server.remembered("bob", "203.0.113.1");
  const { token } = bob.all("welcome")[0];
  const twin = await server.join("bob-2", new FakeConnection(undefined, "203.0.113.2"), { secret: "bob's" });
  assertEquals(
    await server.act(olga, { act: "ban", target: "bob", ms: HOUR, text: "spam" }),
    "bob was banned by olga for 1 h: spam (their client and the address 203.0.113.1)",
  );
  const why = "You are banned until 2026-09-21 15:14 UTC: spam";
  assertEquals([told(bob), told(twin)], [[`banned: ${why}`], [`banned: ${why}`]]);
  assertEquals(told(olga).slice(1), ["bob was banned by olga for 1 h: spam", "bob-2 was banned by olga for 1 h: spam"]);
  const attempts: [FakeConnection, ClientFrame][] = [
    [new FakeConnection(), { kind: "hello", v: [1], name: "other", secret: "bob's" }],
    [new FakeConnection(undefined, "203.0.113.1"), { kind: "hello", v: [1], name: "other" }],
    [new FakeConnection(textCodec, "203.0.113.1"), { kind: "hello", v: [1], name: "other" }],
  ];
  for (const [connection, frame] of attempts) {
    await server.ask(server.connect(connection), frame, { ...frame, name: "again" } as ClientFrame);
    const asText = `! ${why}.\n* Bye.\n`;
    if (connection.codec === textCodec) assertEquals(connection.text, asText);
    else {
      assertEquals(connection.all("refused").map(({ code, text, final }) => [code, text, final]), [["banned", why, true]]);
      assertEquals(connection.all("bye").map(({ reason }) => reason), ["banned"]);
    }
    assertEquals(connection.ended, "finished");
  }
  assertEquals(server.hub.seats.size, 1);
  const resuming = await server.ask(server.connect(new FakeConnection()), {
    kind: "resume",
    v: [1],
    token: token!,
    epoch: "e1",
    cursors: {},
  });
  assertEquals(resuming.all("refused")[0].code, "resume_unknown");
  server.clock.now += HOUR;
  const back = await server.remembered("bob", "203.0.113.1");
  assertEquals(back.all("welcome").length, 1);
});

Deno.test("a ban of an address holds at resume, for a session that was not there when it was made", async () => {
  let now = 0;
  await using server = new OrderedServer({ monotonic: () => now });
  const olga = await server.owner();
  const bob = await server.remembered("bob", "203.0.113.20");
  const { token } = bob.all("welcome")[0];
  bob.break();
  await server.idle();
  now = 31_000;
  server.hub.sweep();
  assertEquals(await server.act(olga, { act: "ban", target: "203.0.113.0/24" }), "203.0.113.0/24 was banned by olga for ever");
  const resume: ClientFrame = { kind: "resume", v: [1], token: token!, epoch: "e1", cursors: {} };
  const near = await server.ask(server.connect(new FakeConnection(undefined, "203.0.113.20")), resume);
  assertEquals(near.all("refused")[0].code, "banned");
  // Its name is free though it was refused.
  const carol = await server.remembered("bob", "192.0.2.77");
  assertEquals(carol.all("welcome")[0].nick, "bob");
});

Deno.test("ban of a nick at netcat is by address, where nobody else has it; somebody who has just gone is found", async () => {
  await using server = new OrderedServer();
  const olga = await server.owner();
  const nat = await server.netcat("nat", "203.0.113.30");
  nat.receive({ kind: "bye" });
  await server.idle();
  assertEquals(await server.act(olga, { act: "ban", target: "nat" }), "nat was banned by olga for ever (the address 203.0.113.30)");
  const [one] = [await server.netcat("one", "203.0.113.31"), await server.netcat("two", "203.0.113.31")];
  assertEquals(
    await server.act(olga, { act: "ban", target: "one", text: "spam" }),
    "one was kicked by olga: spam, not banned: it is netcat, which is not remembered, and others have the address 203.0.113.31: " +
      "/ban 203.0.113.31 keeps all of them out",
  );
  assert(one.text.endsWith("* You were kicked by olga: spam; you may come back.\n"), one.text);
  assertEquals(await server.act(olga, { act: "ban", target: "203.0.113.31" }), "203.0.113.31 was banned by olga for ever");
  assertEquals([...server.hub.seats].map(({ session }) => session.nick), ["olga"]);
  assertEquals(told(olga).at(-1), "two was banned by olga for ever");
});

Deno.test("ban, kick and mute mean whoever had a name last, and say who else was meant by it lately", async () => {
  await using server = new OrderedServer();
  const olga = await server.owner();
  const bob = await server.remembered("bob", "203.0.113.40");
  bob.receive({ kind: "bye" });
  await server.idle();
  const mallory = await server.remembered("mallory", "203.0.113.41");
  const rename = async (name: string) => await server.answer(mallory, { kind: "nick", name });
  await rename("bob");
  await rename("m2");
  const m2 = "m2 was bob until 1 s ago";
  assertEquals(await server.act(olga, { act: "mute", target: "Bob" }), "m2 was muted by olga for ever; m2 was Bob until 1 s ago");
  assertEquals(await server.act(olga, { act: "unmute", target: "bob" }), "no_such_person: bob is not muted; /bans lists who is");
  assertEquals(await server.act(olga, { act: "op", target: "bob" }), "no_such_person: nobody here is called bob, nor was a moment ago");
  const back = await server.remembered("bob", "203.0.113.40");
  assertEquals(await server.act(olga, { act: "kick", target: "bob" }), `bob was kicked by olga; ${m2}`);
  await server.idle();
  // Whoever left last is meant, by whatever name.
  assertEquals(
    await server.act(olga, { act: "ban", target: "bob" }),
    "bob was banned by olga for ever (their client and the address 203.0.113.40)",
  );
  await server.act(olga, { act: "unban", target: "bob" });
  await server.act(olga, { act: "unmute", target: "m2" });
  await rename("bob");
  await rename("m3");
  assertEquals(
    await server.act(olga, { act: "ban", target: "bob" }),
    "m3 was banned by olga for ever (their client and the address 203.0.113.41); m3 was bob until 1 s ago",
  );
  assertEquals([told(back).at(-1), told(mallory).at(-1)], [
    "kicked: You were kicked by olga; you may come back",
    "banned: You are banned for ever",
  ]);
  const innocent = await server.remembered("bob", "203.0.113.40");
  assertEquals(innocent.all("welcome").length, 1);
});

Deno.test("ban: who else had the name is said of somebody who is there, too", async () => {
  await using server = new OrderedServer();
  const olga = await server.owner();
  const spammer = await server.remembered("ann", "203.0.113.50");
  spammer.receive({ kind: "bye" });
  await server.idle();
  await server.join("ann", new FakeConnection(undefined, "203.0.113.51"), { secret: "another's" });
  assertEquals(await server.act(olga, { act: "mute", target: "ann" }), "ann was muted by olga for ever; another ann left 1 s ago");
});

Deno.test("mute: words, topics, names and reasons are refused, and the rest goes on", async () => {
  await using server = new OrderedServer();
  const [olga, bob] = [await server.owner(), await server.remembered("bob")];
  assertEquals(await server.act(olga, { act: "mute", target: "bob", ms: HOUR, text: "caps" }), "bob was muted by olga for 1 h: caps");
  assertEquals(told(bob).at(-1), "bob was muted by olga for 1 h: caps");
  const muted = "muted: you are muted until 2026-09-21 15:14 UTC: caps";
  const frames: ClientFrame[] = [say("HI"), { kind: "topic", room: "lobby", text: "HI" }, { kind: "nick", name: "HI" }, {
    kind: "away",
    text: "HI",
  }];
  for (const frame of frames) assertEquals(await server.answer(bob, frame), muted, frame.kind);
  assertEquals(bob.all("refused").map(({ final }) => final), [true, true, true, true]);
  assertEquals(await server.answer(bob, { kind: "away" }), "You are back");
  assertEquals(await server.act(olga, { act: "unmute", target: "bob" }), "bob was unmuted by olga");
  assertEquals(await server.answer(bob, say("hi")), "entry");
});

Deno.test("slow and readonly: who may talk when", async () => {
  await using server = new OrderedServer();
  const [olga, bob] = [await server.owner(), await server.remembered("bob")];
  assertEquals(
    await server.act(olga, { act: "slow", room: "#Lobby", ms: 5_000 }),
    "olga made #lobby slow: all but those who keep order talk once in 5 s",
  );
  assertEquals(await server.answer(bob, say("one")), "entry");
  server.clock.now += 2_000;
  assertEquals(await server.answer(bob, say("two")), "slow_mode: #lobby is slow: you can talk again in 3 s");
  const { final, retryMs } = bob.all("refused")[0];
  assertEquals([final, retryMs], [false, 3_000]);
  server.clock.now += 3_000;
  assertEquals(await server.answer(bob, say("two")), "entry");
  assertEquals(await server.act(olga, { act: "slow", room: "lobby", ms: 0 }), "olga ended the slow mode of #lobby");
  assertEquals(await server.act(olga, { act: "readonly", room: "lobby", on: true }), "olga made #lobby read-only");
  assertEquals(await server.answer(bob, say("three")), "read_only: #lobby is read-only: only those who keep order talk there");
  assertEquals(await server.answer(olga, say("three")), "entry");
  assertEquals(await server.act(olga, { act: "readonly", room: "nowhere", on: true }), "no_such_room: there is no room #nowhere");
  assertEquals(told(bob).slice(-3), [
    "olga made #lobby slow: all but those who keep order talk once in 5 s",
    "olga ended the slow mode of #lobby",
    "olga made #lobby read-only",
  ]);
});

Deno.test("slow and readonly: who may not talk is away without a reason there, and with one where everybody talks", async () => {
  await using server = new OrderedServer();
  const olga = await server.owner();
  const rooms = ["lobby", "closed", "slow"];
  const watcher = await server.join("watcher", undefined, { rooms: [...rooms, "late"] });
  const bob = await server.join("bob", undefined, { rooms });
  await server.act(olga, { act: "readonly", room: "closed", on: true });
  await server.act(olga, { act: "slow", room: "slow", ms: HOUR });
  assertEquals(await server.answer(bob, { kind: "away", text: "buy this" }), "You are away");
  const shown = () => watcher.all("away").map(({ room, text }) => `${room}: ${text}`);
  assertEquals(shown(), ["lobby: buy this", "closed: ", "slow: "]);
  // An absence is no message: the pause is not begun.
  assertEquals(await server.answer(bob, { kind: "say", room: "slow", text: "hi" }), "entry");
  await server.answer(bob, { kind: "nick", name: "bert" });
  await server.ask(watcher, ...rooms.map((room): ClientFrame => ({ kind: "who", room })));
  const reasons = watcher.all("members").map(({ members }) => members.find(({ nick }) => nick === "bert")?.away);
  assertEquals(reasons, ["buy this", "", ""]);
  // Neither by coming in.
  await server.act(olga, { act: "readonly", room: "late", on: true });
  await server.answer(bob, { kind: "join", room: "late" });
  assertEquals(shown().at(-1), "late: ");
  const op = await server.remembered("opal");
  await server.act(olga, { act: "op", target: "opal" });
  await server.answer(op, { kind: "join", room: "closed" });
  await server.answer(op, { kind: "away", text: "lunch" });
  assertEquals(shown().slice(-2), ["lobby: lunch", "closed: lunch"]);
  // A mute is known in every room.
  await server.act(olga, { act: "mute", target: "bert" });
  await server.answer(bob, { kind: "join", room: "another" });
  await server.ask(watcher, { kind: "who", room: "another" });
  assertEquals(watcher.all("members").at(-1)?.members[0], { nick: "bert", from: "s3", away: "" });
});

Deno.test("C6: what was said is answered when it is said again by somebody who may not talk any more, and heard once", async () => {
  for (
    const restraint of [{ act: "mute", target: "bob" }, { act: "slow", room: "lobby", ms: HOUR }, {
      act: "readonly",
      room: "lobby",
      on: true,
    }] as const
  ) {
    await using server = new OrderedServer();
    const [olga, bob, nora] = [await server.owner(), await server.remembered("bob"), await server.netcat("nora")];
    if (restraint.act === "slow") await server.act(olga, restraint);
    const once: ClientFrame = { kind: "say", room: "lobby", text: "once", ref: "b1" };
    bob.receive(once);
    await server.commit();
    if (restraint.act !== "slow") await server.act(olga, restraint);
    bob.receive(once);
    bob.receive({ ...once, text: "another" });
    bob.receive({ ...once, ref: "b2" });
    await server.commit();
    const { code } = bob.all("refused")[0];
    assertEquals(bob.all("refused").map(({ ref, code }) => [ref, code]), [["b1", code], ["b2", code]], restraint.act);
    const said = bob.all("entry").filter(({ type }) => type === "said");
    assertEquals(
      said.map(({ ref, seq, again }) => [ref, seq - said[0].seq, again]),
      [["b1", 0, undefined], ["b1", 0, true]],
      restraint.act,
    );
    assertEquals(nora.text.split("bob: once").length, 2, restraint.act);
    assert(!nora.text.includes("another"));
  }
});

Deno.test("slow and readonly: whoever comes in is told, and whoever comes back is not told again", async () => {
  await using server = new OrderedServer();
  const olga = await server.owner();
  await server.act(olga, { act: "slow", room: "lobby", ms: 5_000 });
  await server.act(olga, { act: "readonly", room: "lobby", on: true });
  const rules = [
    "#lobby is read-only: only those who keep order talk there",
    "#lobby is slow: all but those who keep order talk once in 5 s",
  ];
  const notices = (peer: FakeConnection) => peer.all("notice").map(({ text }) => text);
  const bob = await server.remembered("bob");
  assertEquals(notices(bob), rules);
  const netcat = await server.netcat("nora");
  for (const rule of rules) assert(netcat.text.includes(`* ${rule}.\n`) || netcat.text.includes(`* ${rule}\n`), netcat.text);
  await server.ask(bob, { kind: "part", room: "lobby" });
  await server.ask(bob, { kind: "join", room: "lobby" });
  assertEquals(notices(bob), [...rules, ...rules]);
  await server.ask(bob, { kind: "join", room: "lobby" });
  await server.ask(bob, { kind: "join", room: "dev" });
  assertEquals(notices(bob).length, 4);
});

Deno.test("slow and readonly: whoever comes in is told last, after what was said before", async () => {
  await using server = new OrderedServer();
  const olga = await server.owner();
  await server.act(olga, { act: "slow", room: "lobby", ms: 5_000 });
  const last = (peer: FakeConnection) => peer.frames.slice(-2).map(({ kind }) => kind);
  const slow = "#lobby is slow: all but those who keep order talk once in 5 s";
  const many = Array.from({ length: 120 }, (_, i) => `message ${i}`);
  await server.said(olga, "lobby", ...many);
  for (const backlog of [1, 50]) {
    const peer = await server.join(`bob${backlog}`, new FakeConnection(), { backlog });
    assertEquals([peer.all("entry").length, ...last(peer)], [backlog, "live", "notice"]);
    assertEquals(peer.all("notice").map(({ text }) => text), [slow]);
    await server.ask(peer, { kind: "part", room: "lobby" }, { kind: "join", room: "lobby", backlog });
    assertEquals([peer.all("entry").length, ...last(peer)], [2 * backlog, "live", "notice"]);
  }
  const { epoch } = server.history;
  const behind = await server.join("carol", new FakeConnection(), { epoch, cursors: { lobby: 2 } });
  assertEquals([behind.all("entry").length, ...last(behind)], [server.history.head("lobby") - 2, "live", "notice"]);
  const upToDate = await server.join("dora", new FakeConnection(), { epoch, cursors: { lobby: server.history.head("lobby") } });
  assertEquals([upToDate.all("entry"), upToDate.frames.at(-1)?.kind], [[], "notice"]);
  const netcat = await server.join("nora", new FakeConnection(textCodec), { backlog: 20 });
  assert(netcat.text.endsWith(`* You are up to date.\n* ${slow}\n`), netcat.text);
});

Deno.test("whoever watches sees each act once, and that somebody was put out", async () => {
  await using server = new OrderedServer();
  const olga = await server.owner();
  await server.remembered("bob");
  await server.act(olga, { act: "kick", target: "bob", text: "out" });
  const acts = server.events.flatMap((event) => event.type === "kept_order" ? [event.act.act] : []);
  assertEquals(acts, ["claim", "kick"]);
  assertEquals(server.events.filter(({ type }) => type === "said"), []);
  assertEquals(server.events.flatMap((event) => event.type === "disconnected" ? [event.why] : []), ["was put out"]);
});

Deno.test("announce is an entry in every room that somebody is in", async () => {
  await using server = new OrderedServer();
  const [olga, bob] = [await server.owner(), await server.remembered("bob")];
  await server.ask(bob, { kind: "join", room: "dev" });
  assertEquals(await server.act(olga, { act: "announce", text: "down\nat\x07 six" }), "announced");
  const entries = bob.all("entry").filter(({ text }) => text === "down at six");
  assertEquals(entries.map(({ room, type, by, from }) => [room, type, by, from]), [
    ["lobby", "announcement", "olga", "server"],
    ["dev", "announcement", "olga", "server"],
  ]);
  // It can be deleted where it was said; so it is nowhere else.
  const record = await server.history.read({ room: AUDIT_ROOM, after: 0, limit: 10 });
  assertFalse(record.some(({ text }) => text.includes("six")));
  assertStringIncludes(await server.answer(olga, { kind: "report", about: "audit" }), "olga announced something");
});

Deno.test("at the server's window: an announcement and the end of a visit are the server's, kept and told as any act", async () => {
  await using server = new OrderedServer();
  const [olga, bob] = [await server.owner(), await server.remembered("bob")];
  const netcat = await server.netcat("nora");
  await server.ask(bob, { kind: "join", room: "dev" });
  const { moderator } = server.hub;
  const { session } = bob.all("welcome")[0];
  const answers = [moderator.announce("down at six")];
  for (let commits = 0; commits < 2; commits++) await server.commit();
  answers.push(moderator.disconnect(session), moderator.disconnect("nobody"));
  for (let commits = 0; commits < 2; commits++) await server.commit();
  assertEquals(await Promise.all(answers), [
    { kind: "done", text: "Everybody who is in was told" },
    { kind: "done", text: "bob was disconnected" },
    { code: "no_such_person", text: "nobody of that id is in any more" },
  ]);
  const announced = bob.all("entry").filter(({ type }) => type === "announcement");
  assertEquals(announced.map(({ room, by, from, text }) => [room, by, from, text]), [
    ["lobby", "server", "server", "down at six"],
    ["dev", "server", "server", "down at six"],
  ]);
  assertEquals(netcat.text.match(/^\* The server announces: down at six$/m)?.length, 1);
  assertEquals(told(bob).at(-1), "kicked: Your connection was ended at the server's window; you may come back");
  assertEquals(told(olga).at(-1), "bob was disconnected at the server's window");
  const { token = "" } = bob.all("welcome")[0];
  const back = await server.ask(server.connect(), { kind: "resume", v: [1], token, epoch: server.history.epoch, cursors: {} });
  assertEquals(back.all("refused").map(({ code }) => code), ["resume_unknown"]);
  const audit = (await server.answer(olga, { kind: "report", about: "audit" })).split("\n").slice(-2);
  assertEquals(audit.map((line) => line.replace(/^.* UTC: /, "")), [
    "The server announced something",
    "bob was disconnected at the server's window",
  ]);
});

Deno.test("at the server's window: on a full disk nothing is announced, and a visit is ended all the same", async () => {
  await using server = new OrderedServer();
  const bob = await server.remembered("bob");
  const answers = [server.hub.moderator.announce("down at six"), server.hub.moderator.disconnect(bob.all("welcome")[0].session)];
  server.history.reject("storage_full");
  const [announced, ended] = await Promise.all(answers);
  assert("code" in announced && announced.code === "storage_full");
  assert("kind" in ended && /^bob was disconnected; that could not be kept: /.test(ended.text));
  await server.idle();
  assertEquals([bob.all("bye").map(({ reason }) => reason), bob.ended], [["kicked"], "finished"]);
});

Deno.test("report tells what is forbidden, and what was done, the newest last", async () => {
  await using server = new OrderedServer();
  const [olga, bob] = [await server.owner(), await server.remembered("bob", "203.0.113.40")];
  assertEquals(bob.all("welcome").length, 1);
  await server.act(olga, { act: "ban", target: "bob", ms: HOUR });
  await server.act(olga, { act: "readonly", room: "lobby", on: true });
  assertEquals(
    await server.answer(olga, { kind: "report", about: "bans" }),
    "#lobby: read-only\nbob (their client and the address 203.0.113.40): banned by olga until 2026-09-21 15:14 UTC",
  );
  assertEquals(
    await server.answer(olga, { kind: "report", about: "audit" }),
    "2026-09-21 14:13 UTC: olga owns this server now\n" +
      "2026-09-21 14:13 UTC: bob was banned by olga for 1 h (their client and the address 203.0.113.40)\n" +
      "2026-09-21 14:13 UTC: olga made #lobby read-only",
  );
  for (let i = 0; i < 210; i++) await server.act(olga, { act: "ban", target: `198.51.100.${i}`, text: `${i} ${"é".repeat(100)}` });
  const lines = (await server.answer(olga, { kind: "report", about: "audit" })).split("\n");
  assert(lines.length <= 200 && lines.at(-1)!.includes(" for ever: 209 "), `${lines.length} ${lines.at(-1)}`);
  assertEquals(olga.ended, undefined);
});

Deno.test("rights and bans are there again after a restart", async () => {
  const before = new OrderedServer();
  const [olga, bob] = [await before.owner(), await before.remembered("bob", "203.0.113.50")];
  assertEquals(bob.all("welcome").length, 1);
  await before.remembered("otto");
  await before.act(olga, { act: "op", target: "otto" });
  await before.act(olga, { act: "ban", target: "bob", text: "spam" });
  await before.act(olga, { act: "readonly", room: "lobby", on: true });
  const history = before.history.reopened();
  await before.close();
  const order = await readOrder(history);
  assertEquals(order.owner, "olga");
  await using after = new OrderedServer({ history, order, ownerCode: undefined });
  const [otto, back] = [await after.remembered("otto"), await after.remembered("bob")];
  assertEquals([otto.all("welcome")[0].role, back.all("refused")[0].text], ["op", "You are banned for ever: spam"]);
  assertEquals(await after.act(otto, { act: "unban", target: "bob" }), "bob was unbanned by otto");
  const carol = await after.remembered("carol");
  assertEquals((await after.answer(carol, say("hi"))).split(":")[0], "read_only");
  assertEquals((await after.act(carol, { act: "claim", text: CODE })).split(":")[0], "not_allowed");
});

Deno.test("readOrder does not go on past an act that makes no sense", async () => {
  const history = new FakeHistory();
  assertEquals((await readOrder(history)).owner, undefined);
  const draft = { room: AUDIT_ROOM, at: NOW, type: "notice", by: "x", from: "s", text: '{"v":2}' } as const;
  void history.append(draft);
  history.commit();
  const error = await assertRejects(() => readOrder(history), Fatal);
  assert(error.message.includes("its entry 1 is of version 2, and this program knows version 1"), error.message);
});

Deno.test("readOrder reads more than a page", async () => {
  const history = new FakeHistory();
  for (let i = 0; i < 450; i++) {
    const text = JSON.stringify({ v: 1, act: "ban", by: "olga", network: `10.0.${i >> 8}.${i & 255}` });
    void history.append({ room: AUDIT_ROOM, at: NOW, type: "notice", by: "olga", from: "s", text });
  }
  history.commit();
  const order: Moderation = await readOrder(history);
  assertEquals([order.held(NOW), order.mayEnter(undefined, "10.0.1.193", NOW)?.code], [450, "banned"]);
});

Deno.test("announce is answered when every room has it, and refused with them", async () => {
  await using server = new OrderedServer();
  const olga = await server.owner();
  olga.receive({ kind: "moderate", ref: "a", act: "announce", text: "down at six" });
  await server.idle();
  server.history.commit(1);
  await server.idle();
  assertEquals([olga.all("done").map(({ ref }) => ref), olga.all("entry").at(-1)?.text], [["r1"], "down at six"]);
  await server.commit();
  assertEquals(olga.all("done").at(-1)?.ref, "a");
});

Deno.test("slow: what could not be saved uses up no pause, nor does what was said before", async () => {
  await using server = new OrderedServer();
  const [olga, bob] = [await server.owner(), await server.remembered("bob")];
  await server.act(olga, { act: "slow", room: "lobby", ms: HOUR });
  const once: ClientFrame = { kind: "say", room: "lobby", text: "once", ref: "b1" };
  bob.receive(once);
  await server.idle();
  server.history.reject("storage_full");
  await server.idle();
  bob.receive(once);
  await server.commit();
  assertEquals(bob.all("entry").at(-1)?.text, "once");
  bob.receive({ ...once, ref: "b2" });
  await server.commit();
  assertEquals(bob.all("refused").map(({ ref, code }) => [ref, code]), [["b1", "storage_full"], ["b2", "slow_mode"]]);
  server.clock.now += HOUR;
  bob.receive(once);
  await server.commit();
  bob.receive({ ...once, ref: "b3" });
  await server.commit();
  assertEquals(bob.all("entry").at(-1)?.ref, "b3");
});

Deno.test("an act that is committed when the history takes no more is done, and nothing is thrown", async () => {
  await using server = new OrderedServer();
  const [olga, bob] = [await server.owner(), await server.remembered("bob")];
  olga.receive({ kind: "moderate", ref: "m", act: "mute", target: "bob" });
  await server.idle();
  const told = bob.all("entry").length;
  server.hub.close();
  await server.history.close();
  assertEquals(await server.delivered, undefined);
  await server.idle();
  assertEquals([olga.all("done").at(-1)?.ref, bob.all("entry").length], ["m", told]);
});
