import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { exchange, Peer, Program, program, PROGRAM_ENV, type Server, startServer } from "../harness.ts";
import { soon } from "../soon.ts";
import { Terminal, tmuxThere } from "./terminal.ts";
import { TempFolder } from "../temp_folder.ts";

const PASSWORD = "correct horse battery";
const NEEDED = "* This server asks for a password, or the code of an invite:";
const WRONG = "That is neither the password nor the code of an invite that still holds";

/** A folder with a server's password and its data. */
class Home extends TempFolder {
  readonly password = `${this.path}/chat.pass`;
  readonly data = `${this.path}/data`;

  constructor() {
    super();
    Deno.writeTextFileSync(this.password, `${PASSWORD}\n`, { mode: 0o600 });
  }

  start(...flags: string[]): Promise<Server> {
    return startServer("--data", this.data, "--password-file", this.password, ...flags);
  }

  /** Every file of the server, whole. */
  *files(): Generator<string> {
    const folders = [this.data];
    for (const folder of folders) {
      for (const { name, isDirectory } of Deno.readDirSync(folder)) {
        if (isDirectory) folders.push(`${folder}/${name}`);
        else yield name + new TextDecoder("latin1").decode(Deno.readFileSync(`${folder}/${name}`));
      }
    }
  }
}

/** Runs a command to its end. */
async function chat(env: Record<string, string>, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const [command, ...rest] = program(...args);
  const { code, stdout, stderr } = await new Deno.Command(command, { args: rest, stdin: "null", env: { ...PROGRAM_ENV, ...env } }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

/** Makes an invite; returns its code. */
async function invite(home: Home, ...flags: string[]): Promise<string> {
  const { out } = await chat({}, "invite", "--data", home.data, ...flags);
  return out.match(/^ {2}(\w{4}(-\w{4}){3})$/m)![1];
}

/** Comes in over netcat with a password or a code. */
async function netcat(port: number, name: string, password = PASSWORD): Promise<Peer> {
  const peer = await Peer.connect(port);
  await peer.send(`${name}\n${password}\n`);
  await peer.lines.match(/^\* Hello /);
  return peer;
}

/** Says hello in frames; returns the answer's kind or code. */
async function hello(port: number, more: Record<string, unknown>): Promise<string> {
  using peer = await Peer.connect(port);
  await peer.send(JSON.stringify({ kind: "hello", v: [1], ...more }) + "\n");
  const answer = JSON.parse(await peer.lines.match(/"kind":"(welcome|refused)"/));
  return answer.code ?? answer.kind;
}

Deno.test("password: netcat gives a name and then the password, which nobody ever sees", async () => {
  using home = new Home();
  await using server = await home.start("--log-messages");
  using alice = await netcat(server.port, "alice");
  using bob = await Peer.connect(server.port);
  await bob.send("alice\n");
  await bob.expect(NEEDED);
  await bob.send("first guess\n");
  await bob.expect(`! ${WRONG}. Enter the password, or the code of an invite:`);
  await bob.send(`${PASSWORD}\r\n`);
  await bob.expect("! alice is taken. Enter another name:");
  await bob.send("bob\n");
  await bob.lines.match(/^\* Hello bob\. Here now: alice\./);
  await bob.send("hi\n");
  await alice.expect("* bob joined", "bob: hi");
  const log = server.program.stderr;
  await log.match(/bob: hi/);
  for (const text of [log.all.join("\n"), bob.lines.all.join("\n"), alice.lines.all.join("\n"), ...home.files()]) {
    assert(!text.includes(PASSWORD) && !text.includes("first guess"), text);
  }
});

Deno.test("password: everything may come at once, and the lines after it are messages", async () => {
  using home = new Home();
  await using server = await home.start();
  using alice = await netcat(server.port, "alice");
  const bob = await Peer.connect(server.port);
  await bob.send(`bob\n${PASSWORD}\none\ntwo\nbye\n`);
  await alice.expect("* bob joined", "bob: one", "bob: two", "* bob left");
  assertEquals((await bob.lines.rest()).at(-1), "* Bye, bob (2 messages sent).");
  bob[Symbol.dispose]();
});

Deno.test("password: a telnet that shows itself is told to show nothing, and to go on afterwards", async () => {
  using home = new Home();
  await using server = await home.start();
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  const seen: number[] = [];
  const until = async (...bytes: number[]) => {
    const wanted = String.fromCharCode(...bytes);
    const buffer = new Uint8Array(4_096);
    for (let at = -1; at === -1; at = String.fromCharCode(...seen).indexOf(wanted)) {
      if (String.fromCharCode(...seen).includes(wanted)) return;
      seen.push(...buffer.subarray(0, await soon(conn.read(buffer), "telnet's bytes") ?? 0));
    }
  };
  const text = (line: string) => [...new TextEncoder().encode(line)];
  // IAC DO SUPPRESS-GO-AHEAD, as a telnet says.
  await conn.write(new Uint8Array([255, 253, 3, ...text("bob\r\n")]));
  await until(255, 251, 1, ...text(`${NEEDED}\n`));
  await conn.write(new Uint8Array([255, 253, 1, ...text(`${PASSWORD}\r\n`)]));
  await until(255, 252, 1, 13, 10, ...text("* Hello bob."));
});

Deno.test("password: 100 wrong ones from an address disturb nobody who is in", async () => {
  using home = new Home();
  await using server = await home.start("--max-per-address", "200");
  using alice = await netcat(server.port, "alice");
  using bob = await netcat(server.port, "bob");
  await alice.expect("* bob joined");
  const guesses = Array.from({ length: 100 }, (_, n) => hello(server.port, { name: `m${n}`, password: `guess ${n}` }));
  for (let n = 1; n <= 100; n++) {
    await alice.send(`a${n}\n`);
    await bob.expect(`alice: a${n}`);
    await bob.send(`b${n}\n`);
    await alice.expect(`bob: b${n}`);
  }
  const answers = Map.groupBy(await Promise.all(guesses), (answer) => answer);
  assertEquals([answers.get("password_wrong")?.length, answers.get("password_needed")?.length], [2, 98]);
});

Deno.test("password: the file must hold one, and be its owner's alone", async () => {
  using home = new Home();
  const start = () => chat({}, "server", "--port", "0", "--ephemeral", "--password-file", home.password);
  await Deno.chmod(home.password, 0o644);
  const open = await start();
  assertEquals([open.code, open.out], [77, ""]);
  const problem = `${home.password} can be read by others on this machine. Make it yours alone: chmod 600 ${home.password}`;
  assertStringIncludes(open.err, `--password-file: ${problem}`);
  await Deno.chmod(home.password, 0o600);
  await Deno.writeTextFile(home.password, "\n");
  const empty = await start();
  assertEquals(empty.code, 78);
  assertStringIncludes(empty.err, "has nothing on its first line");
  await Deno.remove(home.password);
  assertEquals((await start()).code, 66);
});

Deno.test("chat send and chat tail: a password from a file or the environment; without it one line and 77", async () => {
  using home = new Home();
  await using server = await home.start();
  const at = `127.0.0.1:${server.port}`;
  const without = await chat({}, "send", at, "hi");
  const what = "This server asks for a password, or the code of an invite";
  assertEquals(without, {
    code: 77,
    out: "",
    err: `${what}. Pass it with --password-file FILE or in CHAT_PASSWORD, or pass --invite CODE\n`,
  });
  assertEquals((await chat({}, "send", at, "--password-file", home.password, "from a file")).code, 0);
  assertEquals((await chat({ CHAT_PASSWORD: PASSWORD }, "send", at, "from the environment")).code, 0);
  assertEquals((await chat({}, "send", at, "--invite", await invite(home), "with an invite")).code, 0);
  const { out } = await chat({ CHAT_PASSWORD: PASSWORD }, "tail", at);
  assertEquals(out.trimEnd().split("\n").map((line) => line.replace(/.*?: /, "")), [
    "from a file",
    "from the environment",
    "with an invite",
  ]);
  const wrong = await chat({ CHAT_PASSWORD: "wrong guess" }, "tail", at);
  assertEquals([wrong.code, wrong.err.trimEnd().split("\n").length], [77, 1]);
  assertEquals([wrong.err.includes("wrong guess"), wrong.err.includes("Pass another")], [false, true]);
});

Deno.test("chat client over pipes: takes the password as chat send does", async () => {
  using home = new Home();
  await using server = await home.start();
  const client = new Program("client", `127.0.0.1:${server.port}`, "--name", "bob", "--password-file", home.password);
  await client.stderr.match(/Hello bob/);
  await client.type("hi\n");
  await client.endInput();
  assertEquals(await client.exit(), 0);
  assertEquals((await chat({}, "client", `127.0.0.1:${server.port}`, "--name", "bob")).code, 77);
});

Deno.test("invites: known again after restarts, without a use; netcat uses one each time", async () => {
  using home = new Home();
  let codes: [string, string];
  {
    await using server = await home.start();
    codes = [await invite(home), await invite(home, "--uses", "2")];
    assertEquals(await hello(server.port, { name: "ann", secret: "ann's", password: codes[0].toLowerCase() }), "welcome");
    assertEquals(await hello(server.port, { name: "eve", secret: "eve's", password: codes[0] }), "password_wrong");
    (await netcat(server.port, "bob", codes[1]))[Symbol.dispose]();
  }
  {
    await using server = await home.start();
    assertEquals(await hello(server.port, { name: "ann", secret: "ann's" }), "welcome");
    assertEquals(await hello(server.port, { name: "eve", secret: "eve's" }), "password_needed");
    (await netcat(server.port, "bob", codes[1]))[Symbol.dispose]();
    assertEquals(await hello(server.port, { name: "eve", password: codes[1] }), "password_wrong");
    for (const text of [server.program.stderr.all.join("\n"), ...home.files()]) {
      for (const code of codes) assert(!text.includes(code) && !text.includes(code.replaceAll("-", "")));
    }
  }
});

Deno.test("chat invite: a link, a command and a code; and that none is needed where nobody is asked", async () => {
  using home = new Home();
  {
    await using server = await home.start();
    const { code, out } = await chat({}, "invite", "--data", home.data, "--uses", "5", "--expires", "30m");
    assertEquals(code, 0);
    assertMatch(out, /^An invite for 5 people, until \d{4}-\d\d-\d\d \d\d:\d\d UTC:\n {2}(\S+)\n/);
    const [, invite] = out.match(/^ {2}(\S+)$/m)!;
    assertStringIncludes(out, `\n  http://127.0.0.1:${server.port}/#invite=${invite}\n`);
    assertStringIncludes(out, ` client 127.0.0.1:${server.port} --invite ${invite}\n`);
  }
  {
    await using server = await home.start("--tls");
    const { out } = await chat({}, "invite", "--data", home.data);
    assertMatch(out, new RegExp(`^  https://127.0.0.1:${server.port}/#invite=\\S+$`, "m"));
    assertMatch(out, new RegExp(` client tls://127.0.0.1:${server.port}#[\\w-]{43} --invite `));
    assertStringIncludes(out, "or with OpenSSL");
  }
  assertStringIncludes((await chat({}, "invite", "--data", home.data)).out, `No server has ${home.data} now`);
  {
    await using server = await home.start("--tls");
    const { out } = await chat({}, "invite", "--data", home.data);
    assertStringIncludes(out, `\n  https://127.0.0.1:${server.port}/#invite=`);
    assertMatch(out, / client tls:\/\/127\.0\.0\.1:\d+#[\w-]{43} --invite /);
  }
  await using open = await startServer("--data", home.data);
  const { code, err } = await chat({}, "invite", "--data", home.data);
  assertEquals(code, 1);
  assertStringIncludes(err, `No invite is needed: the server at 127.0.0.1:${open.port} asks nobody for a password`);
});

Deno.test("chat invite --revoke: takes one back, at once and for those who came in with it", async () => {
  using home = new Home();
  await using server = await home.start();
  const code = await invite(home, "--uses", "2");
  const bob = (more: object) =>
    exchange(server.port, `${JSON.stringify({ kind: "hello", v: [1], name: "bob", secret: "bob's own", ...more })}\n`);
  assertStringIncludes(await bob({ password: code }), '"welcome"');
  assertStringIncludes(await bob({}), '"welcome"');
  assertEquals(await chat({}, "invite", "--data", home.data, "--revoke", code), {
    code: 0,
    out:
      "Nobody comes in with this invite any more. 1 client came in with it: whoever is in stays until they leave or are put out with /kick, " +
      "and is asked for the password then.\n",
    err: "",
  });
  assertStringIncludes(await bob({}), '"password_needed"');
  assertStringIncludes(await bob({ password: code }), '"password_wrong"');
  const again = await chat({}, "invite", "--data", home.data, "--revoke", code);
  assertEquals([again.code, again.out], [1, ""]);
  assertStringIncludes(again.err, "has that code: it was taken back, or has ended unused");
});

Deno.test("chat invite: 1 to 1,000 uses, a minute to a year", async () => {
  using home = new Home();
  const make = async (...flags: string[]) => (await chat({}, "invite", "--data", home.data, ...flags)).code;
  for (const flags of [["--uses=1", "--expires=1m"], ["--uses=1000", "--expires=365d"]]) {
    assertEquals(await make(...flags), 0, flags.join(" "));
  }
  for (const flag of ["--uses=0", "--uses=1001", "--expires=59s", "--expires=366d", "--expires=soon"]) {
    assertEquals(await make(flag), 64, flag);
  }
});

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, ignore: !tmuxThere });
}

for (const [view, shown] of [["", "*".repeat(PASSWORD.length)], ["--plain", ""]]) {
  test(`terminal ${view}: asks for the password, shows nothing of it, and comes back after a cut without asking`, async () => {
    using home = new Home();
    const first = await home.start();
    await using terminal = await Terminal.open(100, 20, "client", `127.0.0.1:${first.port}`, "--name", "bob", ...view === "" ? [] : [view]);
    await terminal.shows("* This server asks for a password, or the code of an invite.");
    await terminal.shows("Password:");
    await terminal.type("a wrong guess", "Enter");
    await terminal.shows(`${WRONG}.`);
    await terminal.type("x", "BSpace", PASSWORD);
    if (shown !== "") await terminal.shows(`Password: ${shown}`);
    await terminal.type("Enter");
    await terminal.shows("Hello bob");
    // What is typed now is seen as usual.
    await terminal.type("half a line");
    await terminal.shows("half a line");
    await first[Symbol.asyncDispose]();
    await terminal.shows("lost");
    await using second = await home.start("--port", String(first.port));
    using alice = await netcat(second.port, "alice");
    await alice.send("hello again\n");
    const screen = (await terminal.shows("alice: hello again")).concat(...await terminal.past());
    assert(!screen.includes(PASSWORD) && !screen.includes("wrong guess"), screen);
    await terminal.type("C-c");
    assertMatch(await terminal.shows("icanon"), /exit code 0\s+icanon echo/);
    for (const folder of [PROGRAM_ENV.XDG_STATE_HOME, PROGRAM_ENV.XDG_CONFIG_HOME]) {
      const { stdout } = await new Deno.Command("grep", { args: ["-rlF", PASSWORD, folder], stderr: "null" }).output();
      assertEquals(new TextDecoder().decode(stdout), "");
    }
  });

  test(`terminal ${view}: Ctrl-C at the password leaves, and the terminal is as it was`, async () => {
    using home = new Home();
    await using server = await home.start();
    await using terminal = await Terminal.open(80, 12, "client", `127.0.0.1:${server.port}`, "--name", "bob", ...view === "" ? [] : [view]);
    await terminal.shows("Password:");
    await terminal.type("half", "C-c");
    const screen = await terminal.shows("icanon");
    assertMatch(screen, /exit code 0\s+icanon echo/);
    assert(!screen.includes("half"), screen);
  });
}

test("terminal: an invite in place of the password, once", async () => {
  using home = new Home();
  await using server = await home.start();
  const code = await invite(home);
  const at = `127.0.0.1:${server.port}`;
  {
    await using terminal = await Terminal.open(80, 12, "client", at, "--name", "ivy", "--invite", `http://${at}/#invite=${code}`);
    await terminal.shows("Hello ivy");
    await terminal.type("C-c");
    await terminal.shows("exit code 0");
  }
  await using again = await Terminal.open(80, 12, "client", at, "--name", "ivy");
  await again.shows("Hello ivy");
});

/** What a client says first to whoever listens there, and shows that it is from the installation of before. */
async function secretAt(listener: Deno.TcpListener): Promise<string> {
  await using _terminal = await Terminal.open(80, 12, "client", `127.0.0.1:${listener.addr.port}`, "--name", "bob");
  using conn = await soon(listener.accept(), "the client");
  const buffer = new Uint8Array(4_096);
  const length = await soon(conn.read(buffer), "its hello");
  return JSON.parse(new TextDecoder().decode(buffer.subarray(0, length ?? 0))).secret;
}

test("terminal: an installation is the same to a server each time, and to no two servers: none can pass for it at another", async () => {
  using one = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [first, again, elsewhere] = [await secretAt(one), await secretAt(one), await secretAt(other)];
  assertMatch(first, /^[\w-]{43}$/);
  assertEquals(again, first);
  assertNotEquals(elsewhere, first);
});
