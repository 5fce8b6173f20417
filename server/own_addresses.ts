/**
 * Where this machine can be reached.
 *
 * @module
 */

/** The machine's own addresses that others may reach it by. */
export function ownAddresses(): string[] {
  return Deno.networkInterfaces()
    .map(({ address }) => address)
    .filter((ip) => !ip.startsWith("127.") && ip !== "::1" && !ip.startsWith("fe80"));
}
