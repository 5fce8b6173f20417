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
