/**
 * A certificate's fingerprint: short enough for a link, and nobody can make another certificate that has it.
 *
 * @module
 */
import { base64Url } from "./text.ts";

/** The name in a certificate of ours. No public authority vouches for it, so whoever verifies it trusts the certificate and nobody else. */
export const CERTIFICATE_NAME = "chat";

const PEM = /-----BEGIN CERTIFICATE-----([A-Za-z\d+/=\s]*?)-----END CERTIFICATE-----/;

/** The first certificate of a text in PEM (RFC 7468) by itself, as PEM; `undefined` where there is none. */
export function firstPem(text: string): string | undefined {
  return PEM.exec(text)?.[0];
}

/**
 * The SHA-256 of a certificate's DER as base64url: 43 characters. `undefined` where the text holds no certificate in PEM.
 *
 * @example
 * ```ts
 * import { fingerprintOf } from "./fingerprint.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
 * assertEquals(await fingerprintOf(pem), "cJ6AyISHokEeHuTfufIqhhSS0gxHZRUMDHlKvXD4FHw");
 * assertEquals(await fingerprintOf("no certificate"), undefined);
 * ```
 */
export async function fingerprintOf(pem: string): Promise<string | undefined> {
  const [, base64] = PEM.exec(pem) ?? [];
  if (base64 === undefined) return undefined;
  const der = fromBase64(base64);
  return der && base64Url(new Uint8Array(await crypto.subtle.digest("SHA-256", der))).replace("=", "");
}

/**
 * Whether a text may be a fingerprint. The last character holds four bits only, so that some slips of the hand are found.
 *
 * @example
 * ```ts
 * import { isFingerprint } from "./fingerprint.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const good = "cJ6AyISHokEeHuTfufIqhhSS0gxHZRUMDHlKvXD4FHw";
 * assertEquals([good, good.slice(1), `${good.slice(1)}+`, `${good.slice(1)}B`].map(isFingerprint), [true, false, false, false]);
 * ```
 */
export function isFingerprint(text: string): boolean {
  return /^[\w-]{42}[AEIMQUYcgkosw048]$/.test(text);
}

/**
 * A fingerprint as browsers and OpenSSL show it.
 *
 * @example
 * ```ts
 * import { fingerprintInHex } from "./fingerprint.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(fingerprintInHex("1i0_-A"), "D6:2D:3F:F8");
 * ```
 */
export function fingerprintInHex(fingerprint: string): string {
  const bytes = fromBase64(fingerprint.replaceAll("-", "+").replaceAll("_", "/")) ?? new Uint8Array(0);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(":");
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
