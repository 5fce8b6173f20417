/**
 * A person and a connection: what is typed goes out, what happens is shown.
 *
 * @module
 */
import { EXIT, type ExitCode } from "../shared/exit.ts";
import { fold } from "../shared/names.ts";
import { cleanText, plural } from "../shared/text.ts";
import { Commands, type Memory, type Settings } from "./commands.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionEvent } from "./events.ts";
import { Ignored } from "./ignored.ts";
import { Requests } from "./requests.ts";
import { OpenRooms } from "./rooms.ts";
import type { Change } from "./changes.ts";
import { type Seen, Timeline } from "./timeline.ts";
import type { SayWithRef } from "./unacknowledged.ts";
import type { View } from "./views/view.ts";

/** How a conversation is held. */
export interface ConversationOptions {
  /** Whether every message counts: then whoever says too much waits, and one that was refused makes it a failure. */
  readonly strict: boolean;
  /** What was seen of this server before. */
  readonly seen?: Seen | undefined;
  /** What those before us said, and had no answer to. */
  readonly unsent?: readonly SayWithRef[];
  readonly settings: Settings;
  /** Where the view has questions of its own for the server. */
  readonly requests?: Requests;
  /** Where the view leaves people out by itself, too. */
  readonly ignored?: Ignored;
  readonly memory: Memory;
  /** The room to begin with; the lobby where none is given. */
  readonly room?: string;
}

/** Talks until the person leaves or there is nobody to talk to; returns whether everything said was kept. */
export async function converse(connection: Connection, view: View, options: ConversationOptions): Promise<ExitCode> {
  const { strict, seen, unsent = [], settings, memory, ignored = new Ignored(), room: start } = options;
  const { requests = new Requests((frame) => connection.send(frame)) } = options;
  const timeline = new Timeline(seen);
  const rooms = new OpenRooms(start);
  const commands = new Commands({ connection, view, timeline, rooms, ignored, requests, settings, memory });
  let [online, quietMs, refused] = [false, 0, 0];

  async function hear(): Promise<void> {
    for await (const event of connection) {
      const change = timeline.apply(event);
      if (event.kind === "welcome") commands.welcomed(event);
      if (change?.kind === "renamed" && change.own) memory.renamed(change.nick);
      if (!requests.hear(event) && event.kind === "done") view.notice(cleanText(event.text));
      if (event.kind === "entry" || event.kind === "refused" || event.kind === "error") view.pending(timeline.pending);
      if (change) tell(change);
      if (tellsStatus(event)) status();
      await view.drained();
    }
  }

  function tell(change: Change): void {
    const { current } = rooms;
    if (change.kind === "here") {
      online = true;
      rooms.here(change.rooms);
    }
    if (change.kind === "renamed") ignored.renamed(change.by, change.nick);
    if (change.kind === "lost") online = false;
    if (change.kind === "quiet" || change.kind === "lost") quietMs = change.kind === "quiet" ? change.ms : 0;
    if (change.kind === "failed") refused++;
    if (ignored.covers(change)) {
      if (change.kind === "left" && !isHere(change.by)) ignored.gone(change.by);
      return;
    }
    const shown = rooms.admit(change);
    if (change.kind === "said" && change.mention && !change.past) view.ring();
    if (!shown) return;
    if (change.kind === "said" || change.kind === "deleted") commands.showed(change);
    view.show(change);
    // The room that was shown is none of ours.
    if (rooms.current !== current) commands.act({ kind: "switch", to: rooms.current });
  }

  /** Whether somebody of this name is in a room of ours. */
  function isHere(name: string): boolean {
    const members = rooms.list.flatMap(({ name }) => [...timeline.room(name)?.members.values() ?? []]);
    return members.some(({ nick }) => fold(nick) === fold(name));
  }

  async function speak(): Promise<void> {
    for await (const input of view.inputs()) {
      if (input.kind === "leave") break;
      if (input.kind === "say") say(input.text);
      else commands.act(input);
      status();
      if (strict) await connection.ready();
    }
    if (strict) await connection.settled();
    connection.leave();
  }

  function say(text: string): void {
    const sent = connection.say(text, { room: rooms.current });
    if (sent.kind === "say") {
      timeline.sent(sent);
      view.pending(timeline.pending);
    } else {
      refused++;
      view.notice(`Not sent: ${sent.text}`);
      view.giveBack(text, rooms.current);
    }
  }

  function status(): void {
    const { nick, unanswered: queued, away, role } = timeline;
    const room = timeline.room(rooms.current);
    view.status({ nick, room, rooms: rooms.list, online, quietMs, queued, away, keeps: commands.keeps, role });
  }

  for (const say of unsent) timeline.sent(say);
  view.pending(timeline.pending);
  view.complete({
    nicks: () => Array.from(timeline.room(rooms.current)?.members.values() ?? [], ({ nick }) => nick),
    rooms: () => commands.knownRooms(),
  });
  // A read from a terminal or a pipe cannot be called off: when the events end, it is left behind.
  const hearing = hear();
  await Promise.race([hearing, speak().then(() => hearing)]);
  const lost = connection.unacknowledged + (strict ? refused : 0);
  if (lost === 0) return EXIT.ok;
  const kept = memory.keeps ? "; what you said is kept, and sent when you are here again" : "";
  view.notice(`${plural(lost, "message")} ${lost === 1 ? "was" : "were"} not sent${kept}`);
  return EXIT.failure;
}

/** Whether what was heard may change what the status line says. */
function tellsStatus({ kind }: ConnectionEvent): boolean {
  return kind !== "ping" && kind !== "pong" && kind !== "backlog" && kind !== "live" && kind !== "page";
}
