/**
 * Settings that are changed while one chats.
 *
 * @module
 */
import { cleanText } from "../shared/text.ts";
import type { Settings } from "./commands.ts";
import { type ClientConfig, formatAddress } from "./config.ts";
import { setSetting } from "./settings.ts";

/** Changes settings for now and for the next time. */
export class LiveSettings implements Settings {
  readonly #apply: (config: ClientConfig) => void;
  /** As they are now, or will be the next time. */
  readonly #values: Record<string, string | boolean>;
  #config: ClientConfig;

  /** @param apply Takes the settings as they are after a change. */
  constructor(config: ClientConfig, apply: (config: ClientConfig) => void) {
    this.#config = config;
    this.#apply = apply;
    const { name, colour, bell, timeFormat } = config;
    this.#values = { name: name ?? "as last time", server: formatAddress(config), colour, bell, timeFormat };
  }

  list(): readonly string[] {
    return Object.entries(this.#values).map(([key, value]) => `${key.padEnd("timeFormat".length)}  ${value}`);
  }

  set(key: string, text: string): string {
    const checked = setSetting(this.#config.folders.config, key, text);
    if ("problem" in checked) return cleanText(checked.problem);
    const { value, unsaved } = checked.value;
    const holdsNow = key !== "name" && key !== "server";
    if (holdsNow) this.#apply(this.#config = { ...this.#config, [key]: value });
    if (holdsNow || unsaved === undefined) this.#values[key] = value;
    if (unsaved !== undefined) return cleanText(`${holdsNow ? `${key} is ${value} for now; it` : key} was not saved: ${unsaved}`);
    return `${key} is ${value}${holdsNow ? "" : " from the next time on"}`;
  }
}
