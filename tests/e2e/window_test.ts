/// <reference lib="dom" />
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { BrowserContextOptions } from "playwright-core";
import { accessible, browserTest, type Chromium, type Person } from "../browser.ts";
import { Link } from "../chaos/link.ts";
import { Peer, startServer } from "../harness.ts";
import { TempFolder } from "../temp_folder.ts";

/** The server's owner, at the window. */
async function owner(chromium: Chromium, port: number, options?: BrowserContextOptions): Promise<Person> {
  const person = await chromium.person(port, options);
  await person.page.goto(`http://127.0.0.1:${port}/console`);
  await person.reads("#lines", "listening on");
  return person;
}

/** What makes a request come from elsewhere, on one machine. */
const ELSEWHERE = { extraHTTPHeaders: { "X-Forwarded-For": "127.0.0.1" } };

browserTest("window: the log, the figures and who is in, as it happens", async (chromium) => {
  using data = new TempFolder();
  await using server = await startServer("--data", data.path, "--log-messages");
  const boss = await owner(chromium, server.port);
  using bob = await Peer.named(server.port, "bob");
  await boss.reads("#lines p", /bob joined #lobby from 127\.0\.0\.1:\d+/);
  await boss.reads("#people li", /bob #lobby.*127\.0\.0\.1:\d+ · text · for \d+ s · 0 messages/);
  await boss.reads("#people-count", "1");
  await bob.send("hello <b>there</b>\n");
  await boss.reads("#lines p", "#lobby bob: hello <b>there</b>");
  await boss.reads("#people li", "1 message");
  await boss.reads(".figure:first-child", "most 1");
  await boss.reads("#facts", /^chat\/\d.* · up for \d+ s · history \d.* KB$/);
  const line = await boss.page.locator(".figure .line").first().getAttribute("d");
  await boss.page.waitForFunction((line) => document.querySelector(".figure .line")?.getAttribute("d") !== line, line);
  assertMatch(line ?? "", /^M[\d.]+ \d+/);
  assertEquals(await boss.page.locator("#lines b").count(), 0);
  assertEquals(boss.complaints, []);
});

browserTest("window: a notice to everybody, an end to a connection", async (chromium) => {
  await using server = await startServer();
  const boss = await owner(chromium, server.port);
  using bob = await Peer.named(server.port, "bob");
  const ada = await (await chromium.person(server.port)).join("Ada");
  await boss.page.click("#show-notice");
  await boss.page.keyboard.type("Back at five");
  await boss.page.click("#send-notice");
  await boss.reads("#answer", "Everybody who is in was told");
  await bob.lines.match(/^\* The server announces: Back at five$/);
  await ada.reads("#log .announcement", "The server announces: Back at five");
  await boss.reads("#lines p", "The server announced something");
  await boss.page.click('[aria-label="Disconnect bob"]');
  await boss.reads("#parting[open]", "Disconnect bob?");
  await boss.page.keyboard.press("Escape");
  await boss.page.click('[aria-label="Disconnect bob"]');
  await boss.page.click("#part");
  await bob.lines.match(/^\* Your connection was ended at the server's window; you may come back\.$/);
  assertEquals(await bob.lines.rest(), []);
  await boss.reads("#lines p", "bob left after 0 messages: was put out");
  await ada.reads("#log", "bob was disconnected at the server's window");
  await boss.page.click('[aria-label="Disconnect Ada"]');
  await boss.page.click("#part");
  await boss.reads("#lines p", "Ada was disconnected at the server's window");
  await ada.reads("#ended-text", "Your connection was ended at the server's window");
  await accessible(ada, "disconnected");
  await boss.reads("#people li", "Nobody is in");
  await ada.page.click("#reload");
  await ada.reads("#my-nick", "Ada");
  await boss.reads("#people li", "Ada");
  assertEquals([...boss.complaints, ...ada.complaints], []);
});

browserTest("window: filter, pause and copy", async (chromium) => {
  await using server = await startServer("--log-messages");
  using bob = await Peer.named(server.port, "bob");
  const boss = await owner(chromium, server.port, { permissions: ["clipboard-read", "clipboard-write"] });
  const lines = () => boss.page.locator("#lines p span").allTextContents();
  await bob.send("one apple\n");
  await bob.send("one pear\n");
  await boss.reads("#lines p", "one pear");
  await boss.page.fill("#filter", "APPLE one");
  assertEquals(await lines(), ["#lobby bob: one apple"]);
  await bob.send("another apple, one more\n");
  await boss.reads("#lines p", "another");
  await boss.page.click("#copy");
  await boss.reads("#answer", "2 lines copied");
  const copied = await boss.page.evaluate(() => navigator.clipboard.readText());
  assertMatch(copied, /^\d\d:\d\d:\d\d {2}#lobby bob: one apple\n\d\d:\d\d:\d\d {2}#lobby bob: another apple, one more\n$/);
  await boss.page.fill("#filter", "");
  await boss.page.click("#pause");
  await bob.send("while nobody looks\n");
  await boss.reads("#pause", "Paused · 1 new");
  assert(!(await lines()).includes("#lobby bob: while nobody looks"));
  await boss.page.click("#pause");
  assertEquals((await lines()).at(-1), "#lobby bob: while nobody looks");
  assertEquals(boss.complaints, []);
});

browserTest("window: it comes back after a cut, and after a restart of the server, with each line once", async (chromium) => {
  const first = await startServer();
  const { port } = first;
  const boss = await owner(chromium, port);
  {
    using _bob = await Peer.named(port, "bob");
    await boss.reads("#lines p", "bob joined");
    first.program.kill("SIGKILL");
    await first.program.exit();
    await boss.reads("#state", "Not connected");
    assert(await boss.page.locator("#show-notice").isDisabled());
  }
  await using _second = await startServer("--port", String(port));
  using _carol = await Peer.named(port, "carol");
  await boss.reads("#lines p", "carol joined");
  await boss.page.waitForFunction(() => document.querySelector("#state")?.textContent === "");
  await boss.reads("#people li", "carol");
  const texts = await boss.page.locator("#lines p span").allTextContents();
  assertEquals(["bob joined", "carol joined", "listening on"].map((text) => texts.filter((line) => line.includes(text)).length), [1, 1, 2]);
  assertEquals(boss.complaints, []);
});

browserTest("window: a cut shows nothing twice", async (chromium) => {
  await using server = await startServer();
  await using link = new Link(server.port);
  const boss = await owner(chromium, link.port);
  link.cut("reset");
  using _bob = await Peer.named(server.port, "bob");
  await boss.reads("#lines p", "bob joined");
  assertEquals(await boss.page.locator("#lines p", { hasText: "listening on" }).count(), 1);
});

browserTest("window: from elsewhere it takes the key of the link, which goes from the address and outlives a reload", async (chromium) => {
  // A link to another address than a loopback one has the key.
  await using server = await startServer("--host", "0.0.0.0");
  const link = await server.program.stdout.match(/\/console#/);
  const key = link.slice(link.indexOf("#"));
  const page = `http://127.0.0.1:${server.port}/console`;
  const stranger = await chromium.person(server.port, ELSEWHERE);
  await stranger.page.goto(page);
  await stranger.reads("#locked", "Each key is good once");
  assertEquals(await stranger.page.locator("#console").isVisible(), false);
  await accessible(stranger, "the key");
  await stranger.page.fill("#key", "guess");
  await stranger.page.press("#key", "Enter");
  await stranger.reads("#key-problem", "That key is not good");
  await stranger.page.fill("#key", `${page}${key}`);
  await stranger.page.press("#key", "Enter");
  await stranger.reads("#lines", "listening on");
  await stranger.page.reload();
  await stranger.reads("#lines", "listening on");
  const late = await chromium.person(server.port, ELSEWHERE);
  await late.page.goto(`${page}${key}`);
  await late.reads("#key-problem", "That key is not good, or not any more");
  assertEquals(late.page.url(), page);
});

for (const colorScheme of ["light", "dark"] as const) {
  browserTest(
    `window: axe finds nothing wrong, ${colorScheme}; on a phone nothing is cut off; the keyboard alone will do`,
    async (chromium) => {
      await using server = await startServer();
      using bob = await Peer.named(server.port, "somebody-with-long-name");
      const boss = await owner(chromium, server.port, { colorScheme });
      await bob.send(`${"long".repeat(200)}\n`);
      await boss.reads("#people li", "1 message");
      await accessible(boss, "the window");
      await boss.page.click("#pause");
      await accessible(boss, "paused");
      await boss.page.focus("#show-notice");
      await boss.page.keyboard.press("Enter");
      await accessible(boss, "a notice");
      await boss.page.keyboard.press("Escape");
      await boss.page.focus("#people button");
      await boss.page.keyboard.press("Enter");
      await accessible(boss, "parting");
      await boss.page.keyboard.press("Escape");
      assertEquals(await boss.page.evaluate(() => document.activeElement?.textContent), "Disconnect");
      for (const viewport of [{ width: 550, height: 340 }, { width: 360, height: 640 }, { width: 320, height: 256 }]) {
        await boss.page.setViewportSize(viewport);
        await accessible(boss, `${viewport.width} wide`);
        assert(await boss.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${viewport.width} wide`);
      }
      assertEquals(boss.complaints, []);
    },
  );
}
