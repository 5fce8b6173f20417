/**
 * What is kept of an invite. Pure.
 *
 * @module
 */

/** An invite. Its file is named by the hash of its code, which is nowhere else. */
export interface Invite {
  /** When it ends, in milliseconds since 1970. */
  readonly expires: number;
  /** How many may come in with it. */
  readonly uses: number;
  readonly used: number;
  /** The hashes of the clients' secrets that came in with it, at most `uses`. They come in again without a use, whether or not it has ended. */
  readonly installations: readonly string[];
}

/** Reads the text of a file; `undefined` when it holds none. */
export function decodeInvite(text: string): Invite | undefined {
  let value: Partial<Invite> | null;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { expires, uses, used, installations } = value ?? {};
  const whole = [expires, uses, used].every((n) => Number.isSafeInteger(n) && n! >= 0);
  const strings = Array.isArray(installations) && installations.every((hash) => typeof hash === "string");
  return whole && strings ? { expires, uses, used, installations } as Invite : undefined;
}
