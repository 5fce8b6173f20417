import { assert, assertEquals, assertMatch } from "@std/assert";
import { Connection } from "../../client/connection.ts";
import { converse } from "../../client/conversation.ts";
import { dial } from "../../client/dial.ts";
import { relayFrames } from "../../client/frame_relay.ts";
import { PlainView } from "../../client/views/plain.ts";
import { Writer } from "../../client/writer.ts";
import type { ClientFrame, Say } from "../../shared/protocol.ts";
import { FakeClock } from "./fake_clock.ts";
import { FakeMemory, NO_SETTINGS } from "./fake_view.ts";
import { room, saidIn, Talk } from "./talk.ts";
import { echo, FakeServer, type Peer, said, welcome } from "./fake_server.ts";

const STRICT = { strict: true, settings: NO_SETTINGS, memory: new FakeMemory() };

class Kept {
  text = "";

  write(bytes: Uint8Array): Promise<number> {
    this.text += new TextDecoder().decode(bytes);
    return Promise.resolve(bytes.length);
  }
}

function connect(server: FakeServer): Connection {
  return new Connection({
    address: server.address,
    dial,
    name: () => Promise.resolve("bob"),
    secret: "secret",
    backlog: 0,
    clock: new FakeClock({ skip: 1_000 }),
    random: () => 0,
  });
}

async function* lines(...texts: string[]): AsyncGenerator<string, void> {
  await Promise.resolve();
  yield* texts;
}

/** Plays the server: echoes what is said unless `refuse` says no, until the client leaves; returns what it heard. */
async function serve(peer: Peer, refuse: (text: string) => boolean = () => false): Promise<ClientFrame[]> {
  const heard: ClientFrame[] = [];
  for (let seq = 1;;) {
    const frame = await peer.next();
    if (frame === undefined) return heard;
    heard.push(frame);
    if (frame.kind === "bye") {
      peer.send({ kind: "bye", reason: "left", text: "bye" });
      await peer.end();
      return heard;
    }
    if (frame.kind !== "say") continue;
    if (!refuse(frame.text)) peer.send(echo(frame, "s1", seq++));
    else peer.send({ kind: "refused", ...(frame.ref && { ref: frame.ref }), code: "text_too_long", text: "too long", final: true });
  }
}

Deno.test("converse sends a pipe's lines, waits for every acknowledgement, leaves and is content", async () => {
  using server = new FakeServer();
  const [output, errors] = [new Kept(), new Kept()];
  const done = converse(connect(server), new PlainView({ input: lines("hi", "there"), output, errors }, false), STRICT);
  const peer = await server.welcome("s1");
  peer.send(said("eve", "hello", 1));
  const heard = await serve(peer);
  assertEquals(await done, 0);
  assertEquals(heard.map((frame) => frame.kind === "say" ? frame.text : frame.kind), ["hi", "there", "bye"]);
  assertEquals(output.text, "eve: hello\n");
});

Deno.test("converse says what is typed before the welcome in the room that it begins with", async () => {
  using server = new FakeServer();
  const [output, errors] = [new Kept(), new Kept()];
  const done = converse(connect(server), new PlainView({ input: lines("early"), output, errors }, false), { ...STRICT, room: "dev" });
  const peer = await server.accept();
  await peer.next();
  peer.send({ ...welcome("s1"), rooms: [room("lobby"), room("dev")] });
  const [first] = await serve(peer);
  assertEquals([first, await done], [{ ...first, kind: "say", room: "dev", text: "early" }, 0]);
});

Deno.test("converse counts what a pipe could not get across", async () => {
  using server = new FakeServer();
  const [output, errors] = [new Kept(), new Kept()];
  const input = lines("fine", "bad", "x".repeat(20_000));
  const done = converse(connect(server), new PlainView({ input, output, errors }, false), STRICT);
  await serve(await server.welcome("s1"), (text) => text === "bad");
  assertEquals(await done, 1);
  assertMatch(errors.text, /\* Not sent: too long \("bad"\)\n/);
  assertMatch(errors.text, /\* 2 messages were not sent\n/);
});

Deno.test("converse says nothing twice when the server comes back", async () => {
  using server = new FakeServer();
  const [output, errors] = [new Kept(), new Kept()];
  const done = converse(connect(server), new PlainView({ input: lines("one", "two"), output, errors }, false), STRICT);
  const first = await server.welcome("s1");
  const one = await first.next() as Say;
  first.send(echo(one, "s1", 1));
  await first.end();
  const heard = await serve(await server.welcome("s1"));
  assertEquals(heard.map((frame) => frame.kind === "say" ? frame.text : frame.kind).at(0), "two");
  assertEquals(await done, 0);
  assertMatch(errors.text, /Connection lost .*\n\* Back as bob\./);
});

Deno.test("relayFrames keeps a bot's ref, adds one where there is none, and says what was no frame", async () => {
  using server = new FakeServer();
  const output = new Kept();
  const input = lines(
    '{"kind":"say","ref":"mine","room":"lobby","text":"one"}',
    '{"kind":"say","room":"dev","text":"two"}',
    "hello?",
    '{"kind":"bye"}',
  );
  const done = relayFrames(connect(server), { input, output: new Writer(output) });
  const heard = await serve(await server.welcome("s1"));
  assertEquals(await done, 1);
  assertEquals(heard[0], { kind: "say", ref: "mine", room: "lobby", text: "one" });
  assert(heard[1].kind === "say" && heard[1].room === "dev" && heard[1].ref?.length === 24);
  const frames = output.text.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(frames.map((frame) => frame.kind).sort(), ["bye", "entry", "entry", "error", "welcome"]);
  assertEquals(frames.find((frame) => frame.kind === "error").code, "malformed");
});

Deno.test("relayFrames answers what is asked without a connection, and what was asked when it broke", async () => {
  using server = new FakeServer();
  const output = new Kept();
  const input = new TransformStream<string, string>();
  const typing = input.writable.getWriter();
  const lost = Promise.withResolvers<void>();
  const connection = connect(server);
  const send = connection.send.bind(connection);
  connection.send = (frame) => {
    const sent = send(frame);
    if (!sent) lost.resolve();
    return sent;
  };
  const done = relayFrames(connection, { input: input.readable, output: new Writer(output) });
  await typing.write('{"kind":"rooms","ref":"early"}');
  await lost.promise;
  const peer = await server.welcome("s1");
  await typing.write('{"kind":"say","ref":"said","room":"lobby","text":"hi"}');
  assertEquals((await peer.next())?.kind, "say");
  for (const ref of ["r1", "r2"]) {
    await typing.write(`{"kind":"who","ref":"${ref}","room":"lobby"}`);
    assertEquals((await peer.next())?.kind, "who");
  }
  peer.send({ kind: "members", ref: "r1", ...room("lobby") });
  await peer.end();
  const again = await server.welcome("s2");
  const kept = await again.next();
  assert(kept?.kind === "say");
  again.send(echo(kept, "s2", 1));
  await typing.write('{"kind":"who","ref":"r3","room":"lobby"}');
  assertEquals((await again.next())?.kind, "who");
  const leaving = serve(again);
  await typing.close();
  await leaving;
  assertEquals(await done, 1);
  const frames = output.text.trimEnd().split("\n").map((line) => JSON.parse(line));
  const kinds = ["error early", "welcome", "members r1", "error r2", "welcome", "entry said", "bye", "error r3"];
  assertEquals(frames.map(({ kind, ref = "" }) => `${kind} ${ref}`.trim()), kinds);
  assertEquals(frames[0], { kind: "error", ref: "early", code: "unexpected", text: "not connected" });
});

Deno.test("relayFrames is content where what was refused for now was kept then, not where something else was refused", async () => {
  for (
    const [line, code] of [['{"kind":"say","ref":"r","room":"lobby","text":"hi"}', 0], [
      '{"kind":"join","ref":"r","room":"dev"}',
      1,
    ]] as const
  ) {
    using server = new FakeServer();
    const input = new TransformStream<string, string>();
    const welcomed = Promise.withResolvers<void>();
    const output = new Writer({
      write(bytes) {
        welcomed.resolve();
        return Promise.resolve(bytes.length);
      },
    });
    const done = relayFrames(connect(server), { input: input.readable, output });
    const peer = await server.welcome("s1");
    await welcomed.promise;
    await new Blob([line]).stream().pipeThrough(new TextDecoderStream()).pipeTo(input.writable);
    await peer.next();
    peer.send({ kind: "refused", ref: "r", code: "slow_mode", text: "slow", final: false, retryMs: 500 });
    await serve(peer);
    assertEquals(await done, code);
  }
});

Deno.test("converse says again what those before it could not, and shows it as unanswered until it is kept", async () => {
  const unsent = [
    { kind: "say", ref: "r1", room: "lobby", text: "one" },
    { kind: "say", ref: "r2", room: "dev", text: "two" },
  ] as const;
  await using talk = Talk.unanswered({ unsent });
  assertEquals(talk.view.unanswered, 2);
  await talk.welcome({ rooms: [room("lobby"), room("dev")] });
  const [one, two] = [await talk.asked("say"), await talk.asked("say")];
  assertEquals([one.text, two.text], ["one", "two"]);
  talk.peer.send(echo(one, "s1", 1));
  await talk.view.sees("bob: one");
  assertEquals(talk.view.unanswered, 1);
  talk.peer.send(echo(two, "s1", 1));
  await talk.hear(said("eve", "hi", 2));
  assertEquals([talk.view.unanswered, await talk.leave()], [0, 0]);
});

Deno.test("converse gives back what the server refuses, and what cannot be sent at all", async () => {
  await using talk = await Talk.begin();
  const { ref } = await talk.ask("loud", "say");
  assertEquals(talk.view.unanswered, 1);
  talk.peer.send({ kind: "refused", ref: ref!, code: "not_in_room", text: "no", final: true });
  await talk.view.sees('Not sent: no ("loud")');
  const long = "x".repeat(20_000);
  await talk.type(long, "Not sent: a message has at most 4096 bytes");
  assertEquals([talk.view.givenBack, talk.view.unanswered], [["loud", long], 0]);
  assertEquals(await talk.leave(), 0);
});

Deno.test("converse says how many messages wait while the connection is gone, and sends them when it is back", async () => {
  await using talk = await Talk.begin();
  await talk.cut();
  talk.view.type("one");
  await talk.type("/nick rob", "Not connected");
  const status = talk.view.statuses.at(-1);
  assertEquals([status?.online, status?.queued], [false, 1]);
  await talk.welcome({ session: "s2" });
  talk.peer.send(echo(await talk.asked("say"), "s2", 1));
  await talk.view.sees("bob: one");
  const after = talk.view.statuses.at(-1);
  assertEquals([after?.online, after?.queued, talk.memory.told.slice(0, 2)], [true, 0, ["welcomed bob", "welcomed bob"]]);
});

Deno.test("converse shows another room, with what waited there, when the server knows nothing of the one shown", async () => {
  const eve = { nick: "eve", from: "session of eve" };
  await using talk = await Talk.begin({ rooms: [room("lobby"), room("dev", { total: 2, members: [eve] })] });
  await talk.hear(saidIn("dev", "eve", "psst", 1), said("eve", "here", 1));
  await talk.cut();
  await talk.welcome({ session: "s2", rooms: [room("dev", { head: 1 })] });
  await talk.view.sees("eve: psst");
  assertEquals(talk.view.lines.slice(-2), ["-- dev, 1 new, 0 left out", "eve: psst"]);
  assertEquals((await talk.ask("hi", "say")).room, "dev");
});

Deno.test("converse hears a name again that somebody ignored had, when nobody of that name is here any more", async () => {
  const eve = { nick: "eve", from: "session of eve" };
  const rooms = ["lobby", "dev"].map((name) => room(name, { total: 2, members: [eve] }));
  await using talk = await Talk.begin({ rooms });
  await talk.type("/ignore eve", "You see nothing of eve any more");
  for (const name of ["lobby", "dev"]) {
    talk.peer.send({ kind: "renamed", room: name, by: "eve", nick: "zoe", from: eve.from, total: 2 });
  }
  const left = { kind: "left", by: "zoe", from: eve.from, total: 1 } as const;
  talk.peer.send({ ...left, room: "dev" });
  talk.peer.send({ ...said("zoe", "still eve", 1), from: eve.from });
  talk.peer.send({ ...left, room: "lobby" });
  await talk.hear(said("zoe", "somebody else", 2));
  assertEquals(talk.view.lines.some((line) => line.includes("still eve") || line.includes("zoe left")), false);
});

Deno.test("converse says what was not sent, and whether it will be", async () => {
  const talk = await Talk.begin();
  talk.memory.keeps = true;
  await talk.ask("into the dark", "say");
  assertEquals(await talk.leave(), 1);
  assertEquals(talk.view.lines.at(-1), "1 message was not sent; what you said is kept, and sent when you are here again");
  await talk[Symbol.asyncDispose]();
});
