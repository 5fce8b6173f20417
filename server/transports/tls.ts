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
import { type Credentials, type Halves, InnerListener } from "./tls_listener.ts";

/** How long a handshake may take, in milliseconds. */
const HANDSHAKE_MS = 5_000;
/** How long what was sent may take to go out after the conversation has ended, in milliseconds. */
const LINGER_MS = 1_000;

/** A conversation, decrypted. */
export interface Decrypted {
  readonly socket: TcpSocket;
  /** Ends the conversation; settles when all that was said to the peer has gone out, within a second. */
  over(): Promise<void>;
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
    const { promise: late, resolve } = Promise.withResolvers<"late">();
    const deadline = setTimeout(() => {
      outer.close("took too long for the TLS handshake");
      resolve("late");
    }, HANDSHAKE_MS);
    try {
      const opening = this.#listener.open();
      const halves = await Promise.race([opening, late]);
      if (halves === "late") void opening.then(closeBoth);
      if (halves === undefined || halves === "late") return "no room for TLS";
      const conversation = splice(outer, halves);
      const made = halves.secure.handshake().then(() => "made" as const, () => "failed" as const);
      if (await Promise.race([made, late]) === "made") return conversation;
      const why = outer.broken ?? "the TLS handshake failed";
      await conversation.over();
      return why;
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Decrypts nothing any more. */
  async close(): Promise<void> {
    await Promise.all([this.#retired, this.#listener.retire()]);
  }
}

/** Nobody waits for these any more. */
function closeBoth(halves: Halves | undefined): void {
  halves?.plain.close();
  halves?.secure.close();
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
