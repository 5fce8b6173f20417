/**
 * What a terminal sends, and what is drawn of it.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { complete } from "../../../client/views/completion.ts";
import { type Key, KeyReader } from "../../../client/views/keys.ts";
import { layout } from "../../../client/views/layout.ts";
import { LineEditor } from "../../../client/views/line_editor.ts";
import { splitGraphemes, textWidth } from "../../../client/views/width.ts";
import { cleanText } from "../../../shared/text.ts";
import { bytesOf, cutAnywhere, movesCursor, type Target } from "../target.ts";

const KEYS = [
  ..."\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x10\x12\x15\x17\x19\x7f",
  ...["\x1b", "\x1b[", "\x1bO", "\x1b[A", "\x1b[B", "\x1b[D", "\x1b[3~", "\x1b[1;5C", "\x1b[Z", "\x1b[[", "\x1b1", "\x1bb", "\x1b\x7f"],
  ...["\x1b[200~", "\x1b[201~", "a", "word ", "#", "al", ":ta", "y", "日", "😀", "\u0301", "👨‍👩‍👧", "\u200d", "क्ष", ";", "~", "9"],
];
const EXAMPLES = [
  "hello\r",
  "\x1b[200~one\ntwo\x1b[201~\r",
  "abc\x1b[D\x1b[D\x7f\r",
  "\x12he\r",
  "al\t\t\r",
  "\x1b[1;3D\x17\x19",
  "日本\x08",
];

/** Keys are the same however the bytes are cut, pastes are clean and bounded, and after a while nothing is half read. */
const keys: Target = {
  name: "keys",
  grammar: { examples: EXAMPLES, tokens: KEYS, longest: 8_192 },
  check: (input, random) => {
    const bytes = bytesOf(input);
    const whole = all([bytes]);
    assertEquals(joined(all(cutAnywhere(bytes, random))), joined(whole));
    for (const key of whole) if (key.kind === "paste") assert(cleanText(key.text, { newlines: true }) === key.text, "a paste is not clean");
  },
};

function all(chunks: readonly Uint8Array[]): Key[] {
  const reader = new KeyReader();
  const keys = chunks.flatMap((chunk) => reader.push(chunk));
  keys.push(...reader.flush());
  assert(reader.waiting === undefined, "something is half read");
  return keys;
}

/** Texts that follow each other are one. */
function joined(keys: readonly Key[]): Key[] {
  const result: Key[] = [];
  for (const key of keys) {
    const last = result.at(-1);
    if (key.kind === "text" && last?.kind === "text") result[result.length - 1] = { kind: "text", text: last.text + key.text };
    else result.push(key);
  }
  return result;
}

const CANDIDATES = {
  nicks: ["al", "Alba", "日本"],
  rooms: ["dev", "design"],
  commands: [{ name: "/join", completes: "room" as const }, { name: "/me" }],
  emoji: [["a", "🅰️"], ["tada", "🎉"]] as const,
};

/** What was inserted was clean (an edit may still put too many marks together), and the cursor stands between graphemes, whatever was pressed. */
const editor: Target = {
  name: "line editor",
  // Each is many key presses.
  share: 0.25,
  grammar: { examples: EXAMPLES, tokens: KEYS, longest: 512 },
  check: (input) => {
    const editor = new LineEditor({ complete: (text, cursor) => complete(text, cursor, CANDIDATES) });
    for (const key of all([bytesOf(input)])) {
      const asked = editor.apply(key);
      assert(editor.cursor >= 0 && editor.cursor <= editor.text.length, "the cursor is outside");
      if (asked?.kind === "submit") assert(!movesCursor(asked.text), `submits ${JSON.stringify(asked.text)}`);
    }
    const { text, cursor } = editor;
    assert(!movesCursor(text), `not clean: ${JSON.stringify(text)}`);
    let at = 0;
    for (const grapheme of splitGraphemes(text)) if (at < cursor) at += grapheme.length;
    assert(at === cursor, `the cursor is inside a grapheme, at ${cursor} of ${JSON.stringify(text)}`);
  },
};

/** No row is wider than the terminal, the cursor is on the screen, and in a wide one the rows are the text. */
const rows: Target = {
  name: "layout",
  grammar: {
    examples: ["hello", "日本語テスト", "one\ntwo\n", "👨‍👩‍👧🇩🇪", "e\u0301"],
    tokens: ["a", " ", "\n", "日", "é", "\u0301", "👨‍👩‍👧", "🇩", "한", "\u200b", "word ", "\ufe0f", "क्ष"],
    longest: 4_096,
  },
  check: (input, random) => {
    const text = cleanText(input, { newlines: true });
    const graphemes = splitGraphemes(text);
    const cursor = graphemes.slice(0, random.between(0, graphemes.length)).join("").length;
    const columns = random.pick([1, 2, 3, 10, 80, 100_000]);
    const maxRows = random.pick([1, 3, 100_000]);
    const prompt = random.pick(["", "> ", "#日本> "]);
    const { rows, row, column } = layout({ prompt, text, cursor, columns, maxRows });
    assert(rows.length >= 1 && rows.length <= Math.max(1, maxRows));
    assert(row >= 0 && row < rows.length && column >= 0 && column < Math.max(1, columns), `the cursor is at ${row}, ${column}`);
    for (const line of rows) assert(textWidth(line) <= Math.max(1, columns - 1), `${textWidth(line)} columns of ${columns}`);
    if (columns === 100_000 && maxRows === 100_000) assertEquals(rows.join("\n"), prompt + text);
  },
};

export const TERMINAL: readonly Target[] = [keys, editor, rows];
