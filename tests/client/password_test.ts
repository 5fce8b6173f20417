import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { type AccessOptions, Connection } from "../../client/connection.ts";
import { dial } from "../../client/dial.ts";
import { askedPassword, heldPassword } from "../../client/password.ts";
import { Fatal } from "../../shared/exit.ts";
import type { ClientFrame, Refused } from "../../shared/protocol.ts";
import { soon } from "../soon.ts";
import { FakeClock } from "./fake_clock.ts";
import { FakeServer, type Peer, welcome } from "./fake_server.ts";

const NEEDED: Refused = { kind: "refused", code: "password_needed", text: "This server asks for a password", final: false };
const WRONG: Refused = { kind: "refused", code: "password_wrong", text: "That is not right", final: false };

/** Somebody who comes in; what the connection ended with is kept. */
function setUp(
  server: FakeServer,
  access?: AccessOptions,
  confidential = () => true,
): { connection: Connection; clock: FakeClock; over: Promise<unknown> } {
  const clock = new FakeClock({ skip: 1_000 });
  const connection = new Connection({
    address: server.address,
    // Where it is not, it leads to another machine, as far as anybody can tell.
    dial: async (...how) => Object.assign(await dial(...how), confidential() ? {} : { confidential: false }),
    name: () => Promise.resolve("bob"),
    ...access === undefined ? {} : { access },
    secret: "secret",
    backlog: 0,
    clock,
    random: () => 0,
  });
  async function hear(): Promise<void> {
    for await (const _ of connection);
  }
  return { connection, clock, over: hear().catch((error) => error) };
}

/** The next one who comes, and what it says first. */
async function greeted(server: FakeServer): Promise<{ peer: Peer; password: string | undefined; greeting: ClientFrame["kind"] }> {
  const peer = await soon(server.accept(), "the client");
  const greeting = await soon(peer.next(), "its greeting");
  return { peer, password: greeting?.kind === "hello" ? greeting.password : undefined, greeting: greeting!.kind };
}

function held(password: string | undefined, allowPlaintext = false): AccessOptions {
  return { password: heldPassword(password), allowPlaintext };
}

async function leave(connection: Connection, over: Promise<unknown>, peer: Peer): Promise<void> {
  connection.leave();
  await peer.end();
  assertEquals(await soon(over, "the end"), undefined);
}

Deno.test("Connection: the password goes to a server that asks for it and to no other, and again after a cut without asking", async () => {
  using server = new FakeServer();
  const asked: string[] = [];
  const password = (refused: Refused) => {
    asked.push(refused.code);
    return Promise.resolve(asked.length === 1 ? "wrong" : "right");
  };
  const { connection, over } = setUp(server, { password, allowPlaintext: false });
  const first = await greeted(server);
  assertEquals(first.password, undefined);
  first.peer.send(NEEDED);
  const second = await greeted(server);
  assertEquals(second.password, "wrong");
  second.peer.send(WRONG);
  const third = await greeted(server);
  assertEquals(third.password, "right");
  third.peer.send(welcome("s1"));
  await third.peer.end();
  const again = await greeted(server);
  assertEquals([again.password, asked], ["right", ["password_needed", "password_wrong"]]);
  await leave(connection, over, again.peer);
});

Deno.test("Connection: a token goes without the password", async () => {
  using server = new FakeServer();
  const { connection, over } = setUp(server, held("right"));
  (await greeted(server)).peer.send(NEEDED);
  const { peer } = await greeted(server);
  peer.send(welcome("s1", "bob", { token: "token" }));
  await peer.end();
  const again = await greeted(server);
  assertEquals([again.greeting, again.password], ["resume", undefined]);
  again.peer.send({ kind: "refused", code: "resume_unknown", text: "unknown", final: false });
  const hello = await soon(again.peer.next(), "a hello");
  assertEquals(hello?.kind === "hello" && hello.password, "right");
  await leave(connection, over, again.peer);
});

Deno.test("Connection: the password never leaves this machine over a connection that others could read, unless that is allowed", async () => {
  using server = new FakeServer();
  const asked: Refused[] = [];
  const { over } = setUp(server, {
    password: (refused) => {
      asked.push(refused);
      return Promise.resolve("secret");
    },
    allowPlaintext: false,
  }, () => false);
  (await greeted(server)).peer.send(NEEDED);
  const error = await soon(over, "the end") as Fatal;
  assertEquals([error.code, asked], [77, []]);
  assertMatch(error.message, /nothing hides what is said on the way to .*--allow-plaintext-password/);

  const lax = setUp(server, held("secret", true), () => false);
  (await greeted(server)).peer.send(NEEDED);
  const { peer, password } = await greeted(server);
  assertEquals(password, "secret");
  await leave(lax.connection, lax.over, peer);
});

Deno.test("Connection: a password that is known is kept back where a connection has become readable", async () => {
  using server = new FakeServer();
  let confidential = true;
  const { over } = setUp(server, held("secret"), () => confidential);
  (await greeted(server)).peer.send(NEEDED);
  const { peer } = await greeted(server);
  confidential = false;
  peer.send(welcome("s1"));
  await peer.end();
  const again = await greeted(server);
  assertEquals(again.password, undefined);
  again.peer.send(NEEDED);
  assertMatch(String(await soon(over, "the end")), /nothing hides what is said on the way/);
});

Deno.test("Connection: after a wrong one nothing is sent before it is time; what was not looked at is sent again as it was", async () => {
  using server = new FakeServer();
  let asked = 0;
  const { connection, clock, over } = setUp(server, { password: () => Promise.resolve(`${++asked}`), allowPlaintext: false });
  (await greeted(server)).peer.send(NEEDED);
  (await greeted(server)).peer.send({ ...WRONG, retryMs: 8_000 });
  await clock.asleep(8_000);
  await clock.pass(8_000);
  const third = await greeted(server);
  assertEquals(third.password, "2");
  third.peer.send({ ...NEEDED, retryMs: 4_000 });
  await clock.asleep(4_000);
  await clock.pass(4_000);
  const fourth = await greeted(server);
  assertEquals([fourth.password, asked], ["2", 2]);
  await leave(connection, over, fourth.peer);
});

Deno.test("Connection: whoever gives no password leaves, and a script is told in a line and with 77 what to pass", async () => {
  using server = new FakeServer();
  const person = setUp(server, { password: () => Promise.resolve(undefined), allowPlaintext: false });
  (await greeted(server)).peer.send(NEEDED);
  assertEquals(await soon(person.over, "the end"), undefined);
  for (const [access, text] of [[held(undefined), /Pass it with --password-file/], [undefined, /Pass it with/]] as const) {
    const { over } = setUp(server, access);
    (await greeted(server)).peer.send(NEEDED);
    const error = await soon(over, "the end") as Fatal;
    assertEquals(error.code, 77);
    assertMatch(error.message, text);
  }
  const wrong = setUp(server, held("wrong"));
  (await greeted(server)).peer.send(NEEDED);
  (await greeted(server)).peer.send(WRONG);
  const error = await soon(wrong.over, "the end") as Fatal;
  assertEquals([error.code, error.message.includes("wrong ")], [77, false]);
});

Deno.test("askedPassword: what is held first, then the person; what can be no password is asked for again", async () => {
  using server = new FakeServer();
  const answers = ["", "x".repeat(257), "right"];
  const told: string[] = [];
  const ask = (refused: Refused) => {
    told.push(refused.text);
    return Promise.resolve(answers.shift());
  };
  const { connection, over } = setUp(server, { password: askedPassword("invite", ask), allowPlaintext: false });
  (await greeted(server)).peer.send(NEEDED);
  const second = await greeted(server);
  assertEquals([second.password, told], ["invite", []]);
  second.peer.send(WRONG);
  const third = await greeted(server);
  assertEquals([third.password, told], ["right", [WRONG.text, "A password has at least one letter", "A password has at most 256 bytes"]]);
  await leave(connection, over, third.peer);
});

Deno.test("heldPassword: gives it once, then says what to do", async () => {
  const source = heldPassword("secret");
  assertEquals(await source(NEEDED, new AbortController().signal), "secret");
  const { message } = await assertRejects(async () => await source(WRONG, new AbortController().signal), Fatal);
  assertEquals(message.includes("secret"), false);
});
