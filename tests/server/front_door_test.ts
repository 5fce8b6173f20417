import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { Encryption } from "../../server/encryption.ts";
import type { ServerEvent } from "../../server/events.ts";
import { FrontDoor } from "../../server/front_door.ts";
import { exchange, Peer } from "../harness.ts";
import { soon } from "../soon.ts";
import { connectTls } from "../tls.ts";

/** A listener whose next visitors have gone again before they are accepted. */
function deserted(listener: Deno.TcpListener, ...failures: Error[]): Deno.TcpListener {
  return new Proxy(listener, {
    get(target, name) {
      if (name === "accept") return () => failures.length > 0 ? Promise.reject(failures.shift()) : target.accept();
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

Deno.test("FrontDoor: who is gone before it is accepted is no fault, and the next one is let in", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const events: ServerEvent[] = [];
  const gone = new Deno.errors.NotConnected("Transport endpoint is not connected (os error 107)");
  const door = new FrontDoor(deserted(listener, ...Array(200).fill(gone), new Deno.errors.ConnectionAborted()), {
    limits: { maxConnections: undefined, maxPerAddress: undefined, rate: undefined, burst: 1, textBytes: 4_096 },
    watch: (event) => void events.push(event),
    site: { assets: new Map(), names: [], metrics: () => "" },
    console: { serve: () => Promise.resolve() },
    serve: () => Promise.resolve(),
    encryption: undefined,
  });
  const open = door.run();
  const answer = await exchange(listener.addr.port, "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  assertMatch(answer, /^HTTP\/1\.1 200 OK/);
  await door.close();
  await open;
  assertEquals(events, []);
});

/** A front door that encrypts, for visitors whose addresses are made up. Whoever may chat is told its address. */
async function encryptedDoor(address: string): Promise<AsyncDisposable & { port: number; pem: string; events: ServerEvent[] }> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const from = (conn: Deno.TcpConn) => {
    return new Proxy(conn, {
      get(target, name) {
        if (name === "remoteAddr") return { transport: "tcp", hostname: address, port: 4711 };
        const value = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  };
  const far = new Proxy(listener, {
    get(target, name) {
      if (name === "accept") return () => target.accept().then(from);
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const encryption = (await Encryption.open({ tls: "own" }, undefined))!;
  const events: ServerEvent[] = [];
  const door = new FrontDoor(far, {
    limits: { maxConnections: undefined, maxPerAddress: undefined, rate: undefined, burst: 1, textBytes: 4_096 },
    watch: (event) => void events.push(event),
    site: { assets: new Map(), names: ["chat.example"], metrics: () => "secret figures" },
    console: { serve: () => Promise.resolve() },
    async serve(connection) {
      await connection.write(new TextEncoder().encode(`welcome ${connection.peer.address} ${connection.peer.encrypted}\n`));
      await connection.finish();
    },
    encryption,
  });
  const open = door.run();
  const close = async () => {
    await door.close();
    await open;
    await encryption.close();
  };
  return { port: listener.addr.port, pem: encryption.pem, events, [Symbol.asyncDispose]: close };
}

/** What is answered to something that is said encrypted. */
async function exchangeTls(port: number, pem: string, said: string): Promise<string> {
  using conn = await connectTls(port, pem);
  await conn.write(new TextEncoder().encode(said));
  return await soon(new Response(conn.readable).text(), "an answer");
}

const HELLO = '{"kind":"hello","v":[1],"name":"ann"}\n';

Deno.test("FrontDoor: who comes from elsewhere and does not encrypt is told to, in words of its own", async () => {
  await using door = await encryptedDoor("203.0.113.7");
  assertMatch(await exchange(door.port, "ann\n"), /^! This server is for encrypted connections only\. Join with chat client tls:.*\n$/);
  const refused = JSON.parse(await exchange(door.port, HELLO));
  assertEquals([refused.kind, refused.code, refused.final], ["refused", "not_encrypted", true]);
  const redirected = await exchange(door.port, "GET /a/b?c HTTP/1.1\r\nHost: chat.example:12345\r\n\r\n");
  assertMatch(redirected, /^HTTP\/1\.1 308 Permanent Redirect\r\n/);
  assertStringIncludes(redirected, "\r\nLocation: https://chat.example:12345/a/b\r\n");
  assertMatch(await exchange(door.port, "GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n"), /^HTTP\/1\.1 421 /);
  assertMatch(await exchange(door.port, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"), /^HTTP\/1\.1 308 /);
  const turnedAway = door.events.map((event) => event.type === "turned_away" ? [event.address, event.why] : event.type);
  assertEquals(turnedAway, Array(2).fill(["203.0.113.7:4711", "was not encrypted"]));
});

Deno.test("FrontDoor: who says nothing and does not encrypt is told so in the end, and never asked for a name", async () => {
  await using door = await encryptedDoor("203.0.113.7");
  using silent = await Peer.connect(door.port);
  assertMatch(await silent.lines.next() ?? "", /^! This server is for encrypted connections only/);
  assertEquals(await silent.lines.next(), undefined);
});

Deno.test("FrontDoor: within TLS everything is as it is without, from the address that the peer really has", async () => {
  await using door = await encryptedDoor("203.0.113.7");
  assertEquals(await exchangeTls(door.port, door.pem, "ann\n"), "welcome 203.0.113.7:4711 true\n");
  assertEquals(await exchangeTls(door.port, door.pem, HELLO), "welcome 203.0.113.7:4711 true\n");
  const metrics = await exchangeTls(door.port, door.pem, "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  assertMatch(metrics, /^HTTP\/1\.1 403 /);
  // TLS within TLS is nothing.
  assertEquals(await exchangeTls(door.port, door.pem, "\x16\x03\x01"), "");
});

Deno.test("FrontDoor: on the server's own machine nobody has to encrypt, and who does is still there", async () => {
  await using door = await encryptedDoor("127.0.0.2");
  assertEquals(await exchange(door.port, "ann\n"), "welcome 127.0.0.2:4711 false\n");
  assertEquals(await exchange(door.port, HELLO), "welcome 127.0.0.2:4711 false\n");
  for (
    const answer of [
      await exchange(door.port, "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"),
      await exchangeTls(door.port, door.pem, "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"),
    ]
  ) assertStringIncludes(answer, "secret figures");
});

Deno.test("FrontDoor: the certificate is handed out however the question is spelt and cut, and once", async () => {
  await using door = await encryptedDoor("127.0.0.2");
  const certificate = `${JSON.stringify({ kind: "certificate", pem: door.pem })}\n`;
  const spellings = [
    '{"kind":"certificate"}\n',
    '{ "kind" : "certificate" }\r\n',
    '{"kind":"certificate","more":1}\n',
  ];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...spellings), fc.nat(32), async (question, at) => {
      const pieces = [question.slice(0, at), question.slice(at)].filter((piece) => piece !== "");
      assertEquals(await exchange(door.port, ...pieces), certificate);
    }),
    { numRuns: 60 },
  );
  // However it is cut, what does not begin with its kind is no question.
  const another = '{"more":1,"kind":"certificate"}\n';
  for (const pieces of [[another], [another.slice(0, 9), another.slice(9)]]) {
    assertEquals(await exchange(door.port, ...pieces), "welcome 127.0.0.2:4711 false\n");
  }
  assertEquals(await exchange(door.port, spellings[0] + HELLO), `${certificate}welcome 127.0.0.2:4711 false\n`);
  // The second time it is a frame that has no place here, which the session says.
  assertEquals(await exchange(door.port, spellings[0] + spellings[0]), `${certificate}welcome 127.0.0.2:4711 false\n`);
  assertEquals(await exchange(door.port, `{"kind":"certificate"${"x".repeat(300)}`), "welcome 127.0.0.2:4711 false\n");
});

Deno.test("FrontDoor: who has asked for the certificate and takes long to begin is not asked for a name in the middle of it", async () => {
  await using door = await encryptedDoor("127.0.0.2");
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: door.port });
  await conn.write(new TextEncoder().encode('{"kind":"certificate"}\n'));
  await soon(conn.read(new Uint8Array(4_096)), "the certificate");
  // Longer than it takes until netcat is asked.
  await new Promise((resolve) => setTimeout(resolve, 600));
  using encrypted = await Deno.startTls(conn, { hostname: "chat", caCerts: [door.pem] });
  await encrypted.handshake();
  await encrypted.write(new TextEncoder().encode(HELLO));
  assertEquals(await soon(new Response(encrypted.readable).text(), "a welcome"), "welcome 127.0.0.2:4711 true\n");
});

Deno.test("FrontDoor: where all places are taken, who has waited 2 s without a name makes room; who has a name stays", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const named = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const door = new FrontDoor(listener, {
    limits: { maxConnections: 2, maxPerAddress: undefined, rate: undefined, burst: 1, textBytes: 4_096 },
    watch: () => undefined,
    site: { assets: new Map(), names: [], metrics: () => "" },
    encryption: undefined,
    console: { serve: () => Promise.resolve() },
    serve: async (connection) => {
      connection.welcomed = connection.peer.id === 1;
      named.resolve();
      await over.promise;
    },
  });
  const open = door.run();
  using bob = await Peer.connect(port);
  await bob.send("bob\n");
  await named.promise;
  using slow = await Peer.connect(port);
  await slow.expect("* Enter your name:");
  const full = "! The server is full: 2 are connected. Try again later.";
  let refusals = 0;
  // Refused, again and again, until the slow one's time is up; then let in, and a name is asked for.
  for (let line: string | undefined = full; line === full; refusals++) {
    using late = await Peer.connect(port);
    line = await late.lines.next();
    if (line !== full) assertEquals(line, "* Enter your name:");
  }
  assert(refusals > 1, `${refusals} refusals`);
  assertEquals(await slow.lines.rest(), []);
  over.resolve();
  await door.close();
  await open;
});
