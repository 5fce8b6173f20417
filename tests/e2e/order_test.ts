import { DatabaseSync } from "node:sqlite";
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Peer, Program, PROGRAM_ENV, type Server, startServer } from "../harness.ts";
import { TempFolder } from "../temp_folder.ts";
import { Terminal, tmuxThere } from "./terminal.ts";

/** The code that a server has printed. */
async function ownerCode(server: Server): Promise<string> {
  const line = await server.program.stdout.match(
    /^(Own this server|Take this server over from its owner): join with .*chat client or a browser and type \/claim /,
  );
  return line.split(" ").at(-1)!;
}

/** A peer in frames mode, whose requests are numbered. */
class Framed implements Disposable {
  readonly peer: Peer;
  #asked = 0;

  private constructor(peer: Peer) {
    this.peer = peer;
  }

  /** Comes in by a secret of its own; the first line is the answer. */
  static async come(server: Server, name: string): Promise<readonly [Framed, Record<string, unknown>]> {
    const peer = await Peer.connect(server.port);
    await peer.send(JSON.stringify({ kind: "hello", v: [1], name, secret: `the secret of ${name}` }) + "\n");
    return [new Framed(peer), JSON.parse(await peer.lines.match(/"kind":"(welcome|refused)"/))];
  }

  /** Asks, and returns what it is answered. */
  async ask(frame: Record<string, unknown>): Promise<Record<string, unknown>> {
    const ref = `r${++this.#asked}`;
    await this.peer.send(JSON.stringify({ ...frame, ref }) + "\n");
    return JSON.parse(await this.peer.lines.match(new RegExp(`"ref":"${ref}"`)));
  }

  /** Why a server does not let somebody in. */
  static async refused(server: Server, name: string): Promise<unknown> {
    const [framed, { text }] = await Framed.come(server, name);
    framed[Symbol.dispose]();
    return text;
  }

  async act(frame: Record<string, unknown>): Promise<unknown> {
    return (await this.ask({ kind: "moderate", ...frame })).text;
  }

  [Symbol.dispose](): void {
    this.peer[Symbol.dispose]();
  }
}

Deno.test({
  name: "terminal: the owner and an op keep order, and everybody sees it",
  ignore: !tmuxThere,
  async fn() {
    await using server = await startServer();
    const code = await ownerCode(server);
    using states = new TempFolder();
    const client = (name: string) =>
      Terminal.openWith(
        { ...PROGRAM_ENV, XDG_STATE_HOME: `${states.path}/${name}` },
        100,
        40,
        "client",
        `127.0.0.1:${server.port}`,
        "--name",
        name,
      );
    using nat = await Peer.named(server.port, "nat");
    await using olga = await client("olga");
    await olga.shows("Hello olga");
    await olga.type("/kick nat", "Enter");
    await olga.shows("only those who keep order here may do that");
    await olga.type("/claim 0000-0000-0000", "Enter");
    await olga.shows("that is not the code that the server printed when it started");
    await olga.type(`/claim ${code}`, "Enter");
    await olga.shows("You own this server now; /help lists what you can do");
    await nat.lines.match(/^\* olga owns this server now$/);
    await olga.type("/help", "Enter");
    await olga.shows("/ban NAME|ADDRESS [1d] [WHY]");

    await using bob = await client("bob");
    await bob.shows("Here now: nat, olga (owner).");
    await olga.type("/op b", "Tab", "Enter");
    await bob.shows("bob was made an op by olga");
    await olga.type("/who", "Enter");
    await olga.shows("Here now: nat, bob (op).");
    await nat.send("/who\n");
    await nat.lines.match(/^\* In #lobby: nat, olga \(owner\), bob \(op\)\.$/);

    await bob.type("/mute nat 1h too loud", "Enter");
    await nat.lines.match(/^\* nat was muted by bob for 1 h: too loud$/);
    await nat.send("HELLO\n");
    assertMatch(await nat.lines.match(/^!/), /^! not sent: you are muted for another 1 h: too loud$/);
    await bob.type("/unmute nat", "Enter");
    await nat.lines.match(/^\* nat was unmuted by bob$/);
    await nat.send("hello\n");
    await bob.shows("nat: hello");

    await bob.type("/readonly on", "Enter");
    await nat.lines.match(/^\* bob made #lobby read-only$/);
    await nat.send("hello?\n");
    await nat.lines.match(/^! not sent: #lobby is read-only: only those who keep order talk there$/);
    await bob.type("/readonly off", "Enter");
    await nat.lines.match(/^\* bob let everybody talk in #lobby again$/);

    await using dora = await client("dora");
    await dora.shows("Hello dora");
    await bob.type("/slow 2s", "Enter");
    await dora.shows("bob made #lobby slow: all but those who keep order talk once in 2 s");
    await dora.type("one", "Enter", "two", "Enter");
    await dora.shows("Not sent yet: #lobby is slow: you can talk again in");
    await nat.lines.match(/^dora: one$/);
    await nat.lines.match(/^dora: two$/);
    await bob.type("/slow off", "Enter");
    await dora.shows("bob ended the slow mode of #lobby");
    await olga.type("/announce down at six", "Enter");
    await nat.lines.match(/^\* olga announces: down at six$/);
    await nat.send("/numbers 1\n");
    const number = (await nat.lines.match(/^\D*\d+ olga announces: down at six$/)).match(/\d+/)![0];
    await bob.type("/numbers 1", "Enter");
    await bob.shows(`${number} olga announces: down at six`);
    await bob.type(`/delete ${number}`, "Enter");
    await nat.lines.match(new RegExp(`^\\* bob deleted message ${number}$`));

    await bob.type("/kick dora be nice", "Enter");
    const kicked = await dora.shows("exit code 77");
    assertStringIncludes(kicked, "You were kicked by bob: be nice");
    await bob.shows("dora was kicked by bob: be nice");
    await using again = await client("dora");
    await again.shows("Hello dora");
    await bob.type("/ban dora 1d spam", "Enter");
    assertMatch(await again.shows("exit code 77"), /You are banned until .* UTC: spam/);
    await bob.shows("The ban holds for their client");
    await using third = await client("dora");
    assertMatch(await third.shows("exit code 77"), /You are banned until .* UTC: spam/);
    await olga.type("/bans", "Enter");
    await olga.shows("dora (their client): banned by bob until");
    await bob.type("/ban olga", "Enter");
    await bob.shows("olga owns this server");
    await bob.type("/ban nat", "Enter");
    assertEquals((await nat.lines.rest()).at(-1), "* You were kicked by bob; you may come back.");
    await bob.shows("not banned: it is netcat, which is not remembered on this machine");
    await olga.type("/deop bob", "Enter");
    await bob.shows("bob is an op no more, says olga");
    await bob.type("/unban dora", "Enter");
    await bob.shows("only those who keep order here may do that");
    await olga.type("/unban dora", "Enter");
    await olga.shows("dora was unbanned by olga");
    await olga.type("/audit", "Enter");
    await olga.shows("UTC: dora was unbanned by olga");
    await using fourth = await client("dora");
    await fourth.shows("Hello dora");
  },
});

Deno.test("text mode: what takes a remembered client is told so, word for word", async () => {
  await using server = await startServer();
  using bob = await Peer.named(server.port, "bob");
  for (const line of ["/claim 0000", "/kick eve", "/ban eve 1d", "/bans"]) {
    await bob.send(`${line}\n`);
    const [command] = line.split(" ");
    await bob.expect(`! not sent: ${command} takes a client that the server remembers: join with chat client or a browser to keep order`);
  }
});

Deno.test("a server whose record of bans makes no sense lets nobody in: it ends with 74 and says what to do", async () => {
  using data = new TempFolder();
  {
    await using server = await startServer("--data", data.path);
    const [olga] = await Framed.come(server, "olga");
    using _ = olga;
    assertEquals(await olga.act({ act: "claim", text: await ownerCode(server) }), "You own this server now; /help lists what you can do");
  }
  const db = new DatabaseSync(`${data.path}/chat.db`);
  db.prepare(`UPDATE entries SET text = replace(text, '"v":1', '"v":2') WHERE text LIKE '%claim%'`).run();
  db.close();
  const program = new Program("server", "--port", "0", "--data", data.path);
  assertEquals(await program.exit(), 74);
  assertStringIncludes(
    program.stderr.all.at(-1)!,
    "The record of bans and rights cannot be read: its entry 1 is of version 2, and this program knows version 1. Nobody is let in without it: " +
      `start the chat that wrote it, or restore a backup ("chat export --room '!audit'" prints it)`,
  );
});

Deno.test("bans and rights survive the server, and kill -9 of it; the record of them is exported by its name alone", async () => {
  using data = new TempFolder();
  const flags = ["--data", data.path] as const;
  {
    await using server = await startServer(...flags);
    const code = await ownerCode(server);
    const [olga] = await Framed.come(server, "olga");
    using _ = olga;
    const [bob] = await Framed.come(server, "bob");
    using __ = bob;
    assertEquals(await olga.act({ act: "claim", text: code }), "You own this server now; /help lists what you can do");
    assertEquals(await olga.act({ act: "ban", target: "bob", text: "spam" }), "bob was banned by olga for ever: spam (their client)");
    assertEquals(JSON.parse((await bob.peer.lines.rest()).at(-1)!).reason, "banned");
  }
  {
    const killed = new Program("server", "--port", "0", ...flags, "--new-owner");
    const port = Number((await killed.stdout.next())?.match(/:(\d+)$/)?.[1]);
    const server = { program: killed, port } as Server;
    const code = await ownerCode(server);
    const [otto] = await Framed.come(server, "otto");
    using _ = otto;
    assertEquals(await Framed.refused(server, "bob"), "You are banned for ever: spam");
    assertEquals(await otto.act({ act: "claim", text: code }), "You own this server now; /help lists what you can do");
    // What the room is told is kept after the act itself.
    await otto.peer.lines.match(/otto owns this server now/);
    killed.kill("SIGKILL");
    await killed.exit();
  }
  await using server = await startServer(...flags);
  const [otto, welcome] = await Framed.come(server, "otto");
  using _ = otto;
  assertEquals(welcome.role, "owner");
  const [olga, theirs] = await Framed.come(server, "olga");
  using __ = olga;
  assertEquals(theirs.role, undefined);
  assertEquals(await Framed.refused(server, "bob"), "You are banned for ever: spam");
  await server.program.stdout.match(/Ctrl-C stops/);
  assertEquals(server.program.stdout.all.filter((line) => line.includes("/claim")), []);
  const exported = async (...more: string[]) => {
    const program = new Program("export", ...flags, ...more);
    const lines = await program.stdout.rest();
    assertEquals(await program.exit(), 0);
    return lines.map((line) => JSON.parse(line));
  };
  assertEquals((await exported()).map(({ room }) => room), ["lobby", "lobby", "lobby"]);
  const record = await exported("--room", "!audit");
  assertEquals(record.map(({ room, text }) => [room, JSON.parse(text).act]), [["!audit", "claim"], ["!audit", "ban"], ["!audit", "claim"]]);
});
