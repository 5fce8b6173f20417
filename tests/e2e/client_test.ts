import { assertEquals, assertMatch } from "@std/assert";
import { Peer, Program, program, startServer } from "../harness.ts";

const to = (port: number) => `127.0.0.1:${port}`;

Deno.test("chat client: three peers in one room, each leaving its own way", async () => {
  await using server = await startServer("--log-messages");
  using netcat = await Peer.named(server.port, "alice");
  const ear = new Program("client", to(server.port), "--name", "ear");
  await netcat.expect("* ear joined");
  const bot = new Program("client", to(server.port), "--name", "bot");
  await bot.type("hi\nthere\n");
  await bot.endInput();
  assertEquals(await bot.exit(), 0);
  await netcat.expect("* bot joined", "bot: hi", "bot: there", "* bot left");
  await netcat.send("bye\n");
  assertEquals(await netcat.lines.rest(), ["* Bye, alice (0 messages sent)."]);
  assertEquals([await ear.stdout.next(), await ear.stdout.next()], ["bot: hi", "bot: there"]);
  ear.kill("SIGTERM");
  assertEquals([await ear.exit(), ear.stdout.all], [0, ["bot: hi", "bot: there"]]);
  const log = server.program.stderr;
  for (
    const line of [
      /ear joined/,
      /#lobby bot: hi/,
      /bot left after 2 messages: said bye/,
      /alice left/,
      /ear left after 0 messages: said bye/,
    ]
  ) {
    await log.match(line);
  }
});

Deno.test("chat client: no server there is one line and exit code 69", async () => {
  const server = await startServer();
  await server[Symbol.asyncDispose]();
  const client = new Program("client", to(server.port), "--name", "bob");
  assertEquals(await client.exit(), 69);
  const start = `Start one with: chat server --port ${server.port}`;
  assertEquals(client.stderr.all, [`No chat server at ${to(server.port)} (connection refused). ${start}`]);
});

Deno.test("chat client: a taken name on a pipe is said, exit code 1", async () => {
  await using server = await startServer();
  using _ = await Peer.named(server.port, "Bob");
  const client = new Program("client", to(server.port), "--name", "bob");
  assertEquals(await client.exit(), 1);
  assertMatch(client.stderr.all[0], /^bob is taken\./);
});

Deno.test("chat client: what was not kept is said and counted, exit code 1", async () => {
  await using server = await startServer();
  using alice = await Peer.named(server.port, "alice");
  const client = new Program("client", to(server.port), "--name", "bob");
  await client.type(`one\n${"x".repeat(4_097)}\ntwo\n`);
  await client.endInput();
  assertEquals(await client.exit(), 1);
  await alice.expect("* bob joined", "bob: one", "bob: two", "* bob left");
  assertMatch(client.stderr.all.join("\n"), /4,096 bytes/);
  assertMatch(client.stderr.all.join("\n"), /1 of 3|1 message/);
});

Deno.test("chat client: the server goes away and comes back; what was said meanwhile is sent then, under the same name", async () => {
  const first = await startServer();
  const bob = new Program("client", to(first.port), "--name", "bob");
  await bob.stderr.match(/Hello bob/);
  await first[Symbol.asyncDispose]();
  await bob.stderr.match(/trying|again|reconnect/i);
  await bob.type("said meanwhile\n");
  await using second = await startServer("--port", String(first.port));
  using alice = await Peer.named(second.port, "alice");
  const heard = await alice.lines.match(/said meanwhile|joined/);
  if (heard === "* bob joined") await alice.expect("bob: said meanwhile");
  await bob.endInput();
  assertEquals(await bob.exit(), 0);
});

Deno.test("chat client --json: takes and prints frames", async () => {
  await using server = await startServer();
  using alice = await Peer.named(server.port, "alice");
  const bot = new Program("client", to(server.port), "--name", "bot", "--json");
  assertEquals(JSON.parse(await bot.stdout.next() ?? "").kind, "welcome");
  await bot.type('{"kind":"say","ref":"mine","room":"lobby","text":"hi"}\nnonsense\n');
  const [echo, error] = [JSON.parse(await bot.stdout.next() ?? ""), JSON.parse(await bot.stdout.next() ?? "")];
  const kinds = [echo, error].map((frame) => `${frame.kind} ${frame.ref ?? frame.code}`).sort();
  assertEquals(kinds, ["entry mine", "error malformed"]);
  await alice.expect("* bot joined", "bot: hi");
  await alice.send("hello bot\n");
  assertEquals(JSON.parse(await bot.stdout.match(/hello bot/)).by, "alice");
  await bot.endInput();
  // One line was no frame.
  assertEquals(await bot.exit(), 1);
});

Deno.test("chat client: nobody reads its output any more, and it leaves without a word", async () => {
  await using server = await startServer();
  using alice = await Peer.named(server.port, "alice");
  const ear = new Program("client", to(server.port), "--name", "ear");
  await alice.expect("* ear joined");
  await alice.send("one\n");
  assertEquals(await ear.stdout.next(), "alice: one");
  await ear.stdout.cancel();
  // It hears of that when it writes, so something is said until it does.
  let gone = false;
  const left = alice.expect("* ear left").finally(() => gone = true);
  for (let n = 0; !gone && n < 40; n++) await Promise.all([alice.send("more\n"), new Promise((resolve) => setTimeout(resolve, 20))]);
  await left;
  assertEquals(await ear.exit(), 0);
  assertEquals(ear.stderr.all.filter((line) => /rror|at /.test(line)), []);
});

Deno.test("chat client: says when it cannot write, exit code 74", { ignore: Deno.build.os !== "linux" }, async () => {
  await using server = await startServer();
  using alice = await Peer.named(server.port, "alice");
  const full = (...args: string[]) => new Program(["bash", "-c", '"$0" "$@" >/dev/full', ...program("client", to(server.port), ...args)]);
  const ear = full("--name", "ear");
  await alice.expect("* ear joined");
  await alice.send("one\n");
  const bot = full("--name", "bot", "--json");
  for (const client of [ear, bot]) {
    assertEquals(await client.exit(), 74);
    assertEquals(client.stderr.all.at(-1), "stdout: cannot write: Error: No space left on device (os error 28)");
  }
});

Deno.test("chat client: says when it cannot read its input, exit code 74", { ignore: Deno.build.os === "windows" }, async () => {
  await using server = await startServer();
  for (const json of [[], ["--json"]]) {
    const commandLine = program("client", to(server.port), "--name", "bob", ...json);
    const client = new Program(["bash", "-c", '"$0" "$@" </', ...commandLine]);
    assertEquals(await client.exit(), 74);
    assertEquals(client.stderr.all.at(-1), "stdin: cannot read: Is a directory (os error 21)");
  }
});
