/**
 * What there is for a browser: the page, the WebSocket, and what other programs ask a server about itself.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { isOwnMachine } from "../../../shared/address.ts";
import { type Answer, plain, refusal } from "./answer.ts";
import { assetAnswer, type Assets } from "./assets.ts";
import { isLoopback, isOurs, isSameOrigin } from "./host.ts";
import type { Head, Refused } from "./http_head.ts";

/** Fields of what passes on what others send, besides those that begin with `x-forwarded-`. */
const PASSED_ON = ["forwarded", "via", "x-real-ip"];
/** Where the WebSocket is; at `/` too, for those who give a host and no path. */
const WEB_SOCKET = ["/ws", "/"];
/** The WebSocket of the server's window. */
const CONSOLE = "/console/ws";
/** RFC 6455, section 1.3. */
const WEB_SOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** A site and what it may tell. */
export interface Site {
  readonly assets: Assets;
  /** Names that browsers may know the server by, besides addresses and private names, in lower case. */
  readonly names: readonly string[];
  /** The server's figures, as Prometheus reads them. */
  readonly metrics: () => string;
}

/** A request to go on as a WebSocket that is granted. */
export interface Upgrade {
  /** The `Sec-WebSocket-Accept` of the answer. */
  readonly accept: string;
  /** Who opens the server's window, and where; otherwise it is a chat. */
  readonly owner?: "here" | "elsewhere";
}

/** What a request gets. @param peer The address that it really came from. */
export function visit(site: Site, head: Head, peer: string): Answer | Upgrade {
  const { path, fields } = head;
  if (path === "/healthz") return plain(200, "ok");
  if (!isOurs(head.host, site.names)) return stranger(head.host);
  if (wants(fields.get("upgrade"), "websocket")) {
    const upgrade = upgradeOf(head);
    if ("status" in upgrade) return refusal(upgrade);
    return path === CONSOLE ? { ...upgrade, owner: isHere(peer, head) ? "here" : "elsewhere" } : upgrade;
  }
  if (path === "/ws" || path === CONSOLE) return plain(426, "This is where WebSockets connect.", { Upgrade: "websocket" });
  if (path === "/metrics") {
    if (!isHere(peer, head)) return plain(403, "The figures are for the server's own machine only.");
    return plain(200, site.metrics().trimEnd(), { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" });
  }
  return assetAnswer(site.assets, path, fields.get("if-none-match"));
}

/** Sends a request to the same place of the same port, encrypted. */
export function toHttps({ names }: Site, { host, path }: Head): Answer {
  return isOurs(host, names) ? plain(308, "This server is encrypted.", { Location: `https://${host}${path}` }) : stranger(host);
}

/** Whether a request comes from the server's own machine, and not through something there that passes on what others send. */
function isHere(peer: string, { host, fields }: Head): boolean {
  const passedOn = [...fields.keys()].some((name) => PASSED_ON.includes(name) || name.startsWith("x-forwarded-"));
  return !passedOn && isLoopback(host) && isOwnMachine(peer);
}

function upgradeOf({ method, path, host, fields }: Head): Upgrade | Refused {
  const origin = fields.get("origin");
  const key = fields.get("sec-websocket-key");
  if (path !== CONSOLE && !WEB_SOCKET.includes(path)) return { status: 404, text: "There is no WebSocket here. It is at /ws" };
  // A program that is no browser says no origin.
  if (origin !== undefined && !isSameOrigin(origin, host)) return { status: 403, text: "A page of another site may not connect here." };
  if (fields.get("sec-websocket-version") !== "13") {
    return { status: 426, text: "This server speaks version 13.", fields: { "Upgrade": "websocket", "Sec-WebSocket-Version": "13" } };
  }
  if (method !== "GET" || !wants(fields.get("connection"), "upgrade") || !key || !/^[A-Za-z\d+/]{22}==$/.test(key)) {
    return { status: 400, text: "This is not how a WebSocket begins (RFC 6455, section 4.1)." };
  }
  return { accept: createHash("sha1").update(key + WEB_SOCKET_GUID).digest("base64") };
}

/** Whether a list of words holds one of them. */
function wants(list: string | undefined, word: string): boolean {
  return list?.split(",").some((item) => item.trim().toLowerCase() === word) ?? false;
}

function stranger(host: string): Answer {
  const name = /^[\w.-]{1,253}(?=:|$)/.exec(host)?.[0] ?? "NAME";
  return plain(421, `This server does not know itself by this name. Its owner can tell it to: chat server --web-host ${name}`);
}
