/**
 * What a line of a text-mode peer asks for. Pure.
 *
 * @module
 */
import { closestString } from "@std/text/closest-string";
import type { Malformed } from "../../shared/codec.ts";
import { type AskHistory, type ClientFrame, LIMITS } from "../../shared/protocol.ts";
import { cleanText } from "../../shared/text.ts";
import type { Local } from "../connection.ts";

/** The room that the peer is in: it is in one at a time. */
const HERE = "";
/** Stands for what the peer said last. */
const YOUR_LAST = 0;
/** How much is shown of a room's past on joining it, and when it is asked for without a number. */
export const TEXT_BACKLOG = 10;

/** Characters of a command that is none, as far as it is looked at and repeated. */
const LONGEST_NAME = 20;

/** What a peer in text mode may send. */
export type TextFrame = ClientFrame | Malformed | Local;

interface Command {
  /** What follows the command's name, for the help. */
  readonly usage?: string;
  readonly help: string;
  /** What it asks for; a text when the words after it make no sense. */
  readonly frame: (words: string) => TextFrame | string;
}

// The ref tells the codec which of our own requests an answer is for; nobody else sees it.
const COMMANDS: Record<string, Command> = {
  join: {
    usage: "#ROOM",
    help: "go to a room; it begins with you where there is none",
    frame: (room) => room === "" ? "name the room: /join #dev" : { kind: "join", ref: "join", room, backlog: TEXT_BACKLOG },
  },
  part: { help: "leave the room you are in", frame: () => ({ kind: "part", room: HERE }) },
  rooms: { help: "list the rooms", frame: () => ({ kind: "rooms" }) },
  who: { usage: "[#ROOM]", help: "who is here", frame: (room) => ({ kind: "who", ref: "who", room }) },
  me: {
    usage: "WAVES",
    help: "say what you do",
    frame: (words) => words === "" ? "say what you do: /me waves" : { kind: "say", room: HERE, text: `/me ${words}` },
  },
  nick: { usage: "NAME", help: "take another name", frame: (name) => ({ kind: "nick", name }) },
  away: { usage: "[WHY]", help: "let the others know that you are away", frame: (text) => ({ kind: "away", text }) },
  back: { help: "let them know that you are back", frame: () => ({ kind: "away" }) },
  topic: {
    usage: "[TEXT]",
    help: "say what the room is about, or ask",
    frame: (text) => text === "" ? { kind: "who", ref: "who", room: HERE } : { kind: "topic", room: HERE, text },
  },
  history: { usage: "[N]", help: `the last N messages, ${TEXT_BACKLOG} without a number`, frame: (words) => history(words, "/history") },
  numbers: {
    usage: "[N]",
    help: "the last N messages with their numbers",
    frame: (words) => {
      const asked = history(words, "/numbers");
      return typeof asked === "string" ? asked : { ...asked, ref: "numbers" };
    },
  },
  delete: {
    usage: "[N]",
    help: "delete what you said last, or message N; /numbers shows the numbers",
    frame: (words) => {
      if (words === "") return { kind: "delete", room: HERE, seq: YOUR_LAST };
      const seq = Number(words);
      if (!/^\d+$/.test(words) || seq < 1 || !Number.isSafeInteger(seq)) return "say which: /delete 12; /numbers shows the numbers";
      return { kind: "delete", room: HERE, seq };
    },
  },
  search: {
    usage: "WORDS",
    help: "messages that have all of the words",
    frame: (words) => words === "" ? "say what to search for: /search lunch" : { kind: "search", room: HERE, words, limit: 20 },
  },
  help: { help: "this list", frame: () => ({ kind: "local", answer: { kind: "notice", text: helpText() }, andKept: true }) },
};

/** What nobody can do who is not remembered: rights hang on a client's own secret, which netcat has not. */
const FOR_THE_REMEMBERED = new Set(
  ["claim", "kick", "ban", "unban", "bans", "mute", "unmute", "op", "deop", "slow", "readonly", "announce", "audit"],
);

/** What a line asks for: something to say, or a command; `undefined` for a line with nothing on it. `//` says a text that begins with `/`. */
export function parseLine(line: string): TextFrame | undefined {
  if (isBye(line)) return { kind: "bye" };
  if (line.trim() === "") return undefined;
  if (line[0] !== "/") return { kind: "say", room: HERE, text: oneLine(line) };
  if (line[1] === "/") return { kind: "say", room: HERE, text: oneLine(line.slice(1)) };
  const [, name, words] = cleanText(line).trimEnd().match(/^\/(\S*)\s*([^]*)$/) ?? ["", "", ""];
  if (FOR_THE_REMEMBERED.has(name)) {
    return malformed(`/${name} takes a client that the server remembers: join with chat client or a browser to keep order`);
  }
  if (!Object.hasOwn(COMMANDS, name)) {
    return malformed(
      `there is no command /${cleanText(name.slice(0, LONGEST_NAME))} (did you mean /${
        closestString(name.slice(0, LONGEST_NAME), Object.keys(COMMANDS))
      }?). /help lists them, // says a text with a slash`,
    );
  }
  const frame = COMMANDS[name].frame(words);
  return typeof frame === "string" ? malformed(frame) : frame;
}

/** A carriage return within a line is no line break here. */
function oneLine(text: string): string {
  return text.includes("\r") ? text.replaceAll("\r", " ") : text;
}

/** Whether a line says that the peer leaves. */
export function isBye(line: string): boolean {
  return line.length < 40 && line.trim().toLowerCase() === "bye";
}

function history(words: string, command: string): AskHistory | string {
  const limit = words === "" ? TEXT_BACKLOG : Number(words);
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMITS.pageEntries) {
    return `say how many, from 1 to ${LIMITS.pageEntries}: ${command} 20`;
  }
  return { kind: "history", room: HERE, limit };
}

function helpText(): string {
  const rows = Object.entries(COMMANDS).map(([name, { usage, help }]) => ({ command: `/${name} ${usage ?? ""}`.trim(), help }));
  rows.push({ command: "//text", help: "say something that starts with /" }, { command: "bye", help: "leave" });
  const width = Math.max(...rows.map(({ command }) => command.length));
  return rows.map(({ command, help }) => `${command.padEnd(width)}  ${help}`).join("\n");
}

function malformed(text: string): Malformed {
  return { kind: "malformed", code: "malformed", text };
}
