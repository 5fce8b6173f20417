/**
 * The lines of the log that the window holds. Pure.
 *
 * @module
 */
import type { ConsoleLine } from "../../../shared/console.ts";
import { plural } from "../../../shared/text.ts";

/** Lines that are held; the oldest go. */
export const LINES_HELD = 2_000;

/** The newest lines, each once, whatever was sent again after a new connection. */
export class LogLines {
  #held: ConsoleLine[] = [];

  /** Oldest first; at most {@link LINES_HELD}. */
  get held(): readonly ConsoleLine[] {
    return this.#held;
  }

  /** Takes what happened. @param skipped Lines that the server left out. @returns What is new. */
  take(lines: readonly ConsoleLine[], skipped: number): readonly ConsoleLine[] {
    const at = lines.at(-1)?.at ?? this.#held.at(-1)?.at ?? 0;
    const more: ConsoleLine = { at, level: "info", text: `and ${plural(skipped, "more line")} that came too fast to show` };
    return this.#add(skipped > 0 ? [...lines, more] : lines);
  }

  /** Takes the newest lines of a server that is there again: only those that are not here yet. @returns Those. */
  catchUp(lines: readonly ConsoleLine[]): readonly ConsoleLine[] {
    const newest = this.#held.at(-1)?.at ?? -Infinity;
    const last = new Set(this.#held.filter(({ at }) => at === newest).map(({ text }) => text));
    return this.#add(lines.filter(({ at, text }) => at > newest || (at === newest && !last.has(text))));
  }

  #add(lines: readonly ConsoleLine[]): readonly ConsoleLine[] {
    this.#held = [...this.#held, ...lines].slice(-LINES_HELD);
    return lines;
  }
}

/** Whether a line has every one of the words, in any case. */
export function hasWords({ text }: ConsoleLine, words: string): boolean {
  const lower = text.toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => lower.includes(word));
}

/** The time of a line or a sample, as the terminal's log has it: `15:04:05`, here. */
export function clockTime(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((n) => String(n).padStart(2, "0")).join(":");
}
