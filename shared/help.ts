/**
 * What `--help` prints, made from the tables of commands and flags.
 *
 * @module
 */
import { envName, type Flags } from "./flags.ts";

/** A command of the program. */
export interface Command {
  /** What it does, for the list of commands. */
  readonly summary: string;
  readonly usage: string;
  /** What it does, in sentences on one line. */
  readonly about?: string;
  readonly flags?: Flags;
  /** Command lines and what each is for. */
  readonly examples?: readonly (readonly [line: string, purpose: string])[];
}

const EXIT_CODES = `Exit codes:
  0   all is well
  1   not everything was done: messages unsent, a name refused
  64  the command line is wrong
  66  a file is not there: a password's, a certificate's
  69  no server there, or no place in it; no way to listen at that address
  70  chat itself is broken: please report it
  74  reading or writing failed
  75  not now: nothing was acknowledged for 30 s; another server has the
      history
  76  the server cannot prove that it is the one meant
  77  the operating system does not allow it, or the server lets nobody in so:
      no password or a wrong one, kicked, banned
  78  a file makes no sense: a password's that is empty, a certificate that has
      expired
`;

/** The help of the program. */
export function programHelp(commands: Readonly<Record<string, Command>>): string {
  const rows = Object.values(commands).map(({ usage, summary }) => [usage.replaceAll(/ \[(flags|--)\]/g, ""), summary] as const);
  const column = Math.max(...rows.map(([usage]) => usage.length)) + 4;
  const list = rows.map(([usage, summary]) => row(usage, summary, column)).join("\n");
  return `Chat in a terminal: one program is the server and the client.

${list}

Start with "chat server", then "chat client" in another terminal.
"chat help server" and "chat help client" say more.

${EXIT_CODES}`;
}

/** The help of one command. */
export function commandHelp({ usage, about, flags, examples }: Command): string {
  const parts = [`Usage: ${usage}`];
  if (about !== undefined) parts.push(wrap(about, WIDTH).join("\n"));
  if (flags !== undefined) {
    const [first] = Object.keys(flags);
    parts.push(`Flags:\n${flagsHelp(flags)}`);
    parts.push(`Each flag can be set in the environment too: ${envName(first)} for --${first}, and so on.`);
  }
  if (examples !== undefined) parts.push(`Examples:\n${examples.map(([line, purpose]) => row(line, purpose, 39)).join("\n")}`);
  return `${parts.join("\n\n")}\n\n${EXIT_CODES}`;
}

const WIDTH = 80;

function flagsHelp(flags: Flags): string {
  const rows = Object.entries(flags).map(([name, flag]) => {
    const shown = flag.default === undefined || flag.default === false ? "" : ` (default: ${flag.default})`;
    return row(`--${name}${flag.placeholder === undefined ? "" : ` ${flag.placeholder}`}`, `${flag.help}${shown}`);
  });
  return [...rows, row("--help, -h", "print this help")].join("\n");
}

/** `left` in the first column, `right` in the second, which begins at `column`; a line below, where the first is too long. */
function row(left: string, right: string, column = 26): string {
  const begin = left.length > column - 4 ? `${left}\n${" ".repeat(column)}` : left.padEnd(column - 2);
  return `  ${begin}${wrap(right, WIDTH - column).join("\n" + " ".repeat(column))}`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
