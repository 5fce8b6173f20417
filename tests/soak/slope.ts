/**
 * How fast something grows, in spite of noise. Pure.
 *
 * @module
 */

/** A measurement: when, and how much. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * The slope of Theil and Sen: the median of the slopes between all pairs. A garbage collection here and there does not sway it.
 *
 * @example
 * ```ts
 * import { slope } from "./slope.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const points = [0, 1, 2, 3, 4, 5, 6].map((x) => ({ x, y: x === 3 ? 1_000 : 2 * x }));
 * assertEquals(slope(points), 2);
 * ```
 */
export function slope(points: readonly Point[]): number {
  const slopes: number[] = [];
  for (let i = 0; i < points.length; i++) {
    for (let j = i + 1; j < points.length; j++) {
      if (points[j].x !== points[i].x) slopes.push((points[j].y - points[i].y) / (points[j].x - points[i].x));
    }
  }
  return median(slopes);
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return 0;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
