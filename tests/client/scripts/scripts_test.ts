import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { Connection } from "../../../client/connection.ts";
import { dial } from "../../../client/dial.ts";
import { deliver } from "../../../client/scripts/delivery.ts";
import { entryJson, entryLine } from "../../../client/scripts/entry_line.ts";
import { PATIENCE_MS } from "../../../client/scripts/patience.ts";
import { Reading } from "../../../client/scripts/reading.ts";
import { recite } from "../../../client/scripts/recital.ts";
import { SEND_FLAGS, sendConfig, TAIL_FLAGS } from "../../../client/scripts/flags.ts";
import { loginNick, numbered, oneOfManyNames } from "../../../client/scripts/name.ts";
import { Writer } from "../../../client/writer.ts";
import { Fatal } from "../../../shared/exit.ts";
import { parseFlags } from "../../../shared/flags.ts";
import { parseNick } from "../../../shared/names.ts";
import type { ClientFrame, Refused, Say } from "../../../shared/protocol.ts";
import { FakeClock } from "../fake_clock.ts";
import { echo, FakeServer, type Peer, said } from "../fake_server.ts";

const never = new AbortController().signal;
const NO_ACCESS = { password: undefined, allowPlaintext: false };

function connect(server: FakeServer, clock: FakeClock): Connection {
  const name = () => Promise.resolve("bob");
  return new Connection({ address: server.address, dial, name, secret: "s".repeat(22), backlog: 0, clock, random: () => 0 });
}

function delivery(server: FakeServer, clock: FakeClock, messages: Iterable<string>) {
  const reports: string[] = [];
  let heard = Promise.withResolvers<void>();
  const code = deliver(connect(server, clock), {
    messages: ReadableStream.from(messages),
    room: "lobby",
    clock,
    asked: never,
    report: (text) => void reports.push(text),
    watch: (event) => event.kind === "pong" && heard.resolve(),
  });
  /** Has the client hear everything up to here. */
  async function hear(peer: Peer): Promise<void> {
    heard = Promise.withResolvers();
    peer.send({ kind: "pong" });
    await heard.promise;
  }
  return { reports, code, hear };
}

/** The next frame but for pings into our silence. */
async function next(peer: Peer): Promise<ClientFrame | undefined> {
  for (;;) {
    const frame = await peer.next();
    if (frame?.kind !== "ping") return frame;
  }
}

Deno.test("deliver: a server that acknowledges nothing is given up after 30 s, whatever else it says", async () => {
  using server = new FakeServer();
  const clock = new FakeClock();
  const { reports, code, hear } = delivery(server, clock, ["one", "two"]);
  const peer = await server.welcome("s1");
  const [one, two] = [await peer.next() as Say, await peer.next() as Say];
  await clock.pass(10_000);
  peer.send(echo(one, "s1", 1));
  // Somebody else's words are no acknowledgement, nor is a refusal for now.
  peer.send({ ...said("eve", "hi", 2), ref: two.ref! });
  peer.send({ kind: "refused", ref: two.ref!, code: "storage_full", text: "the disk is full", final: false, retryMs: 60_000 });
  await hear(peer);
  await clock.pass(PATIENCE_MS - 10_000);
  // The first 10 s do not count: then something came. What comes now is nothing that is waited for.
  await hear(peer);
  await clock.pass(10_000);
  assertEquals(await next(peer), { kind: "bye" });
  await peer.end();
  assertEquals(await code, 75);
  assertEquals(reports, ["1 message was not acknowledged in 30 s (the disk is full). Try again later"]);
});

Deno.test("deliver: a server that is away for 30 s is given up, and a message has the same ref each time", async () => {
  using server = new FakeServer();
  const clock = new FakeClock();
  const { reports, code } = delivery(server, clock, ["one"]);
  const first = await server.welcome("s1");
  const say = await first.next();
  await first.end();
  const second = await server.welcome("s2");
  assertEquals(await second.next(), say);
  await clock.pass(PATIENCE_MS);
  assertEquals(await next(second), { kind: "bye" });
  await second.end();
  assertEquals(await code, 75);
  assertEquals(reports, ["1 message was not acknowledged in 30 s (the server closed the connection). Try again later"]);
});

Deno.test("deliver: a refusal makes it a failure, and what follows is delivered", async () => {
  using server = new FakeServer();
  const { reports, code } = delivery(server, new FakeClock(), ["one", " ", "two"]);
  const peer = await server.welcome("s1");
  const [one, two] = [await peer.next() as Say, await peer.next() as Say];
  peer.send({ kind: "refused", ref: one.ref!, code: "text_too_long", text: "too\x1b[2J long", final: true });
  peer.send(echo(two, "s1", 1));
  assertEquals(await peer.next(), { kind: "bye" });
  await peer.end();
  assertEquals([await code, two.text, reports], [1, "two", ["Not sent: too long"]]);
});

Deno.test("recite: a server that answers nothing for 30 s is given up; one that is followed is not", async () => {
  using server = new FakeServer();
  for (const follow of [false, true]) {
    const clock = new FakeClock();
    const asked = new AbortController();
    const reports: string[] = [];
    const code = recite(connect(server, clock), {
      reading: new Reading({ room: "lobby", from: { newest: 10 }, follow, newRef: () => "r1" }),
      output: new Writer({ write: (bytes) => Promise.resolve(bytes.length) }),
      line: entryLine,
      follow,
      clock,
      report: (text) => void reports.push(text),
      asked: asked.signal,
    });
    const peer = await server.welcome("s1");
    assertEquals((await peer.next())?.kind, "history");
    await clock.pass(PATIENCE_MS);
    if (follow) asked.abort();
    assertEquals(await next(peer), { kind: "bye" });
    await peer.end();
    assertEquals([await code, reports], follow ? [0, []] : [75, ["No answer in 30 s. Try again later"]]);
  }
});

const refused: Refused = { kind: "refused", code: "name_taken", text: "bob is taken", final: false };

Deno.test("oneOfManyNames: the next name when one is taken, an end when it is another matter or 50 were", async () => {
  const source = oneOfManyNames((n) => numbered("bob", n));
  assertEquals(await source(undefined, never), "bob");
  for (let n = 2; n <= 50; n++) assertEquals(await source(refused, never), `bob-${n}`);
  await assertRejects(async () => await source(refused, never), Fatal, "bob is taken. Pass another name with --name");
  const other = oneOfManyNames(String);
  await assertRejects(async () => await other({ ...refused, code: "name_reserved" }, never), Fatal);
});

Deno.test("loginNick and numbered: always a name that is allowed", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 80 }), fc.integer({ min: 1, max: 50 }), (login, n) => {
    const name = numbered(loginNick(login), n);
    assert(parseNick(name).ok, name);
  }));
  assertEquals(numbered("x".repeat(24), 12), `${"x".repeat(21)}-12`);
});

const SENDS: readonly [args: string[], to: string, text: string | undefined][] = [
  [[], "127.0.0.1:12345", undefined],
  [["build", "failed"], "127.0.0.1:12345", "build failed"],
  [["build failed"], "127.0.0.1:12345", "build failed"],
  [["10.0.0.5", "build", "failed"], "10.0.0.5:12345", "build failed"],
  [["10.0.0.5 is down"], "127.0.0.1:12345", "10.0.0.5 is down"],
  [["10.0.0.5:80"], "10.0.0.5:80", undefined],
  [["host:12345", "text"], "host:12345", "text"],
  [[":4000", "text"], "127.0.0.1:4000", "text"],
  [["localhost", "hi"], "localhost:12345", "hi"],
  [["[::1]:80", "hi"], "::1:80", "hi"],
  [["::1", "hi"], "::1:12345", "hi"],
  [["example.org", "is", "down"], "127.0.0.1:12345", "example.org is down"],
  [["at", "12:30"], "127.0.0.1:12345", "at 12:30"],
  [["12:30", "lunch"], "127.0.0.1:12345", "12:30 lunch"],
  [["10:30:59", "lunch"], "127.0.0.1:12345", "10:30:59 lunch"],
  [["note:", "this"], "127.0.0.1:12345", "note: this"],
  [["[urgent]", "fire"], "127.0.0.1:12345", "[urgent] fire"],
  [["std::vector", "broke"], "127.0.0.1:12345", "std::vector broke"],
  [["https://example.org/x", "is", "out"], "127.0.0.1:12345", "https://example.org/x is out"],
];

Deno.test("sendConfig: the first word is an address only when it looks like nothing else", () => {
  const parsed = parseFlags(SEND_FLAGS, [], () => undefined);
  assert(parsed.kind === "parsed");
  for (const [words, to, text] of SENDS) {
    const config = sendConfig(parsed.values, { words, more: [], login: "bob", access: NO_ACCESS });
    assert("value" in config);
    const { address, text: message, name, named, room } = config.value;
    assertEquals([`${address.host}:${address.port}`, message], [to, text], words.join(" "));
    assertEquals([name, named, room], ["bob", false, "lobby"]);
    // After -- everything is words.
    const literal = sendConfig(parsed.values, { words: [], more: words, login: undefined, access: NO_ACCESS });
    const address2 = "value" in literal ? literal.value.address : undefined;
    assertEquals(address2, { host: "127.0.0.1", port: 12345 });
    assertEquals("value" in literal && literal.value.text, words.length === 0 ? undefined : words.join(" "));
  }
});

Deno.test("chat tail --since: a seq, a time, an age", () => {
  const { parse } = TAIL_FLAGS.since;
  assertEquals(parse("0"), { value: { seq: 0 } });
  assertEquals(parse("4711"), { value: { seq: 4711 } });
  assertEquals(parse("1795391553160"), { value: { at: 1795391553160 } });
  assertEquals(parse("2026-01-31"), { value: { at: Date.UTC(2026, 0, 31) } });
  assertEquals(["30s", "10m", "2h", "1d"].map(parse), [30_000, 600_000, 7_200_000, 86_400_000].map((ago) => ({ value: { ago } })));
  for (const wrong of ["-1", "1.5", "10x", "m", "yesterday", "2026-13-01"]) assert("problem" in parse(wrong), wrong);
});

Deno.test("entryLine and entryJson: nothing in them moves a cursor or turns a line", () => {
  const entry = { ...said("e\x1b[2Jve", "a\u202e\x9b2J\x1b]0;t\x07b\r\nc", 1), at: Date.now() };
  assertEquals(entryLine(entry).slice(16), ` eve: ab\n${" ".repeat(17)}c\n`);
  const json = entryJson(entry);
  assertEquals(JSON.parse(json), entry);
  // deno-lint-ignore no-control-regex -- what is looked for
  assertEquals(json.slice(0, -1).match(/[\x00-\x1f\x7f-\x9f\u202a-\u202e]/), null);
});
