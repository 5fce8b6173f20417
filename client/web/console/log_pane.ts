/// <reference lib="dom" />
/**
 * The live log: filter, pause, copy.
 *
 * @module
 */
import type { ConsoleLine } from "../../../shared/console.ts";
import { count, plural } from "../../../shared/text.ts";
import { byId, element } from "../elements.ts";
import { clockTime, hasWords, LINES_HELD, LogLines } from "./log_lines.ts";

/** How near to the end is at the end, in pixels. */
const NEAR = 24;

/** The log on the page. It follows what comes unless it is paused or scrolled up. */
export class LogPane {
  readonly #lines = new LogLines();
  readonly #pane = byId("lines", HTMLElement);
  readonly #filter = byId("filter", HTMLInputElement);
  readonly #pause = byId("pause", HTMLButtonElement);
  readonly #newest = byId("newest", HTMLButtonElement);
  readonly #say: (text: string) => void;
  /** Lines that came while it is paused; `undefined` when it is not. */
  #waiting: number | undefined;

  /** @param say Takes what became of a click. */
  constructor(say: (text: string) => void) {
    this.#say = say;
    this.#filter.addEventListener("input", () => this.#show());
    this.#pause.addEventListener("click", () => this.#turn());
    this.#newest.addEventListener("click", () => this.#toEnd());
    this.#pane.addEventListener("scroll", () => this.#newest.hidden = this.#atEnd(), { passive: true });
    byId("copy", HTMLButtonElement).addEventListener("click", () => void this.#copy());
  }

  /** Takes lines that were written. */
  take(lines: readonly ConsoleLine[], skipped: number): void {
    this.#append(this.#lines.take(lines, skipped));
  }

  /** Takes what a server that is there (again) has of before. */
  catchUp(lines: readonly ConsoleLine[]): void {
    this.#append(this.#lines.catchUp(lines));
  }

  #append(lines: readonly ConsoleLine[]): void {
    if (this.#waiting !== undefined) {
      this.#waiting += lines.length;
      this.#label();
      return;
    }
    const follow = this.#atEnd();
    this.#pane.append(...lines.filter((line) => hasWords(line, this.#filter.value)).map(lineElement));
    while (this.#pane.childElementCount > LINES_HELD) this.#pane.firstElementChild!.remove();
    if (follow) this.#toEnd();
    else this.#newest.hidden = false;
  }

  #show(): void {
    const found = this.#lines.held.filter((line) => hasWords(line, this.#filter.value));
    this.#pane.replaceChildren(...found.map(lineElement));
    this.#toEnd();
  }

  #turn(): void {
    this.#waiting = this.#waiting === undefined ? 0 : undefined;
    this.#pause.setAttribute("aria-pressed", String(this.#waiting !== undefined));
    this.#label();
    if (this.#waiting === undefined) this.#show();
  }

  #label(): void {
    this.#pause.textContent = this.#waiting ? `Paused · ${count(this.#waiting)} new` : this.#waiting === 0 ? "Paused" : "Pause";
  }

  #atEnd(): boolean {
    return this.#pane.scrollHeight - this.#pane.scrollTop - this.#pane.clientHeight < NEAR;
  }

  #toEnd(): void {
    this.#pane.scrollTop = this.#pane.scrollHeight;
    this.#newest.hidden = true;
  }

  /** Copies the lines that are shown. */
  async #copy(): Promise<void> {
    const lines = Array.from(this.#pane.children, (line) => line.textContent);
    const copied = await copy(lines.map((line) => `${line}\n`).join(""), this.#pane);
    this.#say(copied ? `${plural(lines.length, "line")} copied` : "The browser does not let this page copy: the log is selected, copy it");
  }
}

/** Copies a text. Where a page from elsewhere may not, what shows it is selected instead. */
async function copy(text: string, shown: HTMLElement): Promise<boolean> {
  try {
    // Only pages from this machine, or with TLS, have it.
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(shown);
    return false;
  }
}

function lineElement({ at, level, text }: ConsoleLine): HTMLElement {
  const time = element("time", { text: clockTime(at), title: new Date(at).toLocaleString() });
  return element("p", { class: level }, time, "  ", element("span", { text, dir: "auto" }));
}
