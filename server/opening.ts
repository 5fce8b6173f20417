/**
 * The first lines a server prints: that it is there, and how to join, ready to copy.
 *
 * @module
 */
import { hostAndPort } from "../shared/text.ts";

/** What the opening lines tell. */
export interface Opening {
  readonly host: string;
  readonly port: number;
  /** What the history keeps. */
  readonly keeps: string;
  /** Opens the server's window once from elsewhere; `undefined` where its page has not been made. */
  readonly consoleKey: string | undefined;
  /** What starts the program here: `chat`, or what runs it from its source. */
  readonly command: string;
  /** The machine's own addresses, for a server that listens on all of them. */
  readonly own: readonly string[];
  /** Present where the server encrypts. */
  readonly encryption: OpeningEncryption | undefined;
  /** The first link to the chat page as a QR code, in lines. */
  readonly qr?: string;
}

/** How a server that encrypts is reached. */
export interface OpeningEncryption {
  /** What the certificate is known by; `undefined` where an authority vouches for it. */
  readonly fingerprint: string | undefined;
  /** The names that an authority may have vouched for. */
  readonly names: readonly string[];
}

/** The opening lines of a server. */
export function opening(facts: Opening): string {
  const { host, port, keeps, consoleKey, command, qr, encryption } = facts;
  const hosts = reachableHosts(facts);
  const page = { port, encrypted: encryption !== undefined };
  const pin = encryption?.fingerprint === undefined ? "" : `#${encryption.fingerprint}`;
  const address = (ip: string) => encryption ? `tls://${hostAndPort(ip, port)}${pin}` : hostAndPort(ip, port);
  const netcat = (ip: string) => encryption ? `openssl s_client -quiet -connect ${hostAndPort(ip, port)}` : `nc ${ip} ${port}`;
  const lines = [
    `Server started on ${hostAndPort(host, port)}`,
    "",
    "Join in a browser:",
    ...hosts.map((ip) => `  ${web(ip, page)}/`),
    ...qr === undefined ? [] : ["", qr.trimEnd(), ""],
    "from a terminal:",
    ...hosts.map((ip) => `  ${command} client ${address(ip)}`),
    encryption ? "or with OpenSSL, as with netcat:" : "or with netcat:",
    ...hosts.map((ip) => `  ${netcat(ip)}`),
    "",
  ];
  if (consoleKey !== undefined) {
    lines.push("Your window on the server:", ...hosts.map((ip) => `  ${consoleLink(ip, page, consoleKey)}`), "");
  }
  if (isLoopback(host)) lines.push(`Only this machine can join. For others, start it with: ${command} server --host 0.0.0.0`);
  lines.push(`Kept: ${keeps}. Ctrl-C stops the server.`, "");
  return lines.join("\n") + "\n";
}

/** The link to the chat page that is for others, or for this machine where there are no others. */
export function pageLink(facts: Pick<Opening, "host" | "port" | "own" | "encryption">): string {
  return `${web(reachableHosts(facts)[0], { port: facts.port, encrypted: facts.encryption !== undefined })}/`;
}

/** The link to the server's window for a browser on this machine: not encrypted where that needs no certificate that browsers warn of. */
export function localConsoleLink({ host, port, encrypted }: { host: string; port: number; encrypted: boolean }, key: string): string {
  const here: Record<string, string> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
  const reached = here[host] ?? host;
  return consoleLink(reached, { port, encrypted: encrypted && !isLoopback(reached) }, key);
}

/** The link to the server's window. From a loopback address it needs no key. */
function consoleLink(host: string, server: Web, key: string): string {
  return `${web(host, server)}/console${isLoopback(host) ? "" : `#${key}`}`;
}

interface Web {
  readonly port: number;
  readonly encrypted: boolean;
}

function web(host: string, { port, encrypted }: Web): string {
  return `${encrypted ? "https" : "http"}://${hostAndPort(host, port)}`;
}

/** Where others reach a server. */
function reachableHosts({ host, own, encryption }: Pick<Opening, "host" | "own" | "encryption">): readonly string[] {
  // An authority vouches for names.
  if (encryption && encryption.fingerprint === undefined && encryption.names.length > 0) return encryption.names;
  const everywhere = host === "0.0.0.0" || host === "::";
  const reachable = everywhere ? own.filter((ip) => host === "::" || !ip.includes(":")) : [host];
  return reachable.length > 0 ? reachable : ["127.0.0.1"];
}

function isLoopback(host: string): boolean {
  return host.startsWith("127.") || host === "::1" || host === "localhost";
}
