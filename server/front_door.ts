/**
 * One port for everybody: accepts connections, looks at their first bytes and picks the transport.
 *
 * @module
 */
import { count, hostAndPort } from "../shared/text.ts";
import type { ServerLimits } from "./config.ts";
import type { Connection } from "./connection.ts";
import type { Watch } from "./events.ts";
import { type Speech, speech } from "./first_bytes.ts";
import { SpareFiles } from "./spare_files.ts";
import { FramesConnection } from "./transports/frames.ts";
import { TcpSocket } from "./transports/tcp_socket.ts";
import { NAME_PROMPT, TextConnection } from "./transports/text.ts";

/** Who has said nothing for this long is asked for a name, in milliseconds. All but people at netcat speak first. */
const PROMPT_MS = 300;
/** How long a name may take, counted from the connection's first instant, in milliseconds. */
const NAME_DUE_MS = 30_000;
/** How long to wait when no connection can be accepted, in milliseconds; it passes when others close. */
const RETRY_MS = 50;

const encoder = new TextEncoder();

/** What a front door works with. */
export interface FrontDoorOptions {
  readonly limits: ServerLimits;
  readonly watch: Watch;
  /** Serves a connection until it is closed. */
  readonly serve: (connection: Connection) => Promise<void>;
}

/** Lets people in. */
export class FrontDoor {
  readonly #listener: Deno.TcpListener;
  readonly #options: FrontDoorOptions;
  readonly #open = new Map<TcpSocket, Promise<void>>();
  readonly #perHost = new Map<string, number>();
  readonly #spares = new SpareFiles();
  #accepted = 0;
  #closing = false;

  constructor(listener: Deno.TcpListener, options: FrontDoorOptions) {
    this.#listener = listener;
    this.#options = options;
  }

  /** Accepts until {@link close}. Not a `for await` over the listener: running out of file descriptors once would end that for good. */
  async run(): Promise<void> {
    let reported = false;
    let overflowing = false;
    while (!this.#closing) {
      try {
        this.#admit(new TcpSocket(await this.#listener.accept()), overflowing);
        overflowing = false;
      } catch (error) {
        if (this.#closing) return;
        // Said once, not twenty times a second.
        if (!reported) this.#options.watch({ type: "fault", where: "accepting a connection", error });
        reported = true;
        // The next one is let in on a file that was kept for it, to be told that there is no room.
        overflowing = this.#spares.release();
        if (!overflowing) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  /** Accepts and reads no more; settles when every connection has ended. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#listener.close();
    for (const socket of this.#open.keys()) socket.stop();
    await Promise.all(this.#open.values());
    this.#spares.close();
  }

  #admit(socket: TcpSocket, overflowing: boolean): void {
    const full = overflowing ? "The server is full: it may open no more files" : this.#full(socket.host);
    const stay = full ? this.#turnAway(socket, "no room for it", `! ${full}. Try again later.\n`) : this.#receive(socket);
    this.#perHost.set(socket.host, (this.#perHost.get(socket.host) ?? 0) + 1);
    this.#open.set(
      socket,
      stay.catch((error) => this.#options.watch({ type: "fault", where: "a connection", error })).finally(() => this.#forget(socket)),
    );
  }

  #forget(socket: TcpSocket): void {
    socket.close();
    this.#spares.refill();
    this.#open.delete(socket);
    const left = this.#perHost.get(socket.host)! - 1;
    if (left > 0) this.#perHost.set(socket.host, left);
    else this.#perHost.delete(socket.host);
  }

  #full(host: string): string | undefined {
    const { maxConnections, maxPerAddress } = this.#options.limits;
    if (maxConnections !== undefined && this.#open.size >= maxConnections) {
      return `The server is full: ${count(maxConnections)} are connected`;
    }
    if (maxPerAddress !== undefined && (this.#perHost.get(host) ?? 0) >= maxPerAddress) {
      return `Too many connections from ${host}: at most ${count(maxPerAddress)} are allowed`;
    }
    return undefined;
  }

  async #receive(socket: TcpSocket): Promise<void> {
    const due = performance.now() + NAME_DUE_MS;
    switch (await this.#listen(socket, due)) {
      case "frames":
        return await this.#serve(new FramesConnection(socket, ++this.#accepted, due));
      case "text":
        return await this.#serve(new TextConnection(socket, ++this.#accepted, due, this.#options.limits.textBytes));
      case "http":
        return await this.#turnAway(socket, "spoke HTTP", this.#httpAnswer());
      case "tls":
        return await this.#turnAway(socket, "spoke TLS", "");
      case "undecided":
        return;
    }
  }

  async #serve(connection: Connection): Promise<void> {
    this.#options.watch({ type: "connected", peer: connection.peer });
    await this.#options.serve(connection);
  }

  /** Reads until it is clear what the peer speaks, and asks for a name when it says nothing. Undecided is who left without a byte. */
  async #listen(socket: TcpSocket, due: number): Promise<Speech> {
    const wait = () => setTimeout(() => socket.stop(), due - performance.now());
    let timer = setTimeout(() => {
      socket.write(encoder.encode(NAME_PROMPT)).catch(() => socket.stop());
      timer = wait();
    }, PROMPT_MS);
    try {
      let said = new Uint8Array(0);
      for (;;) {
        const chunk = await socket.read();
        clearTimeout(timer);
        if (chunk === null) break;
        said = joined(said, chunk);
        const spoken = speech(said);
        if (spoken !== "undecided") {
          socket.unread(said);
          return spoken;
        }
        timer = wait();
      }
      if (socket.stopped) return "text";
      if (said.length === 0) return "undecided";
      socket.unread(said);
      return "text";
    } finally {
      clearTimeout(timer);
    }
  }

  async #turnAway(socket: TcpSocket, why: string, answer: string): Promise<void> {
    this.#options.watch({ type: "turned_away", address: socket.address, why });
    let bytes = encoder.encode(answer);
    try {
      while (bytes.length > 0) bytes = bytes.subarray(await socket.write(bytes));
      await socket.finish();
    } catch {
      socket.close(); // It did not wait for the answer.
    }
  }

  #httpAnswer(): string {
    const { hostname, port } = this.#listener.addr;
    const text = `This port is a chat, not a web site. Join it with: chat client ${
      hostAndPort(hostname, port)
    }   or: nc ${hostname} ${port}\n`;
    const head = [
      "HTTP/1.1 400 Bad Request",
      "Content-Type: text/plain; charset=utf-8",
      `Content-Length: ${text.length}`,
      "Connection: close",
    ];
    return `${head.join("\r\n")}\r\n\r\n${text}`;
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
