/// <reference lib="dom" />
/**
 * What the owner is asked before it is done: a notice, and ending somebody's connection.
 *
 * @module
 */
import type { ConsoleRequest, Person } from "../../../shared/console.ts";
import { cleanText } from "../../../shared/text.ts";
import { byId } from "../elements.ts";

/** The dialogs of the window. */
export class OwnerDialogs {
  readonly #ask: (request: ConsoleRequest) => void;
  readonly #notice = byId("notice", HTMLDialogElement);
  readonly #text = byId("notice-text", HTMLTextAreaElement);
  readonly #parting = byId("parting", HTMLDialogElement);
  #person: Person | undefined;

  /** @param ask Takes what is asked of the server. */
  constructor(ask: (request: ConsoleRequest) => void) {
    this.#ask = ask;
    byId("show-notice", HTMLButtonElement).addEventListener("click", () => this.#notice.showModal());
    byId("notice-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#tell();
    });
    byId("part", HTMLButtonElement).addEventListener("click", () => {
      this.#parting.close();
      if (this.#person !== undefined) this.#ask({ kind: "disconnect", id: this.#person.id });
    });
    for (const dialog of [this.#notice, this.#parting]) {
      dialog.querySelector(".close")!.addEventListener("click", () => dialog.close());
    }
  }

  /** Asks whether to end somebody's connection. */
  part(person: Person): void {
    this.#person = person;
    byId("parting-name", HTMLElement).textContent = cleanText(person.nick);
    this.#parting.showModal();
  }

  #tell(): void {
    const text = this.#text.value.trim();
    if (text === "") return;
    this.#notice.close();
    this.#text.value = "";
    this.#ask({ kind: "notice", text });
  }
}
