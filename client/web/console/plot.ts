/**
 * A figure over the last ten minutes as a path. Pure.
 *
 * @module
 */
import { type Sample, SAMPLES } from "../../../shared/console.ts";

/** The size of a plot, in the units of its path: one for each second across. */
export const PLOT = { width: SAMPLES, height: 40 } as const;
/** A gap between samples above this is left open, in milliseconds: nobody knows what was there. */
const GAP_MS = 5_000;

/** A figure drawn. */
export interface Plot {
  /** For the attribute `d` of a path. */
  readonly line: string;
  /** The same, closed along the bottom. */
  readonly area: string;
  /** The largest value. */
  readonly most: number;
}

/**
 * Draws a figure from nothing to its largest value, the newest sample on the right.
 *
 * @param samples Oldest first.
 * @param least The least that the whole height stands for, so that small figures look small.
 */
export function plot(samples: readonly Sample[], value: (sample: Sample) => number, least: number): Plot {
  const end = samples.at(-1)?.at ?? 0;
  const most = samples.reduce((most, sample) => Math.max(most, value(sample)), 0);
  const top = Math.max(most, least);
  const runs: string[][] = [];
  let before = -Infinity;
  for (const sample of samples) {
    const x = PLOT.width + (sample.at - end) / 1000;
    if (x < 0) continue;
    const point = `${round(x)} ${round(PLOT.height * (1 - value(sample) / top))}`;
    if (sample.at - before > GAP_MS) runs.push([]);
    runs.at(-1)!.push(point);
    before = sample.at;
  }
  return {
    line: runs.map((points) => `M${points.join("L")}`).join(""),
    area: runs.map((points) => `M${foot(points[0])}L${points.join("L")}L${foot(points.at(-1)!)}Z`).join(""),
    most,
  };
}

/** The sample at a place from 0 (ten minutes ago) to 1 (now); `undefined` where there is none. */
export function sampleAt(samples: readonly Sample[], place: number): Sample | undefined {
  const newest = samples.at(-1);
  if (newest === undefined) return undefined;
  const at = newest.at - (1 - place) * PLOT.width * 1000;
  const found = samples.find((sample) => sample.at >= at);
  return found !== undefined && found.at - at < GAP_MS ? found : undefined;
}

/** Below a point. */
function foot(point: string): string {
  return `${point.split(" ", 1)[0]} ${PLOT.height}`;
}

function round(n: number): number {
  return Math.round(n * 10) / 10;
}
