/**
 * What a server is started with. The flags table that fills it stands below its type.
 *
 * @module
 */
import { flagsAsTyped } from "../shared/command_line.ts";
import { EXIT, Fatal } from "../shared/exit.ts";
import { between, type Checked, type Flags, oneOf, onOff, type Values } from "../shared/flags.ts";
import type { Command } from "../shared/help.ts";
import { DATA_FLAG } from "./history_flags.ts";
import { LIMITS } from "../shared/protocol.ts";

/** Messages that a person may send at once before the rate holds. */
const BURST = 50;

/** Bounds that an owner may change; `undefined` means none (`--limits off`). */
export interface ServerLimits {
  /** Connections in all; the process's file limit less 64 holds besides. */
  readonly maxConnections: number | undefined;
  /** Connections from one address. A classroom sits behind one. */
  readonly maxPerAddress: number | undefined;
  /** Messages per second of one session after a burst; more are read later, not dropped. */
  readonly rate: number | undefined;
  /** Messages at once before `rate` holds. */
  readonly burst: number;
  /** Bytes of a message's text, and of a text-mode line. */
  readonly textBytes: number;
}

/** The files of a certificate and its private key, in PEM. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/** Everything `serve` needs to know. */
export interface ServerConfig {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly logFormat: "text" | "json";
  /** Whether message texts are logged; by default where the log goes to a terminal. */
  readonly logMessages: boolean;
  readonly limits: ServerLimits;
  /** The folder of the history; `undefined`: the platform's place for a program's data. */
  readonly data: string | undefined;
  /** Keeps the history in memory and nothing on disk. */
  readonly ephemeral: boolean;
  /** How to encrypt: with these files, or with a certificate of the server's own; `undefined`: not at all. */
  readonly tls: TlsFiles | "own" | undefined;
  /** The file whose first line is the password; `undefined`: everybody may come in. */
  readonly passwordFile: string | undefined;
  /** Whether the password may come over a connection from another machine that is not encrypted. */
  readonly allowPlaintextPassword: boolean;
  /** Names that browsers may reach the server by, besides addresses and private names; in lower case. */
  readonly webHosts: readonly string[];
  /** Opens the server's window in the browser of whoever starts the server. */
  readonly open: boolean;
  /** Prints a code for a new owner though there is one. */
  readonly newOwner: boolean;
  /** Prints a QR code of the chat page's link. */
  readonly qr: boolean;
  /** The flags it was started with, but for `--host`, to be typed again. */
  readonly flags: readonly string[];
}

/** The flags of `chat server`. */
export const SERVER_FLAGS = {
  "host": {
    placeholder: "HOST",
    help: "the address to listen on; 0.0.0.0 or :: is all of this machine's",
    default: "127.0.0.1",
    parse: parseHost,
  },
  "port": {
    placeholder: "PORT",
    help: "the port to listen on; 0 picks a free one",
    default: 12345,
    parse: between(0, 65_535, "a port"),
  },
  "data": DATA_FLAG,
  "ephemeral": {
    help: "keep the newest messages in memory, and nothing on disk",
    default: false,
    parse: onOff,
  },
  "tls": {
    help: "encrypt, and let in from elsewhere only who does so too; with a certificate that is made on the first start",
    default: false,
    parse: onOff,
  },
  "tls-cert": {
    placeholder: "FILE",
    help: "encrypt with the certificate in this file, in PEM, those that vouch for it after it; needs --tls-key",
    default: undefined,
    parse: parseFile,
  },
  "tls-key": {
    placeholder: "FILE",
    help: "the private key of --tls-cert, in PEM",
    default: undefined,
    parse: parseFile,
  },
  "password-file": {
    placeholder: "FILE",
    help: "ask everybody for the password on the first line of this file, which only you may read, or for the code of a chat invite",
    default: undefined,
    parse: (text: string): Checked<string> => ({ value: text }),
  },
  "allow-plaintext-password": {
    help: "take the password over connections from other machines that are not encrypted, where others on the way can read it",
    default: false,
    parse: onOff,
  },
  "web-host": {
    placeholder: "NAMES",
    help: "names, with commas between, that browsers may reach the server by, besides addresses and local names: chat.example.com",
    default: undefined,
    parse: parseNames,
  },
  "open": {
    help: "open the server's window in your browser",
    default: false,
    parse: onOff,
  },
  "new-owner": {
    help: "print a code that makes whoever types it the owner, though the server has one",
    default: false,
    parse: onOff,
  },
  "qr": {
    help: "print the link to the chat page as a QR code too, for phones",
    default: false,
    parse: onOff,
  },
  "log-format": {
    placeholder: "FORMAT",
    help: "how the log is written to stderr: text or json",
    default: "text",
    parse: oneOf("text", "json"),
  },
  "log-messages": {
    help: "put what people say into the log; without the flag, done only where the log goes to a terminal (--no-log-messages: nowhere)",
    default: undefined,
    parse: onOff,
  },
  "max-connections": {
    placeholder: "N",
    help: "connections at once (default: what the limit of open files allows)",
    default: undefined,
    parse: between(1, 1_000_000, "a number of connections"),
  },
  "max-per-address": {
    placeholder: "N",
    help: "connections at once from one address",
    default: 100,
    parse: between(1, 1_000_000, "a number of connections"),
  },
  "rate": {
    placeholder: "N",
    help: `messages per second of one person, after ${BURST} at once; more are read later, not dropped`,
    default: 20,
    parse: between(1, 1_000_000, "a number of messages per second"),
  },
  "max-text": {
    placeholder: "BYTES",
    help: "the longest message",
    default: LIMITS.textBytes,
    parse: between(1, LIMITS.textBytes, "a number of bytes"),
  },
  "limits": {
    placeholder: "off",
    help: "turn off --max-connections, --max-per-address and --rate, for benchmarks",
    default: undefined,
    parse: oneOf("on", "off"),
  },
} satisfies Flags;

/** `chat server`, as its help tells of it. */
export const SERVER_COMMAND: Command = {
  summary: "keep the room that people chat in",
  usage: "chat server [flags]",
  about:
    "Starts a chat server, says how to join it, and runs until Ctrl-C. People join with a browser, with chat client, with netcat and " +
    "with telnet, all on one port. The log goes to stderr.",
  flags: SERVER_FLAGS,
  examples: [
    ["chat server", "for this machine only"],
    ["chat server --host 0.0.0.0", "for everybody who can reach this machine"],
    ["chat server --log-format json", "a log for programs to read"],
  ],
};

/**
 * What the flags mean.
 *
 * @param logIsTerminal Whether the log goes to a terminal.
 * @throws {Fatal} When flags are given that mean nothing without others.
 */
export function serverConfig(values: Values<typeof SERVER_FLAGS>, logIsTerminal: boolean): ServerConfig {
  const limited = values.limits !== "off";
  return {
    host: values.host,
    port: values.port,
    data: values.data,
    ephemeral: values.ephemeral,
    tls: tlsOf(values),
    passwordFile: values["password-file"],
    allowPlaintextPassword: plaintextPassword(values),
    webHosts: values["web-host"] ?? [],
    open: values.open,
    newOwner: values["new-owner"],
    qr: values.qr,
    flags: flagsAsTyped(SERVER_FLAGS, { ...values, host: SERVER_FLAGS.host.default }),
    logFormat: values["log-format"],
    logMessages: values["log-messages"] ?? logIsTerminal,
    limits: {
      maxConnections: limited ? values["max-connections"] : undefined,
      maxPerAddress: limited ? values["max-per-address"] : undefined,
      rate: limited ? values.rate : undefined,
      burst: BURST,
      textBytes: values["max-text"],
    },
  };
}

function tlsOf({ tls, "tls-cert": cert, "tls-key": key }: Values<typeof SERVER_FLAGS>): ServerConfig["tls"] {
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (cert !== undefined) throw new Fatal(EXIT.usage, "--tls-cert: needs the private key too; add --tls-key FILE");
  if (key !== undefined) throw new Fatal(EXIT.usage, "--tls-key: needs the certificate too; add --tls-cert FILE");
  return tls ? "own" : undefined;
}

function plaintextPassword(values: Values<typeof SERVER_FLAGS>): boolean {
  if (!values["allow-plaintext-password"] || values["password-file"] !== undefined) return values["allow-plaintext-password"];
  throw new Fatal(EXIT.usage, "--allow-plaintext-password: there is no password to take; add --password-file FILE");
}

function parseFile(text: string): Checked<string> {
  return text.includes("\0") ? { problem: "is not the name of a file" } : { value: text };
}

/** Takes an IPv6 address with brackets too. Whether there is such a host is seen on listening. */
function parseHost(text: string): Checked<string> {
  const value = text.replace(/^\[(.*:.*)\]$/, "$1");
  return /^[\w.:%-]{1,253}$/.test(value) ? { value } : { problem: "is not a host; allowed are a host name and an IP address" };
}

function parseNames(text: string): Checked<readonly string[]> {
  const value = text.toLowerCase().split(",").map((name) => name.trim());
  return value.every((name) => /^[\w-]+(\.[\w-]+)*$/.test(name)) ? { value } : { problem: "is not a list of host names, without ports" };
}
