/**
 * What a typed line means. {@link COMMANDS} is the one table of commands: parsing, `/help` and Tab are made from it.
 *
 * @module
 */
import { closestString } from "@std/text/closest-string";
import { parseRoomName } from "../shared/names.ts";
import { LIMITS, type Role } from "../shared/protocol.ts";
import type { Bare, Command, Input } from "./input.ts";
import { ORDER_COMMANDS } from "./order_commands.ts";

/** Entries that `/history` and `/search` bring where no number is given. */
const PAGE = 20;

/** Every command there is. */
export const COMMANDS: readonly Command[] = [
  {
    name: "/join",
    usage: "ROOM",
    help: "come into a room, and show it",
    completes: "room",
    read: room((room) => ({ kind: "join", room })),
  },
  {
    name: "/part",
    usage: "[ROOM]",
    help: "leave a room",
    completes: "room",
    read: (rest) => rest === "" ? { kind: "part", room: undefined } : part(rest),
  },
  { name: "/rooms", help: "the rooms that somebody is in", read: alone("rooms") },
  { name: "/switch", usage: "ROOM", help: "show another of your rooms (so does Alt and its number)", completes: "room", read: switchTo },
  {
    name: "/topic",
    usage: "[TEXT]",
    help: "say what the room is about, or ask",
    read: (text) => ({ kind: "topic", text: text || undefined }),
  },
  { name: "/who", help: "who is here", read: alone("who") },
  {
    name: "/me",
    usage: "TEXT",
    help: "say what you do: /me waves",
    read: needs("what you do", (text) => ({ kind: "say", text: `/me ${text}` })),
  },
  { name: "/nick", usage: "NAME", help: "take another name", read: needs("a name", (name) => ({ kind: "nick", name })) },
  {
    name: "/ignore",
    usage: "NAME",
    help: "see nothing of somebody, until you leave",
    completes: "nick",
    read: needs("a name", (name) => ({ kind: "ignore", name: withoutMarks(name) })),
  },
  {
    name: "/unignore",
    usage: "NAME",
    help: "see somebody again",
    completes: "nick",
    read: needs("a name", (name) => ({ kind: "unignore", name: withoutMarks(name) })),
  },
  { name: "/history", usage: "[N]", help: `${PAGE} or N older messages; again for those before`, read: history("history") },
  { name: "/numbers", usage: "[N]", help: `the last ${PAGE} or N messages with their numbers`, read: history("numbers") },
  { name: "/delete", usage: "[N]", help: "delete what you said last, or message N; /numbers shows the numbers", read: deletion },
  {
    name: "/search",
    usage: "WORDS",
    help: "messages with all of these words",
    read: needs("words", (words) => ({ kind: "search", words })),
  },
  { name: "/clear", help: "an empty screen", read: alone("clear") },
  { name: "/set", usage: "[NAME VALUE]", help: "change a setting, or see them all", read: set },
  { name: "/away", usage: "[TEXT]", help: "tell the others that you are away", read: (text) => ({ kind: "away", text }) },
  { name: "/back", help: "tell the others that you are back", read: alone("back") },
  {
    name: "/claim",
    usage: "CODE",
    help: "own this server, with the code that it prints when it starts",
    read: needs("the code", (text) => ({ kind: "moderate", frame: { act: "claim", text } })),
  },
  ...ORDER_COMMANDS,
  { name: "/help", help: "this list", read: alone("help") },
  { name: "/quit", help: "leave (so do bye, Ctrl-C, and Ctrl-D on an empty line)", read: () => ({ kind: "leave" }) },
];

/**
 * Reads a typed line; `undefined` when there is nothing in it.
 *
 * @example
 * ```ts
 * import { parseInput } from "./slash_commands.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseInput("hi"), { kind: "say", text: "hi" });
 * assertEquals(parseInput(" Bye "), { kind: "leave" });
 * assertEquals(parseInput("/join #dev"), { kind: "join", room: "dev" });
 * assertEquals(parseInput("//etc is a folder"), { kind: "say", text: "/etc is a folder" });
 * ```
 */
export function parseInput(line: string): Input | undefined {
  const text = line.trim();
  if (text === "") return undefined;
  if (isFarewell(text)) return { kind: "leave" };
  if (text.startsWith("//")) return { kind: "say", text: line.trimStart().slice(1) };
  if (!text.startsWith("/")) return { kind: "say", text: line };
  const [name] = text.split(/\s/, 1);
  const command = COMMANDS.find((command) => command.name === name.toLowerCase());
  if (!command) {
    const nearest = closestString(name.toLowerCase(), COMMANDS.map((command) => command.name));
    return { kind: "wrong", line, why: `There is no ${name}; did you mean ${nearest}? To say it, type /${name}` };
  }
  const read = command.read(text.slice(name.length).trim());
  return typeof read === "string" ? { kind: "wrong", line, why: `${command.name} ${read}` } : read;
}

/** Whether a line leaves, by the rule that holds for netcat too. */
export function isFarewell(line: string): boolean {
  return line.trim().toLowerCase() === "bye";
}

/** What `/help` prints for somebody with this role. */
export function helpLines(role: Role | undefined): string[] {
  const rows = COMMANDS.filter(({ keepsOrder }) => !keepsOrder || role !== undefined).map((
    { name, usage, help },
  ) => [usage === undefined ? name : `${name} ${usage}`, help]);
  rows.push(["//text", "say something that starts with /"]);
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `${left.padEnd(width)}  ${right}`);
}

function alone(kind: Bare): Command["read"] {
  return (rest) => rest === "" ? { kind } : `takes nothing after it, and here came ${JSON.stringify(rest)}`;
}

function needs(what: string, input: (rest: string) => Input): Command["read"] {
  return (rest) => rest === "" ? `needs ${what}` : input(rest);
}

function room(input: (room: string) => Input): Command["read"] {
  return (rest) => {
    if (rest === "") return "needs a room, as in /join #dev";
    const parsed = parseRoomName(rest);
    return parsed.ok ? input(parsed.name) : `cannot: ${parsed.refusal.text}`;
  };
}

function part(rest: string): Input | string {
  return room((room) => ({ kind: "part", room }))(rest);
}

function switchTo(rest: string): Input | string {
  return /^\d+$/.test(rest) ? { kind: "switch", to: rest } : room((to) => ({ kind: "switch", to }))(rest);
}

function history(kind: "history" | "numbers"): Command["read"] {
  return (rest) => {
    const limit = rest === "" ? PAGE : /^\d{1,6}$/.test(rest) ? Number(rest) : 0;
    const allowed = limit >= 1 && limit <= LIMITS.pageEntries;
    return allowed ? { kind, limit } : `takes a number from 1 to ${LIMITS.pageEntries}, and ${JSON.stringify(rest)} is none`;
  };
}

function deletion(rest: string): Input | string {
  if (rest === "") return { kind: "delete", seq: undefined };
  const seq = /^\d{1,15}$/.test(rest) ? Number(rest) : 0;
  return seq > 0 ? { kind: "delete", seq } : `takes the number of a message, as /numbers shows it, and ${JSON.stringify(rest)} is none`;
}

function set(rest: string): Input | string {
  if (rest === "") return { kind: "set", key: undefined, value: "" };
  const [key] = rest.split(/\s/, 1);
  const value = rest.slice(key.length).trim();
  return value === "" ? `needs a value for ${key}; /set alone shows what there is` : { kind: "set", key, value };
}

/** `@bob` and `bob:` mean bob. */
function withoutMarks(name: string): string {
  return name.replace(/^@|[:,]$/g, "");
}
