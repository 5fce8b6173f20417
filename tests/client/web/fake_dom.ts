/// <reference lib="dom" />
/**
 * As much of a browser as the page's parts ask for, so that they are tested without one. Every id is on the page.
 *
 * @module
 */

/** An element of any kind. */
export class FakeElement extends EventTarget {
  readonly tag: string;
  readonly dataset: Record<string, string> = {};
  readonly style: Record<string, string> = {};
  readonly nodes: (FakeElement | string)[] = [];
  readonly attributes = new Map<string, string>();
  parent: FakeElement | undefined;
  value = "";
  className = "";
  placeholder = "";
  hidden = false;
  inert = false;
  disabled = false;
  checked = false;
  open = false;
  selectionStart = 0;
  scrollTop = 0;
  clientHeight = 0;

  constructor(tag = "div") {
    super();
    this.tag = tag;
  }

  get children(): FakeElement[] {
    return this.nodes.filter((node) => node instanceof FakeElement);
  }

  /** Everything in it is 100 px high, and nothing else has a size. */
  get scrollHeight(): number {
    return 100 * this.children.length;
  }

  get firstElementChild(): FakeElement | null {
    return this.children[0] ?? null;
  }

  get nextElementSibling(): FakeElement | null {
    const siblings = this.parent?.children ?? [];
    return siblings[siblings.indexOf(this) + 1] ?? null;
  }

  get textContent(): string {
    return this.nodes.map((node) => typeof node === "string" ? node : node.textContent).join("");
  }

  set textContent(text: string) {
    this.replaceChildren(text);
  }

  readonly classList = {
    contains: (name: string) => this.className.split(" ").includes(name),
    add: (name: string) => void this.classList.toggle(name, true),
    toggle: (name: string, on: boolean) => {
      const others = this.className.split(" ").filter((other) => other !== "" && other !== name);
      this.className = [...others, ...on ? [name] : []].join(" ");
    },
  };

  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }

  getAttribute(name: string): string | null {
    return this.attributes.get(name) ?? null;
  }

  append(...nodes: (FakeElement | string)[]): void {
    for (const node of nodes) this.#put(node, this.nodes.length);
  }

  insertBefore(node: FakeElement, next: FakeElement | null): void {
    node.remove();
    this.#put(node, next === null ? this.nodes.length : this.nodes.indexOf(next));
  }

  replaceChildren(...nodes: (FakeElement | string)[]): void {
    for (const child of this.children) child.remove();
    this.nodes.length = 0;
    this.append(...nodes);
  }

  /** What is taken out loses the focus, even where it is put in again. */
  remove(): void {
    if (this.parent === undefined) return;
    this.parent.nodes.splice(this.parent.nodes.indexOf(this), 1);
    this.parent = undefined;
    if (page.active && this.contains(page.active)) page.active = null;
  }

  contains(other: FakeElement): boolean {
    return other === this || this.children.some((child) => child.contains(other));
  }

  /** By tag, or by a data attribute. */
  querySelectorAll(selector: string): FakeElement[] {
    const [, key, , value] = selector.match(/^\[data-(\w+)(="(.*)")?\]$/) ?? [];
    const matches = (found: FakeElement) => {
      if (key === undefined) return found.tag === selector;
      return key in found.dataset && (value === undefined || found.dataset[key] === value);
    };
    return this.children.flatMap((child) => [...matches(child) ? [child] : [], ...child.querySelectorAll(selector)]);
  }

  /** Every dialog and drawer has its button. */
  querySelector(selector: string): FakeElement | null {
    return selector === ".close" ? this.#close : this.querySelectorAll(selector)[0] ?? null;
  }

  readonly #close = { addEventListener() {}, focus() {} } as unknown as FakeElement;

  focus(): void {
    page.active = this;
  }

  click(): void {
    this.dispatchEvent(new Event("click"));
  }

  showModal(): void {
    this.open = true;
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
    this.dispatchEvent(new Event("close"));
  }

  setSelectionRange(): void {}

  scrollIntoView(): void {}

  getBoundingClientRect(): { readonly top: number; readonly bottom: number } {
    return { top: 0, bottom: 0 };
  }

  #put(node: FakeElement | string, at: number): void {
    if (typeof node !== "string") {
      node.remove();
      node.parent = this;
    }
    this.nodes.splice(at, 0, node);
  }
}

class Store {
  readonly #items = new Map<string, string>();

  getItem(key: string): string | null {
    return this.#items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.#items.set(key, value);
  }

  removeItem(key: string): void {
    this.#items.delete(key);
  }
}

/** The page, and what a person does to it. */
class FakePage {
  active: FakeElement | null = null;
  /** Whether somebody looks at it. */
  looked = true;
  readonly stores = { localStorage: new Store(), sessionStorage: new Store() };
  #byId = new Map<string, FakeElement>();
  #frames: (() => void)[] = [];

  /** The element with this id. */
  get(id: string): FakeElement {
    let found = this.#byId.get(id);
    if (found === undefined) this.#byId.set(id, found = new FakeElement());
    return found;
  }

  /** Draws until nothing is left to draw. */
  draw(): void {
    while (this.#frames.length > 0) this.#frames.shift()!();
  }

  frame(then: () => void): void {
    this.#frames.push(then);
  }

  /** A page on which nothing has happened. */
  reset(): void {
    this.active = null;
    this.looked = true;
    this.#byId = new Map();
    this.#frames = [];
  }

  /** Somebody presses a key in an element. */
  press(id: string, key: string, more: Record<string, unknown> = {}): void {
    this.get(id).dispatchEvent(Object.assign(new Event("keydown", { cancelable: true }), { key, ...more }));
  }

  /** Somebody sends a form. */
  submit(id: string): void {
    this.get(id).dispatchEvent(new Event("submit", { cancelable: true }));
  }
}

/** The one page of a test file. */
export const page = new FakePage();

const document = Object.assign(new EventTarget(), {
  title: "",
  getElementById: (id: string) => page.get(id),
  createElement: (tag: string) => new FakeElement(tag),
  hasFocus: () => page.looked,
  querySelector: () => null,
  querySelectorAll: () => [],
});
Object.defineProperties(document, { activeElement: { get: () => page.active }, hidden: { get: () => !page.looked } });

const ELEMENTS = ["", "Button", "Dialog", "Form", "Input", "Link", "Select", "TextArea", "UList"];
const given = {
  ...Object.fromEntries(ELEMENTS.map((kind) => [`HTML${kind}Element`, FakeElement])),
  ...page.stores,
  document,
  ResizeObserver: class {
    observe() {}
  },
  requestAnimationFrame: (then: () => void) => page.frame(then),
  matchMedia: () => Object.assign(new EventTarget(), { matches: true }),
};
for (const [name, value] of Object.entries(given)) {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
}
