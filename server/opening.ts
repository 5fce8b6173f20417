/**
 * The first lines a server prints: that it is there, and how to join, ready to copy.
 *
 * @module
 */
import { hostAndPort } from "../shared/text.ts";

/** What a server asks for: nothing, or a password; that of those only whose connection nobody can read, or of all. */
export type Asks = "nothing" | "password, encrypted" | "password";

/** What the opening lines tell. */
export interface Opening {
  readonly host: string;
  readonly port: number;
  /** What the history keeps. */
  readonly keeps: string;
  /** Opens the server's window once from elsewhere; `undefined` where its page has not been made. */
  readonly consoleKey: string | undefined;
  /** Whether a password is asked for, and from whom it is taken. */
  readonly asks: Asks;
  /** What starts the program here: `chat`, or what runs it from its source. */
  readonly command: string;
  /** The machine's own addresses, for a server that listens on all of them. */
  readonly own: readonly string[];
  /** Whether the server runs as root. */
  readonly root: boolean;
  /** The first link to the chat page as a QR code, in lines. */
  readonly qr?: string;
}

/** The opening lines of a server. */
export function opening({ host, port, keeps, consoleKey, own, asks, command, root, qr }: Opening): string {
  const hosts = reachableHosts(host, own);
  const lines = [
    `Server started on ${hostAndPort(host, port)}`,
    "",
    "Join in a browser:",
    ...hosts.map((ip) => `  http://${hostAndPort(ip, port)}/`),
    ...qr === undefined ? [] : ["", qr.trimEnd(), ""],
    "from a terminal:",
    ...hosts.map((ip) => `  ${command} client ${hostAndPort(ip, port)}`),
    "or with netcat:",
    ...hosts.map((ip) => `  nc ${ip} ${port}`),
    "",
  ];
  if (consoleKey !== undefined) {
    lines.push("Your window on the server:", ...hosts.map((ip) => `  ${consoleLink(ip, port, consoleKey)}`), "");
  }
  if (isLoopback(host)) lines.push(`Only this machine can join. For others, start it with: ${command} server --host 0.0.0.0`);
  if (root) {
    lines.push("This server runs as root, which it has no need of: run it as a user of its own, as in the README under As a service");
  }
  if (asks !== "nothing") lines.push(`Whoever comes in is asked for the password. An invite stands in for it, once: ${command} invite`);
  if (asks === "password, encrypted" && !isLoopback(host)) {
    lines.push("Connections from other machines are not encrypted, and are refused: --allow-plaintext-password lets them in all the same.");
  }
  lines.push(`Kept: ${keeps}. Ctrl-C stops the server.`, "");
  return lines.join("\n") + "\n";
}

/** The link to the chat page that is for others, or for this machine where there are no others. */
export function pageLink({ host, port, own }: Pick<Opening, "host" | "port" | "own">): string {
  return `http://${hostAndPort(reachableHosts(host, own)[0], port)}/`;
}

/** The link to the server's window. From a loopback address it needs no key. */
export function consoleLink(host: string, port: number, key: string): string {
  return `http://${hostAndPort(host, port)}/console${isLoopback(host) ? "" : `#${key}`}`;
}

/** The link to the server's window for a browser on this machine. */
export function localConsoleLink(host: string, port: number, key: string): string {
  const here: Record<string, string> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
  return consoleLink(here[host] ?? host, port, key);
}

/** Where others reach a server that listens on `host`. */
export function reachableHosts(host: string, own: readonly string[]): readonly string[] {
  const everywhere = host === "0.0.0.0" || host === "::";
  const reachable = everywhere ? own.filter((ip) => host === "::" || !ip.includes(":")) : [host];
  return reachable.length > 0 ? reachable : ["127.0.0.1"];
}

function isLoopback(host: string): boolean {
  return host.startsWith("127.") || host === "::1" || host === "localhost";
}
