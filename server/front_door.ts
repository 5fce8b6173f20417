/**
 * One port for everybody: accepts connections, looks at their first bytes and picks the transport.
 *
 * @module
 */
import { count } from "../shared/text.ts";
import type { ServerLimits } from "./config.ts";
import type { Connection } from "./connection.ts";
import type { Watch } from "./events.ts";
import { speech } from "./first_bytes.ts";
import { firstWords } from "./first_words.ts";
import { SpareFiles } from "./spare_files.ts";
import { FramesConnection } from "./transports/frames.ts";
import type { Socket } from "./transports/socket.ts";
import { TcpSocket } from "./transports/tcp_socket.ts";
import { TextConnection } from "./transports/text.ts";
import { serveHttp } from "./transports/web/http.ts";
import type { Site } from "./transports/web/site.ts";

/** How long a name may take, counted from the connection's first instant, in milliseconds. */
const NAME_DUE_MS = 30_000;
/** How long to wait when no connection can be accepted, in milliseconds; it passes when others close. */
const RETRY_MS = 50;
/** What accepting fails with when who was to be accepted has gone again: nothing is wrong here, and the next one waits. */
const GONE = [Deno.errors.NotConnected, Deno.errors.ConnectionReset, Deno.errors.ConnectionAborted];
/** What the first frame begins with. */
const BRACE = 0x7b;

const encoder = new TextEncoder();

/** How long somebody may go without a name where others wait for the place, in milliseconds. */
const PATIENCE_MS = 2_000;

/** Somebody without a name. */
interface Nameless {
  readonly since: number;
  /** What tells when there is a name, once it is known what is spoken. */
  connection: Connection | undefined;
}

/** What a front door works with. */
export interface FrontDoorOptions {
  readonly limits: ServerLimits;
  readonly watch: Watch;
  /** What browsers are shown. */
  readonly site: Site;
  /** Serves the server's window, from its own machine or from elsewhere. */
  readonly console: { serve(socket: Socket, local: boolean): Promise<void> };
  /** Serves a connection until it is closed. */
  readonly serve: (connection: Connection) => Promise<void>;
}

/** Lets people in. */
export class FrontDoor {
  readonly #listener: Deno.TcpListener;
  readonly #options: FrontDoorOptions;
  readonly #open = new Map<TcpSocket, Promise<void>>();
  /** Those who have not said who they are, in the order they came. */
  readonly #nameless = new Map<TcpSocket, Nameless>();
  readonly #perHost = new Map<string, number>();
  readonly #spares = new SpareFiles();
  #accepted = 0;
  #closing = false;

  constructor(listener: Deno.TcpListener, options: FrontDoorOptions) {
    this.#listener = listener;
    this.#options = options;
  }

  /** How many connections there are. */
  get open(): number {
    return this.#open.size;
  }

  /** How many there were that chat. */
  get accepted(): number {
    return this.#accepted;
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
        if (GONE.some((gone) => error instanceof gone)) continue;
        // Said once, not twenty times a second.
        if (!reported) this.#options.watch({ type: "fault", where: "accepting a connection", error });
        reported = true;
        // The next one is let in on a file that was kept for it, to be told that there is no room.
        overflowing = this.#spares.release();
        if (overflowing) continue;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        // Whoever went meanwhile left some.
        this.#spares.refill();
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
    const full = this.#full(socket.host, overflowing);
    if (!full) this.#nameless.set(socket, { since: performance.now(), connection: undefined });
    const stay = full ? this.#turnAway(socket, "no room for it", `! ${full}. Try again later.\n`) : this.#receive(socket);
    this.#perHost.set(socket.host, (this.#perHost.get(socket.host) ?? 0) + 1);
    this.#open.set(
      socket,
      stay.catch((error) => this.#options.watch({ type: "fault", where: "a connection", error })).finally(() => this.#forget(socket)),
    );
  }

  #forget(socket: TcpSocket, why?: string): void {
    socket.close(why);
    this.#spares.refill();
    if (!this.#open.delete(socket)) return;
    this.#nameless.delete(socket);
    const left = this.#perHost.get(socket.host)! - 1;
    if (left > 0) this.#perHost.set(socket.host, left);
    else this.#perHost.delete(socket.host);
  }

  /** Why there is no room for one more from `host`: nor is there when whoever waits longest without a name goes. */
  #full(host: string, overflowing: boolean): string | undefined {
    const { maxConnections = Infinity, maxPerAddress = Infinity } = this.#options.limits;
    if ((this.#perHost.get(host) ?? 0) >= maxPerAddress && !this.#makeRoom(host)) {
      return `Too many connections from ${host}: at most ${count(maxPerAddress)} are allowed`;
    }
    if (overflowing && !this.#makeRoom()) return "The server is full: it may open no more files";
    if (this.#open.size >= maxConnections && !this.#makeRoom()) return `The server is full: ${count(maxConnections)} are connected`;
    return undefined;
  }

  /** Closes the connection that has waited longest without a name, of all or of one host; false when none has waited long enough. */
  #makeRoom(host?: string): boolean {
    const before = performance.now() - PATIENCE_MS;
    for (const [socket, { since, connection }] of this.#nameless) {
      if (since > before) return false;
      if (connection?.welcomed) this.#nameless.delete(socket);
      else if (host === undefined || socket.host === host) {
        this.#forget(socket, "said no name while others waited");
        return true;
      }
    }
    return false;
  }

  async #receive(socket: TcpSocket): Promise<void> {
    const due = performance.now() + NAME_DUE_MS;
    const spoken = await firstWords(socket, speech, due);
    switch (spoken) {
      case "frames":
      case "text":
        return await this.#serve(socket, spoken, { due, tcp: socket });
      case "http":
        return await this.#receiveWeb(socket);
      case "tls":
        return await this.#turnAway(socket, "spoke TLS", "");
      case "undecided":
        return;
    }
  }

  async #receiveWeb(socket: TcpSocket): Promise<void> {
    const outcome = await serveHttp(socket, this.#options.site, socket.host);
    if (outcome === "answered") return;
    if ("refused" in outcome) return this.#options.watch({ type: "turned_away", address: socket.address, why: outcome.refused });
    const { webSocket, owner } = outcome;
    if (owner === undefined) await this.#receiveChat(webSocket, socket);
    else await this.#receiveOwner(webSocket, socket, owner === "here");
    await webSocket.finish();
  }

  async #receiveOwner(webSocket: Socket, tcp: TcpSocket, here: boolean): Promise<void> {
    if (here) this.#nameless.delete(tcp);
    await this.#options.console.serve(webSocket, here);
  }

  async #receiveChat(webSocket: Socket, tcp: TcpSocket): Promise<void> {
    const due = performance.now() + NAME_DUE_MS;
    const spoken = await firstWords(webSocket, (bytes) => bytes[0] === BRACE ? "frames" : "text", due);
    if (spoken !== "undecided") await this.#serve(webSocket, spoken === "frames" ? "frames" : "text", { due, tcp });
  }

  async #serve(socket: Socket, speech: "frames" | "text", { due, tcp }: { due: number; tcp: TcpSocket }): Promise<void> {
    const id = ++this.#accepted;
    const connection = speech === "frames"
      ? new FramesConnection(socket, id, due)
      : new TextConnection(socket, id, due, this.#options.limits.textBytes);
    const nameless = this.#nameless.get(tcp);
    if (nameless) nameless.connection = connection;
    this.#options.watch({ type: "connected", peer: connection.peer });
    await this.#options.serve(connection);
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
}
