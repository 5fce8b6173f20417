/**
 * Messages of a script to a server, until each has been acknowledged.
 *
 * @module
 */
import { EXIT, type ExitCode } from "../../shared/exit.ts";
import { cleanText, plural } from "../../shared/text.ts";
import { aborted } from "../aborted.ts";
import type { Clock } from "../clock.ts";
import type { Connection } from "../connection.ts";
import type { ConnectionEvent } from "../events.ts";
import { tooLong, unsayable } from "./message.ts";
import { Patience, PATIENCE_MS } from "./patience.ts";

/** How long what was said may take to be acknowledged when we are asked to end. */
const FAREWELL_MS = 3_000;

/** What is delivered, and how it is told. */
export interface DeliveryOptions {
  /** Each is a message, or the length in bytes of one that is much too long. Empty ones are passed over. */
  readonly messages: AsyncIterable<string | number>;
  readonly room: string;
  readonly clock: Clock;
  /** Takes a sentence for people. */
  readonly report: (text: string) => void;
  /** Hears each event first. */
  readonly watch?: (event: ConnectionEvent) => void;
  /** Aborted when we are asked to end. */
  readonly asked: AbortSignal;
}

/**
 * Says every message.
 *
 * 1. Resolves with `ok` only when the server has acknowledged each of them.
 * 2. A message that is refused makes it a failure; the others are sent all the same.
 * 3. When something is said and nothing is acknowledged for 30 s, whatever the reason, it gives up with `tempFail`.
 *
 * @throws {Fatal} When there is no server, or no name to go by.
 */
export async function deliver(connection: Connection, options: DeliveryOptions): Promise<ExitCode> {
  const { messages, room, clock, report, watch, asked } = options;
  const patience = new Patience(clock);
  const over = new AbortController();
  let due = 0;
  let refused = 0;
  let trouble = "";
  let gaveUp = false;

  async function hear(): Promise<void> {
    for await (const event of connection) {
      watch?.(event);
      if (event.kind === "lost") trouble = ` (${event.why})`;
      if ((event.kind === "refused" || event.kind === "error") && event.ref !== undefined) {
        if (event.kind === "error" || event.final) refuse(event.text);
        else trouble = ` (${cleanText(event.text)})`;
      }
      if (connection.unacknowledged < due) patience.renew();
      due = connection.unacknowledged;
    }
  }

  async function speak(): Promise<void> {
    for await (const message of messages) {
      if (asked.aborted) break;
      say(message);
      await connection.ready();
    }
    await leave();
  }

  function say(message: string | number): void {
    if (typeof message === "number") return refuse(tooLong(message));
    const text = cleanText(message, { newlines: true });
    if (text.trim() === "") return;
    const problem = unsayable(text);
    if (problem !== undefined) return refuse(problem);
    const sent = connection.say(text, { room });
    if (sent.kind === "not_sent") return refuse(sent.text);
    if (due++ === 0) patience.renew();
  }

  function refuse(why: string): void {
    refused++;
    report(`Not sent: ${cleanText(why)}`);
  }

  async function leave(): Promise<void> {
    await connection.settled();
    connection.leave();
  }

  async function leaveSoon(): Promise<void> {
    await aborted(asked);
    await Promise.race([leave(), clock.sleep(FAREWELL_MS, over.signal)]);
    connection.leave();
  }

  async function giveUp(): Promise<void> {
    await patience.runsOut(() => connection.unacknowledged > 0, over.signal);
    gaveUp = true;
    connection.leave();
  }

  // A read from a pipe cannot be called off: when the events end, it is left behind.
  const hearing = hear();
  try {
    await Promise.race([hearing, Promise.race([speak(), leaveSoon(), giveUp()]).then(() => hearing)]);
  } finally {
    over.abort();
  }
  const lost = connection.unacknowledged;
  if (lost > 0) {
    const how = gaveUp ? ` in ${PATIENCE_MS / 1000} s${trouble}. Try again later` : trouble;
    report(`${plural(lost, "message")} ${lost === 1 ? "was" : "were"} not acknowledged${how}`);
    return EXIT.tempFail;
  }
  return refused === 0 ? EXIT.ok : EXIT.failure;
}
