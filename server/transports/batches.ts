/**
 * What one read brought, a few lines at a time: 64 KiB can be 65,536 lines, and nobody knows how many of them will be heard.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { Line } from "../../shared/lines.ts";

/** Lines that are decoded before the first of them is heard. */
const BATCH = 32;
/** How long the lines of one read may be heard before others have their turn, in milliseconds. */
const TURN_MS = 5;

/** Decodes lines as they are asked for. @param singly Whether the next one goes alone. */
export function* inBatches<T>(lines: Iterable<Line>, decode: (line: Line) => T, singly = () => false): Generator<T[], void> {
  let batch: T[] = [];
  for (const line of lines) {
    batch.push(decode(line));
    if (batch.length < BATCH && !singly()) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** The time that the lines of one read have had. */
export class Turn {
  #began = performance.now();

  /** Whether it is others' turn. */
  get isOver(): boolean {
    return performance.now() - this.#began > TURN_MS;
  }

  /** Lets others have theirs. */
  async pass(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#began = performance.now();
  }
}
