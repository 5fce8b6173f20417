/**
 * What the client's screen looks like, row by row, when a person makes it hard.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { Peer, program, PROGRAM_ENV, startServer } from "../harness.ts";
import { MODES, quoted, Terminal, tmuxThere } from "./terminal.ts";
import { TempFolder } from "../temp_folder.ts";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, ignore: !tmuxThere });
}

test("screen: half a line stays in sight while 100 messages arrive, at any width", async () => {
  await using server = await startServer("--limits", "off");
  using alice = await Peer.named(server.port, "alice");
  await using terminal = await Terminal.open(200, 24, "client", `127.0.0.1:${server.port}`, "--name", "bob");
  await terminal.shows("Hello bob");
  await terminal.type("half a line that is longer than twenty columns");
  for (let n = 1; n <= 50; n++) await alice.send(`message ${n}\n`);
  await terminal.endsWith("00:00 alice: message 50", "bob> half a line that is longer than twenty columns", "#lobby · alice · connected");
  await terminal.resize(20, 24);
  await terminal.endsWith(" 50", "bob> half a line th", "at is longer than t", "wenty columns", "#lobby · connected");
  for (let n = 51; n <= 100; n++) await alice.send(`message ${n}\n`);
  await terminal.endsWith(" 100", "bob> half a line th", "at is longer than t", "wenty columns", "#lobby · connected");
  await terminal.resize(200, 24);
  await terminal.endsWith("00:00 alice: message 100", "bob> half a line that is longer than twenty columns", "#lobby · alice · connected");
  const past = await terminal.past();
  assertEquals(past.filter((line) => line.includes("half a line")).length, 1);
  const said = past.filter((line) => line.includes("alice: message"));
  assertEquals(said, Array.from({ length: 100 }, (_, i) => `00:00 alice: message ${i + 1}`));
});

test("screen: too small for what was drawn, it loses no message, and the line is whole again afterwards", async () => {
  await using server = await startServer();
  using alice = await Peer.named(server.port, "alice");
  await using terminal = await Terminal.open(70, 12, "client", `127.0.0.1:${server.port}`, "--name", "bob");
  await terminal.shows("Hello bob");
  await terminal.type("a line that is longer than twenty columns");
  await terminal.shows("twenty columns");
  const sizes = [[20, 12, "#lobby · connected"], [12, 5, "connected"], [1, 8, ""], [70, 12, "#lobby · alice · connected"]] as const;
  for (const [columns, rows, status] of sizes) {
    await terminal.resize(columns, rows);
    if (status !== "") await terminal.endsWith(status);
    await alice.send(`at ${columns} by ${rows}\n`);
  }
  await terminal.endsWith("00:00 alice: at 70 by 12", "bob> a line that is longer than twenty columns", "#lobby · alice · connected");
  const past = (await terminal.past()).join("\n");
  for (const [columns, rows] of sizes) assertStringIncludes(past, `alice: at ${columns} by ${rows}`);
});

test("screen: 20 pasted lines with escape codes in them are asked for, and are one message", async () => {
  await using server = await startServer();
  using alice = await Peer.named(server.port, "alice");
  await using terminal = await Terminal.open(70, 30, "client", `127.0.0.1:${server.port}`, "--name", "bob");
  await terminal.shows("Hello bob");
  const title = await terminal.title();
  const lines = Array.from({ length: 20 }, (_, i) => `line ${i + 1}`);
  await terminal.paste(lines.map((line) => `\x1b[31m${line}\x1b[0m\x1b]0;owned\x07\x1b[2J`).join("\n"));
  await terminal.endsWith("bob>", "Paste 20 lines as one message? Enter or y pastes, Esc or n does not");
  await terminal.type("y");
  await terminal.endsWith("bob> line 1", ...lines.slice(1), "#lobby · alice · connected");
  await terminal.type("Enter");
  await terminal.endsWith("00:00 bob: line 1", ...lines.slice(1).map((line) => `      ${line}`), "bob>", "#lobby · alice · connected");
  await alice.lines.match(/^bob: line 1/);
  assertEquals(await terminal.title(), title);
});

test("screen: kill -9 of the server in the middle of a line, and it is back with its history", async () => {
  using data = new TempFolder();
  const first = await startServer("--data", data.path);
  await using terminal = await Terminal.open(80, 12, "client", `127.0.0.1:${first.port}`, "--name", "bob");
  await terminal.shows("Hello bob");
  await terminal.type("before", "Enter");
  await terminal.endsWith("00:00 bob: before", "bob>", "#lobby · nobody else here · connected");
  await terminal.type("half");
  await terminal.shows("bob> half");
  first.program.kill("SIGKILL");
  await first.program.exit();
  await terminal.shows("reconnecting");
  await terminal.type(" a line", "Enter", "dra");
  await terminal.endsWith("… half a line", "bob> dra", "#lobby · nobody else here · reconnecting (1 queued)");
  await using _ = await startServer("--data", data.path, "--port", String(first.port));
  await terminal.endsWith("bob> dra", "#lobby · nobody else here · connected");
  await terminal.type("ft");
  await terminal.endsWith("bob> draft", "#lobby · nobody else here · connected");
  assertEquals((await terminal.past()).filter((line) => line.includes("bob: ")), ["00:00 bob: before", "00:00 bob: half a line"]);
});

test("screen: Ctrl-Z gives the shell its terminal, and fg brings the line back as it was", async () => {
  await using server = await startServer();
  using alice = await Peer.named(server.port, "alice");
  await using terminal = await Terminal.shell(100, 24);
  await terminal.shows("$");
  await terminal.type(`clear; ${quoted(program("client", `127.0.0.1:${server.port}`, "--name", "bob"))}`, "Enter");
  await terminal.shows("Hello bob");
  await terminal.type("half");
  await terminal.shows("bob> half");
  await terminal.type("C-z");
  await terminal.shows("Stopped");
  await alice.send("while away\n");
  await terminal.type(`clear; ${MODES}`, "Enter");
  await terminal.shows("icanon");
  await terminal.type("fg", "Enter");
  await terminal.endsWith("00:00 alice: while away", "bob> half", "#lobby · alice · connected");
  await terminal.type(" a line");
  await terminal.paste(", pasted\nin two");
  await terminal.endsWith("bob> half a line, pasted", "in two", "#lobby · alice · connected");
  await terminal.type("C-c");
  await alice.lines.match(/^\* bob left$/);
  await terminal.type(`clear; ${MODES}`, "Enter");
  assertEquals((await terminal.shows("icanon")).includes("-icanon"), false);
});

test("screen: each room keeps its draft, and says how much is unread", async () => {
  await using server = await startServer();
  using alice = await Peer.named(server.port, "alice");
  await using terminal = await Terminal.open(80, 24, "client", `127.0.0.1:${server.port}`, "--name", "bob");
  await terminal.shows("Hello bob");
  await terminal.type("/join dev", "Enter");
  await terminal.endsWith("── #dev ──", "#dev bob>", "#dev · nobody else here · 1:#lobby · connected");
  await terminal.type("for dev");
  await alice.send("one\ntwo for bob\n");
  await terminal.endsWith("#dev bob> for dev", "#dev · nobody else here · 1:#lobby 2! · connected");
  await terminal.type("M-1");
  await terminal.endsWith(
    "── #lobby · 2 new ──",
    "00:00 alice: one",
    "00:00 alice: two for bob",
    "#lobby bob>",
    "#lobby · alice · 2:#dev · connected",
  );
  await terminal.type("for lobby", "M-2");
  await terminal.endsWith("── #dev ──", "#dev bob> for dev", "#dev · nobody else here · 1:#lobby · connected");
  await terminal.type("M-1");
  await terminal.endsWith("── #lobby ──", "#lobby bob> for lobby", "#lobby · alice · 2:#dev · connected");
});

test("screen: a line where one left off", async () => {
  using state = new TempFolder();
  await using server = await startServer();
  using alice = await Peer.named(server.port, "alice");
  const open = () =>
    Terminal.openWith({ ...PROGRAM_ENV, XDG_STATE_HOME: state.path }, 80, 12, "client", `127.0.0.1:${server.port}`, "--name", "bob");
  {
    await using terminal = await open();
    await terminal.shows("Hello bob");
    await alice.send("seen\n");
    await terminal.shows("alice: seen");
    await terminal.type("C-c");
    await terminal.shows("exit code 0");
  }
  await alice.lines.match(/^\* bob left$/);
  await alice.sayAndKeep("missed", "alice: missed");
  await using terminal = await open();
  await terminal.endsWith(
    "── you left off here ──",
    "00:00 alice: missed",
    "* You are up to date.",
    "bob>",
    "#lobby · alice · connected",
  );
});

test("screen: a refused message is given back for editing", async () => {
  await using server = await startServer("--max-text", "28");
  await using terminal = await Terminal.open(100, 12, "client", `127.0.0.1:${server.port}`, "--name", "bob");
  await terminal.shows("Hello bob");
  await terminal.type("longer than twenty-eight bytes", "Enter");
  await terminal.endsWith("bob> longer than twenty-eight bytes", "#lobby · nobody else here · connected");
  assertStringIncludes((await terminal.past()).join("\n"), "* Not sent: ");
  await terminal.type("C-w", "go", "Enter");
  await terminal.endsWith("00:00 bob: longer than twenty-eight go", "bob>", "#lobby · nobody else here · connected");
});

test("screen: an uncaught error leaves the terminal as it was", async () => {
  await using server = await startServer();
  const defect = new URL("crash_when_resized.ts", import.meta.url).pathname;
  const run = [Deno.execPath(), "run", "--quiet", "--no-prompt", "--no-check", "--allow-all", defect];
  await using terminal = await Terminal.run(PROGRAM_ENV, 120, 12, ...run, "client", `127.0.0.1:${server.port}`, "--name", "bob");
  await terminal.shows("Hello bob");
  await terminal.type("half a line");
  await terminal.shows("half a line");
  await terminal.resize(119, 12);
  const screen = await terminal.shows("icanon");
  const [said, ...rest] = screen.split("\n").slice(-3);
  assertEquals(said, "chat: something broke inside chat: Error: crash (e2e/crash_when_resized.ts:7); please report it");
  assertEquals(rest, ["exit code 70", "icanon echo"]);
  await terminal.paste("not marked");
  assertEquals((await terminal.shows("not marked")).includes("200~"), false);
});
