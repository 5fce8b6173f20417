import { assertEquals, assertMatch } from "@std/assert";
import { decodeServerFrame } from "../../shared/codec.ts";
import type { Entry } from "../../shared/protocol.ts";
import { Peer, Program, program, startServer } from "../harness.ts";
import { TempFolder } from "../temp_folder.ts";

const to = (port: number) => `127.0.0.1:${port}`;

/** Runs `chat tail` to its end, which must be a good one, and returns its lines. */
async function tail(...args: string[]): Promise<string[]> {
  const running = new Program("tail", ...args);
  assertEquals([await running.exit(), running.stderr.all], [0, []]);
  return running.stdout.all;
}

/** Sends lines, each a message. */
async function send(port: number, text: string, ...flags: string[]): Promise<void> {
  const sender = new Program("send", to(port), "--name", "bob", ...flags);
  await sender.type(text);
  await sender.endInput();
  assertEquals([await sender.exit(), sender.stderr.all], [0, []]);
}

const numbers = (from: number, upTo: number) => Array.from({ length: upTo - from + 1 }, (_, i) => String(from + i));
const texts = (lines: readonly string[]) => lines.map((line) => (decodeServerFrame(line) as Entry).text);

Deno.test("chat tail: the newest 10 of a room, with their times, and nothing where nothing was said", async () => {
  await using server = await startServer();
  assertEquals(await tail(to(server.port)), []);
  await send(server.port, numbers(1, 12).join("\n"));
  await send(server.port, "elsewhere", "--room", "ops");
  const lines = await tail(to(server.port));
  for (const line of lines) assertMatch(line, /^\d{4}-\d\d-\d\d \d\d:\d\d bob: \d+$/);
  assertEquals(lines.map((line) => line.slice(22)), numbers(3, 12));
  assertEquals((await tail(to(server.port), "--room", "#ops")).map((line) => line.slice(17)), ["bob: elsewhere"]);
});

Deno.test("chat tail: the newest 10 are ten however long they are", async () => {
  await using server = await startServer();
  const long = numbers(10, 21).map((n) => n.padEnd(4_096, "x"));
  await send(server.port, long.join("\n"));
  assertEquals(texts(await tail(to(server.port), "--json")), long.slice(2));
});

Deno.test("chat tail --since: after a seq, from a moment, or some time ago, of any length", async () => {
  await using server = await startServer("--limits", "off");
  await send(server.port, numbers(1, 450).join("\n"));
  const all = await tail(to(server.port), "--since", "0", "--json");
  assertEquals(texts(all), numbers(1, 450));
  const entries = all.map((line) => JSON.parse(line) as Entry);
  assertEquals(texts(await tail(to(server.port), "--since", "447", "--json")), ["448", "449", "450"]);
  assertEquals(await tail(to(server.port), "--since", "5000"), []);
  // Many have the same millisecond.
  for (const { at } of [entries[0], entries[200], entries[449]]) {
    assertEquals(await tail(to(server.port), "--since", String(at), "--json"), all.slice(entries.findIndex((entry) => entry.at >= at)));
  }
  assertEquals(await tail(to(server.port), "--since", String(entries[449].at + 1)), []);
  assertEquals((await tail(to(server.port), "--since", "1h")).length, 450);
  assertEquals((await tail(to(server.port), "--since", "2020-01-31")).length, 450);
});

Deno.test("chat tail: further lines of a message stand below its first, and a topic is told", async () => {
  await using server = await startServer();
  using alice = await Peer.framed(server.port, "alice");
  await alice.send('{"kind":"say","room":"lobby","text":"one\\nmallory: two"}\n{"kind":"topic","room":"lobby","text":"tea"}\n');
  await alice.lines.match(/"type":"topic"/);
  const [first, second, third] = await tail(to(server.port));
  assertEquals(first.slice(16), " alice: one");
  assertEquals(second, " ".repeat(17) + "mallory: two");
  assertEquals(third.slice(16), " * alice set the topic: tea");
});

Deno.test("chat tail --follow: goes on after the past, through a restart, with no hole and no double", async () => {
  using folder = new TempFolder();
  const first = await startServer("--data", folder.path, "--limits", "off");
  await send(first.port, numbers(1, 3).join("\n"));
  const ear = new Program("tail", to(first.port), "--since", "1", "--follow", "--json");
  await ear.stdout.match(/"text":"3"/);
  await send(first.port, numbers(4, 6).join("\n"));
  await ear.stdout.match(/"text":"6"/);
  await first[Symbol.asyncDispose]();
  await ear.stderr.match(/^Connection lost \(.*\)\. Trying again$/);
  await using second = await startServer("--data", folder.path, "--limits", "off", "--port", String(first.port));
  await send(second.port, numbers(7, 400).join("\n"));
  await ear.stdout.match(/"text":"400"/);
  ear.kill("SIGINT");
  assertEquals(await ear.exit(), 0);
  assertEquals(texts(ear.stdout.all), numbers(2, 400));
});

Deno.test("chat tail: is there as tail and four letters, or as it is told, and leaves", async () => {
  await using server = await startServer();
  using alice = await Peer.named(server.port, "alice");
  await tail(to(server.port));
  const name = (await alice.lines.match(/joined/)).match(/^\* (tail-[a-z]{4}) joined$/)?.[1];
  await alice.expect(`* ${name} left`);
  await tail(to(server.port), "--name", "alice");
  await alice.expect("* alice-2 joined", "* alice-2 left");
});

Deno.test("chat tail: is quiet when nobody reads on, and says when it cannot write", { ignore: Deno.build.os !== "linux" }, async () => {
  await using server = await startServer("--limits", "off");
  await send(server.port, numbers(1, 900).map((n) => n.padEnd(1_000, "x")).join("\n"));
  const run = async (script: string) => {
    const [command, ...args] = program("tail", to(server.port), "--since", "0");
    const { code, stdout, stderr } = await new Deno.Command("bash", {
      args: ["-c", `set -o pipefail; "$0" "$@" ${script}`, command, ...args],
    }).output();
    return [code, new TextDecoder().decode(stdout).length, new TextDecoder().decode(stderr)];
  };
  assertEquals(await run("| head -n 1"), [0, 16 + " bob: ".length + 1_000 + 1, ""]);
  assertEquals(await run(">/dev/full"), [74, 0, "stdout: cannot write: Error: No space left on device (os error 28)\n"]);
});

Deno.test("chat tail: no server there is exit code 69, a time that is none 64", async () => {
  const server = await startServer();
  await server[Symbol.asyncDispose]();
  const running = new Program("tail", to(server.port), "--follow");
  assertEquals(await running.exit(), 69);
  assertMatch(running.stderr.all.join("|"), /^No chat server at [^|]*$/);
  const wrong = new Program("tail", "--since", "yesterday");
  assertEquals(await wrong.exit(), 64);
  const text = '--since: "yesterday" is neither a seq nor a time; allowed are whole numbers, dates such as 2026-01-31, and 10m, 2h or 1d';
  assertEquals(wrong.stderr.all, [text]);
});
