/**
 * A person and a connection: what is typed goes out, what happens is shown.
 *
 * @module
 */
import { EXIT, type ExitCode } from "../shared/exit.ts";
import { LOBBY } from "../shared/protocol.ts";
import { plural } from "../shared/text.ts";
import type { Connection } from "./connection.ts";
import { helpLines, type Input } from "./input.ts";
import { Timeline } from "./timeline.ts";
import type { View } from "./views/view.ts";
import { whoIsHere } from "./views/wording.ts";

/** How a conversation is held. */
export interface ConversationOptions {
  /** Whether every message counts: then whoever says too much waits, and one that was refused makes it a failure. */
  readonly strict: boolean;
}

/** Talks until the person leaves or there is nobody to talk to; returns whether everything said was kept. */
export async function converse(connection: Connection, view: View, { strict }: ConversationOptions): Promise<ExitCode> {
  const timeline = new Timeline();
  let nick = "";
  let refused = 0;

  async function hear(): Promise<void> {
    for await (const event of connection) {
      const change = timeline.apply(event);
      if (event.kind === "entry" || event.kind === "refused" || event.kind === "error") view.pending(timeline.pending);
      if (change?.kind === "here") nick = change.nick;
      if (change?.kind === "failed") refused++;
      if (change) view.show(change);
      await view.drained();
    }
  }

  async function speak(): Promise<void> {
    for await (const input of view.inputs()) {
      if (input.kind === "leave") break;
      act(input);
      if (strict) await connection.ready();
    }
    if (strict) await connection.settled();
    connection.leave();
  }

  function act(input: Exclude<Input, { kind: "leave" }>): void {
    switch (input.kind) {
      case "say":
        return say(input.text);
      case "who": {
        const room = timeline.room(LOBBY);
        return view.notice(room ? whoIsHere(room, nick) : "Not connected yet");
      }
      case "help":
        for (const line of helpLines()) view.notice(line);
        return;
      case "unknown":
        view.notice(input.why);
        view.giveBack(input.line);
    }
  }

  function say(text: string): void {
    const sent = connection.say(text);
    if (sent.kind === "say") {
      timeline.sent(sent);
      view.pending(timeline.pending);
    } else {
      refused++;
      view.notice(`Not sent: ${sent.text}`);
      view.giveBack(text);
    }
  }

  // A read from a terminal or a pipe cannot be called off: when the events end, it is left behind.
  const hearing = hear();
  await Promise.race([hearing, speak().then(() => hearing)]);
  const lost = connection.unacknowledged + (strict ? refused : 0);
  if (lost === 0) return EXIT.ok;
  view.notice(`${plural(lost, "message")} ${lost === 1 ? "was" : "were"} not sent`);
  return EXIT.failure;
}
