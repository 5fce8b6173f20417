/// <reference lib="dom" />
/**
 * The page, at a server that asks for a password.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { accessible, browserTest, type Person } from "../browser.ts";
import { type Server, startServer } from "../harness.ts";
import { ScriptedSite } from "../scripted_site.ts";
import { TempFolder } from "../temp_folder.ts";

async function guarded(folder: TempFolder): Promise<Server> {
  await Deno.writeTextFile(`${folder.path}/password`, "open sesame\n", { mode: 0o600 });
  return await startServer("--password-file", `${folder.path}/password`);
}

/** Gives a name and then waits until a password is asked for. */
async function knock(person: Person, name: string): Promise<void> {
  await person.page.fill("#name", name);
  await person.page.press("#name", "Enter");
  await person.page.locator("#password").waitFor();
}

browserTest("the password is asked for, a wrong one is said to be wrong, the right one is in; a cut asks for nothing", async (chromium) => {
  using folder = new TempFolder();
  await using server = await guarded(folder);
  const ada = await chromium.person(server.port);
  assertEquals(await ada.page.locator("#password").isVisible(), false);
  await knock(ada, "Ada");
  assertEquals(await ada.page.evaluate(() => document.activeElement?.id), "password");
  assertEquals(await ada.page.locator("#password").getAttribute("type"), "password");
  assertEquals(await ada.page.locator("#plain").isVisible(), false, "nobody can read along on this machine");
  for (const colorScheme of ["light", "dark"] as const) {
    await ada.page.emulateMedia({ colorScheme });
    await accessible(ada, `asked, ${colorScheme}`);
  }
  await ada.page.fill("#password", "open barley");
  await ada.page.press("#password", "Enter");
  await ada.reads("#name-problem", /./);
  assertEquals(await ada.page.inputValue("#password"), "");
  await accessible(ada, "refused");

  await ada.page.fill("#password", "open sesame");
  await ada.page.locator("#enter:enabled").waitFor();
  await ada.page.press("#password", "Enter");
  await ada.reads("#my-nick", "Ada");
  assertEquals(await ada.page.locator("#text").evaluate((field) => field.scrollHeight > field.clientHeight), false, "a line fits");
  assertEquals(await ada.page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]).includes("sesame")), false);

  await ada.page.evaluate(() => dispatchEvent(new Event("offline")));
  await ada.say("still here");
  await ada.hears("still here");
  assertEquals(await ada.page.locator("#welcome").isVisible(), false);
  assertEquals(ada.complaints, []);
});

browserTest("the password goes with the name; after a wrong one the button counts down to the next attempt", async (chromium) => {
  await using site = new ScriptedSite();
  const ada = await chromium.person(site.port);
  await ada.page.fill("#name", "Ada");
  await ada.page.press("#name", "Enter");
  let peer = await site.peer();
  await peer.hear("hello");
  peer.say({ kind: "refused", code: "password_needed", text: "this server asks for a password", final: false });
  await ada.page.fill("#password", "open sesame");
  await ada.page.press("#password", "Enter");
  peer = await site.peer();
  assertEquals((await peer.hear("hello")).password, "open sesame");
  peer.say({ kind: "refused", code: "password_wrong", text: "that is wrong", final: false, retryMs: 2_000 });
  await ada.reads("#enter", "Try again in 2 s");
  assertEquals(await ada.page.locator("#enter").isDisabled(), true);
  await ada.reads("#enter", "Try again in 1 s");
  await ada.reads("#enter", "Join the chat");
  assertEquals(await ada.page.locator("#enter").isDisabled(), false);

  await ada.page.fill("#password", "open sesame");
  await ada.page.press("#password", "Enter");
  peer = await site.peer();
  await peer.hear("hello");
  peer.say({ kind: "refused", code: "name_taken", text: "Ada is taken", final: false });
  await ada.reads("#name-problem", "taken");
  assertEquals(await ada.page.locator("#password").isVisible(), false);
  await ada.page.fill("#name", "Ada2");
  await ada.page.press("#name", "Enter");
  peer = await site.peer();
  const { name, password } = await peer.hear("hello");
  assertEquals([name, password], ["Ada2", "open sesame"]);
});

browserTest("a link with an invite brings one in, and the code is in no address any more", async (chromium) => {
  await using site = new ScriptedSite();
  const ada = await chromium.person(site.port, {}, "#invite=ABCD-EFGH-JKMN-PQRS");
  assertEquals(await ada.page.evaluate(() => location.href), `http://127.0.0.1:${site.port}/`);
  await ada.page.fill("#name", "Ada");
  await ada.page.press("#name", "Enter");
  const first = await site.peer();
  assertEquals((await first.hear("hello")).password, undefined, "nobody has asked");
  first.say({ kind: "refused", code: "password_needed", text: "this server asks for a password", final: false });
  const second = await site.peer();
  assertEquals((await second.hear("hello")).password, "ABCD-EFGH-JKMN-PQRS");
  second.say({ kind: "refused", code: "password_wrong", text: "that is wrong", final: false });
  await ada.page.locator("#password").waitFor();
});

browserTest("a server that wants encryption is not left unexplained", async (chromium) => {
  await using site = new ScriptedSite();
  const ada = await chromium.person(site.port);
  await ada.page.fill("#name", "Ada");
  await ada.page.press("#name", "Enter");
  const peer = await site.peer();
  await peer.hear("hello");
  peer.part({ kind: "refused", code: "not_encrypted", text: "the password needs an encrypted connection", final: true });
  await ada.reads("#ended-title", "You cannot come in");
  assertMatch(await ada.page.locator("#ended-text").textContent() ?? "", /needs an encrypted connection/);
  await accessible(ada, "ended");
  assertEquals(ada.complaints, []);
});
