import { assertEquals, assertGreaterOrEqual } from "@std/assert";
import { paint } from "../../../client/views/paint.ts";

/** Backgrounds that terminals come with: black, white, and those of VS Code, Dracula, Solarized and GNOME. */
const BACKGROUNDS = [[0, 0, 0], [255, 255, 255], [30, 30, 30], [40, 42, 54], [253, 246, 227], [245, 245, 245]];
const STEPS = [0, 95, 135, 175, 215, 255];

/** A colour of the 6 by 6 by 6 cube in the palette of 256. */
function cube(index: number): number[] {
  const at = index - 16;
  return [STEPS[Math.floor(at / 36)], STEPS[Math.floor(at / 6) % 6], STEPS[at % 6]];
}

/** Relative luminance, as WCAG 2.2 defines it. */
function luminance(rgb: readonly number[]): number {
  const [r, g, b] = rgb.map((value) => value / 255).map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: readonly number[], b: readonly number[]): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

function colour(painted: string): number {
  return Number(painted.match(/38;5;(\d+)m/)?.[1]);
}

Deno.test("paint uses colours for nicks and code that are read on dark and on light, 3 to 1 or more", () => {
  const nicks = new Set(Array.from({ length: 1_000 }, (_, n) => colour(paint(true).nick(`nick${n}`))));
  assertEquals(nicks.size, 12);
  for (const index of [...nicks, colour(paint(true).code("code"))]) {
    for (const background of BACKGROUNDS) assertGreaterOrEqual(contrast(cube(index), background), 3, `${index} on ${background}`);
  }
});

Deno.test("paint gives a nick the same colour however it is written", () => {
  assertEquals(colour(paint(true).nick("Alice")), colour(paint(true).nick("alice")));
});
