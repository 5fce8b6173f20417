import { assertEquals } from "@std/assert";
import { OwnerDialogs } from "../../../client/web/console/owner_dialogs.ts";
import type { ConsoleRequest, Person } from "../../../shared/console.ts";
import { page } from "./fake_dom.ts";

/** An owner's dialogs, and what they ask of a server that is there. */
function dialogs(connected = true): { readonly made: OwnerDialogs; readonly asked: ConsoleRequest[] } {
  page.reset();
  const asked: ConsoleRequest[] = [];
  return { made: new OwnerDialogs((request) => connected && asked.push(request) > 0), asked };
}

function announce(text: string): void {
  page.get("show-notice").click();
  page.get("notice-text").value = text;
  page.submit("notice-form");
}

Deno.test("OwnerDialogs keeps an announcement until it is made", () => {
  const { made, asked } = dialogs();
  announce(" tea ");
  assertEquals([asked, page.get("notice").open, page.get("notice-text").value], [[{ kind: "notice", text: "tea" }], false, " tea "]);
  made.answered(false);
  assertEquals(page.get("notice-text").value, " tea ");
  made.part({ id: "s1", nick: "bob" } as Person);
  page.get("part").click();
  made.lost();
  announce("tea");
  made.answered(true);
  assertEquals([asked.length, page.get("notice-text").value], [3, ""]);
});

Deno.test("OwnerDialogs keeps an announcement where there is no connection, and where the answer is to something else", () => {
  dialogs(false);
  announce("tea");
  assertEquals(page.get("notice-text").value, "tea");
  const { made } = dialogs();
  made.part({ id: "s1", nick: "bob" } as Person);
  page.get("part").click();
  announce("tea");
  made.answered(true);
  assertEquals(page.get("notice-text").value, "tea");
  page.get("notice-text").value = "tea and cake";
  made.answered(true);
  assertEquals(page.get("notice-text").value, "tea and cake");
});

Deno.test("OwnerDialogs says in bytes that an announcement is too long, and keeps it", () => {
  const { asked } = dialogs();
  announce("é".repeat(2_049));
  assertEquals([asked, page.get("notice").open, page.get("notice-text").value.length], [[], true, 2_049]);
  assertEquals(page.get("notice-problem").textContent, "That is 4,098 bytes long, and 4,096 is the most.");
  announce("é".repeat(2_048));
  assertEquals([asked.length, page.get("notice-problem").textContent], [1, ""]);
});
