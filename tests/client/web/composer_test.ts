import { assertEquals } from "@std/assert";
import { Composer } from "../../../client/web/composer.ts";
import { page } from "./fake_dom.ts";

/** A composer, and what was written with it. */
function composer(room: string, drafts: Record<string, string> = {}): { readonly made: Composer; readonly written: string[] } {
  page.reset();
  const written: string[] = [];
  return { made: new Composer(room, { drafts, submit: (text) => void written.push(text), keep: () => {} }), written };
}

Deno.test("Composer begins with a room's draft and says which room it writes to", () => {
  const { made } = composer("dev", { dev: "half", lobby: "other" });
  const field = page.get("text");
  assertEquals([field.value, field.placeholder, field.getAttribute("aria-label")], ["half", "Message to #dev", "Message to #dev"]);
  made.open("lobby");
  assertEquals([field.value, field.placeholder], ["other", "Message to #lobby"]);
});

Deno.test("Composer.giveBack adds to what is being written, unless whole lines of it are the same", () => {
  const { made } = composer("dev", { dev: "no, nothing" });
  made.giveBack("no", "dev");
  assertEquals(page.get("text").value, "no, nothing\nno");
  made.giveBack("no", "dev");
  assertEquals(page.get("text").value, "no, nothing\nno");
});

Deno.test("Composer sends with Enter, and not with the one that ends a composition", () => {
  const { written } = composer("dev", { dev: "nihongo" });
  page.press("text", "Enter", { isComposing: true, keyCode: 229 });
  page.press("text", "Enter", { isComposing: false, keyCode: 229 });
  assertEquals(written, []);
  page.press("text", "Enter", { keyCode: 13 });
  assertEquals(written, ["nihongo"]);
});
