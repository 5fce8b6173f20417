/**
 * Ids for requests.
 *
 * @module
 */
import { base64Url } from "../shared/text.ts";

/**
 * The time and 96 random bits, as 24 characters of base64url: everybody sees every ref, so nobody may guess the next one. The time comes first,
 * so that a server which remembers refs writes those of one hour side by side.
 */
export function newRef(now = Date.now()): string {
  const bytes = new Uint8Array(18);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(now) << 16n);
  crypto.getRandomValues(bytes.subarray(6));
  return base64Url(bytes);
}

/** 144 random bits by which a server tells this client's refs from everybody else's. */
export function newSecret(): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(18)));
}
