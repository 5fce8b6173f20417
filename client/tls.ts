/**
 * An encrypted connection to a server that is who it should be, or one sentence why there is none. Never a connection that is not encrypted.
 *
 * No version of Deno tells a client which certificate a server has shown. So the server is asked for it first, in plain text; what it gives is
 * compared with the fingerprint that is known, and is then the only one that the handshake is content with. Whoever sits between may change the
 * answer, and gets no further: either the fingerprint differs or the handshake fails.
 *
 * @module
 */
import { decodeServerFrame, encodeFrame } from "../shared/codec.ts";
import { CERTIFICATE_NAME, firstPem } from "../shared/fingerprint.ts";
import { cleanText, hostAndPort } from "../shared/text.ts";
import { type Address, formatAddress } from "./config.ts";
import { dial, type DialOptions, type NoAnswer } from "./dial.ts";
import type { Wire } from "./frame_socket.ts";
import { FirstFrame, markOf } from "./shown_certificate.ts";
import type { Mark } from "./state/certificates.ts";
import { distrust, type Trust } from "./trust.ts";

/** How long the certificate and the handshake may take together, in milliseconds. */
const TIMEOUT_MS = 5_000;
/** The most that is told of what Deno says about a certificate. */
const REASON_CHARACTERS = 120;
/** What Deno says of a certificate that has ended, or has not begun. */
const OUT_OF_DATE = /expired|not ?valid ?yet/i;
const ENDED = "the connection ended before it was encrypted";

/** Connects to a server that is who it should be, or says why not. */
export async function dialEncrypted(address: Address, options: DialOptions, trust: Trust): Promise<Wire | NoAnswer> {
  const { host, port } = address;
  const plain = await dial({ host, port }, options);
  if ("kind" in plain) return plain;
  const over = new AbortController();
  const attempt = new Attempt(plain, address, trust);
  const abort = () => attempt.abandon();
  options.signal.addEventListener("abort", abort);
  let late = false;
  const timing = options.clock.sleep(TIMEOUT_MS, over.signal).then(() => {
    if (over.signal.aborted) return;
    late = true;
    attempt.abandon();
  });
  try {
    return Object.assign(await attempt.encrypt(), { confidential: true });
  } catch (error) {
    attempt.abandon();
    if (error instanceof Untrusted) return { kind: "no_answer", why: error.message, text: error.message, untrusted: true };
    const cut = error instanceof Cut ? error.message : ENDED;
    const why = late ? `no encrypted connection in ${TIMEOUT_MS / 1000} s` : cut;
    return { kind: "no_answer", why, text: `No encrypted chat server at ${formatAddress(address)} (${why})` };
  } finally {
    options.signal.removeEventListener("abort", abort);
    over.abort();
    await timing;
  }
}

/** The server is not who it should be. */
class Untrusted extends Error {}

/** The connection ended; the message says why. */
class Cut extends Error {}

/** One connection on its way to be encrypted. */
class Attempt {
  readonly #address: Address;
  readonly #trust: Trust;
  #conn: Deno.Conn;

  constructor(conn: Deno.TcpConn, address: Address, trust: Trust) {
    this.#conn = conn;
    this.#address = address;
    this.#trust = trust;
  }

  /** Ends the connection, whatever is under way. */
  abandon(): void {
    try {
      this.#conn.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  /** Throws {@link Untrusted}, or whatever ended the connection. */
  async encrypt(): Promise<Deno.TlsConn> {
    const { known, tell } = this.#trust;
    const server = hostAndPort(this.#address.host, this.#address.port);
    const recalled = known.recall(server);
    if ("problem" in recalled) throw new Untrusted(recalled.problem);
    const pem = await this.#askCertificate();
    const mark = await this.#markOf(pem);
    const problem = distrust(mark, { address: this.#address, mark: recalled.mark, path: known.path });
    if (problem !== undefined) throw new Untrusted(problem);
    const conn = await this.#handshake(pem, mark);
    if (recalled.mark === mark) return conn;
    if (mark !== "authority" && this.#address.tls?.fingerprint === undefined) {
      tell(
        `${
          formatAddress(this.#address)
        } was not known before: its certificate ${mark} is trusted from now on. Compare it with what the server printed`,
      );
    }
    const unwritten = known.remember(server, mark);
    if (unwritten !== undefined) tell(unwritten);
    return conn;
  }

  async #askCertificate(): Promise<string> {
    let question = new TextEncoder().encode(encodeFrame({ kind: "certificate" }));
    while (question.length > 0) question = question.subarray(await this.#conn.write(question));
    const line = await this.#readFrame();
    const frame = decodeServerFrame(line);
    if (frame.kind === "certificate" && frame.pem !== "") return frame.pem;
    if (frame.kind === "bye") throw new Cut(frame.text);
    const server = formatAddress(this.#address);
    throw new Untrusted(
      `${server} does not encrypt. Ask its owner to start it with chat server --tls; without tls:// everybody on the way can read along`,
    );
  }

  async #readFrame(): Promise<string> {
    const buffer = new Uint8Array(16_384);
    const words = new FirstFrame();
    for (;;) {
      const read = await this.#conn.read(buffer);
      if (read === null) throw new Cut(words.heard === "" ? ENDED : `it said "${cleanText(words.heard).slice(0, 120)}"`);
      const found = words.push(buffer.subarray(0, read));
      if (found === "none") throw new Untrusted(`${formatAddress(this.#address)} shows no certificate as a chat server does`);
      if (found !== "more") return found.frame;
    }
  }

  async #markOf(pem: string): Promise<Mark> {
    const mark = await markOf(pem);
    if (mark === undefined) throw new Untrusted(`${formatAddress(this.#address)} shows a certificate that makes no sense`);
    return mark;
  }

  /** Whose name is verified never depends on what the server says: its own certificate is for our name, an authority's for the one that was typed. */
  async #handshake(pem: string, mark: Mark): Promise<Deno.TlsConn> {
    const options = mark === "authority" ? { hostname: this.#address.host } : { hostname: CERTIFICATE_NAME, caCerts: [firstPem(pem)!] };
    try {
      const conn = await Deno.startTls(this.#conn as Deno.TcpConn, options);
      this.#conn = conn;
      await conn.handshake();
      return conn;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!/certificate/i.test(message)) throw error;
      const reason = message.slice(0, REASON_CHARACTERS);
      const server = formatAddress(this.#address);
      if (OUT_OF_DATE.test(message)) {
        const today = new Date().toISOString().slice(0, 10);
        throw new Untrusted(
          `The certificate of ${server} is out of date: its owner must renew it, if this machine is right that it is ${today}`,
        );
      }
      throw new Untrusted(
        mark === "authority"
          ? `The certificate of ${server} is not to be trusted (${reason}). Its owner must renew it, or tell you the name that it is for`
          : `${server} cannot prove that its certificate is its own (${reason}). Somebody may be listening in`,
      );
    }
  }
}
