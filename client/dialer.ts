/**
 * Makes connections of either kind.
 *
 * @module
 */
import { type Dial, dial } from "./dial.ts";
import type { Trust } from "./trust.ts";

/** Makes connections, encrypted ones where the address says so. What encrypts is loaded then: the prompt is to be there at once. */
export function dialer(trust: Trust): Dial {
  return async (address, options) => {
    if (!address.tls) return await dial(address, options);
    const { dialEncrypted } = await import("./tls.ts");
    return await dialEncrypted(address, options, trust);
  };
}
