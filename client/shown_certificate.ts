/**
 * What a server says when it is asked for its certificate, and what the certificate is known by. Pure.
 *
 * @module
 */
import { CERTIFICATE_NAME, fingerprintOf, firstPem } from "../shared/fingerprint.ts";
import type { Mark } from "./state/certificates.ts";

/** The most that a server may say until its certificate has come, in bytes. */
const MOST_BYTES = 65_536;
const LF = 10;

/** Finds the first line that is a frame; a server may have asked for a name in words before. */
export class FirstFrame {
  // Otherwise Deno leaves out a byte order mark in the middle, where a piece begins with one.
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #length = 0;
  /** The line under way. */
  #line = "";
  #first: string | undefined;

  /** The first line that it said, as far as it came. */
  get heard(): string {
    return this.#first ?? this.#line;
  }

  /** Takes what came. `"none"`: there will be no frame, or more came after it. */
  push(bytes: Uint8Array): { readonly frame: string } | "more" | "none" {
    this.#length += bytes.length;
    const said = this.#line + this.#decoder.decode(bytes, { stream: true });
    const lines = said.split("\n");
    this.#line = lines.pop()!;
    this.#first ??= lines[0];
    if (this.heard.startsWith("HTTP/")) return "none";
    const at = lines.findIndex((line) => line.startsWith("{"));
    // What comes in plain text after the certificate would be taken for something said encrypted.
    if (at >= 0) return at === lines.length - 1 && bytes.at(-1) === LF ? { frame: lines[at] } : "none";
    return this.#length >= MOST_BYTES ? "none" : "more";
  }
}

/** What a certificate is known by: one of ours has a name that no authority gives away. `undefined` for what is no certificate. */
export async function markOf(pem: string): Promise<Mark | undefined> {
  const first = firstPem(pem);
  const fingerprint = await fingerprintOf(pem);
  if (first === undefined || fingerprint === undefined) return undefined;
  const { X509Certificate } = await import("node:crypto");
  try {
    return new X509Certificate(first).checkHost(CERTIFICATE_NAME) === undefined ? "authority" : fingerprint;
  } catch {
    return undefined;
  }
}
