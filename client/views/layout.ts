/**
 * The line being typed, broken into the rows of a terminal.
 *
 * @module
 */
import { graphemeWidth, splitGraphemes } from "./width.ts";

/** Rows to draw, and where the cursor stands among them. */
export interface Layout {
  readonly rows: readonly string[];
  readonly row: number;
  readonly column: number;
}

/** What there is to draw, and the room for it. */
export interface LayoutInput {
  readonly prompt: string;
  /** A line feed in it begins a new row, at the left edge: what is under the prompt is text too. */
  readonly text: string;
  /** Where the cursor stands in `text`, in UTF-16 units. */
  readonly cursor: number;
  readonly columns: number;
  /** The most rows there are; the one with the cursor is always among them. */
  readonly maxRows: number;
}

/**
 * Breaks a prompt and a text into rows no wider than the terminal. The last column stays empty: what a terminal does after
 * writing there differs from one to the next.
 *
 * @example
 * ```ts
 * import { layout } from "./layout.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(layout({ prompt: "> ", text: "abcdef", cursor: 6, columns: 6, maxRows: 9 }), { rows: ["> abc", "def"], row: 1, column: 3 });
 * ```
 */
export function layout({ prompt, text, cursor, columns, maxRows }: LayoutInput): Layout {
  const room = Math.max(1, columns - 1);
  const rows = [""];
  let width = 0;
  let at = { row: 0, column: 0 };
  let offset = -prompt.length;
  for (const grapheme of [...splitGraphemes(prompt), ...splitGraphemes(text)]) {
    const breaks = grapheme === "\n";
    const more = breaks ? 0 : graphemeWidth(grapheme);
    if (width + more > room && width > 0) {
      rows.push("");
      width = 0;
    }
    // Before a line break it may stand in the column that is left empty.
    if (offset === cursor) at = { row: rows.length - 1, column: Math.min(width, columns - 1) };
    if (breaks) {
      rows.push("");
      width = 0;
    } else {
      // What is wider than the terminal cannot be shown at all.
      rows[rows.length - 1] += more > room ? "" : grapheme;
      width += Math.min(more, room);
    }
    offset += grapheme.length;
  }
  if (offset === cursor) {
    // Behind a full row the cursor stands at the beginning of the next.
    if (width >= room) {
      rows.push("");
      width = 0;
    }
    at = { row: rows.length - 1, column: width };
  }
  const first = Math.max(0, at.row - Math.max(1, maxRows) + 1);
  return { rows: rows.slice(first, first + Math.max(1, maxRows)), row: at.row - first, column: at.column };
}
