/**
 * What the client is told before it starts.
 *
 * @module
 */
import { isFingerprint } from "../shared/fingerprint.ts";
import { hostAndPort } from "../shared/text.ts";

/** Where the client looks for a server when nobody says where. */
export const DEFAULT_HOST = "127.0.0.1";
/** The port a server listens on when nobody says otherwise. */
export const DEFAULT_PORT = 12345;
/** Both, as people write them. */
export const DEFAULT_ADDRESS = `${DEFAULT_HOST}:${DEFAULT_PORT}`;

/** The client's settings, checked. */
export interface ClientConfig extends Address {
  /** The name to chat under; `undefined` asks for it. */
  name: string | undefined;
  /** Take and print frames instead of lines of text. */
  json: boolean;
  /** Print one line after the other and never redraw: no colour, no status line. */
  plain: boolean;
  /** The terminal can move no cursor: `TERM=dumb`. */
  dumb: boolean;
  /** Ring the terminal's bell when somebody says our name. */
  bell: boolean;
  /** `auto`: where the output is a terminal. */
  colour: Colour;
  timeFormat: TimeFormat;
  folders: ClientFolders;
  access: Access;
}

/** What is given to a server that asks for a password. Nothing of it is ever written down. */
export interface Access {
  /** The password, or the code of an invite; `undefined` where none is at hand. */
  readonly password: string | undefined;
  /** Whether it may go to another machine over a connection that is not encrypted. */
  readonly allowPlaintext: boolean;
}

/** When to use colour. */
export type Colour = "auto" | "always" | "never";

/** How the time of a message is shown. */
export type TimeFormat = "24h" | "12h" | "none";

/** Where our files are; `undefined` where the environment names no home. */
export interface ClientFolders {
  /** `config.json`, which people edit. */
  readonly config: string | undefined;
  /** What the client remembers. */
  readonly state: string | undefined;
}

/** A server's address. */
export interface Address {
  /** Its host name or address; an IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
  /** Present where the connection is to be encrypted. */
  readonly tls?: Tls;
}

/** How a server is to be known. */
export interface Tls {
  /** The only certificate to be content with. */
  readonly fingerprint?: string;
}

/**
 * Reads `host`, `host:port`, `[v6]:port`, `[v6]` or a bare IPv6 address, or one of these after `tls://` and, where one is given, before `#` and a
 * certificate's fingerprint; `undefined` when it is none of them.
 *
 * @example
 * ```ts
 * import { parseAddress } from "./config.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseAddress("example.org:80"), { host: "example.org", port: 80 });
 * assertEquals(parseAddress("[::1]:80"), { host: "::1", port: 80 });
 * assertEquals(parseAddress("::1"), { host: "::1", port: 12345 });
 * assertEquals(parseAddress("example.org:99999"), undefined);
 * assertEquals(parseAddress("tls://example.org"), { host: "example.org", port: 12345, tls: {} });
 * ```
 */
export function parseAddress(input: string): Address | undefined {
  const [, encrypted, fingerprint] = /^tls:\/\/([^#]*?)\/?(?:#(.*))?$/i.exec(input.trim()) ?? [];
  if (encrypted === undefined) return parsePlain(input.trim());
  const address = encrypted === "" ? undefined : parsePlain(encrypted);
  if (address === undefined || fingerprint === undefined) return address && { ...address, tls: {} };
  return isFingerprint(fingerprint) ? { ...address, tls: { fingerprint } } : undefined;
}

function parsePlain(text: string): Address | undefined {
  // Two colons or more without brackets can only be an IPv6 address: a port would be ambiguous there.
  if (text.split(":").length > 2 && !text.startsWith("[")) return isIPv6(text) ? { host: text, port: DEFAULT_PORT } : undefined;
  const match = /^(?:\[(?<v6>[^\]]*)\]|(?<host>[^:[\]]*))(?::(?<port>[^:]*))?$/.exec(text);
  if (!match?.groups) return undefined;
  const { v6, host, port } = match.groups;
  const number = port === undefined ? DEFAULT_PORT : parsePort(port);
  if (number === undefined) return undefined;
  if (v6 !== undefined) return isIPv6(v6) ? { host: v6, port: number } : undefined;
  if (host === "") return port === undefined ? undefined : { host: DEFAULT_HOST, port: number };
  return isHostName(host) ? { host, port: number } : undefined;
}

/** Writes an address the way {@link parseAddress} reads it, with the port and without the fingerprint. */
export function formatAddress({ host, port, tls }: Address): string {
  return `${tls ? "tls://" : ""}${hostAndPort(host, port)}`;
}

/** 0 is no port that a client could reach. */
function parsePort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65535 ? port : undefined;
}

/** Loose on names, which the resolver knows better; strict on what could not be one. */
function isHostName(text: string): boolean {
  return text.length <= 253 && /^[^\s/\\?#@<>"'`\p{Cc}]+$/u.test(text);
}

function isIPv6(text: string): boolean {
  const address = text.replace(/%[\w.-]+$/, "");
  return /^[\da-f:.]+$/i.test(address) && URL.canParse(`http://[${address}]/`);
}
