import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Key, KeyReader } from "../../../client/views/keys.ts";

function read(...chunks: (string | Uint8Array)[]): string[] {
  const reader = new KeyReader();
  const keys = chunks.flatMap((chunk) => reader.push(typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk));
  return merge(keys);
}

/** Keys as words, `<left>` for a key and text as it is, neighbours joined. */
function merge(keys: readonly Key[]): string[] {
  const words: string[] = [];
  let text = "";
  for (const key of keys) {
    if (key.kind === "text") text += key.text;
    else {
      if (text !== "") words.push(text);
      words.push(`<${key.key}>`);
      text = "";
    }
  }
  return text === "" ? words : [...words, text];
}

Deno.test("KeyReader reads what terminals send", () => {
  const table: [string, string[]][] = [
    ["hi\r", ["hi", "<enter>"]],
    ["日本👨‍👩‍👧é", ["日本👨‍👩‍👧é"]],
    ["\x1b[A\x1b[B\x1b[C\x1b[D", ["<up>", "<down>", "<right>", "<left>"]],
    ["\x1bOA\x1bOH\x1bOF\x1b[1~\x1b[4~\x1b[3~", ["<up>", "<home>", "<end>", "<home>", "<end>", "<delete>"]],
    ["\x1b[1;5C\x1b[3;2~", ["<right>", "<delete>"]],
    ["\x01\x05\x02\x06\x0b\x15\x17\x19", [
      "<home>",
      "<end>",
      "<left>",
      "<right>",
      "<kill to end>",
      "<kill to start>",
      "<kill word>",
      "<yank>",
    ]],
    ["\x7f\x08\x03\x04\x0c", ["<backspace>", "<backspace>", "<interrupt>", "<end of input>", "<redraw>"]],
  ];
  for (const [bytes, expected] of table) assertEquals(read(bytes), expected, JSON.stringify(bytes));
});

Deno.test("KeyReader swallows whole what means nothing here", () => {
  for (const noise of ["\x1b[15~", "\x1b[[A", "\x1b[?1;2c", "\x1b[<0;1;1M".replace("M", "m"), "\x1bx", "\x1b\x1b[99;99X", "\0", "\t"]) {
    assertEquals(read(`a${noise}b`), ["ab"], JSON.stringify(noise));
  }
  assertEquals(read(`\x1b[${"1;".repeat(5_000)}mb`), ["b"]);
  assertEquals(read("\x1b[1\rb"), ["<enter>", "b"], "a control character ends a broken sequence");
});

Deno.test("KeyReader makes one text of a paste: a line break is a space, controls mean nothing", () => {
  assertEquals(read("\x1b[200~one\r\ntwo\nthree\rfour\t5\x03\x1b[A\x1b[31mred\x1b[201~\r"), ["one two three four 5red", "<enter>"]);
});

Deno.test("KeyReader reads the same keys wherever the bytes are cut", () => {
  const bytes = new TextEncoder().encode("aé日👨‍👩‍👧\x1b[A\x1bOB\x1b[1;5C\x1b[3~\x1b[200~p\r\nq\x1b[201~\x03z\r");
  const whole = read(bytes);
  for (let i = 0; i <= bytes.length; i++) assertEquals(read(bytes.subarray(0, i), bytes.subarray(i)), whole, `cut at ${i}`);
  assertEquals(read(...Array.from(bytes, (byte) => new Uint8Array([byte]))), whole);
});

Deno.test("KeyReader takes any bytes at all, cut anywhere", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), (chunks) => {
    const whole = new Uint8Array(chunks.flatMap((chunk) => [...chunk]));
    assertEquals(read(...chunks), read(whole));
  }));
});
