/// <reference lib="dom" />
/**
 * What stands above the log: the room, its topic, the search, and how the connection is.
 *
 * @module
 */
import { cleanText } from "../../shared/text.ts";
import type { Status } from "../views/view.ts";
import { connectionState } from "./connection_state.ts";
import { byId } from "./elements.ts";

/** Before anything is known. */
const NOTHING: Pick<Status, "online" | "quietMs" | "queued"> = { online: false, quietMs: 0, queued: 0 };

/** The head of the page. */
export class PageHead {
  readonly #room = byId("room-name", HTMLElement);
  readonly #topic = byId("topic", HTMLElement);
  readonly #state = byId("state", HTMLElement);

  /** @param search Takes the words that are searched for. */
  constructor(search: (words: string) => void) {
    byId("search", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      const words = byId("words", HTMLInputElement).value.trim();
      if (words !== "") search(words);
    });
  }

  /** Shows a room. @param lost Why there is no connection. */
  show(room: string, status: Status | undefined, lost: string | undefined): void {
    const topic = cleanText(status?.room?.topic ?? "");
    this.#room.textContent = `#${cleanText(room)}`;
    this.#topic.textContent = topic;
    this.#topic.title = topic;
    const state = connectionState(status ?? NOTHING, navigator.onLine ? lost : "this device is offline");
    // Said aloud when it changes, and not when it does not.
    if (this.#state.textContent !== state) this.#state.textContent = state;
  }
}
