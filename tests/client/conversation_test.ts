import { assert, assertEquals, assertMatch } from "@std/assert";
import { Connection } from "../../client/connection.ts";
import { converse } from "../../client/conversation.ts";
import { dial } from "../../client/dial.ts";
import { relayFrames } from "../../client/frame_relay.ts";
import { PlainView } from "../../client/views/plain.ts";
import { Writer } from "../../client/writer.ts";
import type { ClientFrame, Say } from "../../shared/protocol.ts";
import { FakeClock } from "./fake_clock.ts";
import { FakeMemory, FakeView, NO_SETTINGS } from "./fake_view.ts";
import { echo, FakeServer, type Peer, said } from "./fake_server.ts";

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
