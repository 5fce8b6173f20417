/**
 * What people write their names in: Unicode's scripts that are in use (UAX 31, tables 5 and 7), and those of them that are written together (UTS 39, 5.1).
 *
 * @module
 */

const ALONE = "Adlam Arabic Armenian Balinese Bamum Batak Bengali Buginese Canadian_Aboriginal Chakma Cham Cherokee Cyrillic Devanagari " +
  "Ethiopic Georgian Greek Gujarati Gurmukhi Hanifi_Rohingya Hebrew Javanese Kannada Kayah_Li Khmer Lao Latin Lepcha Limbu Lisu " +
  "Malayalam Mandaic Meetei_Mayek Miao Mongolian Myanmar New_Tai_Lue Newa Nko Nyiakeng_Puachue_Hmong Ol_Chiki Oriya Osage " +
  "Saurashtra Sinhala Sundanese Syloti_Nagri Syriac Tai_Le Tai_Tham Tai_Viet Tamil Telugu Thaana Thai Tibetan Tifinagh Vai " +
  "Wancho Yi";
const TOGETHER = [["Han", "Hiragana", "Katakana"], ["Han", "Hangul"], ["Han", "Bopomofo"]];
/** Of those that are written with Latin letters in between, what would be taken for one: a zero, a stroke, and the parts of Hangul's letters. */
const NOT_BESIDE_LATIN = "(?!.*[〇丨\u3131-\u318e])";

/** Made when a name asks for them: they take some ten milliseconds, and most names are in ASCII. */
let writings: readonly RegExp[] | undefined;

/** Letters of the blocks of phonetics, of modifiers and of small capitals that languages are written in: Azerbaijani, Hausa, Ewe, Sami, Kabiye and others. */
const WRITTEN = "ɓɔɖɗəɛɠɣɨɩɬɲɵʃʉʊʋʌʒʔʹʻʼʾʿˮⱥⱦⱨⱪⱬ";
const IMITATIONS = new RegExp(
  `(?![${WRITTEN}™ℹ])[\u0250-\u02ff\u1d00-\u1dbf\u2100-\u214f\u2c60-\u2c7f\ua720-\ua7ff\uab30-\uab6f\u{10780}-\u{107bf}\u{1df00}-\u{1dfff}]`,
  "u",
);

/**
 * Whether the letters and digits of a name are of one script, or of those that are written together. What belongs to no script belongs to all.
 *
 * @example
 * ```ts
 * import { isOneWriting } from "./scripts.ts";
 * import { assert } from "@std/assert";
 *
 * assert(isOneWriting("Łukasz-7👍") && isOneWriting("ひらがな漢字カナ") && isOneWriting("漢字Ken"));
 * assert(!isOneWriting("bоb") && !isOneWriting("b०b"));
 * ```
 */
export function isOneWriting(name: string): boolean {
  const characters = name.replaceAll(/[^\p{L}\p{N}]/gu, "");
  writings ??= allWritings();
  return writings.some((writing) => writing.test(characters));
}

/** The first letter of a name that no language is written in and that is drawn like one of another: `ᴏ` of phonetics, `℮` of packages. */
export function imitationIn(name: string): string | undefined {
  return name.match(IMITATIONS)?.[0];
}

function allWritings(): RegExp[] {
  return [
    ...ALONE.split(" ").map((script) => writing([script])),
    ...TOGETHER.map((scripts) => writing(scripts)),
    ...TOGETHER.map((scripts) => writing([...scripts, "Latin"], NOT_BESIDE_LATIN)),
  ];
}

function writing(scripts: readonly string[], without = ""): RegExp {
  const those = [...scripts, "Common", "Inherited"].map((script) => `\\p{Script_Extensions=${script}}`).join("");
  return new RegExp(`^${without}[${those}]*$`, "u");
}
