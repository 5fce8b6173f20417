import { assertEquals } from "@std/assert";
import { Writer } from "../../client/writer.ts";

/** Takes at most `most` bytes at a time. */
class Trickle {
  text = "";
  writes = 0;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  write(bytes: Uint8Array): Promise<number> {
    this.writes++;
    const taken = bytes.subarray(0, this.#most);
    this.text += new TextDecoder("latin1").decode(taken);
    return Promise.resolve(taken.length);
  }
}

Deno.test("Writer writes everything in order to a sink that takes one byte at a time", async () => {
  const sink = new Trickle(1);
  const writer = new Writer(sink);
  for (const text of ["a", "", "bc", "def"]) writer.write(text);
  await writer.flushed();
  assertEquals(sink.text, "abcdef");
});

Deno.test("Writer joins what is written together into one write", async () => {
  const sink = new Trickle(100);
  const writer = new Writer(sink);
  for (let i = 0; i < 10; i++) writer.write("x");
  await writer.flushed();
  assertEquals([sink.text, sink.writes], ["x".repeat(10), 1]);
});

Deno.test("Writer says when its sink is broken, drops the rest and holds nobody up", async () => {
  const failure = new Deno.errors.BrokenPipe("gone");
  const writer = new Writer({ write: () => Promise.reject(failure) });
  writer.write("x".repeat(100_000));
  await writer.drained();
  assertEquals(await writer.broken, failure);
  writer.write("y");
  assertEquals(writer.waiting, 0);
  await writer.flushed();
});

Deno.test("Writer.drained waits for a sink that is slow", async () => {
  const gate = Promise.withResolvers<number>();
  const writer = new Writer({ write: () => gate.promise });
  await writer.drained();
  writer.write("x".repeat(70_000));
  let drained = false;
  const waiting = writer.drained().then(() => drained = true);
  await Promise.resolve();
  assertEquals(drained, false);
  gate.resolve(70_000);
  await waiting;
});
