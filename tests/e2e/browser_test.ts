/// <reference lib="dom" />
import { assert, assertEquals, assertLess } from "@std/assert";
import { accessible, browserTest } from "../browser.ts";
import { Link } from "../chaos/link.ts";
import { Peer, Program, startServer } from "../harness.ts";
import { TempFolder } from "../temp_folder.ts";

const PHONE = { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true } as const;

browserTest("two browsers, a terminal client and netcat talk in one room", async (chromium) => {
  await using server = await startServer();
  const ada = await (await chromium.person(server.port)).join("Ada");
  const bob = await (await chromium.person(server.port)).join("Bob");
  const pipe = new Program("client", `127.0.0.1:${server.port}`, "--name", "pipe");
  await ada.reads("#people-list", "pipe");
  using nc = await Peer.named(server.port, "nc");
  await ada.reads("#people-list", "nc");

  await ada.say("from Ada");
  await bob.hears("from Ada");
  await bob.say("from Bob");
  await ada.hears("from Bob");
  await pipe.type("from the pipe\n");
  await ada.hears("from the pipe");
  await nc.send("from netcat\n");
  await ada.hears("from netcat");
  await bob.hears("from netcat");

  const said = ["from Ada", "from Bob", "from the pipe", "from netcat"];
  assertEquals(await ada.texts(), said);
  assertEquals(await bob.texts(), said);
  await nc.lines.match(/^Bob: from Bob$/);
  await pipe.stdout.match(/^nc: from netcat$/);
  await pipe.endInput();
  await pipe.exit();
  // One frame a message.
  assertEquals(ada.sent.map((text) => JSON.parse(text).kind).filter((kind) => kind !== "history"), ["hello", "say"]);
  assertEquals([...ada.complaints, ...bob.complaints], []);
});

browserTest("a name that is taken is said to be, and another one comes in", async (chromium) => {
  await using server = await startServer();
  using _nc = await Peer.named(server.port, "Ada");
  const ada = await chromium.person(server.port);
  await ada.page.fill("#name", "Ada");
  await ada.page.press("#name", "Enter");
  await ada.reads("#name-problem", "taken");
  await ada.page.fill("#name", "*ada");
  await ada.page.press("#name", "Enter");
  await ada.reads("#name-problem", 'A name cannot start with "*"');
  await ada.join("Ada2");
  assertEquals(await ada.page.locator("#welcome").isVisible(), false);
});

browserTest("a reload goes on where it was: name, room, draft, and every message once", async (chromium) => {
  await using server = await startServer();
  using nc = await Peer.named(server.port, "nc");
  const ada = await (await chromium.person(server.port)).join("Ada");
  await ada.say("before");
  await ada.hears("before");
  await ada.page.fill("#text", "half a sent");
  await ada.page.goto("about:blank");
  await nc.sayAndKeep("meanwhile", "nc: meanwhile");
  await ada.page.goBack();
  await ada.hears("meanwhile");
  await ada.hears("before");
  assertEquals(await ada.texts(), ["before", "meanwhile"]);
  assertEquals(await ada.page.inputValue("#text"), "half a sent");
  assertEquals(await ada.page.textContent("#my-nick"), "Ada");
  assertEquals(await ada.page.locator(".rule.new").count(), 1);
  await ada.enter("dev");
  await ada.page.reload();
  await ada.reads("#room-name", "#dev");
  await ada.reads("#room-list", "#lobby");
});

browserTest("offline and back: what was said on either side comes, in order, once", async (chromium) => {
  await using server = await startServer();
  await using link = new Link(server.port);
  using nc = await Peer.named(server.port, "nc");
  const ada = await (await chromium.person(link.port)).join("Ada");
  await ada.say("one");
  await ada.hears("one");
  await ada.page.context().setOffline(true);
  link.cut("reset");
  await ada.reads("#state", "this device is offline");
  await ada.say("two");
  await ada.reads(".pending", "two");
  await ada.reads("#state", "1 message waits");
  await nc.sayAndKeep("from netcat", "nc: from netcat");
  await ada.page.context().setOffline(false);
  await ada.hears("two");
  assertEquals(await ada.texts(), ["one", "from netcat", "two"]);
  assertEquals(await ada.page.locator(".pending").count(), 0);
  assertEquals(await ada.page.textContent("#state"), "");
});

browserTest("a message that waits is sent after a reload", async (chromium) => {
  await using server = await startServer();
  await using link = new Link(server.port);
  const ada = await (await chromium.person(link.port)).join("Ada");
  await ada.page.context().setOffline(true);
  link.cut("reset");
  await ada.reads("#state", "this device is offline");
  await ada.say("kept");
  await ada.reads(".pending", "kept");
  await ada.page.context().setOffline(false);
  await ada.page.reload();
  await ada.hears("kept");
  assertEquals(await ada.texts(), ["kept"]);
});

browserTest("kill -9 and a restart of the server under a conversation", async (chromium) => {
  using data = new TempFolder();
  const first = await startServer("--data", data.path);
  const { port } = first;
  const ada = await (await chromium.person(port)).join("Ada");
  const bob = await (await chromium.person(port)).join("Bob");
  await ada.say("before");
  await bob.hears("before");
  first.program.kill("SIGKILL");
  await first.program.exit();
  await ada.reads("#state", "Not connected");
  await ada.say("while it was away");
  await bob.say("so did I");
  await using _second = await startServer("--data", data.path, "--port", String(port));
  await bob.hears("while it was away");
  await ada.hears("so did I");
  await ada.say("after");
  await bob.hears("after");
  await ada.hears("after");
  const texts = await bob.texts();
  assertEquals(texts, await ada.texts());
  assertEquals([texts[0], texts.slice(1, 3).sort(), texts[3]], ["before", ["so did I", "while it was away"], "after"]);
});

browserTest("rooms: unread counts, mentions, the line where new messages begin, the title", async (chromium) => {
  await using server = await startServer();
  const ada = await (await chromium.person(server.port)).join("Ada");
  const bob = await (await chromium.person(server.port)).join("Bob");
  await ada.enter("dev");
  await bob.say("plain");
  await bob.say("Ada: look");
  await ada.reads(".badge.mentioned", "2");
  await ada.page.waitForFunction(() => document.title === "(2) #dev · chat");
  assert((await ada.page.getAttribute("#icon", "href"))?.includes("unread"));
  await ada.page.click("[data-room=lobby]");
  await ada.reads(".message.mention mark", "Ada");
  assertEquals(await ada.page.locator(".rule.new").count(), 1);
  await ada.page.waitForFunction(() => document.title === "#lobby · chat");
  await ada.say("/topic what Ada does");
  await bob.reads("#topic", "what Ada does");
  await ada.say("/away tea");
  await bob.reads(".person.away", "tea");
  await ada.page.locator("#room-list li", { hasText: "#dev" }).hover();
  await ada.page.click('[aria-label="Leave #dev"]');
  await ada.page.waitForFunction(() => document.querySelectorAll("#room-list li").length === 1);
  await bob.enter("dev");
  await bob.say("while Ada was out");
  await bob.hears("while Ada was out");
  await ada.enter("dev");
  await ada.hears("while Ada was out");
  await ada.page.click("[data-room=lobby]");
  await ada.say("/set sound on");
  await ada.reads("#log", "sound is on");
  assertEquals(await ada.page.isChecked("#sound"), true);
  await ada.say("/nosuch thing");
  await ada.reads("#log", "There is no /nosuch");
  assertEquals(await ada.page.inputValue("#text"), "/nosuch thing");
  await ada.say("/clear");
  await ada.page.waitForFunction(() => document.querySelector("#log")?.childElementCount === 0);
  assertEquals([...ada.complaints, ...bob.complaints], []);
});

browserTest("the past loads as one scrolls up, and the page stays small; search shows where it was said", async (chromium) => {
  await using server = await startServer("--limits", "off");
  using nc = await Peer.named(server.port, "nc");
  const LINES = 900;
  await nc.send(Array.from({ length: LINES }, (_, i) => `line ${i} of many\n`).join(""));
  await nc.sayAndKeep("the end", "nc: the end");
  const ada = await (await chromium.person(server.port)).join("Ada");
  await ada.hears("the end");
  const rows = () => ada.page.locator("#log [data-seq]").count();
  let most = 0;
  await ada.page.focus("#log");
  // What is read stays where it is while older messages come above it.
  const top = (text: string) => ada.page.locator("#log [data-seq]", { hasText: text }).evaluate((row) => row.getBoundingClientRect().top);
  const before = await rows();
  await ada.page.locator("#log").evaluate((log) => log.scrollTop = 300);
  const read = (await ada.texts())[10];
  const was = await top(read);
  await ada.page.waitForFunction((before) => document.querySelectorAll("#log [data-seq]").length > before, before);
  assertLess(Math.abs(await top(read) - was), 2);
  for (let first = ""; first !== "line 0 of many";) {
    await ada.page.keyboard.press("Home");
    await ada.page.waitForFunction((first) => document.querySelector("#log [data-seq] .text")?.textContent !== first, first);
    first = (await ada.texts())[0];
    most = Math.max(most, await rows());
  }
  assertLess(most, 900);
  assertEquals(await ada.page.locator("#log [data-seq]", { hasText: "the end" }).count(), 0);
  const held = await ada.texts();
  assertEquals(held, held.map((_, i) => `line ${i} of many`));
  await nc.send("newest\n");
  await ada.reads("#latest", "1 new message");
  await ada.page.click("#latest");
  await ada.hears("newest");
  await ada.page.fill("#words", "line 321");
  await ada.page.press("#words", "Enter");
  await ada.reads("#found-list", "line 321 of many");
  await ada.page.click("#found-list button");
  await ada.reads(".found", "line 321 of many");
  assert(await ada.page.locator(".found").isVisible());
  // Down again, to what happens now.
  for (let last = ""; last !== "newest"; last = (await ada.texts()).at(-1) ?? "") {
    await ada.page.focus("#log");
    await ada.page.keyboard.press("End");
  }
  const around = await ada.texts();
  assertEquals(new Set(around).size, around.length);
  assertEquals(ada.complaints, []);
});

browserTest("a second window takes the chat over, and the first can have it back", async (chromium) => {
  await using server = await startServer();
  const ada = await (await chromium.person(server.port)).join("Ada");
  await ada.say("one");
  await ada.hears("one");
  const second = await ada.page.context().newPage();
  await second.goto(ada.page.url());
  await second.locator("#log", { hasText: "one" }).waitFor();
  await ada.reads("#ended", "open in another window");
  // A browser closes a dialog at the second Escape, whatever the page says to it.
  for (let i = 0; i < 2; i++) await ada.page.keyboard.press("Escape");
  await ada.reads("#ended[open]", "open in another window");
  await ada.page.click("#reload");
  await ada.hears("one");
  await second.locator("#ended", { hasText: "open in another window" }).waitFor();
  await ada.say("two");
  await ada.hears("two");
});

browserTest("people stand as in a list of names; code of several lines is a block; a narrow phone names its room", async (chromium) => {
  await using server = await startServer();
  const names = ["adam10", "Zoe", "adam9", "Karl"];
  const peers = await Promise.all(names.map((name) => Peer.framed(server.port, name)));
  const bob = await (await chromium.person(server.port, { viewport: { width: 320, height: 568 } })).join("bob");
  await bob.page.waitForFunction(() => document.querySelectorAll("#people-list .nick").length === 5);
  assertEquals(await bob.page.locator("#people-list .nick").allTextContents(), ["adam9", "adam10", "bob", "Karl", "Zoe"]);
  await peers[0].send(JSON.stringify({ kind: "say", ref: "r1", room: "lobby", text: "see\n```\na\n  b\n```\nand `c`" }) + "\n");
  await bob.hears("see");
  const shown = await bob.page.locator("#log code").evaluateAll((found) =>
    found.map((code) => [code.textContent, getComputedStyle(code).display])
  );
  assertEquals(shown, [["a\n  b", "block"], ["c", "inline"]]);
  assertEquals(await bob.page.locator("#room-name").evaluate((name) => name.scrollWidth <= name.clientWidth), true);
  for (const peer of peers) peer[Symbol.dispose]();
});

browserTest("a message is deleted with a button of its own, after a question; what was found forgets it too", async (chromium) => {
  await using server = await startServer();
  const ada = await (await chromium.person(server.port)).join("Ada");
  const bob = await (await chromium.person(server.port)).join("Bob");
  await ada.say("keep this");
  await ada.say("lose this");
  await bob.say("of Bob");
  await ada.hears("of Bob");
  await bob.hears("of Bob");
  await bob.page.fill("#words", "this");
  await bob.page.press("#words", "Enter");
  await bob.reads("#found-list", "lose this");
  assertEquals(await bob.page.locator("#log .delete").count(), 1);
  assertEquals(await ada.page.locator("#log .delete").count(), 2);

  const button = ada.page.locator("#log .message", { hasText: "lose this" }).locator(".delete");
  await button.focus();
  await accessible(ada, "a message that can be deleted");
  await ada.page.keyboard.press("Enter");
  await ada.reads("#deletion-text", "Ada: lose this");
  await accessible(ada, "asked whether to delete");
  await ada.page.keyboard.press("Escape");
  await ada.page.locator("#deletion").waitFor({ state: "hidden" });
  await button.click();
  await ada.page.locator("#deletion button", { hasText: "Keep" }).click();
  assertEquals(ada.sent.filter((text) => text.includes('"delete"')), []);
  await button.click();
  await ada.page.locator("#deletion .primary").click();
  for (const person of [ada, bob]) {
    await person.reads("#log .deleted", "deleted");
    assertEquals(await person.texts(), ["keep this", "deleted", "of Bob"]);
    assertEquals((await person.page.content()).includes("lose this"), false);
  }
  assertEquals(await ada.page.evaluate(() => document.activeElement?.id), "text");
  assertEquals(await bob.page.locator("#found-list .text").allTextContents(), ["keep this", "deleted"]);
  await ada.page.reload();
  await ada.hears("of Bob");
  assertEquals(await ada.texts(), ["keep this", "deleted", "of Bob"]);
  const { style, colour } = await ada.page.locator("#log .deleted").evaluate((deleted) => {
    const { fontStyle: style, color: colour } = getComputedStyle(deleted);
    return { style, colour };
  });
  assertEquals([style, colour === await ada.page.locator("#log time").first().evaluate((time) => getComputedStyle(time).color)], [
    "italic",
    true,
  ]);
  assertEquals(await ada.page.evaluate(() => JSON.stringify(localStorage).includes("lose this")), false);
  await ada.say("/delete 3");
  await ada.reads("#log .note", "message 3 of #lobby is not yours");
  assertEquals([...ada.complaints, ...bob.complaints], []);
});

browserTest("what was deleted unseen does not count as new", async (chromium) => {
  await using server = await startServer();
  const ada = await (await chromium.person(server.port)).join("Ada");
  const bob = await (await chromium.person(server.port)).join("Bob");
  await ada.enter("dev");
  await bob.say("hello Ada");
  await ada.reads("#room-list", "1");
  await bob.say("/delete");
  await bob.reads("#log .deleted", "deleted");
  await ada.page.waitForFunction(() => !document.querySelector("#room-list")?.textContent?.includes("1"));
  await ada.page.keyboard.press("Alt+1");
  await ada.reads("#log .deleted", "deleted");
  assertEquals(await ada.page.locator(".rule.new").count(), 0);
});

browserTest("the keyboard alone will do", async (chromium) => {
  await using server = await startServer();
  const ada = await chromium.person(server.port);
  const { keyboard } = ada.page;
  const focused = () => ada.page.evaluate(() => document.activeElement?.id || document.activeElement?.getAttribute("data-room"));
  await keyboard.type("Ada");
  await keyboard.press("Enter");
  await ada.page.waitForFunction(() => document.activeElement?.id === "text");
  await keyboard.type("two");
  await keyboard.press("Shift+Enter");
  await keyboard.type("lines");
  await keyboard.press("Enter");
  await ada.hears("two\nlines");
  await keyboard.type("/join dev");
  await keyboard.press("Enter");
  await ada.reads("#room-name", "#dev");
  // What is asked is asked about the room that is shown.
  await keyboard.type("/help");
  await keyboard.press("Enter");
  await ada.reads("#help[open]", "/join");
  await keyboard.press("Alt+1");
  await keyboard.press("Escape");
  await ada.page.locator("#help[open]").waitFor({ state: "detached" });
  await ada.reads("#room-name", "#dev");
  await keyboard.press("Alt+1");
  await ada.reads("#room-name", "#lobby");
  await keyboard.type("Ad");
  await keyboard.press("Tab");
  assertEquals(await ada.page.inputValue("#text"), "Ada: ");
  await keyboard.press("Control+a");
  await keyboard.press("Delete");
  // Round the page: everything that can be used can be reached.
  const reached = new Set<string>();
  for (let i = 0; i < 30; i++) {
    await keyboard.press("Tab");
    reached.add(await focused() ?? "");
  }
  for (const id of ["words", "lobby", "dev", "join-room", "show-me", "log", "text"]) assert(reached.has(id), `${id} among ${[...reached]}`);
  await ada.page.focus("#show-me");
  await keyboard.press("Enter");
  await ada.reads("#me[open]", "You");
  await keyboard.press("Escape");
  assertEquals(await focused(), "show-me");
});

browserTest("a phone: nothing is cut off, the lists are drawers; at 200 % it is the same page", async (chromium) => {
  await using server = await startServer();
  using _nc = await Peer.named(server.port, "somebody-with-long-name");
  const ada = await (await chromium.person(server.port, PHONE)).join("Ada");
  const overflow = () => ada.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  await ada.say(`${"long".repeat(100)} https://example.org/${"path/".repeat(40)}`);
  await ada.hears("long");
  assert(await overflow() <= 0);
  assertEquals(await ada.page.locator("#rooms").isVisible(), false);
  await ada.page.tap("#show-rooms");
  await ada.reads("#rooms.open", "#lobby");
  await ada.page.fill("#join-room", "dev");
  await ada.page.tap("#join button");
  await ada.reads("#room-name", "#dev");
  assertEquals(await ada.page.locator("#rooms").isVisible(), false);
  await ada.page.tap("#show-people");
  await ada.reads("#people.open", "Ada");
  await ada.page.keyboard.press("Escape");
  assertEquals(await ada.page.locator("#people").isVisible(), false);
  // 200 % of 1100 by 700 is half as many CSS pixels.
  await ada.page.setViewportSize({ width: 550, height: 350 });
  assert(await overflow() <= 0);
  assert(await ada.page.locator("#text").isVisible() && await ada.page.locator("#log").isVisible());
  // The narrowest that WCAG's reflow asks for.
  await ada.page.setViewportSize({ width: 320, height: 256 });
  assert(await overflow() <= 0);
  assert(await ada.page.locator("#text").isVisible());
});

for (const colorScheme of ["light", "dark"] as const) {
  browserTest(`axe finds nothing wrong, ${colorScheme}`, async (chromium) => {
    await using server = await startServer();
    const ada = await chromium.person(server.port, { colorScheme });
    await accessible(ada, "the name");
    await ada.join("Ada");
    await accessible(ada, "an empty room");
    const people = await Promise.all(["bob", "carol", "dave", "eve", "frank", "grace", "heidi", "ivan", "judy", "mallory"]
      .map((name) => Peer.named(server.port, name)));
    for (const peer of people) await peer.send("hello Ada, see https://deno.com and `code`\nmore\n");
    await people[0].send("/away lunch\n");
    await ada.say("/me waves");
    await ada.hears("waves");
    await ada.reads(".person.away", "lunch");
    await ada.enter("dev");
    await people[0].send("Ada?\n");
    await ada.reads(".badge", "1");
    await accessible(ada, "two rooms");
    await ada.page.click("[data-room=lobby]");
    await ada.reads(".rule.new", "New messages");
    await accessible(ada, "a full room");
    await ada.page.click("#show-me");
    await accessible(ada, "oneself");
    await ada.page.keyboard.press("Escape");
    await ada.say("/help");
    await ada.reads("#help[open]", "/join");
    await ada.reads("#kept", "Kept: the newest 1,000 messages of a room, in memory, nothing on disk");
    await accessible(ada, "help");
    await ada.page.click("#help .close");
    await ada.say("/search hello");
    await ada.reads("#found[open]", "hello");
    await accessible(ada, "what was found");
    await ada.page.keyboard.press("Escape");
    await ada.page.setViewportSize(PHONE.viewport);
    await accessible(ada, "a phone");
    await ada.page.click("#show-rooms");
    await ada.reads("#rooms.open", "#dev");
    await accessible(ada, "a phone's drawer");
    for (const peer of people) peer[Symbol.dispose]();
    assertEquals(ada.complaints, []);
  });
}

browserTest("whatever is written stays text, and the content security policy has nothing to refuse", async (chromium) => {
  await using server = await startServer();
  const evil = [
    "<img/src=x onerror=evil()>",
    '"><svg/onload=evil()>',
    "<script>evil()</script>",
    "javascript:evil()",
    "&lt;b&gt;",
    "{{evil()}}",
  ];
  using nc = await Peer.named(server.port, "<svg/onload=evil()>");
  await nc.send("/away <script>evil()</script>\n");
  const ada = await (await chromium.person(server.port)).join('"><b/onclick=evil()>');
  await ada.page.evaluate("globalThis.evil = () => globalThis.fell = true");
  for (const text of evil) {
    await nc.send(`${text}\n`);
    await ada.hears(text);
    await nc.send(`/topic ${text}\n`);
    await ada.reads("#topic", text);
  }
  await nc.send("https://user@evil.example/<b> http://example.org:80/ javascript://x ftp://example.org data:text/html,x\n");
  await ada.hears("javascript://x");
  for (const text of evil) {
    await ada.say(text);
    await ada.page.waitForFunction(() => document.querySelector(".pending") === null);
    await ada.say(`/nick ${text.replaceAll(" ", "/")}`);
    await ada.say(`/join ${text}`);
    await ada.say(`/search ${text}`);
    await ada.say(`/away ${text}`);
    await ada.page.keyboard.press("Escape");
  }
  await ada.say("/away <i>gone</i>");
  await ada.reads(".person.away", "<i>gone</i>");
  await ada.say("/search evil");
  await ada.reads("#found-list", "evil()");
  const links = await ada.page.locator("#log a").evaluateAll((links) => links.map((a) => [a.getAttribute("href"), a.getAttribute("rel")]));
  assertEquals(links, [["https://user@evil.example/", "noopener noreferrer"], ["http://example.org/", "noopener noreferrer"]]);
  await ada.reads(".host", "(evil.example)");
  assertEquals(
    await ada.page.locator("#log img, #log script, #log svg, #log b, #log i, .side img, .side script, dialog script").count(),
    0,
  );
  assertEquals(await ada.page.evaluate("globalThis.fell"), undefined);
  assertEquals(ada.complaints, []);
});

browserTest("over TLS the page and its WebSocket are encrypted, and the window on the own machine needs no key", async (chromium) => {
  await using server = await startServer("--tls");
  const ada = await chromium.person(server.port, { ignoreHTTPSErrors: true });
  const opened: string[] = [];
  ada.page.on("websocket", (socket) => void opened.push(socket.url()));
  await ada.page.goto(`https://127.0.0.1:${server.port}/`);
  await ada.join("Ada");
  using nc = await Peer.named(server.port, "nc");
  await ada.say("encrypted");
  await nc.lines.match(/^Ada: encrypted$/);
  await nc.send("in plain text\n");
  await ada.hears("in plain text");
  assertEquals(opened, [`wss://127.0.0.1:${server.port}/ws`]);
  await ada.page.goto(`https://127.0.0.1:${server.port}/console`);
  await ada.reads("body", "Ada");
  assertEquals(ada.complaints, []);
});
