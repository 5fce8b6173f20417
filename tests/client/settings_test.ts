import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { ClientFolders } from "../../client/config.ts";
import { checkAddress, CLIENT_FLAGS, clientConfig, clientEnv } from "../../client/flags.ts";
import { readSettings, setSetting } from "../../client/settings.ts";
import { parseFlags } from "../../shared/flags.ts";
import { type FolderKind, platformFolder } from "../../shared/folders.ts";
import { TempFolder } from "../temp_folder.ts";

const NOW = new Date("2026-01-31T12:00:00Z");
const NOWHERE: ClientFolders = { config: undefined, state: undefined };

function write(folder: TempFolder, text: string | Uint8Array): void {
  Deno.writeFileSync(`${folder.path}/config.json`, typeof text === "string" ? new TextEncoder().encode(text) : text);
}

function held(folder: TempFolder): string {
  return Deno.readTextFileSync(`${folder.path}/config.json`);
}

/** What was read, with the folder's name cut out of the warnings. */
function read(folder: TempFolder): { settings: Record<string, string>; warnings: string[] } {
  const { flags, server, warnings } = readSettings(folder.path, NOW);
  return {
    settings: { ...Object.fromEntries(flags), ...server === undefined ? {} : { server } },
    warnings: warnings.map((text) => text.replaceAll(`${folder.path}/`, "")),
  };
}

Deno.test("platformFolder is the platform's, or none without a home", () => {
  const home = { HOME: "/home/ann" };
  const table: [FolderKind, string, Record<string, string>, string | undefined][] = [
    ["config", "linux", home, "/home/ann/.config/chat"],
    ["config", "linux", { ...home, XDG_CONFIG_HOME: "/c" }, "/c/chat"],
    ["config", "linux", { XDG_CONFIG_HOME: "/c" }, "/c/chat"],
    ["config", "linux", { ...home, XDG_CONFIG_HOME: "c" }, "/home/ann/.config/chat"],
    ["config", "linux", { ...home, XDG_STATE_HOME: "/s" }, "/home/ann/.config/chat"],
    ["config", "linux", { HOME: "" }, undefined],
    ["state", "linux", home, "/home/ann/.local/state/chat"],
    ["state", "linux", { ...home, XDG_STATE_HOME: "/s" }, "/s/chat"],
    ["state", "linux", {}, undefined],
    ["data", "linux", home, "/home/ann/.local/share/chat"],
    ["config", "darwin", { HOME: "/Users/ann" }, "/Users/ann/Library/Application Support/chat"],
    ["state", "darwin", { HOME: "/Users/ann" }, "/Users/ann/Library/Application Support/chat/state"],
    ["state", "darwin", {}, undefined],
    ["config", "windows", { APPDATA: "C:\\R" }, "C:\\R\\chat"],
    ["config", "windows", { USERPROFILE: "C:\\ann" }, "C:\\ann\\AppData\\Roaming\\chat"],
    ["state", "windows", { LOCALAPPDATA: "C:\\L" }, "C:\\L\\chat\\state"],
    ["state", "windows", { USERPROFILE: "C:\\ann" }, "C:\\ann\\AppData\\Local\\chat\\state"],
    ["data", "windows", { LOCALAPPDATA: "C:\\L" }, "C:\\L\\chat"],
    ["config", "windows", {}, undefined],
  ];
  for (const [kind, os, env, folder] of table) {
    assertEquals(platformFolder(kind, (name) => env[name], os), folder, JSON.stringify([kind, os, env]));
  }
});

Deno.test("a flag goes before the environment, that before config.json, that before the default", () => {
  using folder = new TempFolder();
  const config = (args: string[], env: Record<string, string>) => {
    const lookUp = clientEnv((name) => env[name], () => readSettings(folder.path, NOW).flags);
    const parsed = parseFlags(CLIENT_FLAGS, args, lookUp);
    assert(parsed.kind === "parsed", JSON.stringify(parsed));
    const checked = clientConfig(parsed.values, "example.org", {
      folders: NOWHERE,
      dumb: false,
      access: { password: undefined, allowPlaintext: false },
    });
    assert("value" in checked);
    const { name, colour, bell, timeFormat, plain, json } = checked.value;
    return [name, colour, bell, timeFormat, plain, json];
  };
  assertEquals(config([], {}), [undefined, "auto", true, "24h", false, false]);
  write(folder, '{"name":"carl","colour":"always","bell":false,"timeFormat":"12h"}');
  assertEquals(config([], {}), ["carl", "always", false, "12h", false, false]);
  const env = { CHAT_NAME: "bob", CHAT_COLOUR: "auto", CHAT_BELL: "true", CHAT_TIME_FORMAT: "none", CHAT_PLAIN: "1" };
  assertEquals(config([], env), ["bob", "auto", true, "none", true, false]);
  const args = ["--name", "ann", "--colour", "never", "--no-bell", "--time-format", "24h", "--no-plain", "--json"];
  assertEquals(config(args, env), ["ann", "never", false, "24h", false, true]);
  assertEquals(config([], { CHAT_NAME: "" })[0], "carl");
});

Deno.test("NO_COLOR is an environment that says never", () => {
  const colour = (args: string[], env: Record<string, string>, settings: [string, string][] = []) => {
    const parsed = parseFlags(CLIENT_FLAGS, args, clientEnv((name) => env[name], () => new Map(settings)));
    return parsed.kind === "parsed" ? parsed.values.colour : parsed;
  };
  assertEquals(colour([], { NO_COLOR: "1" }), "never");
  assertEquals(colour([], { NO_COLOR: "" }), "auto");
  assertEquals(colour([], { NO_COLOR: "1" }, [["colour", "always"]]), "never");
  assertEquals(colour([], { NO_COLOR: "1", CHAT_COLOUR: "always" }), "always");
  assertEquals(colour(["--colour=always"], { NO_COLOR: "1" }), "always");
  assertEquals(colour(["--color", "always"], { NO_COLOR: "1" }), "always");
  assertEquals(colour(["--color=always"], {}), "always");
  const twice = { kind: "wrong" as const, text: "--colour: given more than once" };
  assertEquals(colour(["--color=always", "--colour", "auto"], {}), twice as never);
});

Deno.test("readSettings takes a file without settings, and none, as nothing to say", () => {
  using folder = new TempFolder();
  assertEquals(read(folder), { settings: {}, warnings: [] });
  for (const text of ["", " \n", "{}", "\ufeff{}"]) {
    write(folder, text);
    assertEquals(read(folder), { settings: {}, warnings: [] }, JSON.stringify(text));
  }
  assertEquals(readSettings(undefined, NOW).warnings, []);
  assertEquals(readSettings("/dev/null/x", NOW).warnings, []);
  assertEquals(folder.names, ["config.json"]);
});

Deno.test("readSettings names what makes no sense, with what is allowed or near, and takes the rest", () => {
  using folder = new TempFolder();
  const table: [json: string, settings: Record<string, string>, ...warnings: string[]][] = [
    ['{"name":"bob","server":"a:1","bell":false}', { name: "bob", server: "a:1", bell: "false" }],
    ['{"bell":"true"}', { bell: "true" }],
    ['{"nmae":"bob","bell":true}', { bell: "true" }, 'there is no setting "nmae" (did you mean name?)'],
    ['{"time_format":"12h"}', {}, 'there is no setting "time_format" (did you mean timeFormat?)'],
    ['{"xyzzy":1}', {}, 'there is no setting "xyzzy" (there are name, server, colour, bell, timeFormat)'],
    ['{"__proto__":1}', {}, 'there is no setting "__proto__" (there are name, server, colour, bell, timeFormat)'],
    ['{"timeFormat":"25h","name":"bob"}', { name: "bob" }, 'timeFormat: "25h" is not allowed; allowed are 24h, 12h and none'],
    ['{"bell":"maybe"}', {}, 'bell: "maybe" is not allowed; allowed are true and false'],
    ['{"bell":1}', {}, "bell: 1 is not a text in quotes"],
    ['{"name":7}', {}, "name: 7 is not a text in quotes"],
    ['{"name":null}', {}, "name: null is not a text in quotes"],
    ['{"name":"a:b"}', {}, 'name: "a:b" is not allowed: A name cannot have a colon in it'],
    [
      '{"server":"a b"}',
      {},
      'server: "a b" is not an address; allowed are host, host:port and [v6]:port, the port from 1 to 65535, and tls:// before them',
    ],
    ['{"\\u001b[31mred":1}', {}, 'there is no setting "\\u001b[31mred" (there are name, server, colour, bell, timeFormat)'],
  ];
  for (const [json, settings, ...problems] of table) {
    write(folder, json);
    assertEquals(read(folder), { settings, warnings: problems.map((text) => `config.json: ${text}; it is left out`) }, json);
    assertEquals(held(folder), json);
  }
});

Deno.test("readSettings moves a file that is no JSON aside, over no other, and says so in one line", () => {
  using folder = new TempFolder();
  const texts = ['{"name":"bob",}', "[]", "null", '"x"', "\x1b[31m\n"];
  for (const text of texts) {
    write(folder, text);
    const { settings, warnings } = read(folder);
    assertEquals(settings, {});
    assertEquals([warnings.length, warnings[0].includes("\x1b")], [1, false]);
    assertMatch(warnings[0], /^config\.json is not [^\n]*: moved to config\.json\.broken-2026-01-31(-\d)?, going on without it$/);
  }
  write(folder, Uint8Array.of(0x22, 0xff, 0x22));
  assertStringIncludes(read(folder).warnings[0], "config.json is not text in UTF-8: moved to config.json.broken-2026-01-31-6,");
  const names = ["", "-2", "-3", "-4", "-5", "-6"].map((suffix) => `config.json.broken-2026-01-31${suffix}`);
  assertEquals(folder.names, names);
  for (const [i, text] of texts.entries()) assertEquals(Deno.readTextFileSync(`${folder.path}/${names[i]}`), text);
  assertEquals(read(folder), { settings: {}, warnings: [] });
});

Deno.test("readSettings reads 64 KiB and moves more aside", () => {
  using folder = new TempFolder();
  const json = '{"name":"bob"}';
  write(folder, json + " ".repeat(65_536 - json.length));
  assertEquals(read(folder), { settings: { name: "bob" }, warnings: [] });
  write(folder, json + " ".repeat(65_537 - json.length));
  assertMatch(read(folder).warnings.join(), /^config\.json has more than 65,536 bytes: moved to /);
});

Deno.test("readSettings leaves what is no file where it is", () => {
  using folder = new TempFolder();
  Deno.mkdirSync(`${folder.path}/config.json`);
  assertEquals(read(folder), { settings: {}, warnings: ["config.json is not a file; going on without it"] });
  assertEquals(folder.names, ["config.json"]);
});

Deno.test("setSetting changes one setting and keeps what it does not know", () => {
  using folder = new TempFolder();
  const path = `${folder.path}/deep/er`;
  assertEquals(setSetting(path, "name", "bob"), { value: { key: "name", value: "bob" } });
  assertEquals(readSettings(path, NOW).flags.get("name"), "bob");

  write(folder, '{"future": [1], "bell": true, "name": "bob"}');
  assertEquals(setSetting(folder.path, "bell", "false"), { value: { key: "bell", value: false } });
  assertEquals(setSetting(folder.path, "server", "example.org:80"), { value: { key: "server", value: "example.org:80" } });
  assertEquals(JSON.parse(held(folder)), { future: [1], bell: false, name: "bob", server: "example.org:80" });
  assertEquals([folder.names, folder.mode("config.json")], [["config.json", "deep"], 0o600]);
});

Deno.test("setSetting changes the file that a link leads to", () => {
  using folder = new TempFolder();
  using dotfiles = new TempFolder();
  write(dotfiles, '{"bell": true}');
  Deno.symlinkSync(`${dotfiles.path}/config.json`, `${folder.path}/config.json`);
  assert("value" in setSetting(folder.path, "name", "bob"));
  assertEquals(JSON.parse(held(dotfiles)), { bell: true, name: "bob" });
  assert(Deno.lstatSync(`${folder.path}/config.json`).isSymlink);
});

Deno.test("setSetting says what is wrong, or why it will not last, and then writes nothing", () => {
  using folder = new TempFolder();
  write(folder, '{"name":"bob"}');
  const problem = (key: string, text: string) => {
    const result = setSetting(folder.path, key, text);
    return "problem" in result ? result.problem : result;
  };
  const unsaved = (path: string | undefined) => {
    const result = setSetting(path, "bell", "true");
    return "value" in result && result.value.value === true ? result.value.unsaved?.replaceAll(`${folder.path}/`, "") : result;
  };
  assertEquals(problem("color", "never"), 'there is no setting "color" (did you mean colour?)');
  assertEquals(problem("colour", "red"), 'colour: "red" is not allowed; allowed are auto, always and never');
  assertEquals(problem("constructor", "x"), 'there is no setting "constructor" (there are name, server, colour, bell, timeFormat)');
  assertMatch(String(unsaved("/proc/chat")), /^\/proc\/chat\/config\.json cannot be written: [^\n]+$/);
  assertEquals(unsaved(undefined), "there is no home folder for config.json");
  assertEquals(held(folder), '{"name":"bob"}');
  write(folder, '{"name":"bob",');
  assertMatch(String(unsaved(folder.path)), /^config\.json is not JSON /);
  assertEquals([held(folder), folder.names], ['{"name":"bob",', ["config.json"]]);
});

Deno.test("checkAddress says what an address is", () => {
  assertEquals(checkAddress("[::1]:80"), { value: { host: "::1", port: 80 } });
  assert("problem" in checkAddress("host:0"));
});

/** Runs `chat client` with the permissions of the task; returns its exit code and what it said. */
async function client(folder: TempFolder, args: string[], env: Record<string, string> = {}): Promise<[code: number, ...lines: string[]]> {
  const { path } = folder;
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "chat", "client", ...args],
    cwd: new URL("../../", import.meta.url).pathname,
    env: { HOME: path, XDG_CONFIG_HOME: path, XDG_STATE_HOME: `${path}/state`, DENO_DIR, NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  return [code, ...new TextDecoder().decode(stderr).replaceAll(`${path}/`, "").trim().split("\n")];
}

/** Where Deno keeps npm packages, whatever home a test gives it. */
const DENO_DIR = Deno.env.get("DENO_DIR") ?? `${Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`}/deno`;

Deno.test("chat client joins the server that is given, that of the environment, of config.json, or the last one", async () => {
  using folder = new TempFolder();
  await Deno.mkdir(`${folder.path}/chat`);
  await Deno.mkdir(`${folder.path}/state/chat`, { recursive: true });
  const seen = (at: number) => ({ name: "bob", at, epoch: "e", rooms: [], cursors: {} });
  const servers = { "127.0.0.1:9": seen(1), "127.0.0.1:4": seen(3), "127.0.0.1:8": seen(2) };
  await Deno.writeTextFile(`${folder.path}/state/chat/servers.json`, JSON.stringify(servers));
  // Nobody listens on these ports: whom it looked for in vain says which it took.
  const joined = async (args: string[], env?: Record<string, string>) => {
    const [code, line, ...more] = await client(folder, args, env);
    assertEquals([code, more], [69, []], line);
    return /No chat server at 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
  };
  assertEquals(await joined(["--name", "bob"]), "4");
  await Deno.writeTextFile(`${folder.path}/chat/config.json`, '{"name": "bob", "server": "127.0.0.1:3"}');
  assertEquals(await joined([]), "3");
  assertEquals(await joined([], { CHAT_SERVER: "127.0.0.1:2" }), "2");
  assertEquals(await joined(["127.0.0.1:1"], { CHAT_SERVER: "127.0.0.1:2" }), "1");
  const wrong =
    'CHAT_SERVER: "a b" is not an address; allowed are host, host:port and [v6]:port, the port from 1 to 65535, and tls:// before them';
  assertEquals(await client(folder, [], { CHAT_SERVER: "a b" }), [64, wrong]);
});

Deno.test("chat client says on stderr what is wrong with config.json, and that there is no home, and goes on", async () => {
  using folder = new TempFolder();
  await Deno.mkdir(`${folder.path}/chat`);
  await Deno.writeTextFile(`${folder.path}/chat/config.json`, "{");
  assertEquals(await client(folder, ["--help"]), [0, ""]);
  assertEquals(await client(folder, ["--hlep"]), [64, 'Unknown flag "--hlep" (did you mean --help?)']);
  const [code, first, second, ...more] = await client(folder, ["127.0.0.1:1", "--name", "bob"]);
  assertMatch(first, /^chat\/config\.json is not JSON [^\n]+: moved to chat\/config\.json\.broken-\d{4}-\d\d-\d\d, going on without it$/);
  assertEquals([code, more], [69, []]);
  assertStringIncludes(second, "No chat server at 127.0.0.1:1");

  const homeless = await client(folder, ["127.0.0.1:1", "--name", "bob"], { HOME: "", XDG_CONFIG_HOME: "", XDG_STATE_HOME: "" });
  assertEquals(homeless.slice(0, 2), [69, "There is no home folder: nothing of this chat will be remembered"]);
  assertEquals(homeless.length, 3);
});
