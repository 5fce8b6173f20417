/**
 * What `deno.json` imports for tests only.
 *
 * @module
 */

/** Names of packages that are not in the executable, nor in its bill of materials. */
export const TEST_ONLY: readonly string[] = ["@xterm/headless", "axe-core", "fast-check", "jsqr", "playwright-core"];
