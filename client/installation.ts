/**
 * Who an installation is to a server.
 *
 * @module
 */
import { base64Url } from "../shared/text.ts";

/**
 * What proves to one server that this is the installation of before, made of the secret that stays here. Rights hang on it, so each server gets another:
 * whoever runs one, or listens in where nothing is encrypted, is nobody at the others.
 *
 * @param secret The installation's own. @param server The server's address as `formatAddress` has it.
 * @return 43 characters of base64url.
 *
 * @example
 * ```ts
 * import { secretFor } from "./installation.ts";
 * import { assertEquals, assertNotEquals } from "@std/assert";
 *
 * const here = await secretFor("tls://example.org:12345", "s3cret");
 * assertEquals(here, await secretFor("tls://EXAMPLE.org:12345", "s3cret"));
 * assertNotEquals(here, await secretFor("example.org:12345", "s3cret"));
 * ```
 */
export async function secretFor(server: string, secret: string): Promise<string> {
  const bytes = new TextEncoder().encode(`${secret}\n${server.toLowerCase()}`);
  return base64Url(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))).replace("=", "");
}
