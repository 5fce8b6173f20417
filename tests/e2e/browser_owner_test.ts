/// <reference lib="dom" />
/**
 * The page at a real server, from the owner's code to a ban; and encrypted, with a password and an invite.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { accessible, browserTest, type Person } from "../browser.ts";
import { Peer, Program, type Server, startServer } from "../harness.ts";
import { TempFolder } from "../temp_folder.ts";

/** Makes the person at a page the owner, by the code that the server has printed. */
async function claim(server: Server, person: Person): Promise<void> {
  const line = await server.program.stdout.match(/^Own this server: .* type \/claim /);
  await person.say(`/claim ${line.split(" ").at(-1)}`);
  await person.reads("#log", "You own this server now");
}

/** Does something about somebody, by the button beside the name. */
async function keepOrder({ page }: Person, nick: string, act: "kick" | "mute" | "unmute" | "ban", reason = "", ms = 0): Promise<void> {
  await page.locator("#people-list").getByLabel(`Keep order: ${nick}`).click();
  await page.selectOption("#order-act", act);
  if (act === "mute" || act === "ban") await page.selectOption("#order-duration", String(ms));
  if (reason !== "") await page.fill("#order-reason", reason);
  await page.locator("#order-confirm").click();
}

/** Says something, and is refused with a reason; the text comes back. */
async function isRefused(person: Person, text: string, why: string): Promise<void> {
  await person.say(text);
  await person.reads("#log .failed", why);
  assertEquals(await person.page.inputValue("#text"), text);
  await person.page.fill("#text", "");
}

browserTest("an owner claims the server, names an op, and both keep order; whoever is banned reads why", async (chromium) => {
  await using server = await startServer();
  const olga = await (await chromium.person(server.port)).join("Olga");
  const oskar = await (await chromium.person(server.port)).join("Oskar");
  const eve = await (await chromium.person(server.port)).join("Eve");
  const composerHeight = () => eve.page.evaluate(() => document.querySelector("#text")!.getBoundingClientRect().height);
  const fresh = await composerHeight();
  await claim(server, olga);
  await oskar.reads("#people-list", "Olga owner");
  await oskar.reads("#log", "Olga owns this server now");
  assertEquals(await oskar.page.locator("#people-list .order").count(), 0);

  await olga.say("/op Oskar");
  await eve.reads("#people-list", "Oskar op");
  await oskar.page.locator("#people-list").getByLabel("Keep order: Eve").waitFor();
  assertEquals(await oskar.page.locator("#people-list").getByLabel("Keep order: Olga").count(), 0);

  // A message of somebody else.
  await eve.say("a rude word");
  assertEquals(fresh, await composerHeight(), "it is as high before something was typed as afterwards");
  await oskar.hears("a rude word");
  await oskar.page.locator("#log .message", { hasText: "a rude word" }).locator(".delete").click();
  const buttons = oskar.page.locator("#deletion form button");
  const [top, bottom] = await Promise.all(
    (["top", "bottom"] as const).map((edge) =>
      buttons.evaluateAll((all, edge) => new Set(all.map((button) => button.getBoundingClientRect()[edge])).size, edge)
    ),
  );
  assertEquals([await buttons.count(), top, bottom], [2, 1, 1], "they stand on one line");
  await oskar.page.locator("#deletion .primary").click();
  for (const person of [olga, oskar, eve]) {
    await person.reads("#log .deleted", "deleted");
    assertEquals((await person.page.content()).includes("a rude word"), false);
  }

  await olga.say("/announce the key is under the mat");
  for (const person of [oskar, eve]) await person.reads("#log .announcement", "the key is under the mat");
  assertEquals(await eve.page.locator("#log .announcement .delete").count(), 0);
  await oskar.page.locator("#log .announcement .delete").click();
  await oskar.page.locator("#deletion .primary").click();
  for (const person of [olga, oskar, eve]) await person.page.locator("#log .announcement").waitFor({ state: "detached" });
  // A time among the reasons is not taken for one: the dialog stays, and says where to choose it.
  await keepOrder(oskar, "Eve", "mute", "10m calm down");
  const complaint = () => oskar.page.locator("#order-reason").evaluate((input) => (input as HTMLInputElement).validationMessage);
  assertEquals(await complaint(), "How long it holds is chosen above; start the reason with a letter");
  await oskar.page.selectOption("#order-act", "kick");
  assertEquals(await complaint(), "");
  await oskar.page.locator("#order .close").click();

  await keepOrder(oskar, "Eve", "mute", "calm down", 3_600_000);
  await eve.reads("#log", "Eve was muted by Oskar for 1 h: calm down");
  await isRefused(eve, "but", "you are muted");
  await keepOrder(oskar, "Eve", "unmute");
  await eve.reads("#log", "Eve was unmuted by Oskar");

  await olga.say("/readonly on");
  await eve.reads("#log", "Olga made #lobby read-only");
  await isRefused(eve, "hello?", "#lobby is read-only");
  await oskar.say("ops may talk");
  await eve.hears("ops may talk");
  await olga.say("/readonly off");
  await eve.reads("#log", "Olga let everybody talk in #lobby again");
  await olga.say("/slow 2s");
  await eve.reads("#log", "all but those who keep order talk once in 2 s");
  await eve.say("once");
  await olga.hears("once");
  await eve.say("twice");
  await eve.reads("#log", "Not sent yet: #lobby is slow");
  await olga.hears("twice");
  await olga.say("/slow off");
  await eve.reads("#log", "Olga ended the slow mode of #lobby");
  for (const [person, where] of [[olga, "an owner's page"], [eve, "a page with what was refused"]] as const) {
    await accessible(person, where);
  }

  await keepOrder(oskar, "Eve", "kick", "go for a walk");
  await eve.reads("#ended-title", "You were kicked out of the chat");
  await eve.reads("#ended-text", "go for a walk");
  await eve.page.locator("#reload").click();
  await eve.reads("#my-nick", "Eve");
  await olga.page.locator("#people-list").getByLabel("Keep order: Eve").waitFor();

  await keepOrder(olga, "Eve", "ban", "spam", 86_400_000);
  await eve.reads("#ended-title", "You are banned from this chat");
  await eve.reads("#ended-text", "spam");
  await accessible(eve, "banned");
  await eve.page.locator("#reload").click();
  await eve.reads("#ended-text", "banned");
  await oskar.reads("#log", "Eve was banned by Olga for 1 d: spam");
  await olga.reads("#log", "The ban holds for their client");
  await olga.reads("#log .note", "Eve was banned by Olga");
  assertEquals(await olga.page.locator("#log .note", { hasText: "Eve was banned by Olga" }).count(), 1);
  await olga.say("/unban Eve");
  await olga.reads("#log", "Eve was unbanned by Olga");
  await eve.page.reload();
  await olga.page.locator("#people-list").getByLabel("Keep order: Eve").waitFor();
  await olga.say("/audit");
  await olga.reads("#log", "Oskar was made an op by Olga");
  assertEquals([...olga.complaints, ...oskar.complaints, ...eve.complaints], []);
});

browserTest("whoever comes into a slow room reads that below what was said before", async (chromium) => {
  await using server = await startServer();
  const olga = await (await chromium.person(server.port)).join("Olga");
  await claim(server, olga);
  await olga.say("/slow 30s");
  await olga.reads("#log", "Olga made #lobby slow");
  using talker = await Peer.named(server.port, "talker");
  for (let i = 1; i <= 80; i++) await olga.say(`message ${i}`);
  await olga.hears("message 80");
  await talker.lines.match(/message 80/);
  const dave = await (await chromium.person(server.port)).join("Dave");
  await dave.reads("#log .note", "#lobby is slow: all but those who keep order talk once in 30 s");
  await dave.hears("message 80");
  await dave.page.waitForFunction(() => document.querySelector("#log")!.lastElementChild!.textContent!.startsWith("#lobby is slow"));
  const inSight = await dave.page.evaluate(() => {
    const [log, last] = [document.querySelector("#log")!, document.querySelector("#log")!.lastElementChild!];
    return last.getBoundingClientRect().bottom <= log.getBoundingClientRect().bottom + 1;
  });
  assertEquals(inSight, true);
  using nora = await Peer.named(server.port, "nora");
  await nora.lines.match(/^\* You are up to date/);
  await nora.lines.match(/^\* #lobby is slow: all but those who keep order talk once in 30 s$/);
});

browserTest("encrypted by the server's own certificate: a password, a link with an invite, and the owner's window", async (chromium) => {
  using folder = new TempFolder();
  await Deno.writeTextFile(`${folder.path}/password`, "open sesame\n", { mode: 0o600 });
  const data = `${folder.path}/data`;
  await using server = await startServer("--tls", "--data", data, "--password-file", `${folder.path}/password`);
  const encrypted = { ignoreHTTPSErrors: true };
  const ada = await chromium.person(server.port, encrypted);
  await ada.page.fill("#name", "Ada");
  await ada.page.press("#name", "Enter");
  await ada.page.fill("#password", "open sesame");
  await accessible(ada, "asked over TLS");
  await ada.page.press("#password", "Enter");
  await ada.reads("#my-nick", "Ada");

  const inviting = new Program("invite", "--data", data);
  const link = (await inviting.stdout.match(/#invite=/)).trim();
  assertEquals(await inviting.exit(), 0);
  assertEquals(link.slice(0, link.indexOf("#")), `https://127.0.0.1:${server.port}/`);
  const bob = await chromium.person(server.port, encrypted, link.slice(link.indexOf("#")));
  await bob.join("Bob");
  assertEquals(await bob.page.evaluate(() => location.href), `https://127.0.0.1:${server.port}/`);
  await bob.say("by invitation");
  await ada.hears("by invitation");

  const owner = await chromium.person(server.port, encrypted, "console");
  await owner.reads("#people", "Bob");
  await accessible(owner, "the owner's window");
  assertEquals([...ada.complaints, ...bob.complaints, ...owner.complaints], []);
});
