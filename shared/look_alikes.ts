/**
 * Characters that are drawn like others: a part of Unicode's confusables (UTS 39), the letters of people's own alphabets among them, which are allowed
 * in names and compared as what they look like.
 *
 * @module
 */

/** Rows of one script each: what looks so, and like what, one for one. Small letters, where there are two sizes. */
const ROWS: readonly (readonly [these: string, likeThose: string])[] = [
  // Cyrillic.
  ["авсԁеһніјкӏморԛгѕтѵԝхуүѡ", "abcdehhijklmopqrstvwxyyw"],
  // Greek.
  ["αβεηικνορτυχω", "abenikvoptuxw"],
  // Armenian.
  ["ացհյոօզստք", "wghjnoqusp"],
  // Cherokee.
  ["ᎪᏴᏟᎠᎬᏀᎻᎥᏆᎫᏦᏞᎷᎾᏢᏒᏚᎢᏙᎳᎩᏃ", "abcdeghiijklmoprstvwyz"],
  // Lisu.
  ["ꓮꓐꓚꓓꓰꓝꓖꓧꓲꓙꓗꓡꓟꓠꓳꓑꓣꓢꓔꓴꓦꓪꓫꓬꓜ", "abcdefghijklmnoprstuvwxyz"],
  // Canadian Aboriginal.
  ["ᗅᗩᗷᑕᗞᗪᖴᕼᒍᒪᗰᑎᗝᑭᖇᔕᑌᐯᗯ", "aabcddfhjlmnoprsuvw"],
  // Tifinagh.
  ["ⴹⵏⵔ", "elo"],
  // Latin.
  ["ıɩȷǀƅƿƨʋ", "iijlbpsv"],
  // The marks that a name cannot have, or cannot have first: of every script.
  ["∗⁎٭⋆✱✲⚹", "*******"],
  ["ǃⵑ", "!!"],
  ["⁄∕╱⟋⧸", "/////"],
  ["♯⋕", "##"],
  ["❴⦃", "{{"],
  ["։׃܃܄፡᛬᠃᠉⁚∶ꓽ", ":::::::::::"],
];

const LOOKS_LIKE = new Map(
  ROWS.flatMap(([these, those]) =>
    Array.from(these, (one, i): [string, string][] => [[one, those[i]], [one.toLowerCase(), those[i]]]).flat()
  ),
);

/**
 * A text with the ASCII characters in it that the others look like.
 *
 * @example
 * ```ts
 * import { asItLooks } from "./look_alikes.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(asItLooks("ѕсоре∶ 日本"), "scope: 日本");
 * ```
 */
export function asItLooks(text: string): string {
  return Array.from(text, (character) => LOOKS_LIKE.get(character) ?? character).join("");
}
