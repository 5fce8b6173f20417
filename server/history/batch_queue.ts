/**
 * Batches between an engine that commits and the hub that delivers.
 *
 * @module
 */
import type { Batch } from "./history.ts";

/** A queue that is read once. */
export class BatchQueue {
  #batches: Batch[] = [];
  #ended = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  /** How many wait to be read. */
  get length(): number {
    return this.#batches.length;
  }

  push(batch: Batch): void {
    this.#batches.push(batch);
    this.#wake?.();
  }

  /** Ends the reading once what was pushed is read; with an error where there is one. */
  end(error?: Error): void {
    this.#ended = true;
    this.#error ??= error;
    this.#wake?.();
  }

  /** @param taken Called whenever there is place again. */
  async *read(taken: () => void): AsyncGenerator<Batch> {
    while (true) {
      const batch = this.#batches.shift();
      if (batch !== undefined) {
        taken();
        yield batch;
      } else if (this.#error !== undefined) {
        throw this.#error;
      } else if (this.#ended) {
        return;
      } else {
        await new Promise<void>((resolve) => this.#wake = resolve);
        this.#wake = undefined;
      }
    }
  }
}
