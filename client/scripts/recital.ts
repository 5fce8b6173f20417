/**
 * A room read out to a stream.
 *
 * @module
 */
import { EXIT, type ExitCode, Fatal } from "../../shared/exit.ts";
import type { Entry } from "../../shared/protocol.ts";
import { cleanText, plural } from "../../shared/text.ts";
import { aborted } from "../aborted.ts";
import type { Clock } from "../clock.ts";
import type { Connection } from "../connection.ts";
import { Patience, PATIENCE_MS } from "./patience.ts";
import type { Reading } from "./reading.ts";
import type { Writer } from "../writer.ts";

/** Longer than a farewell takes. */
const FAREWELL_MS = 3_000;

/** What is read, and where it goes. */
export interface RecitalOptions {
  readonly reading: Reading;
  readonly output: Writer;
  readonly line: (entry: Entry) => string;
  /** Whether a server that is away is waited for without end. */
  readonly follow: boolean;
  readonly clock: Clock;
  /** Takes a sentence for people. */
  readonly report: (text: string) => void;
  /** Aborted when we are asked to end. */
  readonly asked: AbortSignal;
}

/**
 * Writes what is read until it is done, nobody reads any more, or we are asked to end: all of that is well. A server that says nothing for 30 s
 * while something is waited for is `tempFail`.
 *
 * @throws {Fatal} When there is no server, or no name to be there under, or the server refuses to show the room.
 */
export async function recite(connection: Connection, options: RecitalOptions): Promise<ExitCode> {
  const { reading, output, line, follow, clock, report, asked } = options;
  const patience = new Patience(clock);
  const over = new AbortController();
  let writing = false;
  let trouble = "";
  let code: ExitCode = EXIT.ok;

  async function hear(): Promise<void> {
    for await (const event of connection) {
      if (event.kind === "lost") {
        trouble = ` (${event.why})`;
        if (follow) report(`Connection lost${trouble}. Trying again`);
      }
      if ((event.kind === "refused" || event.kind === "error") && event.ref !== undefined) {
        throw new Fatal(EXIT.failure, `The server does not show it: ${cleanText(event.text)}`);
      }
      const { entries, skipped, ask } = reading.hear(event);
      if (skipped > 0) report(`${plural(skipped, "message")} left out: the server no longer has them`);
      for (const entry of entries) output.write(line(entry));
      if (ask) connection.send(ask);
      if (reading.done) connection.leave();
      writing = true;
      await output.drained();
      writing = false;
      if (ask || entries.length > 0) patience.renew();
    }
    await output.flushed();
  }

  async function giveUp(): Promise<void> {
    await patience.runsOut(() => !follow && !writing && !reading.done, over.signal);
    if (over.signal.aborted) return;
    report(`No answer in ${PATIENCE_MS / 1000} s${trouble}. Try again later`);
    code = EXIT.tempFail;
    await leave();
  }

  async function leaveEarly(): Promise<void> {
    await Promise.race([aborted(asked), output.broken]);
    await leave();
  }

  /** Takes leave of the server. Where the output is stuck, the events are not heard to their end. */
  async function leave(): Promise<void> {
    connection.leave();
    await Promise.race([hearing, clock.sleep(FAREWELL_MS, over.signal)]);
  }

  const hearing = hear();
  try {
    await Promise.race([hearing, giveUp(), leaveEarly()]);
    return code;
  } finally {
    over.abort();
  }
}
