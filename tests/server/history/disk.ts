/**
 * What tests of the history keep, and small disks for it.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { SqliteOptions } from "../../../server/history/sqlite_history.ts";
import { TempFolder } from "../../temp_folder.ts";

/** Keeps everything: the entries of tests have times of their own. */
export const FOREVER: SqliteOptions = { retention: { entries: Infinity, ms: Infinity } };

/** Says why a test is not run. */
export function skipped(what: string, why: unknown): void {
  // deno-lint-ignore no-console
  console.info(`Skipped, ${what}: ${why}`);
}

/** Runs a command of the system; returns what went wrong. */
export async function run(command: string, ...args: string[]): Promise<string | undefined> {
  const { success, stderr } = await new Deno.Command(command, { args, stderr: "piped" }).output();
  return success ? undefined : new TextDecoder().decode(stderr).trim();
}

/** A small disk, for as long as a block lasts; `undefined` where there can be none, and says why. */
export async function smallDisk(size: string): Promise<(TempFolder & AsyncDisposable) | undefined> {
  const folder = new TempFolder();
  const problem = Deno.build.os === "linux"
    ? await run("mount", "-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder.path)
    : "not on Linux";
  if (problem !== undefined) {
    folder[Symbol.dispose]();
    skipped("a test on a small disk", problem);
    return undefined;
  }
  const unmount = async () => {
    assertEquals(await run("umount", folder.path), undefined);
    folder[Symbol.dispose]();
  };
  return Object.assign(folder, { [Symbol.asyncDispose]: unmount });
}
