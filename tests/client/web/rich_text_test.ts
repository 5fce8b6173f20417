import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { mentionOf } from "../../../client/mentions.ts";
import { type Piece, pieces } from "../../../client/web/rich_text.ts";

function links(text: string): string[] {
  return pieces(text).flatMap((piece) => piece.kind === "link" ? [piece.text] : []);
}

Deno.test("pieces makes links of http and https only", () => {
  assertEquals(links("javascript:alert(1) data:text/html,x ftp://example.org file:///etc/passwd //example.org HTTP:evil"), []);
  assertEquals(links("http://example.org HTTPS://example.org/x"), ["http://example.org", "HTTPS://example.org/x"]);
});

Deno.test("pieces leaves to the sentence what is the sentence's", () => {
  assertEquals(links("See https://example.org/a."), ["https://example.org/a"]);
  assertEquals(links("(https://example.org/a), really"), ["https://example.org/a"]);
  assertEquals(links("https://en.wikipedia.org/wiki/Chat_(software)"), ["https://en.wikipedia.org/wiki/Chat_(software)"]);
  assertEquals(links("https://example.org/?"), ["https://example.org/"]);
  assertEquals(links("https:// nothing"), []);
});

Deno.test("pieces names the host where a link's text hides it", () => {
  const host = (text: string) => pieces(text).map((piece) => piece.kind === "link" ? piece.host : "no link")[0];
  assertEquals(host("https://example.org/x"), undefined);
  assertEquals(host("https://Example.org:443/x"), undefined);
  assertEquals(host("http://localhost:8000"), undefined);
  assertEquals(host("https://www.google.com@evil.example/login"), "evil.example");
  assertEquals(host("https://evil.example\\@www.google.com/"), "evil.example");
  assertEquals(host("https://www.google.com\\.evil.example/"), "www.google.com");
  assertEquals(host("https://gооgle.com/"), "xn--ggle-55da.com");
});

Deno.test("pieces sets code apart, in which nothing is a link or a mention", () => {
  assertEquals(pieces("run `curl http://bob.example` now", mentionOf("bob")), [
    { kind: "words", text: "run " },
    { kind: "code", text: "curl http://bob.example" },
    { kind: "words", text: " now" },
  ]);
  assertEquals(pieces("```\na\nb\n```"), [{ kind: "code", text: "a\nb" }]);
  assertEquals(pieces("```\na\nb\n```\nc"), [{ kind: "code", text: "a\nb" }, { kind: "words", text: "c" }]);
  assertEquals(pieces("```a```\nc"), [{ kind: "code", text: "a" }, { kind: "words", text: "\nc" }]);
  assertEquals(pieces("a ` b"), [{ kind: "words", text: "a ` b" }]);
});

Deno.test("pieces finds our name among the words", () => {
  assertEquals(pieces("hi @bob, bobby", mentionOf("bob")), [
    { kind: "words", text: "hi " },
    { kind: "mention", text: "@bob" },
    { kind: "words", text: ", bobby" },
  ]);
});

Deno.test("pieces loses nothing of a text without code, and links lead to the web only", () => {
  const word = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    fc.constantFrom(" ", ".", ")", "bob", "http://"),
  );
  fc.assert(fc.property(fc.array(word), (words) => {
    const text = words.join("").replaceAll("`", "");
    const found: Piece[] = pieces(text, mentionOf("bob"));
    assertEquals(found.map(({ text }) => text).join(""), text);
    for (const piece of found) if (piece.kind === "link") assertEquals(/^https?:$/.test(new URL(piece.href).protocol), true);
  }));
});
