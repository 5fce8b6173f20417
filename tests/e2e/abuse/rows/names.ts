/**
 * Names that would pass for somebody else's or for the program's own voice, that move the terminal, or that are too long; and those who ask too often.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { compare, Foe, frames, hello, line, says } from "../foe.ts";
import type { Group, Row } from "../row.ts";

const MARK = "\u0301";
const NOT_SEEN = "A name cannot have control or invisible characters in it, as some emoji have";
const LONG = "A name has at most 24 characters and 64 bytes";
const ALPHABET = "A name keeps to one alphabet, and to one that is in use";
const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const WHITE = "A name cannot have white space in it";

/** A row: this name is refused in these words, at netcat. */
function refused(what: string, name: string | Uint8Array, why: string): Row {
  return says(`the name: ${what}`, [name, "\n"], `! ${why}. Enter another name:`, "* Bye.");
}

/** A row: somebody who is in takes this name, and is refused in these words. */
function rename(what: string, by: string, name: string, answer: string): Row {
  return frames(`a new name: ${what}`, by, [line({ kind: "nick", ref: "1", name })], answer, `bye: Bye, ${by} (0 messages sent)`);
}

export const names: Group = {
  name: "names",
  rows: [
    refused("white space only", " \t ", "A name cannot be empty"),
    refused("25 letters", "x".repeat(25), LONG),
    refused("25 letters of two bytes", "é".repeat(25), LONG),
    refused("22 characters of 66 bytes", "語".repeat(22), LONG),
    refused("4 KiB", "x".repeat(4_096), LONG),
    refused("64 KiB", "x".repeat(65_536), LONG),
    says("the name: 24 letters is one", ["x".repeat(24), "\nbye\n"], `* Bye, ${"x".repeat(24)} (0 messages sent).`),
    says(
      "the name: 16 letters with four marks each are too many bytes",
      [`a${MARK.repeat(4)}`.repeat(16), "\n"],
      `! ${LONG}. Enter another name:`,
      "* Bye.",
    ),
    refused("a letter with five marks", `a${MARK.repeat(5)}b`, "A name has at most 4 combining marks on a character"),
    refused("a letter with a hundred marks", `Z${MARK.repeat(100)}`, LONG),
    refused("a mark first", `${MARK}bob`, "A name cannot start with a combining mark"),
    refused("a space inside", "bob smith", WHITE),
    refused("a no-break space inside", "bob\u00a0smith", WHITE),
    refused("a wide space inside", "bob\u3000smith", WHITE),
    refused("a tab inside", "bob\tsmith", WHITE),
    refused("Braille's blank", "b\u2800b", NOT_SEEN),
    refused("a filler of Hangul", "b\u3164b", NOT_SEEN),
    refused("a space of no width", "b\u200bb", NOT_SEEN),
    refused("a joiner of no width", "b\u200db", NOT_SEEN),
    refused("a soft hyphen", "b\u00adb", NOT_SEEN),
    refused("a variation selector", "b\ufe0fb", NOT_SEEN),
    refused("a tag character", "b\u{e0062}b", NOT_SEEN),
    refused("a private character", "b\ue000b", NOT_SEEN),
    refused("a character that is none", "b\u{10ffff}b", NOT_SEEN),
    refused("an escape sequence", "\x1b[31mbob", NOT_SEEN),
    refused("a sequence of C1", "\u009b31mbob", NOT_SEEN),
    refused("a bell", "bob\x07", NOT_SEEN),
    refused("a backspace", "bobb\b", NOT_SEEN),
    refused("the reading direction overridden", "\u202ebob", NOT_SEEN),
    refused("the reading direction isolated", "b\u2066ob\u2069", NOT_SEEN),
    refused("a mark of the reading direction", "bob\u200f", NOT_SEEN),
    refused("a colon inside", "bob:hi", "A name cannot have a colon in it"),
    refused("a wide colon", "bob：hi", "A name cannot have a colon in it"),
    refused("a star first", "*bob", 'A name cannot start with "*"'),
    refused("a wide star first", "＊bob", 'A name cannot start with "*"'),
    refused("an exclamation mark first", "!bob", 'A name cannot start with "!"'),
    refused("a slash first", "/bob", 'A name cannot start with "/"'),
    refused("a number sign first", "#bob", 'A name cannot start with "#"'),
    refused("an at sign first", "@bob", 'A name cannot start with "@"'),
    refused("a wide brace first", "｛bob", 'A name cannot start with "{"'),
    refused("no UTF-8", Uint8Array.of(0x62, 0xc3, 0x62), "A name must be text in UTF-8"),
    refused("two alphabets", "аlice", ALPHABET),
    ...["b౦b", "b०b", "ꓐob", "bⲟb", "aliⲥe", "b〇b", "a丨ice", "bㅇb", "ᚦᚩᚱ"].map((name) =>
      refused(`${name}, of more than one alphabet, or of one that is not in use`, name, ALPHABET)
    ),
    ...["bᴏb", "ɑlice", "serv℮r", "ꜱerver", "sᴇrver"].map((name) => {
      const sign = Array.from(name).find((c) => c > "\x7f");
      return refused(
        `${name}, in signs of phonetics or of packages`,
        name,
        `A name cannot have "${sign}" in it, which passes for something else`,
      );
    }),
    refused("a star of mathematics first", "∗server", 'A name cannot start with "*"'),
    refused("a click first", "ǃnot", 'A name cannot start with "!"'),
    refused("a ratio, which is no colon", "bob∶", "A name cannot have a colon in it"),
    refused("a note without a head", "bob𝅙", NOT_SEEN),
    refused("a reserved one in Lisu's letters", "ꓢꓰꓣꓦꓰꓣ", "ꓢꓰꓣꓦꓰꓣ is reserved"),
    refused("one that is there, in Cherokee's letters", "ᎪᏞᎥᏟᎬ", "ᎪᏞᎥᏟᎬ is taken"),
    ...["server", "System", "ADMIN", "root", "everyone", "here", "__proto__", "constructor"].map((name) =>
      refused(`${name} is reserved`, name, `${name} is reserved`)
    ),
    refused("a reserved one, wide", "ｓｅｒｖｅｒ", "ｓｅｒｖｅｒ is reserved"),
    refused("a reserved one in Cyrillic letters", "һеге", "һеге is reserved"),
    refused("one that is there", "alice", "alice is taken"),
    refused("one that is there, in capitals", "ALICE", "ALICE is taken"),
    refused("one that is there, wide", "ａｌｉｃｅ", "ａｌｉｃｅ is taken"),
    refused("one that is there, in bold letters of mathematics", "𝐚𝐥𝐢𝐜𝐞", "𝐚𝐥𝐢𝐜𝐞 is taken"),
    refused("one that is there, in Cyrillic letters", "аӏісе", "аӏісе is taken"),
    says(
      "three names that are none",
      ["*\n", "!\n", "/\n", "bob2\n"],
      '! A name cannot start with "*". Enter another name:',
      '! A name cannot start with "!". Enter another name:',
      '! A name cannot start with "/".',
      "* Connect again to try another name. Bye.",
    ),
    {
      name: "twenty names that are none, and then one",
      attack: async (scene) => {
        using foe = await Foe.connect(scene);
        await foe.send(hello("alice").repeat(20) + hello("n1"));
        const answers = (await foe.rest()).trimEnd().split("\n").map((text) => JSON.parse(text));
        assertEquals(answers.map(({ kind, final }) => `${kind} ${final}`), [
          ...Array<string>(19).fill("refused false"),
          "refused true",
          "bye undefined",
        ]);
      },
    },
    {
      name: "ten thousand names in one go",
      attack: async (scene) => {
        using foe = await Foe.connect(scene);
        await foe.send(hello("bob").repeat(10_000));
        assertEquals((await foe.rest()).trimEnd().split("\n").length, 21);
      },
    },
    rename("one that is there", "n3", "BOB", "refused name_taken: BOB is taken"),
    rename("a line of the server's", "n4", "* bob left", `refused name_not_allowed: ${WHITE}`),
    rename("two lines", "n5", "n5\nbob: hi", `refused name_not_allowed: ${WHITE}`),
    rename("NUL inside", "n6", "n6\0", `refused name_not_allowed: ${NOT_SEEN}`),
    rename("half a character", "n7", "n\ud800", `refused name_not_allowed: ${NOT_SEEN}`),
    rename("16,000 letters", "n8", "x".repeat(16_000), `refused name_too_long: ${LONG}`),
    rename("none", "n9", "", "refused name_empty: A name cannot be empty"),
    frames(
      "five new names at once: three are told",
      "n11",
      [range(5).map((i) => line({ kind: "nick", ref: `${i}`, name: `n11-${i}` })).join("")],
      ...range(3).map((i) => `done: You are n11-${i} now`),
      ...Array<RegExp>(2).fill(/^refused not_allowed: you have taken another name a lot: you can do that again in \d+ s$/),
      "bye: Bye, n11-2 (0 messages sent)",
    ),
    frames(
      "a room that is called as an object's insides",
      "n12",
      [line({ kind: "join", ref: "1", room: "#__PROTO__" })],
      "refused no_such_room: No room can be called __proto__",
      "bye: Bye, n12 (0 messages sent)",
    ),
    {
      name: "the name of somebody who is gone is nobody's",
      attack: async (scene) => {
        using foe = await Foe.framed(scene, "n10", { rooms: ["n10s-den"] });
        await foe.send(line({ kind: "nick", ref: "1", name: "n10b" }));
        await foe.until(/"kind":"done"/);
        using other = await Foe.framed(scene, "n10", { rooms: ["n10s-den"] });
        await other.send(line({ kind: "nick", ref: "1", name: "N10B" }));
        compare((await other.until(/"ref":"1"/)).match(/"code":"\w+"/g) ?? [], ['"code":"name_taken"']);
      },
    },
  ],
};
