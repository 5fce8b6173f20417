/**
 * What a request is answered with, as bytes.
 *
 * @module
 */
import type { Refused } from "./http_head.ts";

/** An answer of HTTP. */
export interface Answer {
  readonly status: number;
  readonly fields: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const REASONS: Record<number, string> = {
  200: "OK",
  304: "Not Modified",
  308: "Permanent Redirect",
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  413: "Content Too Large",
  414: "URI Too Long",
  421: "Misdirected Request",
  426: "Upgrade Required",
  431: "Request Header Fields Too Large",
  503: "Service Unavailable",
  505: "HTTP Version Not Supported",
};

/** On every answer: nothing but our own files, nothing inline, in nobody's frame, and no word to others about where one came from. */
const ALWAYS = {
  "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Connection": "close",
};

const encoder = new TextEncoder();

/** An answer in plain words. */
export function plain(status: number, text: string, fields: Readonly<Record<string, string>> = {}): Answer {
  const body = encoder.encode(`${text}\n`);
  return { status, fields: { "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store", ...fields }, body };
}

/** The answer to a request that is refused. */
export function refusal({ status, text, fields }: Refused): Answer {
  return plain(status, text, fields);
}

/** The head of an answer: status line, fields, empty line. */
export function headOf({ status, fields, body }: Answer): Uint8Array<ArrayBuffer> {
  // What has not changed has a length, which is not said again (RFC 9110, section 8.6).
  const length = status === 304 ? {} : { "Content-Length": String(body.length) };
  const lines = Object.entries({ ...fields, ...ALWAYS, ...length }).map(([name, value]) => `${name}: ${value}\r\n`);
  return encoder.encode(`HTTP/1.1 ${status} ${REASONS[status]}\r\n${lines.join("")}\r\n`);
}
