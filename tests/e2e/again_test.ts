import { assertEquals, assertStringIncludes } from "@std/assert";
import { Peer, PROGRAM_ENV, startServer } from "../harness.ts";
import { Terminal, tmuxThere } from "./terminal.ts";

/** One installation: what its clients remember is nobody else's. */
class Installation implements AsyncDisposable {
  readonly #folder = Deno.makeTempDirSync({ prefix: "chat-installation-" });

  /** Starts a client. */
  client(...args: string[]): Promise<Terminal> {
    const env = { ...PROGRAM_ENV, XDG_CONFIG_HOME: `${this.#folder}/config`, XDG_STATE_HOME: `${this.#folder}/state` };
    return Terminal.openWith(env, 90, 16, "client", ...args);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A client whose terminal is gone may still be writing down where it left off.
    while (!await Deno.remove(this.#folder, { recursive: true }).then(() => true, () => false));
  }
}

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, ignore: !tmuxThere });
}

/** What bob has said, as somebody hears it, up to this text. */
async function heardOfBob(alice: Peer, last: string): Promise<string[]> {
  await alice.lines.match(new RegExp(`^bob: ${last}$`));
  return alice.lines.all.filter((line) => line.startsWith("bob: "));
}

test("again: a client that is told nothing goes back to the server, the name and the rooms of before", async () => {
  await using installation = new Installation();
  await using server = await startServer();
  {
    await using terminal = await installation.client(`127.0.0.1:${server.port}`, "--name", "bob");
    await terminal.shows("Hello bob.");
    await terminal.type("/join dev", "Enter");
    await terminal.shows("#dev bob>");
    await terminal.type("bye", "Enter");
    await terminal.shows("exit code 0");
  }
  await using terminal = await installation.client();
  const screen = await terminal.shows("2:#dev");
  assertStringIncludes(screen, "Hello bob. You are in #lobby, #dev.");
});

test("again: what a killed client had said without an answer is there once, whether or not the server had heard it", async () => {
  await using installation = new Installation();
  await using server = await startServer();
  using alice = await Peer.named(server.port, "alice");
  {
    await using terminal = await installation.client(`127.0.0.1:${server.port}`, "--name", "bob");
    await terminal.shows("Hello bob.");
    server.program.kill("SIGSTOP");
    await terminal.type("one", "Enter", "two", "Enter");
    await terminal.shows("… two");
    await terminal.kill();
    server.program.kill("SIGCONT");
  }
  // The server has noticed: until then the name is the dead client's.
  await alice.lines.match(/^bob: two$/);
  await using terminal = await installation.client();
  await terminal.shows("Hello bob.");
  await terminal.type("three", "Enter");
  assertEquals(await heardOfBob(alice, "three"), ["bob: one", "bob: two", "bob: three"]);
});

test("again: what was typed without a server, and lost its client too, is sent by the next one", async () => {
  await using installation = new Installation();
  const first = await startServer();
  {
    await using terminal = await installation.client(`127.0.0.1:${first.port}`, "--name", "bob");
    await terminal.shows("Hello bob.");
    await first[Symbol.asyncDispose]();
    await terminal.shows("reconnecting");
    await terminal.type("one", "Enter", "two", "Enter");
    await terminal.shows("2 queued");
    await terminal.kill();
  }
  await using second = await startServer("--port", String(first.port));
  using alice = await Peer.named(second.port, "alice");
  await using terminal = await installation.client();
  await terminal.shows("bob: two");
  await terminal.type("three", "Enter");
  assertEquals(await heardOfBob(alice, "three"), ["bob: one", "bob: two", "bob: three"]);
});
