import { assert, assertEquals } from "@std/assert";
import { type Outside, passwordGate, type PasswordGateOptions } from "../../../server/access/gate.ts";
import { addInvite, Invites } from "../../../server/access/invites.ts";
import { Password } from "../../../server/access/password.ts";
import type { Peer } from "../../../server/connection.ts";
import { SHORT_CODE_BYTES, shortCode } from "../../../shared/short_code.ts";
import type { Hello } from "../../../shared/protocol.ts";
import { textCodec } from "../../../server/transports/text_codec.ts";
import { FakeConnection, FakeServer } from "../fakes.ts";
import { TempFolder } from "../../temp_folder.ts";

const PASSWORD = "correct horse";
const WRONG = "That is neither the password nor the code of an invite that still holds";
const NEEDED = "This server asks for a password, or the code of an invite";
const NOW = 1_790_000_000_000;

const never = new AbortController().signal;

interface World extends Disposable {
  readonly clock: { now: number };
  /** What was derived, in order. */
  readonly derived: string[];
  /** The code of an invite for one, of one that has ended, and of one that is used up. */
  readonly codes: { readonly good: string; readonly ended: string; readonly spent: string };
  readonly gate: ReturnType<typeof passwordGate>;
  /** Settles what was derived; until then derivations wait. */
  hold(): () => void;
  hello(given?: Partial<Hello>, peer?: Partial<Peer>): Promise<Outside | undefined>;
}

async function setUp(more: Partial<PasswordGateOptions> = {}): Promise<World> {
  const folder = new TempFolder();
  const clock = { now: 0 };
  const derived: string[] = [];
  let held: Promise<void> | undefined;
  const derive = async (secret: string) => {
    derived.push(secret);
    await held;
    return new TextEncoder().encode(secret.padEnd(64).slice(0, 64));
  };
  const password = await Password.of(PASSWORD, derive);
  derived.length = 0;
  const [good, ended, spent] = Array.from({ length: 3 }, () => shortCode(crypto.getRandomValues(new Uint8Array(SHORT_CODE_BYTES))));
  for (const code of [good, spent]) await addInvite(folder.path, code, { expires: NOW + 1, uses: 1 });
  const invites = await Invites.open(folder.path, () => NOW);
  await addInvite(folder.path, ended, { expires: NOW, uses: 1 });
  assert(await invites.redeem(spent, "somebody's"));
  const hash = (secret: string) => `hash of ${secret}`;
  const gate = passwordGate({ password, invites, allowPlaintext: false, hash, monotonic: () => clock.now, ...more });
  return {
    clock,
    derived,
    codes: { good, ended, spent },
    gate,
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return () => {
        held = undefined;
        resolve();
      };
    },
    hello: async (given = {}, peer = {}) => await gate({ kind: "hello", v: [1], name: "bob", ...given }, peerAt(peer), never),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

function peerAt(more: Partial<Peer>): Peer {
  const host = more.host ?? "127.0.0.1";
  return { id: 1, address: `${host}:1`, host, encrypted: false, transport: "frames", ...more };
}

Deno.test("passwordGate: whatever is wrong has the same answer and takes the same work", async () => {
  const answers = [];
  for (const kind of ["no password", "ended", "spent", "no code", "longer than any"] as const) {
    using world = await setUp();
    const { ended, spent } = world.codes;
    const given =
      { "no password": "correct horsf", ended, spent, "no code": "ZZZZ-ZZZZ-ZZZZ-ZZZZ", "longer than any": "x".repeat(256) }[kind];
    answers.push([await world.hello({ password: given }), world.derived.length]);
  }
  for (const answer of answers) assertEquals(answer, [{ code: "password_wrong", text: WRONG, final: false }, 1]);
});

Deno.test("passwordGate: the password lets in as often as it is given, a code as often as it has uses", async () => {
  using world = await setUp();
  const { hello, codes } = world;
  assertEquals([await hello({ password: PASSWORD }), await hello({ password: PASSWORD })], [undefined, undefined]);
  assertEquals(await hello({ password: codes.good.toLowerCase(), secret: "mine" }), undefined);
  assertEquals(world.derived.length, 3);
  assertEquals((await hello({ password: codes.good, secret: "another's" }))?.code, "password_wrong");
});

Deno.test("passwordGate: whoever came in with an invite comes in again without anything, and nobody else does", async () => {
  using world = await setUp();
  await world.hello({ password: world.codes.good, secret: "mine" });
  assertEquals(world.gate({ kind: "hello", v: [1], name: "bob", secret: "mine" }, peerAt({}), never), undefined);
  assertEquals((await world.hello({ secret: "another's" }))?.code, "password_needed");
  assertEquals((await world.hello())?.code, "password_needed");
});

Deno.test("passwordGate: without a password it asks for one, at no cost, and for a better name before that", async () => {
  using world = await setUp();
  assertEquals(await world.hello(), { code: "password_needed", text: NEEDED, final: false });
  assertEquals(await world.hello({ password: "" }), { code: "password_needed", text: NEEDED, final: false });
  assertEquals((await world.hello({ name: "a:b", password: PASSWORD }))?.code, "name_not_allowed");
  assertEquals(world.derived, []);
});

Deno.test("passwordGate: nothing is taken that others could read on the way, whatever it is", async () => {
  using world = await setUp();
  const far = { host: "192.168.1.5" };
  for (const given of [{}, { password: PASSWORD }, { password: "wrong" }]) {
    const outside = await world.hello(given, far);
    assertEquals([outside?.code, outside?.final], ["not_encrypted", true]);
  }
  assertEquals(world.derived, []);
  assertEquals(await world.hello({ password: PASSWORD }, { ...far, encrypted: true }), undefined);
  assertEquals(await world.hello({ password: PASSWORD }, { host: "::1" }), undefined);
  using lax = await setUp({ allowPlaintext: true });
  assertEquals(await lax.hello({ password: PASSWORD }, far), undefined);
});

Deno.test("passwordGate: an address waits longer after each wrong one, and meanwhile not even the right password is looked at", async () => {
  using world = await setUp();
  const { hello, clock } = world;
  assertEquals((await hello({ password: "1" }))?.retryMs, undefined);
  assertEquals((await hello({ password: "2" }))?.retryMs, 1_000);
  const early: Omit<Outside, "text"> = { code: "password_needed", final: false, retryMs: 1_000 };
  for (const password of ["3", PASSWORD, world.codes.spent]) {
    const { text, ...answer } = (await hello({ password }))!;
    assertEquals(answer, early);
    assert(text.endsWith("try again in 1 second"), text);
  }
  assertEquals(world.derived, ["1", "2"]);
  assertEquals((await hello({ password: "3" }, { host: "127.0.0.2" }))?.retryMs, undefined);
  clock.now = 1_000;
  assertEquals(await hello({ password: PASSWORD }), undefined);
  // A right one takes nothing back.
  assertEquals((await hello({ password: "4" }))?.retryMs, 2_000);
});

Deno.test("passwordGate: an invite lets in while its address waits for what a neighbour gave, and costs nothing to check", async () => {
  using world = await setUp();
  for (let i = 0; i < 3; i++) await world.hello({ password: `guess ${i}` });
  world.derived.length = 0;
  assertEquals((await world.hello({ password: world.codes.spent }))?.code, "password_needed");
  assertEquals(await world.hello({ password: world.codes.good, secret: "ivy's" }), undefined);
  assertEquals((await world.hello({ password: PASSWORD }))?.code, "password_needed");
  assertEquals(world.derived, []);
});

Deno.test("passwordGate: whoever has given the password before does not wait for a neighbour, and waits for wrong ones of their own", async () => {
  using world = await setUp();
  const { hello, clock } = world;
  const code = async (password: string, secret?: string) => (await hello({ password, ...secret === undefined ? {} : { secret } }))?.code;
  assertEquals(await code(PASSWORD, "ann's"), undefined);
  for (let i = 0; i < 3; i++) await code(`guess ${i}`, "mallory's");
  assertEquals(await code(PASSWORD, "mallory's"), "password_needed");
  assertEquals(await code(PASSWORD, "carl's"), "password_needed");
  assertEquals(await code(PASSWORD, "ann's"), undefined);
  for (let i = 0; i < 2; i++) assertEquals(await code(`guess ${i}`, "ann's"), "password_wrong");
  assertEquals(await code(PASSWORD, "ann's"), "password_needed");
  clock.now = 1_000;
  assertEquals(await code(PASSWORD, "ann's"), undefined);
});

Deno.test("passwordGate: 100 at once from one address are two guesses, one after the other", async () => {
  using world = await setUp();
  const release = world.hold();
  const all = Promise.all(Array.from({ length: 100 }, (_, i) => world.hello({ password: `guess ${i}` })));
  assertEquals(world.derived.length, 1);
  release();
  const codes = Map.groupBy(await all, (outside) => outside?.code);
  assertEquals([codes.get("password_wrong")?.length, codes.get("password_needed")?.length], [2, 98]);
  assertEquals(world.derived.length, 2);
});

Deno.test("passwordGate: addresses check side by side, two at a time; where too many wait it says when to come again", async () => {
  using world = await setUp();
  const release = world.hold();
  const hosts = Array.from({ length: 130 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
  const all = Promise.all(hosts.map((host) => world.hello({ password: PASSWORD }, { host, encrypted: true })));
  assertEquals(world.derived.length, 2);
  const { code, final, retryMs } = (await world.hello({ password: PASSWORD }))!;
  assertEquals([code, final, retryMs], ["password_needed", false, 5_000]);
  release();
  assertEquals(await all, hosts.map(() => undefined));
});

Deno.test("passwordGate: whoever has to wait is told so at once, however many wait to be checked", async () => {
  using world = await setUp();
  for (const password of ["1", "2"]) await world.hello({ password });
  const release = world.hold();
  const hosts = Array.from({ length: 130 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
  const all = Promise.all(hosts.map((host) => world.hello({ password: PASSWORD }, { host, encrypted: true })));
  assertEquals((await world.hello({ password: "3" }))?.retryMs, 1_000);
  release();
  await all;
});

Deno.test("serveConnection: behind a gate a stranger learns nothing of who is there", async () => {
  using world = await setUp();
  await using server = new FakeServer({ gate: world.gate });
  await server.join("bob", here(), { password: PASSWORD });
  const stranger = await server.join("bob", here());
  assertEquals(stranger.frames, [{ kind: "refused", code: "password_needed", text: NEEDED, final: false }]);
  await server.ask(stranger, { kind: "hello", v: [1], name: "bob", password: PASSWORD });
  assertEquals(stranger.all("refused").at(-1)?.code, "name_taken");
  // It is in, as far as the gate goes: another name needs no password, and no check.
  const checks = world.derived.length;
  await server.ask(stranger, { kind: "hello", v: [1], name: "carol" });
  assertEquals([stranger.all("welcome").length, world.derived.length], [1, checks]);
});

Deno.test("serveConnection: after five wrong passwords it is over, and a name is none of them", async () => {
  using world = await setUp();
  await using server = new FakeServer({ gate: world.gate });
  const peer = new FakeConnection();
  peer.nameTries = 20;
  Object.assign(peer.peer, { host: "127.0.0.1" });
  await server.join("bob", peer);
  for (let n = 1; n <= 5; n++) {
    assertEquals([peer.ended, peer.all("refused").at(-1)?.final], [undefined, false], `before the ${n}th`);
    await server.ask(peer, { kind: "hello", v: [1], name: "bob", password: `${n}` });
    world.clock.now += 60_000;
  }
  assertEquals([peer.all("refused").at(-1)?.final, peer.all("bye")[0].text], [true, "Connect again to try once more. Bye"]);
  assertEquals([peer.ended, world.derived.length], ["finished", 5]);
});

Deno.test("serveConnection: to be asked for a password is no try at a name", async () => {
  using world = await setUp();
  await using server = new FakeServer({ gate: world.gate });
  await server.join("bob", here(), { password: PASSWORD });
  const peer = await server.join("bob", here());
  for (const name of ["bob", "bob", "carol"]) await server.ask(peer, { kind: "hello", v: [1], name, password: PASSWORD });
  assertEquals(peer.all("welcome")[0]?.nick, "carol");
});

Deno.test("serveConnection: whoever goes on without a password is parted with", async () => {
  using world = await setUp();
  await using server = new FakeServer({ gate: world.gate });
  const peer = await server.join("bob", here());
  for (let n = 0; n < 3; n++) await server.ask(peer, { kind: "hello", v: [1], name: "bob" });
  assertEquals([peer.all("refused").map(({ final }) => final), peer.ended], [[false, false, false, true], "finished"]);
});

Deno.test("serveConnection: a token needs no password", async () => {
  using world = await setUp();
  await using server = new FakeServer({ gate: world.gate });
  const bob = await server.join("bob", here(), { password: PASSWORD });
  const [{ token, epoch }] = bob.all("welcome");
  bob.break();
  await server.idle();
  const again = await server.ask(server.connect(here()), { kind: "resume", v: [1], token: token!, epoch, cursors: {} });
  assertEquals(again.all("welcome").length, 1);
});

Deno.test("serveConnection: a name that is due is due while a password is checked, and what was checked then lets nobody in", async () => {
  using world = await setUp();
  await using server = new FakeServer({ gate: world.gate });
  const release = world.hold();
  const [slow, waiting] = [here(), here()];
  for (const peer of [slow, waiting]) peer.nameDue = performance.now() + 20;
  await server.join("slow", slow, { password: PASSWORD });
  await server.join("waiting", waiting, { password: PASSWORD });
  await server.stays.get(waiting);
  assertEquals([waiting.frames, waiting.ended], [[{ kind: "bye", reason: "timeout", text: "No name came in time. Bye" }], "finished"]);
  release();
  await server.stays.get(slow);
  assertEquals([slow.all("bye")[0].reason, slow.all("welcome").length, world.derived.length], ["timeout", 0, 1]);
});

Deno.test("serveConnection: whoever is gone when the password has been checked does not come in", async () => {
  using world = await setUp();
  await using server = new FakeServer({ gate: world.gate });
  const release = world.hold();
  const peer = await server.join("bob", here(), { password: PASSWORD });
  peer.break();
  release();
  await server.stays.get(peer);
  assertEquals([peer.frames, server.hub.seats.size], [[], 0]);
});

Deno.test("serveConnection: a server that stops waits for no password", async () => {
  using world = await setUp();
  const server = new FakeServer({ gate: world.gate });
  const release = world.hold();
  const first = await server.join("a", here(), { password: PASSWORD });
  const second = await server.join("b", here(), { password: PASSWORD });
  server.hub.stop();
  await server.stays.get(second);
  assertEquals(second.all("bye")[0].reason, "restart");
  release();
  await server.stays.get(first);
  assertEquals([first.all("bye")[0].reason, world.derived.length], ["restart", 1]);
  assertEquals(await server.close(), []);
});

Deno.test("serveConnection: netcat is asked for the password in words", async () => {
  using world = await setUp();
  await using server = new FakeServer({ gate: world.gate });
  const peer = await server.join("bob", here(new FakeConnection(textCodec)));
  await server.ask(peer, { kind: "hello", v: [1], name: "bob", password: "wrong" }, {
    kind: "hello",
    v: [1],
    name: "bob",
    password: PASSWORD,
  });
  assertEquals(peer.text.split("\n").slice(0, 3), [
    `* ${NEEDED}:`,
    `! ${WRONG}. Enter the password, or the code of an invite:`,
    "* Hello bob. Nobody else is here yet. Type a message and press Enter; bye leaves.",
  ]);
});

Deno.test("serveConnection: what was given is in no event, and in nothing that is sent", async () => {
  using world = await setUp();
  await using server = new FakeServer({ gate: world.gate });
  const peer = await server.join("bob", here(), { password: "my other secret" });
  await server.ask(peer, { kind: "hello", v: [1], name: "bob", password: PASSWORD });
  const told = JSON.stringify(server.events) + peer.text;
  assertEquals([told.includes("my other secret"), told.includes(PASSWORD)], [false, false]);
});

/** A connection from the server's own machine. */
function here(connection = new FakeConnection()): FakeConnection {
  Object.assign(connection.peer, { host: "127.0.0.1" });
  return connection;
}

Deno.test("passwordGate: a disk that lets no invite be used is said to be, and nobody is cut off for it", async () => {
  const invites = { knows: () => false, redeem: () => Promise.reject(new Error("No space left on device")) } as unknown as Invites;
  using world = await setUp({ invites });
  const { code, text, final, retryMs } = await world.hello({ password: world.codes.good }) ?? {};
  assertEquals([code, text, final, retryMs], ["storage_full", "invites cannot be used now: No space left on device", false, 5_000]);
  assertEquals(await world.hello({ password: PASSWORD }), undefined);
});
