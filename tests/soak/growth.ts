/**
 * What the figures of a soak say. Pure.
 *
 * @module
 */
import { median, slope } from "./slope.ts";

/** The server at a calm moment: the same people are in, and nobody says anything. */
export interface Reading {
  /** Minutes since the soak began. */
  readonly minutes: number;
  /** Resident memory, in MB. */
  readonly rss: number;
  /** What the event loop's objects take, in MB. */
  readonly heap: number;
  /** Open files; `undefined` where the system does not tell. */
  readonly files: number | undefined;
}

/** How a soak went. */
export interface Growth {
  /** MB an hour after the warm-up. */
  readonly rssSlope: number;
  readonly heapSlope: number;
  /** MB from the first third's median to the last third's, after the warm-up. */
  readonly rssGrowth: number;
  /** What is wrong, in words. */
  readonly findings: readonly string[];
}

/** MB an hour that memory may grow by. */
const SLOPE = 1;
/** From how many minutes on a slope says more than the garbage collector's mood. */
const SLOPE_MINUTES = 60;
/** MB that a shorter run may grow by: what it would take to see a leak at all. A connection that stays costs 20 KB, and there are hundreds. */
const SHORT_GROWTH = 16;
/** The part of a run that warms up: code is compiled, caches fill. */
const WARM_UP = 0.3;

/** Judges the readings of a soak. */
export function judgeGrowth(readings: readonly Reading[]): Growth {
  const total = readings.at(-1)?.minutes ?? 0;
  const warm = readings.filter(({ minutes }) => minutes >= total * WARM_UP);
  const perHour = (of: (reading: Reading) => number) => slope(warm.map((reading) => ({ x: reading.minutes / 60, y: of(reading) })));
  const third = Math.max(1, Math.floor(warm.length / 3));
  const rss = warm.map((reading) => reading.rss);
  const rssGrowth = median(rss.slice(-third)) - median(rss.slice(0, third));
  const rssSlope = perHour((reading) => reading.rss);
  const findings: string[] = [];
  if (warm.length < 3) findings.push(`too few calm moments to tell anything: ${readings.length}`);
  if (total >= SLOPE_MINUTES && rssSlope > SLOPE) findings.push(`memory grows by ${rssSlope.toFixed(2)} MB an hour, more than ${SLOPE}`);
  if (total < SLOPE_MINUTES && rssGrowth > SHORT_GROWTH) {
    findings.push(`memory grew by ${rssGrowth.toFixed(1)} MB in ${total.toFixed(1)} minutes, more than ${SHORT_GROWTH}`);
  }
  const files = new Set(warm.map((reading) => reading.files));
  if (files.size > 1) findings.push(`open files are not flat: ${[...files].join(", ")}`);
  return { rssSlope, heapSlope: perHour((reading) => reading.heap), rssGrowth, findings };
}
