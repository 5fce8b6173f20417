/**
 * Whom a browser believes to be talking to. Guards a server in a private network from the pages of others.
 *
 * A page from anywhere may make a browser send requests here. Two things it cannot do: choose the `Origin` that the browser puts on a WebSocket,
 * or read what has another origin than its own. So a WebSocket must come from a page of ours: its `Origin` and the `Host` must agree. The one way
 * around that is DNS rebinding: a name of the attacker's own that leads here. So the `Host` must be an address, or a name that nobody can buy:
 * one without a dot, or below a domain that is kept for private use; or one that the owner has named with `--web-host`.
 *
 * @module
 */

/** Domains for private use: RFC 6761 (localhost), RFC 6762 (local), RFC 8375 (home.arpa), ICANN's resolution 2024.07.29.06 (internal). */
const PRIVATE = ["localhost", "local", "home.arpa", "internal"];

const DEFAULT_PORT: Record<string, string> = { "http:": "80", "https:": "443" };

/**
 * Whether a `Host` is an address, a private name or one of `names`; the port is not looked at.
 *
 * @example
 * ```ts
 * import { isOurs } from "./host.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const hosts = ["192.168.1.5:12345", "[::1]:80", "localhost", "box.local", "evil.example", "chat.example"];
 * assertEquals(hosts.map((host) => isOurs(host, ["chat.example"])), [true, true, true, true, false, true]);
 * ```
 */
export function isOurs(host: string, names: readonly string[]): boolean {
  const [, address, name] = /^(?:(\[[\da-f:.]+\])|([\w.-]+?)\.?)(?::\d{0,5})?$/i.exec(host.toLowerCase()) ?? [];
  if (address !== undefined) return true;
  if (name === undefined) return false;
  if (/^\d+(\.\d+){3}$/.test(name) || !name.includes(".")) return true;
  return names.includes(name) || PRIVATE.some((domain) => name.endsWith(`.${domain}`));
}

/** Whether a `Host` is how a machine calls itself: who sits between two machines may say so too, but not to a browser. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])(:\d{0,5})?$/i.test(host);
}

/**
 * Whether an `Origin` is the page that this `Host` serves. The scheme may differ: who sits between may have taken TLS off.
 *
 * @example
 * ```ts
 * import { isSameOrigin } from "./host.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const same = (origin: string) => isSameOrigin(origin, "chat.example:12345");
 * assertEquals(["http://chat.example:12345", "http://chat.example", "http://evil.example:12345", "null"].map(same), [true, false, false, false]);
 * assertEquals(isSameOrigin("https://chat.example", "chat.example"), true);
 * ```
 */
export function isSameOrigin(origin: string, host: string): boolean {
  const own = URL.parse(`http://${host}`);
  const page = URL.parse(origin);
  if (!own || !page || !(page.protocol in DEFAULT_PORT) || page.hostname !== own.hostname) return false;
  const usual = DEFAULT_PORT[page.protocol];
  return (page.port || usual) === (own.port || usual);
}
