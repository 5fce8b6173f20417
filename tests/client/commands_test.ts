import { assert, assertEquals, assertMatch } from "@std/assert";
import { deleted, said } from "./fake_server.ts";
import { room, saidIn, Talk } from "./talk.ts";

const TWO_ROOMS = { rooms: [room("lobby"), room("dev")] };

Deno.test("/join comes into a room, shows it, and talks there from then on", async () => {
  await using talk = await Talk.begin();
  const join = await talk.ask("/join #Dev", "join");
  assertEquals([join.room, join.backlog], ["dev", 50]);
  talk.peer.send({ kind: "members", ref: join.ref!, ...room("dev", { head: 1 }) });
  await talk.view.sees("-- dev, 0 new");
  await talk.hear(saidIn("dev", "eve", "long ago", 1));
  assertEquals((await talk.ask("hi", "say")).room, "dev");
  assertEquals(talk.memory.told, ["welcomed bob", "entered dev", "saw dev 1"]);
  assertEquals(talk.view.statuses.at(-1)?.rooms.map(({ name }) => name), ["lobby", "dev"]);
  assertEquals(talk.view.answered, [true]);
});

Deno.test("/join of a room that we are in shows it and asks nobody", async () => {
  await using talk = await Talk.begin(TWO_ROOMS);
  await talk.type("/join dev", "-- dev, 0 new");
  assertEquals((await talk.ask("hi", "say")).room, "dev");
  assertEquals(talk.memory.told, ["welcomed bob"]);
});

Deno.test("/part leaves the room shown and goes back to the one shown before", async () => {
  await using talk = await Talk.begin({ rooms: [room("lobby"), room("dev"), room("ops")] });
  await talk.type("/switch 3", "-- ops");
  await talk.type("/switch dev", "-- dev");
  const part = await talk.ask("/part", "part");
  assertEquals(part.room, "dev");
  talk.view.lines.length = 0;
  talk.peer.send({ kind: "done", ref: part.ref!, text: "You left #dev" });
  await talk.view.sees("-- ops");
  assertEquals(talk.view.lines, ["You left #dev", "-- ops, 0 new, 0 left out"]);
  assertEquals([talk.memory.told.at(-1), talk.view.answered], ["left dev", [false, false, true]]);
  assertEquals((await talk.ask("hi", "say")).room, "ops");
});

Deno.test("/part of another room leaves the one shown where it is", async () => {
  await using talk = await Talk.begin(TWO_ROOMS);
  const part = await talk.ask("/part dev", "part");
  talk.peer.send({ kind: "done", ref: part.ref!, text: "You left #dev" });
  await talk.view.sees("You left #dev");
  assertEquals((await talk.ask("hi", "say")).room, "lobby");
});

Deno.test("/part asks nobody about a room that we are not in, or the last one", async () => {
  await using talk = await Talk.begin();
  await talk.type("/part dev", "You are not in #dev");
  await talk.type("/part", "#lobby is the only room that you are in; /quit leaves the chat");
  assertEquals((await talk.ask("hi", "say")).text, "hi");
});

Deno.test("/switch takes a name or a number, and says which there are", async () => {
  await using talk = await Talk.begin(TWO_ROOMS);
  await talk.type("/switch 2", "-- dev");
  await talk.type("/switch #lobby", "-- lobby");
  await talk.type("/switch 3", "You have 2 rooms: 1 #lobby, 2 #dev");
  await talk.type("/switch ops", "You are not in #ops; /join ops goes there");
});

Deno.test("What is said in another room waits there, counted, and counts as seen when it is shown", async () => {
  await using talk = await Talk.begin(TWO_ROOMS);
  await talk.hear(saidIn("dev", "eve", "one", 1), saidIn("dev", "eve", "bob: two", 2), said("eve", "here", 1));
  assertEquals(talk.view.lines.at(-1), "eve: here");
  assertEquals(talk.view.statuses.at(-1)?.rooms[1], { number: 2, name: "dev", unread: 2, mentioned: true });
  assertEquals(talk.memory.told, ["welcomed bob", "saw lobby 1"]);
  await talk.type("/switch dev", "bob: two");
  assertEquals(talk.view.lines.slice(-3), ["-- dev, 2 new, 0 left out", "eve: one", "eve: bob: two"]);
  assertEquals(talk.memory.told.slice(-2), ["saw dev 1", "saw dev 2"]);
  await talk.hear(saidIn("dev", "eve", "three", 3));
  assertEquals(talk.view.statuses.at(-1)?.rooms[1].unread, 0);
});

Deno.test("A mention rings in whatever room it is, once it is new", async () => {
  await using talk = await Talk.begin({ rooms: [room("lobby", { head: 1 }), room("dev")] });
  await talk.hear(said("eve", "bob: long ago", 1));
  assertEquals(talk.view.rings, 0);
  await talk.hear(said("eve", "bob: now", 2));
  assertEquals(talk.view.rings, 1);
  await talk.hear(saidIn("dev", "eve", "bob: over here", 1), said("eve", "nobody", 3));
  assertEquals(talk.view.rings, 2);
  await talk.type("/ignore eve", "You see nothing of eve any more");
  await talk.hear(said("eve", "bob: hello?", 4), said("zoe", "hi", 5));
  assertEquals(talk.view.rings, 2);
});

Deno.test("/history goes further back each time, until there is nothing", async () => {
  await using talk = await Talk.begin({ rooms: [room("lobby", { head: 9 })] });
  await talk.hear(said("eve", "nine", 9), said("eve", "ten", 10));
  const first = await talk.ask("/history 2", "history");
  assertEquals([first.room, first.limit, first.before], ["lobby", 2, 9]);
  talk.peer.send({ kind: "page", ref: first.ref!, room: "lobby", entries: [said("eve", "seven", 7), said("eve", "eight", 8)], more: true });
  await talk.view.sees("-- 2 older messages: seven, eight");
  const second = await talk.ask("/history", "history");
  assertEquals([second.limit, second.before], [20, 7]);
  talk.peer.send({ kind: "page", ref: second.ref!, room: "lobby", entries: [], more: false });
  await talk.view.sees("There is nothing older in #lobby");
  assertEquals(talk.memory.told, ["welcomed bob", "saw lobby 9", "saw lobby 10"]);
});

Deno.test("/history knows nothing of a history that has begun anew", async () => {
  await using talk = await Talk.begin();
  await talk.hear(said("eve", "many", 500));
  await talk.cut();
  await talk.welcome({ session: "s2", epoch: "e2" });
  await talk.view.sees("Back as bob.");
  assertEquals((await talk.ask("/history", "history")).before, undefined);
});

Deno.test("/history shows what was left out where more has waited than a room holds", async () => {
  await using talk = await Talk.begin(TWO_ROOMS);
  await talk.type("/switch dev", "-- dev");
  await talk.hear(saidIn("dev", "eve", "first", 1));
  await talk.type("/switch lobby", "-- lobby");
  const waiting = Array.from({ length: 203 }, (_, i) => saidIn("dev", "eve", `waits ${i + 2}`, i + 2));
  await talk.hear(...waiting, said("eve", "here", 1));
  await talk.type("/switch dev", "-- dev, 203 new, 3 left out");
  assertEquals((await talk.ask("/history", "history")).before, 5);
});

Deno.test("/search shows what has all the words, or says that nothing has", async () => {
  await using talk = await Talk.begin();
  const search = await talk.ask("/search blue moon", "search");
  assertEquals([search.room, search.words, search.limit], ["lobby", "blue moon", 20]);
  const entries = [said("eve", "a blue moon", 1), said("zoe", "moon, blue", 2)];
  talk.peer.send({ kind: "page", ref: search.ref!, room: "lobby", entries, more: false });
  await talk.view.sees('-- 2 messages in #lobby with "blue moon": a blue moon, moon, blue');

  await talk.type("/ignore eve", "You see nothing of eve");
  const again = await talk.ask("/search moon", "search");
  talk.peer.send({ kind: "page", ref: again.ref!, room: "lobby", entries, more: true });
  await talk.view.sees('-- The newest 1 message in #lobby with "moon": moon, blue');

  const none = await talk.ask("/search mars", "search");
  talk.peer.send({ kind: "page", ref: none.ref!, room: "lobby", entries: [], more: false });
  await talk.view.sees('Nothing in #lobby has "mars" in it');

  const cut = await talk.ask("/search the moon", "search");
  talk.peer.send({ kind: "page", ref: cut.ref!, room: "lobby", entries: [], more: true });
  await talk.view.sees('Nothing in #lobby has "the moon" in it, as far back as could be looked in time');
});

Deno.test("/topic says what a room is about, and asks", async () => {
  await using talk = await Talk.begin();
  await talk.type("/topic", "#lobby has no topic; /topic TEXT gives it one");
  const { ref, text } = await talk.ask("/topic ships", "topic");
  assertEquals(text, "ships");
  talk.peer.send({ ...said("bob", "ships", 1), type: "topic", from: "s1", ref: ref! });
  await talk.view.sees("bob set the topic: ships");
  await talk.type("/topic", "The topic of #lobby is: ships");
});

Deno.test("/nick takes another name, which is remembered, or says why not", async () => {
  await using talk = await Talk.begin();
  const nick = await talk.ask("/nick rob", "nick");
  talk.peer.send({ kind: "renamed", room: "lobby", by: "bob", nick: "rob", from: "s1", total: 1 });
  talk.peer.send({ kind: "done", ref: nick.ref!, text: "You are rob now" });
  await talk.view.sees("You are rob now");
  assertEquals([talk.view.statuses.at(-1)?.nick, talk.memory.told.at(-1)], ["rob", "renamed rob"]);
  const taken = await talk.ask("/nick eve", "nick");
  talk.peer.send({ kind: "refused", ref: taken.ref!, code: "name_taken", text: "eve is taken", final: true });
  await talk.view.sees("eve is taken");
  assertEquals(talk.view.statuses.at(-1)?.nick, "rob");
});

Deno.test("/away and /back tell the others, and the status", async () => {
  await using talk = await Talk.begin();
  const away = await talk.ask("/away lunch", "away");
  assertEquals(away.text, "lunch");
  talk.peer.send({ kind: "away", room: "lobby", by: "bob", from: "s1", text: "lunch", total: 1 });
  talk.peer.send({ kind: "done", ref: away.ref!, text: "You are away" });
  await talk.view.sees("You are away");
  assertEquals(talk.view.statuses.at(-1)?.away, true);
  const back = await talk.ask("/back", "away");
  assertEquals(back.text, undefined);
  talk.peer.send({ kind: "away", room: "lobby", by: "bob", from: "s1", total: 1 });
  talk.peer.send({ kind: "done", ref: back.ref!, text: "You are back" });
  await talk.view.sees("You are back");
  assertEquals(talk.view.statuses.at(-1)?.away, false);
});

Deno.test("/ignore keeps somebody from sight, under another name too, until /unignore", async () => {
  await using talk = await Talk.begin();
  await talk.type("/ignore @EVE:", "You see nothing of EVE any more; /unignore EVE ends that");
  const eve = "session of eve";
  talk.peer.send({ kind: "joined", room: "lobby", by: "eve", from: eve, total: 2 });
  talk.peer.send(said("eve", "unheard", 1));
  talk.peer.send({ kind: "renamed", room: "lobby", by: "eve", nick: "eva", from: eve, total: 2 });
  await talk.hear({ ...said("eva", "unheard too", 2), from: eve }, said("zoe", "heard", 3));
  assertEquals(talk.view.lines.filter((line) => /\bev[ea]\b/.test(line)), []);
  const history = await talk.ask("/history", "history");
  talk.peer.send({
    kind: "page",
    ref: history.ref!,
    room: "lobby",
    entries: [said("eva", "old", 1), said("zoe", "older", 2)],
    more: false,
  });
  await talk.view.sees("-- 1 older message: older");
  await talk.type("/unignore eva", "You see eva again");
  await talk.type("/unignore nobody", "nobody was not ignored");
  await talk.hear(said("eva", "heard again", 4));
});

Deno.test("/ignore is not for oneself", async () => {
  await using talk = await Talk.begin();
  await talk.type("/ignore Bob", "That is you");
});

Deno.test("/rooms lists what the server names, and Tab knows them from then on", async () => {
  await using talk = await Talk.begin();
  assertEquals([...talk.view.names!.rooms()], ["lobby"]);
  const { ref } = await talk.ask("/rooms", "rooms");
  const rooms = [{ room: "dev", total: 3, topic: "work" }, { room: "lobby", total: 1, topic: "" }];
  talk.peer.send({ kind: "rooms", ref: ref!, rooms });
  await talk.view.sees("#dev  3 here  work");
  await talk.view.sees("#lobby  1 here");
  assertEquals([...talk.view.names!.rooms()], ["lobby", "dev"]);
});

Deno.test("/who says who is here, with whom Tab completes", async () => {
  const members = [{ nick: "bob", from: "s1" }, { nick: "eve", from: "s2", away: "lunch" }];
  await using talk = await Talk.begin({ rooms: [room("lobby", { total: 2, members })] });
  await talk.type("/who", "Here now: eve (away: lunch).");
  assertEquals([...talk.view.names!.nicks()], ["bob", "eve"]);
});

Deno.test("/clear, /set and /help need no server", async () => {
  await using talk = await Talk.begin();
  await talk.type("/clear", "-- clear");
  await talk.type("/set", "bell  true");
  await talk.type("/set bell false", "bell stays");
  await talk.type("/help", "Kept: nothing");
});

Deno.test("A command that is none is given back", async () => {
  await using talk = await Talk.begin();
  await talk.type("/jion dev", "There is no /jion; did you mean /join? To say it, type //jion");
  await talk.type("/join a b", "/join cannot:");
  assertEquals(talk.view.givenBack, ["/jion dev", "/join a b"]);
});

Deno.test("A command without a connection, or whose answer is lost with it, says so", async () => {
  await using talk = await Talk.begin();
  await talk.ask("/rooms", "rooms");
  await talk.cut();
  await talk.view.sees("Not connected; try again when the connection is back");
  talk.view.lines.length = 0;
  await talk.type("/nick rob", "Not connected; try again when the connection is back");
});

Deno.test("What a server answers is cleaned before it is told, names of rooms too", async () => {
  await using talk = await Talk.begin({ rooms: [room("\x1b[31mred"), room("\x9b31mblue")] });
  talk.peer.send({ kind: "done", text: "done \x1b]0;title\x07" });
  await talk.view.sees("done");
  await talk.type("/switch 9", "You have 2 rooms: ");
  await talk.type("/topic", "has no topic");
  const history = await talk.ask("/history", "history");
  talk.peer.send({ kind: "page", ref: history.ref!, room: "x", entries: [], more: false });
  await talk.view.sees("There is nothing older");
  const rooms = await talk.ask("/rooms", "rooms");
  talk.peer.send({ kind: "rooms", ref: rooms.ref!, rooms: [{ room: "\x1b[31mred", total: 1, topic: "\x07" }] });
  await talk.view.sees("1 here");
  const shown = talk.view.lines.filter((line) => !line.startsWith("-- ")).join("");
  // deno-lint-ignore no-control-regex
  assert(!/[\x00-\x1f\x7f-\x9f]/.test(shown), JSON.stringify(shown));
  assertMatch(shown, /You have 2 rooms: 1 #red, 2 #blue/);
});

Deno.test("/part and /join again: where we left off is where we left the room", async () => {
  const seen = { epoch: "e1", cursors: { lobby: 0, dev: 1 } };
  await using talk = await Talk.begin({ seen, rooms: [room("lobby"), room("dev", { head: 2 })] });
  await talk.type("/switch dev", "-- dev");
  await talk.hear(saidIn("dev", "eve", "two", 2), saidIn("dev", "eve", "three", 3));
  const { ref } = await talk.ask("/part", "part");
  talk.peer.send({ kind: "done", ref: ref!, text: "You left #dev" });
  await talk.view.sees("-- lobby");
  talk.view.lines.length = 0;
  talk.view.shown.length = 0;
  await talk.join("dev", 4);
  await talk.hear(saidIn("dev", "eve", "two", 2), saidIn("dev", "eve", "three", 3), saidIn("dev", "eve", "four", 4));
  const said = talk.view.shown.filter((change) => change.kind === "said");
  assertEquals(said.map(({ entry, past, leftOff }) => [entry.seq, past, leftOff]), [[2, true, undefined], [3, true, undefined], [
    4,
    false,
    0,
  ]]);
});

Deno.test("/delete asks for a message by its number or for one's last, and says why not", async () => {
  await using talk = await Talk.begin();
  const last = await talk.ask("/delete", "delete");
  assertEquals([last.room, last.seq], ["lobby", 0]);
  talk.peer.send({ ...deleted("bob", 7, 8), ref: last.ref! });
  await talk.view.sees("bob deleted message 7");
  const other = await talk.ask("/delete 3", "delete");
  assertEquals(other.seq, 3);
  talk.peer.send({ kind: "refused", ref: other.ref!, code: "not_yours", text: "message 3 of #lobby is not yours", final: true });
  await talk.view.sees("message 3 of #lobby is not yours");
  await talk.type("/delete x", "/delete takes the number of a message");
  await talk.type("/delete 0", "/delete takes the number of a message");
  assertEquals(talk.memory.told.at(-1), "saw lobby 8");
});

Deno.test("/numbers lists messages with their numbers, each in one line", async () => {
  await using talk = await Talk.begin();
  const asked = await talk.ask("/numbers 3", "history");
  assertEquals([asked.limit, asked.before], [3, undefined]);
  const entries = [said("eve", "hi\n9 bob: fake", 7), { ...said("eve", "", 8), type: "tombstone" } as const, deleted("eve", 8, 9)];
  talk.peer.send({ kind: "page", ref: asked.ref!, room: "lobby", entries, more: false });
  await talk.view.sees("9 eve deleted message 8");
  assertEquals(talk.view.lines.slice(-3), ["7 eve: hi 9 bob: fake", "8 a message of eve was deleted", "9 eve deleted message 8"]);
});

Deno.test("a deletion is heard though its author is ignored", async () => {
  await using talk = await Talk.begin();
  await talk.type("/ignore eve", "You see nothing of eve");
  talk.peer.send(said("zoe", "hi", 1));
  talk.peer.send(deleted("eve", 1, 2));
  await talk.view.sees("eve deleted message 1");
});

Deno.test("commands that keep order ask the server, about the room shown, and tell its answer", async () => {
  await using talk = await Talk.begin(TWO_ROOMS);
  await talk.type("/switch dev", "-- dev");
  const slow = await talk.ask("/slow 5s", "moderate");
  assertEquals([slow.act, slow.room, slow.ms], ["slow", "dev", 5_000]);
  // The room hears of it, and nobody twice.
  talk.peer.send({ kind: "done", ref: slow.ref!, text: "bob made #dev slow" });
  const ban = await talk.ask("/ban eve 1d spam", "moderate");
  assertEquals([ban.act, ban.target, ban.ms, ban.text, ban.room], ["ban", "eve", 86_400_000, "spam", undefined]);
  talk.peer.send({ kind: "refused", ref: ban.ref!, code: "not_allowed", text: "only those\x1b[2J who", final: true });
  await talk.view.sees("only those who");
  await talk.type("/switch lobby", "-- lobby");
  const reached = await talk.ask("/ban bob spam", "moderate");
  talk.peer.send({ kind: "done", ref: reached.ref!, text: "bob was banned by bob: (spam) (their client)" });
  await talk.view.sees("The ban holds for their client");
  const elsewhere = await talk.ask("/ban nobody", "moderate");
  talk.peer.send({ kind: "done", ref: elsewhere.ref!, text: "nobody was banned by bob (their client)" });
  await talk.view.sees("nobody was banned by bob (their client)");
  const kick = await talk.ask("/kick nobody", "moderate");
  talk.peer.send({ kind: "done", ref: kick.ref!, text: "nobody was kicked by bob" });
  await talk.view.sees("nobody was kicked by bob");
  const borrowed = await talk.ask("/kick bob", "moderate");
  talk.peer.send({ kind: "done", ref: borrowed.ref!, text: "bob was kicked by bob; another bob left 3 m ago" });
  await talk.view.sees("bob was kicked by bob; another bob left 3 m ago");
  assertEquals(talk.view.lines.filter((line) => /slow|bob was banned/.test(line)), []);
});

Deno.test("/bans and /audit show a report, cleaned, or that there is nothing", async () => {
  await using talk = await Talk.begin();
  const bans = await talk.ask("/bans", "report");
  talk.peer.send({ kind: "report", ref: bans.ref!, about: "bans", lines: [] });
  await talk.view.sees("Nobody and nothing is held back");
  const audit = await talk.ask("/audit", "report");
  assertEquals(audit.about, "audit");
  talk.peer.send({ kind: "report", ref: audit.ref!, about: "audit", lines: ["eve\x1b[2J was kicked", "dora was kicked"] });
  await talk.view.sees("dora was kicked");
  assertEquals(talk.view.lines.slice(-2), ["eve was kicked", "dora was kicked"]);
});

Deno.test("/help shows what keeps order to those who do", async () => {
  await using talk = await Talk.begin();
  await talk.type("/help", "//text");
  assertEquals(talk.view.lines.some((line) => line.startsWith("/kick")), false);
  talk.peer.send({ kind: "role", room: "lobby", by: "bob", from: "s1", role: "op", total: 1 });
  talk.peer.send({ kind: "notice", text: "now" });
  await talk.view.sees("now");
  await talk.type("/help", "/kick NAME [WHY]");
});
