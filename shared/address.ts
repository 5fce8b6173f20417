/**
 * What an address tells about who is there.
 *
 * @module
 */

/**
 * Whether an IP address without a port is this machine's own.
 *
 * @example
 * ```ts
 * import { isOwnMachine } from "./address.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(["127.0.0.1", "::1", "::ffff:127.0.0.2", "192.168.1.5"].map(isOwnMachine), [true, true, true, false]);
 * ```
 */
export function isOwnMachine(host: string): boolean {
  return host === "::1" || /^(::ffff:)?127\./.test(host);
}
