/**
 * What the program may still do once it runs, with the permissions that the executable is built with.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import deno from "../../deno.json" with { type: "json" };
import { makeCertificate, ownFiles } from "../../server/certificate.ts";
import { exchange, Peer, Program } from "../harness.ts";
import { TempFolder } from "../temp_folder.ts";
import { certificateOf, tunnel } from "../tls.ts";
import { clientFrame, upgradeRequest } from "../web_peer.ts";

const PERMISSIONS = [...deno.tasks.chat.command.matchAll(/--(?:allow|no-prompt)[^' ]*/g)].map(([flag]) => flag);
const PROBE = new URL("../rights_probe.ts", import.meta.url).pathname;

/** The program with its real permissions, and what it may do since it gave some up. */
async function probed(...args: string[]): Promise<{ program: Program; rights: unknown }> {
  const program = new Program([Deno.execPath(), "run", "--quiet", "--no-check", ...PERMISSIONS, PROBE, ...args]);
  const line = await program.stderr.match(/^rights /);
  return { program, rights: JSON.parse(line.slice("rights ".length)) };
}

Deno.test("a server that runs connects and listens nowhere, writes no file and starts no program; and serves everybody all the same", async () => {
  using folder = new TempFolder();
  const { program, rights } = await probed("server", "--port", "0", "--data", folder.path);
  assertEquals(rights, { granted: ["env", "read"], denied: ["connect", "listen", "write", "run"] });

  const port = Number((await program.stdout.match(/^Server started on /)).match(/\d+$/));
  using bob = await Peer.named(port, "bob");
  await bob.sayAndKeep("hi", "bob: hi");
  // The first WebSocket loads what reads it.
  const hello = clientFrame('{"kind":"hello","v":[1],"name":"eve"}');
  assertStringIncludes(await exchange(port, upgradeRequest(), hello, clientFrame("", { opcode: 8 })), '"kind":"welcome"');
  await bob.lines.match(/eve/);
  program.kill("SIGTERM");
  assertEquals(await program.exit(), 0);

  const again = await probed("server", "--port", "0", "--data", folder.path);
  const next = Number((await again.program.stdout.match(/^Server started on /)).match(/\d+$/));
  assertStringIncludes(await exchange(next, "ann\n", "/history 10\n"), "bob: hi");
  again.program.kill("SIGTERM");
  assertEquals(await again.program.exit(), 0);
});

Deno.test("a server that encrypts connects and listens on, writes nothing, and reads its certificate again", async () => {
  using folder = new TempFolder();
  const { program, rights } = await probed("server", "--port", "0", "--data", folder.path, "--tls");
  assertEquals(rights, { granted: ["env", "net", "read"], denied: ["write", "run"] });

  const port = Number((await program.stdout.match(/^Server started on /)).match(/\d+$/));
  const first = await certificateOf(port);
  await using safe = tunnel(port, first);
  using bob = await Peer.named(safe.port, "bob");

  const files = ownFiles(folder.path);
  const renewed = await makeCertificate(Date.now());
  await Deno.writeTextFile(files.cert, renewed.chain);
  await Deno.writeTextFile(files.key, renewed.key);
  program.kill("SIGHUP");
  await program.stderr.match(/the certificate was read again/);
  assertEquals(await certificateOf(port), renewed.pem);
  await using next = tunnel(port, renewed.pem);
  using ann = await Peer.named(next.port, "ann");
  await ann.sayAndKeep("hi", "ann: hi");
  await bob.lines.match(/ann: hi/);

  // What it would have to make it cannot keep; it goes on with what it has.
  await Deno.remove(files.cert);
  await Deno.remove(files.key);
  program.kill("SIGHUP");
  await program.stderr.match(/the certificate was not changed: .*cannot be written/);
  assertEquals(await certificateOf(port), renewed.pem);
  program.kill("SIGTERM");
  assertEquals(await program.exit(), 0);
});

Deno.test("a client that runs starts no program and reads no environment", async () => {
  const { program, rights } = await probed("client", "127.0.0.1:1", "--name", "bob");
  assertEquals(rights, { granted: ["net", "read", "write"], denied: ["run"] });
  await program.endInput();
  assertEquals(await program.exit(), 69);
});

Deno.test("a server that takes invites goes on writing those", async () => {
  using folder = new TempFolder();
  await Deno.writeTextFile(`${folder.path}/password`, "open sesame\n", { mode: 0o600 });
  const guarded = ["--password-file", `${folder.path}/password`];
  const { program, rights } = await probed("server", "--port", "0", "--data", `${folder.path}/data`, ...guarded);
  assertEquals(rights, { granted: ["env", "read", "write"], denied: ["connect", "listen", "run"] });

  const port = Number((await program.stdout.match(/^Server started on /)).match(/\d+$/));
  const inviting = new Program("invite", "--data", `${folder.path}/data`, "--uses", "1");
  const code = (await inviting.stdout.match(/#invite=/)).match(/#invite=(\S+)/)?.[1];
  assertEquals(await inviting.exit(), 0);
  for (const kind of ["welcome", "refused"]) {
    assertStringIncludes(await exchange(port, `{"kind":"hello","v":[1],"name":"bob","password":"${code}"}\n`), `"kind":"${kind}"`);
  }
  program.kill("SIGTERM");
  assertEquals(await program.exit(), 0);
});
