/**
 * The two honest people of `honest_worker.ts`, as a test sees them.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { soon } from "../../soon.ts";
import type { Question, Shown, Waits } from "./honest_worker.ts";

/** What 99 of 100 messages may take to be heard, in milliseconds: the promise of issue 6. */
const P99_MS = 250;

/** Alice and bob, for as long as a block lasts. */
export class Honest implements Disposable {
  readonly #worker = new Worker(new URL("honest_worker.ts", import.meta.url), { type: "module" });
  readonly #open = new Map<number, (value: unknown) => void>();
  #asked = 0;
  #heard = 0;

  private constructor() {
    this.#worker.onmessage = ({ data: { id, value } }) => {
      this.#open.get(id)?.(value);
      this.#open.delete(id);
    };
  }

  /** They come in, and begin to talk. @param password What they are asked for, if anything. */
  static async arrive(port: number, password?: string): Promise<Honest> {
    const honest = new Honest();
    await honest.#ask({ ask: "arrive", port, password });
    return honest;
  }

  /** What they were shown of somebody up to the word `done`. */
  async shown(name: string): Promise<Shown> {
    return await this.#ask({ ask: "shown", name }) as Shown;
  }

  /** Counts from now on how long they wait for each other. */
  async begin(): Promise<void> {
    await this.#ask({ ask: "window" });
  }

  /**
   * Checks that they heard each other in time since they were asked before. What a busy machine makes them wait for their own turn is none of the
   * server's doing, and is allowed on top.
   */
  async inTime(): Promise<void> {
    const { waits, late } = await this.#ask({ ask: "window" }) as Waits;
    this.#heard += waits.length;
    const [waited, busy] = [p99(waits), p99(late)];
    const told =
      `of ${waits.length} messages 99 % were heard within ${waited.toFixed()} ms, on a machine that was ${busy.toFixed()} ms late`;
    assert(waited < P99_MS + busy, told);
  }

  /** They leave, and nothing was wrong: they lost nothing, heard nothing twice, and were shown nothing that is not clean. */
  async leave(): Promise<void> {
    assertEquals(await this.#ask({ ask: "leave" }), []);
    await this.inTime();
    assert(this.#heard > 0);
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }

  #ask(question: Question): Promise<unknown> {
    const id = ++this.#asked;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.#open.set(id, resolve);
    this.#worker.postMessage({ id, question });
    return soon(promise, `the honest two to ${question.ask}`);
  }
}

/** What 99 of 100 of them are no longer than; 0 where there are none. */
function p99(waits: readonly number[]): number {
  return waits.toSorted((a, b) => a - b)[Math.ceil(0.99 * waits.length) - 1] ?? 0;
}
