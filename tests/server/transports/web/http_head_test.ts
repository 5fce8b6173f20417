import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Head, HEAD_BYTES, HeadReader, type Refused } from "../../../../server/transports/web/http_head.ts";

/** Each character one byte. */
function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

function read(...chunks: string[]): Head | Refused | undefined {
  const reader = new HeadReader();
  for (const chunk of chunks) {
    const head = reader.push(bytes(chunk));
    if (head) return head;
  }
}

function status(text: string): number | "fine" | "more" {
  const head = read(text);
  return head === undefined ? "more" : "status" in head ? head.status : "fine";
}

/** A request with these lines after its first. */
function get(...lines: string[]): string {
  return ["GET / HTTP/1.1", "Host: x", ...lines, "", ""].join("\r\n");
}

const REQUESTS: readonly [what: string, request: string, status: number | "fine" | "more"][] = [
  ["plain", get(), "fine"],
  ["HTTP/1.0 without a host", "GET / HTTP/1.0\r\n\r\n", "fine"],
  ["HEAD", "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", "fine"],
  ["not at its end", "GET / HTTP/1.1\r\nHost: x\r\n", "more"],
  ["HTTP/1.1 without a host", "GET / HTTP/1.1\r\n\r\n", 400],
  ["two hosts", get("Host: x"), 400],
  ["two origins", get("Origin: http://x", "origin: http://y"), 400],
  ["two lengths", get("Content-Length: 0", "Content-Length: 0"), 400],
  ["an empty body", get("Content-Length: 0"), "fine"],
  ["a body", get("Content-Length: 5"), 413],
  ["a length that is none", get("Content-Length: +5"), 400],
  ["a chunked body", get("Transfer-Encoding: chunked"), 413],
  ["both", get("Content-Length: 0", "Transfer-Encoding: chunked"), 413],
  ["POST", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n", 405],
  ["CONNECT", "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", 405],
  ["OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 405],
  ["TRACE", "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", 405],
  ["HTTP/2", "PRI * HTTP/2.0\r\n\r\n", 505],
  ["HTTP/0.9", "GET /\r\n\r\n", 400],
  ["a version in lower case", "GET / http/1.1\r\nHost: x\r\n\r\n", 400],
  ["a version of three digits", "GET / HTTP/1.11\r\nHost: x\r\n\r\n", 400],
  ["two spaces", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400],
  ["a space at the line's end", "GET / HTTP/1.1 \r\nHost: x\r\n\r\n", 400],
  ["a target of other letters", "GET /\xfc HTTP/1.1\r\nHost: x\r\n\r\n", 400],
  ["a fragment", "GET /#x HTTP/1.1\r\nHost: x\r\n\r\n", 400],
  ["no path", "GET x HTTP/1.1\r\nHost: x\r\n\r\n", 400],
  ["another scheme", "GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400],
  ["a user in the target", "GET http://evil@x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400],
  ["bare line feeds", "GET / HTTP/1.1\nHost: x\n\n", 400],
  ["one bare line feed", "GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n", 400],
  ["a bare carriage return", get("A: b\rc"), 400],
  ["a NUL", get("A: b\0c"), 400],
  ["a tab and other letters in a value", get("A: b\tc \xfc"), "fine"],
  ["a field over two lines", get("A: b", " c"), 400],
  ["a line without a colon", get("A"), 400],
  ["a field without a name", get(": b"), 400],
  ["white space before the colon", get("A : b"), 400],
  ["a space before the first field", "GET / HTTP/1.1\r\n Host: x\r\n\r\n", 400],
  ["63 fields and a host", get(...Array(63).fill("A: b")), "fine"],
  ["64 fields and a host", get(...Array(64).fill("A: b")), 431],
  ["the longest target", `GET /${"a".repeat(2_047)} HTTP/1.1\r\nHost: x\r\n\r\n`, "fine"],
  ["a longer target", `GET /${"a".repeat(2_048)} HTTP/1.1\r\nHost: x\r\n\r\n`, 414],
  ["a target without an end", `GET /${"a".repeat(HEAD_BYTES)}`, 414],
  ["the largest head", get(`A: ${"b".repeat(HEAD_BYTES - get("A: ").length)}`), "fine"],
  ["a larger head", get(`A: ${"b".repeat(HEAD_BYTES - get("A: ").length + 1)}`), 431],
];

Deno.test("HeadReader takes what is plain and refuses what could be understood in two ways", () => {
  for (const [what, request, expected] of REQUESTS) assertEquals(status(request), expected, what);
});

Deno.test("HeadReader: the cut of the chunks makes no difference, and what comes after the head is kept apart", () => {
  for (const [what, request] of REQUESTS) {
    const whole = read(request);
    assertEquals(read(...request), whole, `${what}, byte by byte`);
  }
  fc.assert(fc.property(fc.nat({ max: 40 }), fc.string({ unit: "binary-ascii" }), (cut, rest) => {
    const reader = new HeadReader();
    const stream = bytes(get("A: b") + rest);
    const before = Math.min(cut, get("A: b").length - 1);
    assertEquals(reader.push(stream.subarray(0, before)), undefined);
    assert(reader.push(stream.subarray(before)));
    assertEquals(reader.rest, bytes(rest));
  }));
});

Deno.test("HeadReader: path, host and fields", () => {
  const head = read("HEAD /a%2f..?b=/c HTTP/1.1\r\nHOST:  x:1 \r\nUpgrade: a\r\nupgrade:\tb\r\nEmpty:\r\n\r\n");
  assertEquals(head, { method: "HEAD", path: "/a%2f..", host: "x:1", fields: new Map([["upgrade", "a, b"], ["empty", ""]]) });
  const absolute = read("GET http://y:2?q HTTP/1.1\r\nHost: x\r\n\r\n");
  assertEquals(absolute, { method: "GET", path: "/", host: "y:2", fields: new Map() });
});

Deno.test("HeadReader never throws, whatever comes", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 5_000 }), { maxLength: 5 }), (chunks) => {
    const reader = new HeadReader();
    for (const chunk of chunks) if (reader.push(chunk)) return;
  }));
});
