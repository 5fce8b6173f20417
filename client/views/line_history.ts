/**
 * The lines that were sent, to leaf through and to search.
 *
 * @module
 */

/** Lines remembered. */
const REMEMBERED = 200;

interface Sent {
  readonly text: string;
  /** What it was made into since, and not sent. */
  edited?: string;
}

/** Where somebody is in a history: at the line being typed, or at one that was sent. */
export interface HistoryPlace {
  readonly at: object | undefined;
  readonly unsent: string;
}

/**
 * Sent lines, oldest first, and behind them the line being typed. Nothing that was typed gets lost in it: leaving a line keeps what was made
 * of it, and the unsent line comes back when another was sent.
 */
export class LineHistory {
  readonly #lines: Sent[] = [];
  /** Which line is shown; their number means the line being typed. */
  #shown = 0;
  #unsent = "";

  /** The number of sent lines, and the place of the line being typed behind them. */
  get length(): number {
    return this.#lines.length;
  }

  /** Where we are, for {@link return}. */
  get place(): HistoryPlace {
    return { at: this.#lines[this.#shown], unsent: this.#unsent };
  }

  /** Begins a new line, wherever we are. */
  leave(): void {
    [this.#shown, this.#unsent] = [this.length, ""];
  }

  /** Goes back to where we were. */
  return({ at, unsent }: HistoryPlace): void {
    const shown = this.#lines.findIndex((line) => line === at);
    this.#shown = shown < 0 ? this.length : shown;
    this.#unsent = unsent;
  }

  /** Leafs by `by` lines; returns the line there, `undefined` where there is none. `current` is what was made of the line shown. */
  leaf(by: number, current: string): string | undefined {
    const to = this.#shown + by;
    return to < 0 || to > this.length ? undefined : this.goTo(to, current);
  }

  /** Shows the line at `to`. `current` is what was made of the one shown. */
  goTo(to: number, current: string): string {
    const line = this.#lines[this.#shown];
    if (line === undefined) this.#unsent = current;
    else line.edited = current === line.text ? undefined : current;
    this.#shown = to;
    return this.lineAt(to) ?? this.#unsent;
  }

  /** The sent line at a place, as it was left. */
  lineAt(place: number): string | undefined {
    const line = this.#lines[place];
    return line?.edited ?? line?.text;
  }

  /** Remembers a line as the newest, wherever we are. */
  remember(text: string): void {
    if (text === this.lineAt(this.length - 1)) return;
    const typing = this.#shown === this.length;
    this.#lines.push({ text });
    if (typing) this.#shown = this.length;
  }

  /** Remembers what was sent; returns the line that is being typed now. */
  submit(text: string): string {
    const line = this.#lines[this.#shown];
    if (line !== undefined) line.edited = undefined;
    const next = line === undefined ? "" : this.#unsent;
    if (text !== "" && text !== this.#lines.at(-1)?.text) this.#lines.push({ text });
    this.#lines.splice(0, this.length - REMEMBERED);
    this.leave();
    return next;
  }
}
