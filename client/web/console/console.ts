/// <reference lib="dom" />
/**
 * The server's window, put together.
 *
 * @module
 */
import type { ConsoleFrame, ConsoleRequest } from "../../../shared/console.ts";
import { byId } from "../elements.ts";
import { FiguresPane } from "./figures_pane.ts";
import { KeyForm } from "./key_form.ts";
import { LogPane } from "./log_pane.ts";
import { OwnerDialogs } from "./owner_dialogs.ts";
import { OwnerKey } from "./owner_key.ts";
import { OwnerLink } from "./owner_link.ts";
import { PeoplePane } from "./people_pane.ts";

/** How long it is shown what became of a click, in milliseconds. */
const ANSWER_MS = 6_000;

const state = byId("state", HTMLElement);
const answer = byId("answer", HTMLElement);
const page = byId("console", HTMLElement);
const keyForm = new KeyForm();
const key = new OwnerKey();
const figures = new FiguresPane();
const log = new LogPane(say);
const dialogs = new OwnerDialogs(ask);
const people = new PeoplePane((person) => dialogs.part(person));
const link = new OwnerLink({ key, frame, lost, locked: askForKey });
let saying: ReturnType<typeof setTimeout> | undefined;

function frame(frame: ConsoleFrame): void {
  switch (frame.kind) {
    case "view":
      connected(true);
      figures.begin(frame.server, frame.since, frame.samples);
      log.catchUp(frame.lines);
      break;
    case "log":
      log.take(frame.lines, frame.skipped);
      break;
    case "now":
      figures.take(frame.sample);
      people.show(frame.people, frame.more);
      break;
    case "done":
    case "refused":
      dialogs.answered(frame.kind === "done");
      say(frame.text);
      break;
    case "denied":
      break;
  }
}

function lost(): void {
  connected(false);
  dialogs.lost();
  state.textContent = "Not connected to the server. Trying again…";
}

function connected(yes: boolean): void {
  if (yes) state.textContent = "";
  byId("show-notice", HTMLButtonElement).disabled = !yes;
  page.classList.toggle("lost", !yes);
  page.hidden = false;
  keyForm.hide();
}

async function askForKey(tried: boolean): Promise<void> {
  page.hidden = true;
  dialogs.lost();
  key.keep(await keyForm.ask(tried));
}

function ask(request: ConsoleRequest): boolean {
  const asked = link.ask(request);
  if (!asked) say("Not done: there is no connection to the server");
  return asked;
}

/** Says what became of a click. */
function say(text: string): void {
  answer.textContent = text;
  clearTimeout(saying);
  saying = setTimeout(() => answer.textContent = "", ANSWER_MS);
}

link.run().catch((error) => {
  state.textContent = `This page has stopped: ${error instanceof Error ? error.message : error}. Load it again.`;
});
