/**
 * What a browser sends, and what is made of it on its page.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { pieces } from "../../../client/web/rich_text.ts";
import { mentionOf } from "../../../client/mentions.ts";
import { ConsoleWindow } from "../../../server/console/console_window.ts";
import { isLoopback, isOurs, isSameOrigin } from "../../../server/transports/web/host.ts";
import { type Head, HEAD_BYTES, HeadReader, type Refused } from "../../../server/transports/web/http_head.ts";
import { WebSocket } from "../../../server/transports/web/web_socket.ts";
import { decodeConsoleRequest } from "../../../shared/console.ts";
import { LIMITS } from "../../../shared/protocol.ts";
import { byteLength, cleanText, isClean } from "../../../shared/text.ts";
import { clientFrame, OP, upgradeRequest } from "../../web_peer.ts";
import { bytesOf, cutAnywhere, inputFrom, type Target, textOf } from "../target.ts";
import { ChunkSocket } from "./chunk_socket.ts";

/** Gives a reader chunks until it knows; returns what it knows, and what it has not used. */
function read(chunks: readonly Uint8Array[]): { result: Head | Refused | undefined; rest: number } {
  const reader = new HeadReader();
  for (const [i, chunk] of chunks.entries()) {
    const result = reader.push(chunk);
    if (result) return { result, rest: reader.rest.length + chunks.slice(i + 1).reduce((sum, { length }) => sum + length, 0) };
  }
  return { result: undefined, rest: 0 };
}

/** A head is the same however it is cut, refused when it is over the limit, and has nothing in it that could begin another line. */
const heads: Target = {
  name: "http head",
  grammar: {
    examples: [
      "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
      "HEAD /?a=1 HTTP/1.0\r\n\r\nrest",
      "GET http://x:80/a?b HTTP/1.1\r\nHost: y\r\nAccept: a\r\nAccept: b\r\n\r\n",
      upgradeRequest({ Origin: "http://127.0.0.1" }),
    ],
    tokens: [
      "\r\n",
      "\r\n\r\n",
      "\n",
      "\r",
      "GET ",
      "/",
      " HTTP/1.1",
      "Host: x",
      "Content-Length: 5",
      "Transfer-Encoding: chunked",
      ": ",
      ":",
      " ",
      "\t",
      "#",
      "?",
      "%",
      "x",
    ],
    longest: HEAD_BYTES + 64,
  },
  check: (input, random) => {
    const bytes = bytesOf(input);
    const { result, rest } = read([bytes]);
    const cut = read(cutAnywhere(bytes, random));
    assertEquals(cut.result, result);
    assert(result === undefined ? bytes.length < HEAD_BYTES : true, "a head over the limit is waited for");
    if (result === undefined) return;
    if ("status" in result) return assert(/^[\x20-\x7e]+$/.test(result.text), `not for people: ${JSON.stringify(result.text)}`);
    assert(cut.rest === rest, "what comes after the head is lost");
    assert(result.path.startsWith("/") && !/[?#\s]/.test(result.path), `the path is ${JSON.stringify(result.path)}`);
    // deno-lint-ignore no-control-regex
    for (const value of [result.host, ...result.fields.keys(), ...result.fields.values()]) assert(!/[\0-\x08\x0a-\x1f\x7f]/.test(value));
  },
};

/** A host that is ours is a name or an address and nothing else; only what a host serves has its origin. */
const hosts: Target = {
  name: "hosts and origins",
  grammar: {
    examples: ["192.168.1.5:12345", "[::1]:80", "localhost", "box.local", "evil.example", "http://chat.example:12345", "null"],
    tokens: [
      "http://",
      "https://",
      ".",
      ":",
      "[",
      "]",
      "::",
      "80",
      "local",
      ".local",
      "localhost",
      "127.0.0.1",
      "@",
      "/",
      "%2e",
      "a",
      "-",
      "_",
    ],
    longest: HEAD_BYTES,
  },
  check: (input) => {
    const text = textOf(input);
    if (isOurs(text, [])) assert(/^[\w.:[\]-]+$/u.test(text.toLowerCase()), `ours: ${JSON.stringify(text)}`);
    if (isLoopback(text)) assert(isOurs(text, []), `loopback and not ours: ${JSON.stringify(text)}`);
    if (isSameOrigin(text, "chat.example:1")) assert(URL.parse(text)?.hostname === "chat.example");
    isSameOrigin("http://chat.example:1", text);
  },
};

const frame = (...args: Parameters<typeof clientFrame>) => inputFrom(clientFrame(...args));

/** What comes is whole lines of UTF-8, and no more than was sent; it is over cleanly or with a reason; and all is the same however it is cut. */
const webSockets: Target = {
  name: "web socket",
  // Each is a connection.
  share: 0.25,
  grammar: {
    examples: [
      frame("hi\n") + frame(Uint8Array.of(3, 232), { opcode: OP.close }),
      frame("one", { fin: false }) + frame("", { opcode: OP.ping }) + frame("two", { opcode: OP.continuation }),
      frame("é日😀\nline"),
      frame("x".repeat(200)),
    ],
    tokens: [
      frame("a"),
      frame(""),
      frame("\n"),
      frame("a", { fin: false }),
      frame("b", { opcode: OP.continuation, fin: false }),
      frame("c", { opcode: OP.continuation }),
      frame("p", { opcode: OP.ping }),
      frame("", { opcode: OP.pong }),
      frame("", { opcode: OP.close }),
      frame(Uint8Array.of(0xc3), { fin: false }),
      frame("b", { opcode: OP.binary }),
      frame("a", { mask: false }),
      frame("", { length: LIMITS.runawayBytes + 1 }),
      frame("", { length: 2 ** 32 - 1 }),
      "\x81",
      "\xff",
      "\x00",
    ],
    longest: LIMITS.frameBytes,
  },
  check: async (input, random) => {
    const bytes = bytesOf(input);
    const whole = await received([bytes]);
    const cut = await received(cutAnywhere(bytes, random));
    assertEquals(cut, whole);
    assert(whole.text === "" || whole.text.endsWith("\n"), "a line without its end");
    assert(whole.text.length <= bytes.length, "more than was sent");
    assert(whole.ended !== (whole.broken !== undefined), "neither over cleanly nor broken");
  },
};

async function received(chunks: readonly Uint8Array[]): Promise<{ text: string; ended: boolean; broken: string | undefined }> {
  const webSocket = new WebSocket(new ChunkSocket(chunks));
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let text = "";
  for (let bytes = await webSocket.read(); bytes !== null; bytes = await webSocket.read()) text += decoder.decode(bytes);
  const { ended, broken } = webSocket;
  return { text, ended, broken };
}

/** The pieces are the text in its order, but for the marks around code; a link leads to `http` or `https`. */
const richText: Target = {
  name: "rich text",
  grammar: {
    examples: [
      "see https://deno.com.",
      "(http://a/b_(c))",
      "`code` and ```\nblock\n```",
      "@bob: hi",
      "http://user@evil/ http://xn--e1afmkfd/",
    ],
    tokens: [
      "`",
      "```",
      "http://",
      "HTTPS://",
      "a",
      "/",
      ".",
      ",",
      "(",
      ")",
      "[",
      "]",
      "}",
      "*",
      "_",
      "bob",
      "@",
      " ",
      "\n",
      "?",
      "#",
      ":80",
      "日",
    ],
    longest: LIMITS.textBytes,
  },
  check: (input) => {
    const text = cleanText(textOf(input), { newlines: true });
    const found = pieces(text, mentionOf("bob"));
    let at = 0;
    for (const piece of found) {
      const index = text.indexOf(piece.text, at);
      assert(index >= at && /^[`\n]*$/.test(text.slice(at, index)), `something is missing before ${JSON.stringify(piece.text)}`);
      at = index + piece.text.length;
      if (piece.kind === "link") assert(/^https?:\/\//.test(piece.href));
    }
    assert(/^[`\n]*$/.test(text.slice(at)), "the end is missing");
  },
};

/** What an owner's window asks for is clean, as long as may be, and understood again as the same; and so it is however it is cut. */
const consoles: Target = {
  name: "console",
  share: 0.25,
  grammar: {
    examples: [
      '{"kind":"open","key":"k"}\n{"kind":"notice","text":"back at five"}\n',
      '{"kind":"open"}\n{"kind":"disconnect","id":"s1"}\n',
      '{"kind":"notice","text":"\\u001b[31mred"}\n',
    ],
    tokens: [
      ...'{}[],:"\\\n',
      '"kind":',
      '"open"',
      '"notice"',
      '"disconnect"',
      '"text":',
      '"id":',
      '"key":',
      "null",
      '"\\ud800"',
      "\x9b",
      "\xff",
    ],
    longest: LIMITS.frameBytes,
  },
  check: async (input, random) => {
    const bytes = bytesOf(input);
    const requests = await Array.fromAsync(new ConsoleWindow(new ChunkSocket([bytes])));
    assertEquals(await Array.fromAsync(new ConsoleWindow(new ChunkSocket(cutAnywhere(bytes, random)))), requests);
    for (const request of requests) {
      if (request === undefined) continue;
      assertEquals(decodeConsoleRequest(JSON.stringify(request)), request);
      if (request.kind !== "notice") continue;
      assert(isClean(request.text) && byteLength(request.text) <= LIMITS.textBytes && request.text !== "", JSON.stringify(request.text));
    }
  },
};

export const WEB: readonly Target[] = [heads, hosts, webSockets, richText, consoles];
