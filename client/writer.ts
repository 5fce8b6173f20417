/**
 * Text to a socket, a pipe or a terminal, in order.
 *
 * @module
 */

/** Where bytes go. A write may take fewer bytes than it was given. */
export interface Sink {
  write(bytes: Uint8Array): Promise<number>;
}

/** Waiting text above which {@link Writer.drained} waits, in UTF-16 units. */
const HIGH_WATER = 65_536;

/**
 * Writes text in the order it was given, one write at a time.
 *
 * 1. `write` never waits: what comes while a write is under way goes out in one piece after it.
 * 2. Nothing is bounded here: who writes more than they were asked for awaits {@link Writer.drained}.
 * 3. After a failure `broken` has resolved and everything given is dropped.
 */
export class Writer {
  readonly #sink: Sink;
  readonly #encoder = new TextEncoder();
  readonly #broken = Promise.withResolvers<Error>();
  #waiting: string[] = [];
  #length = 0;
  #failed = false;
  #flushing: Promise<void> | undefined;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** Resolves with the reason when the sink takes nothing any more; pending while all is well. */
  get broken(): Promise<Error> {
    return this.#broken.promise;
  }

  /** How much is waiting, in UTF-16 units. */
  get waiting(): number {
    return this.#length;
  }

  write(text: string): void {
    if (this.#failed || text === "") return;
    this.#waiting.push(text);
    this.#length += text.length;
    this.#flushing ??= this.#flush();
  }

  /** Resolves when there is room for more. */
  async drained(): Promise<void> {
    if (this.#length > HIGH_WATER) await this.#flushing;
  }

  /** Resolves when everything given has been written, or never will be. */
  async flushed(): Promise<void> {
    await this.#flushing;
  }

  async #flush(): Promise<void> {
    // One turn later, so that what is written together goes out together.
    await Promise.resolve();
    try {
      while (this.#waiting.length > 0) {
        let bytes = this.#encoder.encode(this.#waiting.length === 1 ? this.#waiting[0] : this.#waiting.join(""));
        this.#waiting = [];
        this.#length = 0;
        while (bytes.length > 0) bytes = bytes.subarray(await this.#sink.write(bytes));
      }
    } catch (error) {
      this.#failed = true;
      this.#waiting = [];
      this.#length = 0;
      this.#broken.resolve(error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.#flushing = undefined;
    }
  }
}
