/**
 * Requests that are none, or that pretend; WebSockets that break their rules.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { exchange } from "../../../harness.ts";
import { clientFrame, type FrameOptions, OP, upgradeRequest, WebPeer } from "../../../web_peer.ts";
import { compare, Foe, hello } from "../foe.ts";
import { type Group, HUSH, type Row } from "../row.ts";

/** Header fields for a request. */
const LOCAL = ["Host: localhost"];
const NOT_HTTP = "This is not a request of HTTP/1.1";

function request(target: string, fields: readonly string[] = LOCAL, method = "GET", version = "HTTP/1.1"): string {
  return [`${method} ${target} ${version}`, ...fields, "", ""].join("\r\n");
}

/** A row: a request, and the status and body that answer it. */
function asks(what: string, sent: string, status: number, body: string | RegExp): Row {
  return {
    name: what,
    attack: async ({ port }) => {
      const [head, answer] = (await exchange(port, sent)).split("\r\n\r\n");
      assertEquals(head.slice(0, 12), `HTTP/1.1 ${status}`);
      compare([answer.trimEnd()], [body]);
      assert(!answer.includes(HUSH), "a request is not given back");
    },
  };
}

/** A row: a request for an upgrade that is not granted. */
function noUpgrade(what: string, fields: Readonly<Record<string, string | null>>, status: number, body: string, path = "/ws"): Row {
  return asks(`upgrade: ${what}`, upgradeRequest(fields, path), status, body);
}

/** A row: WebSocket frames that end it with this code, while somebody is in, in frames. */
function breaks(what: string, code: number | undefined, ...sent: readonly Uint8Array[]): Row {
  return {
    name: `WebSocket: ${what}`,
    attack: async ({ port }) => {
      using page = await WebPeer.connect(port);
      await page.send(hello(`w-${crypto.randomUUID().slice(0, 8)}`, { rooms: ["webs-den"] }));
      await page.match(/"kind":"welcome"/);
      for (const bytes of sent) await page.write(bytes).catch(() => undefined); // It may end in the midst of them.
      assertEquals(await page.closed(), code);
    },
  };
}

const frame = (payload: string | Uint8Array, options: FrameOptions = {}) => clientFrame(payload, options);
const fields = (n: number) => Array.from({ length: n }, (_, i) => `X-${i}: 1`);

export const web: Group = {
  name: "web",
  rows: [
    asks("a path out of the folder", request("/../../../etc/passwd"), 404, /./),
    asks("a path out of the folder, encoded", request("/%2e%2e/%2e%2e/etc/passwd"), 404, /./),
    asks("a path out of the folder, with backslashes", request("/..\\..\\etc\\passwd"), 404, /./),
    asks("a path of NUL", request("/app.js%00.html"), 404, /./),
    asks("the source", request("/server/hub.ts"), 404, /./),
    asks("a file of the data folder", request("/chat.db"), 404, /./),
    asks("the program's insides", request("/__proto__"), 404, /./),
    asks("a link with something to be kept quiet", request(`/nothing?q=${HUSH}`), 404, /./),
    asks("POST", request("/", ["Host: localhost", "Content-Length: 0"], "POST"), 405, "Only GET and HEAD are answered here."),
    asks("TRACE", request("/", LOCAL, "TRACE"), 405, "Only GET and HEAD are answered here."),
    asks("CONNECT, as to a proxy", request("evil.example:443", LOCAL, "CONNECT"), 405, "Only GET and HEAD are answered here."),
    asks(
      "a request to a proxy",
      request("http://evil.example/"),
      421,
      /^This server does not know itself by this name\. .*--web-host evil\.example$/,
    ),
    asks("a body", request("/", ["Host: localhost", "Content-Length: 5"]) + "hello", 413, "Requests with a body are not taken."),
    asks(
      "a body in chunks",
      request("/", ["Host: localhost", "Transfer-Encoding: chunked"]) + "0\r\n\r\n",
      413,
      "Requests with a body are not taken.",
    ),
    asks(
      "a length in words",
      request("/", ["Host: localhost", "Content-Length: 1, 1"]),
      400,
      `${NOT_HTTP}: its Content-Length is not a number.`,
    ),
    asks(
      "two lengths",
      request("/", ["Host: localhost", "Content-Length: 0", "Content-Length: 1"]),
      400,
      `${NOT_HTTP}: the field content-length comes twice.`,
    ),
    asks("two hosts", request("/", ["Host: localhost", "Host: evil.example"]), 400, `${NOT_HTTP}: the field host comes twice.`),
    asks("no host", request("/", []), 400, `${NOT_HTTP}: it does not say for which host it is.`),
    asks("a stranger's host, as with DNS rebinding", request("/", ["Host: evil.example"]), 421, /./),
    asks("a host with a sequence", request("/", ["Host: \x1b[31mx"]), 400, `${NOT_HTTP}: the field host holds control characters.`),
    asks("a field on two lines", request("/", ["Host: localhost", "X: 1", " 2"]), 400, `${NOT_HTTP}: a field goes on over two lines.`),
    asks("white space before a colon", request("/", ["Host : localhost"]), 400, `${NOT_HTTP}: a field has no name.`),
    asks("line feeds alone", "GET / HTTP/1.1\nHost: localhost\n\n", 400, `${NOT_HTTP}: a line ends without a carriage return.`),
    asks("version 2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "This server speaks HTTP/1.1."),
    asks("version 9", request("/", LOCAL, "GET", "HTTP/9.9"), 505, "This server speaks HTTP/1.1."),
    asks("65 fields", request("/", [...LOCAL, ...fields(64)]), 431, "The head of the request is too large: more than 64 fields."),
    asks(
      "a head of 8 KiB and more",
      request("/", [...LOCAL, `X: ${"x".repeat(8_192)}`]),
      431,
      "The head of the request is too large: more than 8192 bytes.",
    ),
    asks("a target of 2 KiB and more", request(`/${"x".repeat(2_048)}`), 414, "The address is too long: more than 2048 bytes."),
    asks("a target of 16 KiB", request(`/${"x".repeat(16_384)}`), 414, "The address is too long: more than 2048 bytes."),
    asks("a request line without a target", "GET / \r\n\r\n", 400, `${NOT_HTTP}: the request line is not METHOD TARGET HTTP/1.1.`),
    asks("half a request", "GET / HTTP/1.1\r\nHost: x", 400, "The request ended in the middle of its head."),
    asks(
      "figures, through a proxy",
      request("/metrics", [...LOCAL, "X-Forwarded-For: 127.0.0.1"]),
      403,
      "The figures are for the server's own machine only.",
    ),
    asks("figures, by a stranger's name", request("/metrics", ["Host: evil.example"]), 421, /./),
    {
      name: "a second request on a connection is not read",
      attack: async ({ port }) =>
        assertEquals((await exchange(port, request("/healthz"), request("/healthz"))).match(/HTTP\/1\.1/g)?.length, 1),
    },
    {
      name: "no request makes anybody a user",
      attack: async (scene) => {
        using foe = await Foe.framed(scene, "w35", { rooms: ["w35s-den"] });
        await exchange(scene.port, "POST / HTTP/1.1\r\nHost: localhost\r\n\r\nbob3\nhello\n");
        await foe.send('{"kind":"who","ref":"1","room":"lobby"}\n');
        assert(!/bob3|POST/.test(await foe.until(/"ref":"1"/)));
      },
    },
    noUpgrade("no key", { "Sec-WebSocket-Key": null }, 400, "This is not how a WebSocket begins (RFC 6455, section 4.1)."),
    noUpgrade("half a key", { "Sec-WebSocket-Key": "dGhl" }, 400, "This is not how a WebSocket begins (RFC 6455, section 4.1)."),
    noUpgrade("no word of an upgrade", { "Connection": "close" }, 400, "This is not how a WebSocket begins (RFC 6455, section 4.1)."),
    noUpgrade("version 8", { "Sec-WebSocket-Version": "8" }, 426, "This server speaks version 13."),
    noUpgrade("a page of another site", { "Origin": "https://evil.example" }, 403, "A page of another site may not connect here."),
    noUpgrade("a page of no site", { "Origin": "null" }, 403, "A page of another site may not connect here."),
    noUpgrade("a page of another port", { "Origin": "http://127.0.0.1:1" }, 403, "A page of another site may not connect here."),
    noUpgrade("elsewhere", {}, 404, "There is no WebSocket here. It is at /ws", "/socket"),
    noUpgrade(
      "the server's window, from a page of another site",
      { "Origin": "http://evil.example" },
      403,
      "A page of another site may not connect here.",
      "/console/ws",
    ),
    breaks("a frame without a mask", 1002, frame("x", { mask: false })),
    breaks("a frame of a kind that there is not", 1002, frame("x", { opcode: 3 })),
    breaks("a reserved bit", 1002, frame("x", { reserved: 0x40 })),
    breaks("a binary message", 1003, frame("x", { opcode: OP.binary })),
    breaks("text that is no UTF-8", 1007, frame(Uint8Array.of(0xc3, 0x28))),
    breaks("a continuation of nothing", 1002, frame("x", { opcode: OP.continuation })),
    breaks("a message within a message", 1002, frame("x", { fin: false }), frame("y")),
    breaks("a ping of 126 bytes", 1002, frame("x".repeat(126), { opcode: OP.ping })),
    breaks("a ping in pieces", 1002, frame("x", { opcode: OP.ping, fin: false })),
    breaks("a close of one byte", 1002, frame(Uint8Array.of(3), { opcode: OP.close })),
    breaks("a close with a code that there is not", 1002, frame(Uint8Array.of(0, 1), { opcode: OP.close })),
    breaks("a close with a reason that is no UTF-8", 1007, frame(Uint8Array.of(3, 0xe8, 0xc3, 0x28), { opcode: OP.close })),
    breaks("a message that says it has 2^53 bytes", 1009, frame("x", { length: 2 ** 53 - 1 })),
    breaks("a message of more than 64 KiB", 1009, frame("x".repeat(65_537))),
    breaks(
      "a message of more than 64 KiB in pieces",
      1009,
      frame("x".repeat(40_000), { fin: false }),
      frame("x".repeat(40_000), { opcode: OP.continuation }),
    ),
    breaks(
      "a message in 2,000 pieces",
      1008,
      frame("x", { fin: false }),
      ...Array.from({ length: 2_000 }, () => frame("x", { fin: false, opcode: OP.continuation })),
    ),
    breaks(
      "pieces of nothing by the thousand",
      1008,
      frame("", { fin: false }),
      ...Array.from({ length: 2_000 }, () => frame("", { fin: false, opcode: OP.continuation })),
    ),
    {
      name: "WebSocket: 40 pings at once; the newest is answered",
      attack: async ({ port }) => {
        using page = await WebPeer.connect(port);
        await page.send(hello("w62", { rooms: ["w62s-den"] }));
        await page.match(/"kind":"welcome"/);
        await page.write(Uint8Array.from(Array.from({ length: 40 }, (_, i) => [...frame(`${i}`, { opcode: OP.ping })]).flat()));
        let answers = 0;
        for (let pong = await page.frame(); pong; pong = await page.frame()) {
          answers++;
          if (new TextDecoder().decode(pong.payload) === "39") break;
        }
        assert(answers <= 40);
      },
    },
    {
      name: "WebSocket: the server's window with a key that was guessed",
      attack: async ({ port }) => {
        using page = await WebPeer.connect(port, {}, "/console/ws");
        await page.send(JSON.stringify({ kind: "key", key: HUSH }));
        await page.send("x".repeat(1_000));
        assertMatch(String(await page.closed()), /^1\d\d\d$/);
      },
    },
    {
      name: "WebSocket: gone without a close",
      attack: async ({ port }) => {
        using page = await WebPeer.connect(port);
        await page.send(hello("w64", { rooms: ["w64s-den"] }));
        await page.match(/"kind":"welcome"/);
      },
    },
    {
      name: "a head of which a byte comes at a time, and then none",
      attack: async (scene) => {
        using foe = await Foe.connect(scene);
        for (const byte of "GET / HTTP/1.1\r\nHost: a") await foe.send(byte);
        assertMatch(await foe.rest(), /^HTTP\/1\.1 408 [^]*The request took longer than 5 seconds\.\n$/);
      },
    },
  ],
};
