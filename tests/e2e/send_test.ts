import { assertEquals, assertMatch } from "@std/assert";
import { Peer, Program, program, startServer } from "../harness.ts";
import { TempFolder } from "../temp_folder.ts";

const to = (port: number) => `127.0.0.1:${port}`;

/** Runs `chat send` with this on its stdin; returns the exit code and what stderr said. */
async function send(args: readonly string[], input = ""): Promise<[code: number, errors: string[]]> {
  const sender = new Program("send", ...args);
  await sender.type(input);
  await sender.endInput();
  const code = await sender.exit();
  assertEquals(sender.stdout.all, []);
  return [code, sender.stderr.all];
}

Deno.test("chat send: words are one message, lines of stdin one each, in the room that is named", async () => {
  await using server = await startServer();
  using alice = await Peer.named(server.port, "alice");
  assertEquals(await send([to(server.port), "--name", "ci", "build", "failed:", "10.0.0.5"]), [0, []]);
  await alice.expect("* ci joined", "ci: build failed: 10.0.0.5", "* ci left");
  assertEquals(await send([to(server.port), "--name", "ci"], "one\n\n  two\r\nbye\n\x1b[31mlast\x1b[0m"), [0, []]);
  await alice.expect("* ci joined", "ci: one", "ci:   two", "ci: bye", "ci: last", "* ci left");
  await alice.send("/join ops\n");
  await alice.lines.match(/You are in #ops/);
  assertEquals(await send([`localhost:${server.port}`, "--name", "ci", "--room", "#Ops", "--", "--room", "is a flag"]), [0, []]);
  await alice.expect("* ci joined", "ci: --room is a flag", "* ci left");
});

Deno.test("chat send: a message of several lines stays one", async () => {
  await using server = await startServer();
  using alice = await Peer.framed(server.port, "alice");
  assertEquals(await send([to(server.port), "one\ntwo"]), [0, []]);
  assertEquals(JSON.parse(await alice.lines.match(/"kind":"entry"/)).text, "one\ntwo");
});

Deno.test("chat send: a taken name gets a number, and whoever asked for it is told", async () => {
  await using server = await startServer();
  using bob = await Peer.named(server.port, "bob");
  using _ = await Peer.named(server.port, "bob-2");
  await bob.expect("* bob-2 joined");
  assertEquals(await send([to(server.port), "--name", "bob", "hi"]), [0, ["bob is taken: sent as bob-3"]]);
  await bob.expect("* bob-3 joined", "bob-3: hi", "* bob-3 left");
});

Deno.test("chat send: what cannot be sent is said with its length, and the rest is sent", async () => {
  await using server = await startServer("--max-text", "100");
  using alice = await Peer.named(server.port, "alice");
  const tooLong = "a message has at most 4,096 bytes, this one had 4,098";
  assertEquals(await send([to(server.port), "é".repeat(2_049)]), [64, [`TEXT: ${tooLong}`]]);
  assertEquals(await send([to(server.port), "--", ""]), [64, ["TEXT: there is nothing in it to say"]]);
  const [code, errors] = await send(
    [to(server.port), "--name", "ci"],
    `one\n${"x".repeat(4_098)}\n${"y".repeat(100_000)}\n${"z".repeat(101)}\nlast\n`,
  );
  assertEquals([code, ...errors], [
    1,
    `Not sent: ${tooLong}`,
    "Not sent: a message has at most 4,096 bytes, this one had 100,000",
    "Not sent: a message has at most 100 bytes, this one had 101",
  ]);
  await alice.expect("* ci joined", "ci: one", "ci: last", "* ci left");
});

Deno.test("chat send: no server there is one line and exit code 69, at once", async () => {
  const server = await startServer();
  await server[Symbol.asyncDispose]();
  const open = new Program("send", to(server.port));
  assertEquals(await open.exit(), 69);
  const start = `Start one with: chat server --port ${server.port}`;
  assertEquals(open.stderr.all, [`No chat server at ${to(server.port)} (connection refused). ${start}`]);
});

Deno.test("chat send: a server that stops and comes back has every line once", async () => {
  using folder = new TempFolder();
  const first = await startServer("--data", folder.path);
  const log = new Program("send", to(first.port), "--name", "log");
  {
    using alice = await Peer.named(first.port, "alice");
    await log.type("one\n");
    await alice.lines.match(/^log: one$/);
  }
  await first[Symbol.asyncDispose]();
  await log.type("two\nthree\n");
  await log.endInput();
  await using second = await startServer("--data", folder.path, "--port", String(first.port));
  assertEquals([await log.exit(), log.stderr.all], [0, []]);
  const seen = new Program("tail", to(second.port));
  assertEquals(await seen.exit(), 0);
  assertEquals(seen.stdout.all.map((line) => line.slice(17)), ["log: one", "log: two", "log: three"]);
});

Deno.test(
  "chat send: Ctrl-C ends it when what was said is acknowledged, exit code 0",
  { ignore: Deno.build.os === "windows" },
  async () => {
    await using server = await startServer();
    using alice = await Peer.named(server.port, "alice");
    const log = new Program("send", to(server.port), "--name", "log");
    await log.type("one\n");
    await alice.expect("* log joined", "log: one");
    log.kill("SIGINT");
    assertEquals([await log.exit(), log.stderr.all], [0, []]);
    await alice.expect("* log left");
  },
);

Deno.test("chat send: stdin that cannot be read is said, exit code 74", { ignore: Deno.build.os !== "linux" }, async () => {
  await using server = await startServer();
  const [command, ...args] = program("send", to(server.port));
  const { code, stderr } = await new Deno.Command("bash", { args: ["-c", '"$0" "$@" </tmp', command, ...args] }).output();
  assertEquals(code, 74);
  assertMatch(new TextDecoder().decode(stderr), /^stdin: cannot read: .*\n$/);
});
