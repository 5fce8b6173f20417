import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { fold, parseNick, parseRoomName } from "../../shared/names.ts";
import { byteLength, isClean } from "../../shared/text.ts";

const MARK = "\u0301";

/** The name that was allowed, or the code of the refusal. */
function nick(input: string): string {
  const parsed = parseNick(input);
  return parsed.ok ? parsed.name : parsed.refusal.code;
}

const ALLOWED: readonly string[] = [
  "bob",
  "Peter",
  "GET",
  "bye-bye",
  "a",
  "7",
  "_",
  "-",
  "bob*",
  "a!/#@{",
  "[bob]",
  "O'Brien",
  "a".repeat(16),
  "a".repeat(17),
  "a".repeat(24),
  "é".repeat(24),
  `e${MARK}`.repeat(21),
  "漢".repeat(21) + "a",
  "👍🏽".repeat(8),
  `a${MARK.repeat(4)}`,
  `a${MARK.repeat(4)}b${MARK.repeat(4)}`,
  "Борис",
  "Ελένη",
  "Արամ",
  "ひらがな漢字カナ",
  "김철수",
  "हिन्दी",
  "שלום",
  "Straße",
  "naïve",
  "漢a",
];

const REFUSED: readonly [code: string, names: readonly string[]][] = [
  ["name_empty", ["", " ", "\r", "\t \n", "\ufeff", "\u3000"]],
  ["name_too_long", ["a".repeat(25), "é".repeat(25), "漢".repeat(21) + "ab", "👍🏽".repeat(9), "a".repeat(16_384), `a${MARK.repeat(32)}`]],
  ["name_not_allowed", ["*bob", "!bob", "/bob", "#bob", "@bob", "{bob", "*", "{"]],
  ["name_not_allowed", [":", ":bob", "bob:", "b:ob", "bob: hi"]],
  ["name_not_allowed", ["a b", "a\tb", "a\nb", "a\u00a0b", "a\u2003b", "a\u3000b", "a\u1680b", "a\ufeffb", "a\u2028b"]],
  ["name_not_allowed", ["a\0b", "a\x07b", "a\x1b[31mb", "a\x7fb", "a\x85b", "a\x9bb"]],
  ["name_not_allowed", ["\u202ebob", "a\u2066b", "a\u200eb", "a\u200fb", "a\u061cb"]],
  ["name_not_allowed", ["a\u200bb", "a\u200cb", "a\u200db", "a\u2060b", "a\u00adb", "a\u034fb", "a\u180eb", "\u3164", "\u115f", "\u2800"]],
  ["name_not_allowed", ["a\ufe0fb", "a\u{e0041}b", "a\u{e0100}b", "👨‍👩‍👧", "❤️"]],
  ["name_not_allowed", ["a\ud800b", "a\udc00b", "a\ue000b", "a\uffffb", "a\u0378b"]],
  ["name_not_allowed", [MARK, `${MARK}bob`, `a${MARK.repeat(5)}`, `ab${MARK.repeat(9)}c`]],
  ["name_not_allowed", ["bоb", "аdmin", "Bοb", "Рeter", "aԱ", "aᎠ", "Βорис"]],
  // Beside bob, alice and the server, from a review.
  ["name_not_allowed", ["b౦b", "b୦b", "b०b", "bᴏb", "ꓐob", "bⲟb", "ɑlice", "aliⲥe", "serv℮r", "ꜱerver", "sᴇrver", "ᴏwner2", "aliϲe"]],
  ["name_not_allowed", ["∗server", "ǃnot", "♯bob", "❴bob", "∕bob", "⁎bob", "bob∶", "bob꞉", "bobː", "bob𝅙", "𝅙bob", "bob\ufffc", "\u1160"]],
  ["name_not_allowed", ["b〇b", "a丨ice", "bㅇb", "aㅣice", "bｏб", "Bਠb", "ᚦᚩᚱ", "b٠b", "漢о", "かㅏ", "ʙob", "aǃⲁ", "bℵb", "ⲃⲟⲃ"]],
  ["name_reserved", ["ꓢꓰꓣꓦꓰꓣ", "ᏒᎾᎾᎢ"]],
  ["name_reserved", ["server", "SYSTEM", "Admin", "root", "everyone", "here", "__proto__", "__PROTO__", "constructor"]],
  ["name_reserved", ["ａｄｍｉｎ", "ＲＯＯＴ", "𝐬𝐞𝐫𝐯𝐞𝐫", "ſerver", "һеге", "гоот"]],
];

Deno.test("parseNick allows names on the inside of each limit", () => {
  for (const name of ALLOWED) {
    assertEquals(nick(name), name);
    assertEquals(nick(` \t${name}\r\n`), name);
  }
});

/** Of people, as they write them. */
const ORDINARY =
  "Zoë Łukasz Ñandú Þórr Guðrún Søren Ğülşen İbrahim Əliyev Çınar Nguyễn Đặng Hawaiʻi Kapiʻolani Māori Ķēniņš Žižek Ǯuʹll Ɓala Ɗanjuma Ƙasim Ɛdem Ɔkɔ " +
  "Ɖela Aɖa Ʋuga Ŋutɔ Bɨl Tʼseleie Al-Ḥasan ʿAlī Борис Ґалаган Їжак Ђорђе Өмүрбек Қайрат Ћирић Ελένη Χρήστος Արամ גדעון محمد فاطمة علی۲ نیلوفر ܡܪܝܡ ދިވެހި " +
  "हिन्दी राम२ অনিতা ਗੁਰਪ੍ਰੀਤ ભાવના ଓଡ଼ିଆ தமிழ் శ్రీను౭ ಕನ್ನಡ മലയാളം සුනිල් สมชาย๙ ລາວ བསྟན་འཛིན မြင့် გიორგი አበበ ខ្មែរ ᏣᎳᎩ ᐃᓄᒃ ꓡꓲ ⵉⴷⵉⵔ ߒߞߏ ꆈꌠ " +
  "王小明 田中さくら サクラ 스티브 김철수 ㅇㅇ 金民秀님 ㄅㄆ漢 Ken田中 李Lee 민수Kim ミニーchan bob_42 O'Brien Jean-Luc d’Arc x² 🦊 bob🦊 👍🏽 ★ana a™ 日本🇯🇵";

Deno.test("parseNick allows what people are called in many languages", () => {
  const names = ORDINARY.split(" ");
  assertEquals(names.map(nick), names);
});

Deno.test("parseNick refuses names on the outside of each limit", () => {
  for (const [code, names] of REFUSED) for (const name of names) assertEquals(nick(name), code, JSON.stringify(name));
});

const REASONS: readonly [name: string, text: string][] = [
  ["", "A name cannot be empty"],
  ["a".repeat(25), "A name has at most 24 characters and 64 bytes"],
  ["a b", "A name cannot have white space in it"],
  ["a\u200bb", "A name cannot have control or invisible characters in it, as some emoji have"],
  ["a\ufffdb", "A name must be text in UTF-8"],
  ["a:b", "A name cannot have a colon in it"],
  ["@bob", 'A name cannot start with "@"'],
  [MARK, "A name cannot start with a combining mark"],
  [`a${MARK.repeat(5)}`, "A name has at most 4 combining marks on a character"],
  ["bоb", "A name keeps to one alphabet, and to one that is in use"],
  ["Admin", "Admin is reserved"],
];

Deno.test("parseNick says why in a sentence that can be shown", () => {
  for (const [name, text] of REASONS) {
    const parsed = parseNick(name);
    assertEquals(parsed.ok || parsed.refusal.text, text);
    assert(isClean(text));
  }
});

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.string({ unit: "grapheme", maxLength: 30 }),
  fc.string({
    unit: fc.constantFrom(
      "a",
      "B",
      "é",
      "ß",
      "ẞ",
      "İ",
      "ı",
      "ſ",
      "Σ",
      "ς",
      "о",
      "Ё",
      "ё",
      "і",
      MARK,
      "\u0308",
      "\u0345",
      "ｂ",
      "ﬁ",
      "漢",
      ":",
      "*",
      " ",
    ),
  }),
);

Deno.test("parseNick allows only names that cleaning leaves alone, and allows them again", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const parsed = parseNick(text);
      if (!parsed.ok) return;
      const { name } = parsed;
      assert(isClean(name) && byteLength(name) <= 64 && name === text.trim());
      assert(!/^[*!/#@{]|[\s:]/.test(name));
      assertEquals(nick(name), name);
    }),
    { numRuns: 1000 },
  );
});

const ALIKE: readonly [one: string, other: string][] = [
  ["Bob", "bOB"],
  ["bob", "ｂｏｂ"],
  ["bob", "𝐛𝐨𝐛"],
  ["Straße", "STRASSE"],
  ["STRAẞE", "strasse"],
  ["ılk", "ILK"],
  ["Σίσυφος", "σίσυφοσ"],
  ["ſam", "Sam"],
  ["ﬁn", "fin"],
  ["é", `e${MARK}`],
  ["É", `e${MARK}`],
  ["scope", "ѕсоре"],
  ["core", "соге"],
  ["SCOPE", "ЅСОРЕ"],
  ["oxo", "οχο"],
  ["ë", "ё"],
  ["ó", `о${MARK}`],
  ["xö", "хӧ"],
  ["alice", "ꓮꓡꓲꓚꓰ"],
  ["alice", "ᎪᏞᎥᏟᎬ"],
  ["soul", "ᔕᗝᑌᒪ"],
  ["bob", "ƅob"],
  ["non", "ոօո"],
];

Deno.test("fold makes names equal that differ in case, width or alphabet only", () => {
  for (const [one, other] of ALIKE) assertEquals(fold(one), fold(other), `${one} ${other}`);
});

Deno.test("fold keeps names apart that look different", () => {
  const different = ["bob", "rob", "b0b", "böb", "bob_", "bоб", "漢", "漢字", "l", "1"].map(fold);
  assertEquals(new Set(different).size, different.length);
  assertNotEquals(fold("Ivan"), fold("Иван"));
});

Deno.test("fold changes nothing that is folded", () => {
  fc.assert(fc.property(anyText, (text) => assertEquals(fold(fold(text)), fold(text), JSON.stringify(text))), { numRuns: 1000 });
});

Deno.test("fold does not look at case or normal form", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      for (const form of ["NFC", "NFD", "NFKC", "NFKD"] as const) assertEquals(fold(text.normalize(form)), fold(text), form);
      assertEquals(fold(text.toLowerCase()), fold(text), "lower case");
    }),
    { numRuns: 1000 },
  );
});

const ROOMS: readonly [input: string, name: string][] = [
  ["lobby", "lobby"],
  ["#Lobby", "lobby"],
  [" #dev ", "dev"],
  ["Ｄｅｖ", "dev"],
  ["a.b-c_d", "a.b-c_d"],
  ["9", "9"],
  ["Café", "café"],
  ["हिन्दी", "हिन्दी"],
  ["a".repeat(64), "a".repeat(64)],
  ["a".repeat(65), "no_such_room"],
  ["漢".repeat(21), "漢".repeat(21)],
  ["漢".repeat(22), "no_such_room"],
  ["", "no_such_room"],
  ["#", "no_such_room"],
  ["##a", "no_such_room"],
  ["a b", "no_such_room"],
  ["a:b", "no_such_room"],
  ["a/b", "no_such_room"],
  ["a\u200db", "no_such_room"],
  ["a\u202eb", "no_such_room"],
  [`a${MARK.repeat(6)}`, "no_such_room"],
  [MARK, "no_such_room"],
  ["👍", "no_such_room"],
  ["__proto__", "no_such_room"],
  ["＿＿PROTO__", "no_such_room"],
  ["__proto", "__proto"],
  ["constructor", "constructor"],
];

Deno.test("parseRoomName folds what it allows", () => {
  for (const [input, name] of ROOMS) {
    const parsed = parseRoomName(input);
    assertEquals(parsed.ok ? parsed.name : parsed.refusal.code, name, input);
  }
});

Deno.test("parseRoomName allows what it gave again, and never throws", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const parsed = parseRoomName(text);
      if (!parsed.ok) return assert(isClean(parsed.refusal.text));
      assertEquals(parseRoomName(`#${parsed.name}`), parsed);
    }),
    { numRuns: 1000 },
  );
});
