/**
 * A link as a QR code, for phones.
 *
 * @module
 */

/** Light modules around the code, which a reader finds it by: what ISO/IEC 18004 asks for. */
const QUIET_ZONE = 4;
/** White on black, whatever the terminal's own colours are: not every reader takes a code the other way round. */
const WHITE_ON_BLACK = "\x1b[97;40m";
const RESET = "\x1b[0m";

/**
 * A QR code in half blocks, two rows of it in a line. Foreground is light.
 *
 * @param colour Whether colours may be set; without them it is right where the background is dark.
 */
export async function qrCode(text: string, colour: boolean): Promise<string> {
  const { renderUnicodeCompact } = await import("uqr");
  const lines = renderUnicodeCompact(text, { border: QUIET_ZONE }).split("\n");
  return lines.map((line) => colour ? `${WHITE_ON_BLACK}${line}${RESET}\n` : `${line}\n`).join("");
}
