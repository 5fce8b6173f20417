import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import { CLIENT_FLAGS } from "../client/flags.ts";
import { SEND_FLAGS, TAIL_FLAGS } from "../client/scripts/flags.ts";
import { SERVER_FLAGS } from "../server/config.ts";
import type { Flags } from "../shared/flags.ts";

const ROOT = new URL("../", import.meta.url).pathname;

interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `chat` as `deno task chat` does. */
async function chat(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Result> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "chat", ...args],
    cwd: ROOT,
    env,
  }).output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

const HELP: readonly [args: string[], first: string][] = [
  [[], "Chat in a terminal"],
  [["help"], "Chat in a terminal"],
  [["--help"], "Chat in a terminal"],
  [["-h"], "Chat in a terminal"],
  [["help", "server"], "Usage: chat server [flags]"],
  [["server", "--help"], "Usage: chat server [flags]"],
  [["client", "-h"], "Usage: chat client [ADDRESS] [flags]"],
  [["help", "client"], "Usage: chat client [ADDRESS] [flags]"],
  [["send", "--help"], "Usage: chat send [ADDRESS] [flags] [--] [TEXT...]"],
  [["tail", "-h"], "Usage: chat tail [ADDRESS] [flags]"],
  [["help", "completions"], "Usage: chat completions bash|zsh|fish"],
];

const WRONG: readonly [args: string[], text: string][] = [
  [["sever"], 'Unknown command "sever" (did you mean server?)'],
  [["dance"], 'Unknown command "dance"; chat help lists them'],
  [["help", "clinet"], 'Unknown command "clinet" (did you mean client?)'],
  [["help", "server", "x"], 'Unexpected argument "x": chat help takes none'],
  [["--verison"], 'Unknown flag "--verison" (did you mean --version?)'],
  [["--port", "1"], 'Unknown flag "--port" without a command (did you mean chat server --port?)'],
  [["--name=bob"], 'Unknown flag "--name" without a command (did you mean chat client --name?)'],
  ...["client", "send", "tail", "server"].map((command): [string[], string] => [
    [command, "--password", "hunter2"],
    'Unknown flag "--password" (did you mean --password-file?)',
  ]),
  [["server", "--prot", "1"], 'Unknown flag "--prot" (did you mean --port?)'],
  [["server", "--port", "99999"], '--port: "99999" is not a port; allowed are 0 to 65535'],
  [["server", "12345"], 'Unexpected argument "12345": chat server takes none'],
  [["client", "--name", "a:b"], '--name: "a:b" is not allowed: A name cannot have a colon in it'],
  [
    ["client", "a b"],
    'ADDRESS: "a b" is not an address; allowed are host, host:port and [v6]:port, the port from 1 to 65535, and tls:// before them',
  ],
  [["--follow"], 'Unknown flag "--follow" without a command (did you mean chat tail --follow?)'],
  [
    ["tail", "a b"],
    'ADDRESS: "a b" is not an address; allowed are host, host:port and [v6]:port, the port from 1 to 65535, and tls:// before them',
  ],
  [["completions"], "SHELL: name one of bash, zsh, fish"],
  [["completions", "csh"], 'SHELL: "csh" is not allowed; allowed are bash, zsh and fish'],
  [["client", "localhost", "bob"], 'Unexpected argument "bob": chat client, after the address, takes none'],
];

Deno.test("chat prints help on stdout, in 80 columns", async () => {
  for (const [args, first] of HELP) {
    const { code, out, err } = await chat(args);
    assertEquals([code, err], [0, ""], args.join(" "));
    assertEquals(out.slice(0, first.length), first);
    for (const line of out.split("\n")) assert(line.length <= 80, line);
  }
});

Deno.test("chat says in one line what is wrong with the command line, and exits 64", async () => {
  for (const [args, text] of WRONG) assertEquals(await chat(args), { code: 64, out: "", err: `${text}\n` });
  const err = 'CHAT_PORT: "x" is not a port; allowed are 0 to 65535\n';
  assertEquals(await chat(["server"], { CHAT_PORT: "x" }), { code: 64, out: "", err });
});

Deno.test("chat --version says the version of deno.json, the commit, Deno and the target", async () => {
  const { code, out } = await chat(["--version"], { CHAT_COMMIT: "forged" });
  assertEquals(code, 0);
  assertEquals(out, `chat ${config.version} (commit source) deno ${Deno.version.deno} ${Deno.build.target}\n`);
  assertEquals((await chat(["version"])).out, out);
});

Deno.test("chat help and the README name every flag, with the same default", async () => {
  const readme = (await Deno.readTextFile(`${ROOT}README.md`)).split("\n");
  const tables: Record<string, Flags> = { server: SERVER_FLAGS, client: CLIENT_FLAGS, send: SEND_FLAGS, tail: TAIL_FLAGS };
  for (const [command, flags] of Object.entries(tables)) {
    const { out } = await chat(["help", command]);
    const help = out.replaceAll(/\s+/g, " ");
    for (const [name, flag] of Object.entries(flags)) {
      const usage = flag.placeholder === undefined ? `--${name}` : `--${name} ${flag.placeholder}`;
      const row = readme.find((line) => line.startsWith(`| \`${usage}\``)) ?? "";
      assertStringIncludes(help, ` ${usage} ${flag.help}`);
      assertNotEquals(row, "", `${usage} in the README`);
      if (flag.default === undefined || flag.default === false) continue;
      assertStringIncludes(row.replaceAll("`", ""), ` ${flag.default} `);
      assertStringIncludes(help, `${flag.help} (default: ${flag.default})`);
    }
  }
});

Deno.test("chat help is quiet when nobody reads on, and says when it cannot write", { ignore: Deno.build.os !== "linux" }, async () => {
  const run = async (script: string) => {
    const { code, stderr } = await new Deno.Command("bash", {
      args: ["-o", "pipefail", "-c", script, Deno.execPath()],
      cwd: ROOT,
    }).output();
    return [code, new TextDecoder().decode(stderr)];
  };
  assertEquals(await run('"$0" task --quiet chat help | true'), [0, ""]);
  const text = "stdout: cannot write: Error: No space left on device (os error 28)\n";
  assertEquals(await run('"$0" task --quiet chat help >/dev/full'), [74, text]);
});

const BREAKS: readonly [what: string, script: string][] = [
  ["a promise that is rejected", 'setTimeout(() => void Promise.reject(new TypeError("one\\ntwo")), 100)'],
  ["an error in a callback", 'setTimeout(() => { throw new TypeError("one\\ntwo"); }, 100)'],
];

Deno.test("chat says in one line what broke inside it, without a stack trace, and exits 70", async () => {
  for (const [what, script] of BREAKS) {
    const file = await Deno.makeTempFile({ suffix: ".js" });
    try {
      await Deno.writeTextFile(file, `${script}; await import("${import.meta.resolve("../main.ts")}");`);
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--quiet",
          "--no-prompt",
          "--allow-all",
          "--config=deno.json",
          file,
          "server",
          "--port",
          "0",
          "--ephemeral",
          "--log-format",
          "json",
        ],
        cwd: ROOT,
        stdout: "null",
      }).output();
      const lines = new TextDecoder().decode(stderr).split("\n").filter((line) => !line.startsWith("{") && line !== "");
      assertEquals([code, lines.length], [70, 1], `${what}: ${lines.join("|")}`);
      assertMatch(lines[0], /^chat: something broke inside chat: TypeError: one two \(.*:1\); please report it$/);
    } finally {
      await Deno.remove(file);
    }
  }
});
