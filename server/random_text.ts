/**
 * Secrets and ids.
 *
 * @module
 */
import { base64Url } from "../shared/text.ts";

/** So many random bytes as text. 9 are enough that no two sessions of a server ever share an id, 24 that nobody guesses a token. */
export function randomText(bytes: number): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(bytes)));
}
