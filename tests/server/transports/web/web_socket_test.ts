import { assert, assertEquals, assertLess, assertMatch, assertRejects } from "@std/assert";
import fc from "fast-check";
import type { Socket } from "../../../../server/transports/socket.ts";
import { WebSocket } from "../../../../server/transports/web/web_socket.ts";
import { clientFrame, type FrameOptions, OP } from "../../../web_peer.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** A socket without a network. What comes, and how much a write takes, the test says. */
class FakeSocket implements Socket {
  readonly address = "203.0.113.7:1";
  readonly host = "203.0.113.7";
  readonly encrypted = false;
  broken: string | undefined;
  ended = false;
  stopped = false;
  /** How it was ended. */
  over: "finished" | "closed" | undefined;
  /** How many bytes each write takes; all where it runs out. `"never"`: the peer is stalled. */
  takes: (number | "never")[] = [];
  readonly #chunks: Uint8Array[];
  readonly #written: number[] = [];

  constructor(...chunks: Uint8Array[]) {
    this.#chunks = chunks;
  }

  get written(): Uint8Array {
    return Uint8Array.from(this.#written);
  }

  read(): Promise<Uint8Array | null> {
    const chunk = this.stopped ? undefined : this.#chunks.shift();
    this.ended = chunk === undefined && !this.stopped;
    return Promise.resolve(chunk?.slice() ?? null);
  }

  write(bytes: Uint8Array): Promise<number> {
    if (this.over === "closed") return Promise.reject(new Deno.errors.BadResource("closed"));
    const takes = this.takes.shift() ?? bytes.length;
    if (takes === "never") return new Promise(() => undefined);
    const taken = Math.min(takes, bytes.length);
    this.#written.push(...bytes.subarray(0, taken));
    return Promise.resolve(taken);
  }

  stop(): void {
    this.stopped = true;
  }

  finish(): Promise<void> {
    this.over ??= "finished";
    return Promise.resolve();
  }

  close(): void {
    this.over = "closed";
  }

  unread(): never {
    throw new Error("nothing is put back below a WebSocket");
  }
}

/** Everything that comes out of these bytes, as text, and the socket afterwards. */
async function received(...chunks: Uint8Array[]): Promise<{ text: string; webSocket: WebSocket; socket: FakeSocket }> {
  const socket = new FakeSocket(...chunks);
  const webSocket = new WebSocket(socket);
  let text = "";
  for (let bytes = await webSocket.read(); bytes !== null; bytes = await webSocket.read()) text += decoder.decode(bytes);
  return { text, webSocket, socket };
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function close(code: number, reason = ""): Uint8Array {
  return clientFrame(Uint8Array.of(code >> 8, code & 0xff, ...encoder.encode(reason)), { opcode: OP.close });
}

/** Writes bytes as a pump does. */
async function pump(socket: Socket, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) {
    const taken = await socket.write(rest);
    assert(taken > 0 && taken <= rest.length);
    rest = rest.subarray(taken);
  }
}

Deno.test("WebSocket: messages are lines, however they are cut into frames and chunks", async () => {
  const stream = joined(
    clientFrame("bob"),
    clientFrame("one\ntwo"),
    clientFrame("漢\n", { fin: false }).slice(0, 8),
    clientFrame("漢\n", { fin: false }).slice(8),
    clientFrame("p", { opcode: OP.ping }),
    clientFrame("three\n", { opcode: OP.continuation }),
    clientFrame(""),
    close(1000),
  );
  const text = "bob\none\ntwo\n漢\nthree\n\n";
  assertEquals((await received(stream)).text, text);
  assertEquals((await received(...Array.from(stream, (byte) => Uint8Array.of(byte)))).text, text);
});

Deno.test("WebSocket: of 10,000 messages in one read a few are decoded at a time", async () => {
  const message = clientFrame("");
  const webSocket = new WebSocket(
    new FakeSocket(Uint8Array.from({ length: 10_000 * message.length }, (_, i) => message[i % message.length])),
  );
  const read: number[] = [];
  for (let bytes = await webSocket.read(); bytes !== null; bytes = await webSocket.read()) read.push(bytes.length);
  assertEquals(read.reduce((all, some) => all + some), 10_000);
  assertLess(Math.max(...read), 1_000);
});

Deno.test("WebSocket: 1000 or no code ends the peer's side; another code or none at all is a connection that broke", async () => {
  for (const frame of [close(1000, "bye"), clientFrame("", { opcode: OP.close })]) {
    const { webSocket } = await received(clientFrame("hi"), frame);
    assertEquals([webSocket.ended, webSocket.broken], [true, undefined]);
  }
  const gone = await received(clientFrame("hi"), close(1001));
  assertEquals([gone.webSocket.ended, gone.webSocket.broken, gone.text], [false, "closed with 1001", "hi\n"]);
  const cut = await received(clientFrame("hi"));
  assertEquals([cut.webSocket.ended, cut.webSocket.broken], [false, "connection lost"]);
});

const WRONG: readonly [what: string, frame: Uint8Array, code: number][] = [
  ["unmasked", clientFrame("x", { mask: false }), 1002],
  ["binary", clientFrame("x", { opcode: OP.binary }), 1003],
  ["not UTF-8", clientFrame(Uint8Array.of(0x68, 0xff)), 1007],
  ["half a character at its end", clientFrame(Uint8Array.of(0xe6, 0xbc)), 1007],
  ["larger than 64 KiB", clientFrame(new Uint8Array(0), { length: 65_537 }), 1009],
  ["of 4 GB", clientFrame(new Uint8Array(0), { length: 0xffff_ffff }), 1009],
  [
    "fragments of more than 64 KiB",
    joined(clientFrame("x".repeat(40_000), { fin: false }), clientFrame("x".repeat(40_000), { opcode: 0 })),
    1009,
  ],
  ["1,025 fragments", joined(clientFrame("x", { fin: false }), ...Array(1_024).fill(clientFrame("x", { opcode: 0, fin: false }))), 1008],
  ["a continuation of nothing", clientFrame("x", { opcode: OP.continuation }), 1002],
  ["a message within a message", joined(clientFrame("x", { fin: false }), clientFrame("x")), 1002],
  ["compressed", clientFrame("x", { reserved: 0x40 }), 1002],
  ["reserved bits", clientFrame("x", { reserved: 0x20 }), 1002],
  ["an unknown kind", clientFrame("x", { opcode: 3 }), 1002],
  ["a fragmented ping", clientFrame("x", { opcode: OP.ping, fin: false }), 1002],
  ["a long ping", clientFrame("x".repeat(126), { opcode: OP.ping }), 1002],
  ["a close of one byte", clientFrame("x", { opcode: OP.close }), 1002],
  ["a close code that nobody may send", close(1005), 1002],
  ["a close code that there is not", close(99), 1002],
  ["a reason that is not UTF-8", clientFrame(Uint8Array.of(3, 232, 0xff), { opcode: OP.close }), 1007],
];

Deno.test("WebSocket: what is wrong ends it with its code; what came before was said, what comes after was not", async () => {
  for (const [what, frame, code] of WRONG) {
    const { text, webSocket, socket } = await received(clientFrame("before"), joined(clientFrame("with"), frame, clientFrame("after")));
    assertEquals(text, "before\nwith\n", what);
    assertMatch(webSocket.broken ?? "", /^sent (no WebSocket message: .|a binary message)/, what);
    webSocket.close();
    await webSocket.finish();
    assertEquals([...socket.written], [0x88, 2, code >> 8, code & 0xff], what);
    assertEquals(socket.over, "finished", what);
  }
});

Deno.test("WebSocket: a close is answered with its code", async () => {
  for (
    const [frame, answer] of [[close(1000), [0x88, 2, 3, 232]], [close(4000, "x"), [0x88, 2, 15, 160]], [clientFrame("", { opcode: 8 }), [
      0x88,
      0,
    ]]] as const
  ) {
    const { webSocket, socket } = await received(frame);
    await webSocket.finish();
    assertEquals([...socket.written], [...answer]);
  }
});

Deno.test("WebSocket.write: frames are whole however little a write takes, and its count is of lines", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 70_000 }), { maxLength: 30 }),
      fc.array(fc.nat(80_000), { minLength: 1, maxLength: 4 }),
      async (takes, sizes) => {
        const socket = new FakeSocket();
        socket.takes = takes;
        const webSocket = new WebSocket(socket);
        const lines = sizes.map((size) => encoder.encode("x".repeat(size) + "\n"));
        for (const line of lines) await pump(webSocket, line);
        const payloads: number[] = [];
        const { written } = socket;
        let begun = false;
        for (let at = 0; at < written.length;) {
          assertEquals(written[at] & 0x0f, begun ? OP.continuation : OP.text);
          begun = (written[at] & 0x80) === 0;
          const [header, length] = written[at + 1] < 126 ? [2, written[at + 1]] : [4, written[at + 2] << 8 | written[at + 3]];
          for (let i = 0; i < length; i++) payloads.push(written[at + header + i]);
          at += header + length;
        }
        assertEquals(begun, false);
        assertEquals(Uint8Array.from(payloads), joined(...lines));
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("WebSocket: a ping is answered between frames, never within one, and the newest for all before it", async () => {
  const pings = ["a", "b", "c"].map((text) => clientFrame(text, { opcode: OP.ping }));
  const socket = new FakeSocket(...pings, clientFrame("hi"));
  const webSocket = new WebSocket(socket);
  socket.takes = [4];
  const line = encoder.encode("hello\n");
  const taken = await webSocket.write(line);
  assertEquals([taken, [...socket.written]], [2, [0x81, 6, 104, 101]]);
  assertEquals(decoder.decode(await webSocket.read() ?? undefined), "hi\n");
  await pump(webSocket, line.subarray(taken));
  await pump(webSocket, encoder.encode("\n"));
  assertEquals([...socket.written], [0x81, 6, ...line, 0x8a, 1, 99, 0x81, 1, 10]);
});

Deno.test("WebSocket: many pings of a peer that takes nothing leave one to be answered", async () => {
  const ping = clientFrame("x".repeat(125), { opcode: OP.ping });
  const socket = new FakeSocket(...Array(2).fill(joined(...Array(20).fill(ping))), clientFrame("hi"));
  socket.takes = ["never"];
  const webSocket = new WebSocket(socket);
  assertEquals(decoder.decode(await webSocket.read() ?? undefined), "hi\n");
  assertEquals(socket.written.length, 0);
  webSocket.close();
});

Deno.test("WebSocket: pings and pongs count: 50 at once, and what comes after more of them is read later", async () => {
  const read = async (...opcodes: number[]) => {
    const noise = opcodes.map((opcode) => clientFrame("x", { opcode }));
    const webSocket = new WebSocket(new FakeSocket(joined(...noise), clientFrame("hi")));
    const began = performance.now();
    assertEquals(decoder.decode(await webSocket.read() ?? undefined), "hi\n");
    return performance.now() - began;
  };
  assert(await read(...Array(50).fill(OP.ping)) < 100);
  const late = await read(...Array(28).fill(OP.ping), ...Array(28).fill(OP.pong));
  assert(late > 250 && late < 2_000, `${late} ms`);
});

Deno.test("WebSocket.stop ends the wait that pings cost", async () => {
  const ping = clientFrame("x", { opcode: OP.ping });
  const webSocket = new WebSocket(new FakeSocket(joined(...Array(10_000).fill(ping)), clientFrame("hi")));
  const reading = webSocket.read();
  await webSocket.write(encoder.encode("on its way\n"));
  webSocket.stop();
  assertEquals(await reading, null);
  webSocket.close();
});

Deno.test("WebSocket.finish: within a frame nothing can be said, and the connection is closed", async () => {
  const socket = new FakeSocket();
  const webSocket = new WebSocket(socket);
  socket.takes = [3];
  await webSocket.write(encoder.encode("hello\n"));
  await webSocket.finish();
  assertEquals([socket.written.length, socket.over], [3, "closed"]);
});

Deno.test("WebSocket.write rejects when the connection is closed", async () => {
  const socket = new FakeSocket();
  const webSocket = new WebSocket(socket);
  webSocket.close("took nothing for 60 seconds");
  assertEquals(socket.over, "closed");
  await assertRejects(() => webSocket.write(encoder.encode("x\n")));
  await webSocket.finish();
});

Deno.test("WebSocket: whatever comes, it ends in lines, a close or a connection that broke", async () => {
  const options: fc.Arbitrary<FrameOptions> = fc.record({
    opcode: fc.nat(15),
    fin: fc.boolean(),
    mask: fc.boolean(),
    reserved: fc.constantFrom(0, 0, 0x10, 0x40),
  });
  const frame = fc.tuple(fc.uint8Array({ maxLength: 200 }), options).map(([bytes, options]) => clientFrame(bytes, options));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(frame, fc.uint8Array({ maxLength: 20 })), { maxLength: 10 }), async (chunks) => {
      const { text, webSocket } = await received(...chunks);
      assert(text === "" || text.endsWith("\n"));
      assert(webSocket.ended || webSocket.broken !== undefined);
      await webSocket.finish();
    }),
  );
});
