/**
 * What people and rooms may be called. The only place where names are folded for comparison.
 *
 * A name is never cleaned: one that is not allowed is refused with the reason, so that nobody wonders who they are.
 *
 * @module
 */
import { graphemesOf } from "./graphemes.ts";
import { asItLooks } from "./look_alikes.ts";
import { LIMITS, type RefusalCode } from "./protocol.ts";
import { imitationIn, isOneWriting } from "./scripts.ts";
import { byteLength } from "./text.ts";

/** A name that {@link parseNick} has allowed. */
export type Nick = string & { readonly brand: "nick" };
/** A room's name as it is on the wire, without `#`, that {@link parseRoomName} has allowed. */
export type RoomName = string & { readonly brand: "room" };

/** Why a name is not allowed: a code for programs and a sentence for people. */
export interface NameRefusal {
  readonly code: RefusalCode;
  readonly text: string;
}

/** A name, or why it is none. */
export type Parsed<T> = { readonly ok: true; readonly name: T } | { readonly ok: false; readonly refusal: NameRefusal };

/** The room of what was done to keep order: no peer can name it, because {@link parseRoomName} refuses it, and nothing in it is ever forgotten. */
export const AUDIT_ROOM = "!audit";

/** The name that the server's own entries bear, and their session: nobody can have either. */
export const SERVER_NAME = "server";

/**
 * Who says something, at the beginning of a sentence.
 *
 * @example
 * ```ts
 * import { sentenceSubject } from "./names.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(["olga", "server"].map(sentenceSubject), ["olga", "The server"]);
 * ```
 */
export function sentenceSubject(by: string): string {
  return by === SERVER_NAME ? "The server" : by;
}

/** Names that would pass for the program's own voice, or trip one of its readers. */
const RESERVED = new Set([SERVER_NAME, "system", "admin", "root", "everyone", "here", "__proto__", "constructor"].map(fold));

const FORBIDDEN_FIRST = "*!/#@{";
/** Unicode's, and what is drawn as nothing: Braille's blank, a note without a head, a filler, what stands for an object. */
const INVISIBLE = /[\u2800\u{1d159}\u{16fe4}\ufffc\p{Cc}\p{Cf}\p{Cs}\p{Cn}\p{Co}\p{Default_Ignorable_Code_Point}]/u;
const TOO_MANY_MARKS = new RegExp(`\\p{M}{${LIMITS.marksPerBase + 1}}`, "u");
/**
 * Allows a person's name or says why not. White space around it is not part of it.
 *
 * Allowed: 1 to 24 graphemes and at most 64 bytes, at most 4 combining marks on a base, no white space, control, escape, bidirectional or
 * invisible characters, no `:`, none of `* ! / # @ {` first nor what looks like one of these, letters and digits of one alphabet, and not a
 * reserved name.
 *
 * @example
 * ```ts
 * import { parseNick } from "./names.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bob = parseNick(" bob ");
 * assertEquals(bob.ok && bob.name.length, 3);
 * const star = parseNick("*bob");
 * assertEquals(star.ok || star.refusal.text, 'A name cannot start with "*"');
 * ```
 */
export function parseNick(input: string): Parsed<Nick> {
  const name = input.trim();
  if (/^[A-Za-z][A-Za-z0-9_-]{0,15}$/.test(name)) return RESERVED.has(fold(name)) ? reserved(name) : { ok: true, name: name as Nick };
  if (name === "") return refuse("name_empty", "A name cannot be empty");
  if (byteLength(name) > LIMITS.nickBytes || [...graphemesOf(name)].length > LIMITS.nickGraphemes) {
    return refuse("name_too_long", `A name has at most ${LIMITS.nickGraphemes} characters and ${LIMITS.nickBytes} bytes`);
  }
  // What stands for bytes that were no UTF-8.
  if (name.includes("\ufffd")) return refuse("name_not_allowed", "A name must be text in UTF-8");
  if (/\s/u.test(name)) return refuse("name_not_allowed", "A name cannot have white space in it");
  if (INVISIBLE.test(name)) {
    return refuse("name_not_allowed", "A name cannot have control or invisible characters in it, as some emoji have");
  }
  const imitation = imitationIn(name);
  if (imitation !== undefined) {
    return refuse("name_not_allowed", `A name cannot have "${imitation}" in it, which passes for something else`);
  }
  // As it is compared: a wide colon is a colon.
  const compared = asItLooks(name.normalize("NFKC"));
  if (compared.includes(":")) return refuse("name_not_allowed", "A name cannot have a colon in it");
  if (FORBIDDEN_FIRST.includes(compared[0])) return refuse("name_not_allowed", `A name cannot start with "${compared[0]}"`);
  if (/^\p{M}/u.test(name)) return refuse("name_not_allowed", "A name cannot start with a combining mark");
  if (TOO_MANY_MARKS.test(name)) {
    return refuse("name_not_allowed", `A name has at most ${LIMITS.marksPerBase} combining marks on a character`);
  }
  if (!isOneWriting(name)) return refuse("name_not_allowed", "A name keeps to one alphabet, and to one that is in use");
  if (RESERVED.has(fold(name))) return reserved(name);
  return { ok: true, name: name as Nick };
}

/**
 * Allows a room's name, with or without `#`, or says why not. A room is known by its folded name: `#Dev` is `dev`.
 *
 * Allowed: letters, digits, `-`, `_` and `.`, at most 64 bytes, and not `__proto__`.
 */
export function parseRoomName(input: string): Parsed<RoomName> {
  const given = input.trim().replace(/^#/, "");
  // To normalize many combining marks takes the square of their number; nothing becomes shorter than a quarter.
  const name = given.length > 4 * LIMITS.roomBytes ? given : given.normalize("NFKC").toLowerCase().normalize("NFKC");
  if (name === "") return refuse("no_such_room", "A room's name cannot be empty");
  if (byteLength(name) > LIMITS.roomBytes) return refuse("no_such_room", `A room's name has at most ${LIMITS.roomBytes} bytes`);
  if (!/^[\p{L}\p{N}._-][\p{L}\p{N}\p{M}._-]*$/u.test(name) || TOO_MANY_MARKS.test(name)) {
    return refuse("no_such_room", 'A room\'s name has letters, digits, "-", "_" and "." only');
  }
  // No frame can hold what stands for an object's insides as a name.
  if (name === "__proto__") return refuse("no_such_room", `No room can be called ${name}`);
  return { ok: true, name: name as RoomName };
}

/**
 * What two names are compared by: equal for names that differ in case or width only, or that look the same in another alphabet.
 *
 * @example
 * ```ts
 * import { fold } from "./names.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(fold("BOB"), fold("ｂｏｂ"));
 * assertEquals(fold("ѕсоре"), fold("scope"));
 * ```
 */
export function fold(name: string): string {
  if (/^[\x21-\x7e]*$/.test(name)) return name.toLowerCase();
  // Lower, upper, lower: upper case folds ß and ſ, which lower case leaves alone, and leaves ẞ alone. Decomposed, so that a letter is found under its marks.
  const cased = name.normalize("NFKD").toLowerCase().toUpperCase().toLowerCase();
  const folded = cased.normalize("NFKD").replaceAll("ς", "σ");
  return asItLooks(folded).normalize("NFKC");
}

function refuse(code: RefusalCode, text: string): { readonly ok: false; readonly refusal: NameRefusal } {
  return { ok: false, refusal: { code, text } };
}

function reserved(name: string): { readonly ok: false; readonly refusal: NameRefusal } {
  return refuse("name_reserved", `${name} is reserved`);
}
