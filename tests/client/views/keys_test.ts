import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Key, KeyReader } from "../../../client/views/keys.ts";
import { LONGEST_PASTE } from "../../../client/views/paste_reader.ts";

type Chunk = string | Uint8Array;

function bytes(chunk: Chunk): Uint8Array {
  return typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
}

function read(...chunks: Chunk[]): string[] {
  const reader = new KeyReader();
  return words(chunks.flatMap((chunk) => reader.push(bytes(chunk))));
}

/** Keys as words, `<left>` for a key, `[...]` for a paste and text as it is, neighbours joined. */
function words(keys: readonly Key[]): string[] {
  const found: string[] = [];
  let text = "";
  for (const key of keys) {
    if (key.kind === "text") {
      text += key.text;
      continue;
    }
    if (text !== "") found.push(text);
    text = "";
    if (key.kind === "paste") found.push(`[${key.text}]`);
    else found.push(key.kind === "room" ? `<room ${key.number}>` : `<${key.key}>`);
  }
  return text === "" ? found : [...found, text];
}

Deno.test("KeyReader reads what terminals send", () => {
  const table: [string, string[]][] = [
    ["hi\r", ["hi", "<enter>"]],
    ["日本👨‍👩‍👧é", ["日本👨‍👩‍👧é"]],
    ["\x1b[A\x1b[B\x1b[C\x1b[D", ["<up>", "<down>", "<right>", "<left>"]],
    ["\x1bOA\x1bOH\x1bOF\x1b[1~\x1b[4~\x1b[3~", ["<up>", "<home>", "<end>", "<home>", "<end>", "<delete>"]],
    ["\x1b[H\x1b[F\x1b[7~\x1b[8~\x1bOM", ["<home>", "<end>", "<home>", "<end>", "<enter>"]],
    ["\x01\x05\x02\x06\x0b\x15", ["<home>", "<end>", "<left>", "<right>", "<kill to end>", "<kill to start>"]],
    ["\x17\x19\x10\x0e", ["<kill word>", "<yank>", "<up>", "<down>"]],
    ["\x7f\x08\x03\x04\x0c", ["<backspace>", "<backspace>", "<interrupt>", "<end of input>", "<redraw>"]],
    ["\n\t\x07\x12", ["<new line>", "<complete>", "<cancel>", "<search>"]],
    ["\x1b\r\x1b\n", ["<new line>", "<new line>"]],
    ["\x1b[Z", ["<complete back>"]],
    ["\x1bb\x1bf\x1bd\x1b\x7f", ["<word left>", "<word right>", "<kill next word>", "<kill word>"]],
    ["\x1b1\x1b9a", ["<room 1>", "<room 9>", "a"]],
  ];
  for (const [bytes, expected] of table) assertEquals(read(bytes), expected, JSON.stringify(bytes));
});

Deno.test("KeyReader moves by words with Ctrl, Alt or Meta, and leaves other modifiers out", () => {
  for (const modifiers of [3, 4, 5, 6, 7, 9]) {
    assertEquals(read(`\x1b[1;${modifiers}D\x1b[1;${modifiers}C\x1b[3;${modifiers}~`), ["<word left>", "<word right>", "<kill next word>"]);
  }
  assertEquals(read("\x1b[1;2C\x1b[3;2~\x1b[1;5A\x1b[1;5H"), ["<right>", "<delete>", "<up>", "<home>"]);
});

Deno.test("KeyReader swallows whole what means nothing here", () => {
  const noise = [
    "\x1b[15~",
    "\x1b[5~",
    "\x1b[6~",
    "\x1b[5;5~",
    "\x1b[[A",
    "\x1b[?1;2c",
    "\x1b[<0;1;1M",
    "\x1bx",
    "\x1b0",
    "\x1b\x1b[99;99X",
    "\0",
  ];
  for (const sequence of noise) assertEquals(read(`a${sequence}b`), ["ab"], JSON.stringify(sequence));
  assertEquals(read(`\x1b[${"1;".repeat(5_000)}mb`), ["b"]);
  assertEquals(read("\x1b[1\rb"), ["<enter>", "b"], "a control character ends a broken sequence");
  assertEquals(read("\x1b\x03"), ["<interrupt>"], "a control character means itself after Esc");
});

Deno.test("KeyReader makes one key of a paste: line breaks stay, controls and sequences go", () => {
  const paste = "\x1b[200~one\r\ntwo\nthree\rfour\t5\x03\x1b[A\x1b[31mred\x1b]0;title\x07\x1b[200~é\x1b[201~\r";
  assertEquals(read(paste), ["[one\ntwo\nthree\nfour 5redé]", "<enter>"]);
  assertEquals(read("a\x1b[200~\x1b[201~b"), ["a", "[]", "b"]);
  assertEquals(read("\x1b[200~a\x1b[20\x1b[201~"), ["[a20]"], "half a mark");
});

Deno.test("KeyReader keeps the beginning of an endless paste and gives it out when the bytes cease", () => {
  const reader = new KeyReader();
  const chunk = bytes("x".repeat(10_000));
  assertEquals(reader.push(bytes("\x1b[200~")), []);
  for (let i = 0; i < 20; i++) assertEquals(reader.push(chunk), []);
  assert(reader.waiting! > 50, "a paste over a slow line may pause");
  assertEquals(reader.flush(), [{ kind: "paste", text: "x".repeat(LONGEST_PASTE), cut: true }]);
  assertEquals(reader.waiting, undefined);
  assertEquals(words(reader.push(bytes("a\x1b[201~b\r"))), ["ab", "<enter>"], "the end mark comes late");
  assertEquals(reader.push(bytes("\x1b[200~short\x1b[201~")), [{ kind: "paste", text: "short", cut: false }]);
});

Deno.test("KeyReader takes Esc for a key when nothing follows it", () => {
  const reader = new KeyReader();
  for (const [sent, flushed] of [["\x1b", ["<cancel>"]], ["\x1b\x1b", ["<cancel>"]], ["\x1b[", []], ["\x1bO", []]] as const) {
    assertEquals(reader.push(bytes(sent)), []);
    assertEquals(reader.waiting, 50);
    assertEquals(words(reader.flush()), [...flushed]);
    assertEquals(reader.waiting, undefined);
    assertEquals(words(reader.push(bytes("b"))), ["b"]);
  }
});

Deno.test("KeyReader waits for the rest of what only a terminal sends", () => {
  const reader = new KeyReader();
  reader.push(bytes("\x1b[20"));
  assertEquals([reader.waiting, reader.flush()], [undefined, []]);
  assertEquals(words(reader.push(bytes("0~a\rb\x1b[201~"))), ["[a\nb]"]);
});

const SAMPLE = "aé日👨‍👩‍👧\x1b[A\x1bOB\x1b[1;5C\x1b[3~\x1b[200~p\r\nq\x1b[31m\x1b[201\x1b[201~\x03z\x1bb\x1b7\x1b\r\n\t\x1b[Z\r";

Deno.test("KeyReader reads the same keys wherever the bytes are cut", () => {
  const whole = read(SAMPLE);
  assertEquals(whole.slice(-8), ["z", "<word left>", "<room 7>", "<new line>", "<new line>", "<complete>", "<complete back>", "<enter>"]);
  const all = bytes(SAMPLE);
  for (let i = 0; i <= all.length; i++) assertEquals(read(all.subarray(0, i), all.subarray(i)), whole, `cut at ${i}`);
  assertEquals(read(...Array.from(all, (byte) => new Uint8Array([byte]))), whole);
});

/** What terminals send, broken pieces of it, and anything else. */
const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 20 }),
  fc.constantFrom("\x1b", "[", "O", "\x1b[", "1;5", "~", "D", "\x1b[200~", "\x1b[201~", "\x1b[201", "\r", "\n", "7", "日", "text").map(
    bytes,
  ),
);

Deno.test("KeyReader takes any bytes at all, cut anywhere", () => {
  fc.assert(
    fc.property(fc.array(anyBytes, { maxLength: 30 }), fc.array(fc.nat()), (pieces, cuts) => {
      const whole = new Uint8Array(pieces.flatMap((piece) => [...piece]));
      const places = [0, ...cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b), whole.length];
      assertEquals(read(...places.slice(1).map((end, i) => whole.subarray(places[i], end))), read(whole));
    }),
    { numRuns: 500 },
  );
});

Deno.test("KeyReader waits for nothing after a flush, and Enter is Enter again", () => {
  fc.assert(fc.property(fc.array(anyBytes, { maxLength: 10 }), (pieces) => {
    const reader = new KeyReader();
    for (const piece of pieces) reader.push(piece);
    reader.flush();
    assertEquals(reader.waiting, undefined);
    // A half-read character or sequence ends with the first.
    reader.push(bytes("\r"));
    assertEquals(words(reader.push(bytes("\r"))), ["<enter>"]);
  }));
});
