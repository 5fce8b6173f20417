/**
 * The flags of `chat client` and what they mean.
 *
 * @module
 */
import { type Checked, type Env, envName, type Flags, oneOf, onOff, type Values } from "../shared/flags.ts";
import { parseNick } from "../shared/names.ts";
import { isFingerprint } from "../shared/fingerprint.ts";
import { count } from "../shared/text.ts";
import { type Address, type ClientConfig, parseAddress } from "./config.ts";

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
} satisfies Flags;

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

/** What the process finds itself in. */
export type Surroundings = Pick<ClientConfig, "folders" | "dumb">;

/**
 * Reads `host`, `host:port` or `[v6]:port` and the flags.
 *
 * @return The config, or what is wrong with the address.
 */
export function clientConfig(values: Values<typeof CLIENT_FLAGS>, address: string, { folders, dumb }: Surroundings): Checked<ClientConfig> {
  const parsed = checkAddress(address);
  if ("problem" in parsed) return parsed;
  const { name, plain, bell, colour, json } = values;
  return { value: { ...parsed.value, name, plain, bell, colour, timeFormat: values["time-format"], json, dumb, folders } };
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
