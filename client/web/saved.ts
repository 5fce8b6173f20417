/**
 * What the page remembers, as text. Pure; whatever is in the store is read, and what makes no sense is left out.
 *
 * @module
 */
import { decodeClientFrame } from "../../shared/codec.ts";
import { LOBBY, type Seq } from "../../shared/protocol.ts";
import type { SayWithRef } from "../unacknowledged.ts";

/** How a server was left, with the token of the session there. */
export interface SavedSession {
  readonly epoch: string;
  readonly token?: string | undefined;
  readonly rooms: readonly string[];
  /** Up to where each room was read. */
  readonly cursors: Readonly<Record<string, Seq>>;
}

/** All that outlives a page. */
export interface Saved {
  /** At least 128 random bits of this browser's own. */
  readonly secret: string;
  /** The name last used. */
  readonly name?: string | undefined;
  /** Whether we left, and want to be asked before we come in again. */
  readonly left?: boolean | undefined;
  readonly session?: SavedSession | undefined;
  /** The room shown last. */
  readonly room?: string | undefined;
  /** What was said and has no answer, in order. */
  readonly unsent: readonly SayWithRef[];
  /** What was being typed in each room. */
  readonly drafts: Readonly<Record<string, string>>;
  /** Whether a sound, and a notification, is wanted when somebody says our name. */
  readonly sound: boolean;
  readonly notifications: boolean;
}

/**
 * Reads what was saved.
 *
 * @param secret Of a browser that has none.
 */
export function parseSaved(text: string | null, secret: string): Saved {
  const found = record(json(text));
  return {
    secret: string(found.secret) ?? secret,
    name: string(found.name),
    left: found.left === true,
    session: session(record(found.session)),
    room: string(found.room),
    unsent: Array.isArray(found.unsent) ? found.unsent.flatMap(say) : [],
    drafts: entries(found.drafts, (value) => string(value)),
    sound: found.sound === true,
    notifications: found.notifications === true,
  };
}

/** The room to begin with: the one shown last, where we are in it. */
export function startRoom({ room, session }: Pick<Saved, "room" | "session">): string {
  const rooms = session?.rooms ?? [];
  return room !== undefined && rooms.includes(room) ? room : rooms[0] ?? LOBBY;
}

function session({ epoch, token, rooms, cursors }: Record<string, unknown>): SavedSession | undefined {
  if (string(epoch) === undefined) return undefined;
  return {
    epoch: string(epoch)!,
    token: string(token),
    rooms: Array.isArray(rooms) ? rooms.filter((room) => typeof room === "string") : [],
    cursors: entries(cursors, (seq) => Number.isSafeInteger(seq) && Number(seq) >= 0 ? Number(seq) : undefined),
  };
}

function say(value: unknown): SayWithRef[] {
  const frame = decodeClientFrame(JSON.stringify(value) ?? "");
  return frame.kind === "say" && frame.ref !== undefined ? [{ ...frame, ref: frame.ref }] : [];
}

function json(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "{}");
  } catch {
    return {}; // Somebody else's, or half of ours: as good as nothing.
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : {};
}

function entries<T>(value: unknown, check: (value: unknown) => T | undefined): Record<string, T> {
  const checked = Object.entries(record(value)).map(([name, found]) => [name, check(found)] as const);
  return Object.fromEntries(checked.filter((entry): entry is readonly [string, T] => entry[1] !== undefined && entry[0] !== "__proto__"));
}

function string(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && value.isWellFormed() ? value : undefined;
}
