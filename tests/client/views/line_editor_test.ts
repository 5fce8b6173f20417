import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { complete } from "../../../client/views/completion.ts";
import type { Key, KeyName } from "../../../client/views/keys.ts";
import { type Draft, LineEditor } from "../../../client/views/line_editor.ts";
import { cleanText } from "../../../shared/text.ts";
import { LineModel, split } from "./line_model.ts";

const CANDIDATES = {
  nicks: ["al", "Alba", "albert", "日本"],
  rooms: ["dev", "design"],
  commands: [{ name: "/join", completes: "room" as const }, { name: "/me" }],
  emoji: [["a", "🅰️"], ["apple", "🍎"], ["tada", "🎉"]] as const,
};
const completer = (text: string, cursor: number) => complete(text, cursor, CANDIDATES);

const PIECES = [
  "a",
  "B",
  "al",
  " ",
  ":",
  "#d",
  "日",
  "é",
  "e",
  "\u0301",
  "👨‍👩‍👧",
  "👨",
  "\u200d",
  "🇩",
  "🇪",
  "한",
  "ש",
  "क",
  "्",
  "ष",
  "\u0600",
  ".",
  "y",
  "n",
];
const KEYS: readonly KeyName[] = [
  "enter",
  "new line",
  "backspace",
  "delete",
  "left",
  "right",
  "word left",
  "word right",
  "up",
  "down",
  "home",
  "end",
  "kill to end",
  "kill to start",
  "kill word",
  "kill next word",
  "yank",
  "complete",
  "complete back",
  "search",
  "cancel",
];

// As the key reader gives it.
const aPaste = fc.array(fc.constantFrom(...PIECES, "\n", "\n", "two words"), { maxLength: 20 })
  .map((pieces) => cleanText(pieces.join(""), { newlines: true }));
const anyKey: fc.Arbitrary<Key> = fc.oneof(
  { arbitrary: fc.constantFrom(...PIECES).map((text): Key => ({ kind: "text", text })), weight: 10 },
  { arbitrary: fc.constantFrom(...KEYS).map((key): Key => ({ kind: "key", key })), weight: 10 },
  { arbitrary: aPaste.map((text): Key => ({ kind: "paste", text, cut: false })), weight: 1 },
);

type Pressed = string | { readonly key: KeyName };

function type(editor: LineEditor, ...keys: Pressed[]): void {
  for (const key of keys) editor.apply(typeof key === "string" ? { kind: "text", text: key } : { kind: "key", key: key.key });
}

function paste(editor: LineEditor, text: string, cut = false): void {
  editor.apply({ kind: "paste", text, cut });
}

function lines(count: number): string {
  return Array.from({ length: count }, (_, i) => `line ${i + 1}`).join("\n");
}

const [ENTER, NEW_LINE, UP, DOWN, LEFT, HOME, END] = (["enter", "new line", "up", "down", "left", "home", "end"] as const)
  .map((key) => ({ key }));
const [SEARCH, CANCEL, TAB, BACK, BACKSPACE] = (["search", "cancel", "complete", "complete back", "backspace"] as const)
  .map((key) => ({ key }));

Deno.test("LineEditor does what a simple model does, whatever is pressed", () => {
  fc.assert(
    fc.property(fc.array(anyKey, { minLength: 1, maxLength: 120, size: "max" }), (keys) => {
      const editor = new LineEditor({ complete: completer });
      const model = new LineModel(completer);
      for (const key of keys) {
        const asked = editor.apply(key);
        const sent = model.press(key);
        assertEquals(asked, sent === undefined ? undefined : { kind: "submit", text: sent });
        assertEquals([editor.text, editor.cursor], [model.text, model.cursor]);
        assertEquals(editor.question !== undefined, model.asks);
      }
    }),
    { numRuns: 400 },
  );
});

Deno.test("LineEditor never stands inside a grapheme", () => {
  fc.assert(fc.property(fc.array(anyKey, { maxLength: 60, size: "max" }), (keys) => {
    const editor = new LineEditor({ complete: completer });
    for (const key of keys) {
      editor.apply(key);
      const places = split(editor.text).reduce((ends, grapheme) => [...ends, ends.at(-1)! + grapheme.length], [0]);
      assert(places.includes(editor.cursor), `${JSON.stringify(editor.text)} at ${editor.cursor}`);
    }
  }));
});

Deno.test("LineEditor gives a line back as it was put aside, whatever was pressed before and meanwhile", () => {
  const keys = fc.array(anyKey, { maxLength: 60, size: "max" });
  fc.assert(fc.property(keys, keys, (before, meanwhile) => {
    const editor = new LineEditor({ complete: completer });
    for (const key of before) editor.apply(key);
    // A search ends as if it had not been.
    if (editor.question?.startsWith("search")) editor.apply({ kind: "key", key: "cancel" });
    const was = [editor.text, editor.cursor, editor.question];
    const draft = editor.take();
    assertEquals([editor.text, editor.cursor, editor.question], ["", 0, undefined]);
    for (const key of meanwhile) editor.apply(key);
    editor.restore(draft);
    assertEquals([editor.text, editor.cursor, editor.question], was);
  }));
});

Deno.test("LineEditor steps behind what a key has joined into one grapheme", () => {
  const editor = new LineEditor();
  type(editor, "🇩", "x", "🇪", LEFT, BACKSPACE);
  assertEquals([editor.text, editor.cursor], ["🇩🇪", 4]);
  type(editor, { key: "kill to start" }, "e", HOME, "a", "\u0301", BACKSPACE);
  assertEquals([editor.text, editor.cursor], ["e", 0]);
});

Deno.test("LineEditor submits the line and starts an empty one", () => {
  const editor = new LineEditor();
  type(editor, "hi", LEFT);
  assertEquals(editor.apply({ kind: "key", key: "enter" }), { kind: "submit", text: "hi" });
  assertEquals([editor.text, editor.cursor], ["", 0]);
});

Deno.test("LineEditor hands on what is not about the line, whatever it is in the middle of", () => {
  const editor = new LineEditor({ complete: completer });
  const ask = (): void => {
    assertEquals(editor.apply({ kind: "room", number: 3 }), { kind: "room", number: 3 });
    for (const key of ["interrupt", "redraw"] as const) assertEquals(editor.apply({ kind: "key", key }), { kind: key });
  };
  ask();
  type(editor, SEARCH);
  ask();
  assertEquals(editor.question, 'search ""');
  type(editor, CANCEL, "al", TAB);
  ask();
  assertEquals(editor.offer?.options.length, 3);
  paste(editor, lines(6));
  ask();
  assertStringIncludes(editor.question!, "Paste 6 lines");
});

Deno.test("LineEditor ends the input on an empty line only", () => {
  const editor = new LineEditor();
  assertEquals(editor.apply({ kind: "key", key: "end of input" }), { kind: "end of input" });
  type(editor, "ab", HOME);
  assertEquals(editor.apply({ kind: "key", key: "end of input" }), undefined);
  assertEquals(editor.text, "b");
});

Deno.test("LineEditor moves and kills by words, also where no space divides them", () => {
  const editor = new LineEditor();
  const at = (key: KeyName): string => {
    type(editor, { key });
    return `${editor.text.slice(0, editor.cursor)}|${editor.text.slice(editor.cursor)}`;
  };
  type(editor, "don't stop, 日本語は");
  assertEquals(at("word left"), "don't stop, 日本語|は");
  assertEquals(at("word left"), "don't stop, |日本語は");
  assertEquals(at("word left"), "don't |stop, 日本語は");
  assertEquals(at("word right"), "don't stop|, 日本語は");
  assertEquals(at("kill next word"), "don't stop|は");
  assertEquals(at("kill word"), "don't |は");
  assertEquals(at("kill word"), "|は");
  editor.take();
  editor.giveBack("a \u0600日", true);
  assertEquals(at("word left"), "a |\u0600日", "a word that begins inside a grapheme");
});

Deno.test("LineEditor yanks what was killed in a row as one", () => {
  const editor = new LineEditor();
  type(editor, "one two three four", { key: "kill word" }, { key: "kill word" }, { key: "yank" }, { key: "yank" });
  assertEquals(editor.text, "one two three fourthree four");
  type(editor, HOME, { key: "kill next word" }, { key: "kill to end" }, { key: "yank" });
  assertEquals(editor.text, "one two three fourthree four");
  type(editor, LEFT, { key: "kill to end" }, { key: "kill to start" }, "x", { key: "kill word" }, { key: "yank" });
  assertEquals(editor.text, "x", "a key between divides");
});

Deno.test("LineEditor moves between the rows of a text before it leafs, and keeps to the column", () => {
  const editor = new LineEditor();
  type(editor, "sent", ENTER, "日本語", NEW_LINE, "a", NEW_LINE, "abcdef", LEFT);
  assertEquals(editor.text, "日本語\na\nabcdef");
  type(editor, UP);
  assertEquals(editor.cursor, 5, "the end of a shorter row");
  type(editor, UP);
  assertEquals(editor.cursor, 2, "four columns of five: not inside a wide one");
  type(editor, DOWN, DOWN);
  assertEquals(editor.cursor, 11);
  type(editor, UP, UP, UP);
  assertEquals(editor.text, "sent");
  type(editor, DOWN);
  assertEquals(editor.text, "日本語\na\nabcdef");
});

Deno.test("LineEditor stays in its row with Home, End and kills, and joins rows at the edge", () => {
  const editor = new LineEditor();
  type(editor, "one", NEW_LINE, "two", HOME);
  assertEquals(editor.cursor, 4);
  type(editor, { key: "kill to end" });
  assertEquals(editor.text, "one\n");
  type(editor, { key: "kill to start" });
  assertEquals(editor.text, "one");
  type(editor, { key: "yank" }, HOME, UP, HOME, END);
  assertEquals([editor.text, editor.cursor], ["one\ntwo", 3]);
});

Deno.test("LineEditor leafs through what was said and back to the unsent line", () => {
  const editor = new LineEditor();
  type(editor, "one", ENTER, "two", ENTER, "two", ENTER, "unsent", UP);
  assertEquals(editor.text, "two");
  type(editor, UP, UP);
  assertEquals(editor.text, "one");
  type(editor, DOWN, DOWN, DOWN);
  assertEquals(editor.text, "unsent");
});

Deno.test("LineEditor keeps what was made of a line of the history, and the unsent line when another is sent", () => {
  const editor = new LineEditor();
  type(editor, "one", ENTER, "two", ENTER, "unsent", UP, "!", UP, DOWN);
  assertEquals(editor.text, "two!");
  assertEquals(editor.apply({ kind: "key", key: "enter" }), { kind: "submit", text: "two!" });
  assertEquals(editor.text, "unsent");
  type(editor, UP, UP);
  assertEquals(editor.text, "two", "sent as it was");
});

Deno.test("LineEditor gives back a line in place of an empty one, else as the newest of the history, wherever one is in it", () => {
  const editor = new LineEditor();
  type(editor, "one", ENTER);
  editor.giveBack("two\x1b", true);
  assertEquals([editor.text, editor.cursor], ["two", 3]);
  editor.giveBack("three", true);
  type(editor, UP, UP);
  editor.giveBack("four", true);
  assertEquals(editor.text, "one");
  type(editor, DOWN, DOWN);
  assertEquals(editor.text, "four");
  type(editor, DOWN, SEARCH, "o");
  editor.giveBack("once", true);
  assertEquals([editor.question, editor.text], ['search "o"', "four"]);
  type(editor, CANCEL);
  assertEquals(editor.text, "two");
  type(editor, SEARCH);
  editor.giveBack("last", true);
  assertEquals(editor.text, "two", "a search that has found nothing yet shows what is typed");
});

Deno.test("LineEditor remembers 200 lines", () => {
  const editor = new LineEditor();
  for (let i = 1; i <= 201; i++) type(editor, `${i}`, ENTER);
  type(editor, ...Array(300).fill(UP));
  assertEquals(editor.text, "2");
});

Deno.test("LineEditor searches the history backwards, and Enter takes the line without sending it", () => {
  const editor = new LineEditor();
  type(editor, "make tea", ENTER, "drink tea", ENTER, "drink tea", ENTER, "sleep", ENTER, "half", SEARCH);
  assertEquals([editor.question, editor.text, editor.cursor], ['search ""', "half", 4]);
  type(editor, "T", "e");
  assertEquals([editor.question, editor.text, editor.cursor], ['search "Te"', "drink tea", 9]);
  type(editor, SEARCH);
  assertEquals(editor.text, "make tea");
  type(editor, SEARCH);
  assertEquals([editor.question, editor.text], ['search "Te": nothing older found', "make tea"]);
  assertEquals(editor.apply({ kind: "key", key: "enter" }), undefined);
  assertEquals([editor.question, editor.text], [undefined, "make tea"]);
  type(editor, DOWN, DOWN, DOWN);
  assertEquals(editor.text, "half", "the unsent line is where it was");
});

Deno.test("LineEditor gives back exactly what was typed when a search is cancelled", () => {
  const editor = new LineEditor();
  type(editor, "found", ENTER, "half a line", LEFT, LEFT, SEARCH, "fou");
  assertEquals(editor.text, "found");
  type(editor, CANCEL);
  assertEquals([editor.text, editor.cursor, editor.question], ["half a line", 9, undefined]);
});

Deno.test("LineEditor ends a search with a key for the line found, and takes letters back", () => {
  const editor = new LineEditor();
  type(editor, "abc", ENTER, "abd", ENTER, SEARCH, "abc", BACKSPACE);
  assertEquals([editor.question, editor.text], ['search "ab"', "abd"], "from the newest again");
  type(editor, BACKSPACE, BACKSPACE, BACKSPACE);
  assertEquals([editor.question, editor.text], ['search ""', ""]);
  paste(editor, "bc\n");
  type(editor, LEFT, "!");
  assertEquals([editor.question, editor.text], [undefined, "ab!c"]);
});

Deno.test("LineEditor goes back to another line in a search, not to the same words said before", () => {
  const editor = new LineEditor();
  type(editor, "green tea", ENTER, "tea", ENTER, "sleep", ENTER, "tea", ENTER, SEARCH, "tea", SEARCH);
  assertEquals(editor.text, "green tea");
});

Deno.test("LineEditor pastes up to five lines as they are", () => {
  const editor = new LineEditor();
  type(editor, "ab", LEFT);
  paste(editor, `${lines(5)}\n`);
  assertEquals([editor.question, editor.text], [undefined, `a${lines(5)}\nb`]);
});

Deno.test("LineEditor asks before it pastes more, and takes Enter and y for yes, Esc and n for no", () => {
  for (const [answer, yes] of [[ENTER, true], ["y", true], ["Y", true], [CANCEL, false], ["n", false], ["N", false]] as const) {
    const editor = new LineEditor();
    type(editor, "ab", LEFT);
    paste(editor, lines(20));
    assertEquals([editor.question, editor.text], ["Paste 20 lines as one message? Enter or y pastes, Esc or n does not", "ab"]);
    type(editor, answer);
    assertEquals([editor.question, editor.text], [undefined, yes ? `a${lines(20)}b` : "ab"]);
  }
});

Deno.test("LineEditor holds a paste until it has an answer, and says so", () => {
  const editor = new LineEditor();
  paste(editor, lines(6));
  type(editor, "x", TAB, UP, { key: "end of input" });
  assertEquals(editor.question, "Answer first: paste 6 lines as one message? Enter or y pastes, Esc or n does not");
  paste(editor, "\nmore");
  assertStringIncludes(editor.question!, "7 lines");
  type(editor, "hey you");
  assertEquals(editor.text, `${lines(6)}\nmore you`, "letters that come together are pressed one by one");
});

Deno.test("LineEditor holds a paste and a search when a line is given back", () => {
  const editor = new LineEditor();
  paste(editor, lines(6));
  editor.giveBack("refused", true);
  type(editor, ENTER);
  assertEquals(editor.text, lines(6));
  editor.take();
  type(editor, SEARCH, "x");
  editor.giveBack("refused too", true);
  assertEquals([editor.question, editor.text], ['search "x": nothing older found', ""]);
  type(editor, CANCEL, UP);
  assertEquals(editor.text, "refused too");
  type(editor, UP);
  assertEquals(editor.text, "refused");
});

Deno.test("LineEditor asks before it pastes the beginning of a paste too long to keep", () => {
  const editor = new LineEditor();
  paste(editor, "x", true);
  assertEquals(editor.question, "Paste 1 line, cut after 65,536 characters, as one message? Enter or y pastes, Esc or n does not");
  type(editor, CANCEL);
  paste(editor, lines(6));
  paste(editor, "x", true);
  assertStringIncludes(editor.question!, "6 lines, cut after");
});

Deno.test("LineEditor completes with Tab: one way at once, several first by what they have in common", () => {
  const editor = new LineEditor({ complete: completer });
  type(editor, "#dev", TAB);
  assertEquals([editor.text, editor.offer], ["#dev ", undefined]);
  type(editor, "AL", TAB);
  assertEquals([editor.text, editor.offer?.chosen], ["#dev AL", undefined]);
  type(editor, TAB);
  assertEquals([editor.text, editor.offer?.chosen], ["#dev al ", 0]);
  type(editor, TAB, TAB, TAB);
  assertEquals(editor.text, "#dev al ");
  type(editor, BACK);
  assertEquals([editor.text, editor.offer?.chosen], ["#dev albert ", 2]);
  assertEquals(editor.offer?.options.map(({ label }) => label), ["al", "Alba", "albert"]);
  type(editor, "x");
  assertEquals([editor.text, editor.offer], ["#dev albert x", undefined]);
});

Deno.test("LineEditor gives back what Tab replaced when it is cancelled", () => {
  const editor = new LineEditor({ complete: completer });
  type(editor, "ALx", LEFT, TAB, BACK);
  assertEquals(editor.text, "albert: x");
  type(editor, CANCEL);
  assertEquals([editor.text, editor.cursor, editor.offer], ["ALx", 2, undefined]);
});

Deno.test("LineEditor without a completer leaves Tab alone", () => {
  const editor = new LineEditor();
  type(editor, "a", TAB, BACK);
  assertEquals(editor.text, "a");
});

Deno.test("LineEditor keeps a line for each room: text, cursor, place in the history and a paste that waits", () => {
  const editor = new LineEditor();
  const drafts: Draft[] = [];
  type(editor, "sent", ENTER, "unsent", UP, "!", LEFT);
  drafts.push(editor.take());
  type(editor, "other");
  paste(editor, lines(6));
  drafts.push(editor.take());
  editor.restore(drafts[0]);
  assertEquals([editor.text, editor.cursor, editor.question], ["sent!", 4, undefined]);
  type(editor, DOWN);
  assertEquals(editor.text, "unsent");
  editor.restore(drafts[1]);
  type(editor, "y");
  assertEquals(editor.text, `other${lines(6)}`);
});

Deno.test("LineEditor takes out of what is typed or pasted what must not be shown", () => {
  const editor = new LineEditor();
  type(editor, "a\u202eb\u2028c\u0085d");
  assertEquals(editor.text, "ab c d");
  paste(editor, "\x1b[31m1\r\n2\x07");
  assertEquals(editor.text, "ab c d1\n2");
  editor.take();
  editor.giveBack("x\x1b[2Jy\nz", true);
  assertEquals([editor.text, editor.cursor], ["xy\nz", 4]);
});

Deno.test("LineEditor takes a key in a text of 4 KB in far less than a millisecond", () => {
  const texts = ["hello world ".repeat(340), "日本語は難しい ".repeat(170), "👨‍👩‍👧".repeat(220)];
  const keys: readonly KeyName[] = ["left", "word left", "word right", "backspace", "kill word", "yank", "up"];
  for (const text of texts) {
    const editor = new LineEditor();
    editor.giveBack(text, true);
    const start = performance.now();
    for (let i = 0; i < 20; i++) for (const key of keys) type(editor, { key }, "x");
    const each = (performance.now() - start) / (20 * keys.length * 2);
    assert(each < 1, `${each} ms a key in ${text.slice(0, 10)}…`);
  }
});
