/**
 * The head of an HTTP request, read strictly (RFC 9112): what could be understood in two ways is refused.
 *
 * Only what a chat needs: GET and HEAD, versions 1.0 and 1.1, no body. Lines end in CR LF and nothing else, a field stands on one line, has no
 * white space before its colon, and comes once where it may come once only. A target in absolute form counts, and names the host.
 *
 * @module
 */

/** Bytes of a head, its empty line included. */
export const HEAD_BYTES = 8 * 1024;
/** Bytes of a request's target. */
const TARGET_BYTES = 2 * 1024;
/** Fields in a head. */
const FIELDS = 64;

const CR = 13;
const LF = 10;

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([\x21-\x7e]+) HTTP\/(\d)\.(\d)$/;
/** Visible characters, bytes above ASCII, spaces and tabs. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** What may come once only; the values of others are a list. */
const ONCE = new Set(["host", "origin", "content-length", "sec-websocket-key", "sec-websocket-version"]);

/** A request without a body. */
export interface Head {
  readonly method: "GET" | "HEAD";
  /** As it was sent, without the query. */
  readonly path: string;
  /** Whom it is meant for: `name`, `name:port`; empty where a request of version 1.0 does not say. */
  readonly host: string;
  /** The other fields, by their names in lower case; those that came more than once joined by `, `. */
  readonly fields: ReadonlyMap<string, string>;
}

/** Why a request is not answered as it wishes: the status, a sentence for people, and fields that belong to the status. */
export interface Refused {
  readonly status: number;
  readonly text: string;
  readonly fields?: Readonly<Record<string, string>>;
}

/**
 * Takes a head together from chunks. Holds {@link HEAD_BYTES} and no more.
 *
 * @example
 * ```ts
 * import { HeadReader } from "./http_head.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const reader = new HeadReader();
 * const bytes = (text: string) => new TextEncoder().encode(text);
 * assertEquals(reader.push(bytes("GET /?a=1 HTTP/1.1\r\nHost: x")), undefined);
 * assertEquals(reader.push(bytes("\r\n\r\nmore")), { method: "GET", path: "/", host: "x", fields: new Map() });
 * assertEquals(new TextDecoder().decode(reader.rest), "more");
 * ```
 */
export class HeadReader {
  readonly #held = new Uint8Array(HEAD_BYTES);
  #length = 0;
  /** What came after the head. */
  rest: Uint8Array = new Uint8Array(0);

  /** Takes a chunk. Returns the head when it is whole, or what is wrong; `undefined` when more must come. */
  push(chunk: Uint8Array): Head | Refused | undefined {
    const before = this.#length;
    const taken = chunk.subarray(0, HEAD_BYTES - before);
    this.#held.set(taken, before);
    this.#length += taken.length;
    const head = this.#held.subarray(0, this.#length);
    for (let lf = head.indexOf(LF, before); lf !== -1; lf = head.indexOf(LF, lf + 1)) {
      if (head[lf - 1] !== CR) return bad("a line ends without a carriage return");
      if (head[lf - 2] !== LF || head[lf - 3] !== CR) continue;
      this.rest = chunk.slice(lf + 1 - before);
      return parse(String.fromCharCode(...head.subarray(0, lf - 3)));
    }
    if (this.#length < HEAD_BYTES) return undefined;
    return head.includes(LF) ? tooLarge(`more than ${HEAD_BYTES} bytes`) : targetTooLong();
  }
}

/** A head without its last two line ends. */
function parse(text: string): Head | Refused {
  const [first, ...lines] = text.split("\r\n");
  const line = REQUEST_LINE.exec(first);
  if (!line) return bad("the request line is not METHOD TARGET HTTP/1.1");
  const [, method, target, major, minor] = line;
  if (major !== "1") return { status: 505, text: "This server speaks HTTP/1.1." };
  if (target.length > TARGET_BYTES) return targetTooLong();
  if (lines.length > FIELDS) return tooLarge(`more than ${FIELDS} fields`);
  const fields = new Map<string, string>();
  for (const line of lines) {
    const wrong = addField(fields, line);
    if (wrong) return bad(wrong);
  }
  if (method !== "GET" && method !== "HEAD") {
    return { status: 405, text: "Only GET and HEAD are answered here.", fields: { Allow: "GET, HEAD" } };
  }
  const body = bodyOf(fields);
  if (body) return body;
  const whom = fields.get("host");
  if (whom === undefined && minor !== "0") return bad("it does not say for which host it is");
  fields.delete("host");
  // Version 1.0 has no upgrades (RFC 9110, section 7.8).
  if (minor === "0") fields.delete("upgrade");
  const found = target.startsWith("/") ? ["", "", target] : /^https?:\/\/([^/?#@]+)([/?].*)?$/i.exec(target);
  if (!found || target.includes("#")) return bad("its target is not a path");
  const [, authority, path = "/"] = found;
  return { method, path: path.split("?", 1)[0] || "/", host: authority || (whom ?? ""), fields };
}

/** Adds a line to the fields; returns what is wrong with it. */
function addField(fields: Map<string, string>, line: string): string | undefined {
  if (line.startsWith(" ") || line.startsWith("\t")) return "a field goes on over two lines";
  const colon = line.indexOf(":");
  const name = line.slice(0, Math.max(0, colon)).toLowerCase();
  if (!TOKEN.test(name)) return "a field has no name";
  const value = trimmed(line, colon + 1);
  if (!FIELD_VALUE.test(value)) return `the field ${name} holds control characters`;
  const before = fields.get(name);
  if (before !== undefined && ONCE.has(name)) return `the field ${name} comes twice`;
  fields.set(name, before === undefined ? value : `${before}, ${value}`);
}

/** What of a line stands from `start` on, without the white space around it. A regular expression would look at each space again and again. */
function trimmed(line: string, start: number): string {
  const isBlank = (at: number) => line[at] === " " || line[at] === "\t";
  let end = line.length;
  while (end > start && isBlank(end - 1)) end--;
  while (start < end && isBlank(start)) start++;
  return line.slice(start, end);
}

function bodyOf(fields: ReadonlyMap<string, string>): Refused | undefined {
  const length = fields.get("content-length");
  if (length !== undefined && !/^\d+$/.test(length)) return bad("its Content-Length is not a number");
  if (!fields.has("transfer-encoding") && (length === undefined || Number(length) === 0)) return undefined;
  return { status: 413, text: "Requests with a body are not taken." };
}

function bad(why: string): Refused {
  return { status: 400, text: `This is not a request of HTTP/1.1: ${why}.` };
}

function tooLarge(what: string): Refused {
  return { status: 431, text: `The head of the request is too large: ${what}.` };
}

function targetTooLong(): Refused {
  return { status: 414, text: `The address is too long: more than ${TARGET_BYTES} bytes.` };
}
