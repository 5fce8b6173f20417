import { assert, assertEquals, assertLess, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import type { SayWithRef } from "../../client/unacknowledged.ts";
import { Journal, parseJournal } from "../../client/state/journal.ts";
import { formatServers, type KnownServer, lastServer, parseServers } from "../../client/state/servers.ts";
import { ClientState, type StateOptions } from "../../client/state/state.ts";
import { Lines } from "../harness.ts";
import { run, smallDisk } from "../server/history/disk.ts";
import { TempFolder } from "../temp_folder.ts";
import { FakeClock } from "./fake_clock.ts";

const DAY = 86_400_000;
const START = Date.parse("2026-01-31T12:00:00Z");
const HOLDER = new URL("./state_holder.ts", import.meta.url).pathname;

function say(text: string, room = "lobby"): SayWithRef {
  return { kind: "say", ref: `ref-${text}`, room, text };
}

/** Opens the state of one client. */
class Client {
  readonly warnings: string[] = [];
  readonly clock = new FakeClock();
  readonly state: ClientState;

  constructor(
    folder: string | undefined,
    { host = "example.org", day = 0, ...options }: Partial<StateOptions> & { host?: string; day?: number } = {},
  ) {
    const address = { host, port: 12345 };
    const now = () => new Date(START + day * DAY);
    const tell = (text: string) => void this.warnings.push(text.replaceAll(`${folder}/`, ""));
    this.state = ClientState.open({ folder, address, name: undefined, clock: this.clock, now, tell, ...options });
  }

  get unsent(): string[] {
    return this.state.unsent.map(({ text }) => text);
  }

  welcome(nick: string, epoch = "e1", ...rooms: string[]): this {
    this.state.welcomed({ nick, epoch, rooms: ["lobby", ...rooms].map((room) => ({ room })) });
    return this;
  }

  close(): this {
    this.state.close();
    return this;
  }
}

/** A client in a process of its own. */
class Holder {
  readonly lines: Lines;
  readonly #child: Deno.ChildProcess;

  constructor(folder: string, name: string, ...texts: string[]) {
    const args = ["run", "--quiet", "--no-check", "--no-prompt", "--allow-all", HOLDER, folder, name, ...texts];
    this.#child = new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "piped" }).spawn();
    this.lines = new Lines(this.#child.stdout);
  }

  async found(): Promise<{ secret: string; unsent: string[]; warnings: string[] }> {
    return JSON.parse(await this.lines.next() ?? "null");
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#gone();
  }

  async end(): Promise<void> {
    await this.#child.stdin.close();
    await this.#child.status;
    await this.lines.rest();
  }

  async #gone(): Promise<void> {
    await this.#child.status;
    await this.lines.rest();
    await this.#child.stdin.abort();
  }
}

/** The names of files of running clients, without their ids. */
function kinds({ names }: TempFolder): string[] {
  return names.map((name) => name.replace(/^unsent-[\w-]{24}/, "unsent"));
}

Deno.test("ClientState remembers a server: name, rooms, cursors, and which server was the last", () => {
  using folder = new TempFolder();
  const first = new Client(folder.path).welcome("bob", "e1", "dev", "left", "ops");
  assertEquals([first.state.name, first.state.seen], [undefined, undefined]);
  first.state.saw("lobby", 7);
  first.state.saw("dev", 3);
  first.state.saw("left", 9);
  first.state.saw("ops", 9);
  for (const room of ["left", "ops"]) first.state.left(room);
  first.state.entered("ops");
  first.close();
  new Client(folder.path, { host: "other.org", day: 1 }).welcome("bert").close();

  const { state, warnings } = new Client(folder.path, { host: "EXAMPLE.org" }).close();
  const seen = { name: "bob", at: START, epoch: "e1", rooms: ["lobby", "dev", "ops"], cursors: { lobby: 7, dev: 3 } };
  assertEquals([state.name, state.seen, warnings], ["bob", seen, []]);
  assertEquals(lastServer(folder.path), "other.org:12345");
  assertEquals([lastServer(`${folder.path}/none`), lastServer(undefined)], [undefined, undefined]);
});

Deno.test("ClientState forgets the cursors of another epoch, and keeps those of the same", () => {
  using folder = new TempFolder();
  const first = new Client(folder.path).welcome("bob", "e1");
  first.state.saw("lobby", 7);
  first.close();
  new Client(folder.path).welcome("bob", "e1").close();
  assertEquals(new Client(folder.path).close().state.seen?.cursors, { lobby: 7 });
  new Client(folder.path).welcome("bob", "e2").close();
  assertEquals(new Client(folder.path).close().state.seen?.cursors, {});
});

Deno.test("ClientState writes what was seen a second later, whoever dies then", async () => {
  using folder = new TempFolder();
  const client = new Client(folder.path).welcome("bob");
  for (let seq = 1; seq <= 100; seq++) client.state.saw("lobby", seq);
  const seen = () => new Client(folder.path).close().state.seen?.cursors;
  assertEquals(seen(), {});
  await client.clock.pass(1_000);
  assertEquals(seen(), { lobby: 100 });
  client.state.saw("lobby", 101);
  await client.clock.pass(1_000);
  assertEquals(seen(), { lobby: 101 });
  client.close();
});

Deno.test("ClientState: the files are their owner's only", () => {
  using folder = new TempFolder();
  const path = `${folder.path}/state`;
  Deno.mkdirSync(path, { mode: 0o755 });
  const { state } = new Client(path).welcome("bob");
  const modes = () => [...Deno.readDirSync(path)].map(({ name }) => Deno.statSync(`${path}/${name}`).mode! & 0o777);
  assertEquals([folder.mode("state"), new Set(modes()), modes().length], [0o700, new Set([0o600]), 5]);
  state.close();
  assertEquals([...Deno.readDirSync(path)].map(({ name }) => name).sort(), ["lock", "secret", "servers.json"]);
});

Deno.test("ClientState: two servers and two names at once do not disturb each other", () => {
  using folder = new TempFolder();
  const clients = [new Client(folder.path), new Client(folder.path, { host: "other.org" }), new Client(folder.path)];
  clients[0].welcome("bob").state.said(say("one"));
  clients[1].welcome("bob").state.said(say("two"));
  clients[2].welcome("ann").state.said(say("three"));
  assertEquals(new Set(clients.map(({ state }) => state.secret)).size, 1);
  assertEquals(clients.flatMap(({ unsent, warnings }) => [...unsent, ...warnings]), []);
  assertEquals(new Client(folder.path).close().unsent, []);
  for (const client of clients) client.close();
  assertEquals(new Client(folder.path, { name: "carl" }).close().unsent, []);
  assertEquals(new Client(folder.path, { name: "BOB" }).close().unsent, ["one"]);
  assertEquals(new Client(folder.path, { name: "ann" }).close().unsent, ["three"]);
  assertEquals(new Client(folder.path, { host: "other.org" }).close().unsent, ["two"]);
});

Deno.test("ClientState leaves behind what has no answer, in order, and nothing where all has", () => {
  using folder = new TempFolder();
  const first = new Client(folder.path).welcome("bob");
  for (const text of ["a", "b", "c", "d"]) first.state.said(say(text));
  first.state.answered("ref-b");
  first.state.answered("ref-unknown");
  first.close();
  assertEquals(kinds(folder), ["lock", "secret", "servers.json", "unsent.jsonl"]);

  const second = new Client(folder.path);
  assertEquals(second.state.unsent, [say("a"), say("c"), say("d")]);
  // The connection says them again: they are there already.
  for (const message of second.state.unsent) second.state.said(message);
  second.state.said(say("e"));
  for (const text of ["a", "c"]) second.state.answered(`ref-${text}`);
  second.close();
  const third = new Client(folder.path);
  assertEquals(third.unsent, ["d", "e"]);
  for (const { ref } of third.state.unsent) third.state.answered(ref);
  third.state.answered("ref-e");
  third.close();
  assertEquals(kinds(folder), ["lock", "secret", "servers.json"]);
});

Deno.test("ClientState begins with the rooms it was in and those that something unsent is for, at most 50", () => {
  using folder = new TempFolder();
  const bob = new Client(folder.path, { name: "bob" }).welcome("bob", "e1", "dev");
  bob.state.said(say("one", "dev"));
  bob.close();
  new Client(folder.path, { name: "carol", day: 1 }).welcome("carol").close();
  const again = new Client(folder.path, { name: "bob", day: 2 });
  assertEquals([again.unsent, again.state.rooms], [["one"], ["lobby", "dev"]]);
  again.welcome("bob", "e1", ...Array.from({ length: 49 }, (_, i) => `room-${i}`)).close();
  const full = new Client(folder.path, { name: "bob", day: 3 }).close();
  assertEquals([full.state.rooms.length, full.state.rooms.at(-1)], [50, "dev"]);
  assertEquals(new Client(folder.path, { host: "other.org" }).close().state.rooms, ["lobby"]);
});

Deno.test("ClientState says again what several left in the order it was said", () => {
  using folder = new TempFolder();
  const texts = ["6", "5", "4", "3", "2", "1"];
  const clients = texts.map((text) => new Client(folder.path, { name: "bob", now: () => new Date(START + Number(text)) }));
  for (const [i, { state }] of clients.entries()) state.said(say(texts[i]));
  for (const client of clients) client.close();
  assertEquals(new Client(folder.path, { name: "bob" }).close().unsent, texts.toReversed());
});

Deno.test("ClientState: a message is said again for 29 days, after that it is told", () => {
  using folder = new TempFolder();
  const first = new Client(folder.path).welcome("bob");
  first.state.said(say("hi"));
  first.close();
  const later = (ms: number, host = "example.org") => {
    const { unsent, warnings } = new Client(folder.path, { host, now: () => new Date(START + ms) }).close();
    return [...unsent, ...warnings];
  };
  assertEquals(later(29 * DAY, "other.org"), []);
  assertEquals(later(29 * DAY), ["hi"]);
  assertEquals(later(29 * DAY + 1, "other.org"), ["1 message to example.org:12345 got no answer for too long to be sent again"]);
  assertEquals(later(29 * DAY + 1), []);
  assertEquals(kinds(folder), ["lock", "secret", "servers.json"]);
});

Deno.test("ClientState: the secret is one for processes that begin at once", async () => {
  using folder = new TempFolder();
  const holders = Array.from({ length: 6 }, (_, i) => new Holder(folder.path, `n${i}`));
  const found = await Promise.all(holders.map((holder) => holder.found()));
  assertEquals(found.flatMap(({ warnings }) => warnings), []);
  assertEquals(new Set(found.map(({ secret }) => secret)).size, 1);
  assertMatch(found[0].secret, /^[\w-]{24}$/);
  assertEquals(found[0].secret, new Client(folder.path).close().state.secret);
  for (const holder of holders) await holder.end();
  assertEquals(kinds(folder), ["lock", "secret"]);
});

Deno.test("ClientState: what a killed client said is adopted, once however many come, and not while it lives", async () => {
  using folder = new TempFolder();
  const victim = new Holder(folder.path, "bob", "one", "two");
  await victim.found();
  const early = new Holder(folder.path, "bob");
  assertEquals((await early.found()).unsent, []);
  await victim.kill();

  const heirs = Array.from({ length: 4 }, () => new Holder(folder.path, "bob"));
  const found = await Promise.all(heirs.map((heir) => heir.found()));
  assertEquals(found.flatMap(({ warnings }) => warnings), []);
  assertEquals(found.map(({ unsent }) => unsent).filter((unsent) => unsent.length > 0), [["one", "two"]]);

  // The heir is killed too.
  const heir = heirs[found.findIndex(({ unsent }) => unsent.length > 0)];
  await heir.kill();
  assertEquals(new Client(folder.path, { name: "bob", now: () => new Date() }).close().unsent, ["one", "two"]);
  for (const other of [early, ...heirs.filter((other) => other !== heir)]) await other.end();
});

Deno.test("ClientState moves a corrupt file aside, says so in one line, and goes on", () => {
  using folder = new TempFolder();
  const first = new Client(folder.path).welcome("bob");
  first.state.said(say("kept"));
  first.close();
  const { secret } = first.state;
  const journal = folder.names.find((name) => name.endsWith(".jsonl"))!;
  const spoil = (name: string, text: string) => Deno.writeTextFileSync(`${folder.path}/${name}`, text);

  spoil("servers.json", '{"example.org:12345":{"name":"bob"}}');
  spoil("secret", "short\n");
  const second = new Client(folder.path, { name: "bob" }).welcome("bob").close();
  assertEquals(second.warnings, [
    "secret holds no secret: moved to secret.broken-2026-01-31, going on without it",
    "servers.json is not a list of servers: moved to servers.json.broken-2026-01-31, going on without it",
  ]);
  assertNotEquals(second.state.secret, secret);
  // Under another secret the server would not know the ref again.
  assertEquals(second.unsent, []);

  spoil("secret", secret);
  spoil(journal, `rubbish\n${Deno.readTextFileSync(`${folder.path}/${journal}`)}{"at":1,"say":{"kind":"bye"}}\n{"at":1,"sa`);
  const third = new Client(folder.path).close();
  assertEquals([third.unsent, third.state.secret], [["kept"], secret]);
  assertEquals(third.warnings, [
    `${journal} has lines that make no sense: moved to ${journal}.broken-2026-01-31, going on without it`,
  ]);
  const left = folder.names.find((name) => name.endsWith(".jsonl"))!;
  spoil(left, "\0");
  const fourth = new Client(folder.path).close();
  assertMatch(fourth.warnings.join(), /^unsent-\S+ does not say whose it is: moved to \S+, going on without it$/);
  spoil("servers.json", "");
  assertStringIncludes(
    new Client(folder.path).close().warnings.join(),
    "servers.json is not JSON: moved to servers.json.broken-2026-01-31-2,",
  );
  assertEquals(new Client(folder.path).close().warnings, []);
});

Deno.test("ClientState overwrites nothing that it cannot read, and says so once", () => {
  for (const name of ["secret", "servers.json"]) {
    using folder = new TempFolder();
    Deno.mkdirSync(`${folder.path}/${name}`);
    const { warnings } = new Client(folder.path).welcome("bob").close();
    assertEquals(warnings, [`Nothing can be remembered in ${folder.path}: ${name} is not a file; going on without`]);
    assert(Deno.statSync(`${folder.path}/${name}`).isDirectory);
  }
});

Deno.test("ClientState removes what killed clients left that holds nothing", () => {
  using folder = new TempFolder();
  const id = "x".repeat(24);
  for (const name of [`unsent-${id}.lock`, `unsent-${id}.jsonl.123.tmp`, `unsent-${"y".repeat(24)}.jsonl.9.tmp`]) {
    Deno.writeTextFileSync(`${folder.path}/${name}`, "");
  }
  assertEquals(new Client(folder.path).close().warnings, []);
  assertEquals(kinds(folder), ["lock", "secret"]);
});

Deno.test("ClientState works without a folder, and says nothing", () => {
  const client = new Client(undefined).welcome("bob");
  client.state.said(say("hi"));
  client.state.saw("lobby", 1);
  client.state.renamed("bert");
  assertEquals([client.close().warnings, client.unsent, client.state.secret.length], [[], [], 24]);
  assertNotEquals(client.state.secret, new Client(undefined).state.secret);
});

Deno.test("ClientState says once that it cannot write, and works all the same", () => {
  const client = new Client("/proc/chat").welcome("bob");
  client.state.said(say("hi"));
  client.state.answered("ref-hi");
  client.close();
  assertEquals(client.warnings.length, 1);
  assertMatch(client.warnings[0], /^Nothing can be remembered in \/proc\/chat: [^\n]+; going on without$/);
});

Deno.test("ClientState on a disk that cannot be written still knows what is there", async () => {
  await using disk = await smallDisk("1m");
  if (disk === undefined) return;
  const first = new Client(disk.path).welcome("bob").close();
  assertEquals(await run("mount", "-o", "remount,ro", disk.path), undefined);
  const second = new Client(disk.path).welcome("bob");
  second.state.said(say("hi"));
  second.close();
  assertEquals([second.state.secret, second.state.name], [first.state.secret, "bob"]);
  assertEquals(second.warnings.length, 1, second.warnings.join("\n"));
});

Deno.test("ClientState on a full disk says so once, and leaves what is unsaid when there is space again", async () => {
  await using disk = await smallDisk("256k");
  if (disk === undefined) return;
  const client = new Client(disk.path).welcome("bob");
  client.state.said(say("first"));
  const ballast = await Deno.open(`${disk.path}/ballast`, { create: true, write: true });
  try {
    while (true) await ballast.write(new Uint8Array(4_096));
  } catch (error) {
    assertStringIncludes(String(error), "No space");
  } finally {
    ballast.close();
  }
  for (let i = 0; i < 100; i++) client.state.said({ ...say(`${i} `.padEnd(500, "x")), ref: `ref-${i}` });
  for (let i = 0; i < 99; i++) client.state.answered(`ref-${i}`);
  client.state.saw("lobby", 5);
  assertEquals(client.warnings.length, 1);
  assertMatch(client.warnings[0], /No space left on device.*; going on without$/);
  const late = new Client(disk.path, { name: "bob" });
  assertEquals(late.warnings.length, 1);
  assertEquals(late.state.secret, client.state.secret);
  late.close();
  await Deno.remove(`${disk.path}/ballast`);
  client.close();
  assertEquals(new Client(disk.path).close().unsent.map((text) => text.slice(0, 5)), ["first", "99 xx"]);
});

Deno.test("servers.json keeps 100 servers, and each for a year", () => {
  const server = (at: number): KnownServer => ({ name: "bob", at, epoch: "e", rooms: [], cursors: {} });
  const servers = (n: number) => new Map(Array.from({ length: n }, (_, i) => [`h${i}:1`, server(START + i)]));
  const names = (n: number) => [...(parseServers(formatServers(servers(n), START + n)) as Map<string, KnownServer>).keys()].sort();
  assertEquals(names(100).length, 100);
  assertEquals([names(101).length, names(101).includes("h0:1"), names(101).includes("h100:1")], [100, false, true]);
  const after = (ms: number) => parseServers(formatServers(new Map([["h:1", server(START)]]), START + ms));
  assertEquals([(after(365 * DAY) as Map<string, KnownServer>).size, (after(365 * DAY + 1) as Map<string, KnownServer>).size], [1, 0]);
});

Deno.test("Journal holds what was added and not removed, whatever came before and wherever it is cut", () => {
  using folder = new TempFolder();
  const owner = { server: "h:1", name: "bob", installation: "abcdef" };
  const text = fc.string({ minLength: 1, maxLength: 8 });
  const acts = fc.array(fc.tuple(fc.boolean(), fc.nat(9), text));
  fc.assert(fc.property(acts, fc.nat(60), (acts, cut) => {
    const path = `${folder.path}/j`;
    const journal = new Journal(path, owner, []);
    const model = new Map<string, string>();
    for (const [add, n, text] of acts) {
      const ref = `r${n}`;
      if (add) {
        journal.add({ at: n, say: { kind: "say", ref, room: "lobby", text } });
        if (!model.has(ref)) model.set(ref, text);
      } else {
        journal.remove(ref);
        model.delete(ref);
      }
    }
    const held = Deno.readTextFileSync(path);
    const content = parseJournal(held);
    assert(typeof content !== "string");
    assertEquals([content.owner, content.broken], [owner, false]);
    assertEquals(content.waiting.map(({ say }) => [say.ref, say.text]), [...model]);
    const whole = held.length - cut;
    const part = parseJournal(held.slice(0, Math.max(whole, held.indexOf("\n") + 1)));
    assert(typeof part !== "string" && !part.broken);
    journal.close();
  }));
});

Deno.test("Journal stays small however much is said", () => {
  using folder = new TempFolder();
  const path = `${folder.path}/j`;
  const journal = new Journal(path, { server: "h:1", name: undefined, installation: "abcdef" }, []);
  const text = "x".repeat(1_000);
  let largest = 0;
  const start = performance.now();
  for (let i = 0; i < 2_000; i++) {
    journal.add({ at: i, say: { kind: "say", ref: `r${i}`, room: "lobby", text } });
    if (i >= 10) journal.remove(`r${i - 10}`);
    largest = Math.max(largest, Deno.statSync(path).size);
  }
  assertLess(largest, 262_144 + 2_000);
  const content = parseJournal(Deno.readTextFileSync(path));
  assertEquals(
    typeof content !== "string" && content.waiting.map(({ say }) => say.ref),
    Array.from({ length: 10 }, (_, i) => `r${1_990 + i}`),
  );
  assertLess(performance.now() - start, 5_000);
  journal.rename("bob");
  journal.close();
  const left = parseJournal(Deno.readTextFileSync(path));
  assertEquals(typeof left !== "string" && left.owner.name, "bob");
});
