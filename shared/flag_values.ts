/**
 * What the flags of several commands may be set to.
 *
 * @module
 */
import type { Checked } from "./flags.ts";
import { parseRoomName } from "./names.ts";

/** Parses a room's name, with or without `#`. */
export function roomName(text: string): Checked<string> {
  const parsed = parseRoomName(text);
  return parsed.ok ? { value: parsed.name } : { problem: `is not a room: ${parsed.refusal.text}` };
}

/**
 * Parses a moment: a date, a date and a time, or milliseconds since 1970; the value is milliseconds since 1970. A date alone is midnight in
 * UTC, as the times in an export are.
 *
 * @example
 * ```ts
 * import { moment } from "./flag_values.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(moment("2026-01-31T12:00Z"), { value: Date.UTC(2026, 0, 31, 12) });
 * ```
 */
export function moment(text: string): Checked<number> {
  const value = /^\d{5,15}$/.test(text) ? Number(text) : /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(value) ? { problem: "is not a time; allowed are dates such as 2026-01-31 and milliseconds since 1970" } : { value };
}
