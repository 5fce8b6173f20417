/**
 * What a connection speaks, told by its first bytes.
 *
 * @module
 */

/** What it speaks; `"undecided"` when the next bytes may still show that it is HTTP or TLS. */
export type Speech = "frames" | "text" | "http" | "tls" | "undecided";

/** The most bytes that are looked at. */
export const FIRST_BYTES = 16;

/** A TLS record: a handshake, version 3 (RFC 8446, section 5.1). */
const TLS = "\x16\x03";
const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"];
/** How a request begins (RFC 9112, section 3.2), by its whole prefix: somebody may be called Peter, or GET. */
const HTTP = [...METHODS.flatMap((method) => [`${method} /`, `${method} http`]), "OPTIONS *", "CONNECT ", "PRI * HTTP"];

/**
 * Tells what a connection speaks by what it said first.
 *
 * @example
 * ```ts
 * import { speech } from "./first_bytes.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const said = (text: string) => speech(new TextEncoder().encode(text));
 * assertEquals([said("GET"), said("GET /"), said("Peter"), said('{"kind"'), said("GET\n")], ["undecided", "http", "text", "frames", "text"]);
 * ```
 */
export function speech(bytes: Uint8Array): Speech {
  const first = String.fromCharCode(...bytes.subarray(0, FIRST_BYTES));
  if (first.startsWith("{")) return "frames";
  if (first.startsWith(TLS)) return "tls";
  if (HTTP.some((prefix) => first.startsWith(prefix))) return "http";
  return [TLS, ...HTTP].some((prefix) => prefix.startsWith(first)) ? "undecided" : "text";
}
