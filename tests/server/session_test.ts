import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { OUTBOX_BYTES } from "../../server/outbox.ts";
import { textCodec } from "../../server/transports/text_codec.ts";
import { RUNAWAY } from "../../shared/codec.ts";
import type { ClientFrame } from "../../shared/protocol.ts";
import { FakeConnection, FakeServer, say } from "./fakes.ts";

function hello(name: string): ClientFrame {
  return { kind: "hello", v: [1], name };
}

/** A person at netcat. */
function person(): FakeConnection {
  return new FakeConnection(textCodec);
}

Deno.test("a name may be tried three times", async () => {
  await using server = new FakeServer();
  await server.join("bob");
  const peer = server.connect(person());
  peer.receive(hello("bob"), hello("a:b"));
  await server.idle();
  assertEquals(peer.ended, undefined);
  peer.receive(hello(""), hello("carol"));
  await server.idle();
  assertEquals(peer.text.split("\n"), [
    "! bob is taken. Enter another name:",
    "! A name cannot have a colon in it. Enter another name:",
    "! A name cannot be empty.",
    "* Connect again to try another name. Bye.",
    "",
  ]);
  assertEquals(peer.ended, "finished");
});

Deno.test("the third name may be the right one", async () => {
  await using server = new FakeServer();
  const peer = server.connect(person());
  peer.receive(hello("*"), hello("#"), hello("bob"), say("hi"), { kind: "bye" });
  await server.commit();
  assertEquals(peer.text.split("\n").slice(2), [
    "* Hello bob. Nobody else is here yet. Type a message and press Enter; bye leaves.",
    "* Bye, bob (1 message sent).",
    "",
  ]);
});

Deno.test("whoever says no hello in time is told so and parted with", async () => {
  await using server = new FakeServer();
  const peer = person();
  peer.helloDue = performance.now();
  server.connect(peer);
  await server.stays.get(peer);
  assertEquals([peer.text, peer.ended], ["* No name came in time. Bye.\n", "finished"]);
});

Deno.test("whoever had a name refused has until nameDue for another", async () => {
  await using server = new FakeServer();
  const peer = person();
  peer.nameDue = performance.now();
  server.connect(peer).receive(hello("*"));
  await server.stays.get(peer);
  assertEquals(peer.text.split("\n")[1], "* No name came in time. Bye.");
});

Deno.test("whoever has a name may be silent", async () => {
  await using server = new FakeServer();
  const peer = person();
  peer.helloDue = peer.nameDue = performance.now() + 10;
  server.connect(peer).receive(hello("bob"));
  const later = person();
  later.helloDue = peer.helloDue + 10;
  await server.stays.get(server.connect(later));
  assertEquals(peer.ended, undefined);
});

Deno.test("whatever comes before hello is answered, and changes nothing", async () => {
  await using server = new FakeServer();
  const peer = new FakeConnection();
  peer.nameTries = 4;
  server.connect(peer);
  peer.receive(say("hi", "r1"), { kind: "ping" }, { kind: "malformed", code: "malformed", text: "not a line of JSON", ref: "r2" });
  peer.receive(hello("bob"));
  await server.idle();
  const text = 'say hello first: {"kind":"hello","v":[1],"name":"..."}';
  assertEquals(peer.frames.slice(0, -1), [
    { kind: "error", code: "unexpected", text },
    { kind: "error", code: "unexpected", text },
    { kind: "error", ref: "r2", code: "malformed", text: "not a line of JSON" },
  ]);
  assertEquals([peer.welcomed, server.history.waiting], [true, 0]);
});

Deno.test("what comes before hello counts as a try", async () => {
  await using server = new FakeServer();
  const peer = server.connect();
  peer.receive(say("hi"), say("hi"), say("hi"), hello("bob"));
  await server.idle();
  assertEquals([peer.frames.map(({ kind }) => kind), peer.ended], [["error", "error", "error", "bye"], "finished"]);
});

Deno.test("a peer that sends no line feeds is parted with, as an error", async () => {
  await using server = new FakeServer();
  const bob = await server.join("bob");
  await server.ask(bob, say("hi", "r1"), RUNAWAY, say("late"));
  await server.commit();
  assertEquals(bob.frames.slice(1).map(({ kind }) => kind), ["error", "entry", "bye"]);
  assertEquals(bob.all("bye"), [{ kind: "bye", reason: "error", text: "Bye, bob (1 message sent)", sent: 1 }]);
  assertEquals(bob.ended, "finished");
});

Deno.test("whoever goes without a name is seen off, and nobody hears of it", async () => {
  await using server = new FakeServer();
  const alice = await server.join("alice");
  const [quiet, polite, broken] = [server.connect(person()), server.connect(person()), server.connect(person())];
  quiet.end();
  polite.receive({ kind: "bye" });
  broken.break();
  await server.idle();
  assertEquals([quiet.text, polite.text, broken.text], ["* Bye.\n", "* Bye.\n", ""]);
  assertEquals([quiet.ended, polite.ended, broken.ended], ["finished", "finished", "closed"]);
  assertEquals(alice.frames.length, 1);
});

Deno.test("C11 whoever has no name yet is told that the server stops", async () => {
  await using server = new FakeServer();
  const peer = server.connect(person());
  server.hub.stop();
  peer.stop();
  await server.idle();
  assertEquals([peer.text, peer.ended], ["* The server is stopping. Bye.\n", "finished"]);
});

Deno.test("nothing that comes after bye is heard", async () => {
  await using server = new FakeServer();
  const alice = await server.join("alice");
  const bob = await server.join("bob", person());
  bob.receive(say("hi"), { kind: "bye" }, say("late"));
  bob.receive(say("later"));
  await server.commit();
  assertEquals(alice.all("entry").map(({ text }) => text), ["hi"]);
});

Deno.test("a fault inside the server ends the one connection that met it", async () => {
  const server = new FakeServer();
  const [alice, bob] = [await server.join("alice"), await server.join("bob", person())];
  server.history.onAppend = ({ text }) => {
    if (text === "boom") throw new RangeError("no such page");
  };
  bob.receive(say("before"), say("boom"), say("after"));
  alice.receive(say("hi", "r1"));
  await server.commit();
  assertEquals([bob.ended, alice.ended], ["closed", undefined]);
  assertEquals(alice.all("entry").map(({ text }) => text), ["before", "hi"]);
  assertEquals(alice.all("left").map(({ by, total }) => [by, total]), [["bob", 1]]);
  const again = await server.join("bob");
  assertEquals(again.welcomed, true);
  const [fault, ...others] = await server.close();
  assertInstanceOf(fault, RangeError);
  assertEquals(others, []);
});

Deno.test("whoever floods and breaks off is heard no further, and keeps no place for it", async () => {
  const limits = { maxConnections: undefined, maxPerAddress: undefined, rate: 100, burst: 1, textBytes: 4096 };
  await using server = new FakeServer({ limits });
  const [alice, bob] = [await server.join("alice"), await server.join("bob")];
  bob.receive(...Array.from({ length: 100 }, () => say("x")));
  await server.idle();
  bob.break();
  await server.commit();
  await server.stays.get(bob);
  assert(alice.all("entry").length < 10);
});

Deno.test("C8 a client that reads none of its answers is heard no faster than it reads", async () => {
  await using server = new FakeServer();
  const bob = await server.join("bob");
  bob.stall();
  const ping: ClientFrame = { kind: "ping", ref: "p".repeat(64) };
  for (let i = 0; i < 100; i++) bob.receive(...Array.from({ length: 100 }, () => ping));
  await server.idle();
  assertEquals(bob.ended, undefined);
  bob.release();
  await server.idle();
  assertEquals(bob.all("pong").length, 10_000);
  assert(bob.bytes.length > 2 * OUTBOX_BYTES);
});

Deno.test("whoever goes without a name is seen to go, with why", async () => {
  await using server = new FakeServer();
  const silent = server.connect();
  silent.end();
  const leaving = server.connect();
  leaving.receive({ kind: "bye" });
  await server.idle();
  const gone = server.events.filter((event) => event.type === "disconnected");
  assertEquals(gone.map(({ nick, why, sent }) => [nick, why, sent]), [[undefined, "closed its end", 0], [undefined, "said bye", 0]]);
});
