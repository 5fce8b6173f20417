/**
 * The server's password: read from its file, kept as what scrypt makes of it.
 *
 * @module
 */
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { EXIT, Fatal } from "../../shared/exit.ts";
import { PASSWORD_FILE_BYTES, passwordIn } from "../../shared/password.ts";

/**
 * 32 MiB and a tenth of a second: one of the settings of equal strength in OWASP's Password Storage Cheat Sheet. The largest of them takes 128 MiB,
 * which two strangers at a time should not be able to ask for.
 */
const COST = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 } as const;
const BYTES = 32;

/** Makes of a secret what is kept of it, slowly. */
export type Derive = (secret: string, salt: Uint8Array) => Promise<Uint8Array>;

/** Derives by scrypt (RFC 7914), off the event loop. The same letters are the same secret, however a keyboard composes them (RFC 8265). */
export function byScrypt(secret: string, salt: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    scrypt(secret.normalize("NFC"), salt, BYTES, COST, (error, key) => error ? reject(error) : resolve(key));
  });
}

/** A password that can be compared, and not be read. */
export class Password {
  readonly #salt: Uint8Array;
  readonly #key: Uint8Array;
  readonly #derive: Derive;

  private constructor(salt: Uint8Array, key: Uint8Array, derive: Derive) {
    this.#salt = salt;
    this.#key = key;
    this.#derive = derive;
  }

  /** Keeps a password, with a salt of its own. */
  static async of(text: string, derive: Derive = byScrypt): Promise<Password> {
    const salt = randomBytes(16);
    return new Password(salt, await derive(text, salt), derive);
  }

  /** Whether it is this one; tells nothing by the time it takes. */
  async matches(text: string): Promise<boolean> {
    return timingSafeEqual(await this.#derive(text, this.#salt), this.#key);
  }
}

/** Reads the first line of a file that nobody else can read. Throws {@link Fatal} when there is no such password. */
export function readPasswordFile(path: string): string {
  const checked = passwordIn(...readStart(path));
  if ("value" in checked) return checked.value;
  const { problem } = checked;
  const advice = problem.startsWith("can be read") ? `. Make it yours alone: chmod 600 ${path}` : ". Put the password there";
  throw new Fatal(EXIT.noPermission, `--password-file: ${path} ${problem}${advice}`);
}

/** A file's first bytes and its rights. */
function readStart(path: string): [bytes: Uint8Array, mode: number | null] {
  try {
    using file = Deno.openSync(path);
    const { mode, isDirectory } = file.statSync();
    if (isDirectory) throw new Fatal(EXIT.usage, `--password-file: ${path} is a folder; name a file`);
    const buffer = new Uint8Array(PASSWORD_FILE_BYTES);
    let length = 0;
    // A pipe brings what it has piece by piece.
    for (let read: number | null = 0; read !== null && length < buffer.length; length += read ?? 0) {
      read = file.readSync(buffer.subarray(length));
    }
    return [buffer.subarray(0, length), Deno.build.os === "windows" ? null : mode];
  } catch (error) {
    if (error instanceof Fatal || !(error instanceof Error)) throw error;
    throw new Fatal(
      EXIT.noPermission,
      `--password-file: ${path} cannot be read: ${error.message}. Name a file of yours that holds the password`,
    );
  }
}
