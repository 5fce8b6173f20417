import { assertEquals, assertMatch } from "@std/assert";
import { exchange, Peer, startServer } from "../harness.ts";

const HELLO_ALONE = "Nobody else is here yet. Type a message and press Enter; bye leaves.";

Deno.test("text mode: a conversation, word for word", async () => {
  await using server = await startServer();
  using alice = await Peer.connect(server.port);
  await alice.expect("* Enter your name:");
  await alice.send("alice\n");
  await alice.expect(`* Hello alice. ${HELLO_ALONE}`);
  using carol = await Peer.connect(server.port);
  await carol.send("carol\n");
  await carol.expect("* Hello carol. Here now: alice. Type a message and press Enter; bye leaves.");
  using bob = await Peer.connect(server.port);
  await bob.send("bob\n");
  await bob.expect("* Hello bob. Here now: alice, carol. Type a message and press Enter; bye leaves.");
  await bob.send("hi\n");
  await alice.expect("* carol joined", "* bob joined", "bob: hi");
  await alice.send("hello bob\n");
  await bob.expect("alice: hello bob");
  await bob.send("bye\n");
  assertEquals(await bob.lines.rest(), ["* Bye, bob (1 message sent)."]);
  await carol.expect("* bob joined", "bob: hi", "alice: hello bob", "* bob left");
  await alice.expect("* bob left");
});

Deno.test("text mode: everything in one packet", async () => {
  await using server = await startServer();
  using alice = await Peer.named(server.port, "alice");
  assertEquals(
    await exchange(server.port, "bob\nhi\nbye\n"),
    "* Hello bob. Here now: alice. Type a message and press Enter; bye leaves.\n* Bye, bob (1 message sent).\n",
  );
  await alice.expect("* bob joined", "bob: hi", "* bob left");
});

Deno.test("text mode: the end of input ends the last line and leaves", async () => {
  await using server = await startServer();
  using alice = await Peer.named(server.port, "alice");
  assertMatch(await exchange(server.port, "bob\nhi"), /\n\* Bye, bob \(1 message sent\)\.\n$/);
  await alice.expect("* bob joined", "bob: hi", "* bob left");
});

Deno.test("text mode: however the bytes are cut, the same is said and answered", async () => {
  await using server = await startServer("--limits", "off");
  using alice = await Peer.named(server.port, "alice");
  // A name refused, telnet negotiation, a carriage return, an escape sequence, two bytes of UTF-8, a blank line, and a farewell.
  const session = Uint8Array.of(
    ...new TextEncoder().encode("*bob\nbob\r\n"),
    ...[255, 251, 1, 255, 250, 31, 0, 80, 255, 240],
    ...new TextEncoder().encode("h\x1b[31mi é\n\nBYE \n"),
  );
  // Each comes after so many messages of those before.
  const answered = (before: number) => {
    const shown = Math.min(10, before);
    const announced = shown === 1 ? "* The last message:\n" : `* The last ${shown} messages:\n`;
    const backlog = before === 0 ? "" : `${announced}${"bob: hi é\n".repeat(shown)}* You are up to date.\n`;
    return '! A name cannot start with "*". Enter another name:\n' +
      `* Hello bob. Here now: alice. Type a message and press Enter; bye leaves.\n${backlog}* Bye, bob (1 message sent).\n`;
  };
  for (let cut = 0; cut <= session.length; cut++) {
    assertEquals(await exchange(server.port, session.subarray(0, cut), session.subarray(cut)), answered(cut), `cut at ${cut}`);
    await alice.expect("* bob joined", "bob: hi é", "* bob left");
  }
  const bytes = Array.from(session, (byte) => Uint8Array.of(byte));
  assertEquals(await exchange(server.port, ...bytes), answered(session.length + 1), "byte by byte");
  await alice.expect("* bob joined", "bob: hi é", "* bob left");
});

Deno.test("text mode: a name that cannot be is refused with the reason, three times", async () => {
  await using server = await startServer();
  using _ = await Peer.named(server.port, "Bob");
  const refused = async (name: string) => (await exchange(server.port, `${name}\n`)).split("\n")[0];
  assertEquals(await refused("bob"), "! bob is taken. Enter another name:");
  assertEquals(await refused("ＢＯＢ"), "! ＢＯＢ is taken. Enter another name:");
  assertEquals(await refused(""), "! A name cannot be empty. Enter another name:");
  assertEquals(await refused("x".repeat(25)), "! A name has at most 24 characters and 64 bytes. Enter another name:");
  assertEquals(await refused("x".repeat(65_536)), "! A name has at most 24 characters and 64 bytes. Enter another name:");
  assertEquals(await refused("two words"), "! A name cannot have white space in it. Enter another name:");
  assertEquals(await refused("a:b"), "! A name cannot have a colon in it. Enter another name:");
  assertEquals(
    await refused("\x1b[1mb"),
    "! A name cannot have control or invisible characters in it, as some emoji have. Enter another name:",
  );
  assertEquals(await refused("Admin"), "! Admin is reserved. Enter another name:");
  assertEquals(
    await exchange(server.port, "bob\n*\n\ncarl\n"),
    '! bob is taken. Enter another name:\n! A name cannot start with "*". Enter another name:\n! A name cannot be empty.\n' +
      "* Connect again to try another name. Bye.\n",
  );
});

Deno.test("text mode: a message has at most 4,096 bytes, and the others get it whole", async () => {
  await using server = await startServer();
  using alice = await Peer.named(server.port, "alice");
  using bob = await Peer.named(server.port, "bob");
  await alice.expect("* bob joined");
  const longest = "é".repeat(2_047) + "xy";
  await bob.send(`${longest}z\n${longest}\r\n\x00\n`);
  await bob.expect("! not sent: a message has at most 4,096 bytes, this one had 4,097", "! not sent: nothing was left to say");
  await alice.expect(`bob: ${longest}`);
});

Deno.test("text mode: 64 KiB without a line feed end the connection, with the reason", async () => {
  await using server = await startServer();
  using alice = await Peer.named(server.port, "alice");
  using bob = await Peer.named(server.port, "bob");
  await bob.send("x".repeat(65_537));
  assertEquals(await bob.lines.rest(), [
    "! not sent: more than 65,536 bytes came without a line feed",
    "* Bye, bob (0 messages sent).",
  ]);
  await alice.expect("* bob joined", "* bob left");
});

Deno.test("front door: the first bytes decide, even after the prompt", async () => {
  await using server = await startServer();
  for (const name of ["Peter", "GET", "POSTman", "PRI"]) {
    assertEquals((await exchange(server.port, `${name}\nbye\n`)).split("\n")[0], `* Hello ${name}. ${HELLO_ALONE}`);
  }
  using late = await Peer.connect(server.port);
  await late.expect("* Enter your name:");
  await late.send('{"kind":"hello","v":[1],"name":"late"}\n');
  assertMatch(await late.lines.next() ?? "", /^\{"kind":"welcome"/);
});

Deno.test("front door: TLS is closed and logged, and never becomes a user", async () => {
  await using server = await startServer();
  assertEquals(await exchange(server.port, Uint8Array.of(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3)), "");
  await server.program.stderr.match(/turned away: spoke TLS/);
});

Deno.test("front door: one address may connect 100 times, and one more is told why not", async () => {
  await using server = await startServer("--max-per-address", "3", "--max-connections", "4");
  const peers = [await Peer.named(server.port, "a"), await Peer.named(server.port, "b"), await Peer.named(server.port, "c")];
  assertEquals(await exchange(server.port, ""), "! Too many connections from 127.0.0.1: at most 3 are allowed. Try again later.\n");
  assertEquals((await peers[0].end()).at(-1), "* Bye, a (0 messages sent).");
  using again = await Peer.named(server.port, "a");
  for (const peer of [...peers, again]) peer[Symbol.dispose]();
});

Deno.test("text mode: a peer that never reads delays nobody", async () => {
  await using server = await startServer("--limits", "off");
  const deaf = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await deaf.write(new TextEncoder().encode("deaf\n"));
  using alice = await Peer.named(server.port, "alice");
  using bob = await Peer.named(server.port, "bob");
  const line = "x".repeat(4_000);
  const heard = (async () => {
    for (let n = 0; n < 3_000; n++) assertEquals(await bob.lines.match(/^alice: /), `alice: ${n} ${line}`);
  })();
  for (let n = 0; n < 3_000; n++) await alice.send(`${n} ${line}\n`);
  await heard;
  deaf.close();
});
