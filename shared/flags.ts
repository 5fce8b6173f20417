/**
 * Flags, declared once in a table: from it come the parsing, the checking, the `--help` text and the names in the environment.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { closestString } from "@std/text/closest-string";

/** What a text means, or what is wrong with it, as the end of a sentence that begins with the text. */
export type Checked<T> = { readonly value: T } | { readonly problem: string };

/** Reads a value. Where only some words are allowed, `words` has them. */
export type Parse<T> = ((text: string) => Checked<T>) & { readonly words?: readonly string[] };

/** A flag `--name`, where `name` is its key in the table. */
export interface Flag<T> {
  /** What stands for the value in the help: `PORT`. Without it the flag is a switch: `--json`, `--no-json`. */
  readonly placeholder?: string;
  /** Another spelling of its name. */
  readonly also?: string;
  /** One sentence for the help, without a full stop. The default is added where there is one to show. */
  readonly help: string;
  /** What holds when the flag is not given; `undefined` where its absence means something of its own. */
  readonly default: T | undefined;
  readonly parse: Parse<T>;
}

/** A table of flags. */
export type Flags = Readonly<Record<string, Flag<unknown>>>;

/** The values that a table's flags have. */
export type Values<F extends Flags> = {
  readonly [K in keyof F]:
    | (F[K]["parse"] extends (text: string) => Checked<infer T> ? T : never)
    | (F[K]["default"] extends undefined ? undefined : never);
};

/** What a command line said: values and arguments, or that help is wanted, or in one line what is wrong with it. */
export type ParsedFlags<F extends Flags> =
  | { readonly kind: "parsed"; readonly values: Values<F>; readonly rest: readonly string[] }
  | { readonly kind: "help" }
  | { readonly kind: "wrong"; readonly text: string };

/** Looks a name up in the environment. */
export type Env = (name: string) => string | undefined;

/** The name that a flag has in the environment: `CHAT_LOG_FORMAT` for `log-format`. */
export function envName(flag: string): string {
  return `CHAT_${flag.toUpperCase().replaceAll("-", "_")}`;
}

/**
 * Reads a command line. What it does not say is taken from the environment (where empty means not set), then from the table.
 *
 * @param args What follows the command. `--` ends the flags.
 *
 * @example
 * ```ts
 * import { between, type Flags, parseFlags } from "./flags.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const flags = { port: { placeholder: "PORT", help: "the port", default: 80, parse: between(0, 65535, "a port") } } satisfies Flags;
 * const env = () => undefined;
 *
 * assertEquals(parseFlags(flags, ["--port", "81", "x"], env), { kind: "parsed", values: { port: 81 }, rest: ["x"] });
 * assertEquals(parseFlags(flags, ["--prot=81"], env), { kind: "wrong", text: 'Unknown flag "--prot" (did you mean --port?)' });
 * ```
 */
export function parseFlags<F extends Flags>(flags: F, args: readonly string[], env: Env): ParsedFlags<F> {
  const names = Object.keys(flags);
  const unknown: string[] = [];
  // Every flag is a list of strings to parseArgs, so that it guesses no numbers and hides no repetition.
  const words = withValues(flags, args);
  // That name is parseArgs' own, for what is no flag.
  const own = words.slice(0, words.indexOf("--") >>> 0).find((word) => /^-(?!-)[^]*_|^--[^=]*_/.test(word));
  if (own !== undefined) return { kind: "wrong", text: unknownFlag(own, [...names, "help"]) };
  const given = parseArgs(words, {
    string: [...names, "help", "_"],
    collect: [...names, "help"],
    alias: Object.fromEntries(Object.entries(flags).flatMap(([name, { also }]) => also === undefined ? [] : [[name, also]])),
    unknown: (arg, key) => key === undefined || (unknown.push(arg), false),
  });
  if ((given.help as string[]).length > 0) return { kind: "help" };
  if (unknown.length > 0) return { kind: "wrong", text: unknownFlag(unknown[0], [...names, "help"]) };

  const values: Record<string, unknown> = {};
  for (const [name, flag] of Object.entries(flags)) {
    const [text, ...more] = given[name] as string[];
    if (more.length > 0) return { kind: "wrong", text: `--${name}: given more than once` };
    if (text === "") return { kind: "wrong", text: `--${name}: needs a value, as in --${name} ${flag.placeholder}` };
    const fromEnv = text === undefined;
    const value = fromEnv ? env(envName(name)) : text;
    if (value === undefined || value === "") {
      values[name] = flag.default;
      continue;
    }
    const checked = flag.parse(value);
    if ("problem" in checked) {
      return { kind: "wrong", text: `${fromEnv ? envName(name) : `--${name}`}: ${JSON.stringify(value)} ${checked.problem}` };
    }
    values[name] = checked.value;
  }
  return { kind: "parsed", values: values as Values<F>, rest: given._.map(String) };
}

/** Gives every flag its value by `=`: a switch never takes the next word, and a value may be a negative number (and be refused as one). */
function withValues(flags: Flags, args: readonly string[]): string[] {
  const result: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (arg === "--") return [...result, ...args.slice(i)];
    const name = arg.replace(/^--(no-)?/, "");
    const next = args[i + 1];
    if (arg === "-h" || arg === "--help") result.push("--help=true");
    else if (!arg.startsWith("--") || !Object.hasOwn(flags, name)) result.push(arg);
    else if (flags[name].placeholder === undefined) result.push(`--${name}=${!arg.startsWith("--no-")}`);
    else if (arg === `--${name}` && next !== undefined && /^(?!-)|^-\d/.test(next)) {
      result.push(`${arg}=${next}`);
      i++;
    } else result.push(arg);
  }
  return result;
}

/** Says that there is no such flag, with the nearest one there is. */
export function unknownFlag(arg: string, names: readonly string[]): string {
  const [flag] = arg.split("=", 1);
  const given = flag.replace(/^-+/, "");
  // A single letter is somebody's short form.
  const near = given.length === 1 ? names.find((name) => name[0] === given.toLowerCase()) : nearest(given, names);
  return `Unknown flag ${JSON.stringify(flag)}${near === undefined ? "" : ` (did you mean --${near}?)`}`;
}

/** The word that was probably meant: at most two letters wrong, one in short words; or one that begins so, with three letters or more. */
export function nearest(given: string, words: readonly string[]): string | undefined {
  // closestString does not say how close. A word has to be nearer than this one, which has that many letters wrong.
  const tooFar = given.length < 4 ? 2 : 3;
  const farWord = "\0".repeat(tooFar) + given.slice(tooFar);
  const word = closestString(given, [farWord, ...words]);
  if (word !== farWord) return word;
  return given.length < 3 ? undefined : words.find((word) => word.startsWith(given));
}

/** Parses whole numbers, digits only, from `min` to `max`. */
export function between(min: number, max: number, what: string): (text: string) => Checked<number> {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    return value >= min && value <= max ? { value } : { problem: `is not ${what}; allowed are ${min} to ${max}` };
  };
}

/** Parses one of some words. */
export function oneOf<T extends string>(...words: readonly T[]): Parse<T> {
  const parse = (text: string): Checked<T> => {
    const value = words.find((word) => word === text);
    if (value !== undefined) return { value };
    return { problem: `is not allowed; allowed are ${words.slice(0, -1).join(", ")} and ${words.at(-1)}` };
  };
  return Object.assign(parse, { words });
}

/** Parses what a switch is set to. */
export function onOff(text: string): Checked<boolean> {
  if (text === "true" || text === "1") return { value: true };
  if (text === "false" || text === "0") return { value: false };
  return { problem: "is not allowed; allowed are true and false" };
}
