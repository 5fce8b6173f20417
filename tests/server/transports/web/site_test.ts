import { assert, assertEquals, assertMatch, assertObjectMatch } from "@std/assert";
import { type Answer, headOf } from "../../../../server/transports/web/answer.ts";
import { type Head, HeadReader } from "../../../../server/transports/web/http_head.ts";
import { isOurs, isSameOrigin } from "../../../../server/transports/web/host.ts";
import { type Site, type Upgrade, visit } from "../../../../server/transports/web/site.ts";
import { upgradeRequest } from "../../../web_peer.ts";

const PAGE = { bytes: new TextEncoder().encode("<!doctype html>"), type: "text/html; charset=utf-8", etag: '"abc"' };
const SITE: Site = { assets: new Map([["/", PAGE], ["/app.js", PAGE]]), names: ["chat.example"], metrics: () => "figures\n" };

function head(request: string): Head {
  const head = new HeadReader().push(new TextEncoder().encode(request));
  assert(head && "method" in head, request);
  return head;
}

function ask(request: string, peer = "203.0.113.7"): Answer | Upgrade {
  return visit(SITE, head(request), peer);
}

function status(request: string, peer?: string): number {
  const answer = ask(request, peer);
  return "accept" in answer ? 101 : answer.status;
}

function get(path: string, ...lines: string[]): string {
  return [`GET ${path} HTTP/1.1`, ...lines.some((line) => /^host:/i.test(line)) ? [] : ["Host: 127.0.0.1"], ...lines, "", ""].join("\r\n");
}

Deno.test("visit: the files of the map by their exact paths, and nothing else", () => {
  for (const path of ["/", "/?a=b", "/app.js"]) assertEquals(status(get(path)), 200, path);
  const others = ["/index.html", "//", "/./", "/..", "/../main.ts", "/%2e%2e/main.ts", "/app.js/", "/APP.JS", "/__proto__", "/app%2ejs"];
  for (const path of others) assertEquals(status(get(path)), 404, path);
});

Deno.test("visit: a file is not sent again to who has it", () => {
  for (const known of ['"abc"', 'W/"abc"', '"x", "abc"', "*"]) {
    const answer = ask(get("/", `If-None-Match: ${known}`)) as Answer;
    assertEquals([answer.status, answer.body.length, answer.fields.ETag], [304, 0, '"abc"'], known);
  }
  assertEquals(status(get("/", 'If-None-Match: "other"')), 200);
});

Deno.test("visit: without the bundle the page says how to make it", () => {
  const answer = visit({ ...SITE, assets: new Map() }, head(get("/")), "127.0.0.1") as Answer;
  assertEquals(answer.status, 503);
  assertMatch(new TextDecoder().decode(answer.body), /deno task bundle/);
});

Deno.test("visit: a name that is not the server's own is refused, but for a look at its health", () => {
  for (const host of ["evil.example", "chat.example.evil.example", "127.0.0.1.evil.example", "x:y", "[::1].evil.example", "a b", ""]) {
    assertEquals(status(get("/", `Host: ${host}`)), 421, host);
    assertEquals(status(upgradeRequest({ Host: host })), 421, host);
    assertEquals(status(get("/metrics", `Host: ${host}`), "127.0.0.1"), 421, host);
    assertEquals(status(get("/healthz", `Host: ${host}`)), 200, host);
  }
  for (
    const host of ["127.0.0.1:12345", "[fe80::1]:12345", "localhost", "LOCALHOST.", "box", "box.local", "a.b.home.arpa", "Chat.Example:443"]
  ) {
    assertEquals(status(get("/", `Host: ${host}`)), 200, host);
  }
  // The target says it when it is absolute.
  assertEquals(status(get("http://evil.example/", "Host: localhost")), 421);
});

Deno.test("visit: figures for the server's own machine, never through something that passes on what others send", () => {
  for (const peer of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) assertEquals(status(get("/metrics"), peer), 200, peer);
  for (const peer of ["203.0.113.7", "::2", "1.127.0.0", "::ffff:10.0.0.1"]) assertEquals(status(get("/metrics"), peer), 403, peer);
  for (
    const field of ["Forwarded: for=127.0.0.1", "X-Forwarded-For: 127.0.0.1", "x-forwarded-proto: http", "Via: 1.1 proxy", "X-Real-IP: ::1"]
  ) {
    assertEquals(status(get("/metrics", field), "127.0.0.1"), 403, field);
  }
  for (
    const [host, expected] of [["localhost:12345", 200], ["[::1]", 200], ["127.0.0.1:1", 200], ["192.168.1.5", 403], [
      "chat.example",
      403,
    ]] as const
  ) {
    assertEquals(status(get("/metrics", `Host: ${host}`), "127.0.0.1"), expected, host);
  }
});

const UPGRADES: readonly [what: string, fields: Record<string, string | null>, status: number][] = [
  ["plain", {}, 101],
  ["a page of ours", { Origin: "http://127.0.0.1" }, 101],
  ["a page of ours behind TLS", { Origin: "https://chat.example", Host: "chat.example" }, 101],
  ["another page", { Origin: "http://evil.example" }, 403],
  ["a page on another port", { Origin: "http://127.0.0.1:8080" }, 403],
  ["a page from nowhere", { Origin: "null" }, 403],
  ["a page in a file", { Origin: "file://127.0.0.1" }, 403],
  ["an origin that is none", { Origin: "" }, 403],
  ["another page whose name leads here", { Origin: "http://evil.example", Host: "evil.example" }, 421],
  ["many words", { Connection: "keep-alive, UPGRADE", Upgrade: "h2c, WebSocket" }, 101],
  ["no Connection", { Connection: null }, 400],
  ["no key", { "Sec-WebSocket-Key": null }, 400],
  ["a short key", { "Sec-WebSocket-Key": "dGhlIHNhbXBsZQ==" }, 400],
  ["an old version", { "Sec-WebSocket-Version": "8" }, 426],
  ["no version", { "Sec-WebSocket-Version": null }, 426],
  ["no Upgrade", { Upgrade: null }, 426],
];

Deno.test("visit: who may go on as a WebSocket, and where", () => {
  for (const [what, fields, expected] of UPGRADES) assertEquals(status(upgradeRequest(fields)), expected, what);
  assertEquals(status(upgradeRequest({}, "/")), 101);
  assertEquals(status(upgradeRequest({}, "/app.js")), 404);
  assertEquals(status(upgradeRequest().replace("GET", "HEAD")), 400);
  assertEquals(status(upgradeRequest({}, "/").replace("HTTP/1.1", "HTTP/1.0")), 200);
  const owner = (peer: string, fields = {}) => ask(upgradeRequest(fields, "/console/ws"), peer);
  assertObjectMatch(owner("127.0.0.1"), { owner: "here" });
  assertObjectMatch(owner("127.0.0.1", { Forwarded: "for=127.0.0.1" }), { owner: "elsewhere" });
  assertObjectMatch(owner("203.0.113.7"), { owner: "elsewhere" });
  assertObjectMatch(owner("127.0.0.1", { Origin: "http://evil.example" }), { status: 403 });
  // The key and the answer of RFC 6455, section 1.3.
  assertEquals(ask(upgradeRequest()), { accept: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" });
});

Deno.test("isOurs, isSameOrigin: whatever is sent is no reason to throw", () => {
  for (const text of ["", "[", "[]", "http://", "://", "%", "\t", "a:b:c", "[::1", "999.999.999.999", "x".repeat(5_000)]) {
    assertEquals(isSameOrigin(text, text), false, text);
    isOurs(text, []);
  }
});

Deno.test("headOf: each answer is guarded, takes no cookie, and says its length", () => {
  const fields = ["/", "/healthz", "/nothing", "/ws"].map((path) => new TextDecoder().decode(headOf(ask(get(path)) as Answer)));
  for (const head of fields) {
    assertMatch(head, /^HTTP\/1\.1 \d{3} [A-Z][\w ]+\r\n/);
    assertMatch(head, /\r\nContent-Security-Policy: default-src 'none'; script-src 'self'; [^\r]*frame-ancestors 'none'\r\n/);
    assertMatch(head, /\r\nX-Content-Type-Options: nosniff\r\n/);
    assertMatch(head, /\r\nReferrer-Policy: no-referrer\r\n/);
    assertMatch(head, /\r\nContent-Length: \d+\r\n\r\n$/);
    assert(!/unsafe|cookie|access-control/i.test(head), head);
  }
});
