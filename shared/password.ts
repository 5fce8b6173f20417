/**
 * Files that hold a password: a server's, and those of the clients that give it.
 *
 * @module
 */
import { EXIT, type ExitCode, Fatal } from "./exit.ts";
import type { Checked } from "./flags.ts";
import { LIMITS } from "./protocol.ts";
import { exposure } from "./secret.ts";
import { byteLength, count } from "./text.ts";

/** Bytes of a file that are looked at; a password fits well. */
const MOST_BYTES = 4_096;

/** A file that is open. */
export interface OpenFile extends Disposable {
  /** Fills the buffer as far as it can; `null` at the end. */
  read(buffer: Uint8Array): Promise<number | null>;
  stat(): Promise<{ readonly mode: number | null; readonly isDirectory: boolean }>;
}

/**
 * Reads the first line of a file that nobody else can read, without its line end.
 *
 * @param open Opens it, or throws what the operating system says.
 * @throws {Fatal} When there is no such password.
 */
export async function readPasswordFile(path: string, open: (path: string) => Promise<OpenFile>): Promise<string> {
  const name = `--password-file: ${path}`;
  try {
    using file = await open(path);
    const { mode, isDirectory } = await file.stat();
    if (isDirectory) throw new Fatal(EXIT.config, `${name} is a folder. Name a file of yours that holds the password`);
    const checked = passwordIn(await start(file), mode);
    if ("value" in checked) return checked.value;
    const { problem, advice } = checked;
    // Advice is given where the file's rights are what is wrong.
    throw advice === undefined
      ? new Fatal(EXIT.config, `${name} ${problem}. Put the password there`)
      : new Fatal(EXIT.noPermission, `${name} ${problem}. ${advice.replace("FILE", () => path)}`);
  } catch (error) {
    if (error instanceof Fatal || !(error instanceof Error)) throw error;
    throw new Fatal(codeOf(error), `${name} cannot be read: ${error.message}. Name a file of yours that holds the password`);
  }
}

function codeOf({ name }: Error): ExitCode {
  if (name === "NotFound") return EXIT.noInput;
  return name === "PermissionDenied" ? EXIT.noPermission : EXIT.ioError;
}

/** The first bytes of a file; a pipe brings what it has piece by piece. */
async function start(file: OpenFile): Promise<Uint8Array> {
  const buffer = new Uint8Array(MOST_BYTES);
  let length = 0;
  for (let read: number | null = 0; read !== null && length < buffer.length; length += read ?? 0) {
    read = await file.read(buffer.subarray(length));
  }
  return buffer.subarray(0, length);
}

/**
 * The password on a file's first line, or what is wrong with the file, as the end of a sentence that begins with its name, and what to do.
 *
 * @param bytes The file's beginning. @param mode Its rights; `null` on a system without such.
 *
 * @example
 * ```ts
 * import { passwordIn } from "./password.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const file = new TextEncoder().encode("correct horse\r\nfor the chat\n");
 * assertEquals(passwordIn(file, 0o100600), { value: "correct horse" });
 * assertEquals(passwordIn(file, 0o100640), {
 *   problem: "can be read by others on this machine",
 *   advice: "Make it yours alone: chmod 600 FILE",
 * });
 * ```
 */
export function passwordIn(bytes: Uint8Array, mode: number | null): Checked<string> & { readonly advice?: string } {
  const exposed = exposure(mode);
  if (exposed) return exposed;
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
