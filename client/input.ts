/**
 * What a typed line means.
 *
 * @module
 */
import { closestString } from "@std/text/closest-string";

/** What a person wants. */
export type Input =
  | { readonly kind: "say"; readonly text: string }
  | { readonly kind: "who" }
  | { readonly kind: "help" }
  | { readonly kind: "leave" }
  /** There is no such command; `line` is what was typed. */
  | { readonly kind: "unknown"; readonly line: string; readonly why: string };

/** A command, as `/help` prints it. */
export interface Command {
  readonly name: string;
  readonly help: string;
  readonly input: Input;
}

/** Every command there is. */
export const COMMANDS: readonly Command[] = [
  { name: "/who", help: "who is here", input: { kind: "who" } },
  { name: "/help", help: "this list", input: { kind: "help" } },
  { name: "/quit", help: "leave (so do bye, Ctrl-C, and Ctrl-D on an empty line)", input: { kind: "leave" } },
];

/**
 * Reads a typed line; `undefined` when there is nothing in it.
 *
 * @example
 * ```ts
 * import { parseInput } from "./input.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseInput("hi"), { kind: "say", text: "hi" });
 * assertEquals(parseInput(" Bye "), { kind: "leave" });
 * assertEquals(parseInput("//etc is a folder"), { kind: "say", text: "/etc is a folder" });
 * ```
 */
export function parseInput(line: string): Input | undefined {
  const text = line.trim();
  if (text === "") return undefined;
  if (isFarewell(text)) return { kind: "leave" };
  if (text.startsWith("//")) return { kind: "say", text: line.trimStart().slice(1) };
  if (!text.startsWith("/")) return { kind: "say", text: line };
  const name = text.split(/\s/, 1)[0].toLowerCase();
  const known = COMMANDS.find((command) => command.name === name);
  if (known) return known.input;
  const nearest = closestString(name, COMMANDS.map((command) => command.name));
  return { kind: "unknown", line, why: `There is no ${name}; did you mean ${nearest}? To say it, type /${name}` };
}

/** Whether a line leaves, by the rule that holds for netcat too. */
export function isFarewell(line: string): boolean {
  return line.trim().toLowerCase() === "bye";
}

/** What `/help` prints. */
export function helpLines(): string[] {
  const width = Math.max("//text".length, ...COMMANDS.map((command) => command.name.length));
  return [
    ...COMMANDS.map(({ name, help }) => `${name.padEnd(width)}  ${help}`),
    `${"//text".padEnd(width)}  say something that starts with /`,
  ];
}
