/**
 * The bottom rows of a terminal that are ours, below what scrolls.
 *
 * @module
 */
import { type Sink, Writer } from "../writer.ts";
import { graphemeWidth, splitGraphemes } from "./width.ts";

/** Rows to draw and where the cursor stands among them. */
export interface Region {
  /** Without line breaks, each narrower than the terminal. Only its own colours are in them. */
  readonly rows: readonly string[];
  readonly row: number;
  readonly column: number;
}

const NOTHING: Region = { rows: [], row: 0, column: 0 };
/** Colours, which take no columns. */
// deno-lint-ignore no-control-regex
const COLOURS = /\x1b\[[\d;]*m/g;

/**
 * Draws a region at the bottom, in the terminal's own scrollback: `hide` it, print lines, `show` it again. Everything between a `hide` and
 * the next `show` reaches the terminal in one write, so nothing flickers.
 */
export class Screen {
  readonly #writer: Writer;
  #region = NOTHING;

  constructor(sink: Sink) {
    this.#writer = new Writer(sink);
  }

  get broken(): Promise<Error> {
    return this.#writer.broken;
  }

  /** Takes the region away. `columns` is the width now: a narrower terminal has broken our rows into more. */
  hide(columns: number): void {
    this.#writer.write(this.abandon(columns));
  }

  /** What takes the region away, for somebody else to write: there is no time to wait for a write. */
  abandon(columns: number): string {
    if (this.#region === NOTHING) return "";
    const { rows, row, column } = this.#region;
    const above = rows.slice(0, row).reduce((sum, text) => sum + breaks(text, columns) + 1, 0) + breaks(rows[row], columns, column);
    this.#region = NOTHING;
    return `${above > 0 ? `\x1b[${above}A` : ""}\r\x1b[J`;
  }

  /** Gives up the region: somebody else has written below it. Begins a row anew, which one of ours may stand in by now. */
  forget(): void {
    this.#region = NOTHING;
    this.#writer.write("\r\x1b[J");
  }

  /** Empties the screen; what has scrolled away stays. */
  clear(): void {
    this.#region = NOTHING;
    this.#writer.write("\x1b[H\x1b[2J");
  }

  /** Prints one line that stays. */
  print(line: string): void {
    this.#writer.write(`${line}\r\n`);
  }

  /** Draws the region below what was printed, and leaves the cursor in it. */
  show(region: Region): void {
    this.#region = region;
    const below = region.rows.length - 1 - region.row;
    this.#writer.write(
      `${region.rows.join("\r\n")}${below > 0 ? `\x1b[${below}A` : ""}\r${region.column > 0 ? `\x1b[${region.column}C` : ""}`,
    );
  }

  /** Sends something that moves nothing, such as a mode. */
  send(sequence: string): void {
    this.#writer.write(sequence);
  }

  drained(): Promise<void> {
    return this.#writer.drained();
  }

  flushed(): Promise<void> {
    return this.#writer.flushed();
  }
}

/**
 * How often a terminal of `columns` has broken a row before the cell at `column`, or in all. Behind the end of a full row it has not: some terminals
 * have the cursor on the next row by then, but one row too few leaves one row of ours behind, and one too many takes away what was said.
 */
function breaks(row: string, columns: number, column = Infinity): number {
  let [count, from, to] = [0, 0, 0];
  for (const grapheme of splitGraphemes(row.replace(COLOURS, ""))) {
    const width = graphemeWidth(grapheme);
    if (to > from && to - from + width > columns) {
      count++;
      from = to;
    }
    if (to >= column) break;
    to += width;
  }
  return count;
}
