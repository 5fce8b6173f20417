import { assertEquals, assertStringIncludes } from "@std/assert";
import { Peer, startServer } from "../harness.ts";
import { Terminal, tmuxThere } from "./terminal.ts";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, ignore: !tmuxThere });
}

test("terminal: asks for a name, and again when it is taken", async () => {
  await using server = await startServer();
  using _ = await Peer.named(server.port, "alice");
  await using terminal = await Terminal.open(80, 12, "client", `127.0.0.1:${server.port}`);
  await terminal.shows("Enter your name:");
  await terminal.type("alice", "Enter");
  await terminal.shows("alice is taken");
  await terminal.type("bob", "Enter");
  await terminal.shows("Hello bob. Here now: alice.");
});

test("terminal: what others say appears above the half-typed line", async () => {
  await using server = await startServer("--limits", "off");
  using alice = await Peer.named(server.port, "alice");
  await using terminal = await Terminal.open(60, 12, "client", `127.0.0.1:${server.port}`, "--name", "bob");
  await terminal.shows("Hello bob");
  await terminal.type("half a li");
  await terminal.shows("half a li");
  for (let n = 1; n <= 100; n++) await alice.send(`message ${n}\n`);
  const screen = (await terminal.shows("alice: message 100")).split("\n");
  assertStringIncludes(screen.at(-3) ?? "", "alice: message 100");
  assertEquals(screen.at(-2), "bob> half a li");
  await terminal.type("ne", "Enter");
  await alice.lines.match(/^bob: half a line$/);
  const after = (await terminal.shows("bob: half a line")).split("\n");
  assertEquals(after.filter((line) => line.includes("half a line")).length, 1);
});

for (const [how, keys] of Object.entries({ "bye": ["bye", "Enter"], "/quit": ["/quit", "Enter"], "Ctrl-D": ["C-d"], "Ctrl-C": ["C-c"] })) {
  test(`terminal: ${how} leaves, the others see it, and the terminal is as it was`, async () => {
    await using server = await startServer();
    using alice = await Peer.named(server.port, "alice");
    await using terminal = await Terminal.open(80, 12, "client", `127.0.0.1:${server.port}`, "--name", "bob");
    await terminal.shows("Hello bob");
    await terminal.type(...keys);
    await alice.expect("* bob joined", "* bob left");
    const screen = await terminal.shows("icanon");
    assertStringIncludes(screen, "exit code 0");
    assertStringIncludes(screen, "icanon echo");
    assertEquals(/-icanon|-echo/.test(screen), false);
  });
}

test("terminal: the server goes away and comes back, and the half-typed line stays", async () => {
  const first = await startServer();
  await using terminal = await Terminal.open(80, 12, "client", `127.0.0.1:${first.port}`, "--name", "bob");
  await terminal.shows("Hello bob");
  await terminal.type("said while away", "Enter", "half");
  await terminal.shows("half");
  await first[Symbol.asyncDispose]();
  await terminal.shows("reconnecting");
  await terminal.type("m", "Enter", "draft");
  await using second = await startServer("--port", String(first.port));
  using alice = await Peer.named(second.port, "alice");
  const screen = await terminal.shows("bob> draft");
  assertStringIncludes(screen, "said while away");
  await alice.lines.match(/^bob: halfm$|bob joined/);
});

test("terminal: a width of 20 columns and back", async () => {
  await using server = await startServer();
  using alice = await Peer.named(server.port, "alice");
  await using terminal = await Terminal.open(70, 12, "client", `127.0.0.1:${server.port}`, "--name", "bob");
  await terminal.shows("Hello bob");
  await terminal.type("a line that is longer than twenty columns");
  await terminal.resize(20, 12);
  await alice.send("narrow\n");
  await terminal.shows("narrow");
  await terminal.resize(70, 12);
  await alice.send("wide again\n");
  // The terminal tells of its new width when it pleases.
  const screen = (await terminal.shows("bob> a line that is longer than twenty columns")).split("\n");
  assertEquals(screen.filter((line) => line.includes("bob>")).length, 1);
  assertStringIncludes(screen.join("\n"), "alice: narrow");
});
