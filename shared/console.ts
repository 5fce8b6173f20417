/**
 * What the server's window, at `/console`, and the server say to each other, on a WebSocket at `/console/ws`. One JSON object a line.
 *
 * The window opens with `open`, and is answered with `view` or `denied`. On the server's own machine it needs no key. Elsewhere the first key is
 * the one that the server prints; each is good once, and `view` has the next one, for when the connection breaks.
 *
 * @module
 */
import { LIMITS } from "./protocol.ts";
import { byteLength, cleanText } from "./text.ts";

/** How many samples the server keeps: ten minutes, one a second. */
export const SAMPLES = 600;

/** Rooms that are named of one person. */
export const ROOMS_LISTED = 8;

/** The server's figures at one moment. */
export interface Sample {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Messages delivered in the second before. */
  readonly messages: number;
  readonly connections: number;
  readonly sessions: number;
  /** What the newest commit took, from its first message on, in milliseconds; 0 before the first. */
  readonly commitMs: number;
  /** Memory of the process, in bytes. */
  readonly memory: number;
  /** The history's files, in bytes; `undefined` where nothing is on disk. */
  readonly history?: number;
}

/** A line of the log. */
export interface ConsoleLine {
  readonly at: number;
  readonly level: "info" | "error";
  readonly text: string;
}

/** Somebody who is in. */
export interface Person {
  /** The session's public id. */
  readonly id: string;
  readonly nick: string;
  /** At most {@link ROOMS_LISTED}. */
  readonly rooms: readonly string[];
  /** `host:port`. */
  readonly address: string;
  readonly transport: string;
  /** For how long its connection is there, in milliseconds; `undefined` when it broke a moment ago. */
  readonly forMs?: number;
  /** Bytes that are published and not on their way to it. */
  readonly behind: number;
  /** Messages it has sent. */
  readonly sent: number;
}

/** What the server says. */
export type ConsoleFrame =
  | {
    readonly kind: "view";
    /** The server's program and version. */
    readonly server: string;
    /** When it was started: milliseconds since 1970. */
    readonly since: number;
    /** The last minutes, oldest first; at most {@link SAMPLES}. */
    readonly samples: readonly Sample[];
    /** The newest lines of the log. */
    readonly lines: readonly ConsoleLine[];
    /** The next key, for a window from elsewhere. */
    readonly key?: string;
  }
  | { readonly kind: "denied"; readonly text: string }
  /** @property skipped Lines that were left out: there were too many. */
  | { readonly kind: "log"; readonly lines: readonly ConsoleLine[]; readonly skipped: number }
  /** Once a second. @property more People that are not listed. */
  | { readonly kind: "now"; readonly sample: Sample; readonly people: readonly Person[]; readonly more: number }
  /** The answer to a request. */
  | { readonly kind: "done" | "refused"; readonly text: string };

/** What the window asks for. */
export type ConsoleRequest =
  | { readonly kind: "open"; readonly key?: string }
  /** Tells everybody who is in something. */
  | { readonly kind: "notice"; readonly text: string }
  /** Ends the connection of the session `id`. */
  | { readonly kind: "disconnect"; readonly id: string };

/**
 * Reads a request; `undefined` when it is none. A text is cleaned.
 *
 * @example
 * ```ts
 * import { decodeConsoleRequest } from "./console.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(decodeConsoleRequest('{"kind":"notice","text":"back at five"}'), { kind: "notice", text: "back at five" });
 * assertEquals(decodeConsoleRequest('{"kind":"format"}'), undefined);
 * ```
 */
export function decodeConsoleRequest(line: string): ConsoleRequest | undefined {
  let value: Record<string, unknown> | null;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { kind, key, text, id } = value;
  if (kind === "open") return typeof key === "string" ? { kind, key } : { kind };
  if (kind === "disconnect" && typeof id === "string") return { kind, id };
  if (kind !== "notice" || typeof text !== "string") return undefined;
  const clean = cleanText(text).trim();
  return clean !== "" && byteLength(clean) <= LIMITS.textBytes ? { kind, text: clean } : undefined;
}
