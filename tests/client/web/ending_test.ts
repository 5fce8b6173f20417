import { assertEquals } from "@std/assert";
import { showEnding } from "../../../client/web/ending.ts";
import { page } from "./fake_dom.ts";

Deno.test("showEnding stays, whatever closes it", () => {
  page.reset();
  showEnding("kicked", "go for a walk");
  const dialog = page.get("ended");
  dialog.close();
  assertEquals([dialog.open, page.get("ended-text").textContent], [true, "go for a walk."]);
});
