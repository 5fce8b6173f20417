/**
 * Less of an input that breaks something.
 *
 * @module
 */

/** How long one input is worked on, in milliseconds. */
const MOST_MS = 5_000;

/** The shortest input found by leaving parts out, of those that still break something. */
export async function shrunk(input: string, breaks: (input: string) => Promise<boolean>): Promise<string> {
  const end = performance.now() + MOST_MS;
  for (let size = Math.ceil(input.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < input.length && performance.now() < end;) {
      const less = input.slice(0, at) + input.slice(at + size);
      if (await breaks(less)) input = less;
      else at += size;
    }
  }
  return input;
}
