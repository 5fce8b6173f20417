/**
 * What an installation proves by to servers that it is the same as before.
 *
 * @module
 */
import { type Found, readSmall } from "../files.ts";

/** Its name in the state folder. */
export const SECRET_FILE = "secret";

/** At least 128 bits of base64url. */
const FORM = /^[\w-]{22,64}$/;

/** Reads the file in a state folder. */
export function readSecret(folder: string): Found<{ readonly secret: string }> {
  return readSmall(`${folder}/${SECRET_FILE}`, 1_024, (text) => {
    const secret = text.trim();
    return FORM.test(secret) ? { secret } : "holds no secret";
  });
}
