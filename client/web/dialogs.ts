/// <reference lib="dom" />
/**
 * What opens over the page: oneself, the list of commands, what was found.
 *
 * @module
 */
import type { Entry } from "../../shared/protocol.ts";
import type { Input } from "../input.ts";
import { COMMANDS } from "../slash_commands.ts";
import { cleanText } from "../../shared/text.ts";
import { buried } from "../buried.ts";
import type { Deleted } from "../changes.ts";
import type { OldEntries, Status } from "../views/view.ts";
import { button, byId, element } from "./elements.ts";
import { foundElement } from "./message.ts";

/** The dialogs of the page. */
export class Dialogs {
  readonly #want: (input: Input) => void;
  readonly #me = byId("me", HTMLDialogElement);
  readonly #help = byId("help", HTMLDialogElement);
  readonly #found = byId("found", HTMLDialogElement);
  readonly #deletion = byId("deletion", HTMLDialogElement);
  #status: Status | undefined;
  /** What was found. */
  #shown: readonly Entry[] = [];
  /** What somebody was asked about. */
  #toDelete: Entry | undefined;

  /** @param want Takes what is asked for. */
  constructor(want: (input: Input) => void) {
    this.#want = want;
    byId("show-me", HTMLButtonElement).addEventListener("click", () => this.#openMe());
    byId("show-help", HTMLButtonElement).addEventListener("click", () => this.help());
    this.#form("rename", () => this.#rename());
    this.#form("away", () => this.#away());
    byId("leave", HTMLButtonElement).addEventListener("click", () => {
      this.#me.close();
      want({ kind: "leave" });
    });
    this.#deletion.addEventListener("close", () => {
      const entry = this.#toDelete;
      this.#toDelete = undefined;
      byId("deletion-text", HTMLElement).textContent = "";
      if (entry === undefined || this.#deletion.returnValue !== "delete") return;
      want({ kind: "delete", seq: entry.seq, room: entry.room });
      // The button that had the focus goes with the message.
      byId("text", HTMLElement).focus();
    });
    for (const dialog of [this.#me, this.#help, this.#found, this.#deletion]) {
      dialog.querySelector(".close")!.addEventListener("click", () => dialog.close());
      // A click beside it closes it.
      dialog.addEventListener("click", (event) => {
        if (event.target === dialog) dialog.close();
      });
    }
  }

  /** Takes how things stand. */
  status(status: Status): void {
    this.#status = status;
    byId("my-nick", HTMLElement).textContent = status.nick;
    byId("show-me", HTMLElement).classList.toggle("away", status.away);
    byId("my-state", HTMLElement).textContent = status.away ? "away" : "";
  }

  /** Lists what can be typed: what is for those who keep order, for those only. */
  help(): void {
    const { room, nick, keeps = "" } = this.#status ?? {};
    const role = [...room?.members.values() ?? []].find((member) => member.nick === nick)?.role;
    byId("commands", HTMLElement).replaceChildren(
      ...COMMANDS.filter(({ keepsOrder }) => !keepsOrder || role !== undefined).flatMap(({ name, usage, help }) => [
        element("dt", { text: usage === undefined ? name : `${name} ${usage}` }),
        element("dd", { text: help }),
      ]),
    );
    byId("kept", HTMLElement).textContent = `Kept: ${keeps}`;
    this.#me.close();
    this.#help.showModal();
  }

  /** @param show Shows an entry in its room. */
  found({ title, entries }: OldEntries, nick: string, show: (entry: Entry) => void): void {
    this.#shown = entries;
    byId("found-title", HTMLElement).textContent = title;
    byId("found-list", HTMLElement).replaceChildren(...entries.map((entry) => {
      const go = button({ class: "quiet", text: "Show in the room" }, () => {
        this.#found.close();
        show(entry);
      });
      return element("li", {}, foundElement(entry, nick), go);
    }));
    if (!this.#found.open) this.#found.showModal();
    this.#found.scrollTop = this.#found.scrollHeight;
  }

  /** Forgets the text of an entry among those that were found. */
  deleted({ room, target }: Deleted): void {
    const found = this.#shown.find((entry) => entry.room === room && entry.seq === target);
    if (found === undefined) return;
    const made = byId("found-list", HTMLElement).querySelector(`[data-seq="${target}"]`);
    made?.replaceWith(foundElement(buried(found), this.#status?.nick ?? ""));
    this.#shown = this.#shown.filter((entry) => entry !== found);
  }

  /** Asks whether an entry is to be deleted. */
  confirmDeletion(entry: Entry): void {
    this.#toDelete = entry;
    byId("deletion-text", HTMLElement).textContent = `${cleanText(entry.by)}: ${cleanText(entry.text)}`;
    // Or Escape would mean what was meant last time.
    this.#deletion.returnValue = "";
    this.#deletion.showModal();
  }

  #openMe(): void {
    byId("new-name", HTMLInputElement).value = this.#status?.nick ?? "";
    const away = this.#status?.away === true;
    byId("away-button", HTMLElement).textContent = away ? "I am back" : "Go away";
    byId("away-label", HTMLElement).hidden = away;
    this.#me.showModal();
  }

  #rename(): void {
    const name = byId("new-name", HTMLInputElement).value.trim();
    if (name !== "" && name !== this.#status?.nick) this.#want({ kind: "nick", name });
  }

  #away(): void {
    const text = byId("away-text", HTMLInputElement);
    this.#want(this.#status?.away ? { kind: "back" } : { kind: "away", text: text.value.trim() });
    text.value = "";
  }

  /** A form of the dialog about oneself, which closes it. */
  #form(id: string, act: () => void): void {
    byId(id, HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#me.close();
      act();
    });
  }
}
