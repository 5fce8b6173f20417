/**
 * Waiting, with an end.
 *
 * @module
 */

/** How long anything may take before a test gives up, in milliseconds. */
const PATIENCE_MS = 20_000;

/** Settles with `work`, or fails after a while, saying what was waited for. */
export async function soon<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => timer = setTimeout(() => reject(new Error(`waited in vain for ${what}`)), PATIENCE_MS));
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
