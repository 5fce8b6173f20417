import { assertEquals, assertNotEquals } from "@std/assert";
import { decodeServerFrame } from "../../shared/codec.ts";
import type { Entry, Joined, ServerFrame, Welcome } from "../../shared/protocol.ts";
import { exchange, Peer, startServer } from "../harness.ts";

const HELLO = '{"kind":"hello","v":[1],"name":"bob"}\n';

/** What the server answers, decoded: every line of it must be a frame of the protocol. */
async function answers(port: number, ...pieces: (string | Uint8Array)[]): Promise<ServerFrame[]> {
  const lines = (await exchange(port, ...pieces)).trimEnd().split("\n");
  return lines.map((line) => {
    const frame = decodeServerFrame(line);
    if (frame.kind === "malformed") throw new Error(`${frame.text}: ${line}`);
    return frame;
  });
}

async function frame<F extends ServerFrame>(peer: Peer): Promise<F> {
  return decodeServerFrame(await peer.lines.next() ?? "") as F;
}

Deno.test("frames mode: hello, say, the echo that acknowledges, bye", async () => {
  await using server = await startServer();
  const [welcome, entry, bye] = await answers(
    server.port,
    HELLO,
    '{"kind":"say","ref":"r1","room":"lobby","text":"hi"}\n',
    '{"kind":"bye"}\n',
  );
  const { session, rooms } = welcome as Welcome;
  assertEquals(rooms, [{ room: "lobby", head: 0, topic: "", total: 1, offset: 0, members: [{ nick: "bob", from: session }] }]);
  const { at } = entry as Entry;
  assertEquals(entry, { kind: "entry", room: "lobby", seq: 1, prev: 0, at, type: "said", by: "bob", from: session, text: "hi", ref: "r1" });
  assertEquals(bye, { kind: "bye", reason: "left", text: "Bye, bob (1 message sent)", sent: 1 });
});

Deno.test("frames mode and text mode: the same room", async () => {
  await using server = await startServer();
  using bob = await Peer.framed(server.port, "bob");
  using alice = await Peer.named(server.port, "alice");
  const { kind, by, total } = await frame<Joined>(bob);
  assertEquals([kind, by, total], ["joined", "alice", 2]);
  await bob.send('{"kind":"say","ref":"r1","room":"lobby","text":"one\\ntwo"}\n');
  await alice.expect("bob: one", "bob: two");
  await alice.send("three\n");
  const [one, three] = [await frame<Entry>(bob), await frame<Entry>(bob)];
  assertEquals([one.text, one.ref, three.text, three.ref, three.prev], ["one\ntwo", "r1", "three", undefined, one.seq]);
  assertEquals((await alice.end()).length, 1);
  assertEquals((await frame(bob)).kind, "left");
});

Deno.test("frames mode: a taken name is refused, and another may be asked for", async () => {
  await using server = await startServer();
  using _ = await Peer.named(server.port, "Bob");
  const [refused, welcome] = await answers(server.port, HELLO, HELLO.replace("bob", "carl"));
  assertEquals(refused, { kind: "refused", code: "name_taken", text: "bob is taken", final: false });
  assertEquals((welcome as Welcome).nick, "carl");
});

Deno.test("C10 versions: none in common is an error with the list, and the end", async () => {
  await using server = await startServer();
  const [error, bye, ...rest] = await answers(server.port, '{"kind":"hello","v":[2,3],"name":"bob"}\n', HELLO);
  assertEquals(error, { kind: "error", code: "version", text: "this server speaks version 1 of the protocol, the client 2, 3", v: [1] });
  assertEquals([bye.kind, rest], ["bye", []]);
});

Deno.test("C10 versions: an unknown kind is an error, unknown fields are ignored, the connection stays", async () => {
  await using server = await startServer();
  const said = '{"kind":"say","room":"lobby","text":"hi","colour":"red","ref":"r"}\n';
  const [, error, entry] = await answers(server.port, HELLO, '{"kind":"dance","ref":"x"}\n', said);
  assertEquals(error, { kind: "error", ref: "x", code: "unknown_kind", text: 'unknown kind "dance"' });
  assertEquals([(entry as Entry).text, "colour" in entry], ["hi", false]);
});

Deno.test("frames mode: what is no frame is answered with what is wrong", async () => {
  await using server = await startServer();
  const wrong = async (line: string | Uint8Array) => {
    const [, error] = await answers(server.port, HELLO, line, "\n");
    return error.kind === "error" ? `${error.code}: ${error.text}` : error;
  };
  const say = (text: string) => `{"kind":"say","room":"lobby","text":${text}}`;
  assertEquals(await wrong("{"), "malformed: not a line of JSON");
  assertEquals(await wrong("[]"), "malformed: not a JSON object");
  assertEquals(await wrong("{}"), "malformed: kind: must be a string");
  assertEquals(await wrong(say("1")), "malformed: say.text: must be a string of at most 16384 bytes");
  assertEquals(await wrong('{"kind":"say","room":"lobby"}'), "malformed: say.text: must be a string of at most 16384 bytes");
  assertEquals(await wrong(`{"kind":"ping","x":${"[".repeat(8)}${"]".repeat(8)}}`), "malformed: nested deeper than 8");
  assertEquals(await wrong(HELLO.trim()), "unexpected: you are in already, as bob");
  assertEquals(await wrong(Uint8Array.of(...new TextEncoder().encode('{"kind":"'), 0xff, 0x22, 0x7d)), "malformed: not UTF-8");
  assertEquals(await wrong(say(`"${"x".repeat(16_385)}"`)), "too_long: a frame has at most 16,384 bytes, this one had 16,424");
});

Deno.test("frames mode: a frame of exactly 16 KiB is one, and its text is refused by the rules", async () => {
  await using server = await startServer();
  const frame = (bytes: number) => {
    const [head, tail] = ['{"kind":"say","ref":"r","room":"lobby","text":"', '"}\n'];
    return head + "x".repeat(bytes - head.length - tail.length + 1) + tail;
  };
  const [, refused, error] = await answers(server.port, HELLO, frame(16_384), frame(16_385));
  assertEquals([refused.kind, refused.kind === "refused" && refused.code], ["refused", "text_too_long"]);
  assertEquals([error.kind, error.kind === "error" && error.code], ["error", "too_long"]);
});

Deno.test("C5 one answer: each say with a ref gets its entry or its refusal", async () => {
  await using server = await startServer();
  const say = (ref: string, room: string, text: string) => JSON.stringify({ kind: "say", ref, room, text }) + "\n";
  const texts = [
    say("1", "lobby", "a"),
    say("2", "nowhere", "b"),
    say("3", "lobby", " \t"),
    say("4", "lobby", "x".repeat(4_097)),
    say("5", "lobby", "c"),
  ];
  const [, ...answered] = await answers(server.port, HELLO, ...texts, '{"kind":"ping","ref":"6"}\n');
  const refs = answered.map((frame) =>
    "ref" in frame ? `${frame.ref} ${frame.kind} ${frame.kind === "refused" ? frame.code : ""}`.trim() : frame.kind
  );
  assertEquals(refs.sort(), [
    "1 entry",
    "2 refused no_such_room",
    "3 refused text_empty",
    "4 refused text_too_long",
    "5 entry",
    "6 pong",
    "bye",
  ]);
});

Deno.test("frames mode: a session cut at every byte gives the same frames", async () => {
  await using server = await startServer("--limits", "off");
  const session = new TextEncoder().encode(HELLO + '{"kind":"say","ref":"é","room":"lobby","text":"ü\\u001b[31m"}\r\n{"kind":"bye"}\n');
  const summary = (frames: ServerFrame[]) => frames.map((frame) => "text" in frame ? `${frame.kind} ${frame.text}` : frame.kind);
  for (let cut = 0; cut <= session.length; cut++) {
    const frames = await answers(server.port, session.subarray(0, cut), session.subarray(cut));
    assertEquals(summary(frames), ["welcome", "entry ü", "bye Bye, bob (1 message sent)"], `cut at ${cut}`);
  }
});

Deno.test("frames mode: a big room is told in parts", async () => {
  await using server = await startServer("--limits", "off");
  const crowd = await Promise.all(Array.from({ length: 100 }, (_, i) => Peer.named(server.port, `u${i}`)));
  using bob = await Peer.connect(server.port);
  await bob.send(HELLO);
  const welcome = await frame<Welcome>(bob);
  const rest = await frame(bob);
  assertEquals([welcome.rooms[0].members.length, welcome.rooms[0].total], [100, 101]);
  assertEquals(rest, { ...welcome.rooms[0], kind: "members", offset: 100, members: [{ nick: "bob", from: welcome.session }] });
  for (const peer of crowd) peer[Symbol.dispose]();
});

Deno.test("sessions: a name is free again when its session is over", async () => {
  await using server = await startServer();
  using watcher = await Peer.named(server.port, "watcher");
  const ids = new Set<string>();
  for (let i = 0; i < 3; i++) {
    const [welcome] = await answers(server.port, HELLO);
    assertNotEquals(welcome.kind, "refused");
    ids.add((welcome as Welcome).session);
    await watcher.expect("* bob joined", "* bob left");
  }
  assertEquals(ids.size, 3);
});
