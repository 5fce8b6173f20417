/// <reference lib="dom" />
/**
 * What those who keep order do about somebody: what, for how long and why.
 *
 * @module
 */
import type { Member, Role } from "../../shared/protocol.ts";
import { cleanText } from "../../shared/text.ts";
import type { Input } from "../input.ts";
import { termsOf } from "../order_commands.ts";
import { byId } from "./elements.ts";

/** What can be done about somebody. */
interface Choice {
  readonly act: "kick" | "mute" | "unmute" | "ban" | "op" | "deop";
  readonly name: string;
  /** What the button says that does it. */
  readonly does: (nick: string) => string;
  /** Whether it holds for a time. */
  readonly timed?: true;
  /** Whether there is a reason to be told. */
  readonly explained?: true;
  /** Whom it is offered for, to whom; without it everybody, to all who keep order. Whether somebody is muted the page does not know. */
  readonly offered?: (theirs: Role | undefined, ours: Role | undefined) => boolean;
}

const CHOICES: readonly Choice[] = [
  { act: "kick", name: "Kick", does: (nick) => `Kick ${nick}`, explained: true },
  { act: "mute", name: "Mute", does: (nick) => `Mute ${nick}`, timed: true, explained: true },
  { act: "unmute", name: "Unmute", does: (nick) => `Unmute ${nick}` },
  { act: "ban", name: "Ban", does: (nick) => `Ban ${nick}`, timed: true, explained: true },
  {
    act: "op",
    name: "Make op",
    does: (nick) => `Make ${nick} an op`,
    offered: (theirs, ours) => ours === "owner" && theirs === undefined,
  },
  {
    act: "deop",
    name: "Take op away",
    does: (nick) => `Take op away from ${nick}`,
    offered: (theirs, ours) => ours === "owner" && theirs === "op",
  },
];

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

  /** Asks what to do about somebody. @param ours What we are. */
  open({ nick, role }: Member, ours: Role | undefined): void {
    this.#nick = nick;
    byId("order-title", HTMLElement).textContent = `Keep order: ${cleanText(nick)}`;
    const offered = CHOICES.filter(({ offered = () => true }) => offered(role, ours));
    this.#act.replaceChildren(...offered.map(({ name, act }) => new Option(name, act)));
    this.#reason.value = "";
    this.#changed();
    this.#dialog.showModal();
  }

  #wanted(): Input {
    const { act, timed, explained } = this.#chosen;
    const ms = Number(this.#duration.value);
    const text = this.#reason.value.trim();
    return {
      kind: "moderate",
      frame: { act, target: this.#nick, ...timed && ms > 0 ? { ms } : {}, ...explained && text !== "" ? { text } : {} },
    };
  }

  get #chosen(): Choice {
    return CHOICES.find(({ act }) => act === this.#act.value) ?? CHOICES[0];
  }

  /** Asks only what belongs to the choice, a time where it is chosen and not where the reasons are; the button says what it does. */
  #changed(): void {
    const { timed = false, explained = false, does } = this.#chosen;
    byId("order-for", HTMLElement).hidden = !timed;
    byId("order-why", HTMLElement).hidden = !explained;
    const terms = termsOf(this.#reason.value.trim());
    const isTime = timed && (typeof terms === "string" || terms.ms !== undefined);
    this.#reason.setCustomValidity(isTime ? "How long it holds is chosen above; start the reason with a letter" : "");
    this.#confirm.textContent = does(cleanText(this.#nick));
  }
}
