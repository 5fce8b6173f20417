/**
 * Ids for requests.
 *
 * @module
 */

/** 128 random bits as 22 characters of base64url: everybody sees every ref, so nobody may guess the next one. */
export function newRef(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16)))).replaceAll("+", "-").replaceAll("/", "_").slice(0, 22);
}
