import { generate } from "selfsigned";
import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { makeCertificate } from "../../server/certificate.ts";
import { fingerprintOf } from "../../shared/fingerprint.ts";
import { exchange, Lines, Peer, program, PROGRAM_ENV, type Server, startServer } from "../harness.ts";
import { soon } from "../soon.ts";
import { certificateOf, connectTls, Relay, run, runWith, tunnel } from "../tls.ts";
import { clientFrame, WebPeer } from "../web_peer.ts";
import { TempFolder } from "../temp_folder.ts";

const DAY_MS = 86_400_000;

async function fingerprintAt(port: number): Promise<string> {
  return (await fingerprintOf(await certificateOf(port)))!;
}

/** A server in the middle: hands out the certificate of one server, and leads to another. */
function middle(shown: number, real: number): Relay {
  return new Relay(async (conn) => {
    const ask = new Uint8Array(256);
    const asked = await conn.read(ask);
    const answer = await exchange(shown, ask.slice(0, asked ?? 0));
    await conn.write(new TextEncoder().encode(answer));
    return await Deno.connect({ hostname: "127.0.0.1", port: real });
  });
}

async function write(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(path, text, { mode: 0o600 });
}

Deno.test("TLS: everybody meets in one room, however they came, and the join line is right", async () => {
  using state = new TempFolder();
  await using server = await startServer("--tls");
  const { port } = server;
  const line = await server.program.stdout.match(/client tls:/);
  const address = line.trim().split(" ").at(-1)!;
  assertEquals(address, `tls://127.0.0.1:${port}#${await fingerprintAt(port)}`);
  await using safe = tunnel(port, await certificateOf(port));

  using plain = await Peer.named(port, "netcat");
  using text = await Peer.named(safe.port, "text");
  using frames = await Peer.framed(safe.port, "frames");
  using web = await WebPeer.connect(safe.port);
  await web.write(clientFrame('{"kind":"hello","v":[1],"name":"web"}'));
  await plain.lines.match(/^\* web joined/);
  const { code, errors } = await run(state.path, "send", address, "--name", "script", "good", "day");
  assertEquals([code, errors], [0, ""]);
  await plain.lines.match(/script: good day/);
  await text.lines.match(/script: good day/);
  await frames.lines.match(/"text":"good day"/);
  await web.match(/"text":"good day"/);
  await plain.send("and to you\n");
  await frames.lines.match(/"text":"and to you"/);
  const heard = await run(state.path, "tail", address);
  assertMatch(heard.out, /script: good day\n.*netcat: and to you\n/);
});

Deno.test("TLS: the first certificate is trusted and remembered, and another one in its place is refused", async () => {
  using state = new TempFolder();
  const known = `${state.path}/chat/certificates.json`;
  let port: number;
  let first: string;
  {
    await using server = await startServer("--tls");
    port = server.port;
    first = await fingerprintAt(port);
    const address = `tls://127.0.0.1:${port}`;
    const once = await run(state.path, "send", address, "one");
    assertEquals([once.code, once.errors], [
      0,
      `${address} was not known before: its certificate ${first} is trusted from now on. Compare it with what the server printed\n`,
    ]);
    const twice = await run(state.path, "send", address, "two");
    assertEquals([twice.code, twice.errors], [0, ""]);
    assertEquals(JSON.parse(await Deno.readTextFile(known)), { [`127.0.0.1:${port}`]: first });
  }
  await using other = await startServer("--tls", "--port", String(port));
  const second = await fingerprintAt(port);
  assertNotEquals(first, second);
  for (const command of [["send", `tls://127.0.0.1:${port}`, "three"], ["tail", `tls://127.0.0.1:${port}`, "--follow"]]) {
    const refused = await run(state.path, ...command);
    assertEquals([refused.code, refused.out], [76, ""]);
    assertStringIncludes(refused.errors, `it was ${first} and is ${second} now`);
    assertStringIncludes(refused.errors, `join with tls://127.0.0.1:${port}#${second}`);
    assertEquals(refused.errors.trim().split("\n").length, 1);
  }
  assertEquals((await run(state.path, "send", `tls://127.0.0.1:${port}#${second}`, "three")).code, 0);
  assertEquals((await run(state.path, "send", `tls://127.0.0.1:${port}`, "four")).code, 0);
  assertEquals((await run(state.path, "send", `tls://127.0.0.1:${port}#${first}`, "five")).code, 76);
  await write(known, "{");
  const broken = await run(state.path, "send", `tls://127.0.0.1:${port}`, "six");
  assertEquals(broken.code, 76);
  assertStringIncludes(broken.errors, "certificates.json is not JSON");
  assert(other.port === port);
});

Deno.test("TLS: whoever is in the middle hears nothing, whether they show their own certificate or the server's", async () => {
  using state = new TempFolder();
  await using server = await startServer("--tls");
  await using evil = await startServer("--tls");
  const fingerprint = await fingerprintAt(server.port);
  await using forwards = middle(server.port, evil.port);
  const forwarded = await run(state.path, "send", `tls://127.0.0.1:${forwards.port}#${fingerprint}`, "secret");
  assertEquals(forwarded.code, 76);
  assertStringIncludes(forwarded.errors, "cannot prove that its certificate is its own");
  const shown = await run(state.path, "send", `tls://127.0.0.1:${evil.port}#${fingerprint}`, "secret");
  assertEquals(shown.code, 76);
  // Nor is it trusted the first time.
  assertEquals((await run(state.path, "send", `tls://127.0.0.1:${forwards.port}`, "secret")).code, 76);
  assertEquals((await run(state.path, "tail", `127.0.0.1:${evil.port}`)).out, "");
});

Deno.test("TLS: a certificate that has ended is said to have, and not yet to have begun", async () => {
  using state = new TempFolder();
  const now = Date.now();
  for (const made of [now - 4_000 * DAY_MS, now + 30 * DAY_MS]) {
    const { chain, key, pem } = await makeCertificate(made);
    using listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert: chain, key });
    const shaken = listener.accept().then((conn) => conn.handshake().catch(() => undefined).finally(() => conn.close()));
    await using server = new Relay(async (conn) => {
      await conn.read(new Uint8Array(256));
      await conn.write(new TextEncoder().encode(`${JSON.stringify({ kind: "certificate", pem })}\n`));
      return await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
    });
    const { code, errors } = await run(state.path, "send", `tls://127.0.0.1:${server.port}`, "secret");
    assertMatch(
      errors,
      /^The certificate of tls:\/\/\S+ is out of date: its owner must renew it, if this machine is right that it is 20\S+\n$/,
    );
    assertEquals(code, 76);
    await shaken;
  }
});

Deno.test("TLS: there is no way from tls:// to plain text", async () => {
  using state = new TempFolder();
  await using plain = await startServer();
  const send = async (port: number) => {
    const { code, errors } = await run(state.path, "send", `tls://127.0.0.1:${port}`, "secret");
    return [code, errors.trim()] as const;
  };
  const [code, errors] = await send(plain.port);
  assertEquals(code, 76);
  assertStringIncludes(errors, `tls://127.0.0.1:${plain.port} does not encrypt. Ask its owner to start it with chat server --tls`);
  const answers: [string, number, RegExp][] = [
    ['{"kind":"error","code":"unknown_kind","text":"?"}\n', 76, /does not encrypt/],
    ["HTTP/1.1 400 Bad Request\r\n\r\n", 76, /shows no certificate/],
    ['{"kind":"certificate","pem":"x"}\n', 76, /makes no sense/],
    [
      `{"kind":"certificate","pem":${JSON.stringify((await makeCertificate(Date.now())).pem)}}\n{"kind":"welcome"}\n`,
      76,
      /shows no certificate/,
    ],
    ["x".repeat(70_000), 76, /shows no certificate/],
    ["! The server is full.\n", 69, /it said "! The server is full\."/],
    ["", 69, /ended before it was encrypted/],
  ];
  for (const [answer, expected, words] of answers) {
    await using server = new Relay(async (conn) => {
      await conn.read(new Uint8Array(256));
      for (let rest = new TextEncoder().encode(answer); rest.length > 0;) rest = rest.subarray(await conn.write(rest));
      throw new Error("that was all");
    });
    const [code, errors] = await send(server.port);
    assertEquals(code, expected, errors);
    assertMatch(errors, words);
  }
  assertEquals((await run(state.path, "tail", `127.0.0.1:${plain.port}`)).out, "");
  // The other way round: whoever speaks TLS to a server that does not is turned away.
  assertEquals(await exchange(plain.port, new Uint8Array([0x16, 3, 1, 0, 1, 0])), "");
});

Deno.test("TLS: at SIGHUP the certificate is read again, for connections from then on", async () => {
  using folder = new TempFolder();
  const [cert, key] = [`${folder.path}/cert.pem`, `${folder.path}/key.pem`];
  const install = async () => {
    const made = await makeCertificate(Date.now());
    await write(cert, made.chain);
    await write(key, made.key);
    return made;
  };
  const first = await install();
  await using server = await startServer("--tls-cert", cert, "--tls-key", key);
  const pem = await certificateOf(server.port);
  assertEquals(pem, first.pem);
  await using safe = tunnel(server.port, pem);
  using early = await Peer.named(safe.port, "early");

  const second = await install();
  server.program.kill("SIGHUP");
  await server.program.stderr.match(/the certificate was read again/);
  assertEquals(await certificateOf(server.port), second.pem);
  await using next = tunnel(server.port, second.pem);
  using late = await Peer.named(next.port, "late");
  await early.send("still here\n");
  await late.lines.match(/early: still here/);

  await write(cert, "garbage");
  server.program.kill("SIGHUP");
  await server.program.stderr.match(/the certificate was not changed: .*there is no certificate in PEM/);
  assertEquals(await certificateOf(server.port), second.pem);
  (await connectTls(server.port, second.pem)).close();
});

Deno.test("TLS: at SIGHUP a server with a history and without a password, which may write no file any more, goes on", async () => {
  using folder = new TempFolder();
  await using server = await startServer("--tls", "--data", `${folder.path}/data`);
  const pem = await certificateOf(server.port);
  server.program.kill("SIGHUP");
  await server.program.stderr.match(/the certificate was read again/);
  assertEquals(await certificateOf(server.port), pem);
});

Deno.test("TLS: a certificate is made once and kept for the owner alone", async () => {
  using folder = new TempFolder();
  const flags = ["--tls", "--data", `${folder.path}/data`];
  const fingerprints = [];
  for (let start = 0; start < 2; start++) {
    await using server = await startServer(...flags);
    fingerprints.push(await fingerprintAt(server.port));
  }
  assertEquals(fingerprints[0], fingerprints[1]);
  for (const file of ["tls.crt", "tls.key"]) assertEquals((await Deno.stat(`${folder.path}/data/${file}`)).mode! & 0o777, 0o600);
});

Deno.test("TLS: what is wrong with a certificate is said in one line", async () => {
  using folder = new TempFolder();
  const path = (name: string) => `${folder.path}/${name}`;
  const year = 366 * 86_400_000;
  const [one, other, old] = [
    await makeCertificate(Date.now()),
    await makeCertificate(Date.now()),
    await makeCertificate(Date.now() - 11 * year),
  ];
  await write(path("one.crt"), one.chain);
  await write(path("one.key"), one.key);
  await write(path("other.key"), other.key);
  await write(path("old.crt"), old.chain);
  await write(path("old.key"), old.key);
  await write(path("open.key"), one.key);
  await Deno.chmod(path("open.key"), 0o644);
  const table: [string[], number, RegExp][] = [
    [["--tls-cert", path("one.crt")], 64, /^--tls-cert: needs the private key too; add --tls-key FILE\n$/],
    [["--tls-key", path("one.key")], 64, /^--tls-key: needs the certificate too; add --tls-cert FILE\n$/],
    [
      ["--tls-cert", path("none"), "--tls-key", path("one.key")],
      66,
      /^--tls-cert: \S+none: cannot be read: No such file or directory\. Name another file, or .*\n$/,
    ],
    [
      ["--tls-cert", path("one.key"), "--tls-key", path("one.key")],
      78,
      /^--tls-cert: \S+one\.key: there is no certificate in PEM in it\. Name another .*\n$/,
    ],
    [
      ["--tls-cert", path("one.crt"), "--tls-key", path("one.crt")],
      78,
      /^--tls-key: \S+one\.crt: there is no private key in PEM in it.*\n$/,
    ],
    [
      ["--tls-cert", path("one.crt"), "--tls-key", path("other.key")],
      78,
      /^--tls-key: \S+other\.key: this is not the key of that certificate\. Name .*\n$/,
    ],
    [
      ["--tls-cert", path("old.crt"), "--tls-key", path("old.key")],
      78,
      /^--tls-cert: \S+old\.crt: the certificate has expired on \d{4}-\d\d-\d\d\. Name .*\n$/,
    ],
    [
      ["--tls-cert", path("one.crt"), "--tls-key", path("open.key")],
      77,
      /^--tls-key: \S+open\.key: this private key can be read by others .* chmod o= .*\n$/,
    ],
  ];
  for (const [flags, expected, words] of table) {
    const { code, errors } = await run(folder.path, "server", "--port", "0", "--ephemeral", ...flags);
    assertMatch(errors, words);
    assertEquals(code, expected, errors);
  }
  await Deno.rename(path("one.crt"), path("tls.crt"));
  const { code, errors } = await run(folder.path, "server", "--port", "0", "--tls", "--data", folder.path);
  assertMatch(
    errors,
    /^\S+tls\.key: cannot be read: No such file or directory\. Remove \S+tls\.crt and \S+tls\.key: .* warned of the change\n$/,
  );
  assertEquals(code, 66);
});

Deno.test("TLS: a client that is cut off comes back, if the server is still who it was, and ends if it is not", async () => {
  using state = new TempFolder();
  let server: Server | undefined = await startServer("--tls", "--data", `${state.path}/data`);
  const { port } = server;
  const [command, ...rest] = program("tail", `tls://127.0.0.1:${port}`, "--follow");
  const child = new Deno.Command(command, {
    args: rest,
    stdout: "piped",
    stderr: "piped",
    env: { ...PROGRAM_ENV, XDG_STATE_HOME: state.path },
  })
    .spawn();
  const [out, errors] = [new Lines(child.stdout), new Lines(child.stderr)];
  await errors.match(/is trusted from now on/);
  const say = async (text: string) => assertEquals((await run(state.path, "send", `tls://127.0.0.1:${port}`, text)).code, 0);
  await say("before");
  await out.match(/before/);
  await server[Symbol.asyncDispose]();
  server = await startServer("--tls", "--data", `${state.path}/data`, "--port", String(port));
  await say("after");
  await out.match(/after/);
  await server[Symbol.asyncDispose]();
  await using _other = await startServer("--tls", "--port", String(port));
  await errors.match(/The certificate of .* has changed/);
  assertEquals((await soon(child.status, "the end of tail")).code, 76);
  await Promise.all([out.cancel(), errors.cancel()]);
});

Deno.test({
  name: "TLS: an address's limit counts the peer's own address, and each connection once",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using server = await startServer("--tls", "--max-per-address", "2");
    const pem = await certificateOf(server.port);
    const join = (from: string) => {
      const args = ["s_client", "-quiet", "-bind", `${from}:0`, "-connect", `127.0.0.1:${server.port}`];
      return new Deno.Command("openssl", { args, stdin: "piped", stdout: "piped", stderr: "null" }).spawn();
    };
    const greeted = async (child: Deno.ChildProcess, name: string) => {
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(`${name}\n`));
      const lines = new Lines(child.stdout);
      const line = await lines.match(/Hello|^$/).catch(() => "");
      return {
        line,
        leave: async () => {
          await writer.close().catch(() => {});
          if (line !== "") child.kill("SIGTERM");
          await lines.cancel();
          await child.status;
        },
      };
    };
    const ann = await greeted(join("127.0.0.2"), "ann");
    const bob = await greeted(join("127.0.0.2"), "bob");
    const eve = await greeted(join("127.0.0.2"), "eve");
    assertMatch(ann.line, /Hello ann/);
    assertMatch(bob.line, /Hello bob/);
    assertEquals(eve.line, "");
    (await connectTls(server.port, pem)).close();
    await Promise.all([ann.leave(), bob.leave(), eve.leave()]);
  },
});

Deno.test({
  name: "TLS: nothing is left open of connections that are gone, however far they came",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using server = await startServer("--tls", "--limits", "off");
    const pem = await certificateOf(server.port);
    const files = () => [...Deno.readDirSync(`/proc/${server.program.pid}/fd`)].length;
    await using safe = tunnel(server.port, pem);
    const visit = async (n: number) => {
      if (n % 4 === 0) return (await connectTls(server.port, pem)).close();
      if (n % 4 === 1) return void await exchange(server.port, new Uint8Array([0x16, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]));
      if (n % 4 === 2) return void await exchange(server.port, new Uint8Array([0x16, 3, 1, 0, 5, 99, 99, 99, 99, 99]));
      const peer = await Peer.named(safe.port, `visitor${n}`);
      await peer.send("bye\n");
      await peer.end();
    };
    const visits = async (from: number) => {
      for (let n = from; n < from + 100; n += 20) await Promise.all(Array.from({ length: 20 }, (_, i) => visit(n + i)));
    };
    await visits(0);
    const settled = async (at: number) => {
      while (files() > at) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    const before = files();
    await visits(100);
    await visits(200);
    await soon(settled(before), `${before} open files, and not ${files()}`);
  },
});

Deno.test("TLS: a certificate that an authority vouches for is for the name that was typed, and no other is put in its place", async () => {
  using folder = new TempFolder();
  const path = (name: string) => `${folder.path}/${name}`;
  const ca = await generate([{ name: "commonName", value: "authority" }], {
    keyType: "rsa",
    algorithm: "sha256",
    extensions: [{ name: "basicConstraints", cA: true, critical: true }, { name: "keyUsage", keyCertSign: true, critical: true }],
  });
  const leaf = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "rsa",
    algorithm: "sha256",
    ca: { key: ca.private, cert: ca.cert },
    extensions: [{ name: "basicConstraints", cA: false, critical: true }, {
      name: "subjectAltName",
      altNames: [{ type: 2, value: "localhost" }],
    }],
  });
  await write(path("ca.pem"), ca.cert);
  await write(path("leaf.pem"), `${leaf.cert}\n${ca.cert}\n`);
  await write(path("leaf.key"), leaf.private);
  const flags = ["--tls-cert", path("leaf.pem"), "--tls-key", path("leaf.key"), "--web-host", "chat.example"];
  const [knows, doubts] = [{ XDG_STATE_HOME: path("knows"), DENO_CERT: path("ca.pem") }, { XDG_STATE_HOME: path("doubts") }];
  let port: number;
  {
    await using server = await startServer(...flags);
    port = server.port;
    assertStringIncludes(await server.program.stdout.match(/client tls:/), ` tls://chat.example:${port}`);
    const stranger = await runWith(doubts, "send", `tls://localhost:${port}`, "secret");
    assertEquals(stranger.code, 76);
    assertMatch(stranger.errors, /^The certificate of tls:\/\/localhost:\d+ is not to be trusted \(.*UnknownIssuer\)\..*\n$/);
    const friend = await runWith(knows, "send", `tls://localhost:${port}`, "hello");
    assertEquals([friend.code, friend.errors], [0, ""]);
    const otherName = await runWith(knows, "send", `tls://127.0.0.1:${port}`, "secret");
    assertEquals(otherName.code, 76);
    const fingerprint = (await fingerprintOf(leaf.cert))!;
    assertEquals((await runWith(knows, "send", `tls://localhost:${port}#${fingerprint}`, "secret")).code, 76);
  }
  await using _own = await startServer("--tls", "--port", String(port));
  const changed = await runWith(knows, "send", `tls://localhost:${port}`, "secret");
  assertEquals(changed.code, 76);
  assertStringIncludes(changed.errors, "it was one that an authority vouches for");
});

Deno.test("TLS: a certificate for our name that vouches for others, or others for it, is refused at the start", async () => {
  using folder = new TempFolder();
  const names = { name: "subjectAltName" as const, altNames: [{ type: 2 as const, value: "chat" }] };
  const made = await generate([{ name: "commonName", value: "chat" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [{ name: "basicConstraints", cA: true, critical: true }, names],
  });
  await write(`${folder.path}/ca.crt`, made.cert);
  await write(`${folder.path}/ca.key`, made.private);
  const { code, errors } = await run(
    folder.path,
    ...["server", "--port", "0", "--ephemeral", "--tls-cert", `${folder.path}/ca.crt`, "--tls-key", `${folder.path}/ca.key`],
  );
  assertEquals(code, 78);
  assertMatch(errors, /a certificate for the name "chat" must vouch for itself and for no other; make one with: openssl/);
});
