/**
 * What is on disk is there after the program was killed, whoever comes back to it.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { decodeServerFrame } from "../../shared/codec.ts";
import type { ClientFrame, Entry, Seq, ServerFrame, Welcome } from "../../shared/protocol.ts";
import { Peer, Program, type Server, startServer } from "../harness.ts";
import { TempFolder } from "../temp_folder.ts";

const SECRET = "b0Kx3vD1q8ZtYw2Sb0Kx3vD1q8ZtYw2S";

/** A client in frames mode, which remembers what it saw. */
class Bot implements Disposable {
  readonly frames: ServerFrame[] = [];
  readonly #peer: Peer;

  private constructor(peer: Peer) {
    this.#peer = peer;
  }

  static async connect({ port }: Server, greeting: ClientFrame): Promise<Bot> {
    const bot = new Bot(await Peer.connect(port));
    await bot.send(greeting);
    return bot;
  }

  static async hello(server: Server, name: string, more: object = {}): Promise<Bot> {
    const bot = await Bot.connect(server, { kind: "hello", v: [1], name, secret: SECRET, ...more });
    await bot.until("welcome");
    return bot;
  }

  get welcome(): Welcome {
    return this.frames.find((frame) => frame.kind === "welcome") as Welcome;
  }

  get entries(): Entry[] {
    return this.frames.filter((frame) => frame.kind === "entry");
  }

  async send(...frames: ClientFrame[]): Promise<void> {
    await this.#peer.send(frames.map((frame) => JSON.stringify(frame) + "\n").join(""));
  }

  /** The next frame of a kind. */
  async until<K extends ServerFrame["kind"]>(kind: K): Promise<Extract<ServerFrame, { kind: K }>> {
    for (;;) {
      const frame = await this.#next();
      assert(frame, `the connection ended before "${kind}"`);
      if (frame.kind === kind) return frame as Extract<ServerFrame, { kind: K }>;
    }
  }

  /** Says numbered texts, and hears that each is kept. */
  async say(from: number, upTo: number): Promise<void> {
    for (let n = from; n <= upTo; n++) await this.send({ kind: "say", room: "lobby", text: `${n}`, ref: `ref ${n}` });
    for (let n = from; n <= upTo; n++) assertEquals((await this.until("entry")).ref, `ref ${n}`);
  }

  /** Hears everything up to the end of the connection. */
  async rest(): Promise<void> {
    while (await this.#next());
  }

  async #next(): Promise<ServerFrame | undefined> {
    const line = await this.#peer.lines.next();
    if (line === undefined) return undefined;
    const frame = decodeServerFrame(line);
    assert(frame.kind !== "malformed", line);
    this.frames.push(frame);
    return frame;
  }

  [Symbol.dispose](): void {
    this.#peer[Symbol.dispose]();
  }
}

/** Kills a server without a word. */
async function crash(server: Server): Promise<void> {
  server.program.kill("SIGKILL");
  assertEquals(await server.program.exit(), 137);
}

function numbers(from: number, upTo: number): number[] {
  return Array.from({ length: upTo - from + 1 }, (_, i) => from + i);
}

function seqs(bot: Bot): Seq[] {
  return bot.entries.filter(({ again }) => !again).map(({ seq }) => seq);
}

Deno.test("C1 C12 kill -9: what was acknowledged is there, in order, in the same epoch", async () => {
  using folder = new TempFolder();
  const first = await startServer("--data", folder.path, "--limits", "off");
  using alice = await Bot.hello(first, "alice");
  await alice.say(1, 200);
  await alice.send({ kind: "topic", room: "lobby", text: "lunch", ref: "t" });
  await alice.until("entry");
  await crash(first);

  await using second = await startServer("--data", folder.path, "--limits", "off");
  using bob = await Bot.hello(second, "alice", { backlog: 200 });
  await bob.until("live");
  assertEquals([bob.welcome.epoch, bob.welcome.rooms[0].topic], [alice.welcome.epoch, "lunch"]);
  assertEquals(bob.entries, alice.entries.slice(1));
  await bob.send({ kind: "history", room: "lobby", limit: 200, before: 2, ref: "h" });
  assertEquals((await bob.until("page")).entries, alice.entries.slice(0, 1));
  await bob.send({ kind: "search", room: "lobby", words: "lunch", limit: 1, ref: "s" });
  assertEquals((await bob.until("page")).entries.map(({ text }) => text), ["lunch"]);
  await bob.say(201, 201);
  assertEquals([bob.entries.at(-1)?.seq, bob.entries.at(-1)?.prev], [202, 201]);
});

Deno.test("C6 kill -9: a ref is remembered; the same again is answered with the first entry, another text is refused", async () => {
  using folder = new TempFolder();
  const first = await startServer("--data", folder.path);
  using alice = await Bot.hello(first, "alice");
  await alice.say(1, 3);
  await crash(first);

  await using second = await startServer("--data", folder.path);
  using again = await Bot.hello(second, "alice");
  using stranger = await Bot.hello(second, "stranger", { secret: "another installation's" });
  await again.send({ kind: "say", room: "lobby", text: "2", ref: "ref 2" });
  assertEquals(await again.until("entry"), { ...alice.entries[1], again: true });
  await again.send({ kind: "say", room: "lobby", text: "other", ref: "ref 2" });
  assertEquals((await again.until("refused")).code, "ref_conflict");
  await stranger.send({ kind: "say", room: "lobby", text: "other", ref: "ref 2" });
  assertEquals([(await stranger.until("entry")).seq, (await again.until("entry")).seq], [4, 4]);
});

Deno.test("C7 kill -9: a client comes back by hello with cursors, says again what has no answer, and misses and doubles nothing", async () => {
  using folder = new TempFolder();
  const first = await startServer("--data", folder.path, "--limits", "off");
  using alice = await Bot.hello(first, "alice");
  using bob = await Bot.hello(first, "bob", { secret: "bob's" });
  await alice.say(1, 20);
  while ((await bob.until("entry")).seq < 10);
  const cursor = seqs(bob).at(-1)!;
  // Nobody reads whether these are kept.
  const late = numbers(21, 40).map((n): ClientFrame => ({ kind: "say", room: "lobby", text: `${n}`, ref: `ref ${n}` }));
  await alice.send(...late);
  await crash(first);

  await using second = await startServer("--data", folder.path, "--limits", "off");
  const cursors = { lobby: cursor };
  using back = await Bot.connect(second, { kind: "resume", v: [1], token: bob.welcome.token!, epoch: bob.welcome.epoch, cursors });
  assertEquals((await back.until("refused")).code, "resume_unknown");
  await back.send({ kind: "hello", v: [1], name: "bob", secret: "bob's", epoch: bob.welcome.epoch, cursors });
  await back.until("live");
  using again = await Bot.hello(second, "alice", { epoch: alice.welcome.epoch, cursors: { lobby: 20 } });
  await again.send(...late, { kind: "ping", ref: "end" });
  const kept = new Map<string, Entry>();
  while (kept.size < late.length) {
    const entry = await again.until("entry");
    kept.set(entry.ref!, entry);
  }
  assertEquals([...kept.values()].map(({ seq }) => seq).sort((a, b) => a - b), numbers(21, 40));
  while (seqs(back).at(-1) !== 40) await back.until("entry");
  assertEquals([...seqs(bob).filter((seq) => seq <= cursor), ...seqs(back)], numbers(1, 40));
  assertEquals(back.entries.map(({ text }) => Number(text)), numbers(cursor + 1, 40));
  assertEquals(back.frames.filter(({ kind }) => kind === "reset"), []);
});

Deno.test("C7 a client that was cut off resumes as who it was, with what it missed, and the others hear nothing of it", async () => {
  using folder = new TempFolder();
  await using server = await startServer("--data", folder.path);
  using alice = await Bot.hello(server, "alice");
  const bob = new Program("client", `127.0.0.1:${server.port}`, "--name", "bob", "--json");
  const { token, epoch, session }: Welcome = JSON.parse(await bob.stdout.match(/"welcome"/));
  await alice.until("joined");
  await alice.say(1, 2);
  // Whoever is killed with something unread resets the connection.
  bob.kill("SIGSTOP");
  while (!(await Deno.readTextFile(`/proc/${bob.pid}/stat`)).includes(") T "));
  await alice.say(3, 4);
  await alice.say(5, 5);
  bob.kill("SIGKILL");
  assertEquals(await bob.exit(), 137);
  assertMatch(await server.program.stderr.match(/bob left/), /: connection (reset|lost)$/);
  using back = await Bot.connect(server, { kind: "resume", v: [1], token: token!, epoch, cursors: { lobby: 2 } });
  const welcome = await back.until("welcome");
  assertEquals([welcome.session, welcome.nick, welcome.resumed], [session, "bob", true]);
  assertNotEquals(welcome.token, token);
  await alice.say(6, 6);
  while (seqs(back).at(-1) !== 6) await back.until("entry");
  assertEquals(seqs(back), numbers(3, 6));
  assertEquals(alice.frames.filter(({ kind }) => kind === "left" || kind === "joined").length, 1);
});

Deno.test("C7 another history in the same place: reset, and what there is", async () => {
  using folder = new TempFolder();
  using other = new TempFolder();
  const first = await startServer("--data", folder.path);
  using alice = await Bot.hello(first, "alice");
  await alice.say(1, 3);
  await crash(first);
  await using second = await startServer("--data", other.path);
  using bob = await Bot.hello(second, "bob");
  await bob.say(1, 1);
  using back = await Bot.hello(second, "alice", { epoch: alice.welcome.epoch, cursors: { lobby: 3 } });
  assertNotEquals(back.welcome.epoch, alice.welcome.epoch);
  assertEquals(await back.until("reset"), { kind: "reset", room: "lobby", cursor: 0, skipped: 0 });
  await back.until("live");
  assertEquals(back.entries.map(({ text, by }) => [text, by]), [["1", "bob"]]);
});

Deno.test("chat client: the server is killed and started again; it hears what it missed once, and what it said is kept once", async () => {
  using folder = new TempFolder();
  const first = await startServer("--data", folder.path);
  const port = String(first.port);
  const ear = new Program("client", `127.0.0.1:${port}`, "--name", "ear");
  const mouth = new Program("client", `127.0.0.1:${port}`, "--name", "mouth");
  await Promise.all([ear.stderr.match(/Hello ear/), mouth.stderr.match(/Hello mouth/)]);
  await mouth.type("one\ntwo\n");
  assertEquals([await ear.stdout.next(), await ear.stdout.next()], ["mouth: one", "mouth: two"]);
  await crash(first);
  await mouth.type("three\n");
  const second = await startServer("--data", folder.path, "--port", port);
  assertEquals(await ear.stdout.next(), "mouth: three");
  using netcat = await Peer.named(second.port, "netcat");
  await netcat.expect("* The last 3 messages:", "mouth: one", "mouth: two", "mouth: three", "* You are up to date.");
  await mouth.type("four\n");
  assertEquals(await ear.stdout.next(), "mouth: four");
  await mouth.endInput();
  assertEquals(await mouth.exit(), 0);
  await second[Symbol.asyncDispose]();
  ear.kill("SIGTERM");
  await ear.exit();
  assertEquals(ear.stdout.all, ["mouth: one", "mouth: two", "mouth: three", "mouth: four"]);
});

Deno.test("chat server --data: a second server on the same folder is one line and exit code 75, and the first goes on", async () => {
  using folder = new TempFolder();
  await using first = await startServer("--data", folder.path);
  const second = new Program("server", "--port", "0", "--data", folder.path);
  assertEquals([await second.exit(), second.stdout.all, second.stderr.all.length], [75, [], 1]);
  const { pid } = first.program;
  assertMatch(
    second.stderr.all[0],
    new RegExp(
      `^${folder.path} is in use by another chat server \\(process ${pid}, since [\\dT:.-]+Z, at 127.0.0.1:${first.port}\\)\\. Stop it, or`,
    ),
  );
  using alice = await Peer.named(first.port, "alice");
  await alice.sayAndKeep("still here", "alice: still here");
  using bob = await Peer.named(first.port, "bob");
  await bob.expect("* The last message:", "alice: still here", "* You are up to date.");
});

Deno.test("chat server --data: after kill -9 the folder is free at once", async () => {
  using folder = new TempFolder();
  for (let i = 0; i < 3; i++) await crash(await startServer("--data", folder.path));
  await using _ = await startServer("--data", folder.path);
});

Deno.test("chat server: says what is kept and where, and a stop keeps all of it", async () => {
  using folder = new TempFolder();
  const server = await startServer("--data", folder.path);
  assertMatch(
    await server.program.stdout.match(/^Kept: /),
    new RegExp(`^Kept: 90 days or 100,000 messages of a room, in ${folder.path}\\.`),
  );
  // Where is the owner's to know.
  using stranger = await Peer.connect(server.port);
  await stranger.send(`${JSON.stringify({ kind: "hello", v: [1], name: "eve" })}\n`);
  assertMatch(await stranger.lines.match(/"welcome"/), /"keeps":"90 days or 100,000 messages of a room"/);
  using alice = await Peer.named(server.port, "alice");
  await alice.send("one\ntwo\n");
  server.program.kill("SIGTERM");
  assertMatch((await alice.lines.rest()).at(-1) ?? "", /^\* The server is stopping\. Bye, alice \((\d) messages? sent\)\.$/);
  const kept = Number(alice.lines.all.at(-1)?.match(/\((\d) message/)?.[1]);
  assertEquals(await server.program.exit(), 0);
  const lines = await exported(folder);
  assertEquals(lines.map(({ text }) => text), ["one", "two"].slice(0, kept));
});

/** What `chat export` prints. */
async function exported(folder: TempFolder, ...flags: string[]): Promise<Entry[]> {
  const program = new Program("export", "--data", folder.path, ...flags);
  assertEquals([await program.exit(), program.stderr.all], [0, []]);
  return program.stdout.all.map((line) => {
    const entry = decodeServerFrame(line);
    assert(entry.kind === "entry", line);
    return entry;
  });
}

Deno.test("chat export and chat backup: while the server runs, of what has been acknowledged", async () => {
  using folder = new TempFolder();
  using copies = new TempFolder();
  await using server = await startServer("--data", folder.path, "--limits", "off");
  using alice = await Bot.hello(server, "alice", { rooms: ["lobby", "dev"] });
  await alice.say(1, 50);
  await alice.send({ kind: "say", room: "dev", text: "elsewhere", ref: "d" });
  await alice.until("entry");
  const [lobby, dev] = [alice.entries.slice(0, 50), alice.entries.slice(50)];
  assertEquals(await exported(folder), [...dev, ...lobby]);
  assertEquals(await exported(folder, "--room", "#dev"), dev);
  assertEquals(await exported(folder, "--since", String(lobby[49].at + 60_000)), []);

  const file = `${copies.path}/chat.db`;
  const backup = new Program("backup", "--data", folder.path, file);
  assertEquals([await backup.exit(), backup.stderr.all], [0, []]);
  await alice.say(51, 60);
  const twice = new Program("backup", "--data", folder.path, file);
  assertEquals([await twice.exit(), twice.stderr.all], [1, [
    `${file} exists and is left as it is. Name a file that does not, or remove it`,
  ]]);

  // Another server takes the copy up. It is another history from here on.
  await using restored = await startServer("--data", copies.path);
  using bob = await Bot.hello(restored, "bob", { backlog: 200, epoch: alice.welcome.epoch, cursors: { lobby: 60 } });
  assertNotEquals(bob.welcome.epoch, alice.welcome.epoch);
  await bob.until("reset");
  await bob.until("live");
  assertEquals(bob.entries, lobby);
});

Deno.test("chat export: where there is no history it says so in one line", async () => {
  using folder = new TempFolder();
  const program = new Program("export", "--data", `${folder.path}/nowhere`);
  assertNotEquals(await program.exit(), 0);
  assertEquals([program.stdout.all, program.stderr.all.length], [[], 1]);
});
