/// <reference lib="dom" />
/**
 * What those who keep order do about somebody: what, for how long and why.
 *
 * @module
 */
import type { Member } from "../../shared/protocol.ts";
import { cleanText } from "../../shared/text.ts";
import type { Input } from "../input.ts";
import { termsOf } from "../order_commands.ts";
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
    this.#reason.addEventListener("input", () => this.#changed());
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

  /** A kick is over at once; what else is done holds for as long as is chosen, and not as the reason seems to say; the button says what it does. */
  #changed(): void {
    const timed = this.#act.value !== "kick";
    byId("order-for", HTMLElement).hidden = !timed;
    const terms = termsOf(this.#reason.value.trim());
    const isTime = timed && (typeof terms === "string" || terms.ms !== undefined);
    this.#reason.setCustomValidity(isTime ? "How long it holds is chosen above; start the reason with a letter" : "");
    this.#confirm.textContent = `${this.#act.selectedOptions[0].text} ${cleanText(this.#nick)}`;
  }
}
