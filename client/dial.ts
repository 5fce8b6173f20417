/**
 * A socket to a server, or one sentence why there is none.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import { type Address, DEFAULT_PORT, formatAddress } from "./config.ts";
import type { Wire } from "./frame_socket.ts";

const TIMEOUT_MS = 10_000;

/** Why there is no connection, in words for people. */
export interface NoAnswer {
  readonly kind: "no_answer";
  /** For the one who starts the client: what happened and what to do next. */
  readonly text: string;
  /** The reason alone. */
  readonly why: string;
  /** The server is not who it should be: trying again would be wrong. */
  readonly untrusted?: true;
}

/** How to dial. */
export interface DialOptions {
  readonly clock: Clock;
  /** Gives up when aborted. */
  readonly signal: AbortSignal;
}

/** Makes connections; a browser has another one than {@link dial}. */
export type Dial = (address: Address, options: DialOptions) => Promise<Wire | NoAnswer>;

/** Connects within 10 s, or says why not. What goes over the connection is not encrypted: see `tls.ts`. */
export async function dial(address: Address, { clock, signal }: DialOptions): Promise<Deno.TcpConn | NoAnswer> {
  if (address.tls) throw new TypeError(`${formatAddress(address)} is to be encrypted`);
  const over = new AbortController();
  const waiting = AbortSignal.any([signal, over.signal]);
  const late = clock.sleep(TIMEOUT_MS, waiting).then(() => over.abort());
  try {
    return await connect(address, waiting);
  } catch (error) {
    return noAnswer(address, over.signal.aborted ? `no answer in ${TIMEOUT_MS / 1000} s` : reason(error));
  } finally {
    over.abort();
    await late;
  }
}

async function connect({ host, port }: Address, signal: AbortSignal): Promise<Deno.TcpConn> {
  try {
    return await Deno.connect({ hostname: host, port, signal });
  } catch (error) {
    // Deno before 2.7 tries only the first address of a name, and a server on 127.0.0.1 does not hear at ::1.
    if (host === "localhost" && error instanceof Deno.errors.ConnectionRefused) {
      return await Deno.connect({ hostname: "127.0.0.1", port, signal });
    }
    throw error;
  }
}

function noAnswer(address: Address, why: string): NoAnswer {
  const start = `chat server${address.port === DEFAULT_PORT ? "" : ` --port ${address.port}`}`;
  const hint = why === "connection refused" ? `. Start one with: ${start}` : "";
  return { kind: "no_answer", why, text: `No chat server at ${formatAddress(address)} (${why})${hint}` };
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof Deno.errors.ConnectionRefused) return "connection refused";
  if (error instanceof Deno.errors.TimedOut) return "no answer";
  if (error instanceof URIError || /lookup address|No such host|not known/i.test(error.message)) return "unknown host";
  if (/unreachable|no route/i.test(error.message)) return "unreachable";
  const plain = error.message.replace(/ \(os error \d+\)$/, "");
  return plain.slice(0, 1).toLowerCase() + plain.slice(1);
}
