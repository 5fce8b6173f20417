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
  #config: ClientConfig;

  /** @param apply Takes the settings as they are after a change. */
  constructor(config: ClientConfig, apply: (config: ClientConfig) => void) {
    this.#config = config;
    this.#apply = apply;
  }

  list(): readonly string[] {
    const { name, host, port, colour, bell, timeFormat } = this.#config;
    const values = { name: name ?? "as last time", server: formatAddress({ host, port }), colour, bell, timeFormat };
    return Object.entries(values).map(([key, value]) => `${key.padEnd("timeFormat".length)}  ${value}`);
  }

  set(key: string, text: string): string {
    const checked = setSetting(this.#config.folders.config, key, text);
    if ("problem" in checked) return cleanText(checked.problem);
    const { value } = checked.value;
    const holdsNow = key !== "name" && key !== "server";
    if (holdsNow) this.#apply(this.#config = { ...this.#config, [key]: value });
    return `${key} is ${value}${holdsNow ? "" : " from the next time on"}`;
  }
}
