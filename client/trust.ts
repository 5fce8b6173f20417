/**
 * Whether a certificate is the one that it should be. Pure.
 *
 * @module
 */
import { type Address, formatAddress } from "./config.ts";
import type { KnownCertificates, Mark } from "./state/certificates.ts";

/** What is known of certificates, and who is told about them. */
export interface Trust {
  readonly known: KnownCertificates;
  /** Takes a sentence for people. */
  readonly tell: (text: string) => void;
}

/** What is known of a server. */
export interface Known {
  readonly address: Address;
  /** What it was known by before; `undefined` the first time. */
  readonly mark: Mark | undefined;
  /** Where that is written. */
  readonly path: string | undefined;
}

/**
 * Compares what a server shows with what it should be known by: the fingerprint of the address, or else what it was known by before.
 *
 * @return In a sentence, why it is not to be trusted; `undefined` when it is, or was never seen before.
 *
 * @example
 * ```ts
 * import { distrust } from "./trust.ts";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const address = { host: "example.org", port: 12345, tls: {} };
 * assertEquals(distrust("A", { address, mark: undefined, path: undefined }), undefined);
 * assertEquals(distrust("A", { address, mark: "A", path: undefined }), undefined);
 * assert(distrust("B", { address, mark: "A", path: undefined })?.includes("was A and is B now"));
 * ```
 */
export function distrust(shown: Mark, { address, mark, path }: Known): string | undefined {
  const server = formatAddress(address);
  const fingerprint = address.tls?.fingerprint;
  if (fingerprint !== undefined) {
    if (shown === fingerprint) return undefined;
    return `${server} has another certificate than the address says: ${fingerprint} was expected, and it is ${inWords(shown)}. ` +
      "Somebody may be listening in; ask the server's owner for the address that holds now";
  }
  if (mark === undefined || mark === shown) return undefined;
  const accept = shown === "authority" ? `remove "${server.slice("tls://".length)}" from ${path}` : `join with ${server}#${shown}`;
  return `The certificate of ${server} has changed: it was ${inWords(mark)} and is ${inWords(shown)} now. ` +
    `Somebody may be listening in. If the server's owner says that the new one is right, ${accept}`;
}

function inWords(mark: Mark): string {
  return mark === "authority" ? "one that an authority vouches for" : mark;
}
