/**
 * Folders for as long as they are needed.
 *
 * @module
 */

/** A folder that is there as long as a block lasts. */
export class TempFolder implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "chat-test-" });

  /** The names of what is in it, sorted. */
  get names(): string[] {
    return [...Deno.readDirSync(this.path)].map(({ name }) => name).sort();
  }

  /** The rights of a file in it. */
  mode(name: string): number {
    return (Deno.statSync(`${this.path}/${name}`).mode ?? 0) & 0o777;
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}
