import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Key, KeyName } from "../../../client/views/keys.ts";
import { LineEditor } from "../../../client/views/line_editor.ts";

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
const PIECES = ["a", "B", " ", "日", "é", "e", "\u0301", "👨‍👩‍👧", "👨", "\u200d", "🇩", "🇪", "한", "ש", "क", "्", "ष"];
const KEYS: KeyName[] = [
  "backspace",
  "delete",
  "left",
  "right",
  "home",
  "end",
  "kill to end",
  "kill to start",
  "kill word",
  "yank",
  "up",
  "down",
  "enter",
];

const anyKey: fc.Arbitrary<Key> = fc.oneof(
  fc.constantFrom(...PIECES).map((text): Key => ({ kind: "text", text })),
  fc.constantFrom(...KEYS).map((key): Key => ({ kind: "key", key })),
);

function split(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

function type(editor: LineEditor, ...keys: (string | { key: KeyName })[]): void {
  for (const key of keys) editor.apply(typeof key === "string" ? { kind: "text", text: key } : { kind: "key", key: key.key });
}

/** The simplest editor there is: what stands left of the cursor, and what right of it. */
class Model {
  left = "";
  right = "";
  #killed = "";

  press(key: Key): void {
    const [left, right] = [split(this.left), split(this.right)];
    if (key.kind === "text") this.#settle(this.left + key.text, this.right);
    else if (key.key === "backspace") this.#settle(left.slice(0, -1).join(""), this.right);
    else if (key.key === "delete") this.#settle(this.left, right.slice(1).join(""));
    else if (key.key === "left") this.#settle(left.slice(0, -1).join(""), (left.at(-1) ?? "") + this.right);
    else if (key.key === "right") this.#settle(this.left + (right[0] ?? ""), right.slice(1).join(""));
    else if (key.key === "home") this.#settle("", this.left + this.right);
    else if (key.key === "end") this.#settle(this.left + this.right, "");
    else if (key.key === "kill to end") this.#kill(this.left, this.right, "");
    else if (key.key === "kill to start") this.#kill("", this.left, this.right);
    else if (key.key === "kill word") {
      const kept = this.left.trimEnd().split(/(?<=\s)/).slice(0, -1).join("");
      this.#kill(kept, this.left.slice(kept.length), this.right);
    } else if (key.key === "yank") this.#settle(this.left + this.#killed, this.right);
  }

  #kill(left: string, killed: string, right: string): void {
    if (killed === "") return;
    this.#killed = killed;
    this.#settle(left, right);
  }

  /** Where both sides join into one grapheme, the cursor stands after it. */
  #settle(left: string, right: string): void {
    let end = 0;
    for (const grapheme of split(left + right)) if (end < left.length) end += grapheme.length;
    [this.left, this.right] = [(left + right).slice(0, end), (left + right).slice(end)];
  }
}

Deno.test("LineEditor does what a simple model does, whatever is pressed", () => {
  const keys = fc.array(anyKey.filter((key) => key.kind === "text" || !["up", "down", "enter"].includes(key.key)), { maxLength: 60 });
  fc.assert(
    fc.property(keys, (keys) => {
      const editor = new LineEditor();
      const model = new Model();
      for (const key of keys) {
        editor.apply(key);
        model.press(key);
        assertEquals(editor.text, model.left + model.right);
        assertEquals(editor.cursor, model.left.length);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("LineEditor never stands inside a grapheme", () => {
  fc.assert(fc.property(fc.array(anyKey, { maxLength: 60 }), (keys) => {
    const editor = new LineEditor();
    for (const key of keys) {
      editor.apply(key);
      const places = split(editor.text).reduce((ends, grapheme) => [...ends, ends.at(-1)! + grapheme.length], [0]);
      assert(places.includes(editor.cursor), `${JSON.stringify(editor.text)} at ${editor.cursor}`);
    }
  }));
});

Deno.test("LineEditor steps behind what a key has joined into one grapheme", () => {
  const editor = new LineEditor();
  type(editor, "🇩", "x", "🇪", { key: "left" }, { key: "backspace" });
  assertEquals([editor.text, editor.cursor], ["🇩🇪", 4]);
  type(editor, { key: "kill to start" }, "e", { key: "home" }, "a", "\u0301", { key: "backspace" });
  assertEquals([editor.text, editor.cursor], ["e", 0]);
});

Deno.test("LineEditor submits the line and starts an empty one", () => {
  const editor = new LineEditor();
  type(editor, "hi", { key: "left" });
  assertEquals(editor.apply({ kind: "key", key: "enter" }), { kind: "submit", text: "hi" });
  assertEquals([editor.text, editor.cursor], ["", 0]);
});

Deno.test("LineEditor leafs through what was said and back to the unsent line", () => {
  const editor = new LineEditor();
  type(editor, "one", { key: "enter" }, "two", { key: "enter" }, "two", { key: "enter" }, "unsent", { key: "up" });
  assertEquals(editor.text, "two");
  type(editor, { key: "up" }, { key: "up" });
  assertEquals(editor.text, "one");
  type(editor, { key: "down" }, { key: "down" }, { key: "down" });
  assertEquals(editor.text, "unsent");
});

Deno.test("LineEditor ends the input on an empty line only", () => {
  const editor = new LineEditor();
  assertEquals(editor.apply({ kind: "key", key: "end of input" }), { kind: "end of input" });
  type(editor, "ab", { key: "home" });
  assertEquals(editor.apply({ kind: "key", key: "end of input" }), undefined);
  assertEquals(editor.text, "b");
});

Deno.test("LineEditor takes out of a paste what must not be shown", () => {
  const editor = new LineEditor();
  type(editor, "a\u202eb\u2028c\u0085d");
  assertEquals(editor.text, "ab c d");
});
