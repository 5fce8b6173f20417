/// <reference lib="dom" />
/**
 * A list whose items stay where nothing of them changes: so do the focus, and a button that is being pressed.
 *
 * @module
 */

/** Something in the list. */
export interface Listed {
  /** Tells it from the others. */
  readonly key: string;
  /** Two items that look the same are the same. */
  readonly looks: string;
  readonly make: () => HTMLLIElement;
}

/** What a list on the page shows. */
export class KeptList {
  readonly #list: HTMLUListElement;
  #kept = new Map<string, { readonly looks: string; readonly item: HTMLLIElement }>();

  constructor(list: HTMLUListElement) {
    this.#list = list;
  }

  /** Shows these, in this order. */
  show(listed: readonly Listed[]): void {
    const before = this.#kept;
    this.#kept = new Map(listed.map(({ key, looks, make }) => {
      const kept = before.get(key);
      return [key, kept?.looks === looks ? kept : { looks, item: make() }];
    }));
    const focused = this.#focused(before);
    // What goes, goes first: then what stays need not move, which would take the focus from it.
    for (const [key, { item }] of before) if (this.#kept.get(key)?.item !== item) item.remove();
    let next = this.#list.firstElementChild;
    for (const { item } of this.#kept.values()) {
      if (item === next) next = next.nextElementSibling;
      else this.#list.insertBefore(item, next);
    }
    if (focused !== undefined && document.activeElement !== focused) focused.focus();
  }

  /** The button that is to have the focus: the one in the same place of its item as the one that has it. */
  #focused(before: ReadonlyMap<string, { readonly item: HTMLLIElement }>): HTMLButtonElement | undefined {
    for (const [key, { item }] of before) {
      const at = [...item.querySelectorAll("button")].findIndex((button) => button === document.activeElement);
      if (at !== -1) return this.#kept.get(key)?.item.querySelectorAll("button")[at];
    }
    return undefined;
  }
}
