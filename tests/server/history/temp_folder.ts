/**
 * Folders for tests of the history.
 *
 * @module
 */
import type { SqliteOptions } from "../../../server/history/sqlite_history.ts";

/** Keeps everything: the entries of tests have times of their own. */
export const FOREVER: SqliteOptions = { retention: { entries: Infinity, ms: Infinity } };

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

/** Says why a test is not run. */
export function skipped(what: string, why: unknown): void {
  // deno-lint-ignore no-console
  console.info(`Skipped, ${what}: ${why}`);
}
