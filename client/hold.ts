/**
 * The end of a conversation, which somebody may want sooner than it comes.
 *
 * @module
 */
import { EXIT, type ExitCode } from "../shared/exit.ts";
import { aborted } from "./aborted.ts";
import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";

/** Longer than a farewell takes; after it nobody waits for a reader that is stuck. */
const LEAVE_MS = 3_000;

/** What may end a conversation early. */
export interface HoldOptions {
  /** Aborted when we are asked to end. */
  readonly asked: AbortSignal;
  /** Resolves when nobody reads any more: `chat client | head -1`. */
  readonly gone: Promise<unknown>;
  readonly clock: Clock;
}

/** Waits for the end of a conversation; returns its exit code or, where it does not come to its end in time, whether everything said was kept. */
export async function hold(
  connection: Pick<Connection, "leave" | "unacknowledged">,
  conversation: Promise<ExitCode>,
  { asked, gone, clock }: HoldOptions,
): Promise<ExitCode> {
  const over = new AbortController();
  async function leaveEarly(): Promise<ExitCode> {
    await Promise.race([aborted(asked), gone]);
    connection.leave();
    await clock.sleep(LEAVE_MS, over.signal);
    return connection.unacknowledged === 0 ? EXIT.ok : EXIT.failure;
  }
  try {
    return await Promise.race([conversation, leaveEarly()]);
  } finally {
    over.abort();
  }
}

/** Waits for the last word to be written, for as long as a reader takes; once we are asked to end, no longer than for a farewell. */
export async function unlessStuck(written: Promise<void>, { asked, clock }: Pick<HoldOptions, "asked" | "clock">): Promise<void> {
  const over = new AbortController();
  try {
    await Promise.race([written, aborted(asked).then(() => clock.sleep(LEAVE_MS, over.signal))]);
  } finally {
    over.abort();
  }
}
