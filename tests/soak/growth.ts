/**
 * What the figures of a soak say. Pure.
 *
 * @module
 */
import { type Point, slope } from "./slope.ts";

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
  /** MB from the first third's lowest to the last third's, after the warm-up. */
  readonly rssGrowth: number;
  /** What is wrong, in words. */
  readonly findings: readonly string[];
}

/** MB an hour that memory may grow by. */
const SLOPE = 1;
/** From how many minutes on a slope says more than the garbage collector's mood. */
const SLOPE_MINUTES = 60;
/** MB that a shorter run may grow by, from third to third: the garbage collector alone makes 30 of difference between two moments. */
const SHORT_GROWTH = 48;
/** The part of a run that warms up: code is compiled, caches fill. */
const WARM_UP = 0.4;

/** Stretches whose lowest readings are compared. */
const STRETCHES = 12;

/** Judges the readings of a soak. */
export function judgeGrowth(readings: readonly Reading[]): Growth {
  const total = readings.at(-1)?.minutes ?? 0;
  const warm = readings.filter(({ minutes }) => minutes >= total * WARM_UP);
  const perHour = (of: (reading: Reading) => number) => slope(lowWater(warm, of));
  const third = Math.max(1, Math.floor(warm.length / 3));
  const rss = warm.map((reading) => reading.rss);
  const rssGrowth = Math.min(...rss.slice(-third)) - Math.min(...rss.slice(0, third));
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

/** The lowest reading of each stretch, by the hour: what the garbage collector has not taken yet is no leak, what it never takes is one. */
function lowWater(readings: readonly Reading[], of: (reading: Reading) => number): Point[] {
  const size = Math.max(1, Math.ceil(readings.length / STRETCHES));
  const points: Point[] = [];
  for (let from = 0; from < readings.length; from += size) {
    const lowest = readings.slice(from, from + size).reduce((one, other) => of(other) < of(one) ? other : one);
    points.push({ x: lowest.minutes / 60, y: of(lowest) });
  }
  return points;
}
