/// <reference lib="dom" />
/**
 * The chat page, put together: the terminal's client, over a WebSocket, with a page for a view.
 *
 * @module
 */
import { Fatal } from "../../shared/exit.ts";
import { systemClock } from "../clock.ts";
import { DEFAULT_PORT } from "../config.ts";
import { Connection } from "../connection.ts";
import { converse } from "../conversation.ts";
import { Ignored } from "../ignored.ts";
import { askedPassword } from "../password.ts";
import { Requests } from "../requests.ts";
import { Bell } from "../views/bell.ts";
import { Attention } from "./attention.ts";
import { showEnding } from "./ending.ts";
import { takeInvite } from "./invite.ts";
import { NameForm } from "./name_form.ts";
import { PageMemory } from "./page_memory.ts";
import { PageSettings } from "./page_settings.ts";
import { PageView } from "./page_view.ts";
import { startRoom } from "./saved.ts";
import { dialWeb } from "./wire.ts";

/** How much of what was said before a newcomer is shown. */
const BACKLOG = 50;

async function chat(): Promise<void> {
  const invite = takeInvite();
  const memory = new PageMemory();
  const { name, left, secret } = memory.saved;
  const { seen, unsent } = memory;
  const room = startRoom(memory.saved);
  const attention = new Attention();
  const nameForm = new NameForm(name);
  const ignored = new Ignored();
  let known = left ? undefined : name;
  if (known !== undefined) nameForm.hide();
  const connection = new Connection({
    address: { host: location.hostname, port: Number(location.port) || DEFAULT_PORT },
    dial: dialWeb,
    name: (refused, signal) => {
      const given = known;
      known = undefined;
      return given === undefined ? nameForm.ask(refused?.text, signal) : Promise.resolve(given);
    },
    // The page came in the same way: who could read along, or change what is asked for, could have changed the page. A person is warned.
    access: { password: askedPassword(invite, (refused, signal) => nameForm.askPassword(refused, signal)), allowPlaintext: true },
    secret,
    rooms: seen?.rooms ?? [],
    backlog: BACKLOG,
    resume: left ? undefined : seen,
    patient: true,
    keeper: memory,
    clock: systemClock,
    random: Math.random,
  });
  const requests = new Requests((frame) => connection.send(frame));
  const view = new PageView({ memory, requests, ignored, attention, bell: new Bell(systemClock), nameForm, room });
  const settings = new PageSettings(memory, attention);
  const conversation = converse(connection, view, { strict: false, seen, unsent, settings, memory, requests, ignored, room });
  await conversation.catch((error) => {
    // What the server said before it closed the door is told better.
    if (view.ended === undefined) throw error;
  });
  if (view.ended) {
    memory.stop();
    showEnding(view.ended.ending, view.ended.text);
  } else {
    memory.forget();
    location.reload();
  }
}

chat().catch((error) => {
  showEnding(error instanceof Fatal ? "refused" : "stopped", error instanceof Error ? error.message : String(error));
});
