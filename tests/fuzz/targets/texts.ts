/**
 * What people write: names, texts, commands at netcat, words to search for.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals } from "@std/assert";
import { actSentence, decodeAct, encodeAct } from "../../../server/core/kept_act.ts";
import { contains, parseNetwork } from "../../../server/core/network.ts";
import { hasWords, indexed, wordsOf } from "../../../server/history/words.ts";
import { base, MIGRATIONS } from "../../../server/history/sqlite_schema.ts";
import { WordIndex } from "../../../server/history/word_index.ts";
import { WordSearch } from "../../../server/history/word_search.ts";
import { parseLine } from "../../../server/transports/text_commands.ts";
import { decodeClientFrame, encodeFrame } from "../../../shared/codec.ts";
import { fold, parseNick, parseRoomName } from "../../../shared/names.ts";
import { LIMITS } from "../../../shared/protocol.ts";
import { byteLength, cleanText, isClean } from "../../../shared/text.ts";
import { movesCursor, type Target, textOf } from "../target.ts";

const LETTERS = [..."abzAZ09 _-.:#@/*", "é", "e\u0301", "ß", "Ω", "ω", "а", "р", "ї", "ｂ", "日", "한", "ﷺ", "½", "🍎"];

/** A name that is allowed is within its bounds, clean, allowed again as itself, and equal to itself in capitals. */
const nicks: Target = {
  name: "nicks",
  grammar: { examples: ["bob", "  Änne ", "日本", "ВОВА", "O'Neill", "a".repeat(24)], tokens: LETTERS, longest: LIMITS.frameBytes },
  check: (input) => {
    const parsed = parseNick(input);
    if (!parsed.ok) return assert(isClean(parsed.refusal.text), `not clean: ${JSON.stringify(parsed.refusal.text)}`);
    const { name } = parsed;
    assert(byteLength(name) <= LIMITS.nickBytes && name.isWellFormed() && isClean(name));
    assertEquals(parseNick(name), parsed);
  },
};

/** A room's name that is allowed is within its bounds, clean, and the same when it is read again. */
const rooms: Target = {
  name: "room names",
  grammar: { examples: ["#lobby", "Dev", "ТЕСТ", "a.b-c_d", "x".repeat(64)], tokens: LETTERS, longest: LIMITS.frameBytes },
  check: (input) => {
    const parsed = parseRoomName(input);
    if (!parsed.ok) return assert(isClean(parsed.refusal.text));
    assert(byteLength(parsed.name) <= LIMITS.roomBytes && isClean(parsed.name));
    assertEquals(parseRoomName(parsed.name), parsed);
    assertEquals(parseRoomName(`#${parsed.name}`), parsed);
  },
};

/** Folding what is folded changes nothing, and capitals make no other name. */
const folded: Target = {
  name: "fold",
  grammar: { examples: ["bob", "Änne", "ѕсоре", "ΣΊΣΥΦΟΣ", "ﬁ"], tokens: LETTERS, longest: LIMITS.textBytes },
  check: (input) => {
    const once = fold(input);
    assert(fold(once) === once, `${JSON.stringify(once)} folds to ${JSON.stringify(fold(once))}`);
    assert(fold(input.normalize("NFKC")) === once, "compatible characters differ");
  },
};

/** Cleaned text is clean, cleaning it again changes nothing, and it is no longer than it was. */
const clean: Target = {
  name: "clean text",
  grammar: {
    examples: ["\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x9b1;2H", "\x1bPq\x1b\\", "one\r\ntwo\tthree", "Z̷̧̛a", "\u202eabc\u202c"],
    tokens: [
      "\x1b",
      "\x1b[",
      "\x1b]",
      "\x1bP",
      "\x9b",
      "\x9d",
      "\x07",
      "\x1b\\",
      "\x9c",
      "0;",
      " ",
      "m",
      "a",
      "\u0301",
      "\u200d",
      "\r",
      "\n",
      "\u0301\u200d",
    ],
    longest: LIMITS.frameBytes,
  },
  check: (input, random) => {
    const options = { newlines: random.chance(0.5) };
    const cleaned = cleanText(input, options);
    assert(!movesCursor(cleaned), "something is left");
    assert(options.newlines || !cleaned.includes("\n"), "a line break is left");
    assert(cleanText(cleaned, options) === cleaned, `cleaned again: ${JSON.stringify(cleanText(cleaned, options))}`);
    assert(cleaned.length <= input.length, "it grew");
  },
};

/** What a line asks for is a frame that the codec takes as well, and what is wrong with it can be shown. */
const commands: Target = {
  name: "text mode",
  grammar: {
    examples: [
      "/numbers 3",
      "/delete 12",
      "/ban bob",
      "hi all",
      "/join #dev",
      "/history 20",
      "/topic x",
      "//etc",
      "/search a b",
      " bye ",
      "/me waves",
      "/away",
      "/nick bob",
      "/help",
    ],
    tokens: [
      "/",
      "/join ",
      "/part",
      "/history ",
      "/serch ",
      "/delete ",
      "/constructor",
      "bye",
      " ",
      "\r",
      "\t",
      "9",
      "#",
      "dev",
      "😀",
      "日本",
      "a",
    ],
    longest: LIMITS.textBytes,
  },
  check: (input) => {
    const frame = parseLine(textOf(input));
    if (frame === undefined || frame.kind === "local") return;
    if (frame.kind === "malformed") return assert(isClean(frame.text), `not clean: ${JSON.stringify(frame.text)}`);
    // Without a number it is what was said last.
    if (frame.kind === "delete") assert(frame.seq > 0 || !/\d/.test(input), "another message is deleted");
    const { ...expected } = frame;
    assertEquals(decodeClientFrame(encodeFrame(frame)), expected);
  },
};

const database = new DatabaseSync(":memory:");
for (const step of MIGRATIONS) database.exec(step);
const index = new WordIndex(database);
const search = new WordSearch(database, index);
const insert = database.prepare(`INSERT INTO entries VALUES (?, 0, 'said', '', '', ?, NULL, NULL)`);
const forget = database.prepare("DELETE FROM entries");

/** A text has all of its own words, and is found by them. */
const words: Target = {
  name: "search words",
  // Each is a query to SQLite.
  share: 0.2,
  grammar: {
    examples: ["cafe C++", "At the Café: c++!", 'say "hi" AND NOT me', "日本語 テスト", "a* NEAR(b)", "🍎 pie"],
    tokens: [
      '"',
      "*",
      " ",
      "AND ",
      "NOT ",
      "(",
      ")",
      "C++",
      "é",
      "日",
      "한",
      "ไทย",
      "🍎",
      "\u0301",
      "a",
      "9",
      "^",
      "-",
      "\\",
      "[",
      "]",
      "--",
      "&&",
      ".",
    ],
    longest: LIMITS.textBytes,
  },
  check: (input) => {
    const text = cleanText(input);
    const wanted = wordsOf(input);
    assert(hasWords(wanted)(text), "it has not its own words");
    assert(!wanted.some((word) => /\s/u.test(word)));
    insert.run(base(1) + 1, text);
    const found: number[] = [];
    const room = { id: 1, name: "", head: 1, at: 0, topic: "", topicSeq: 0, floor: 0, indexed: 0 };
    for (const _ of search.search(room, input, 1, found));
    forget.run();
    if (room.indexed === 1) index.remove(base(1) + 1, text);
    assertEquals(found.length, Math.min(wanted.length, 1), "it is not found");
    assert(indexed(text).length <= 32 * (text.length + 1), "it grew");
  },
};

/** A network is read again as itself, and has its own first address. */
const networks: Target = {
  name: "networks",
  grammar: {
    examples: [
      "203.0.113.7",
      "10.0.0.0/8",
      "::ffff:1.2.3.4",
      "2001:db8::/48",
      "[::1]",
      "fe80::1%eth0",
      "1:2:3:4:5:6:7:8/128",
      "1:0:0:2:3:0:0:4/128",
      "0:0:1::/128",
    ],
    tokens: [...".:/%[]0123456789af", "::", "255", "ffff", "/0", "/33"],
    longest: LIMITS.frameBytes,
  },
  check: (input) => {
    const network = parseNetwork(input);
    // What is an IPv6 address, URLs have known for long.
    if (/^[0-9a-f:]+$/i.test(input)) assertEquals(network !== undefined, URL.canParse(`http://[${input}]/`));
    if (network === undefined) return;
    assert(contains(network, network) && /^[0-9a-f.:]+(\/\d{1,3})?$/.test(network.text), network.text);
    assert(network.size === 32 || asWritten(network.text.split("/")[0]), `${network.text} is not how it is written`);
    // An IPv6 address alone would stand for its network.
    assertEquals(parseNetwork(network.bits === 128 ? `${network.text}/128` : network.text), network);
  },
};

/** Whether an IPv6 address is written as RFC 5952 has it: as a URL writes it. */
function asWritten(address: string): boolean {
  return new URL(`http://[${address}]/`).hostname === `[${address}]`;
}

/** An act that is understood is written as it was read, and said in a sentence. */
const keptActs: Target = {
  name: "kept acts",
  grammar: {
    examples: [
      '{"v":1,"act":"claim","by":"a","nick":"a","installation":"i"}',
      '{"v":1,"act":"ban","by":"a","network":"203.0.113.0/24","ms":1000,"text":"spam"}',
      '{"v":1,"act":"readonly","by":"a","room":"lobby","on":true}',
      '{"v":1,"act":"slow","by":"a","room":"lobby","ms":0}',
    ],
    tokens: [
      ...'{}[]:,"',
      '"v"',
      '"act"',
      '"by"',
      '"ms"',
      '"ms":-1,',
      '"on"',
      "1",
      "2",
      "-1",
      "true",
      "null",
      '"__proto__"',
      '"unban"',
      '"target"',
    ],
    longest: LIMITS.textBytes,
  },
  check: (input) => {
    const act = decodeAct(input);
    if ("problem" in act) return assert(act.problem !== "");
    assertEquals(decodeAct(encodeAct(act)), act);
    assert((act.ms ?? 0) >= 0, `it holds for ${act.ms} ms`);
    assert(actSentence(act) !== "");
  },
};

export const TEXTS: readonly Target[] = [nicks, rooms, folded, clean, commands, words, networks, keptActs];
