/**
 * What Tab offers, in one row.
 *
 * @module
 */
import type { Offer } from "./completion_cycle.ts";
import { fit, textWidth } from "./width.ts";

/**
 * Writes the options with the chosen one in brackets, in at most `columns` columns; where not all fit, a row that has the chosen one in it.
 *
 * @example
 * ```ts
 * import { offerLine } from "./offer_line.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const options = ["albert", "Alice", "alva"].map((label) => ({ label, insert: label }));
 * assertEquals(offerLine({ options, chosen: 1 }, 80), "albert  [Alice]  alva");
 * assertEquals(offerLine({ options, chosen: 2 }, 12), "[alva]");
 * ```
 */
export function offerLine({ options, chosen }: Offer, columns: number): string {
  let row = "";
  for (const [i, { label }] of options.entries()) {
    const option = i === chosen ? `[${label}]` : label;
    const longer = row === "" ? option : `${row}  ${option}`;
    if (textWidth(longer) <= columns) row = longer;
    // That it is cut says that there are more.
    else if (chosen === undefined) return fit(longer, columns);
    // The chosen one is in this row.
    else if (i > chosen) break;
    else row = option;
  }
  return fit(row, columns);
}
