/**
 * One port for everybody: accepts connections, looks at their first bytes and picks the transport.
 *
 * @module
 */
import { isOwnMachine } from "../shared/address.ts";
import { encodeFrame } from "../shared/codec.ts";
import type { Refused } from "../shared/protocol.ts";
import { count } from "../shared/text.ts";
import type { ServerLimits } from "./config.ts";
import type { Connection } from "./connection.ts";
import type { Watch } from "./events.ts";
import { toldCertificate } from "./certificate_exchange.ts";
import { speech } from "./first_bytes.ts";
import { firstWords, unpromptedWords } from "./first_words.ts";
import { SpareFiles } from "./spare_files.ts";
import { FramesConnection, HELLO_DUE_MS } from "./transports/frames.ts";
import type { Socket } from "./transports/socket.ts";
import { TcpSocket } from "./transports/tcp_socket.ts";
import { TextConnection } from "./transports/text.ts";
import type { Decrypted } from "./transports/tls.ts";
import { sendToHttps, serveHttp } from "./transports/web/http.ts";
import type { Site } from "./transports/web/site.ts";

/** How long a name may take, counted from the connection's first instant, in milliseconds. */
const NAME_DUE_MS = 30_000;
/** How long to wait when no connection can be accepted, in milliseconds; it passes when others close. */
const RETRY_MS = 50;
/** What accepting fails with when who was to be accepted has gone again: nothing is wrong here, and the next one waits. */
const GONE = [Deno.errors.NotConnected, Deno.errors.ConnectionReset, Deno.errors.ConnectionAborted];
/** What the first frame begins with. */
const BRACE = 0x7b;

/** What is said to those who come from elsewhere in plain text. */
const NOT_ENCRYPTED: Refused = {
  kind: "refused",
  code: "not_encrypted",
  text:
    "This server is for encrypted connections only. Join with chat client tls://HOST:PORT, or openssl s_client -quiet -connect HOST:PORT",
  final: true,
};

const encoder = new TextEncoder();

/** What a front door works with. */
export interface FrontDoorOptions {
  readonly limits: ServerLimits;
  readonly watch: Watch;
  /** What browsers are shown. */
  readonly site: Site;
  /** Serves the server's window, from its own machine or from elsewhere. */
  readonly console: { serve(socket: Socket, local: boolean): Promise<void> };
  /** What encrypts; without it nothing is encrypted. With it, who comes from elsewhere must encrypt. */
  readonly encryption: Decrypting | undefined;
  /** Serves a connection until it is closed. */
  readonly serve: (connection: Connection) => Promise<void>;
}

/** What a front door asks of whatever encrypts. */
export interface Decrypting {
  /** The certificate, in PEM. */
  readonly pem: string;
  /** Makes the handshake with a peer. Returns why there was none, in words for the log. */
  decrypt(outer: TcpSocket): Promise<Decrypted | string>;
}

/** Lets people in. */
export class FrontDoor {
  readonly #listener: Deno.TcpListener;
  readonly #options: FrontDoorOptions;
  readonly #open = new Map<TcpSocket, Promise<void>>();
  /** What is said within connections that are encrypted. */
  readonly #decrypted = new Map<TcpSocket, TcpSocket>();
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
        if (!overflowing) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  /** Accepts and reads no more; settles when every connection has ended. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#listener.close();
    for (const socket of this.#open.keys()) (this.#decrypted.get(socket) ?? socket).stop();
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

  /** @param asked Whether it has asked for the certificate already. */
  async #receive(socket: TcpSocket, due = performance.now() + NAME_DUE_MS, asked = false): Promise<void> {
    const { encryption, site } = this.#options;
    const mustEncrypt = encryption !== undefined && !socket.encrypted && !isOwnMachine(socket.host);
    // A prompt in the middle of a handshake would break it.
    const spoken = mustEncrypt || asked ? await unpromptedWords(socket, speech) : await firstWords(socket, speech, due);
    switch (spoken) {
      case "frames": {
        const helloDue = performance.now() + HELLO_DUE_MS;
        if (!socket.encrypted && !asked && await toldCertificate(socket, encryption?.pem ?? "", helloDue)) {
          return await this.#receive(socket, due, true);
        }
        if (mustEncrypt) return await this.#turnAway(socket, "was not encrypted", encodeFrame(NOT_ENCRYPTED));
        return await this.#serve(socket, spoken, due, helloDue);
      }
      case "text":
        if (mustEncrypt) return await this.#turnAway(socket, "was not encrypted", `! ${NOT_ENCRYPTED.text}\n`);
        return await this.#serve(socket, spoken, due);
      case "http":
        return mustEncrypt ? await sendToHttps(socket, site) : await this.#receiveWeb(socket);
      case "tls":
        if (encryption && !socket.encrypted) return await this.#receiveEncrypted(socket, encryption);
        return await this.#turnAway(socket, "spoke TLS", "");
      case "undecided":
        return;
    }
  }

  async #receiveEncrypted(outer: TcpSocket, encryption: Decrypting): Promise<void> {
    const decrypted = await encryption.decrypt(outer);
    if (typeof decrypted === "string") return this.#options.watch({ type: "turned_away", address: outer.address, why: decrypted });
    const { socket, over } = decrypted;
    this.#decrypted.set(outer, socket);
    try {
      if (this.#closing) socket.stop();
      await this.#receive(socket);
    } finally {
      await over();
      this.#decrypted.delete(outer);
    }
  }

  async #receiveWeb(socket: TcpSocket): Promise<void> {
    const outcome = await serveHttp(socket, this.#options.site, socket.host);
    if (outcome === "answered") return;
    if ("refused" in outcome) return this.#options.watch({ type: "turned_away", address: socket.address, why: outcome.refused });
    const { webSocket, owner } = outcome;
    if (owner === undefined) await this.#receiveChat(webSocket);
    else await this.#options.console.serve(webSocket, owner === "here");
    await webSocket.finish();
  }

  async #receiveChat(webSocket: Socket): Promise<void> {
    const due = performance.now() + NAME_DUE_MS;
    const spoken = await firstWords(webSocket, (bytes) => bytes[0] === BRACE ? "frames" : "text", due);
    if (spoken !== "undecided") await this.#serve(webSocket, spoken === "frames" ? "frames" : "text", due);
  }

  async #serve(socket: Socket, speech: "frames" | "text", due: number, helloDue = performance.now() + HELLO_DUE_MS): Promise<void> {
    const id = ++this.#accepted;
    const connection = speech === "frames"
      ? new FramesConnection(socket, id, { helloDue, nameDue: due })
      : new TextConnection(socket, id, due, this.#options.limits.textBytes);
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
