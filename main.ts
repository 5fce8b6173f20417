/**
 * The command line. The only place that reads `Deno.args` and ends the process.
 *
 * Each command's code is loaded when it runs, so that a client carries no server and the other way round.
 *
 * @module
 */
import { DEFAULT_ADDRESS } from "./client/config.ts";
import { accessOf, CLIENT_COMMAND, CLIENT_FLAGS, clientConfig, clientEnv } from "./client/flags.ts";
import { CLIENT_GIVES_UP } from "./client/rights.ts";
import { SEND_COMMAND, SEND_FLAGS, sendConfig, TAIL_COMMAND, TAIL_FLAGS, tailConfig } from "./client/scripts/flags.ts";
import { INVITE_COMMAND, INVITE_FLAGS } from "./server/access/invite_flags.ts";
import { SERVER_COMMAND, SERVER_FLAGS, serverConfig } from "./server/config.ts";
import { FILES_ONLY_GIVES_UP, serverGivesUp } from "./server/rights.ts";
import { BACKUP_COMMAND, BACKUP_FLAGS, DATA_FLAG, EXPORT_COMMAND, EXPORT_FLAGS } from "./server/history_flags.ts";
import { flagsAsTyped } from "./shared/command_line.ts";
import { completions, SHELLS } from "./shared/completions.ts";
import { EXIT, type ExitCode, Fatal } from "./shared/exit.ts";
import { platformFolder } from "./shared/folders.ts";
import { type Flags, nearest, oneOf, type ParsedFlags, parseFlags, unknownFlag } from "./shared/flags.ts";
import { type Command, commandHelp, programHelp } from "./shared/help.ts";
import { VERSION } from "./shared/version.ts";

const COMMANDS = {
  server: SERVER_COMMAND,
  client: CLIENT_COMMAND,
  send: SEND_COMMAND,
  tail: TAIL_COMMAND,
  invite: INVITE_COMMAND,
  backup: BACKUP_COMMAND,
  export: EXPORT_COMMAND,
  completions: {
    summary: "print a script that completes chat's words",
    usage: `chat completions ${SHELLS.join("|")}`,
    about: "Prints a script for your shell, which then completes commands and flags at the Tab key.",
    examples: [
      ['eval "$(chat completions bash)"', "in ~/.bashrc; for zsh, zsh in ~/.zshrc after compinit"],
      ["chat completions fish | source", "in ~/.config/fish/config.fish"],
    ],
  },
  help: { summary: "print this help, or that of a command", usage: "chat help [COMMAND]" },
  version: { summary: "print the version", usage: "chat version" },
} satisfies Record<string, Command>;

async function run(args: readonly string[]): Promise<ExitCode> {
  const [command, ...rest] = args;
  switch (command) {
    case undefined:
    case "-h":
    case "--help":
      return print(programHelp(COMMANDS));
    case "help":
      return help(rest);
    case "version":
    case "--version":
      expectNothing(rest, "chat version");
      return print(`chat ${VERSION} (commit ${commit()}) deno ${Deno.version.deno} ${Deno.build.target}\n`);
    case "server":
      return await server(rest);
    case "client":
      return await client(rest);
    case "send":
      return await send(rest);
    case "tail":
      return await tail(rest);
    case "completions":
      return printCompletions(rest);
    case "invite":
      return await inviteSomebody(rest);
    case "backup":
      return await backup(rest);
    case "export":
      return await exportHistory(rest);
    default:
      throw new Fatal(EXIT.usage, command.startsWith("-") ? misplacedFlag(command) : unknownCommand(command));
  }
}

async function server(args: readonly string[]): Promise<ExitCode> {
  const parsed = parseFlags(SERVER_FLAGS, args, env);
  if (parsed.kind === "help") return help(["server"]);
  const { values, rest } = orFatal(parsed);
  expectNothing(rest, "chat server");
  const { serve } = await import("./server/serve.ts");
  const config = serverConfig(values, Deno.stderr.isTerminal());
  return await serve(
    config,
    () => giveUp(serverGivesUp({ writes: config.passwordFile !== undefined, connects: config.tls !== undefined })),
  );
}

async function client(args: readonly string[]): Promise<ExitCode> {
  const { readSettings } = await import("./client/settings.ts");
  const { lastServer } = await import("./client/state/servers.ts");
  const folders = { config: platformFolder("config", env, Deno.build.os), state: platformFolder("state", env, Deno.build.os) };
  let read: ReturnType<typeof readSettings> | undefined;
  // Not before they are needed: whoever asks for help is told nothing of them.
  const settings = () => {
    if (read === undefined) (read = readSettings(folders.config, new Date())).warnings.forEach(complain);
    return read;
  };
  const parsed = parseFlags(CLIENT_FLAGS, args, clientEnv(env, () => settings().flags));
  if (parsed.kind === "help") return help(["client"]);
  const { values, rest: [given, ...rest] } = orFatal(parsed);
  expectNothing(rest, "chat client, after the address,");
  if (folders.state === undefined) complain("There is no home folder: nothing of this chat will be remembered");
  const set = given === undefined ? env("CHAT_SERVER") || undefined : undefined;
  const address = given ?? set ?? settings().server ?? lastServer(folders.state) ?? DEFAULT_ADDRESS;
  const config = clientConfig(values, address, {
    folders,
    dumb: env("TERM") === "dumb",
    access: await accessOf(values, env, Deno.open),
  });
  if ("problem" in config) {
    throw new Fatal(EXIT.usage, `${set === undefined ? "ADDRESS" : "CHAT_SERVER"}: ${JSON.stringify(address)} ${config.problem}`);
  }
  giveUp(CLIENT_GIVES_UP);
  const { chat } = await import("./client/chat.ts");
  return await chat(config.value);
}

async function send(args: readonly string[]): Promise<ExitCode> {
  const end = args.indexOf("--");
  const [before, more] = end === -1 ? [args, []] : [args.slice(0, end), args.slice(end + 1)];
  const parsed = parseFlags(SEND_FLAGS, before, env);
  if (parsed.kind === "help") return help(["send"]);
  const { values, rest: words } = orFatal(parsed);
  const access = await accessOf(values, env, Deno.open);
  const config = sendConfig(values, { words, more, login: env("USER") ?? env("USERNAME"), access });
  if ("problem" in config) throw new Fatal(EXIT.usage, `TEXT: ${config.problem}`);
  const state = platformFolder("state", env, Deno.build.os);
  giveUp(CLIENT_GIVES_UP);
  const { send } = await import("./client/scripts/send.ts");
  return await send(config.value, state);
}

async function tail(args: readonly string[]): Promise<ExitCode> {
  const parsed = parseFlags(TAIL_FLAGS, args, env);
  if (parsed.kind === "help") return help(["tail"]);
  const { values, rest: [address = DEFAULT_ADDRESS, ...rest] } = orFatal(parsed);
  expectNothing(rest, "chat tail, after the address,");
  const config = tailConfig(values, address, await accessOf(values, env, Deno.open));
  if ("problem" in config) throw new Fatal(EXIT.usage, `ADDRESS: ${JSON.stringify(address)} ${config.problem}`);
  const state = platformFolder("state", env, Deno.build.os);
  giveUp(CLIENT_GIVES_UP);
  const { tail } = await import("./client/scripts/tail.ts");
  return await tail(config.value, state);
}

async function inviteSomebody(args: readonly string[]): Promise<ExitCode> {
  const parsed = parseFlags(INVITE_FLAGS, args, env);
  if (parsed.kind === "help") return help(["invite"]);
  const { values: { data, expires: lasts, uses, revoke: code }, rest } = orFatal(parsed);
  expectNothing(rest, "chat invite");
  const { dataFolder } = await import("./server/history/data_folder.ts");
  const { ownAddresses } = await import("./server/own_addresses.ts");
  const { invite, revoke } = await import("./server/access/invite_command.ts");
  const folder = data ?? dataFolder(env, Deno.build.os);
  const command = Deno.build.standalone ? "chat" : "deno task chat";
  const flags = flagsAsTyped({ data: DATA_FLAG }, { data });
  const own = ownAddresses();
  giveUp(FILES_ONLY_GIVES_UP);
  if (code !== undefined) return print(await revoke(folder, code));
  return print(await invite({ folder, lasts, uses, command, flags, own, now: Date.now() }));
}

async function backup(args: readonly string[]): Promise<ExitCode> {
  const parsed = parseFlags(BACKUP_FLAGS, args, env);
  if (parsed.kind === "help") return help(["backup"]);
  const { values, rest: [file, ...rest] } = orFatal(parsed);
  if (file === undefined) throw new Fatal(EXIT.usage, "FILE: name the file to write the backup to");
  expectNothing(rest, "chat backup, after the file,");
  const { dataFolder } = await import("./server/history/data_folder.ts");
  const { backup } = await import("./server/backup.ts");
  const folder = values.data ?? dataFolder(env, Deno.build.os);
  giveUp(FILES_ONLY_GIVES_UP);
  return await backup(folder, file);
}

async function exportHistory(args: readonly string[]): Promise<ExitCode> {
  const parsed = parseFlags(EXPORT_FLAGS, args, env);
  if (parsed.kind === "help") return help(["export"]);
  const { values: { data, room, since }, rest } = orFatal(parsed);
  expectNothing(rest, "chat export");
  const { dataFolder } = await import("./server/history/data_folder.ts");
  const { exportHistory } = await import("./server/export.ts");
  const options = { ...room === undefined ? {} : { room }, ...since === undefined ? {} : { since } };
  const folder = data ?? dataFolder(env, Deno.build.os);
  giveUp(FILES_ONLY_GIVES_UP);
  // Whoever has seen enough closes the pipe: chat export | head -1.
  return await exportHistory(folder, options, (lines) => Promise.resolve(void print(lines)));
}

/** Gives rights up until the process ends. */
function giveUp(rights: readonly Deno.PermissionName[]): void {
  for (const name of rights) Deno.permissions.revokeSync({ name });
}

function help([command = "help", ...rest]: readonly string[]): ExitCode {
  expectNothing(rest, "chat help");
  const commands: Record<string, Command> = COMMANDS;
  if (!Object.hasOwn(commands, command)) throw new Fatal(EXIT.usage, unknownCommand(command));
  return print(commands[command].about === undefined ? programHelp(commands) : commandHelp(commands[command]));
}

function printCompletions([shell, ...rest]: readonly string[]): ExitCode {
  if (shell === "-h" || shell === "--help") return help(["completions"]);
  const checked = oneOf(...SHELLS)(shell ?? "");
  if ("problem" in checked) {
    throw new Fatal(
      EXIT.usage,
      shell === undefined ? `SHELL: name one of ${SHELLS.join(", ")}` : `SHELL: ${JSON.stringify(shell)} ${checked.problem}`,
    );
  }
  expectNothing(rest, "chat completions, after the shell,");
  return print(completions(checked.value, COMMANDS));
}

function orFatal<F extends Flags>(parsed: Exclude<ParsedFlags<F>, { kind: "help" }>): Extract<ParsedFlags<F>, { kind: "parsed" }> {
  if (parsed.kind === "wrong") throw new Fatal(EXIT.usage, parsed.text);
  return parsed;
}

function expectNothing(args: readonly string[], command: string): void {
  if (args.length > 0) throw new Fatal(EXIT.usage, `Unexpected argument ${JSON.stringify(args[0])}: ${command} takes none`);
}

function unknownCommand(command: string): string {
  const near = nearest(command, Object.keys(COMMANDS));
  return `Unknown command ${JSON.stringify(command)}${near === undefined ? "; chat help lists them" : ` (did you mean ${near}?)`}`;
}

/** A flag before any command: it may be a command's. */
function misplacedFlag(arg: string): string {
  const name = arg.split("=", 1)[0].replace(/^-+/, "");
  const owner = Object.entries<Command>(COMMANDS).find(([, { flags = {} }]) => Object.hasOwn(flags, name))?.[0];
  if (owner !== undefined) return `Unknown flag "--${name}" without a command (did you mean chat ${owner} --${name}?)`;
  return unknownFlag(arg, ["help", "version"]);
}

function env(name: string): string | undefined {
  return Deno.env.get(name);
}

/** The commit this was built from: `.ci/compile` puts it into the executable's environment. */
function commit(): string {
  return Deno.build.standalone && env("CHAT_COMMIT") || "source";
}

function print(text: string): ExitCode {
  try {
    let bytes = new TextEncoder().encode(text);
    while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
  } catch (error) {
    // Whoever reads along may have seen enough: chat help | head -1.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw new Fatal(EXIT.ioError, `stdout: cannot write: ${messageOf(error)}`);
  }
  return EXIT.ok;
}

/** Says in one line why the program ends, and ends it. */
function end(error: unknown): never {
  const [text, code] = error instanceof Fatal ? [error.message, error.code] : [defect(error), EXIT.software];
  // Said last: whoever has the terminal gives it back first.
  globalThis.addEventListener("unload", () => complain(text));
  Deno.exit(code);
}

/** Says something in one line on stderr. */
function complain(text: string): void {
  try {
    Deno.stderr.writeSync(new TextEncoder().encode(`${text.replaceAll(/\s*\n\s*/g, " ")}\n`));
  } catch {
    // Nobody is left to tell; an exit code still says it.
  }
}

/** What broke and where, without a stack trace. */
function defect(error: unknown): string {
  const place = error instanceof Error && error.stack?.match(/[\w-]+\/[\w.-]+\.[jt]s:\d+/)?.[0];
  return `chat: something broke inside chat: ${messageOf(error)}${place ? ` (${place})` : ""}; please report it`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

globalThis.addEventListener("unhandledrejection", (event) => end(event.reason));
globalThis.addEventListener("error", (event) => end(event.error));
try {
  Deno.exit(await run(Deno.args));
} catch (error) {
  end(error);
}
