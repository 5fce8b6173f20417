/**
 * What Tab makes of the word before the cursor.
 *
 * @module
 */
import { fold } from "../../shared/names.ts";
import { cleanText } from "../../shared/text.ts";
import { splitGraphemes } from "./width.ts";

/** What there is to complete from. Names may come as a server sent them. */
export interface Candidates {
  readonly nicks: Iterable<string>;
  /** Without `#`. */
  readonly rooms: Iterable<string>;
  /** With `/`; `completes` says what the first argument is. */
  readonly commands: Iterable<{ readonly name: string; readonly completes?: "nick" | "room" | readonly string[] }>;
  /** Names without colons, and the emoji of each. */
  readonly emoji: Iterable<readonly [name: string, emoji: string]>;
}

/** One way to complete: what is inserted, and what a list of them shows. */
export interface CompletionOption {
  readonly insert: string;
  readonly label: string;
}

/** What may stand in place of the text from `start` to `end`, in UTF-16 units. */
export interface Completion {
  readonly start: number;
  readonly end: number;
  /** What all options begin with: at least what is there. */
  readonly common: string;
  /** At least one, in alphabetical order. */
  readonly options: readonly CompletionOption[];
}

/** A {@link Completion} for a text and a cursor, `undefined` where nothing fits. */
export type Completer = (text: string, cursor: number) => Completion | undefined;

interface Candidate extends CompletionOption {
  /** What the typed word must be the beginning of. */
  readonly word: string;
}

/** Not after a letter or digit: `10:30` is a time. */
const EMOJI_NAME = /(?<![\p{L}\p{N}_:]):[\p{L}\p{N}_+-]+:?$/u;
const COMMAND = /^\s*\/[^\s/]*$/u;
const FIRST_ARGUMENT = /^\s*(?<command>\/[^\s/]+)\s+\S*$/u;

/**
 * Completes the word that ends at the cursor: `/jo` to a command, `#de` to a room, `al` or `@al` to a nick, `:thumbsu` to an emoji, and the
 * first argument of a command to what the command takes. A nick that begins a message is addressed, with a colon. Names fit by their folded
 * form, so case does not matter.
 *
 * @example
 * ```ts
 * import { complete } from "./completion.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const candidates = { nicks: ["Alice", "albert", "bob"], rooms: ["dev"], commands: [{ name: "/join" }], emoji: [["tada", "🎉"]] as const };
 * assertEquals(complete("bo", 2, candidates)?.options, [{ insert: "bob: ", label: "bob" }]);
 * assertEquals(complete("AL", 2, candidates)?.options.map(({ label }) => label), ["albert", "Alice"]);
 * assertEquals(complete("well :ta", 8, candidates)?.options[0].insert, "🎉");
 * ```
 */
export function complete(text: string, cursor: number, candidates: Candidates): Completion | undefined {
  const before = text.slice(0, cursor);
  const word = before.split(/\s/u).at(-1) ?? "";
  // A space that is there already is not added.
  const space = /^\s/u.test(text.slice(cursor)) ? "" : " ";
  const among = (found: Iterable<Candidate>, typed = word): Completion | undefined => choose([...found], typed, cursor);

  const emoji = EMOJI_NAME.exec(before)?.[0];
  if (emoji !== undefined) {
    const found = among(emojis(candidates.emoji), emoji);
    if (found !== undefined) return found;
  }
  if (COMMAND.test(before)) return among([...candidates.commands].map(({ name }) => named("", name, space)));

  const command = FIRST_ARGUMENT.exec(before)?.groups?.command;
  const takes = command && [...candidates.commands].find(({ name }) => fold(name) === fold(command))?.completes;
  if (word.startsWith("#")) return among([...candidates.rooms].map((name) => named("#", name, space)));
  if (word.startsWith("@")) return among([...candidates.nicks].map((name) => named("@", name, space)));
  if (takes === "room") return among([...candidates.rooms].map((name) => ({ ...named("#", name, space), word: cleanText(name) })));
  if (typeof takes === "object") return among(takes.map((name) => named("", name, space)));
  if (word === "" && takes === undefined) return undefined;
  const addressed = before.trim() === word;
  return among([...candidates.nicks].map((name) => named("", name, addressed ? `:${space}` : space)));
}

function named(sigil: string, name: string, end: string): Candidate {
  const word = sigil + cleanText(name);
  return { word, insert: word + end, label: word };
}

function* emojis(table: Candidates["emoji"]): Generator<Candidate> {
  for (const [name, emoji] of table) yield { word: `:${name}:`, insert: emoji, label: `${emoji} :${name}:` };
}

function choose(found: readonly Candidate[], typed: string, end: number): Completion | undefined {
  const wanted = fold(typed);
  const fitting = new Map<string, Candidate>();
  for (const candidate of found) {
    const folded = fold(candidate.word);
    if (folded.startsWith(wanted) && !fitting.has(folded)) fitting.set(folded, candidate);
  }
  if (fitting.size === 0) return undefined;
  const options = [...fitting].sort(([a], [b]) => a < b ? -1 : 1).map(([, candidate]) => candidate);
  const common = commonStart(options.map(({ word }) => word));
  return {
    start: end - typed.length,
    end,
    common: fold(common).length > wanted.length ? common : typed,
    options: options.map(({ insert, label }) => ({ insert, label })),
  };
}

/** The longest beginning of all words, as the first of them spells it. */
function commonStart([first, ...others]: readonly string[]): string {
  const same = splitGraphemes(first);
  for (const other of others) {
    const theirs = splitGraphemes(other);
    const differs = same.findIndex((grapheme, i) => theirs[i] === undefined || fold(grapheme) !== fold(theirs[i]));
    if (differs >= 0) same.length = differs;
  }
  return same.join("");
}
