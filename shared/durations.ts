/**
 * How long and when, in words that people type and read.
 *
 * @module
 */
import type { Checked } from "./flags.ts";
import { count } from "./text.ts";

/** Units, the longest first, in milliseconds. */
const UNITS = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const;

/** A number and a unit, in full or by its first letter. */
const PART = /^(\d{1,9}(?:\.\d{1,3})?)\s*(weeks?|w|days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)(?![a-z])\s*/i;

/**
 * Reads a time as people write it: `90s`, `10 min`, `1.5h`, `1h30m`, `2 weeks`. The value is in milliseconds, of whole seconds.
 *
 * @example
 * ```ts
 * import { duration } from "./durations.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(duration("1.5 hours"), { value: 5_400_000 });
 * assertEquals(duration("soon"), { problem: "is not a time; allowed are a number and a unit, as in 90s, 10m, 2h, 1d and 4w" });
 * ```
 */
export function duration(text: string): Checked<number> {
  const found = leadingDuration(text);
  if (found?.rest === "") return { value: found.value };
  return { problem: "is not a time; allowed are a number and a unit, as in 90s, 10m, 2h, 1d and 4w" };
}

/**
 * Reads a time that a text begins with, as {@link duration} does; `rest` is what follows it.
 *
 * @example
 * ```ts
 * import { leadingDuration } from "./durations.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(leadingDuration("10 min 3 warnings"), { value: 600_000, rest: "3 warnings" });
 * assertEquals(leadingDuration("10 warnings"), undefined);
 * ```
 */
export function leadingDuration(text: string): { readonly value: number; readonly rest: string } | undefined {
  let ms = 0;
  let rest = text;
  let above = Infinity;
  for (let part = rest.match(PART); part; part = rest.match(PART)) {
    const unit = UNITS[part[2][0].toLowerCase() as keyof typeof UNITS];
    // 10m 1h and 1h 1h are slips, not sums.
    if (unit >= above) return undefined;
    above = unit;
    ms += Number(part[1]) * unit;
    rest = rest.slice(part[0].length);
  }
  const before = text.slice(0, text.length - rest.length);
  // Longer ones are not exact.
  if (before === "" || ms > Number.MAX_SAFE_INTEGER || rest !== "" && !/\s$/.test(before)) return undefined;
  return { value: Math.round(ms / 1_000) * 1_000, rest };
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
  const whole = Math.max(UNITS.s, roundUp(ms, UNITS.s));
  const [unit, length] = Object.entries(UNITS).find(([, length]) => whole % length === 0) ?? ["s", UNITS.s];
  return `${count(whole / length)} ${unit}`;
}

/** A moment, in milliseconds since 1970, as everybody reads it alike: `2026-11-23 02:11 UTC`. */
export function timeText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/**
 * Tells when something ends that still holds: the minute after which it does not, or how long that is where it is less than an hour.
 *
 * @param at When it ends, and @param now when that is told, in milliseconds since 1970.
 *
 * @example
 * ```ts
 * import { endText } from "./durations.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const end = Date.UTC(2026, 10, 23, 6, 6, 1);
 * assertEquals(endText(end, end - 7_200_000), "until 2026-11-23 06:07 UTC");
 * assertEquals([150_000, 40_000].map((left) => endText(end, end - left)), ["for another 3 m", "for another 40 s"]);
 * ```
 */
export function endText(at: number, now: number): string {
  const left = at - now;
  if (left >= UNITS.h) return `until ${timeText(roundUp(at, UNITS.m))}`;
  return `for another ${durationText(left > 2 * UNITS.m ? roundUp(left, UNITS.m) : left)}`;
}

function roundUp(ms: number, unit: number): number {
  return Math.ceil(ms / unit) * unit;
}
