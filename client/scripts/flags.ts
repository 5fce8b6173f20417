/**
 * The flags and arguments of the commands for scripts, `chat send` and `chat tail`, what they mean, and the help.
 *
 * @module
 */
import { type Checked, type Flag, type Flags, onOff, type Values } from "../../shared/flags.ts";
import { moment, roomName } from "../../shared/flag_values.ts";
import type { Command } from "../../shared/help.ts";
import { LOBBY } from "../../shared/protocol.ts";
import { type Access, type Address, DEFAULT_HOST, DEFAULT_PORT, parseAddress } from "../config.ts";
import { ACCESS_FLAGS, checkAddress, CLIENT_FLAGS } from "../flags.ts";
import { unsayable } from "./message.ts";
import { loginNick } from "./name.ts";

const ROOM_FLAG: Flag<string> & { default: string } = {
  placeholder: "ROOM",
  help: "the room",
  default: LOBBY,
  parse: roomName,
};

/** The flags of `chat send`. */
export const SEND_FLAGS = {
  room: ROOM_FLAG,
  name: { ...CLIENT_FLAGS.name, help: "the name to send under (default: your login name)" },
  ...ACCESS_FLAGS,
} satisfies Flags;

/** `chat send`, as its help tells of it. */
export const SEND_COMMAND: Command = {
  summary: "say something and leave",
  usage: "chat send [ADDRESS] [flags] [--] [TEXT...]",
  about: "Sends the words as one message; without any, each line of stdin as one. Ends with 0 only when the server has acknowledged " +
    "every message: it tries again for 30 s, and nothing is there twice. The first word is the server's address if it is an IP address, " +
    "localhost, or anything with a port or tls://, as in example.org:12345; what follows -- is words whatever it looks like, so a script writes " +
    'chat send -- "$text". If the name is taken, a number is added: bob-2.',
  flags: SEND_FLAGS,
  examples: [
    ["make || chat send build failed", "to the server on this machine"],
    ["chat send 10.0.0.5 --room ops build failed", "to a room on another one"],
    ["tail -F app.log | chat send --room ops --name log", "a log into a room"],
  ],
};

/** The flags of `chat tail`. */
export const TAIL_FLAGS = {
  room: ROOM_FLAG,
  name: { ...CLIENT_FLAGS.name, help: "the name to be there under (default: tail- and four letters)" },
  since: {
    placeholder: "WHEN",
    help: "all that came after a seq, or since a time: 4711, 2026-01-31, 2026-01-31T12:00Z, or 10m, 2h, 1d ago",
    default: undefined,
    parse: parseSince,
  },
  json: { help: "print entries, one JSON object a line, in the fields of the protocol", default: false, parse: onOff },
  follow: { help: "go on with what is said, until Ctrl-C", default: false, parse: onOff },
  ...ACCESS_FLAGS,
} satisfies Flags;

/** `chat tail`, as its help tells of it. */
export const TAIL_COMMAND: Command = {
  summary: "print what was said in a room",
  usage: "chat tail [ADDRESS] [flags]",
  about: "Prints the newest 10 messages of a room, or all since then with --since, and ends; with --follow it goes on with what is said, " +
    "whatever happens to the connection.",
  flags: TAIL_FLAGS,
  examples: [
    ["chat tail --since 2h", "what was said in the last two hours"],
    ["chat tail --follow --json", "everything from now on, for a program"],
  ],
};

/** Where to begin: after an entry, at a moment in milliseconds since 1970, or so many milliseconds ago. */
export type Since = { readonly seq: number } | { readonly at: number } | { readonly ago: number };

/** What `chat send` is told before it starts. */
export interface SendConfig {
  readonly address: Address;
  readonly room: string;
  readonly name: string;
  /** Whether somebody asked for this name. */
  readonly named: boolean;
  /** The one message to send; `undefined` sends the lines of stdin. */
  readonly text: string | undefined;
  readonly access: Access;
}

/** What `chat tail` is told before it starts. */
export type TailConfig = Omit<Values<typeof TAIL_FLAGS>, keyof typeof ACCESS_FLAGS> & {
  readonly address: Address;
  readonly access: Access;
};

/** What `chat send` is given beside its flags. */
export interface SendArguments {
  /** The arguments before `--`: the first of them may be an address. */
  readonly words: readonly string[];
  /** What follows `--`: words, whatever they look like. */
  readonly more: readonly string[];
  /** The user's login name, where there is one. */
  readonly login: string | undefined;
  readonly access: Access;
}

/**
 * What the arguments of `chat send` mean.
 *
 * @return The config, or why there is nothing to send.
 */
export function sendConfig(
  values: Values<typeof SEND_FLAGS>,
  { words, more, login, access }: SendArguments,
): Checked<SendConfig> {
  const encrypted = /^tls:\/\//i.test(words[0] ?? "") ? checkAddress(words[0]) : undefined;
  if (encrypted && "problem" in encrypted) return { problem: `${JSON.stringify(words[0])} ${encrypted.problem}` };
  const address = encrypted?.value ?? (words.length === 0 ? undefined : plainAddress(words[0]));
  const said = [...address === undefined ? words : words.slice(1), ...more];
  const text = said.length === 0 ? undefined : said.join(" ");
  const problem = text === undefined ? undefined : unsayable(text);
  if (problem !== undefined) return { problem };
  return {
    value: {
      address: address ?? { host: DEFAULT_HOST, port: DEFAULT_PORT },
      room: values.room,
      name: values.name ?? loginNick(login),
      named: values.name !== undefined,
      text,
      access,
    },
  };
}

/**
 * The address that a word looks like beyond doubt: an IP address, `localhost`, or anything with a port. A mere name could be a word of a message.
 *
 * @example
 * ```ts
 * import { plainAddress } from "./flags.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(plainAddress("10.0.0.5"), { host: "10.0.0.5", port: 12345 });
 * assertEquals(plainAddress("example.org:80"), { host: "example.org", port: 80 });
 * assertEquals(plainAddress("build"), undefined);
 * assertEquals(plainAddress("12:30"), undefined);
 * ```
 */
export function plainAddress(word: string): Address | undefined {
  const isPlain = /^(localhost|\d{1,3}(\.\d{1,3}){3})$|^([a-z][\w.-]*|\d{1,3}(\.\d{1,3}){3})?:\d+$|^\[|:.*:/i.test(word);
  return isPlain ? parseAddress(word) : undefined;
}

/** What the argument of `chat tail` means, or what is wrong with it. */
export function tailConfig(
  { room, name, since, json, follow }: Values<typeof TAIL_FLAGS>,
  address: string,
  access: Access,
): Checked<TailConfig> {
  const checked = checkAddress(address);
  return "problem" in checked ? checked : { value: { room, name, since, json, follow, address: checked.value, access } };
}

/** Twelve digits and more are milliseconds, as in an entry's `at`: no room has so many entries. */
function parseSince(text: string): Checked<Since> {
  if (/^\d{1,11}$/.test(text)) return { value: { seq: Number(text) } };
  const age = /^(\d{1,6})([smhd])$/.exec(text);
  if (age) {
    return { value: { ago: Number(age[1]) * { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[age[2] as "s" | "m" | "h" | "d"] } };
  }
  const parsed = moment(text);
  if ("value" in parsed) return { value: { at: parsed.value } };
  return { problem: "is neither a seq nor a time; allowed are whole numbers, dates such as 2026-01-31, and 10m, 2h or 1d" };
}
