/**
 * How long to wait before trying again.
 *
 * @module
 */

const FIRST_MS = 250;
const LONGEST_MS = 15_000;

/**
 * The wait before attempt number `attempt` (from 0): anything up to a bound that doubles each time. The whole of it is chance ("full
 * jitter"), so that a thousand clients of one server do not come back in step.
 *
 * @example
 * ```ts
 * import { backoff } from "./backoff.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([0, 1, 2, 9].map((attempt) => backoff(attempt, () => 1)), [250, 500, 1_000, 15_000]);
 * ```
 */
export function backoff(attempt: number, random: () => number): number {
  return random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
}
