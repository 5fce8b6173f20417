/**
 * What tests of encryption have in common.
 *
 * @module
 */
import { assert } from "@std/assert";
import { exchange, program, PROGRAM_ENV } from "./harness.ts";

/** The certificate that a server hands out in plain text. */
export async function certificateOf(port: number): Promise<string> {
  const { kind, pem } = JSON.parse(await exchange(port, '{"kind":"certificate"}\n'));
  assert(kind === "certificate");
  return pem;
}

/** A connection to a server, encrypted, that is content with one certificate only. */
export async function connectTls(port: number, pem: string): Promise<Deno.TlsConn> {
  const conn = await Deno.startTls(await Deno.connect({ hostname: "127.0.0.1", port }), { hostname: "chat", caCerts: [pem] });
  await conn.handshake();
  return conn;
}

/** Everything that takes connections and does something with each, until the block is left. */
export class Relay implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #open = new Set<Deno.Conn>();
  readonly #all: Promise<unknown>[] = [];
  readonly #accepting: Promise<void>;

  /** @param connect Makes the other end of a connection that came. */
  constructor(connect: (conn: Deno.TcpConn) => Promise<Deno.Conn>) {
    this.#accepting = this.#accept(connect);
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  async #accept(connect: (conn: Deno.TcpConn) => Promise<Deno.Conn>): Promise<void> {
    for await (const conn of this.#listener) this.#all.push(this.#serve(conn, connect));
  }

  async #serve(conn: Deno.TcpConn, connect: (conn: Deno.TcpConn) => Promise<Deno.Conn>): Promise<void> {
    this.#open.add(conn);
    try {
      const other = await connect(conn);
      this.#open.add(other);
      await Promise.all([pipe(conn, other), pipe(other, conn)]);
    } catch {
      // Whoever is at the other end finds out.
    }
    for (const open of [...this.#open]) if (open === conn) this.#close(open);
  }

  #close(conn: Deno.Conn): void {
    this.#open.delete(conn);
    try {
      conn.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const conn of [...this.#open]) this.#close(conn);
    await this.#accepting;
    await Promise.all(this.#all);
  }
}

/** Passes bytes on until the end, and passes the end on. */
async function pipe(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(65_536);
  try {
    for (let length = await from.read(buffer); length !== null; length = await from.read(buffer)) {
      for (let rest = buffer.subarray(0, length); rest.length > 0;) rest = rest.subarray(await to.write(rest));
    }
    await to.closeWrite();
  } catch {
    // The other direction ends by itself.
  }
}

/** A port that encrypts for peers that do not: what they say to it is said to the server encrypted. */
export function tunnel(port: number, pem: string): Relay {
  return new Relay(() => connectTls(port, pem));
}

/** Runs the program to its end, with a state folder of its own. */
export async function run(state: string, ...args: string[]): Promise<{ code: number; out: string; errors: string }> {
  return await runWith({ XDG_STATE_HOME: state }, ...args);
}

/** Runs the program to its end, with these in its environment. */
export async function runWith(env: Record<string, string>, ...args: string[]): Promise<{ code: number; out: string; errors: string }> {
  const [command, ...rest] = program(...args);
  const { code, stdout, stderr } = await new Deno.Command(command, { args: rest, env: { ...PROGRAM_ENV, ...env } }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), errors: decoder.decode(stderr) };
}
