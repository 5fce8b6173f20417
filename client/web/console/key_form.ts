/// <reference lib="dom" />
/**
 * Asks for the key, where the server wants one.
 *
 * @module
 */
import { byId } from "../elements.ts";
import { fragment } from "./owner_key.ts";

/** The form that is there in place of the window. A key is also taken from a link that is opened in this page. */
export class KeyForm {
  readonly #root = byId("locked", HTMLElement);
  readonly #field = byId("key", HTMLInputElement);
  #given = Promise.withResolvers<string>();

  constructor() {
    byId("key-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      // A whole link will do.
      this.#given.resolve(this.#field.value.trim().replace(/^.*#/, ""));
      this.#field.value = "";
    });
    addEventListener("hashchange", () => {
      const key = fragment();
      if (key !== undefined) this.#given.resolve(key);
    });
  }

  /** Shows the form until a key is given. @param tried Whether one was, and was not good. */
  async ask(tried: boolean): Promise<string> {
    if (this.#root.hidden) {
      this.#root.hidden = false;
      this.#field.focus();
    }
    byId("key-problem", HTMLElement).textContent = tried ? "That key is not good, or not any more." : "";
    const key = await this.#given.promise;
    this.#given = Promise.withResolvers();
    return key;
  }

  hide(): void {
    this.#root.hidden = true;
  }
}
