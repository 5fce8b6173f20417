/**
 * The first lines a server prints: that it is there, and how to join, ready to copy.
 *
 * @module
 */
import { MEMORY_ENTRIES } from "./history/memory_history.ts";
import { count } from "../shared/text.ts";

/** `host:port`, with brackets around a v6 address. */
export function address(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * The opening lines for a server that listens on `host` and `port`.
 *
 * @param own The machine's own addresses, for a server that listens on all of them.
 */
export function opening(host: string, port: number, own: readonly string[]): string {
  const everywhere = host === "0.0.0.0" || host === "::";
  const reachable = everywhere ? own.filter((ip) => host === "::" || !ip.includes(":")) : [host];
  const hosts = reachable.length > 0 ? reachable : ["127.0.0.1"];
  const lines = [
    `Server started on ${address(host, port)}`,
    "",
    "Join from a terminal:",
    ...hosts.map((ip) => `  chat client ${address(ip, port)}`),
    "or with netcat:",
    ...hosts.map((ip) => `  nc ${ip} ${port}`),
    "",
  ];
  if (isLoopback(host)) lines.push("Only this machine can join. For others, start it with: chat server --host 0.0.0.0");
  lines.push(`The newest ${count(MEMORY_ENTRIES)} messages are kept in memory, none on disk. Ctrl-C stops the server.`, "");
  return lines.join("\n") + "\n";
}

function isLoopback(host: string): boolean {
  return host.startsWith("127.") || host === "::1" || host === "localhost";
}
