/**
 * Fuzzes targets side by side and says what broke.
 *
 * @module
 */
import { keep, readCorpus } from "./corpus.ts";
import { inputNumber } from "./inputs.ts";
import type { Target } from "./target.ts";
import type { Order, Outcome } from "./worker.ts";

/** What to fuzz, and how long. */
export interface Plan {
  readonly targets: readonly Target[];
  readonly seed: number;
  /** How many for each target, where its share is whole. */
  readonly inputs: number;
  /** How long an input may take until it is one that never comes back, in milliseconds. */
  readonly hangsMs: number;
  /** How many targets at a time. */
  readonly threads: number;
  /** Whether what breaks something is kept in the corpus. */
  readonly keeps: boolean;
  /** Takes a line for people. */
  readonly print: (line: string) => void;
}

/** Fuzzes; returns a line for each target that broke. */
export async function fuzz({ targets, seed, inputs, hangsMs, threads, keeps, print }: Plan): Promise<string[]> {
  print(`seed ${seed}, ${inputs} inputs a target`);
  const findings: string[] = [];
  const queue = [...targets];
  async function work(): Promise<void> {
    for (let target = queue.shift(); target; target = queue.shift()) {
      const start = performance.now();
      const count = Math.ceil(inputs * (target.share ?? 1));
      const outcome = await inThread(target, seed, count, hangsMs);
      const took = `${((performance.now() - start) / 1000).toFixed(1)} s`;
      if (outcome === null) {
        print(`${target.name}: ${count} inputs, ${took}`);
        continue;
      }
      const { what, input } = outcome;
      const where = input === undefined ? "" : `\n  ${keeps ? await keep(target.name, input) : JSON.stringify(input.slice(0, 500))}`;
      findings.push(`${target.name}: ${what}${where}`);
      print(`RED ${findings.at(-1)}`);
    }
  }
  await Promise.all(Array.from({ length: threads }, work));
  return findings;
}

/** Fuzzes one target in a thread of its own. */
async function inThread(target: Target, seed: number, inputs: number, hangsMs: number): Promise<Outcome> {
  const progress = new SharedArrayBuffer(8);
  const worker = new Worker(new URL("worker.ts", import.meta.url), { type: "module" });
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(`${target.name}: ${event.message}`));
  };
  worker.postMessage({ target: target.name, seed, inputs, progress } satisfies Order);
  const stands = async (begun: number) => resolve({ what: `took more than ${hangsMs} ms`, input: await begunInput(begun, target, seed) });
  const watch = new Watch(new Int32Array(progress), hangsMs, stands);
  try {
    return await promise;
  } finally {
    watch.end();
    worker.terminate();
  }
}

/** The input that was begun last of so many. */
async function begunInput(begun: number, target: Target, seed: number): Promise<string> {
  const corpus = [...(await readCorpus(target.name)).values()];
  return corpus[begun - 1] ?? inputNumber(begun - corpus.length - 1, target, seed);
}

/** Sees when a thread goes on no more. */
class Watch {
  readonly #timer: ReturnType<typeof setInterval>;
  #last = "";

  /** @param stands Called with the number of inputs begun. */
  constructor(progress: Int32Array, everyMs: number, stands: (begun: number) => Promise<void>) {
    this.#timer = setInterval(() => {
      const now = progress.join();
      if (now !== "0,0" && now === this.#last) void stands(Atomics.load(progress, 0));
      this.#last = now;
    }, everyMs);
  }

  end(): void {
    clearInterval(this.#timer);
  }
}
