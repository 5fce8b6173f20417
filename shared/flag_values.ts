/**
 * What the flags of several commands may be set to.
 *
 * @module
 */
import type { Checked } from "./flags.ts";
import { parseRoomName } from "./names.ts";
import { readShortCode } from "./short_code.ts";

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

/** Parses the code of an invite, or its link, which ends with the code. */
export function inviteCode(text: string): Checked<string> {
  const value = readShortCode(text.replace(/^.*#invite=/, ""));
  return value === undefined ? { problem: "is not the code of an invite, which has 16 letters and digits" } : { value };
}

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Parses how long something lasts: a number of seconds, minutes, hours or days; the value is in milliseconds.
 *
 * @param min The shortest, written so. @param max The longest, written so.
 *
 * @example
 * ```ts
 * import { lasting } from "./flag_values.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const parse = lasting("1m", "365d");
 * assertEquals(parse("2h"), { value: 7_200_000 });
 * assertEquals(parse("59s"), { problem: "is not a time that it may last; allowed are 1m to 365d, as in 30m, 12h or 7d" });
 * ```
 */
export function lasting(min: string, max: string): (text: string) => Checked<number> {
  return (text) => {
    const value = milliseconds(text);
    if (value >= milliseconds(min) && value <= milliseconds(max)) return { value };
    return { problem: `is not a time that it may last; allowed are ${min} to ${max}, as in 30m, 12h or 7d` };
  };
}

/** `NaN` where a text is no such time. */
function milliseconds(text: string): number {
  const [, number, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  return number === undefined ? NaN : Number(number) * UNITS[unit as keyof typeof UNITS];
}
