/**
 * What may be shown. Texts are cleaned once on the way in, before they are compared, stored or sent, and again by our own clients: a message
 * is words, and never moves a cursor, changes a title, rings a bell or turns the reading direction of what stands beside it.
 *
 * @module
 */
import { LIMITS } from "./protocol.ts";

/**
 * Whole escape sequences, so that no `[31m` is left behind: OSC, DCS, PM, APC and SOS strings, CSI, and the two-byte ones.
 * A string has no other of these in it, so that many beginnings without an end take no longer than one.
 */
const ESCAPES = new RegExp(
  [
    String.raw`(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x80-\x9f]*(?:\x07|\x1b\\|\x9c)`,
    String.raw`(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]`,
    String.raw`\x1b[ -/]*[0-~]?`,
  ].join("|"),
  "g",
);
/** C0 and C1 control characters, bidirectional embeddings, overrides and isolates, line and paragraph separators, lone surrogates. */
const CONTROLS = /[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029\p{Cs}]/gu;
/** A run of more combining marks than a base may carry; joiners between them do not begin a new one. */
const MARKS = new RegExp(`((?:\\p{M}\\p{Cf}*){${LIMITS.marksPerBase}})(?:\\p{M}\\p{Cf}*)+`, "gu");
/** Printable ASCII needs none of it. */
const PLAIN = /^[\x20-\x7e]*$/;

const encoder = new TextEncoder();
const scratch = new Uint8Array(3 * LIMITS.frameBytes);

/** How cleaning treats line breaks. */
export interface CleanOptions {
  /** Keep line feeds; otherwise each becomes a space. Default: false. */
  readonly newlines?: boolean;
}

/**
 * Takes out of a text what must not be shown: control characters, escape sequences, lone surrogates, bidirectional overrides and
 * all but four combining marks on a base. A tab becomes a space. Cleaning what is clean changes nothing.
 *
 * @example
 * ```ts
 * import { cleanText } from "./text.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cleanText("\x1b[31mred\x1b[0m\x07 alert"), "red alert");
 * assertEquals(cleanText("one\ntwo"), "one two");
 * assertEquals(cleanText("one\ntwo", { newlines: true }), "one\ntwo");
 * ```
 */
export function cleanText(text: string, { newlines = false }: CleanOptions = {}): string {
  if (PLAIN.test(text)) return text;
  return text
    .replace(ESCAPES, "")
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, "\n")
    .replace(/[\t\n]/g, (c) => c === "\n" && newlines ? c : " ")
    .replace(CONTROLS, (c) => c === "\n" && newlines ? c : "")
    .replace(MARKS, "$1");
}

/** Whether cleaning would change nothing. */
export function isClean(text: string): boolean {
  return cleanText(text) === text;
}

/** The length of a text in bytes of UTF-8. */
export function byteLength(text: string): number {
  if (text.length * 3 <= scratch.length) return encoder.encodeInto(text, scratch).written;
  return encoder.encode(text).length;
}

/** Writes a whole number with thousands separators: `4,980`. */
export function count(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `1 message`, `3 messages`, `4,980 messages`. */
export function plural(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? "" : "s"}`;
}

/** Bytes as text that goes anywhere: the URL-safe alphabet (RFC 4648, section 5). */
export function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}

/** `host:port`, with brackets around a v6 address. */
export function hostAndPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
