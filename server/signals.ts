/**
 * Signals of the operating system.
 *
 * @module
 */

/** The same signal within this many milliseconds is one: a Ctrl-C reaches all that the terminal runs, and `deno task` hands on what it got besides; of a terminal that is closed both the shell and the system tell. */
const SAME_MS = 300;

/** The signals that ask the process to end, one after the other. */
export class Signals {
  readonly #listeners: ReadonlyMap<Deno.Signal, () => void>;
  #pending = 0;
  #wake: (() => void) | undefined;
  #hangup: (() => void) | undefined;

  constructor() {
    const names: readonly Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM"];
    this.#listeners = new Map(names.map((name) => [name, notTwice(this.came)]));
    for (const [name, listener] of this.#listeners) Deno.addSignalListener(name, listener);
  }

  /** Settles when the next one has come. */
  async next(): Promise<void> {
    if (this.#pending === 0) await new Promise<void>((resolve) => this.#wake = resolve);
    this.#pending--;
  }

  /** Does something at SIGHUP, which would end the process without a word; no such signal is sent by Windows. */
  onHangup(hangup: () => void): void {
    if (Deno.build.os === "windows") return;
    this.#hangup = hangup;
    Deno.addSignalListener("SIGHUP", this.#hangup);
  }

  close(): void {
    if (this.#hangup) Deno.removeSignalListener("SIGHUP", this.#hangup);
    for (const [name, listener] of this.#listeners) Deno.removeSignalListener(name, listener);
  }

  /** One has come. */
  readonly came = (): void => {
    this.#pending++;
    this.#wake?.();
  };

  /** The terminal was closed, which asks the process to end as well. */
  readonly closed = notTwice(this.came);
}

/** Passes on what comes, but not what comes again at once. */
function notTwice(came: () => void): () => void {
  let last = -Infinity;
  return () => {
    const before = last;
    last = performance.now();
    if (last - before >= SAME_MS) came();
  };
}
