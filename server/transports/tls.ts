/**
 * TLS on a port that speaks other things too: a connection that begins with a handshake is passed through a TLS listener of our own on this machine.
 *
 * What a peer sends goes, as it is, to that listener (Deno makes TLS of an accepted connection in no other way); what the listener accepts is the
 * same conversation decrypted. The two are put together by the port that the connection to the listener comes from.
 *
 * 1. Nobody gets in by the listener who did not come through here: what cannot be put together within a second is closed.
 * 2. Ends are passed on as ends in both directions, and nothing is read that cannot be written: no more than a read is held.
 * 3. A handshake takes 5 s at most.
 *
 * @module
 */
import { TcpSocket } from "./tcp_socket.ts";

/** How long a handshake may take, in milliseconds. */
const HANDSHAKE_MS = 5_000;
/** How long both halves of a connection may take to find each other, in milliseconds. */
const MEET_MS = 1_000;
/** Accepted connections that are nobody's, or nobody's yet, above which no more are accepted. */
const MOST_STRANGERS = 64;
/** How long to wait when no connection can be accepted, in milliseconds. */
const RETRY_MS = 50;
/** How long what was sent may take to go out after the conversation has ended, in milliseconds. */
const LINGER_MS = 1_000;

/** A conversation, decrypted. */
export interface Decrypted {
  readonly socket: TcpSocket;
  /** Ends the conversation; settles when all that was said to the peer has gone out, within a second. */
  over(): Promise<void>;
}

/** A certificate, those that vouch for it, and its private key, in PEM. */
export interface Credentials {
  readonly chain: string;
  readonly key: string;
}

/** Decrypts connections. */
export class TlsLayer {
  #listener: InnerListener;
  #retired: Promise<unknown> = Promise.resolve();

  constructor(credentials: Credentials) {
    this.#listener = new InnerListener(credentials);
  }

  /** Uses another certificate from now on; conversations under way keep theirs. Throws when it cannot be used, and keeps the old one. */
  renew(credentials: Credentials): void {
    const next = new InnerListener(credentials);
    this.#retired = Promise.all([this.#retired, this.#listener.retire()]);
    this.#listener = next;
  }

  /** Makes the handshake with a peer. Returns why there was none, in words for the log. */
  async decrypt(outer: TcpSocket): Promise<Decrypted | string> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const deadline = setTimeout(() => {
      outer.close("took too long for the TLS handshake");
      reject(new Error("too late"));
    }, HANDSHAKE_MS);
    try {
      const halves = await this.#listener.open();
      if (halves === undefined) return "no room for TLS";
      const conversation = splice(outer, halves);
      try {
        await Promise.race([halves.secure.handshake(), late]);
        return conversation;
      } catch {
        const why = outer.broken ?? "the TLS handshake failed";
        await conversation.over();
        return why;
      }
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Decrypts nothing any more. */
  async close(): Promise<void> {
    await Promise.all([this.#retired, this.#listener.retire()]);
  }
}

/** Two ends of one connection within this process. */
interface Halves {
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
class InnerListener {
  readonly #listener: Deno.TlsListener;
  /** Who waits for what comes from a port of ours. */
  readonly #expected = new Map<number, (secure: Deno.TlsConn) => void>();
  /** What was accepted before anybody waited for it, by the port that it came from. */
  readonly #early = new Map<
    number,
    { readonly secure: Deno.TlsConn; readonly turn: number; readonly timer: ReturnType<typeof setTimeout> }
  >();
  /** Counts connections that were begun and accepted: what was accepted before ours was begun is not ours. */
  #turn = 0;
  #opening = 0;
  #strangers = 0;
  #room = Promise.withResolvers<void>();
  #retired = false;
  readonly #accepting: Promise<void>;

  constructor({ chain, key }: Credentials) {
    this.#listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert: chain, key });
    this.#accepting = this.#accept();
  }

  /** A new connection to the listener; `undefined` where there is none to be had. */
  async open(): Promise<Halves | undefined> {
    const turn = ++this.#turn;
    this.#opening++;
    let plain: Deno.TcpConn | undefined;
    try {
      plain = await Deno.connect({ hostname: "127.0.0.1", port: this.#listener.addr.port });
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
    const { port } = secure.remoteAddr;
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

/** Passes bytes between a peer and the listener, both ways. */
function splice(outer: TcpSocket, { plain, secure }: Halves): Decrypted {
  const inner = new TcpSocket(plain);
  const socket = new TcpSocket(secure, outer);
  const breakOff = (why = "connection lost") => {
    socket.broken ??= why;
    inner.close();
  };
  const hear = async () => {
    // What cannot be taken any more was said too late; what was said before to the peer still goes out.
    if (!await passedOn(outer, inner)) return;
    if (outer.ended) await inner.endOutput();
    else breakOff(outer.broken);
  };
  const speak = async () => {
    if (await passedOn(inner, outer)) await outer.endOutput();
    else breakOff();
  };
  void hear();
  const spoken = speak();
  const over = async () => {
    socket.close();
    await within(LINGER_MS, spoken);
    outer.close();
    inner.close();
  };
  return { socket, over };
}

/** Settles with `work`, or after `ms` at the latest: Deno 2.4 leaves a write pending for ever when its connection is closed. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  await Promise.race([work, new Promise((resolve) => timer = setTimeout(resolve, ms))]);
  clearTimeout(timer);
}

/** Passes on what is read until there is no more; false when the other side takes no more. */
async function passedOn(from: TcpSocket, to: TcpSocket): Promise<boolean> {
  for (let chunk = await from.read(); chunk !== null; chunk = await from.read()) {
    try {
      while (chunk.length > 0) chunk = chunk.subarray(await to.write(chunk));
    } catch {
      return false;
    }
  }
  return true;
}
