import { decodeClientFrame, encodeFrame } from "../../shared/codec.ts";
import type { Entry } from "../../shared/protocol.ts";
import { EncodedTail } from "../../server/encoded_tail.ts";
import { framesCodec } from "../../server/transports/frames.ts";
import { textCodec } from "../../server/transports/text_codec.ts";

const entries = Array.from({ length: 1_000 }, (_, i): Entry => ({
  kind: "entry",
  room: "lobby",
  seq: i + 1,
  prev: i,
  at: 1_790_000_000_000,
  type: "said",
  by: "bob",
  from: `session${i % 10}`,
  text: "x".repeat(64),
}));
const say = encodeFrame({ kind: "say", ref: "b0Kx3vD1q8ZtYw2S", room: "lobby", text: "x".repeat(64) });

Deno.bench({ name: "decodeClientFrame: one say", group: "codec" }, () => {
  decodeClientFrame(say);
});

for (const codec of [textCodec, framesCodec]) {
  Deno.bench({ name: `EncodedTail: 1,000 entries appended, ${codec.name}`, group: "tail" }, () => {
    const tail = new EncodedTail(codec, 0);
    for (const entry of entries) tail.append([entry]);
  });
  Deno.bench({ name: `EncodedTail: 1,000 entries appended at once, ${codec.name}`, group: "tail" }, () => {
    new EncodedTail(codec, 0).append(entries);
  });
}

Deno.bench({ name: "EncodedTail: 100 readers read 1,000 entries, each without its own", group: "tail" }, (bench) => {
  const tail = new EncodedTail(textCodec, 0);
  const start = tail.end;
  tail.append(entries);
  bench.start();
  for (let reader = 0; reader < 100; reader++) {
    let position = start;
    for (
      let piece = tail.read(position, Infinity, `session${reader}`);
      piece && piece !== "gone";
      piece = tail.read(position, Infinity, `session${reader}`)
    ) {
      position = piece.next;
    }
  }
  bench.end();
});
