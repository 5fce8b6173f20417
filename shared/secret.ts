/**
 * Files that hold a secret: a password, a key. What others can read is none.
 *
 * @module
 */

/**
 * What is wrong with the rights of a file that holds a secret, as the end of a sentence that begins with its name, and what to do about `FILE`.
 *
 * @param mode Its rights; `null` on a system without such. @param trusted Whether its group may read it too, as that of a machine's keys does.
 *
 * @example
 * ```ts
 * import { exposure } from "./secret.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const problem = "can be read by others on this machine";
 * assertEquals(exposure(0o100600), undefined);
 * assertEquals(exposure(0o100640), { problem, advice: "Make it yours alone: chmod 600 FILE" });
 * assertEquals(exposure(0o100640, "group"), undefined);
 * assertEquals(exposure(0o100644, "group"), { problem, advice: "Take that away: chmod o= FILE" });
 * ```
 */
export function exposure(
  mode: number | null,
  trusted: "nobody" | "group" = "nobody",
): { readonly problem: string; readonly advice: string } | undefined {
  const others = trusted === "group" ? 0o007 : 0o077;
  if (mode === null || (mode & others) === 0) return undefined;
  const advice = trusted === "group" ? "Take that away: chmod o= FILE" : "Make it yours alone: chmod 600 FILE";
  return { problem: "can be read by others on this machine", advice };
}
