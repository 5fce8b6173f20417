/**
 * Amounts in words, short. Pure.
 *
 * @module
 */
import { count } from "../../../shared/text.ts";

const BYTES = ["bytes", "KB", "MB", "GB", "TB"];
const SPANS = [["d", 86_400], ["h", 3_600], ["min", 60], ["s", 1]] as const;

/**
 * An amount of bytes with two digits or more.
 *
 * @example
 * ```ts
 * import { bytesText } from "./amounts.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([0, 999, 1_500, 84_200_000].map(bytesText), ["0 bytes", "999 bytes", "1.5 KB", "84 MB"]);
 * ```
 */
export function bytesText(bytes: number): string {
  let power = 0;
  let amount = bytes;
  for (; amount >= 999.5 && power < BYTES.length - 1; power++) amount /= 1000;
  return `${power > 0 ? decimal(amount) : count(amount)} ${BYTES[power]}`;
}

/**
 * A span of time in its two largest units.
 *
 * @example
 * ```ts
 * import { spanText } from "./amounts.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([900, 75_000, 7_200_000, 190_000_000].map(spanText), ["0 s", "1 min 15 s", "2 h", "2 d 4 h"]);
 * ```
 */
export function spanText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const largest = SPANS.findIndex(([, size]) => seconds >= size);
  if (largest === -1) return "0 s";
  let rest = seconds;
  const parts = SPANS.slice(largest, largest + 2).map(([unit, size]) => {
    const n = Math.floor(rest / size);
    rest -= n * size;
    return n > 0 ? `${n} ${unit}` : "";
  });
  return parts.filter((part) => part !== "").join(" ");
}

/** A number with one decimal below 10, whole above. */
export function decimal(n: number): string {
  return n < 9.95 ? String(Math.round(n * 10) / 10) : count(Math.round(n));
}
