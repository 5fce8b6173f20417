import { assertEquals } from "@std/assert";
import { Outbox, OUTBOX_BYTES } from "../../server/outbox.ts";

const decoder = new TextDecoder();

Deno.test("C8 an outbox takes 256 KiB, and not one byte more", () => {
  assertEquals(OUTBOX_BYTES, 256 * 1024);
  for (const piece of [1024, OUTBOX_BYTES]) {
    const outbox = new Outbox();
    for (let bytes = 0; bytes < OUTBOX_BYTES; bytes += piece) assertEquals(outbox.offer("a".repeat(piece)), true);
    assertEquals([outbox.offer("a"), outbox.bytes], [false, OUTBOX_BYTES]);
    const taken = outbox.take()!.length;
    assertEquals(taken, Math.max(piece, 64 * 1024));
    assertEquals([outbox.offer("a"), outbox.bytes], [true, OUTBOX_BYTES - taken + 1]);
  }
});

Deno.test("Outbox counts bytes, not characters", () => {
  const outbox = new Outbox();
  assertEquals(outbox.offer("漢".repeat(87_381)), true);
  assertEquals([outbox.bytes, outbox.offer("é"), outbox.offer("a"), outbox.offer("a")], [262_143, false, true, false]);
});

Deno.test("Outbox.take gives 64 KiB at once, a longer text as a whole, and loses nothing", () => {
  const outbox = new Outbox();
  const texts = ["a".repeat(65_536), "b".repeat(65_535), "c", "d", "e".repeat(65_537), "f"];
  for (const text of texts) outbox.offer(text);
  const taken: string[] = [];
  for (let bytes = outbox.take(); bytes; bytes = outbox.take()) taken.push(decoder.decode(bytes));
  assertEquals(taken, [texts[0], texts[1] + "c", "d", texts[4], "f"]);
  assertEquals(outbox.bytes, 0);
});

Deno.test("Outbox.take gives everything at once, in order", () => {
  const outbox = new Outbox();
  assertEquals(outbox.take(), undefined);
  for (const text of ["a\n", "漢\n", "c\n"]) outbox.offer(text);
  assertEquals(decoder.decode(outbox.take()), "a\n漢\nc\n");
  assertEquals([outbox.take(), outbox.bytes], [undefined, 0]);
});

Deno.test("Outbox.congested is set above half", () => {
  const outbox = new Outbox();
  outbox.offer("a".repeat(OUTBOX_BYTES / 2));
  assertEquals(outbox.congested, false);
  outbox.offer("a");
  assertEquals(outbox.congested, true);
  outbox.take();
  assertEquals(outbox.congested, false);
});
