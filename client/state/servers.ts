/**
 * What is remembered of each server. Pure, but for {@link lastServer}.
 *
 * @module
 */
import { LIMITS, type Seq } from "../../shared/protocol.ts";
import { type Found, readSmall } from "../files.ts";

/** Its name in the state folder. */
export const SERVERS_FILE = "servers.json";

const MOST_SERVERS = 100;
const MOST_BYTES = 4_194_304;
/** A year. */
const KEPT_MS = 365 * 86_400_000;

/** One server, as we left it. */
export interface KnownServer {
  /** The name last used there. */
  readonly name: string;
  /** When it was last used, in ms since 1970. */
  readonly at: number;
  /** Names the history that the cursors are from. */
  readonly epoch: string;
  /** The rooms we were in. */
  readonly rooms: readonly string[];
  /** The last seq seen of each of these rooms, where there was one. */
  readonly cursors: Readonly<Record<string, Seq>>;
}

/** By address: `host:port`. */
export type KnownServers = ReadonlyMap<string, KnownServer>;

/** Reads the file in a state folder. */
export function readServers(folder: string): Found<KnownServers> {
  return readSmall(`${folder}/${SERVERS_FILE}`, MOST_BYTES, parseServers);
}

/** The address of the server that was used last; `undefined` where nothing tells. */
export function lastServer(folder: string | undefined): string | undefined {
  const found = folder === undefined ? undefined : readServers(folder);
  return found?.kind === "found" ? [...found.value].sort(newestFirst)[0]?.[0] : undefined;
}

/** What the file says, or what is wrong with it. */
export function parseServers(text: string): KnownServers | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "is not JSON";
  }
  if (!isRecord(value) || !Object.values(value).every(isKnownServer)) return "is not a list of servers";
  return new Map(Object.entries(value as Record<string, KnownServer>));
}

/** The text of the file: the servers used last, at most 100, and none that was not used for a year. */
export function formatServers(servers: KnownServers, now: number): string {
  const kept = [...servers].filter(([, { at }]) => now - at <= KEPT_MS).sort(newestFirst).slice(0, MOST_SERVERS);
  return `${JSON.stringify(Object.fromEntries(kept), undefined, 1)}\n`;
}

function newestFirst([, a]: readonly [string, KnownServer], [, b]: readonly [string, KnownServer]): number {
  return b.at - a.at;
}

function isKnownServer(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { name, at, epoch, rooms, cursors } = value;
  return typeof name === "string" && Number.isFinite(at) && typeof epoch === "string" && isRecord(cursors) &&
    Object.values(cursors).every((seq) => Number.isSafeInteger(seq) && (seq as number) >= 0) &&
    Array.isArray(rooms) && rooms.length <= LIMITS.roomsPerSession && rooms.every((room) => typeof room === "string");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
