/// <reference lib="dom" />
/**
 * The first thing a newcomer sees: one field for a name.
 *
 * @module
 */
import { cleanText } from "../../shared/text.ts";
import { byId } from "./elements.ts";

/** Asks for a name, again and again where need be. */
export class NameForm {
  readonly #page = byId("welcome", HTMLElement);
  readonly #chat = byId("chat", HTMLElement);
  readonly #field = byId("name", HTMLInputElement);
  readonly #problem = byId("name-problem", HTMLElement);
  readonly #button = byId("enter", HTMLButtonElement);
  #given: ((name: string | undefined) => void) | undefined;

  /** @param name What stands in the field to begin with. */
  constructor(name: string | undefined) {
    this.#field.value = name ?? "";
    byId("name-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#button.disabled = true;
      this.#problem.textContent = "";
      this.#given?.(this.#field.value);
      this.#given = undefined;
    });
  }

  /** Resolves with a name; with `undefined` when nobody waits for it any more. @param problem Why the last one would not do. */
  ask(problem: string | undefined, signal: AbortSignal): Promise<string | undefined> {
    this.#page.hidden = false;
    this.#chat.hidden = true;
    this.#button.disabled = false;
    this.#problem.textContent = problem === undefined ? "" : `${cleanText(problem)}.`;
    this.#field.setAttribute("aria-invalid", String(problem !== undefined));
    this.#field.focus();
    this.#field.select();
    return new Promise((resolve) => {
      this.#given = resolve;
      signal.addEventListener("abort", () => resolve(undefined), { once: true });
    });
  }

  /** Says what keeps us out. */
  tell(text: string): void {
    this.#problem.textContent = text;
  }

  /** Makes way for the chat. */
  hide(): void {
    this.#page.hidden = true;
    this.#chat.hidden = false;
  }
}
