import { assert, assertEquals, assertLess, assertMatch, assertStringIncludes } from "@std/assert";
import { Lines, Peer, Program, program, startServer } from "../harness.ts";
import { Terminal, tmuxThere } from "./terminal.ts";

Deno.test("chat server: says where it listens first, then how to join, ready to copy", async () => {
  const server = new Program("server", "--ephemeral", "--port", "0");
  const port = (await server.stdout.next())?.match(/^Server started on 127\.0\.0\.1:(\d+)$/)?.[1];
  server.kill("SIGINT");
  assertEquals(await server.exit(), 0);
  const text = server.stdout.all.join("\n");
  for (const line of [`chat client 127.0.0.1:${port}`, `nc 127.0.0.1 ${port}`, "Only this machine can join."]) {
    assertStringIncludes(text, line);
  }
});

Deno.test("chat server: on all addresses it lists the machine's own", async () => {
  const server = new Program("server", "--ephemeral", "--port", "0", "--host", "0.0.0.0");
  assertMatch(await server.stdout.next() ?? "", /^Server started on 0\.0\.0\.0:\d+$/);
  await server.stdout.match(/^ {2}(deno task )?chat client \d+\.\d+\.\d+\.\d+:\d+$/);
  await server.stdout.match(/^ {2}nc \d+\.\d+\.\d+\.\d+ \d+$/);
  server.kill("SIGTERM");
  assertEquals(await server.exit(), 0);
});

Deno.test("chat server: logs connections, names, messages and disconnects with their time", async () => {
  await using server = await startServer("--log-messages");
  using alice = await Peer.named(server.port, "alice");
  await alice.send("hello\n");
  await alice.end();
  const log = server.program.stderr;
  assertMatch(await log.match(/connected/), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z {2}127\.0\.0\.0\/24 connected \(text\)$/);
  assertMatch(await log.match(/joined/), /alice joined #lobby from 127\.0\.0\.0\/24$/);
  assertMatch(await log.match(/alice:/), /#lobby alice: hello$/);
  assertMatch(await log.match(/left/), /alice left after 1 message: closed its end$/);
});

Deno.test("chat server: without a terminal, what people say is in the log only on request", async () => {
  await using server = await startServer();
  using alice = await Peer.named(server.port, "alice");
  await alice.send("a secret\n");
  await alice.end();
  await server.program.stderr.match(/alice left/);
  assertEquals(server.program.stderr.all.filter((line) => line.includes("secret")), []);
  assertMatch(server.program.stderr.all.find((line) => line.includes("said")) ?? "", /#lobby alice said 8 characters$/);
});

Deno.test("chat server --log-format json: one object a line", async () => {
  await using server = await startServer("--log-format", "json");
  using alice = await Peer.named(server.port, "alice");
  await alice.end();
  const line = JSON.parse(await server.program.stderr.match(/"disconnected"/));
  assertEquals([line.level, line.event, line.who, line.sent], ["INFO", "disconnected", "alice", 0]);
});

Deno.test("chat server: a port in use is one line and exit code 69", async () => {
  await using first = await startServer();
  const second = new Program("server", "--port", String(first.port));
  assertEquals([await second.exit(), second.stdout.all], [69, []]);
  assertEquals(second.stderr.all, [
    `Cannot listen on 127.0.0.1:${first.port}: the port is in use. Stop the program that has it, or choose another with --port`,
  ]);
});

Deno.test("chat server: a host that is not this machine's, or nobody's, is one line and exit code 69", async () => {
  for (const host of ["192.0.2.1", "no.such.host.invalid"]) {
    const server = new Program("server", "--ephemeral", "--port", "0", "--host", host);
    assertEquals([await server.exit(), server.stdout.all, server.stderr.all.length], [69, [], 1]);
    assertStringIncludes(server.stderr.all[0], `Cannot listen on ${host}:0: `);
  }
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`C11 shutdown: ${signal} delivers what was read, tells everybody, and exits 0`, async () => {
    const server = new Program("server", "--ephemeral", "--port", "0");
    const port = Number((await server.stdout.next())?.split(":").at(-1));
    using alice = await Peer.named(port, "alice");
    using bob = await Peer.framed(port, "bob");
    using nameless = await Peer.connect(port);
    await nameless.expect("* Enter your name:");
    // More than the burst that is read at once: the rest was read, and waits.
    await alice.send(Array.from({ length: 70 }, (_, n) => `${n}\n`).join(""));
    await bob.lines.match(/"text":"49"/);
    server.kill(signal);
    const last = await bob.lines.rest();
    assertEquals(last.slice(0, -1).map((line) => JSON.parse(line).text), Array.from({ length: 20 }, (_, n) => String(50 + n)));
    const { kind, reason, retryMs } = JSON.parse(last.at(-1)!);
    assertEquals([kind, reason, retryMs >= 500 && retryMs < 3_000], ["bye", "restart", true]);
    assertEquals((await alice.lines.rest()).at(-1), "* The server is stopping. Bye, alice (70 messages sent).");
    assertEquals(await nameless.lines.rest(), ["* The server is stopping. Bye."]);
    assertEquals(await server.exit(), 0);
  });
}

/** A server with alice, who has said much to somebody who reads nothing. */
async function withDeaf(): Promise<{ server: Program; alice: Peer } & Disposable> {
  const server = new Program("server", "--ephemeral", "--port", "0", "--limits", "off");
  const port = Number((await server.stdout.next())?.split(":").at(-1));
  const deaf = await Deno.connect({ hostname: "127.0.0.1", port });
  await deaf.write(new TextEncoder().encode("deaf\n"));
  const alice = await Peer.named(port, "alice");
  for (let n = 0; n < 3_000; n++) await alice.send("x".repeat(4_000) + "\n");
  const leave = () => {
    deaf.close();
    alice[Symbol.dispose]();
  };
  return { server, alice, [Symbol.dispose]: leave };
}

Deno.test("C11 shutdown: a peer that reads nothing holds it up no longer than 5 s, a second signal ends that", async () => {
  using house = await withDeaf();
  const { server, alice } = house;
  server.kill("SIGTERM");
  assertMatch((await alice.lines.rest()).at(-1) ?? "", /^\* The server is stopping\./);
  server.kill("SIGINT");
  assertEquals(await server.exit(), 0);
});

Deno.test("C11 shutdown: a Ctrl-C that comes twice at once is one, and everybody hears the farewell", async () => {
  using house = await withDeaf();
  const { server, alice } = house;
  server.kill("SIGINT");
  await server.stderr.match(/stopping/);
  server.kill("SIGINT");
  assertMatch((await alice.lines.rest()).at(-1) ?? "", /^\* The server is stopping\./);
  server.kill("SIGTERM");
  assertEquals(await server.exit(), 0);
});

Deno.test(
  "C11 shutdown: a terminal that is closed ends the server in it, and everybody hears the farewell",
  { ignore: !tmuxThere },
  async () => {
    await using terminal = await Terminal.open(160, 40, "server", "--port", "0", "--ephemeral");
    const port = Number((await terminal.shows("Ctrl-C stops")).match(/Server started on \S+:(\d+)/)?.[1]);
    using alice = await Peer.named(port, "alice");
    await terminal.hangUp();
    assertMatch((await alice.lines.rest()).at(-1) ?? "", /^\* The server is stopping\./);
  },
);

Deno.test("chat server: SIGHUP without a terminal to close, and without a certificate to renew, changes nothing", async () => {
  await using server = await startServer();
  using alice = await Peer.named(server.port, "alice");
  server.program.kill("SIGHUP");
  await alice.sayAndKeep("still here", "alice: still here");
});

Deno.test("front door: running out of file descriptors is survived", async () => {
  const command = new Deno.Command("bash", {
    args: ["-c", 'ulimit -n 160 && exec "$0" "$@"', ...program("server", "--ephemeral", "--port", "0", "--limits", "off")],
    stdout: "piped",
    stderr: "piped",
  });
  const server = command.spawn();
  const [stdout, stderr] = [new Lines(server.stdout), new Lines(server.stderr)];
  const port = Number((await stdout.match(/^Server started/)).split(":").at(-1));
  const first = await Peer.named(port, "first");
  const many = await Promise.all(Array.from({ length: 200 }, () => Peer.connect(port)));
  await stderr.match(/something broke in accepting a connection: .*(os error 24)/);
  const told = await Promise.all(many.map(({ lines }) => lines.next()));
  assert(told.includes("! The server is full: it may open no more files. Try again later."), `${told}`);
  // They have waited for 2 s without a name when somebody has been let in.
  using second = await roomFor(port, "second");
  await second.send("all well\n");
  await first.lines.match(/^second: all well$/);
  for (const peer of many) peer[Symbol.dispose]();
  using late = await roomFor(port, "late");
  await late.send("still here\n");
  await first.lines.match(/^late: still here$/);
  first[Symbol.dispose]();
  server.kill("SIGTERM");
  await Promise.all([stdout.rest(), stderr.rest()]);
  assertEquals((await server.status).code, 0);
  // Said when it begins, not each time that it is tried again.
  assertLess(stderr.all.filter((line) => line.includes("accepting")).length, 5);
});

/** Joins as soon as the server has noticed that others are gone. */
async function roomFor(port: number, name: string): Promise<Peer> {
  for (;;) {
    const peer = await Peer.connect(port);
    await peer.send(`${name}\n`);
    if (/^\* Hello /.test(await peer.lines.next() ?? "")) return peer;
    peer[Symbol.dispose]();
  }
}
