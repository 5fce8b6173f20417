import { assertEquals } from "@std/assert";
import type { ClientFrame, Page, ServerFrame, Welcome } from "../../shared/protocol.ts";
import { Peer, startServer } from "../harness.ts";
import { TempFolder } from "../temp_folder.ts";

/** Sends a line, and expects exactly these back. */
async function ask(peer: Peer, line: string, ...lines: string[]): Promise<void> {
  await peer.send(`${line}\n`);
  await peer.expect(...lines);
}

/** Nothing else has come: the answer to a question of no consequence is the next line. */
async function silent(peer: Peer): Promise<void> {
  await ask(peer, "/history 0", "! not sent: say how many, from 1 to 200: /history 20");
}

/** In memory, and on disk. */
for (const engine of ["--ephemeral", "--data"]) {
  Deno.test(`text mode: rooms, word for word (${engine})`, async () => {
    using folder = new TempFolder();
    await rooms(engine === "--data" ? ["--data", folder.path] : []);
  });
}

async function rooms(flags: readonly string[]): Promise<void> {
  await using server = await startServer(...flags);
  using alice = await Peer.named(server.port, "alice");
  using bob = await Peer.named(server.port, "bob");
  await alice.expect("* bob joined");
  await ask(alice, "/join #Dev", "* You are in #dev now. Here: alice.");
  await bob.expect("* alice left");
  await ask(alice, "/rooms", "* 2 rooms:", "*   #dev (1 here)", "*   #lobby (1 here)");
  await ask(alice, "/topic release on friday");
  await alice.expect("* alice set the topic: release on friday");
  await ask(alice, "/topic", "* In #dev: alice. The topic is: release on friday");
  await ask(bob, "/rooms", "* 2 rooms:", "*   #dev (1 here): release on friday", "*   #lobby (1 here)");
  await ask(bob, "/who #dev", "* In #dev: alice. The topic is: release on friday");
  await alice.sayAndKeep("is anybody there?", "alice: is anybody there?");
  await ask(
    bob,
    "/join dev",
    "* You are in #dev now. Here: alice, bob. The topic is: release on friday",
    "* The last 2 messages:",
    "* alice set the topic: release on friday",
    "alice: is anybody there?",
    "* You are up to date.",
  );
  await alice.expect("* bob joined");
  await bob.send("/me waves\n//who is this\n");
  await alice.expect("bob: /me waves", "bob: /who is this");
  await ask(bob, "/nick bert", "* You are bert now.");
  await alice.expect("* bob is bert now");
  await bob.send("it is me\n");
  await alice.expect("bert: it is me");
  await ask(bob, "/nick alice", "! alice is taken.");
  await ask(bob, "/nick a:b", "! A name cannot have a colon in it.");
  await ask(alice, "/who", "* In #dev: alice, bert. The topic is: release on friday");
  await ask(bob, "/away lunch", "* You are away.");
  await alice.expect("* bert is away: lunch");
  await ask(alice, "/who", "* In #dev: alice, bert (away: lunch). The topic is: release on friday");
  await ask(bob, "/back", "* You are back.");
  await alice.expect("* bert is back");
  await ask(alice, "/away", "* You are away.");
  await bob.expect("* alice is away");
  await ask(bob, "/who", "* In #dev: alice (away), bert. The topic is: release on friday");
  await ask(
    alice,
    "/history 2",
    "* 2 messages of #dev:",
    "bob: /who is this",
    "bert: it is me",
    "* That was all.",
  );
  await ask(
    alice,
    "/search me",
    "* 2 messages of #dev:",
    "bob: /me waves",
    "bert: it is me",
    "* That was all.",
  );
  await ask(alice, "/search lunch", "* Nothing found in #dev.");
  await ask(bob, "/part", "* You left #dev.");
  await alice.expect("* bert left");
  await ask(bob, "hello?", "! not sent: you are in no room; /join one");
  await ask(bob, "/rooms", "* 1 room:", "*   #dev (1 here): release on friday");
  await ask(bob, "/join #lobby", "* You are in #lobby now. Here: bert.");
  await ask(bob, "bye", "* Bye, bert (3 messages sent).");
  await silent(alice);
  await ask(alice, "BYE", "* Bye, alice (2 messages sent).");
}

Deno.test("text mode: /help and what is no command, word for word", async () => {
  await using server = await startServer();
  using bob = await Peer.named(server.port, "bob");
  await ask(
    bob,
    "/help",
    "* /join #ROOM    go to a room; it begins with you where there is none",
    "* /part          leave the room you are in",
    "* /rooms         list the rooms",
    "* /who [#ROOM]   who is here",
    "* /me WAVES      say what you do",
    "* /nick NAME     take another name",
    "* /away [WHY]    let the others know that you are away",
    "* /back          let them know that you are back",
    "* /topic [TEXT]  say what the room is about, or ask",
    "* /history [N]   the last N messages, 10 without a number",
    "* /numbers [N]   the last N messages with their numbers",
    "* /delete [N]    delete what you said last, or message N; /numbers shows the numbers",
    "* /search WORDS  messages that have all of the words",
    "* /help          this list",
    "* //text         say something that starts with /",
    "* bye            leave",
    "* Kept: the newest 1,000 messages of a room, in memory, nothing on disk",
  );
  const unknown = (name: string, near: string) =>
    `! not sent: there is no command /${name} (did you mean /${near}?). /help lists them, // says a text with a slash`;
  await ask(bob, "/hlep", unknown("hlep", "help"));
  await ask(bob, "/toipc lunch", unknown("toipc", "topic"));
  await ask(bob, "/join", "! not sent: name the room: /join #dev");
  await ask(bob, "/join no way", `! not sent: A room's name has letters, digits, "-", "_" and "." only`);
  await ask(bob, "/who #nowhere", "! not sent: there is no room #nowhere");
  await ask(bob, "/me", "! not sent: say what you do: /me waves");
  await ask(bob, "/search", "! not sent: say what to search for: /search lunch");
  await ask(bob, "/history many", "! not sent: say how many, from 1 to 200: /history 20");
  await ask(bob, "/history", "* Nothing found in #lobby.");
  await ask(bob, `/topic ${"x".repeat(513)}`, "! not sent: a topic has at most 512 bytes, this one had 513");
  await ask(bob, "bye", "* Bye, bob (0 messages sent).");
});

Deno.test("text mode: a newcomer is shown the last 10 messages, marked, and none where there are none", async () => {
  await using server = await startServer();
  using alice = await Peer.named(server.port, "alice");
  await silent(alice);
  await alice.sayAndKeep("one", "alice: one");
  using bob = await Peer.named(server.port, "bob");
  await bob.expect("* The last message:", "alice: one", "* You are up to date.");
  await alice.expect("* bob joined");
  await alice.send(Array.from({ length: 11 }, (_, i) => `${i + 2}\n`).join(""));
  await bob.lines.match(/^alice: 12$/);
  await alice.send("/topic lunch\n");
  await alice.expect("* alice set the topic: lunch");
  using carol = await Peer.connect(server.port);
  await ask(
    carol,
    "carol",
    "* Hello carol. Here now: alice, bob. Type a message and press Enter; bye leaves.",
    "* The topic is: lunch",
    "* The last 10 messages:",
    ...Array.from({ length: 9 }, (_, i) => `alice: ${i + 4}`),
    "* alice set the topic: lunch",
    "* You are up to date.",
  );
  await silent(carol);
});

Deno.test("text mode: what a program says in several lines cannot fake anybody's, nor can a topic or a reason for being away", async () => {
  await using server = await startServer();
  using alice = await Peer.named(server.port, "alice");
  using eve = await Peer.connect(server.port);
  await eve.send('{"kind":"hello","v":[1],"name":"eve"}\n');
  await alice.expect("* eve joined");
  const send = (...frames: ClientFrame[]) => eve.send(frames.map((frame) => `${JSON.stringify(frame)}\n`).join(""));
  const lines = "hi\nbob: I quit\r\n* bob left\r! not sent: no\u2028* Bye\u0085dora: x\n\n  y";
  await send({ kind: "say", room: "lobby", text: lines });
  const shown = ["hi", "bob: I quit", "* bob left", "! not sent: no", "* Bye", "dora: x", "", "  y"].map((line) => `eve: ${line}`);
  await alice.expect(...shown);
  await send({ kind: "say", room: "lobby", text: "/me waves" });
  await alice.expect("eve: /me waves");
  await send({ kind: "topic", room: "lobby", text: "a\nbob: b" });
  await alice.expect("* eve set the topic: a bob: b");
  await send({ kind: "away", text: "c\n* bob left" });
  await alice.expect("* eve is away: c * bob left");
  await ask(alice, "/history 3", "* 3 messages of #lobby:", ...shown, "eve: /me waves", "* eve set the topic: a bob: b", "* That was all.");
  using carol = await Peer.connect(server.port);
  await carol.send("carol\n");
  await carol.expect(
    "* Hello carol. Here now: alice, eve (away: c * bob left). Type a message and press Enter; bye leaves.",
    "* The topic is: a bob: b",
    "* The last 3 messages:",
    ...shown,
    "eve: /me waves",
    "* eve set the topic: a bob: b",
    "* You are up to date.",
  );
});

Deno.test("frames mode: join, history both ways, search and topics over a socket", async () => {
  await using server = await startServer("--limits", "off");
  using alice = await Peer.named(server.port, "alice");
  await ask(alice, "/join dev", "* You are in #dev now. Here: alice.");
  await alice.send(Array.from({ length: 30 }, (_, i) => `number ${i + 1}\n`).join("") + "/topic numbers\n");
  await alice.expect("* alice set the topic: numbers");
  using bob = await Peer.connect(server.port);
  const frame = async <F extends ServerFrame>(): Promise<F> => JSON.parse(await bob.lines.next() ?? "") as F;
  await bob.send('{"kind":"hello","v":[1],"name":"bob","rooms":["dev"],"backlog":3}\n');
  const welcome = await frame<Welcome>();
  assertEquals(welcome.rooms.map(({ room, head, topic, total }) => [room, head, topic, total]), [["dev", 31, "numbers", 2]]);
  const backlog = [await frame(), await frame(), await frame(), await frame(), await frame()];
  assertEquals(backlog.map((frame) => frame.kind === "entry" ? frame.text : frame.kind), [
    "backlog",
    "number 29",
    "number 30",
    "numbers",
    "live",
  ]);
  const page = async (request: string): Promise<unknown> => {
    await bob.send(`{"kind":"history","room":"dev","ref":"r","limit":3${request}}\n`);
    const { kind, ref, entries, more } = await frame<Page>();
    return [kind, ref, entries.map(({ seq }) => seq), more];
  };
  assertEquals(await page(""), ["page", "r", [29, 30, 31], true]);
  assertEquals(await page(',"before":3'), ["page", "r", [1, 2], false]);
  assertEquals(await page(',"after":29'), ["page", "r", [30, 31], false]);
  await bob.send('{"kind":"search","room":"dev","ref":"s","words":"number 7","limit":9}\n');
  assertEquals((await frame<Page>()).entries.map(({ text }) => text), ["number 7"]);
});
