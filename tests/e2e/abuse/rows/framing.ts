/**
 * Bytes that are no lines, or hardly, and connections that end wrongly.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { exchange } from "../../../harness.ts";
import { answered, compare, Foe, from, hello, says } from "../foe.ts";
import { type Group, HUSH, type Row, type Scene } from "../row.ts";

const encoder = new TextEncoder();
const IAC = 255;

const bytes = (...values: number[]) => Uint8Array.from(values);
const byeAfter = (name: string, sent: number) => `* Bye, ${name} (${sent} message${sent === 1 ? "" : "s"} sent).`;
const runaway = "! not sent: more than 65,536 bytes came without a line feed";

/** A row: what bob and alice are shown of these bytes; `name` has to say them. */
function shows(what: string, name: string, text: string | Uint8Array, ...lines: string[]): Row {
  return {
    name: what,
    attack: async (scene) => {
      using foe = await Foe.named(scene, name);
      await foe.send(text);
      await foe.send("\ndone\n");
      assertEquals((await scene.honest.shown(name)).lines, lines.map((line) => `${name}: ${line}`));
    },
  };
}

/** A row: a connection that is reset after these bytes, once the server has answered. */
function reset(after: string, text: string, answer: RegExp): Row {
  return {
    name: `a reset after ${after}`,
    attack: async (scene) => {
      using foe = await Foe.connect(scene);
      await foe.send(text);
      await foe.until(answer);
      // An answer that nobody reads makes the close a reset.
      await foe.send(text.startsWith("{") ? '{"kind":"ping"}\n' : "/help\n");
      await foe.sip(1);
    },
  };
}

/** A row: whoever stops in the middle is told so after 5 s. */
function stops(what: string, text: string, answer: (string | RegExp)[]): Row {
  return {
    name: what,
    attack: async (scene) => {
      using foe = await Foe.connect(scene);
      await foe.send(text);
      compare((await foe.rest()).trimEnd().split("\r\n\r\n").at(-1)!.split("\n"), answer);
    },
  };
}

/** More than any server should hold, without a line feed, until the server ends it. */
async function endless({ port }: Scene, first: string): Promise<string> {
  using foe = await Foe.connect({ port });
  const answer = foe.rest();
  await foe.send(first);
  const piece = new Uint8Array(65_536).fill(0x78);
  for (let sent = 0; sent < 256 && await foe.send(piece); sent++);
  return await answer;
}

export const framing: Group = {
  name: "framing",
  rows: [
    says("a line at the limit is a message", ["f1\n", "x".repeat(4_096), "\nbye\n"], byeAfter("f1", 1)),
    says(
      "a line one byte above the limit",
      ["f2\n", HUSH.padEnd(4_097, "x"), "\nbye\n"],
      "! not sent: a message has at most 4,096 bytes, this one had 4,097",
      byeAfter("f2", 0),
    ),
    says(
      "a line of 64 KiB",
      ["f3\n", "x".repeat(65_536), "\nbye\n"],
      "! not sent: a message has at most 4,096 bytes, this one had 65,536",
      byeAfter("f3", 0),
    ),
    says("more than 64 KiB without a line feed", ["f4\n", "x".repeat(65_537)], runaway, byeAfter("f4", 0)),
    says("more than 64 KiB before a name", ["x".repeat(65_537)], runaway, "* Bye."),
    {
      name: "16 MiB without a line feed, from somebody with a name",
      attack: async (scene) => assertMatch(await endless(scene, "f6\n"), /! not sent: more than 65,536 bytes/),
    },
    {
      name: "16 MiB without a line feed, as a frame",
      attack: async (scene) => assertMatch(await endless(scene, '{"kind":"'), /"code":"too_long"/),
    },
    says("byte by byte", [..."f8\nslow\nbye\n"], byeAfter("f8", 1)),
    says(
      "a message byte by byte, its letters cut in two",
      ["f9\n", ...Array.from(encoder.encode("é€😀\nbye\n"), (b) => bytes(b))],
      byeAfter("f9", 1),
    ),
    shows("a carriage return within a line is no line's end", "f10", "one\ralice: two\r\r", "one alice: two "),
    shows("NUL within a message", "f11", "a\0b\0", "ab"),
    says("a message of NUL only", ["f12\n", "\0\0\0\nbye\n"], "! not sent: nothing was left to say", byeAfter("f12", 0)),
    says(
      "a name of NUL only",
      ["\0\nbye\n"],
      "! A name cannot have control or invisible characters in it, as some emoji have. Enter another name:",
      "* Bye.",
    ),
    says("45 empty lines", ["f14\n", "\n".repeat(45), "bye\n"], byeAfter("f14", 0)),
    says("45 lines of spaces and carriage returns", ["f15\n", " \t \r\n".repeat(45), "bye\n"], byeAfter("f15", 0)),
    says(
      "empty lines for a name",
      ["\n\n\n\n\n"],
      "! A name cannot be empty. Enter another name:",
      "! A name cannot be empty. Enter another name:",
      "! A name cannot be empty.",
      "* Connect again to try another name. Bye.",
    ),
    shows("telnet's negotiation by the thousand", "f17", new Uint8Array(3 * 5_000).map((_, i) => [IAC, 253, 1][i % 3])),
    shows("a subnegotiation without an end swallows 1 KiB at most", "f18", "x".repeat(10), "x".repeat(10)),
    {
      name: "a subnegotiation without an end is text again after 1 KiB",
      attack: async (scene) => {
        using foe = await Foe.named(scene, "f19");
        await foe.send(bytes(IAC, 250, 31));
        await foe.send("x".repeat(1_100) + "\ndone\n");
        const { lines } = await scene.honest.shown("f19");
        assertMatch(lines.join("|"), /^f19: x{70,80}$/);
      },
    },
    shows("telnet's escaped 255", "f20", bytes(0x61, IAC, IAC, 0x62), "ab"),
    shows("bytes that are no UTF-8", "f21", bytes(0x61, 0xfe, 0xc3, 0x28), "a\ufffd\ufffd("),
    shows("NUL as two bytes", "f22", bytes(0xc0, 0x80), "\ufffd\ufffd"),
    shows("a surrogate in bytes", "f23", bytes(0xed, 0xa0, 0x80), "\ufffd\ufffd\ufffd"),
    shows("half a character, then a line feed", "f24", bytes(0xf0, 0x9f), "\ufffd"),
    shows("a byte order mark before a line", "f25", "\ufeffx", "x"),
    shows("separators of lines and paragraphs: a name is before each", "f26", "a\u2028bob: b\u2029c\u0085d", "a", "bob: b", "c", "d"),
    shows("vertical tab and form feed", "f27", "a\vb\fc", "abc"),
    says("half a message, then the end", ["f28\n", "half"], byeAfter("f28", 1)),
    says("half a name, then the end", ["f29"], "* Bye, f29 (0 messages sent)."),
    { name: "the end, before a word", attack: async ({ port }) => assertEquals(await exchange(port), "") },
    {
      name: "a name asked for, then a reset",
      attack: async (scene) => {
        using foe = await Foe.connect(scene);
        await foe.sip(1);
      },
    },
    reset("a name", "f32\n", /Hello f32/),
    reset("a message", "f33\nx\n", /Hello f33/),
    reset("half a line", "f34\nhalf", /Hello f34/),
    reset("a hello", hello("f35"), /welcome/),
    reset("half a frame", `${hello("f36")}{"kind":"sa`, /welcome/),
    {
      name: "a reset in the middle of a request",
      attack: async (scene) => {
        using foe = await Foe.connect(scene);
        await foe.send("GET / HTTP/1.1\r\nHo");
      },
    },
    {
      name: "half a page taken, then a reset",
      attack: async (scene) => {
        using foe = await Foe.connect(scene);
        await foe.send("GET /app.js HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await foe.sip(16);
      },
    },
    stops("half a hello, then silence", '{"kind":"hello","v"', [/"kind":"bye","reason":"timeout"/]),
    stops("a brace, then silence", "{", [/"kind":"bye","reason":"timeout"/]),
    stops("half a request, then silence", "GET / HTTP/1.1\r\nHost: loc", ["The request took longer than 5 seconds."]),
    says("a handshake of TLS", [bytes(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3)]),
    says(
      "a handshake of SSH has a name",
      ["SSH-2.0-OpenSSH_9.6\r\n", bytes(0, 0, 1, 20, 10), "bye\n"],
      /^! not sent: /,
      byeAfter("SSH-2.0-OpenSSH_9.6", 0),
    ),
    says(
      "a greeting of SMTP has none",
      ["EHLO evil.example\r\nQUIT\r\nbye\r\n"],
      "! A name cannot have white space in it. Enter another name:",
      byeAfter("QUIT", 0),
    ),
    says(
      "a line of the PROXY protocol",
      ["PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\nbye\r\n"],
      "! A name has at most 24 characters and 64 bytes. Enter another name:",
      "* Bye.",
    ),
    {
      name: "4 KiB of noise, fifty times",
      attack: async ({ port }) => {
        for (let n = 0; n < 50; n++) {
          const noise = crypto.getRandomValues(new Uint8Array(4_096));
          // Never a name, nor TLS, nor a frame: a colon is in each line.
          for (let i = 0; i < noise.length; i += 16) noise.set([0x3a, 0x0a], i);
          await exchange(port, ":", noise);
        }
      },
    },
    {
      name: "a frame in UTF-16",
      attack: async ({ port }) => {
        const wide = Uint8Array.from(Array.from(hello("f46"), (c) => [c.charCodeAt(0), 0]).flat());
        compare(await answered(port, wide), [
          "error malformed: not a line of JSON",
          "error malformed: not a line of JSON",
          "bye: Bye",
        ]);
      },
    },
    {
      name: "a name from another address of this machine",
      attack: async ({ port }) => assertMatch(await from("127.0.0.77", port, "f47\nbye\n"), /\* Bye, f47 /),
    },
  ],
};
