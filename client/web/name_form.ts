/// <reference lib="dom" />
/**
 * The first thing a newcomer sees: one field for a name, and one for a password where the server asks for it.
 *
 * @module
 */
import type { Refused } from "../../shared/protocol.ts";
import { cleanText } from "../../shared/text.ts";
import { byId } from "./elements.ts";
import { isConfidential } from "./wire.ts";

/** How often a wait is counted down, in milliseconds. */
const SECOND_MS = 1_000;
/** What the button does, where nothing has to be waited for. */
const ENTER = "Join the chat";

/** Asks for a name, and for a password, again and again where need be. */
export class NameForm {
  readonly #page = byId("welcome", HTMLElement);
  readonly #chat = byId("chat", HTMLElement);
  readonly #field = byId("name", HTMLInputElement);
  readonly #passwordPart = byId("password-part", HTMLElement);
  readonly #password = byId("password", HTMLInputElement);
  readonly #problem = byId("name-problem", HTMLElement);
  readonly #button = byId("enter", HTMLButtonElement);
  #given: (() => void) | undefined;
  #countdown: ReturnType<typeof setInterval> | undefined;

  /** @param name What stands in the field to begin with. */
  constructor(name: string | undefined) {
    this.#field.value = name ?? "";
    byId("name-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#button.disabled = true;
      this.#problem.textContent = "";
      this.#given?.();
      this.#given = undefined;
    });
  }

  /** Resolves with a name; with `undefined` when nobody waits for it any more. @param problem Why the last one would not do. */
  ask(problem: string | undefined, signal: AbortSignal): Promise<string | undefined> {
    this.#field.readOnly = false;
    this.#passwordPart.hidden = true;
    this.#password.required = false;
    return this.#ask(this.#field, problem, signal);
  }

  /**
   * Resolves with a password, as {@link ask} with a name. The name stays as it is meanwhile.
   *
   * @param refused Why it is asked for; an attempt after a wrong one may have to wait.
   */
  async askPassword({ code, text, retryMs = 0 }: Refused, signal: AbortSignal): Promise<string | undefined> {
    this.#passwordPart.hidden = false;
    byId("plain", HTMLElement).hidden = isConfidential();
    this.#field.readOnly = true;
    this.#password.required = true;
    this.#password.value = "";
    const given = this.#ask(this.#password, code === "password_needed" ? undefined : text, signal);
    this.#wait(retryMs);
    const password = await given;
    clearInterval(this.#countdown);
    return password;
  }

  /** Says what keeps us out. */
  tell(text: string): void {
    this.#problem.textContent = text;
  }

  /** Makes way for the chat. */
  hide(): void {
    this.#page.hidden = true;
    this.#chat.hidden = false;
    this.#password.value = "";
  }

  #ask(field: HTMLInputElement, problem: string | undefined, signal: AbortSignal): Promise<string | undefined> {
    this.#page.hidden = false;
    this.#chat.hidden = true;
    this.#button.disabled = false;
    this.#problem.textContent = problem === undefined ? "" : `${cleanText(problem)}.`;
    for (const each of [this.#field, this.#password]) each.setAttribute("aria-invalid", String(each === field && problem !== undefined));
    field.focus();
    field.select();
    return new Promise((resolve) => {
      this.#given = () => resolve(field.value);
      signal.addEventListener("abort", () => resolve(undefined), { once: true });
    });
  }

  /** Counts down on the button: the problem is read aloud, and once will do. */
  #wait(ms: number): void {
    const until = performance.now() + ms;
    const show = () => {
      const left = Math.ceil((until - performance.now()) / SECOND_MS);
      this.#button.disabled = left > 0;
      this.#button.textContent = left > 0 ? `Try again in ${left} s` : ENTER;
      if (left <= 0) clearInterval(this.#countdown);
    };
    clearInterval(this.#countdown);
    this.#countdown = setInterval(show, SECOND_MS);
    show();
  }
}
