import { TextLineStream } from "@std/streams/text-line-stream";
import { LineSplitter } from "../../shared/lines.ts";

const LINE = "x".repeat(64) + "\n";
const chunk = new TextEncoder().encode(LINE.repeat(1_000));

Deno.bench({ name: "LineSplitter: 1,000 lines", group: "lines", baseline: true }, () => {
  for (const _ of new LineSplitter(4_096).push(chunk));
});

Deno.bench({ name: "TextLineStream: 1,000 lines", group: "lines" }, async () => {
  const lines = ReadableStream.from([chunk]).pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  for await (const _ of lines);
});
