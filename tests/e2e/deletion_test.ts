/**
 * What is deleted is gone: from everybody's sight, and from the disk.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Peer, Program, type Server, startServer } from "../harness.ts";
import { soon } from "../soon.ts";
import { TempFolder } from "../temp_folder.ts";

const GONE = "xylophagous";
const KEPT = "zymurgy";

/** Whether a word stands in any file of a folder. */
function isOnDisk(folder: TempFolder, word: string): boolean {
  const decoder = new TextDecoder("latin1");
  return folder.names.some((name) => decoder.decode(Deno.readFileSync(`${folder.path}/${name}`)).includes(word));
}

/** Settles when the word is in no file, while the server runs. */
async function wiped(folder: TempFolder, peer: Peer): Promise<void> {
  while (isOnDisk(folder, GONE)) {
    await peer.send("/rooms\n");
    await peer.lines.match(/^\* 1 room/);
  }
}

async function said(peer: Peer, ...lines: string[]): Promise<void> {
  for (const line of lines) await peer.sayAndKeep(line, `bob: ${line}`);
}

/** Runs a command on a data folder; returns what it printed. */
async function offline(command: string, ...args: string[]): Promise<string[]> {
  const program = new Program(command, ...args);
  const lines = await program.stdout.rest();
  assertEquals(await program.exit(), 0);
  return lines;
}

Deno.test("a text that was deleted is in no file of the data folder: running, after kill -9, after a restart, in a backup", async () => {
  using data = new TempFolder();
  using copies = new TempFolder();
  {
    const server: Server = await startServer("--data", data.path);
    using bob = await Peer.named(server.port, "bob");
    await said(bob, `one ${KEPT}`, `two ${GONE} ${"word ".repeat(700)}end`, "three");
    // The index of words has it too.
    await bob.send(`/search ${GONE}\n`);
    await bob.lines.match(/^\* 1 message of/);
    assert(isOnDisk(data, GONE));
    await bob.send("/delete 2\n");
    await bob.lines.match(/^\* bob deleted message 2$/);
    await soon(wiped(data, bob), "the disk to be wiped");
    await said(bob, `four ${GONE}`);
    await bob.send("/delete\n");
    await bob.lines.match(/^\* bob deleted message 5$/);
    server.program.kill("SIGKILL");
    await server.program.exit();
  }
  {
    await using server = await startServer("--data", data.path);
    const carol = await Peer.connect(server.port);
    await carol.send("carol\n");
    await carol.lines.match(/^\* The last 6 messages:$/);
    await carol.expect(
      `bob: one ${KEPT}`,
      "* a message of bob was deleted",
      "bob: three",
      "* bob deleted message 2",
      "* a message of bob was deleted",
      "* bob deleted message 5",
      "* You are up to date.",
    );
    await soon(wiped(data, carol), "the disk to be wiped");
    carol[Symbol.dispose]();
  }
  assertEquals([isOnDisk(data, GONE), isOnDisk(data, KEPT)], [false, true]);
  await offline("backup", "--data", data.path, `${copies.path}/copy.db`);
  assertEquals([isOnDisk(copies, GONE), isOnDisk(copies, KEPT)], [false, true]);
  const exported = (await offline("export", "--data", data.path)).map((line) => JSON.parse(line));
  assertEquals(exported.map(({ type, text, target }) => [type, text, target]), [
    ["said", `one ${KEPT}`, undefined],
    ["tombstone", "", undefined],
    ["said", "three", undefined],
    ["deleted", "", 2],
    ["tombstone", "", undefined],
    ["deleted", "", 5],
  ]);
});
