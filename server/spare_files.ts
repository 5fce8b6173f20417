/**
 * Files held open to have something to give up when no more can be opened.
 *
 * @module
 */

/** As many as the database, the log and what else the server opens may need beside the connections. */
const SPARES = 64;

/** Keeps the last file descriptors of the process from the crowd: they answer those who cannot come in any more. */
export class SpareFiles {
  readonly #files: Deno.FsFile[] = [];

  /** Opens as many as it can. */
  constructor() {
    this.refill();
    // A process that is allowed hardly more than that needs some itself.
    if (this.#files.length < SPARES) this.#files.splice(this.#files.length / 2).forEach((file) => file.close());
  }

  /** Gives one up; false when there is none. */
  release(): boolean {
    const file = this.#files.pop();
    file?.close();
    return file !== undefined;
  }

  /** Opens again what was given up, as far as that is possible now. */
  refill(): void {
    const nothing = Deno.build.os === "windows" ? "NUL" : "/dev/null";
    try {
      while (this.#files.length < SPARES) this.#files.push(Deno.openSync(nothing));
    } catch {
      // Not now; whoever leaves next gives one back.
    }
  }

  close(): void {
    for (const file of this.#files.splice(0)) file.close();
  }
}
