import { assertEquals } from "@std/assert";
import { PageMemory } from "../../../client/web/page_memory.ts";
import "./fake_dom.ts";

Deno.test("PageMemory.forget leaves nothing that would be said under the next person's name", () => {
  const memory = new PageMemory();
  memory.set({ name: "ada", drafts: { lobby: "half a sent" } });
  memory.said({ kind: "say", ref: "r1", room: "lobby", text: "not heard yet" });
  memory.stop();
  const again = new PageMemory();
  assertEquals([again.unsent.length, again.saved.drafts], [1, { lobby: "half a sent" }]);
  again.forget();
  const next = new PageMemory();
  assertEquals([next.unsent, next.saved.drafts, next.saved.left, next.saved.name], [[], {}, true, "ada"]);
  next.stop();
});
