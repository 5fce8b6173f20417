/**
 * A certificate's fingerprint: short enough for a link, and nobody can make another certificate that has it.
 *
 * @module
 */
import { base64Url } from "./text.ts";

/** The name in a certificate of ours. No public authority vouches for it, so whoever verifies it trusts the certificate and nobody else. */
export const CERTIFICATE_NAME = "chat";

const PEM = /-----BEGIN CERTIFICATE-----([A-Za-z\d+/=\s]*?)-----END CERTIFICATE-----/;

/** Characters of a line of PEM. */
const LINE = /.{1,64}/g;

/**
 * The first certificate of a text in PEM (RFC 7468) by itself; `undefined` where there is none. Written anew: those who read PEM differ in what they
 * make of one with odd lines, and what is verified must be what was compared.
 */
export function firstPem(text: string): string | undefined {
  const der = firstDer(text);
  if (der === undefined) return undefined;
  const lines = btoa(Array.from(der, (byte) => String.fromCharCode(byte)).join("")).match(LINE)!;
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----"].join("\n");
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
  const der = firstDer(pem);
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
  const bytes = atob(fingerprint.replaceAll("-", "+").replaceAll("_", "/"));
  return Array.from(bytes, (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()).join(":");
}

function firstDer(text: string): Uint8Array<ArrayBuffer> | undefined {
  const base64 = PEM.exec(text)?.[1].trim();
  if (!base64) return undefined;
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
