/**
 * A link between a client and the server that can be cut, at any moment or at any byte.
 *
 * @module
 */

/** `clean`: the ends of both streams, as when a program closes. `torn`: the same in the middle of what is being sent. `reset`: a broken line. */
export type Cut = "clean" | "torn" | "reset";

/** How many bytes a connection carries before it is cut. */
export interface Allowance {
  /** From the client. */
  readonly up?: number;
  /** From the server. */
  readonly down?: number;
}

/** Passes connections on to a port of this machine. */
export class Link implements AsyncDisposable {
  /** What the next connection may carry; those after it are not limited. */
  next: Allowance = {};
  /** How many bytes were carried in all. */
  readonly carried = { up: 0, down: 0 };
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #target: number;
  readonly #wires = new Set<Wire>();
  readonly #accepting: Promise<void>;

  constructor(target: number) {
    this.#target = target;
    this.#accepting = this.#accept();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** Cuts what is connected. */
  cut(how: Cut): void {
    for (const wire of this.#wires) wire.cut(how);
  }

  /** Settles when every connection so far is over. */
  async idle(): Promise<void> {
    await Promise.all([...this.#wires].map((wire) => wire.over));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    this.cut("reset");
    await this.idle();
  }

  async #accept(): Promise<void> {
    try {
      for await (const client of this.#listener) {
        const allowance = this.next;
        this.next = {};
        const server = await Deno.connect({ hostname: "127.0.0.1", port: this.#target }).catch(() => undefined);
        if (server) this.#carry(new Wire(client, server, allowance, this.carried));
        else client.close();
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  #carry(wire: Wire): void {
    this.#wires.add(wire);
    void wire.over.then(() => this.#wires.delete(wire));
  }
}

/** One connection through a link. */
class Wire {
  readonly over: Promise<void>;
  readonly #client: Deno.TcpConn;
  readonly #server: Deno.TcpConn;
  #cutting: Cut | undefined;
  #closed = false;

  constructor(
    client: Deno.TcpConn,
    server: Deno.TcpConn,
    { up = Infinity, down = Infinity }: Allowance,
    carried: { up: number; down: number },
  ) {
    for (const conn of [client, server]) conn.setNoDelay(true);
    this.#client = client;
    this.#server = server;
    const count = (way: "up" | "down") => (bytes: number) => void (carried[way] += bytes);
    this.over = Promise.all([this.#carry(client, server, up, count("up")), this.#carry(server, client, down, count("down"))]).then(() =>
      this.#close()
    );
  }

  cut(how: Cut): void {
    if (this.#cutting !== undefined) return;
    this.#cutting = how;
    if (how === "clean") this.#part();
    // What comes now is not read any more, and closing a socket that has unread bytes resets the connection.
    if (how === "reset") setTimeout(() => this.#close(), 2);
  }

  async #carry(from: Deno.TcpConn, to: Deno.TcpConn, allowance: number, count: (bytes: number) => void): Promise<void> {
    const buffer = new Uint8Array(16_384);
    try {
      for (let left = allowance; !this.#closed && this.#cutting !== "reset";) {
        const read = await from.read(buffer);
        if (read === null) break;
        // After a clean cut both are still listened to, so that their ends are not resets.
        if (this.#cutting === "clean") continue;
        const length = Math.min(this.#cutting === "torn" ? read >> 1 : read, left);
        for (let sent = 0; sent < length;) sent += await to.write(buffer.subarray(sent, length));
        left -= length;
        count(length);
        if (left > 0 && this.#cutting !== "torn") continue;
        this.#cutting = "clean";
        this.#part();
      }
    } catch {
      // Broken is as good as over.
    }
    if (this.#cutting === undefined) this.#part();
  }

  /** Ends both streams; the other ends close when they have seen that. */
  #part(): void {
    for (const conn of [this.#client, this.#server]) conn.closeWrite().catch(() => this.#close());
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#client.close();
    this.#server.close();
  }
}
