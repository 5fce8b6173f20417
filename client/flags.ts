/**
 * The flags of `chat client`, what they mean, and its help.
 *
 * @module
 */
import { type Checked, type Env, envName, type Flags, oneOf, onOff, type Values } from "../shared/flags.ts";
import { EXIT, Fatal } from "../shared/exit.ts";
import { inviteCode } from "../shared/flag_values.ts";
import type { Command } from "../shared/help.ts";
import { parseNick } from "../shared/names.ts";
import { isFingerprint } from "../shared/fingerprint.ts";
import { type OpenFile, readPasswordFile } from "../shared/password.ts";
import { LIMITS } from "../shared/protocol.ts";
import { byteLength, count } from "../shared/text.ts";
import { type Access, type Address, type ClientConfig, DEFAULT_ADDRESS, parseAddress } from "./config.ts";

/** The flags of every command that joins a server, for one that asks for a password. */
export const ACCESS_FLAGS = {
  "password-file": {
    placeholder: "FILE",
    help:
      "where the password is, on the first line; CHAT_PASSWORD may hold it too. Among the arguments everybody on this machine could see it",
    default: undefined,
    parse: (text: string): Checked<string> => ({ value: text }),
  },
  "invite": {
    placeholder: "CODE",
    help: "the code of an invite, or its link, in place of a password",
    default: undefined,
    parse: inviteCode,
  },
  "allow-plaintext-password": {
    help: "send the password to other machines over connections that are not encrypted, where others on the way can read it",
    default: false,
    parse: onOff,
  },
} satisfies Flags;

/** The flags of `chat client`. */
export const CLIENT_FLAGS = {
  "name": {
    placeholder: "NAME",
    help: "the name to chat under; without it, the last one on that server, or you are asked",
    default: undefined,
    parse: parseName,
  },
  "plain": {
    help: "print line after line: no redrawing, no colour, no status line; for screen readers and simple terminals",
    default: false,
    parse: onOff,
  },
  "colour": {
    placeholder: "WHEN",
    also: "color",
    help: "auto, always or never; auto is where the output is a terminal. NO_COLOR in the environment means never",
    default: "auto",
    parse: oneOf("auto", "always", "never"),
  },
  "bell": {
    help: "ring the terminal's bell when somebody says your name; --no-bell: do not",
    default: true,
    parse: onOff,
  },
  "time-format": {
    placeholder: "FORMAT",
    help: "how the time of a message is shown: 24h, 12h or none",
    default: "24h",
    parse: oneOf("24h", "12h", "none"),
  },
  "json": {
    help: "take and print frames, one JSON object a line: for bots and tests",
    default: false,
    parse: onOff,
  },
  ...ACCESS_FLAGS,
} satisfies Flags;

/** `chat client`, as its help tells of it. */
export const CLIENT_COMMAND: Command = {
  summary: "join a server and chat",
  usage: "chat client [ADDRESS] [flags]",
  about:
    `Joins the chat server at ADDRESS (host, host:port or [v6]:port; tls:// before it encrypts). Where none is given: the one in CHAT_SERVER, in ` +
    `config.json, the one joined last, or ${DEFAULT_ADDRESS}. bye, Ctrl-D or Ctrl-C leaves. Where input or output is not a terminal it is a pipe: ` +
    "lines in are messages, messages out are lines.",
  flags: CLIENT_FLAGS,
  examples: [
    ["chat client --name bob", "join the server on this machine"],
    ["chat client 192.168.1.5 --name bob", "join one on another machine"],
    ["date | chat client --name clock", "say one thing and leave"],
  ],
};

/**
 * Where {@link CLIENT_FLAGS} are looked up when the command line does not say: in the environment, then among the settings.
 *
 * @param settings Gives a text for each flag that is set; called when it is needed.
 *
 * @example
 * ```ts
 * import { clientEnv } from "./flags.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const env = clientEnv((name) => name === "CHAT_NAME" ? "ann" : undefined, () => new Map([["name", "bob"], ["bell", "false"]]));
 * assertEquals([env("CHAT_NAME"), env("CHAT_BELL"), env("CHAT_JSON")], ["ann", "false", undefined]);
 * ```
 */
export function clientEnv(env: Env, settings: () => ReadonlyMap<string, string>): Env {
  return (name) => {
    const said = env(name) || (name === envName("colour") && env("NO_COLOR") ? "never" : undefined);
    return said ?? [...settings()].find(([flag]) => envName(flag) === name)?.[1];
  };
}

/**
 * What is given to a server that asks for a password: an invite goes before a file, that before the environment.
 *
 * @throws {Fatal} When the file holds no password, or the environment one that is none.
 */
export async function accessOf(
  values: Values<typeof ACCESS_FLAGS>,
  env: Env,
  open: (path: string) => Promise<OpenFile>,
): Promise<Access> {
  const { "password-file": file, invite } = values;
  const set = env("CHAT_PASSWORD") || undefined;
  if (set !== undefined && byteLength(set) > LIMITS.passwordBytes) {
    throw new Fatal(EXIT.usage, `CHAT_PASSWORD: is too long; a password has at most ${LIMITS.passwordBytes} bytes`);
  }
  const password = invite ?? (file === undefined ? set : await readPasswordFile(file, open));
  return { password, allowPlaintext: values["allow-plaintext-password"] };
}

/** What the process finds itself in. */
export type Surroundings = Pick<ClientConfig, "folders" | "dumb" | "access">;

/**
 * Reads `host`, `host:port` or `[v6]:port` and the flags.
 *
 * @return The config, or what is wrong with the address.
 */
export function clientConfig(
  values: Values<typeof CLIENT_FLAGS>,
  address: string,
  { folders, dumb, access }: Surroundings,
): Checked<ClientConfig> {
  const parsed = checkAddress(address);
  if ("problem" in parsed) return parsed;
  const { name, plain, bell, colour, json } = values;
  return { value: { ...parsed.value, name, plain, bell, colour, timeFormat: values["time-format"], json, dumb, folders, access } };
}

/**
 * Reads an address as {@link parseAddress} does, or says what is wrong with it.
 *
 * @example
 * ```ts
 * import { checkAddress } from "./flags.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(checkAddress("[::1]:80"), { value: { host: "::1", port: 80 } });
 * assertEquals(checkAddress("tls://example.org#abc"), {
 *   problem: "has no fingerprint after #; one has 43 characters, letters, digits, - and _, and this has 3",
 * });
 * ```
 */
export function checkAddress(text: string): Checked<Address> {
  const value = parseAddress(text);
  if (value !== undefined) return { value };
  const [, scheme, fingerprint] = /^(tls:\/\/)?[^#]*#(.*)$/i.exec(text.trim()) ?? [];
  if (fingerprint !== undefined && scheme === undefined) return { problem: "has a fingerprint, for which tls:// must stand before it" };
  if (fingerprint !== undefined && !isFingerprint(fingerprint)) {
    const form = "one has 43 characters, letters, digits, - and _";
    if (fingerprint.length !== 43) return { problem: `has no fingerprint after #; ${form}, and this has ${count(fingerprint.length)}` };
    return { problem: `has no fingerprint after #; ${form}, and some character of this is wrong` };
  }
  return { problem: "is not an address; allowed are host, host:port and [v6]:port, the port from 1 to 65535, and tls:// before them" };
}

function parseName(text: string): Checked<string> {
  const nick = parseNick(text);
  return nick.ok ? { value: nick.name } : { problem: `is not allowed: ${nick.refusal.text}` };
}
