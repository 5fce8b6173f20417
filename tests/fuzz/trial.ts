/**
 * One input, within its bounds.
 *
 * @module
 */
import { runInNewContext } from "node:vm";
import { setFlagsFromString } from "node:v8";
import { Random } from "../chaos/random.ts";
import type { Target } from "./target.ts";

/** What one input may take, in milliseconds. */
const MOST_MS = 250;
/** What one input may allocate, in bytes, garbage included. */
const MOST_BYTES = 64 * 2 ** 20;
/** What a target may keep of all its inputs, in bytes: the engine's own tables are among it. */
const MOST_KEPT_BYTES = 16 * 2 ** 20;
/** A busy machine may hold an input up; it does not do so every time. */
const MEASUREMENTS = 4;

/** What is wrong with a target. */
export interface Fault {
  readonly what: string;
  /** Whether it was over a bound: how far over, the input's length decides. */
  readonly overBound: boolean;
}

/** Gives a target one input. Returns what is wrong, if anything. */
export async function trial(target: Target, input: string): Promise<Fault | undefined> {
  for (let measurement = 1;; measurement++) {
    const bytes = used();
    const start = performance.now();
    try {
      // Not awaited where there is nothing to wait for: that would be most of the time.
      const checked = target.check(input, new Random(hashOf(input)));
      if (checked) await checked;
    } catch (error) {
      return { what: error instanceof Error ? error.stack ?? error.message : String(error), overBound: false };
    }
    const ms = performance.now() - start;
    const allocated = used() - bytes;
    if (ms <= MOST_MS && allocated <= MOST_BYTES) return undefined;
    if (measurement < MEASUREMENTS) continue;
    const what = ms > MOST_MS ? `took ${ms.toFixed(0)} ms, more than ${MOST_MS}` : `allocated ${megabytes(allocated)}`;
    return { what, overBound: true };
  }
}

/** Watches what stays in memory after many inputs. */
export class KeptMemory {
  #before = 0;

  /** From here on. Call it when the engine has made its tables. */
  begin(): void {
    this.#before = usedAfterCollection();
  }

  /** What is wrong, in words. */
  end(): string | undefined {
    const kept = usedAfterCollection() - this.#before;
    return kept > MOST_KEPT_BYTES ? `kept ${megabytes(kept)} of its inputs` : undefined;
  }
}

function used(): number {
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

let collect: (() => void) | undefined;

function usedAfterCollection(): number {
  if (collect === undefined) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as () => void;
  }
  collect();
  return used();
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MB`;
}

/** FNV-1a. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
