import { assert, assertEquals, assertMatch } from "@std/assert";
import { exchange, Peer, Program, startServer } from "../harness.ts";
import { soon } from "../soon.ts";
import { clientFrame, OP, upgradeRequest, WebPeer } from "../web_peer.ts";

function get(path: string, ...fields: string[]): string {
  return [`GET ${path} HTTP/1.1`, "Host: 127.0.0.1", ...fields, "", ""].join("\r\n");
}

function hello(name: string): string {
  return JSON.stringify({ kind: "hello", v: [1], name });
}

Deno.test("web: netcat, frames, a page and a WebSocket in text mode are in one room", async () => {
  await using server = await startServer();
  using netcat = await Peer.named(server.port, "netcat");
  using frames = await Peer.framed(server.port, "frames");
  using page = await WebPeer.framed(server.port, "page");
  using text = await WebPeer.named(server.port, "text");
  await server.program.stderr.match(/connected \(web\)/);
  await page.send('{"kind":"say","ref":"r1","room":"lobby","text":"from the page"}\n');
  await page.match(/"ref":"r1"/);
  await text.send("from a WebSocket");
  await page.match(/"by":"text".*"text":"from a WebSocket"/);
  await netcat.send("from netcat\n");
  for (const peer of [page, frames.lines]) await peer.match(/"text":"from netcat"/);
  assertEquals(await netcat.lines.match(/^page: /), "page: from the page");
  assertEquals(await netcat.lines.match(/^text: /), "text: from a WebSocket");
  assertEquals(await text.match(/^page: /), "page: from the page");
  // Its own message is not sent back to it, as at netcat.
  assertEquals(await text.next(), "netcat: from netcat");
  await text.send("bye");
  assertEquals(await text.next(), "* Bye, text (1 message sent).");
  assertEquals(await text.closed(), 1000);
  assert(await text.over());
});

Deno.test("web: a WebSocket of another make speaks both modes", async () => {
  await using server = await startServer();
  const say = async (...messages: string[]) => {
    const socket = new WebSocket(`ws://localhost:${server.port}/ws`);
    const lines: string[] = [];
    const { promise, resolve } = Promise.withResolvers<number>();
    socket.onopen = () => messages.forEach((message) => socket.send(message));
    socket.onmessage = ({ data }) => lines.push(...data.split("\n").slice(0, -1));
    socket.onclose = ({ code }) => resolve(code);
    assertEquals(await soon(promise, "the end of a WebSocket"), 1000);
    return lines;
  };
  assertEquals(await say("bob\nhi", "bye\n"), [
    "* Hello bob. Nobody else is here yet. Type a message and press Enter; bye leaves.",
    "* Bye, bob (1 message sent).",
  ]);
  const frames = await say(`${hello("carl")}\n{"kind":"say","ref":"r","room":"lobby","text":"hi"}`, '{"kind":"bye"}');
  assertEquals(frames.map((line) => JSON.parse(line).kind), ["welcome", "entry", "bye"]);
});

Deno.test("web: what is said along with the request is heard", async () => {
  await using server = await startServer();
  const said = ["bob", "hi", "bye"].flatMap((text) => [...clientFrame(text)]);
  const answer = await exchange(server.port, Uint8Array.of(...new TextEncoder().encode(upgradeRequest()), ...said));
  assertMatch(answer, /^HTTP\/1\.1 101 .*\* Hello bob\..*\* Bye, bob \(1 message sent\)\.\n/s);
});

Deno.test("web: who says nothing on a WebSocket is asked for a name", async () => {
  await using server = await startServer();
  using quiet = await WebPeer.connect(server.port);
  assertEquals(await quiet.next(), "* Enter your name:");
  // What looks like HTTP is a name here like any other, and refused as one.
  await quiet.send("GET / HTTP/1.1");
  assertMatch(await quiet.next() ?? "", /^! .*Enter another name:$/);
  await quiet.send(hello("late"));
  assertMatch(await quiet.next() ?? "", /^! .*Enter another name:$/);
  using late = await WebPeer.connect(server.port);
  assertEquals(await late.next(), "* Enter your name:");
  await late.send(hello("late"));
  await late.match(/"kind":"welcome"/);
});

Deno.test("web: a page that goes away keeps its name, comes back, and misses nothing", async () => {
  await using server = await startServer();
  using alice = await Peer.named(server.port, "alice");
  using before = await WebPeer.connect(server.port);
  await before.send(hello("bob"));
  const { token, epoch } = JSON.parse(await before.match(/"kind":"welcome"/));
  await before.send(Uint8Array.of(3, 233), { opcode: OP.close });
  assertEquals(await before.closed(), 1001);
  await server.program.stderr.match(/bob left .*closed with 1001/);
  await alice.send("meanwhile\n");
  using after = await WebPeer.connect(server.port);
  await after.send(JSON.stringify({ kind: "resume", v: [1], token, epoch, cursors: { lobby: 0 } }));
  assertMatch(await after.next() ?? "", /"kind":"welcome".*"nick":"bob".*"resumed":true/);
  await after.match(/"text":"meanwhile"/);
  assertEquals(await alice.end(), ["* bob joined", "* Bye, alice (1 message sent)."]);
});

Deno.test("web: a stop tells a page, and ends its WebSocket as is proper", async () => {
  const server = await startServer();
  using page = await WebPeer.framed(server.port, "page");
  const stopped = server[Symbol.asyncDispose]();
  await page.match(/"kind":"bye","reason":"restart"/);
  assertEquals(await page.closed(), 1000);
  await stopped;
});

Deno.test("web: answers of every kind, in HTTP, and nobody becomes a user", async () => {
  await using server = await startServer("--web-host", "chat.example,other.example");
  using alice = await Peer.named(server.port, "alice");
  const status = async (...pieces: string[]) => {
    const answer = await exchange(server.port, ...pieces);
    const [head, body] = answer.split("\r\n\r\n");
    assertEquals(Number(head.match(/\r\nContent-Length: (\d+)/)?.[1]), body.length);
    assertMatch(head, /\r\nContent-Security-Policy: default-src 'none';/);
    return Number(head.match(/^HTTP\/1\.1 (\d{3}) /)?.[1]);
  };
  assertEquals(await status(get("/healthz")), 200);
  assertEquals(await status(...get("/healthz")), 200, "byte by byte");
  assertEquals(await status(get("/metrics")), 200);
  assertEquals(await status(get("/metrics", "X-Forwarded-For: 127.0.0.1")), 403);
  assertEquals(await status(get("/../main.ts")), 404);
  assertEquals(await status(get("/healthz").replace("127.0.0.1", "evil.example")), 200);
  assertEquals(await status(get("/").replace("127.0.0.1", "evil.example")), 421);
  assertEquals(await status(get("/nothing").replace("127.0.0.1", "other.example")), 404);
  assertEquals(await status(get("/ws")), 426);
  assertEquals(await status(upgradeRequest({ Origin: "http://evil.example" })), 403);
  assertEquals(await status("POST /login HTTP/1.0\r\n\r\nbob\n"), 405);
  assertEquals(await status("CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n"), 405);
  assertEquals(await status("GET / HTTP/1.0\n\n"), 400);
  assertEquals(await status("GET /", " HTTP/1.1\r\nHo"), 400, "half a head");
  assertEquals(await status(`GET /${"x".repeat(9_000)}`), 414);
  assertEquals(await status(get("/", `A: ${"x".repeat(9_000)}`)), 431);
  const only = await exchange(server.port, get("/healthz").replace("GET", "HEAD"));
  assertMatch(only, /^HTTP\/1\.1 200 OK\r\n[^]*\r\nContent-Length: 3\r\n\r\n$/);
  await server.program.stderr.match(/turned away: sent a request that is refused: 431/);
  assertEquals(await alice.end(), ["* Bye, alice (0 messages sent)."]);
});

Deno.test("web: figures", async () => {
  await using server = await startServer();
  using page = await WebPeer.framed(server.port, "page");
  await page.send('{"kind":"say","ref":"r1","room":"lobby","text":"hi"}');
  await page.match(/"ref":"r1"/);
  const answer = await exchange(server.port, get("/metrics"));
  for (const figure of ["connections 2", "connections_accepted_total 1", "sessions 1", "messages_total 1", "commits_total 1"]) {
    assert(answer.includes(`\nchat_${figure}\n`), `${figure} in ${answer}`);
  }
  assertMatch(answer, /\nprocess_resident_memory_bytes \d{7,}\n/);
});

Deno.test("web: a head that takes more than 5 s is answered, and delays nobody", async () => {
  await using server = await startServer();
  using slow = await Peer.connect(server.port);
  await slow.send("GET / HTTP/1.1\r\nHost: x");
  using alice = await Peer.named(server.port, "alice");
  const started = performance.now();
  assertEquals(await slow.lines.next(), "HTTP/1.1 408 Request Timeout");
  const took = performance.now() - started;
  assert(took > 4_000 && took < 7_000, `${took} ms`);
  await slow.lines.rest();
  assertEquals(await alice.end(), ["* Bye, alice (0 messages sent)."]);
});

const HOSTILE: readonly [what: string, bytes: Uint8Array, code: number][] = [
  ["unmasked", clientFrame("x", { mask: false }), 1002],
  ["binary", clientFrame("x", { opcode: OP.binary }), 1003],
  ["not UTF-8", clientFrame(Uint8Array.of(0xff)), 1007],
  ["too big", clientFrame("x", { length: 1 << 30 }), 1009],
  ["too big in fragments", new Uint8Array(Array(3).fill([...clientFrame("x".repeat(30_000), { opcode: 0, fin: false })]).flat()), 1009],
  ["a bad close code", clientFrame(Uint8Array.of(3, 237), { opcode: OP.close }), 1002],
];

Deno.test("web: what is no message ends one WebSocket with its code; the neighbours chat on", async () => {
  await using server = await startServer();
  using alice = await WebPeer.framed(server.port, "alice");
  for (const [i, [what, bytes, code]] of HOSTILE.entries()) {
    using hostile = await WebPeer.named(server.port, `hostile${i}`);
    // Fragments go on with a message that has begun.
    if (what.endsWith("fragments")) await hostile.send("x", { fin: false });
    await hostile.write(bytes);
    assertEquals(await hostile.closed(), code, what);
    assert(await hostile.over(), what);
    await alice.match(new RegExp(`"kind":"left".*"hostile${i}"`));
  }
  using bob = await Peer.named(server.port, "bob");
  await bob.send("still here\n");
  await alice.match(/"text":"still here"/);
});

Deno.test("web: a page that never reads delays nobody, and pings are answered in the midst of it all", async () => {
  await using server = await startServer("--limits", "off");
  using deaf = await WebPeer.framed(server.port, "deaf");
  using page = await WebPeer.framed(server.port, "page");
  using alice = await Peer.named(server.port, "alice");
  const text = "x".repeat(4_000);
  const heard = (async () => {
    for (let n = 0; n < 3_000; n++) {
      if (n % 500 === 0) await page.send(`${n}`, { opcode: OP.ping });
      const line = await page.match(/"kind":"entry"/);
      assertEquals(JSON.parse(line).text, `${n} ${text}`);
    }
  })();
  for (let n = 0; n < 3_000; n++) await alice.send(`${n} ${text}\n`);
  await heard;
  await deaf.match(/"text":"0 x/);
});

Deno.test("web: one address may connect so many times, whatever it speaks", async () => {
  await using server = await startServer("--max-per-address", "2");
  using page = await WebPeer.framed(server.port, "page");
  using alice = await Peer.named(server.port, "alice");
  assertMatch(await exchange(server.port, get("/healthz")), /^! Too many connections from 127\.0\.0\.1/);
  await page.send("", { opcode: OP.close });
  await alice.lines.match(/^\* page left/);
});

Deno.test("C11 shutdown: a browser that pings without end keeps nobody from the farewell", async () => {
  const server = new Program("server", "--ephemeral", "--port", "0");
  const port = Number((await server.stdout.next())?.split(":").at(-1));
  using pinger = await WebPeer.framed(port, "pinger");
  using alice = await Peer.named(port, "alice");
  const ping = clientFrame("", { opcode: OP.ping });
  await pinger.write(Uint8Array.from({ length: 700 * ping.length }, (_, i) => ping[i % ping.length]));
  while ((await pinger.frame())?.opcode !== OP.pong);
  server.kill("SIGTERM");
  await alice.lines.match(/^\* The server is stopping\./);
  assertEquals(await server.exit(), 0);
});
