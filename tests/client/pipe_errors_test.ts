import { assertEquals } from "@std/assert";
import { readableLines } from "../../client/pipe_errors.ts";

Deno.test("readableLines ends where no more can be read, and says why", async () => {
  const problem = new Error("input/output error");
  const errors: unknown[] = [];
  async function* broken(): AsyncGenerator<string, void> {
    yield* ["one", "two"];
    throw await Promise.resolve(problem);
  }
  const read = (lines: AsyncIterable<string>) => Array.fromAsync(readableLines(lines, (error) => errors.push(error)));
  assertEquals([await read(broken()), errors], [["one", "two"], [problem]]);
  assertEquals([await read(ReadableStream.from(["one"])), errors.length], [["one"], 1]);
});
