import { assert, assertEquals } from "@std/assert";
import { setImmediate } from "node:timers";
import type { Connection } from "../../../server/connection.ts";
import { FramesConnection } from "../../../server/transports/frames.ts";
import { encodeFrame } from "../../../shared/codec.ts";
import { ChunkSocket } from "../../fuzz/targets/chunk_socket.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const PINGS = encodeFrame({ kind: "ping" }).repeat(100);

/** Somebody who sends this, a chunk for each read. */
function framed(...chunks: Uint8Array[]): Connection {
  return new FramesConnection(new ChunkSocket(chunks), 1, { helloDue: 0, nameDue: 0 });
}

/** What is made of a line. */
async function heard(line: Uint8Array): Promise<string> {
  const [[frame]] = await Array.fromAsync(framed(Uint8Array.of(...line, 10)));
  return frame.kind === "malformed" ? frame.text : frame.kind;
}

Deno.test("FramesConnection: a read is heard 32 frames at a time, and decoded as it is heard", async () => {
  const chunk = bytes(PINGS);
  const kinds: string[] = [];
  const sizes: number[] = [];
  for await (const frames of framed(chunk)) {
    sizes.push(frames.length);
    kinds.push(...new Set(frames.map(({ kind }) => kind)));
    // What follows is another thing now.
    chunk.set(bytes(PINGS.replaceAll("ping", "pong")));
  }
  assertEquals([sizes, kinds], [[32, 32, 32, 4], ["ping", "pong", "pong", "pong"]]);
});

Deno.test("FramesConnection: after stop() what was read is heard; after finish() and close() it is not", async () => {
  const ways: [(connection: Connection) => void, number][] = [
    [(connection) => connection.stop(), 100],
    [(connection) => void connection.finish(), 32],
    [(connection) => connection.close(), 32],
  ];
  for (const [end, expected] of ways) {
    const connection = framed(bytes(PINGS));
    let heard = 0;
    for await (const frames of connection) {
      heard += frames.length;
      end(connection);
    }
    assertEquals(heard, expected);
  }
});

Deno.test("FramesConnection: others have their turn while a read is heard that takes long", async () => {
  const turns: boolean[] = [];
  let others = false;
  for await (const _ of framed(bytes(PINGS))) {
    turns.push(others);
    others = false;
    setImmediate(() => others = true);
    for (const until = performance.now() + 10; performance.now() < until;);
  }
  assertEquals(turns, [false, true, true, true]);
});

Deno.test("FramesConnection: what is not UTF-8 is no frame, and a replacement character is as good as any", async () => {
  const within = (...some: number[]) => Uint8Array.of(...bytes('{"kind":"away","text":"'), ...some, ...bytes('"}'));
  for (
    const [some, expected] of [
      [[0xff], "not UTF-8"],
      [[0xc3], "not UTF-8"],
      [[0xf0, 0x9f, 0x92], "not UTF-8"],
      [[0xc0, 0x80], "not UTF-8"],
      [[0xed, 0xa0, 0x80], "not UTF-8"],
      [[0xef, 0xbf, 0xbd, 0xff], "not UTF-8"],
      [[0xef, 0xbf, 0xbd], "away"],
      [bytes("ä漢💥"), "away"],
    ] as const
  ) assertEquals(await heard(within(...some)), expected, String(some));
  assertEquals(await heard(Uint8Array.of(0xff)), "not UTF-8");
});

Deno.test("FramesConnection: 64 KiB of noise are heard in a moment", async () => {
  for (const noise of ["\n", "\xff\n", "x\n", "\n{\n"]) {
    const began = performance.now();
    for await (const _ of framed(Uint8Array.from({ length: 65_536 }, (_, i) => noise.charCodeAt(i % noise.length)))) break;
    assert(performance.now() - began < 50, JSON.stringify(noise));
  }
});
