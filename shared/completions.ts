/**
 * Scripts that complete the program's words at the Tab key, made from the tables that parsing and help use.
 *
 * A placeholder says what may stand in its place: `bash|zsh|fish` and `off` one of these words, `COMMAND` a command, `FILE` a file, `DIR` a
 * folder. Of anything else a shell knows nothing.
 *
 * @module
 */
import type { Flag } from "./flags.ts";
import type { Command } from "./help.ts";

/** The shells there are scripts for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
/** One of {@link SHELLS}. */
export type Shell = typeof SHELLS[number];

/** What may stand in a place: some words, a file, a folder, or what no shell knows. */
type Values = readonly string[] | "file" | "folder" | "unknown";

/** A flag as a shell is told of it. */
interface Completed {
  /** With its dashes. */
  readonly flag: string;
  readonly help: string;
  /** What its value may be; `undefined` for a switch. */
  readonly value: Values | undefined;
  readonly placeholder: string;
}

/** A command as a shell is told of it. */
interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly Completed[];
  readonly argument: Values;
}

/** The script for a shell to read. */
export function completions(shell: Shell, commands: Readonly<Record<string, Command>>): string {
  const names = Object.keys(commands);
  const completed = Object.entries(commands).map(([name, { summary, usage, flags = {} }]) => ({
    name,
    summary,
    argument: valuesOf(argumentOf(usage), names),
    flags: [
      ...Object.entries(flags).flatMap(([flag, row]) => completedFlag(flag, row)),
      { flag: "--help", help: "print this help", value: undefined, placeholder: "" },
    ],
  }));
  return { bash, zsh, fish }[shell](completed);
}

function completedFlag(name: string, { placeholder, help, default: unset, parse }: Flag<unknown>): Completed[] {
  if (placeholder !== undefined) return [{ flag: `--${name}`, help, placeholder, value: parse.words ?? valuesOf(placeholder, []) }];
  const on = { flag: `--${name}`, help, placeholder: "", value: undefined };
  // To turn off what is off is no use.
  return unset === false ? [on] : [on, { ...on, flag: `--no-${name}`, help: `turn off --${name}` }];
}

/** `FILE` of `chat backup [flags] FILE`, `COMMAND` of `chat help [COMMAND]`; empty where there is none. */
function argumentOf(usage: string): string {
  const [argument = ""] = usage.split(" ").slice(2).filter((word) => word !== "[flags]");
  return argument.replaceAll(/[[\]]/g, "");
}

function valuesOf(placeholder: string, commands: readonly string[]): Values {
  if (placeholder === "COMMAND") return commands;
  if (placeholder === "FILE") return "file";
  if (placeholder === "DIR") return "folder";
  return /^[a-z]+(\|[a-z]+)*$/.test(placeholder) ? placeholder.split("|") : "unknown";
}

function bash(commands: readonly CompletedCommand[]): string {
  // One word a line, as IFS is set; a file may have a space in its name.
  const reply = (values: Exclude<Values, "unknown">) => {
    if (values === "file") return 'COMPREPLY=($(compgen -f -- "$word")); compopt -o filenames 2>/dev/null';
    if (values === "folder") return 'COMPREPLY=($(compgen -d -- "$word")); compopt -o filenames 2>/dev/null';
    return `COMPREPLY=($(compgen -W $'${values.join("\\n")}' -- "$word"))`;
  };
  const values = ({ flag, value }: Completed) =>
    value === undefined ? "" : `        ${flag}) ${value === "unknown" ? "" : `${reply(value)}; `}return ;;\n`;
  const command = ({ name, flags, argument }: CompletedCommand) => `
    ${name})
      case $before in
${flags.map(values).join("")}      esac
      case $word in
        -*) ${reply(flags.map(({ flag }) => flag))} ;;${argument === "unknown" ? "" : `\n        *) ${reply(argument)} ;;`}
      esac
      ;;`;
  return `# Completes chat's words in bash: eval "$(chat completions bash)"
_chat() {
  local IFS=$'\\n' word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  # bash takes --flag=value apart into three words.
  if [[ $word == = ]]; then word=
  elif [[ $before == = ]]; then before=\${COMP_WORDS[COMP_CWORD-2]}; fi
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    ${reply(commands.map(({ name }) => name))}
    return
  fi
  case \${COMP_WORDS[1]} in${commands.map(command).join("")}
  esac
}
complete -F _chat chat
`;
}

function zsh(commands: readonly CompletedCommand[]): string {
  const action = (values: Values) => {
    if (values === "unknown") return "()";
    if (values === "file") return "_files";
    if (values === "folder") return "_files -/";
    return `(${values.join(" ")})`;
  };
  // Brackets and colons have a meaning of their own in what _arguments is told.
  const plain = (text: string) => text.replaceAll(/[[\]:\\]/g, "\\$&");
  const flag = ({ flag, help, value, placeholder }: Completed) =>
    quoted(value === undefined ? `${flag}[${plain(help)}]` : `${flag}=[${plain(help)}]:${plain(placeholder)}:${action(value)}`);
  const command = ({ name, flags, argument }: CompletedCommand) => `
    ${name})
      _arguments ${[...flags.map(flag), quoted(`*: :${action(argument)}`)].join(" \\\n        ")}
      ;;`;
  const described = commands.map(({ name, summary }) => `    ${quoted(`${name}:${plain(summary)}`)}\n`).join("");
  return `#compdef chat
# Completes chat's words in zsh: eval "$(chat completions zsh)", after compinit
_chat() {
  local -a commands=(
${described}  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  # The rest is the command's own line.
  shift words
  ((CURRENT--))
  case $words[1] in${commands.map(command).join("")}
  esac
}
if [[ $funcstack[1] == _chat ]]; then _chat "$@"; else compdef _chat chat; fi
`;
}

function fish(commands: readonly CompletedCommand[]): string {
  const action = (values: Values) => {
    if (values === "unknown") return " -x";
    if (values === "file") return " -r -F";
    if (values === "folder") return " -x -a '(__fish_complete_directories)'";
    return ` -x -a ${quotedInFish(values.join(" "))}`;
  };
  const command = ({ name, flags, argument }: CompletedCommand) => {
    const here = `complete -c chat -n '__chat_command_is ${name}'`;
    const argumentLine = argument === "unknown" ? "" : argument === "file" ? `${here} -F\n` : `${here}${action(argument)}\n`;
    const flagLine = ({ flag, help, value }: Completed) =>
      `${here} -l ${flag.slice(2)}${value === undefined ? "" : action(value)} -d ${quotedInFish(help)}\n`;
    return flags.map(flagLine).join("") + argumentLine;
  };
  const named = ({ name, summary }: CompletedCommand) =>
    `complete -c chat -n 'not __chat_command_is' -a ${name} -d ${quotedInFish(summary)}\n`;
  return `# Completes chat's words in fish: chat completions fish | source
function __chat_command_is
    set -l words (commandline -opc)
    test (count $words) -gt 1; and test -z "$argv" -o "$words[2]" = "$argv"
end
complete -c chat -f
${commands.map(named).join("")}${commands.map(command).join("")}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function quotedInFish(text: string): string {
  return `'${text.replaceAll(/['\\]/g, "\\$&")}'`;
}
