/**
 * How long, in words that people type and read.
 *
 * @module
 */
import type { Checked } from "./flags.ts";
import { count } from "./text.ts";

/** Units, the longest first, in milliseconds. */
const UNITS = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const;

/**
 * Reads a number and a unit: `90s`, `10m`, `2h`, `1d`, `4w`. The value is in milliseconds.
 *
 * @example
 * ```ts
 * import { duration } from "./durations.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(duration("10m"), { value: 600_000 });
 * assertEquals(duration("soon"), { problem: "is not a time; allowed are a number and a unit, as in 90s, 10m, 2h, 1d and 4w" });
 * ```
 */
export function duration(text: string): Checked<number> {
  const [, number, unit] = text.match(/^(\d{1,9})([wdhms])$/i) ?? [];
  if (number === undefined) return { problem: "is not a time; allowed are a number and a unit, as in 90s, 10m, 2h, 1d and 4w" };
  return { value: Number(number) * UNITS[unit.toLowerCase() as keyof typeof UNITS] };
}

/**
 * Tells how long in the largest unit that leaves no rest: `10 m`, `90 s`.
 *
 * @example
 * ```ts
 * import { durationText } from "./durations.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([600_000, 90_000, 86_400_000, 200].map(durationText), ["10 m", "90 s", "1 d", "1 s"]);
 * ```
 */
export function durationText(ms: number): string {
  const whole = Math.max(1_000, Math.ceil(ms / 1_000) * 1_000);
  const [unit, length] = Object.entries(UNITS).find(([, length]) => whole % length === 0) ?? ["s", UNITS.s];
  return `${count(whole / length)} ${unit}`;
}
