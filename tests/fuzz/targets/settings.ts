/**
 * What people set: flags, addresses, `config.json`.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { formatAddress, parseAddress } from "../../../client/config.ts";
import { checkAddress, CLIENT_FLAGS } from "../../../client/flags.ts";
import { SEND_FLAGS, TAIL_FLAGS } from "../../../client/scripts/flags.ts";
import { readSettings } from "../../../client/settings.ts";
import { SERVER_FLAGS } from "../../../server/config.ts";
import { INVITE_FLAGS } from "../../../server/access/invite_flags.ts";
import { BACKUP_FLAGS, EXPORT_FLAGS } from "../../../server/history_flags.ts";
import { isFingerprint } from "../../../shared/fingerprint.ts";
import { type Flags, parseFlags } from "../../../shared/flags.ts";
import { isClean } from "../../../shared/text.ts";
import { bytesOf, type Target, textOf } from "../target.ts";
import { TempFolder } from "../../temp_folder.ts";

const TABLES: readonly Flags[] = [CLIENT_FLAGS, SEND_FLAGS, TAIL_FLAGS, SERVER_FLAGS, BACKUP_FLAGS, EXPORT_FLAGS, INVITE_FLAGS];
const NAMES = [...new Set(TABLES.flatMap((table) => Object.keys(table)))];

/** A command line is understood or wrong in one line; every flag of the table has a value then; and the engine's own objects are as before. */
const flags: Target = {
  name: "flags",
  grammar: {
    examples: [
      "--name\0bob\0--json",
      "--port=80\0--host\x000.0.0.0",
      "host:1\0--\0--name",
      "-h",
      "--no-bell\0--colour\0never",
      "--since\x002026-01-31",
    ],
    tokens: [
      ...NAMES.map((name) => `--${name}`),
      ...[
        "\0",
        "=",
        "-",
        "--",
        "--no-",
        "--help",
        ".",
        "\0--\0",
        "--__proto__",
        ".__proto__.x=1",
        "--constructor",
        "1",
        "-1",
        "true",
        "bob",
        "--_",
      ],
    ],
    // As long as the longest name of a file: no machine gives a program much more in one word by accident.
    longest: 4_096,
  },
  check: (input, random) => {
    const table = random.pick(TABLES);
    const parsed = parseFlags(table, textOf(input).split("\0"), () => random.chance(0.1) ? random.pick(["1", "x", "\x1b["]) : undefined);
    assertEquals(Object.keys(Object.prototype), [], "every object has a new field");
    if (parsed.kind === "wrong") assert(!/[\n\r]/.test(parsed.text), "more than a line");
    if (parsed.kind === "parsed") assertEquals(Object.keys(parsed.values).sort(), Object.keys(table).sort());
  },
};

const FINGERPRINT = "cJ6AyISHokEeHuTfufIqhhSS0gxHZRUMDHlKvXD4FHw";

/** An address that is understood is written and read as the same, is encrypted where it says so, and known by the fingerprint it says. */
const addresses: Target = {
  name: "addresses",
  grammar: {
    examples: [
      "example.org:80",
      "[::1]:80",
      "::1",
      "fe80::1%eth0",
      "localhost",
      ":1234",
      "127.0.0.1",
      "tls://example.org",
      `tls://a:1#${FINGERPRINT}`,
      `TLS://[::1]:80/#${FINGERPRINT}`,
    ],
    tokens: [
      ":",
      "::",
      "[",
      "]",
      "%",
      ".",
      "1",
      "80",
      "65536",
      "a",
      "example",
      "/",
      "@",
      "#",
      " ",
      "é",
      "0x1",
      "tls://",
      `#${FINGERPRINT}`,
      FINGERPRINT,
    ],
    longest: 4_096,
  },
  check: (input) => {
    const text = textOf(input).trim();
    const address = parseAddress(text);
    const { problem } = { problem: undefined, ...checkAddress(text) };
    assert((problem === undefined) === (address !== undefined) && isClean(problem ?? ""), "a flag understands another address");
    if (address === undefined) return;
    assert(/^tls:\/\//i.test(text) === (address.tls !== undefined), "it is encrypted when it should not be, or not when it should");
    const [, fingerprint] = text.split("#");
    assert(address.tls?.fingerprint === fingerprint && (fingerprint === undefined || isFingerprint(fingerprint)), "another fingerprint");
    assert(address.port >= 1 && address.port <= 65_535 && !/[\s\p{Cc}]/u.test(address.host), JSON.stringify(address));
    assertEquals(parseAddress(formatAddress(address) + (fingerprint === undefined ? "" : `#${fingerprint}`)), address);
  },
};

/** What is in the file is a setting that parses, or a warning of one clean line; nothing is fatal. */
const config: Target = {
  name: "config.json",
  // Each is a file, and often one that is moved aside.
  share: 0.1,
  grammar: {
    examples: [
      '{"name": "bob", "server": "example.org:80"}',
      '{"colour": "never", "bell": false, "timeFormat": "12h"}',
      "",
      "[]",
      '{"nmae": 1}',
    ],
    tokens: [
      ...'{}[],:"\\\n',
      '"name"',
      '"server"',
      '"bell"',
      '"colour"',
      '"timeFormat"',
      '"__proto__"',
      "true",
      "null",
      "1e9",
      '"12h"',
      '"\\u001b[31m"',
      "\xff",
    ],
    longest: 32_768,
  },
  check: (input) => {
    using folder = new TempFolder();
    Deno.writeFileSync(`${folder.path}/config.json`, bytesOf(input));
    const { flags, server, warnings } = readSettings(folder.path, new Date(0));
    for (const warning of warnings) assert(isClean(warning), `not clean: ${JSON.stringify(warning)}`);
    for (const [name, text] of flags) assert("value" in CLIENT_FLAGS[name as keyof typeof CLIENT_FLAGS].parse(text), `${name} is ${text}`);
    assert(server === undefined || parseAddress(server) !== undefined, `the server is ${server}`);
  },
};

export const SETTINGS: readonly Target[] = [flags, addresses, config];
