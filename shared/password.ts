/**
 * Files that hold a password: a server's, and those of the clients that give it.
 *
 * @module
 */
import type { Checked } from "./flags.ts";
import { LIMITS } from "./protocol.ts";
import { byteLength, count } from "./text.ts";

/** Bytes of a file that are looked at; a password fits well. */
export const PASSWORD_FILE_BYTES = 4_096;

/**
 * The password on a file's first line, or what is wrong with the file, as the end of a sentence that begins with its name.
 *
 * @param bytes The file, up to {@link PASSWORD_FILE_BYTES} of it. @param mode Its rights; `null` on a system without such.
 *
 * @example
 * ```ts
 * import { passwordIn } from "./password.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const file = new TextEncoder().encode("correct horse\r\nfor the chat\n");
 * assertEquals(passwordIn(file, 0o100600), { value: "correct horse" });
 * assertEquals(passwordIn(file, 0o100640), { problem: "can be read by others on this machine" });
 * ```
 */
export function passwordIn(bytes: Uint8Array, mode: number | null): Checked<string> {
  if (mode !== null && (mode & 0o077) !== 0) return { problem: "can be read by others on this machine" };
  const end = bytes.indexOf(0x0a);
  const line = decode(end === -1 ? bytes : bytes.subarray(0, end))?.replace(/\r$/, "");
  if (line === undefined) return { problem: "is not text in UTF-8" };
  if (line === "") return { problem: "has nothing on its first line, where the password should be" };
  const length = byteLength(line);
  if (length > LIMITS.passwordBytes) {
    return { problem: `has a first line of ${count(length)} bytes or more; a password has at most ${count(LIMITS.passwordBytes)}` };
  }
  return { value: line };
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
