/**
 * One port for everybody: accepts connections, looks at their first bytes and picks the transport.
 *
 * @module
 */
import { isOwnMachine } from "../shared/address.ts";
import { encodeFrame } from "../shared/codec.ts";
import type { Refused } from "../shared/protocol.ts";
import { Arrivals } from "./arrivals.ts";
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
  text: "This server is for encrypted connections only",
  final: true,
};
/** What a person at netcat does about it. */
const ENCRYPTED_WAYS = "Join with chat client tls://HOST:PORT, or openssl s_client -quiet -connect HOST:PORT";

const encoder = new TextEncoder();

/** What a front door works with. */
export interface FrontDoorOptions {
  readonly limits: ServerLimits;
  readonly watch: Watch;
  /** What browsers are shown. */
  readonly site: Site;
  /** Serves the server's window, from its own machine or from elsewhere. */
  readonly console: { serve(socket: Socket, local: boolean, due: number, opened: () => void): Promise<void> };
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

/** Connections that are told at once that there is no room; more are closed without a word. */
const MOST_TURNED_AWAY = 256;

/** How somebody came. */
interface Way {
  /** Its TCP connection, whatever is spoken within it. */
  readonly tcp: TcpSocket;
  /** When a name is due, on the clock of `performance.now()`. */
  readonly due: number;
  /** Whether it has asked for the certificate already. */
  readonly asked?: boolean;
}

/** Lets people in. */
export class FrontDoor {
  readonly #listener: Deno.TcpListener;
  readonly #options: FrontDoorOptions;
  readonly #arrivals: Arrivals;
  /** What stands on top of connections that are encrypted, or speak WebSocket: that is what is told to stop. */
  readonly #topmost = new Map<TcpSocket, Socket>();
  readonly #spares = new SpareFiles();
  #accepted = 0;
  #closing = false;

  constructor(listener: Deno.TcpListener, options: FrontDoorOptions) {
    this.#listener = listener;
    this.#options = options;
    this.#arrivals = new Arrivals(options.limits);
  }

  /** How many connections there are. */
  get open(): number {
    return this.#arrivals.size;
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
    for (const socket of this.#arrivals.sockets) (this.#topmost.get(socket) ?? socket).stop();
    await this.#arrivals.gone();
    this.#spares.close();
  }

  #admit(socket: TcpSocket, overflowing: boolean): void {
    const full = this.#arrivals.full(socket.host, overflowing);
    // Whoever does not go when told so keeps a file open for a second.
    if (full && this.#arrivals.turnedAway >= MOST_TURNED_AWAY) return socket.close();
    const stay = full
      ? this.#turnAway(socket, "no room for it", `! ${full}. Try again later.\n`)
      : this.#receive(socket, { tcp: socket, due: performance.now() + NAME_DUE_MS });
    const over = stay.catch((error) => this.#options.watch({ type: "fault", where: "a connection", error })).finally(() => {
      this.#arrivals.forget(socket);
      this.#spares.refill();
    });
    this.#arrivals.add(socket, over, !full);
  }

  async #receive(socket: TcpSocket, way: Way): Promise<void> {
    const { encryption, site } = this.#options;
    const { asked = false } = way;
    const mustEncrypt = encryption !== undefined && !socket.encrypted && !isOwnMachine(socket.host);
    // A prompt in the middle of a handshake would break it.
    const spoken = mustEncrypt || asked ? await unpromptedWords(socket, speech) : await firstWords(socket, speech, way.due);
    switch (spoken) {
      case "frames": {
        const helloDue = performance.now() + HELLO_DUE_MS;
        if (!socket.encrypted && !asked && await toldCertificate(socket, encryption?.pem ?? "", helloDue)) {
          return await this.#receive(socket, { ...way, asked: true });
        }
        if (mustEncrypt) return await this.#turnAway(socket, "was not encrypted", encodeFrame(NOT_ENCRYPTED));
        return await this.#serve(socket, spoken, way, helloDue);
      }
      case "text":
        if (mustEncrypt) return await this.#turnAway(socket, "was not encrypted", `! ${NOT_ENCRYPTED.text}. ${ENCRYPTED_WAYS}\n`);
        return await this.#serve(socket, spoken, way);
      case "http":
        return mustEncrypt ? await sendToHttps(socket, site) : await this.#receiveWeb(socket, way);
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
    try {
      await this.#onTop(outer, socket, () => this.#receive(socket, { tcp: outer, due: performance.now() + NAME_DUE_MS }));
    } finally {
      await over();
    }
  }

  async #receiveWeb(socket: TcpSocket, { tcp }: Way): Promise<void> {
    const outcome = await serveHttp(socket, this.#options.site, socket.host);
    if (outcome === "answered") return;
    if ("refused" in outcome) return this.#options.watch({ type: "turned_away", address: socket.address, why: outcome.refused });
    const { webSocket, owner } = outcome;
    await this.#onTop(tcp, webSocket, async () => {
      if (owner === undefined) await this.#receiveChat(webSocket, tcp);
      else await this.#receiveOwner(webSocket, tcp, owner === "here");
      await webSocket.finish();
    });
  }

  /** Does what there is to do with a socket that a connection carries. */
  async #onTop(tcp: TcpSocket, socket: Socket, work: () => Promise<void>): Promise<void> {
    const below = this.#topmost.get(tcp);
    this.#topmost.set(tcp, socket);
    try {
      if (this.#closing) socket.stop();
      await work();
    } finally {
      if (below) this.#topmost.set(tcp, below);
      else this.#topmost.delete(tcp);
    }
  }

  async #receiveOwner(webSocket: Socket, tcp: TcpSocket, here: boolean): Promise<void> {
    // From elsewhere one is somebody once the key was right.
    if (here) this.#arrivals.known(tcp);
    await this.#options.console.serve(webSocket, here, performance.now() + NAME_DUE_MS, () => this.#arrivals.known(tcp));
  }

  async #receiveChat(webSocket: Socket, tcp: TcpSocket): Promise<void> {
    const due = performance.now() + NAME_DUE_MS;
    const spoken = await firstWords(webSocket, (bytes) => bytes[0] === BRACE ? "frames" : "text", due);
    if (spoken !== "undecided") await this.#serve(webSocket, spoken === "frames" ? "frames" : "text", { due, tcp });
  }

  async #serve(socket: Socket, speech: "frames" | "text", { due, tcp }: Way, helloDue = performance.now() + HELLO_DUE_MS): Promise<void> {
    const id = ++this.#accepted;
    const connection = speech === "frames"
      ? new FramesConnection(socket, id, { helloDue, nameDue: due })
      : new TextConnection(socket, id, due, this.#options.limits.textBytes);
    this.#arrivals.speaks(tcp, connection);
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
