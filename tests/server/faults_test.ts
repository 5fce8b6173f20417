import { assertEquals, assertStringIncludes } from "@std/assert";
import { FakeConnection, FakeServer, framesCodec } from "./fakes.ts";

/** Somebody for whom nothing can be encoded any more, once told so. */
class Cursed extends FakeConnection {
  cursed = false;

  constructor() {
    // Held by the codec, which the connection holds.
    const codec = { ...framesCodec };
    super(codec);
    const { encode } = codec;
    codec.encode = (frame) => {
      if (this.cursed) throw new Error("injected");
      return encode(frame);
    };
  }
}

Deno.test("a fault while a frame is handled ends that connection only, and is thrown to be counted", async () => {
  const server = new FakeServer();
  const [alice, bob] = [await server.join("alice"), await server.join("bob")];
  const cursed = new Cursed();
  await server.join("eve", cursed);
  cursed.cursed = true;
  cursed.receive({ kind: "ping", ref: "p" });
  assertEquals((await server.stays.get(cursed) as Error).message, "injected");
  await server.said(alice, "lobby", "all well");
  assertStringIncludes(bob.text, "all well");
  assertEquals([cursed.ended, alice.ended, bob.ended], ["closed", undefined, undefined]);
  assertEquals((await server.close()).map((fault) => (fault as Error).message), ["injected"]);
});

Deno.test("a fault while a connection is written to ends that connection only", async () => {
  const server = new FakeServer();
  const [alice, bob] = [await server.join("alice"), await server.join("bob")];
  const cursed = await server.join("eve");
  cursed.write = () => {
    throw new Error("injected");
  };
  await server.said(alice, "lobby", "all well", "and again");
  cursed.end();
  await server.idle();
  assertStringIncludes(bob.text, "and again");
  assertEquals([cursed.ended, alice.ended, bob.ended], ["closed", undefined, undefined]);
  assertEquals((await server.close()).map((fault) => (fault as Error).message), ["injected"]);
});
