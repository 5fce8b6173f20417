import { assertEquals } from "@std/assert";
import { FIRST_BYTES, type Speech, speech } from "../../server/first_bytes.ts";

function said(text: string): Speech {
  return speech(Uint8Array.from(text, (c) => c.charCodeAt(0)));
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"];
const REQUESTS: readonly string[] = [
  ...METHODS.flatMap((method) => [`${method} /`, `${method} http`]),
  "OPTIONS *",
  "CONNECT ",
  "PRI * HTTP",
];

Deno.test("speech is undecided until the whole beginning of a request has come, however it is cut", () => {
  for (const request of REQUESTS) {
    for (let length = 0; length < request.length; length++) {
      assertEquals(said(request.slice(0, length)), "undecided", request.slice(0, length));
    }
    assertEquals(said(request), "http");
    assertEquals(said(`${request}index.html HTTP/1.1\r\n`), "http");
  }
});

const SPOKEN: readonly [Speech, readonly string[]][] = [
  ["text", [
    "Peter",
    "Pet",
    "GET\n",
    "GET\r\n",
    "GETTY",
    "GET bob",
    "get /",
    "POST\n",
    "POSTMAN",
    "OPTIONS\n",
    "OPTIONS?",
    "PUT it",
    "Pat",
  ]],
  ["text", [
    "bob\nhi\nbye\n",
    "\n",
    " ",
    "\r\n",
    "*",
    "[1]",
    "\xff\xfd\x03",
    "\x16\n",
    "\x16\x02",
    "漢".normalize("NFC").slice(0, 0) + "\xe6\xbc\xa2",
  ]],
  ["frames", ["{", '{"kind":"hello"', "{}", "{GET /"]],
  ["tls", ["\x16\x03", "\x16\x03\x01\x02\0\x01"]],
  ["undecided", ["", "\x16", "G", "P", "PR", "PRI", "GET ", "CONNECT"]],
];

Deno.test("speech goes by the whole prefix: somebody may be called Peter, or GET", () => {
  for (const [speech, beginnings] of SPOKEN) {
    for (const beginning of beginnings) assertEquals(said(beginning), speech, JSON.stringify(beginning));
  }
});

Deno.test("speech is decided by the most bytes that are looked at", () => {
  for (const request of REQUESTS) assertEquals(request.length <= FIRST_BYTES, true);
});
