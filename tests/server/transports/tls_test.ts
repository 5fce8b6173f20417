import { assert, assertEquals } from "@std/assert";
import { once } from "node:events";
import { connect as connectFrom, type Socket } from "node:net";
import { makeCertificate } from "../../../server/certificate.ts";
import { TcpSocket } from "../../../server/transports/tcp_socket.ts";
import { type Decrypted, TlsLayer } from "../../../server/transports/tls.ts";
import { soon } from "../../soon.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** A layer behind a listener, and the port of its own that is for nobody. */
class Bench implements AsyncDisposable {
  readonly layer: TlsLayer;
  readonly innerPort: number;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });

  constructor(readonly pem: string, key: string) {
    const listenTls = Deno.listenTls;
    let inner = 0;
    Deno.listenTls = ((options: Parameters<typeof listenTls>[0]) => {
      const listener = listenTls(options);
      inner = listener.addr.port;
      return listener;
    }) as typeof listenTls;
    try {
      this.layer = new TlsLayer({ chain: pem, key });
    } finally {
      Deno.listenTls = listenTls;
    }
    this.innerPort = inner;
  }

  static async open(): Promise<Bench> {
    const { pem, key } = await makeCertificate(Date.now());
    return new Bench(pem, key);
  }

  /** Both ends of a connection to the listener. */
  async pair(): Promise<{ near: Deno.TcpConn; outer: TcpSocket }> {
    const accepted = this.#listener.accept();
    const near = await Deno.connect({ hostname: "127.0.0.1", port: this.#listener.addr.port });
    return { near, outer: new TcpSocket(await accepted) };
  }

  /** Both ends of a connection with the handshake done. */
  async encrypted(): Promise<{ near: Deno.TlsConn; outer: TcpSocket; decrypted: Decrypted }> {
    const { near, outer } = await this.pair();
    const decrypting = this.layer.decrypt(outer);
    const conn = await Deno.startTls(near, { hostname: "chat", caCerts: [this.pem] });
    await conn.handshake();
    const decrypted = await decrypting;
    assert(typeof decrypted !== "string");
    return { near: conn, outer, decrypted };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.layer.close();
  }
}

async function writeAll(socket: { write(bytes: Uint8Array): Promise<number> }, data: Uint8Array): Promise<void> {
  for (let rest = data; rest.length > 0;) rest = rest.subarray(await socket.write(rest));
}

async function readAll(conn: Deno.Conn): Promise<number> {
  const buffer = new Uint8Array(65_536);
  let length = 0;
  for (let read = await conn.read(buffer); read !== null; read = await conn.read(buffer)) length += read;
  return length;
}

Deno.test("TlsLayer: what is decrypted has the peer's address, and ends are passed on as ends", async () => {
  await using bench = await Bench.open();
  const { near, outer, decrypted: { socket, over } } = await bench.encrypted();
  assertEquals([socket.host, socket.address, socket.encrypted], [outer.host, outer.address, true]);
  await near.write(bytes("hello"));
  assertEquals(new TextDecoder().decode((await soon(socket.read(), "what was said"))!), "hello");
  await near.closeWrite();
  assertEquals(await soon(socket.read(), "the end"), null);
  assert(socket.ended, "the end is a clean one");
  // The other direction is open still.
  await writeAll(socket, bytes("bye"));
  const buffer = new Uint8Array(16);
  assertEquals(await soon(near.read(buffer), "the answer"), 3);
  await socket.finish();
  assertEquals(await soon(near.read(buffer), "the end of the answer"), null);
  await over();
  near.close();
});

Deno.test("TlsLayer: what was written before a finish arrives whole, however much it is", async () => {
  await using bench = await Bench.open();
  const { near, decrypted: { socket, over } } = await bench.encrypted();
  const length = 3_000_000;
  const reading = readAll(near).then((read) => near.closeWrite().then(() => read));
  await writeAll(socket, new Uint8Array(length));
  await socket.finish();
  await over();
  assertEquals(await soon(reading, "everything"), length);
  near.close();
});

Deno.test("TlsLayer: what was written arrives whole also when the peer has ended its side, and reads late", async () => {
  await using bench = await Bench.open();
  const { near, decrypted: { socket, over } } = await bench.encrypted();
  await near.closeWrite();
  assertEquals(await soon(socket.read(), "the end"), null);
  const length = 3_000_000;
  await writeAll(socket, new Uint8Array(length));
  await socket.finish();
  const [read] = await soon(Promise.all([readAll(near), over()]), "everything");
  assertEquals(read, length);
  near.close();
});

// Deno 2.4 never ends a write to what is closed.
const endsWrites = !Deno.version.deno.startsWith("2.4.");

Deno.test({ name: "TlsLayer: who takes nothing is not written to without end", sanitizeOps: endsWrites }, async () => {
  await using bench = await Bench.open();
  const { near, decrypted: { socket, over } } = await bench.encrypted();
  let written = 0;
  const chunk = new Uint8Array(65_536);
  const writing = (async () => {
    for (;;) written += await socket.write(chunk);
  })().catch(() => "closed");
  let before = -1;
  while (written !== before) {
    before = written;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert(written < 32_000_000, `took ${written} bytes`);
  // It is given up, whatever is under way.
  await soon(socket.finish(), "the end of the output, or a second");
  await soon(over(), "the end within a second");
  near.close();
  if (endsWrites) assertEquals(await soon(writing, "the write to end"), "closed");
});

Deno.test("TlsLayer: a peer that breaks off breaks what is decrypted", async () => {
  await using bench = await Bench.open();
  const { near, decrypted: { socket, over } } = await bench.encrypted();
  near.close();
  assertEquals(await soon(socket.read(), "the end"), null);
  await over();
});

Deno.test({ name: "TlsLayer: no handshake, half of one and a slow one end, the last after 5 s", sanitizeOps: endsWrites }, async () => {
  await using bench = await Bench.open();
  for (const [said, ends] of [["\x16\x03\x01\x00\x05xxxxx", false], ["\x16\x03\x01\x02\x00\x01", true]] as const) {
    const { near, outer } = await bench.pair();
    const decrypting = bench.layer.decrypt(outer);
    await near.write(Uint8Array.from(said, (character) => character.charCodeAt(0)));
    if (ends) await near.closeWrite();
    assertEquals(await soon(decrypting, "the end of the handshake"), "the TLS handshake failed");
    near.close();
  }
  const { near, outer } = await bench.pair();
  const started = performance.now();
  await near.write(new Uint8Array([0x16, 3, 1, 2, 0, 1]));
  assertEquals(await soon(bench.layer.decrypt(outer), "the end of the handshake"), "took too long for the TLS handshake");
  const took = performance.now() - started;
  assert(took > 4_900 && took < 7_000, `took ${took} ms`);
  near.close();
});

Deno.test("TlsLayer: who connects to its own port is not let in, and those who come through it still are", async () => {
  await using bench = await Bench.open();
  const connect = () => Deno.connect({ hostname: "127.0.0.1", port: bench.innerPort });
  const silent = await Promise.all(Array.from({ length: 20 }, connect));
  const began = performance.now();
  const talking = await Deno.startTls(await connect(), { hostname: "chat", caCerts: [bench.pem] });
  await talking.handshake();
  await talking.write(bytes("not mine"));
  assertEquals(await soon(readAll(talking).catch(() => 0), "the stranger's end"), 0);
  // At once, as nobody was on the way.
  assert(performance.now() - began < 900, `it took ${performance.now() - began} ms`);
  const { near, decrypted: { socket, over } } = await bench.encrypted();
  await near.write(bytes("mine"));
  assertEquals(new TextDecoder().decode((await soon(socket.read(), "what was said"))!), "mine");
  near.close();
  await over();
  for (const conn of [talking, ...silent]) conn.close();
});

/** Deno 2.4 connects from whatever address it likes. */
const choosesAddress = Deno.build.os === "linux" && !Deno.version.deno.startsWith("2.4.");

Deno.test({
  name: "TlsLayer: who comes to its own port from the same port of another address of this machine gets nobody's place",
  ignore: !choosesAddress,
  async fn() {
    await using bench = await Bench.open();
    const { near, outer } = await bench.pair();
    const strangers: Socket[] = [];
    const { connect } = Deno;
    // A stranger is in between the two halves of the connection that is made within.
    Deno.connect = (async (options: Deno.ConnectOptions) => {
      const conn = await connect(options);
      const { port: localPort } = conn.localAddr as Deno.NetAddr;
      const stranger = connectFrom({ port: options.port, host: "127.0.0.1", localAddress: "127.0.0.2", localPort });
      strangers.push(stranger);
      await soon(once(stranger, "connect"), "the stranger's connection");
      return conn;
    }) as typeof Deno.connect;
    try {
      const decrypting = bench.layer.decrypt(outer);
      const conn = await Deno.startTls(near, { hostname: "chat", caCerts: [bench.pem] });
      await soon(conn.handshake(), "the handshake");
      await conn.write(bytes("mine"));
      const decrypted = await decrypting;
      assert(typeof decrypted !== "string");
      assertEquals(new TextDecoder().decode((await soon(decrypted.socket.read(), "what was said"))!), "mine");
      conn.close();
      await decrypted.over();
    } finally {
      Deno.connect = connect;
      for (const stranger of strangers) stranger.destroy();
    }
  },
});

Deno.test("TlsLayer: strangers who say nothing take no more than their share, and leave it when they go", async () => {
  await using bench = await Bench.open();
  const files = () => Deno.build.os === "linux" ? [...Deno.readDirSync("/proc/self/fd")].length : 0;
  const before = files();
  const strangers = await Promise.all(
    Array.from({ length: 100 }, () => Deno.connect({ hostname: "127.0.0.1", port: bench.innerPort })),
  );
  const shut = await bench.pair();
  assertEquals(await soon(bench.layer.decrypt(shut.outer), "no room"), "no room for TLS");
  assert(files() - before <= 100 + 64 + 2, `${files() - before} more open files`);
  for (const stranger of strangers) stranger.close();
  shut.near.close();
  shut.outer.close();
  const { near, decrypted: { over } } = await bench.encrypted();
  near.close();
  await over();
});

Deno.test("TlsLayer: with another certificate conversations go on, and new ones get the new one", async () => {
  await using bench = await Bench.open();
  const early = await bench.encrypted();
  const { pem, chain, key } = await makeCertificate(Date.now());
  bench.layer.renew({ chain, key });
  const { near, outer } = await bench.pair();
  const decrypting = bench.layer.decrypt(outer);
  const conn = await Deno.startTls(near, { hostname: "chat", caCerts: [pem] });
  await conn.handshake();
  const late = await decrypting;
  assert(typeof late !== "string");
  await early.near.write(bytes("still"));
  assertEquals(new TextDecoder().decode((await soon(early.decrypted.socket.read(), "what was said"))!), "still");
  for (const { near, over } of [{ near: early.near, over: early.decrypted.over }, { near: conn, over: late.over }]) {
    near.close();
    await over();
  }
});

Deno.test("TlsLayer: a connection to the listener that does not come about keeps that one peer waiting, and ends nothing else", async () => {
  await using bench = await Bench.open();
  const { near, outer } = await bench.pair();
  const { connect } = Deno;
  const late = Promise.withResolvers<Deno.TcpConn>();
  Deno.connect = (() => late.promise) as unknown as typeof connect;
  try {
    assertEquals(await soon(bench.layer.decrypt(outer), "the peer to be told"), "no room for TLS");
  } finally {
    Deno.connect = connect;
    late.reject(new Error("given up"));
  }
  assertEquals(outer.broken, "took too long for the TLS handshake");
  near.close();
});
