import { assertEquals } from "@std/assert";
import type { Socket } from "../../../server/transports/socket.ts";
import { TextConnection } from "../../../server/transports/text.ts";

/** A socket on which these bytes come, a chunk for each read. */
function socketOf(...chunks: Uint8Array[]): Socket {
  return {
    address: "203.0.113.7:1",
    host: "203.0.113.7",
    encrypted: false,
    broken: undefined,
    ended: true,
    stopped: false,
    read: () => Promise.resolve(chunks.shift() ?? null),
    unread: () => undefined,
    stop: () => undefined,
    write: (bytes) => Promise.resolve(bytes.length),
    finish: () => Promise.resolve(),
    close: () => undefined,
  };
}

const bytes = (text: string) => new TextEncoder().encode(text);

/** The kinds of what somebody who has a name is read to say. */
async function kinds(...chunks: Uint8Array[]): Promise<string[][]> {
  const connection = new TextConnection(socketOf(...chunks), 1, performance.now() + 60_000, 4_096);
  connection.welcomed = true;
  return (await Array.fromAsync(connection)).map((frames) => frames.map(({ kind }) => kind));
}

Deno.test("TextConnection: an empty line is nothing, and counts", async () => {
  assertEquals(await kinds(bytes("\n \nhi\n\r\n")), [["nothing", "nothing", "say", "nothing"]]);
});

Deno.test("TextConnection: telnet negotiation counts where nothing comes with it, and typing slowly does not", async () => {
  const noise = Uint8Array.from({ length: 64 }, (_, i) => i % 2 === 0 ? 0xff : 0xf1);
  assertEquals(await kinds(noise, noise, bytes("h"), bytes("i"), bytes("\n")), [["nothing"], ["nothing"], ["say"]]);
});

Deno.test("TextConnection: names come one at a time, then 32 lines, each read when it is asked for", async () => {
  const chunk = bytes("bob\nbob2\n" + "hi\n".repeat(70));
  const connection = new TextConnection(socketOf(chunk), 1, performance.now() + 60_000, 4_096);
  const sizes: [kind: string, many: number][] = [];
  for await (const frames of connection) {
    sizes.push([frames[0].kind, frames.length]);
    connection.welcomed = sizes.length >= 2;
    // What follows are empty lines now.
    if (connection.welcomed) chunk.fill(10, 9);
  }
  assertEquals(sizes, [["hello", 1], ["hello", 1], ...[32, 32, 32, 32, 32, 32, 18].map((many): [string, number] => ["nothing", many])]);
});

Deno.test("TextConnection: nothing is heard after close()", async () => {
  const connection = new TextConnection(socketOf(bytes("hi\n".repeat(70))), 1, performance.now() + 60_000, 4_096);
  connection.welcomed = true;
  let heard = 0;
  for await (const frames of connection) {
    heard += frames.length;
    connection.close();
  }
  assertEquals(heard, 32);
});
