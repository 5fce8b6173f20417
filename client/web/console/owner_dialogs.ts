/// <reference lib="dom" />
/**
 * What the owner is asked before it is done: a notice, and ending somebody's connection.
 *
 * @module
 */
import type { ConsoleRequest, Person } from "../../../shared/console.ts";
import { LIMITS } from "../../../shared/protocol.ts";
import { byteLength, cleanText, count } from "../../../shared/text.ts";
import { byId } from "../elements.ts";

/** The dialogs of the window. */
export class OwnerDialogs {
  readonly #send: (request: ConsoleRequest) => boolean;
  readonly #notice = byId("notice", HTMLDialogElement);
  readonly #text = byId("notice-text", HTMLTextAreaElement);
  readonly #problem = byId("notice-problem", HTMLElement);
  readonly #parting = byId("parting", HTMLDialogElement);
  #person: Person | undefined;
  /** What has no answer yet, the oldest first: the server answers in that order. */
  #asked: ConsoleRequest[] = [];

  /** @param send Asks something of the server; false where that cannot be done. */
  constructor(send: (request: ConsoleRequest) => boolean) {
    this.#send = send;
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

  /** Takes the server's answer: what was announced need not be kept to be tried again. */
  answered(done: boolean): void {
    const request = this.#asked.shift();
    if (done && request?.kind === "notice" && request.text === this.#announcement) this.#text.value = "";
  }

  /** There is another connection, or none: what has no answer gets none. */
  lost(): void {
    this.#asked = [];
  }

  get #announcement(): string {
    return cleanText(this.#text.value).trim();
  }

  #tell(): void {
    const text = this.#announcement;
    const bytes = byteLength(text);
    const fits = bytes <= LIMITS.textBytes;
    this.#problem.textContent = fits ? "" : `That is ${count(bytes)} bytes long, and ${count(LIMITS.textBytes)} is the most.`;
    if (text === "" || !fits) return;
    this.#notice.close();
    this.#ask({ kind: "notice", text });
  }

  #ask(request: ConsoleRequest): void {
    if (this.#send(request)) this.#asked.push(request);
  }
}
