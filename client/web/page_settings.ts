/// <reference lib="dom" />
/**
 * What a person may change about the page: with `/set`, or in the dialog.
 *
 * @module
 */
import type { Settings } from "../commands.ts";
import type { Attention } from "./attention.ts";
import { byId } from "./elements.ts";
import type { PageMemory } from "./page_memory.ts";

const KEYS = ["sound", "notifications"] as const;
type Key = typeof KEYS[number];

/** Two switches. */
export class PageSettings implements Settings {
  readonly #memory: PageMemory;
  readonly #attention: Attention;
  readonly #boxes = { sound: byId("sound", HTMLInputElement), notifications: byId("notifications", HTMLInputElement) };

  constructor(memory: PageMemory, attention: Attention) {
    this.#memory = memory;
    this.#attention = attention;
    for (const key of KEYS) {
      this.#boxes[key].checked = memory.saved[key];
      this.#boxes[key].addEventListener("change", () => this.#turn(key, this.#boxes[key].checked));
    }
  }

  list(): readonly string[] {
    return KEYS.map((key) => `${key}: ${this.#memory.saved[key] ? "on" : "off"}`);
  }

  set(key: string, value: string): string {
    const known = KEYS.find((one) => one === key);
    if (known === undefined) return `There is no setting ${JSON.stringify(key)} (there are ${KEYS.join(" and ")})`;
    if (value !== "on" && value !== "off") return `${known} is on or off, and ${JSON.stringify(value)} is neither`;
    this.#turn(known, value === "on");
    return `${known} ${known === "sound" ? "is" : "are"} ${value}`;
  }

  #turn(key: Key, on: boolean): void {
    this.#memory.set({ [key]: on });
    this.#boxes[key].checked = on;
    const problem = byId("settings-problem", HTMLElement);
    problem.textContent = "";
    if (!on) return;
    // A browser makes no sound, and asks no question, but in answer to a click.
    if (key === "sound") this.#attention.ring();
    else {
      void this.#attention.mayNotify().then((why) => {
        if (why === undefined) return;
        this.#memory.set({ notifications: false });
        this.#boxes.notifications.checked = false;
        problem.textContent = `No notifications: ${why}.`;
      });
    }
  }
}
