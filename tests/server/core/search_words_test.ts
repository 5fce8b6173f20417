import { assertEquals } from "@std/assert";
import { refuseSearch } from "../../../server/core/search_words.ts";

const words = (number: number) => Array.from({ length: number }, (_, i) => `w${i}`).join(" ");

Deno.test("refuseSearch takes 32 words, and not one more", () => {
  assertEquals(refuseSearch(words(32)), undefined);
  assertEquals(refuseSearch(` \t${words(32)}\u3000 `), undefined);
  assertEquals(refuseSearch(words(33)), { code: "too_many_words", text: "a search has at most 32 words, this one had 33" });
  assertEquals(refuseSearch("x\u3000".repeat(33))?.code, "too_many_words");
  assertEquals(refuseSearch(""), undefined);
});

Deno.test("refuseSearch takes 1,024 bytes, and not one more", () => {
  assertEquals(refuseSearch("é".repeat(512)), undefined);
  assertEquals(refuseSearch("é".repeat(512) + "a"), {
    code: "text_too_long",
    text: "a search has at most 1,024 bytes, this one had 1,025",
  });
});
