/**
 * What goes wrong with stdin and stdout.
 *
 * @module
 */
import { EXIT, Fatal } from "../shared/exit.ts";

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
