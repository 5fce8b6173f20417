import { assert, assertEquals, assertThrows } from "@std/assert";
import { EXIT, Fatal } from "../../shared/exit.ts";
import { type Flags, parseFlags } from "../../shared/flags.ts";
import { SERVER_FLAGS, type ServerConfig, serverConfig } from "../../server/config.ts";

/** What the server works with; `flags`, which only repeat it, are tested below. */
type Config = Omit<ServerConfig, "flags">;

function whole(args: readonly string[], logIsTerminal = true): ServerConfig | string {
  const parsed = parseFlags(SERVER_FLAGS, args, () => undefined);
  if (parsed.kind === "parsed") return serverConfig(parsed.values, logIsTerminal);
  return parsed.kind === "wrong" ? parsed.text : parsed.kind;
}

function config(args: readonly string[], logIsTerminal = true): Config | string {
  const found = whole(args, logIsTerminal);
  if (typeof found === "string") return found;
  const { flags: _, ...rest } = found;
  return rest;
}

const DEFAULTS: Config = {
  host: "127.0.0.1",
  port: 12345,
  data: undefined,
  ephemeral: false,
  tls: undefined,
  passwordFile: undefined,
  allowPlaintextPassword: false,
  webHosts: [],
  open: false,
  newOwner: false,
  qr: false,
  logFormat: "text",
  logMessages: true,
  limits: { maxConnections: undefined, maxPerAddress: 100, rate: 20, burst: 50, textBytes: 4096 },
};

Deno.test("serverConfig has the defaults of the contract", () => {
  assertEquals(config([]), DEFAULTS);
});

Deno.test("serverConfig has the flags to type again, for another host", () => {
  const flags = (...args: string[]) => (whole(args) as ServerConfig).flags;
  assertEquals(flags("--port", "12345", "--host=0.0.0.0"), []);
  assertEquals(flags("--host=::", "--port=81", "--data=my chat", "--tls", "--rate=20"), ["--port 81", "--data 'my chat'", "--tls"]);
});

Deno.test("serverConfig turns limits off, but not that of a message's length", () => {
  const limits = { maxConnections: undefined, maxPerAddress: undefined, rate: undefined, burst: 50, textBytes: 4096 };
  assertEquals(config(["--limits", "off"]), { ...DEFAULTS, limits });
  assertEquals(config(["--limits=off", "--max-connections=5", "--max-text=10"]), { ...DEFAULTS, limits: { ...limits, textBytes: 10 } });
  assertEquals(config(["--limits", "on"]), DEFAULTS);
});

Deno.test("serverConfig takes a password in the clear only where there is one", () => {
  const passwordFile = "secret";
  assertEquals(config(["--password-file=secret", "--allow-plaintext-password"]), {
    ...DEFAULTS,
    passwordFile,
    allowPlaintextPassword: true,
  });
  const { message, code } = assertThrows(() => config(["--allow-plaintext-password"]), Fatal);
  assertEquals([message, code], ["--allow-plaintext-password: there is no password to take; add --password-file FILE", EXIT.usage]);
});

Deno.test("serverConfig logs messages to a terminal only, unless told", () => {
  const logMessages = (args: string[], logIsTerminal: boolean) => (config(args, logIsTerminal) as Config).logMessages;
  assertEquals(logMessages([], true), true);
  assertEquals(logMessages([], false), false);
  assertEquals(logMessages(["--log-messages"], false), true);
  assertEquals(logMessages(["--no-log-messages"], true), false);
});

Deno.test("serverConfig keeps the history where --data says, or nowhere", () => {
  assertEquals(config(["--data", "/srv/chat"]), { ...DEFAULTS, data: "/srv/chat" });
  assertEquals(config(["--ephemeral"]), { ...DEFAULTS, ephemeral: true });
});

Deno.test("serverConfig takes the names that browsers know the server by", () => {
  assertEquals(config(["--web-host", "Chat.example.com, box.example"]), { ...DEFAULTS, webHosts: ["chat.example.com", "box.example"] });
  for (const text of ["a,", "http://a", "a:80", "a b", ".a"]) {
    assertEquals(config(["--web-host", text]), `--web-host: "${text}" is not a list of host names, without ports`);
  }
});

Deno.test("serverConfig opens no browser and prints no QR code unless told", () => {
  assertEquals(config(["--open"]), { ...DEFAULTS, open: true });
  assertEquals(config(["--qr"]), { ...DEFAULTS, qr: true });
  assertEquals(config(["--no-open", "--no-qr"]), DEFAULTS);
});

const HOSTS: readonly [text: string, host: string | undefined][] = [
  ["0.0.0.0", "0.0.0.0"],
  ["::", "::"],
  ["[::1]", "::1"],
  ["fe80::1%eth0", "fe80::1%eth0"],
  ["chat.example.org", "chat.example.org"],
  ["a".repeat(253), "a".repeat(253)],
  ["a".repeat(254), undefined],
  ["a b", undefined],
  ["http://localhost", undefined],
  ["[localhost]", undefined],
];

Deno.test("SERVER_FLAGS takes hosts and refuses what is none", () => {
  for (const [text, host] of HOSTS) {
    const expected = host === undefined
      ? `--host: "${text}" is not a host; allowed are a host name and an IP address`
      : { ...DEFAULTS, host };
    assertEquals(config(["--host", text]), expected, text);
  }
});

const EDGES: readonly [flag: string, min: number, max: number][] = [
  ["port", 0, 65_535],
  ["max-connections", 1, 1_000_000],
  ["max-per-address", 1, 1_000_000],
  ["rate", 1, 1_000_000],
  ["max-text", 1, 4_096],
];

Deno.test("SERVER_FLAGS holds each number to its bounds", () => {
  for (const [flag, min, max] of EDGES) {
    for (const inside of [min, max]) assert(typeof config([`--${flag}`, String(inside)]) === "object", `${flag} ${inside}`);
    for (const outside of [min - 1, max + 1]) {
      const text = config([`--${flag}`, String(outside)]);
      assert(typeof text === "string" && text.endsWith(`; allowed are ${min} to ${max}`), `${flag} ${outside}: ${text}`);
    }
  }
});

Deno.test("SERVER_FLAGS has defaults that it would take", () => {
  for (const flag of Object.values(SERVER_FLAGS as Flags)) {
    if (flag.default !== undefined) assertEquals(flag.parse(String(flag.default)), { value: flag.default });
  }
});
