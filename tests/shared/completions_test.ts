import { assertEquals, assertStringIncludes } from "@std/assert";
import { CLIENT_FLAGS } from "../../client/flags.ts";
import { SEND_FLAGS, TAIL_FLAGS } from "../../client/scripts/flags.ts";
import { INVITE_FLAGS } from "../../server/access/invite_flags.ts";
import { SERVER_FLAGS } from "../../server/config.ts";
import { BACKUP_FLAGS, EXPORT_FLAGS } from "../../server/history_flags.ts";
import { completions, type Shell, SHELLS } from "../../shared/completions.ts";
import type { Flags } from "../../shared/flags.ts";
import { program } from "../harness.ts";
import { TempFolder } from "../temp_folder.ts";

const TABLES: Record<string, Flags> = {
  server: SERVER_FLAGS,
  client: CLIENT_FLAGS,
  send: SEND_FLAGS,
  tail: TAIL_FLAGS,
  invite: INVITE_FLAGS,
  backup: BACKUP_FLAGS,
  export: EXPORT_FLAGS,
};
const COMMANDS = [...Object.keys(TABLES), "completions", "help", "version"];

/** Asks bash: the words so far, the last of them under way. */
const ASK_BASH = 'eval "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _chat; printf "%s\\n" "${COMPREPLY[@]}"';
/** Types each line into an interactive zsh, Tab, Enter; prints what chat was called with. */
const ASK_ZSH = `
zmodload zsh/zpty
zpty shell "zsh -f -i"
zpty -w shell 'PS1= PS2=; autoload -Uz compinit; compinit -u -D; eval "$CHAT_SCRIPT"; chat() { print -r -- "GOT<$*>" }; print READY''!'
zpty -r shell heard '*READY!*'
for line in "$@"; do
  zpty -w -n shell "$line"$'\\t\\n'
  zpty -r shell heard '*GOT<*>*'
  print -r -- "\${\${heard##*GOT<}%%>*}"
done
zpty -d shell`;

const installed = new Set<Shell>();
for (const shell of SHELLS) {
  if (await isThere(shell)) installed.add(shell);
  // deno-lint-ignore no-console -- the reason for a skip is for people
  else console.log(`completions are not tried in ${shell}: it is not installed`);
}

async function isThere(shell: Shell): Promise<boolean> {
  try {
    return (await new Deno.Command(shell, { args: ["-c", "true"] }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function run(command: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(command, { args: [...args], env, stdin: "null" }).output();
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""], `${command} ${args.at(-1)}`);
  return new TextDecoder().decode(stdout);
}

async function script(shell: Shell): Promise<string> {
  const [command, ...args] = program("completions", shell);
  return await run(command, args);
}

async function bash(...words: string[]): Promise<string[]> {
  const said = await run("bash", ["-c", ASK_BASH, await script("bash"), "chat", ...words]);
  return said.split("\n").filter((line) => line !== "");
}

async function fish(line: string): Promise<string[]> {
  const said = await run("fish", ["-N", "-c", `${await script("fish")}\ncomplete -C'${line}'`]);
  return said.split("\n").filter((row) => row !== "").map((row) => row.split("\t")[0]);
}

function flagsOf(table: Flags): string[] {
  const flags = Object.entries(table).flatMap(([name, { placeholder, default: unset }]) =>
    placeholder === undefined && unset !== false ? [`--${name}`, `--no-${name}`] : [`--${name}`]
  );
  return [...flags, "--help"];
}

Deno.test("completions bash: commands, every flag of every command, and values", { ignore: !installed.has("bash") }, async () => {
  assertEquals(await run("bash", ["-c", 'eval "$0"; complete -p chat', await script("bash")]), "complete -F _chat chat\n");
  assertEquals(await bash(""), COMMANDS);
  assertEquals(await bash("se"), ["server", "send"]);
  for (const [command, table] of Object.entries(TABLES)) assertEquals(await bash(command, "--"), flagsOf(table), command);
  assertEquals(await bash("server", "--port", "1", "--log-format", ""), ["text", "json"]);
  assertEquals(await bash("server", "--log-format", "=", "j"), ["json"]);
  assertEquals(await bash("server", "--limits", "="), ["on", "off"]);
  assertEquals(await bash("server", "--host", ""), []);
  assertEquals(await bash("help", "ex"), ["export"]);
  assertEquals(await bash("completions", ""), [...SHELLS]);
  assertEquals(await bash("send", "words", ""), []);
});

Deno.test("completions bash: files and folders, with spaces in their names", { ignore: !installed.has("bash") }, async () => {
  using folder = new TempFolder();
  await Deno.mkdir(`${folder.path}/my folder`);
  await Deno.writeTextFile(`${folder.path}/my file`, "");
  assertEquals(await bash("server", "--data", `${folder.path}/`), [`${folder.path}/my folder`]);
  assertEquals((await bash("backup", `${folder.path}/my`)).sort(), [`${folder.path}/my file`, `${folder.path}/my folder`]);
});

Deno.test("completions zsh: commands, flags and values at the Tab key", { ignore: !installed.has("zsh") }, async () => {
  const lines: readonly (readonly [typed: string, completed: string])[] = [
    ["comp", "completions"],
    ["server --eph", "server --ephemeral"],
    ["server --no-", "server --no-log-messages"],
    ["server --log-format j", "server --log-format json"],
    ["send --room x hi --na", "send --room x hi --name"],
    ["tail --fo", "tail --follow"],
    ["help ex", "help export"],
    ["completions z", "completions zsh"],
  ];
  const typed = lines.map(([line]) => `chat ${line}`);
  const said = await run("zsh", ["-f", "-c", ASK_ZSH, "zsh", ...typed], { CHAT_SCRIPT: await script("zsh") });
  assertEquals(said.trimEnd().split("\n").map((line) => line.trim()), lines.map(([, completed]) => completed));
});

Deno.test("completions fish: commands, every flag of every command, and values", { ignore: !installed.has("fish") }, async () => {
  assertEquals(await fish("chat "), [...COMMANDS].sort());
  for (const [command, table] of Object.entries(TABLES)) {
    assertEquals((await fish(`chat ${command} --`)).sort(), flagsOf(table).sort(), command);
  }
  assertEquals(await fish("chat server --log-format "), ["json", "text"]);
  assertEquals(await fish("chat server --log-format=j"), ["--log-format=json"]);
  assertEquals(await fish("chat help ex"), ["export"]);
  assertEquals(await fish("chat completions z"), ["zsh"]);
  assertEquals(await fish("chat send server --"), [
    "--allow-plaintext-password",
    "--help",
    "--invite",
    "--name",
    "--password-file",
    "--room",
  ]);
});

Deno.test("completions: a help text with every quote there is breaks no script", async () => {
  const help = 'it\'s a ["pair"]: \\ $(exit 3) `exit 3` %s';
  const parse = (text: string) => ({ value: text });
  const commands = {
    dance: { summary: help, usage: "chat dance [flags]", flags: { step: { placeholder: "N", help, default: 1, parse } } },
  };
  for (const shell of installed) {
    await run(
      shell,
      shell === "zsh" ? ["-f", "-c", `compdef() { }; ${completions(shell, commands)}`] : ["-c", completions(shell, commands)],
    );
  }
  if (installed.has("fish")) {
    assertStringIncludes(await run("fish", ["-N", "-c", `${completions("fish", commands)}\ncomplete -C'chat d'`]), help);
  }
});
