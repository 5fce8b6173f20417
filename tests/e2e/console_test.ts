import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import type { ConsoleFrame, ConsoleRequest } from "../../shared/console.ts";
import { exchange, Peer, startServer } from "../harness.ts";
import { OP, upgradeRequest, WebPeer } from "../web_peer.ts";

/** What makes a request come from elsewhere, on one machine. */
const ELSEWHERE = { "X-Forwarded-For": "127.0.0.1" };

/** The owner's window. */
class Owner implements Disposable {
  readonly #peer: WebPeer;

  private constructor(peer: WebPeer) {
    this.#peer = peer;
  }

  static async connect(port: number, fields: Record<string, string> = {}): Promise<Owner> {
    return new Owner(await WebPeer.connect(port, fields, "/console/ws"));
  }

  async ask(request: ConsoleRequest | { readonly kind: string }): Promise<void> {
    await this.#peer.send(JSON.stringify(request));
  }

  /** The next frame of a kind. */
  async next<K extends ConsoleFrame["kind"]>(kind: K): Promise<ConsoleFrame & { kind: K }> {
    return JSON.parse(await this.#peer.match(new RegExp(`^\\{"kind":"${kind}"`)));
  }

  /** Opens the window. */
  async open(key?: string): Promise<ConsoleFrame & { kind: "view" }> {
    await this.ask({ kind: "open", ...key === undefined ? {} : { key } });
    return await this.next("view");
  }

  /** Whether it is denied, and closed. */
  async denied(): Promise<boolean> {
    await this.next("denied");
    return await this.#peer.closed() === 1000;
  }

  /** The next line of the log that matches. */
  async line(pattern: RegExp): Promise<string> {
    for (;;) {
      const { lines } = await this.next("log");
      const found = lines.find(({ text }) => pattern.test(text));
      if (found) return found.text;
    }
  }

  [Symbol.dispose](): void {
    this.#peer[Symbol.dispose]();
  }
}

Deno.test("console: what happened before and what happens, with whole addresses, and words where the log has them", async () => {
  await using server = await startServer("--log-messages");
  using bob = await Peer.named(server.port, "bob");
  using owner = await Owner.connect(server.port);
  const { lines, key, server: program } = await owner.open();
  assertMatch(program, /^chat\/\d/);
  assertEquals(key, undefined);
  assertMatch(lines[0].text, /^listening on 127\.0\.0\.1:\d+$/);
  assert(lines.some(({ text }) => /^bob joined #lobby from 127\.0\.0\.1:\d+$/.test(text)));
  await bob.send("hello there\n");
  assertEquals(await owner.line(/hello/), "#lobby bob: hello there");
});

Deno.test("console: words stay out where the log has none", async () => {
  await using server = await startServer();
  using bob = await Peer.named(server.port, "bob");
  using owner = await Owner.connect(server.port);
  await owner.open();
  await bob.send("hello there\n");
  assertEquals(await owner.line(/bob said/), "#lobby bob said 11 characters");
});

Deno.test("console: every second who is in, and how busy it is", async () => {
  await using server = await startServer();
  using _ = await Peer.named(server.port, "bob");
  using page = await WebPeer.framed(server.port, "page");
  using owner = await Owner.connect(server.port);
  const { samples } = await owner.open();
  await page.send('{"kind":"say","ref":"r1","room":"lobby","text":"hi"}');
  let said = samples.reduce((sum, { messages }) => sum + messages, 0);
  while (said === 0) said += (await owner.next("now")).sample.messages;
  const { sample, people, more } = await owner.next("now");
  assertEquals([said, sample.messages, sample.connections, sample.sessions, more], [1, 0, 3, 2, 0]);
  assert(sample.memory > 1e7 && sample.commitMs >= 0);
  assertEquals(people.map(({ nick, rooms, transport, sent, behind }) => [nick, rooms, transport, sent, behind]), [
    ["bob", ["lobby"], "text", 0, 0],
    ["page", ["lobby"], "web", 1, 0],
  ]);
  for (const { address, forMs } of people) {
    assertMatch(address, /^127\.0\.0\.1:\d+$/);
    assert(forMs !== undefined && forMs > 0);
  }
});

Deno.test("console: a notice to everybody, and an end to somebody's connection", async () => {
  await using server = await startServer();
  using bob = await Peer.named(server.port, "bob");
  using page = await WebPeer.framed(server.port, "page");
  using owner = await Owner.connect(server.port);
  await owner.open();
  await owner.ask({ kind: "notice", text: "back at \x1b[31mfive" });
  assertEquals((await owner.next("done")).text, "Everybody who is in was told");
  await bob.lines.match(/^\* The server announces: back at five$/);
  await page.match(/"type":"announcement","by":"server","from":"server","text":"back at five"/);
  assertEquals(await owner.line(/announced/), "The server announced something");
  const { people } = await owner.next("now");
  await owner.ask({ kind: "disconnect", id: people.find(({ nick }) => nick === "bob")!.id });
  assertEquals((await owner.next("done")).text, "bob was disconnected");
  await bob.lines.match(/^\* Your connection was ended at the server's window; you may come back\.$/);
  assertEquals(await bob.lines.rest(), []);
  await page.match(/"kind":"left".*"by":"bob"/);
  assertEquals(await owner.line(/disconnected/), "bob was disconnected at the server's window");
  await owner.ask({ kind: "disconnect", id: "nobody" });
  assertEquals((await owner.next("refused")).text, "Not done: nobody of that id is in any more");
  for (const wrong of [{ kind: "notice", text: "\x07" }, { kind: "format" }, { kind: "open" }]) {
    await owner.ask(wrong);
    await owner.next("refused");
  }
});

Deno.test("console: from elsewhere it takes a key, each good once", async () => {
  await using server = await startServer();
  for (const key of [undefined, "", "guess"]) {
    using stranger = await Owner.connect(server.port, ELSEWHERE);
    await stranger.ask({ kind: "open", ...key === undefined ? {} : { key } });
    assert(await stranger.denied());
  }
  using rude = await Owner.connect(server.port, ELSEWHERE);
  await rude.ask({ kind: "notice", text: "hi" });
  assert(await rude.denied());
});

Deno.test("console: a page of another site cannot open it", async () => {
  await using server = await startServer();
  const answer = await exchange(server.port, upgradeRequest({ Origin: "http://evil.example" }, "/console/ws"));
  assertMatch(answer, /^HTTP\/1\.1 403 /);
});

Deno.test("console: a window that says what is no message is closed, the next one opens", async () => {
  await using server = await startServer();
  using wrong = await WebPeer.connect(server.port, {}, "/console/ws");
  await wrong.send('{"kind":"open"}', { opcode: OP.binary });
  assertEquals(await wrong.closed(), 1003);
  using owner = await Owner.connect(server.port);
  assertNotEquals((await owner.open()).lines.length, 0);
});
