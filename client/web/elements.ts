/// <reference lib="dom" />
/**
 * Elements of the page. Texts only ever become text.
 *
 * @module
 */

/** What an element is made with. */
export interface Attributes {
  readonly class?: string;
  readonly text?: string;
  readonly dir?: "auto";
  readonly title?: string;
  readonly label?: string;
}

/** Makes an element. */
export function element<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[T] {
  const made = document.createElement(tag);
  if (attributes.class !== undefined) made.className = attributes.class;
  if (attributes.text !== undefined) made.textContent = attributes.text;
  if (attributes.dir !== undefined) made.dir = attributes.dir;
  if (attributes.title !== undefined) made.title = attributes.title;
  if (attributes.label !== undefined) made.setAttribute("aria-label", attributes.label);
  made.append(...children);
  return made;
}

/** The element of the page with this id, which is of this type. */
export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${type.name} with the id "${id}"`);
  return found;
}

/** A button with a text, and what it does. */
export function button(attributes: Attributes, act: () => void): HTMLButtonElement {
  const made = element("button", attributes);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}
