import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { type Frame, FRAME_BYTES, MessageFramer } from "../../../../server/transports/web/message_frame.ts";

const encoder = new TextEncoder();

/** All the frames of some lines. */
function frames(lines: Uint8Array): Frame[] {
  const framer = new MessageFramer();
  const all: Frame[] = [];
  for (let rest = lines, begun = false; rest.length > 0;) {
    const frame = framer.frame(rest, begun);
    all.push(frame);
    rest = rest.subarray(frame.bytes.length - frame.header);
    begun = !frame.ends;
  }
  return all;
}

function payload({ bytes, header }: Frame): Uint8Array {
  return bytes.subarray(header);
}

function joined(parts: readonly Uint8Array[]): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(parts.flatMap((part) => [...part])));
}

Deno.test("MessageFramer: headers of two and of four bytes", () => {
  const header = (bytes: number) => {
    const [frame] = frames(encoder.encode("x".repeat(bytes - 1) + "\n"));
    return [...frame.bytes.subarray(0, frame.header)];
  };
  assertEquals(header(1), [0x81, 1]);
  assertEquals(header(125), [0x81, 125]);
  assertEquals(header(126), [0x81, 126, 0, 126]);
  assertEquals(header(65_535), [0x81, 126, 0xff, 0xff]);
  // One byte more goes out in fragments.
  assertEquals(header(65_536), [0x01, 126, 0xff, 0xff]);
});

Deno.test("MessageFramer: nothing is lost, every message is whole lines, and no frame is larger than 64 KiB", () => {
  const line = fc.tuple(fc.constantFrom("x", "é", "漢", "🙂"), fc.oneof(fc.nat(50), fc.integer({ min: 20_000, max: 80_000 })))
    .map(([c, n]) => c.repeat(n) + "\n");
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), (lines) => {
      const text = lines.join("");
      const all = frames(encoder.encode(text));
      assertEquals(joined(all.map(payload)), text);
      let message: Uint8Array[] = [];
      for (const frame of all) {
        assert(payload(frame).length <= FRAME_BYTES);
        assertEquals(frame.bytes[0], (frame.ends ? 0x80 : 0) | (message.length === 0 ? 1 : 0));
        message.push(payload(frame));
        if (!frame.ends) continue;
        assertEquals(joined(message).at(-1), "\n");
        message = [];
      }
      assertEquals(message, []);
    }),
    { numRuns: 50 },
  );
});

Deno.test("MessageFramer: the same lines make the same frame, one after the other", () => {
  const framer = new MessageFramer();
  const segment = encoder.encode("one\ntwo\n");
  const first = framer.frame(segment.subarray(0, 4), false);
  assertStrictEquals(framer.frame(segment.subarray(0, 4), false), first);
  assertEquals(joined([payload(framer.frame(segment.subarray(4, 8), false))]), "two\n");
  assertEquals(joined([payload(framer.frame(segment.subarray(4, 7), false))]), "two");
  assertEquals(joined([payload(framer.frame(encoder.encode("one\n"), false))]), "one\n");
});
