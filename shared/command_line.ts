/**
 * Flags as somebody would type them, for command lines that the program prints.
 *
 * @module
 */
import type { Flags, Values } from "./flags.ts";

/**
 * The flags that say what `values` say, where that is not what holds without them; each is quoted for a POSIX shell.
 *
 * @example
 * ```ts
 * import { flagsAsTyped } from "./command_line.ts";
 * import { between, onOff } from "./flags.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const flags = {
 *   port: { placeholder: "PORT", help: "the port", default: 80, parse: between(0, 65535, "a port") },
 *   data: { placeholder: "DIR", help: "the folder", default: undefined, parse: (value: string) => ({ value }) },
 *   tls: { help: "encrypt", default: false, parse: onOff },
 * };
 * assertEquals(flagsAsTyped(flags, { port: 80, data: "/srv/our chat", tls: true }), ["--data '/srv/our chat'", "--tls"]);
 * ```
 */
export function flagsAsTyped<F extends Flags>(flags: F, values: Values<F>): string[] {
  return Object.entries(flags).flatMap(([name, { default: otherwise }]) => {
    const value: unknown = values[name];
    if (value === otherwise) return [];
    if (typeof value === "boolean") return [value ? `--${name}` : `--no-${name}`];
    const text = Array.isArray(value) ? value.join(",") : String(value);
    return [`--${name}${text.startsWith("-") ? "=" : " "}${quoted(text)}`];
  });
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
