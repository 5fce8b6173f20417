/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
/**
 * Fuzzes one target in a thread of its own, so that one that never comes back can be ended.
 *
 * @module
 */
import { readCorpus } from "./corpus.ts";
import { inputNumber } from "./inputs.ts";
import { shrunk } from "./shrink.ts";
import { targetNamed } from "./targets.ts";
import { type Fault, KeptMemory, trial } from "./trial.ts";

/** What is to be done. */
export interface Order {
  readonly target: string;
  readonly seed: number;
  readonly inputs: number;
  /** How many inputs were begun, those of the corpus too: somebody else reads it meanwhile. */
  readonly progress: SharedArrayBuffer;
}

/** What broke; `null` where nothing did. Without an input it was all of them together. */
export type Outcome = { readonly what: string; readonly input?: string } | null;

/** After so many inputs the engine has its tables. */
const WARM = 500;
/** Inputs between two looks at what stays in memory. */
const BETWEEN_LOOKS = 100_000;

async function fuzz({ target: name, seed, inputs, progress }: Order): Promise<Outcome> {
  const target = targetNamed(name);
  const begun = new Int32Array(progress);
  for (const [file, input] of await readCorpus(name)) {
    Atomics.add(begun, 0, 1);
    const fault = await trial(target, input);
    if (fault !== undefined) return { what: `${file}: ${fault.what}`, input };
  }
  const memory = new KeptMemory();
  for (let n = 0; n < inputs; n++) {
    if (n === WARM) memory.begin();
    Atomics.add(begun, 0, 1);
    const input = inputNumber(n, target, seed);
    const fault = await trial(target, input);
    if (fault !== undefined) return fault.overBound ? { what: fault.what, input } : await least(input, fault);
    const kept = n > WARM && (n % BETWEEN_LOOKS === 0 || n === inputs - 1) ? memory.end() : undefined;
    if (kept !== undefined) return { what: kept };
  }
  return null;

  async function least(found: string, fault: Fault): Promise<Outcome> {
    let { what } = fault;
    const input = await shrunk(found, async (less) => {
      Atomics.add(begun, 1, 1);
      const still = await trial(target, less);
      if (still === undefined || still.overBound) return false;
      what = still.what;
      return true;
    });
    return { what, input };
  }
}

self.onmessage = async ({ data }: MessageEvent<Order>) => self.postMessage(await fuzz(data));
