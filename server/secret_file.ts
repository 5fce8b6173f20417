/**
 * Files that hold a secret: a key, a password. One that others can read is no secret, so it is refused.
 *
 * @module
 */
import { EXIT, Fatal } from "../shared/exit.ts";

/** What a group (0o070) and everybody else (0o007) may do. */
const OTHERS = 0o077;
/** More than any key or password: a path that leads to an endless file ends too. */
const MAX_BYTES = 1_048_576;

/**
 * Reads a file that only its owner can read. On Windows, which keeps rights in another way, they are not looked at.
 *
 * Throws {@link Fatal}, which names the file and what to do, where others can read it, it cannot be read, or it is longer than 1 MiB.
 *
 * @param what What the file is, as a sentence begins: `"The password file"`.
 *
 * @example
 * ```ts
 * import { readSecretFile } from "./secret_file.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const path = Deno.makeTempFileSync();
 * Deno.writeTextFileSync(path, "abracadabra\n");
 * Deno.chmodSync(path, 0o600);
 * assertEquals(readSecretFile(path, "The password file"), "abracadabra\n");
 *
 * Deno.chmodSync(path, 0o644);
 * assertThrows(() => readSecretFile(path, "The password file"), Error, "chmod 600");
 * Deno.removeSync(path);
 * ```
 */
export function readSecretFile(path: string, what: string): string {
  try {
    using file = Deno.openSync(path);
    // The file that was opened is looked at: another one cannot come to its place meanwhile.
    const { mode, isDirectory } = file.statSync();
    if (isDirectory) throw new Fatal(EXIT.ioError, `${what} ${path} is a folder. Name a file`);
    if (Deno.build.os !== "windows" && mode !== null && (mode & OTHERS) !== 0) {
      const rights = (mode & 0o777).toString(8).padStart(3, "0");
      throw new Fatal(
        EXIT.noPermission,
        `${what} ${path} is open to others (mode ${rights}). Make it its owner's alone: chmod 600 ${path}`,
      );
    }
    return readAll(file, `${what} ${path}`);
  } catch (error) {
    if (error instanceof Fatal) throw error;
    const denied = error instanceof Deno.errors.PermissionDenied;
    const text = error instanceof Error ? error.message : String(error);
    const advice = denied ? "It must be yours to read" : "Check the path";
    throw new Fatal(denied ? EXIT.noPermission : EXIT.ioError, `${what} ${path} cannot be read: ${text}. ${advice}`);
  }
}

function readAll(file: Deno.FsFile, name: string): string {
  const bytes = new Uint8Array(MAX_BYTES + 1);
  let length = 0;
  for (let read: number | null; (read = file.readSync(bytes.subarray(length))) !== null;) {
    length += read;
    if (length > MAX_BYTES) throw new Fatal(EXIT.ioError, `${name} is longer than 1 MiB: it does not hold a secret. Check the path`);
  }
  return new TextDecoder().decode(bytes.subarray(0, length));
}
