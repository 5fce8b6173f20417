/**
 * The flags of `chat client` and what they mean.
 *
 * @module
 */
import { type Checked, type Flags, onOff, type Values } from "../shared/flags.ts";
import { parseNick } from "../shared/names.ts";
import { type ClientConfig, parseAddress } from "./config.ts";

/** The flags of `chat client`. */
export const CLIENT_FLAGS = {
  "name": {
    placeholder: "NAME",
    help: "the name to chat under; without it you are asked",
    default: undefined,
    parse: parseName,
  },
  "json": {
    help: "take and print frames, one JSON object a line: for bots and tests",
    default: false,
    parse: onOff,
  },
} satisfies Flags;

/**
 * Reads `host`, `host:port` or `[v6]:port` and the flags.
 *
 * @return The config, or what is wrong with the address.
 */
export function clientConfig(values: Values<typeof CLIENT_FLAGS>, address: string): Checked<ClientConfig> {
  const parsed = parseAddress(address);
  if (parsed === undefined) {
    return { problem: "is not an address; allowed are host, host:port and [v6]:port, the port from 1 to 65535" };
  }
  return { value: { ...parsed, name: values.name, json: values.json } };
}

function parseName(text: string): Checked<string> {
  const nick = parseNick(text);
  return nick.ok ? { value: nick.name } : { problem: `is not allowed: ${nick.refusal.text}` };
}
