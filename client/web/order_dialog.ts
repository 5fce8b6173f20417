/// <reference lib="dom" />
/**
 * What those who keep order do about somebody: what, for how long and why.
 *
 * @module
 */
import type { Member } from "../../shared/protocol.ts";
import { cleanText } from "../../shared/text.ts";
import type { Input } from "../input.ts";
import { byId } from "./elements.ts";

const ACTS = ["kick", "mute", "ban"] as const;

/** The dialog. */
export class OrderDialog {
  readonly #dialog = byId("order", HTMLDialogElement);
  readonly #act = byId("order-act", HTMLSelectElement);
  readonly #duration = byId("order-duration", HTMLSelectElement);
  readonly #reason = byId("order-reason", HTMLInputElement);
  readonly #confirm = byId("order-confirm", HTMLButtonElement);
  #nick = "";

  /** @param want Takes what is asked for. */
  constructor(want: (input: Input) => void) {
    this.#act.addEventListener("change", () => this.#changed());
    byId("order-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#dialog.close();
      want(this.#wanted());
    });
    this.#dialog.querySelector(".close")!.addEventListener("click", () => this.#dialog.close());
  }

  /** Asks what to do about somebody. */
  open({ nick }: Member): void {
    this.#nick = nick;
    byId("order-title", HTMLElement).textContent = `Keep order: ${cleanText(nick)}`;
    this.#act.value = "kick";
    this.#reason.value = "";
    this.#changed();
    this.#dialog.showModal();
  }

  #wanted(): Input {
    const act = ACTS.find((act) => act === this.#act.value) ?? "kick";
    const ms = Number(this.#duration.value);
    const text = this.#reason.value.trim();
    return {
      kind: "moderate",
      frame: { act, target: this.#nick, ...act === "kick" || ms === 0 ? {} : { ms }, ...text === "" ? {} : { text } },
    };
  }

  /** A kick is over at once; the button says what it does. */
  #changed(): void {
    byId("order-for", HTMLElement).hidden = this.#act.value === "kick";
    this.#confirm.textContent = `${this.#act.selectedOptions[0].text} ${cleanText(this.#nick)}`;
  }
}
