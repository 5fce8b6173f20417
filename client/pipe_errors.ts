/**
 * What goes wrong with stdin and stdout.
 *
 * @module
 */
import { EXIT, Fatal } from "../shared/exit.ts";

/** Lines up to where no more can be read; `failed` is told why that is not the end. */
export async function* readableLines(lines: AsyncIterable<string>, failed: (error: unknown) => void): AsyncGenerator<string, void> {
  try {
    yield* lines;
  } catch (error) {
    failed(error);
  }
}

/** Ends the program where stdin cannot be read. */
export function unreadable(error: unknown): Fatal {
  return new Fatal(EXIT.ioError, `stdin: cannot read: ${error instanceof Error ? error.message : error}`);
}

/**
 * Passes where the output is well, or whoever read along has seen enough: `chat tail | head -1`.
 *
 * @param broken Resolves with the reason when the output takes nothing any more.
 * @throws {Fatal} When it cannot be written.
 */
export async function checkOutput(broken: Promise<Error>): Promise<void> {
  const failure = await Promise.race([broken, Promise.resolve(undefined)]);
  if (failure === undefined || failure instanceof Deno.errors.BrokenPipe) return;
  throw new Fatal(EXIT.ioError, `stdout: cannot write: ${failure.name}: ${failure.message}`);
}
