import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { asItLooks } from "../../shared/look_alikes.ts";

Deno.test("asItLooks gives one character of ASCII for each that it changes, and leaves the others alone", () => {
  for (let code = 0x80; code < 0x20000; code++) {
    if (code >= 0xd800 && code < 0xe000) continue;
    const one = String.fromCodePoint(code);
    const looks = asItLooks(one);
    assert(looks === one || /^[!-~]$/.test(looks), `${code.toString(16)} ${looks}`);
  }
});

Deno.test("asItLooks changes nothing twice, and ASCII not at all", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => assertEquals(asItLooks(asItLooks(text)), asItLooks(text))));
  fc.assert(fc.property(fc.string(), (text) => assertEquals(asItLooks(text), text)));
});
