/**
 * How a server is reached: the links to it, and what clients are given to join.
 *
 * @module
 */
import { hostAndPort } from "../shared/text.ts";

/** Where a server is. */
export interface Reach {
  readonly host: string;
  readonly port: number;
  /** The machine's own addresses, for a server that listens on all of them. */
  readonly own: readonly string[];
  /** Present where the server encrypts. */
  readonly encryption: Proof | undefined;
}

/** What a server that encrypts is known by. */
export interface Proof {
  /** The fingerprint of its certificate; absent where an authority vouches for that. */
  readonly fingerprint?: string;
  /** The names that an authority may have vouched for. */
  readonly names: readonly string[];
}

/** A server's web, at whichever of its hosts. */
type Web = Pick<Reach, "port" | "encryption">;

/** The hosts by which others reach a server, or this machine where there are no others. */
export function reachableHosts({ host, own, encryption }: Omit<Reach, "port">): readonly string[] {
  // An authority vouches for names.
  if (encryption && encryption.fingerprint === undefined && encryption.names.length > 0) return encryption.names;
  const everywhere = host === "0.0.0.0" || host === "::";
  const reachable = everywhere ? own.filter((ip) => host === "::" || !ip.includes(":")) : [host];
  return reachable.length > 0 ? reachable : ["127.0.0.1"];
}

/** What the terminal's client is given to join. */
export function clientAddress(host: string, { port, encryption }: Web): string {
  if (!encryption) return hostAndPort(host, port);
  return `tls://${hostAndPort(host, port)}${encryption.fingerprint === undefined ? "" : `#${encryption.fingerprint}`}`;
}

/** The link to the chat page. */
export function pageLink(host: string, { port, encryption }: Web): string {
  return `${encryption ? "https" : "http"}://${hostAndPort(host, port)}/`;
}

/** The link to the server's window. From a loopback address it needs no key. */
export function consoleLink(host: string, web: Web, key: string): string {
  return `${pageLink(host, web)}console${isLoopback(host) ? "" : `#${key}`}`;
}

/** The link to the server's window for a browser on this machine: not encrypted where that would need a certificate that browsers warn of. */
export function localConsoleLink({ host, port, encryption }: Pick<Reach, "host"> & Web, key: string): string {
  const here: Record<string, string> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
  const reached = here[host] ?? host;
  return consoleLink(reached, { port, encryption: isLoopback(reached) ? undefined : encryption }, key);
}

/** Whether a server that listens there is for its own machine only. */
export function isLoopback(host: string): boolean {
  return host.startsWith("127.") || host === "::1" || host === "localhost";
}
