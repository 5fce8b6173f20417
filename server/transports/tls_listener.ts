/**
 * A TLS listener that only this process should connect to: gives both ends of connections to itself.
 *
 * @module
 */

/** Where it listens, and where its connections come from. */
const HERE = "127.0.0.1";
/** How long both halves of a connection may take to find each other, in milliseconds. */
const MEET_MS = 1_000;
/** Accepted connections that are nobody's, or nobody's yet, above which no more are accepted. */
const MOST_STRANGERS = 64;
/** How long to wait when no connection can be accepted, in milliseconds. */
const RETRY_MS = 50;

/** A certificate, those that vouch for it, and its private key, in PEM. */
export interface Credentials {
  readonly chain: string;
  readonly key: string;
}

/** Two ends of one connection within this process. */
export interface Halves {
  /** Where the peer's bytes go in as they are. */
  readonly plain: Deno.TcpConn;
  /** Where they come out decrypted. */
  readonly secure: Deno.TlsConn;
}

/** What was accepted before anybody waited for it. */
interface Early {
  readonly secure: Deno.TlsConn;
  /** When it was accepted. */
  readonly turn: number;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** A TLS listener that only this process should connect to. */
export class InnerListener {
  readonly #listener: Deno.TlsListener;
  /** Who waits for what comes from a port of ours. */
  readonly #expected = new Map<number, (secure: Deno.TlsConn) => void>();
  /** What was accepted before anybody waited for it, by the port that it came from. */
  readonly #early = new Map<number, Early>();
  /** Counts connections that were begun and accepted: what was accepted before ours was begun is not ours. */
  #turn = 0;
  #opening = 0;
  #strangers = 0;
  #room = Promise.withResolvers<void>();
  #retired = false;
  readonly #accepting: Promise<void>;

  constructor({ chain, key }: Credentials) {
    this.#listener = Deno.listenTls({ hostname: HERE, port: 0, cert: chain, key });
    this.#accepting = this.#accept();
  }

  /** A new connection to the listener; `undefined` where there is none to be had. */
  async open(): Promise<Halves | undefined> {
    const turn = ++this.#turn;
    this.#opening++;
    let plain: Deno.TcpConn | undefined;
    try {
      plain = await Deno.connect({ hostname: HERE, port: this.#listener.addr.port });
      const secure = await this.#meet(plain.localAddr.port, turn);
      if (secure) return { plain, secure };
    } catch {
      // No more files, or no more ports: whoever asked is told that there is no room.
    } finally {
      this.#opening--;
      this.#closeIfDone();
    }
    plain?.close();
    return undefined;
  }

  /** Accepts nobody any more, once those who are on their way are in; settles then. */
  async retire(): Promise<void> {
    this.#retired = true;
    this.#closeIfDone();
    await this.#accepting;
  }

  get #done(): boolean {
    return this.#retired && this.#opening === 0;
  }

  #closeIfDone(): void {
    if (!this.#done) return;
    this.#listener.close();
    this.#makeRoom();
    for (const port of this.#early.keys()) this.#dismiss(this.#take(port));
  }

  /** The accepted end of a connection that comes from `port`. */
  async #meet(port: number, turn: number): Promise<Deno.TlsConn | undefined> {
    const early = this.#take(port);
    if (early && early.turn > turn) return early.secure;
    this.#dismiss(early);
    const { promise, resolve } = Promise.withResolvers<Deno.TlsConn | undefined>();
    const timer = setTimeout(() => resolve(undefined), MEET_MS);
    this.#expected.set(port, resolve);
    const secure = await promise;
    clearTimeout(timer);
    this.#expected.delete(port);
    return secure;
  }

  /** Not a `for await`: running out of file descriptors once would end that for good. */
  async #accept(): Promise<void> {
    for (;;) {
      try {
        while (this.#strangers + this.#early.size >= MOST_STRANGERS && !this.#done) await this.#room.promise;
        this.#put(await this.#listener.accept());
      } catch {
        if (this.#done) return;
        // Whoever waits for it is told, and those who come later get in.
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  #put(secure: Deno.TlsConn): void {
    const { hostname, port } = secure.remoteAddr;
    // The same port of another address of this machine is somebody else's.
    if (hostname !== HERE) return void this.#partWith(secure);
    const expected = this.#expected.get(port);
    if (expected) return expected(secure);
    // Nobody is on the way here.
    if (this.#opening === 0) return void this.#partWith(secure);
    this.#dismiss(this.#take(port));
    const timer = setTimeout(() => this.#dismiss(this.#take(port)), MEET_MS);
    this.#early.set(port, { secure, turn: ++this.#turn, timer });
  }

  #take(port: number): Early | undefined {
    const early = this.#early.get(port);
    clearTimeout(early?.timer);
    if (this.#early.delete(port)) this.#makeRoom();
    return early;
  }

  #dismiss(early: Early | undefined): void {
    if (early) void this.#partWith(early.secure);
  }

  /** Closes a stranger's connection. Deno does not close one in the middle of its handshake: it is there until the stranger goes. */
  async #partWith(secure: Deno.TlsConn): Promise<void> {
    this.#strangers++;
    await secure.handshake().catch(() => undefined);
    secure.close();
    this.#strangers--;
    this.#makeRoom();
  }

  #makeRoom(): void {
    this.#room.resolve();
    this.#room = Promise.withResolvers();
  }
}
