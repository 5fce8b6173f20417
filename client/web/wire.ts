/// <reference lib="dom" />
/**
 * A WebSocket as a wire: what the terminal does over TCP, the page does over this.
 *
 * @module
 */
import { isOwnMachine } from "../../shared/address.ts";
import type { Address } from "../config.ts";
import type { DialOptions, NoAnswer } from "../dial.ts";
import type { Wire } from "../frame_socket.ts";

const TIMEOUT_MS = 10_000;
/** What came and was not read yet, above which the rest may as well come again after a new connection, in bytes. */
const UNREAD_BYTES = 16_777_216;

/** Opens a WebSocket beside the page within 10 s. A device without a network is waited for. */
export async function dialWeb(_address: Address, { clock, signal }: DialOptions): Promise<Wire | NoAnswer> {
  const url = new URL("ws", location.href);
  url.protocol = url.protocol.replace("http", "ws");
  const socket = new WebSocket(url);
  const wire = new WebWire(socket);
  const over = new AbortController();
  const abort = () => over.abort();
  signal.addEventListener("abort", abort);
  const late = clock.sleep(TIMEOUT_MS, over.signal);
  const opened = await Promise.race([wire.opened, late.then(() => false)]);
  signal.removeEventListener("abort", abort);
  if (opened && !signal.aborted) {
    over.abort();
    return wire;
  }
  wire.close();
  // The moment it has a network again is the moment to try again.
  if (!navigator.onLine) await Promise.race([online(over.signal), late]);
  over.abort();
  const why = navigator.onLine ? "no answer" : "this device is offline";
  return { kind: "no_answer", why, text: `No chat server at ${location.host} (${why})` };
}

/** Whether nobody on the way can read what the page and the server say. */
export function isConfidential(): boolean {
  return location.protocol === "https:" || location.hostname === "localhost" || isOwnMachine(location.hostname.replace(/^\[(.*)\]$/, "$1"));
}

/** One message from the page is one frame; one to it has one or more of them. */
class WebWire implements Wire {
  /** Whether it came to be open. */
  readonly opened: Promise<boolean>;
  readonly confidential = isConfidential();
  readonly #socket: WebSocket;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();
  readonly #over = new AbortController();
  #unread: Uint8Array[] = [];
  #unreadBytes = 0;
  #ended = false;
  #came = Promise.withResolvers<void>();

  constructor(socket: WebSocket) {
    const { signal } = this.#over;
    this.#socket = socket;
    this.opened = new Promise((resolve) => {
      socket.addEventListener("open", () => resolve(true), { signal });
      socket.addEventListener("close", () => {
        resolve(false);
        this.#end();
      }, { signal });
    });
    socket.addEventListener("message", ({ data }) => this.#take(data), { signal });
    // A connection over a network that went leads nowhere, and nobody may be told for minutes; a new one loses nothing.
    for (const change of ["online", "offline"]) addEventListener(change, () => this.#end(), { signal });
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#unread.length === 0) {
      if (this.#ended) return null;
      await this.#came.promise;
    }
    const [first] = this.#unread;
    const taken = first.subarray(0, buffer.length);
    buffer.set(taken);
    if (taken.length === first.length) this.#unread.shift();
    else this.#unread[0] = first.subarray(taken.length);
    this.#unreadBytes -= taken.length;
    return taken.length;
  }

  write(bytes: Uint8Array): Promise<number> {
    if (this.#socket.readyState === WebSocket.OPEN) {
      for (const line of this.#decoder.decode(bytes).split("\n")) if (line !== "") this.#socket.send(line);
    }
    return Promise.resolve(bytes.length);
  }

  close(): void {
    this.#end();
  }

  #take(data: unknown): void {
    const bytes = this.#encoder.encode(`${data}\n`);
    this.#unread.push(bytes);
    this.#unreadBytes += bytes.length;
    if (this.#unreadBytes > UNREAD_BYTES) this.#end();
    this.#wake();
  }

  /** What came before is still read. */
  #end(): void {
    this.#ended = true;
    this.#over.abort();
    this.#socket.close();
    this.#wake();
  }

  #wake(): void {
    this.#came.resolve();
    this.#came = Promise.withResolvers();
  }
}

function online(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    addEventListener("online", () => resolve(), { once: true, signal });
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
