/**
 * Signals of the operating system.
 *
 * @module
 */

/** The signals that ask the process to end, one after the other. */
export class Signals {
  readonly #names: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM"];
  #pending = 0;
  #wake: (() => void) | undefined;
  #hangup: (() => void) | undefined;

  constructor() {
    for (const name of this.#names) Deno.addSignalListener(name, this.came);
  }

  /** Settles when the next one has come. */
  async next(): Promise<void> {
    if (this.#pending === 0) await new Promise<void>((resolve) => this.#wake = resolve);
    this.#pending--;
  }

  /** Does something at SIGHUP, which would end the process; no such signal is sent by Windows. */
  onHangup(hangup: () => void): void {
    if (Deno.build.os === "windows") return;
    this.#hangup = hangup;
    Deno.addSignalListener("SIGHUP", hangup);
  }

  close(): void {
    if (this.#hangup) Deno.removeSignalListener("SIGHUP", this.#hangup);
    for (const name of this.#names) Deno.removeSignalListener(name, this.came);
  }

  /** One has come. */
  readonly came = (): void => {
    this.#pending++;
    this.#wake?.();
  };
}
