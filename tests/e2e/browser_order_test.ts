/// <reference lib="dom" />
/**
 * The page, where order is kept.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { Member } from "../../shared/protocol.ts";
import { accessible, browserTest, type Chromium, type Person } from "../browser.ts";
import { type PagePeer, ScriptedSite } from "../scripted_site.ts";

const EVE: Member = { nick: "Eve", from: "s2" };
const OTHERS: readonly Member[] = [EVE, { nick: "Olga", from: "s3", role: "owner" }, { nick: "Oskar", from: "s4", role: "op" }];

/** Ada at the page, and the server's end of her connection. */
async function ada(chromium: Chromium, site: ScriptedSite, role?: "owner" | "op"): Promise<[Person, PagePeer]> {
  const person = await chromium.person(site.port);
  await person.page.fill("#name", "Ada");
  await person.page.press("#name", "Enter");
  const peer = await site.peer();
  await peer.welcome(OTHERS, role);
  await person.reads("#my-nick", "Ada");
  return [person, peer];
}

/** Whom Ada may do something about. */
async function offered({ page }: Person): Promise<(string | null)[]> {
  return await page.locator("#people-list .order").evaluateAll((buttons) => buttons.map((button) => button.getAttribute("aria-label")));
}

browserTest("who keeps order is marked in words, as it is and as it changes; the others are offered nothing", async (chromium) => {
  await using site = new ScriptedSite();
  const [person, peer] = await ada(chromium, site);
  const people = () => person.page.locator("#people-list .person").allTextContents();
  assertEquals(await people(), ["Ada (you)", "Eve", "Olga owner", "Oskar op"]);
  assertEquals(await offered(person), []);
  await person.say("/help");
  await person.reads("#commands dt", "/join");
  assertEquals(await person.page.locator("#commands dt", { hasText: "/kick" }).count(), 0);
  await person.page.locator("#help .close").click();
  peer.say({ kind: "role", room: "lobby", by: "Eve", from: "s2", role: "op", total: 4 });
  await person.reads("#people-list", "Eve op");
  peer.say({ kind: "role", room: "lobby", by: "Eve", from: "s2", total: 4 });
  await person.page.waitForFunction(() => !document.querySelector("#people-list")!.textContent!.includes("Eve op"));
  const said = (seq: number, by: string, from: string) =>
    ({ kind: "entry", room: "lobby", seq, prev: seq - 1, at: 1, type: "said", by, from, text: `hi ${seq}` }) as const;
  peer.say(said(1, "Eve", "s2"), said(2, "Olga", "s3"), said(3, "Olga", "s3"));
  await person.hears("hi 3");
  const marks = async (number: number) => {
    await person.page.waitForFunction((number) => document.querySelectorAll("#log .role").length === number, number);
    return await person.page.locator("#log .by:has(.role) .nick").allTextContents();
  };
  assertEquals(await marks(1), ["Olga"], "once for what she says in one go");
  peer.say({ kind: "role", room: "lobby", by: "Eve", from: "s2", role: "op", total: 4 });
  assertEquals(await marks(2), ["Eve", "Olga"]);
  await accessible(person, "marks");

  // The server is started again: Olga is the owner still, under another id; another Eve is nobody.
  peer.part({ kind: "bye", reason: "restart", text: "the server is stopping", retryMs: 0 });
  const again = await site.peer();
  await again.hear("resume");
  again.say({ kind: "refused", code: "resume_unknown", text: "the server does not know this session any more", final: false });
  await again.welcome([{ nick: "Eve", from: "s8" }, { nick: "Olga", from: "s9", role: "owner" }]);
  assertEquals(await marks(1), ["Olga"]);
  assertEquals(person.complaints, []);
});

browserTest("an op acts on those without a role, an owner on ops too; what, how long and why is said in one dialog", async (chromium) => {
  await using site = new ScriptedSite();
  const [person, peer] = await ada(chromium, site, "op");
  assertEquals(await offered(person), ["Keep order: Eve"]);
  await person.say("/help");
  await person.reads("#commands dt", "/kick NAME [WHY]");
  await person.page.locator("#help .close").click();
  peer.say({ kind: "role", room: "lobby", by: "Ada", from: "s1", role: "owner", total: 4 });
  await person.page.getByLabel("Keep order: Oskar").waitFor();
  assertEquals(await offered(person), ["Keep order: Eve", "Keep order: Oskar"]);

  const { page } = person;
  await page.getByLabel("Keep order: Eve").click();
  assertEquals(await page.locator("#order-duration").isVisible(), false, "a kick is over at once");
  assertEquals(await page.locator("#order-confirm").textContent(), "Kick Eve");
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await accessible(person, `keeping order, ${colorScheme}`);
  }
  await page.locator("#order-confirm").click();
  const { ref: _, ...kick } = await peer.hear("moderate");
  assertEquals(kick, { kind: "moderate", act: "kick", target: "Eve" });

  await page.getByLabel("Keep order: Oskar").click();
  await page.selectOption("#order-act", "ban");
  await page.selectOption("#order-duration", "86400000");
  await page.fill("#order-reason", "spam");
  assertEquals(await page.locator("#order-confirm").textContent(), "Ban Oskar");
  await page.locator("#order-confirm").click();
  const { ref, ...ban } = await peer.hear("moderate");
  assertEquals(ban, { kind: "moderate", act: "ban", target: "Oskar", ms: 86_400_000, text: "spam" });
  // The room tells the rest.
  peer.say({ kind: "done", ref: ref!, text: "Oskar was banned by Ada for 1 d: spam (their client)" });
  await person.reads("#log", "The ban holds for their client");
  assertEquals(await page.locator("#log", { hasText: "Oskar was banned" }).count(), 0);
  assertEquals(person.complaints, []);
});

browserTest("the way back is in the same dialog: an unmute, and for the owner an op made and unmade", async (chromium) => {
  await using site = new ScriptedSite();
  const [person, peer] = await ada(chromium, site, "op");
  const { page } = person;
  const choices = async (nick: string) => {
    await page.locator("#people-list").getByLabel(`Keep order: ${nick}`).click();
    return await page.locator("#order-act option").allTextContents();
  };
  const does = async (act: string, button: string) => {
    await page.selectOption("#order-act", act);
    await person.reads("#order-confirm", button);
    await page.locator("#order-confirm").click();
    const { ref: _, ...frame } = await peer.hear("moderate");
    return frame;
  };
  assertEquals(await choices("Eve"), ["Kick", "Mute", "Unmute", "Ban"]);
  await page.selectOption("#order-act", "mute");
  await page.fill("#order-reason", "calm down");
  await page.selectOption("#order-act", "unmute");
  assertEquals([await page.locator("#order-for").isVisible(), await page.locator("#order-why").isVisible()], [false, false]);
  await accessible(person, "an unmute");
  assertEquals(await does("unmute", "Unmute Eve"), { kind: "moderate", act: "unmute", target: "Eve" });

  peer.say({ kind: "role", room: "lobby", by: "Ada", from: "s1", role: "owner", total: 4 });
  await page.locator("#people-list").getByLabel("Keep order: Oskar").waitFor();
  assertEquals(await choices("Eve"), ["Kick", "Mute", "Unmute", "Ban", "Make op"]);
  assertEquals(await does("op", "Make Eve an op"), { kind: "moderate", act: "op", target: "Eve" });
  assertEquals(await choices("Oskar"), ["Kick", "Mute", "Unmute", "Ban", "Take op away"]);
  assertEquals(await does("deop", "Take op away from Oskar"), { kind: "moderate", act: "deop", target: "Oskar" });
  assertEquals(person.complaints, []);
});

for (const [reason, title] of [["kicked", "You were kicked out of the chat"], ["banned", "You are banned from this chat"]] as const) {
  browserTest(`whoever was ${reason} is told so, and the page does not come back by itself`, async (chromium) => {
    await using site = new ScriptedSite();
    const [person, peer] = await ada(chromium, site);
    await person.page.fill("#text", "half a sentence");
    peer.part({ kind: "bye", reason, text: "You were put out by Olga: spam; you may come back" });
    await person.reads("#ended-title", title);
    assertEquals(await person.page.locator("#ended-text").textContent(), "You were put out by Olga: spam; you may come back.");
    const advice = await person.page.locator("#ended-advice").textContent();
    assertEquals(advice, reason === "kicked" ? "" : "If you think that this is a mistake, ask whoever runs the server.");
    await accessible(person, reason);
    assertEquals(site.waiting, 0);
    await person.page.keyboard.press("Escape");
    assertEquals(await person.page.locator("#ended").isVisible(), true);
    await person.page.locator("#reload").click();
    const again = await site.peer();
    assertEquals((await again.hear("resume")).token, "t");
    again.part({ kind: "refused", code: "banned", text: "You are banned for 1 d: spam", final: true });
    await person.reads("#ended-text", "You are banned for 1 d: spam.");
    assertEquals(person.complaints, []);
  });
}

browserTest("what the rules refuse is given back with the reason", async (chromium) => {
  await using site = new ScriptedSite();
  const [person, peer] = await ada(chromium, site);
  for (const [code, text] of [["muted", "you are muted for 10 min"], ["read_only", "#lobby is read-only"]] as const) {
    await person.say(`hello, ${code}`);
    const { ref } = await peer.hear("say");
    peer.say({ kind: "refused", ref: ref!, code, text, final: true });
    await person.reads("#log .failed", text);
    assertEquals(await person.page.inputValue("#text"), `hello, ${code}`);
    await person.page.fill("#text", "");
  }
});
