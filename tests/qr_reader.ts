/**
 * Reads a QR code made of half blocks, as a phone would.
 *
 * @module
 */
import jsQR from "jsqr";

/** Pixels of a module's side. */
const SCALE = 4;

/** The text of a QR code in half blocks, light in the foreground; `undefined` where there is none. */
export function readQrCode(lines: readonly string[]): string | undefined {
  const rows = lines.flatMap((line) => [[..."█▀"], [..."█▄"]].map((light) => Array.from(line, (c) => light.includes(c))));
  const width = rows[0].length * SCALE;
  const height = rows.length * SCALE;
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const light = rows[Math.floor(Math.floor(i / width) / SCALE)][Math.floor((i % width) / SCALE)];
    pixels.fill(light ? 255 : 0, 4 * i, 4 * i + 3);
    pixels[4 * i + 3] = 255;
  }
  return jsQR.default(pixels, width, height)?.data;
}
