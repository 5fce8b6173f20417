/**
 * A server that serves the chat page and then says what a test has it say: for what the real one says seldom.
 *
 * @module
 */
import { decodeClientFrame } from "../shared/codec.ts";
import type { ClientFrame, Member, Role, ServerFrame } from "../shared/protocol.ts";
import { soon } from "./soon.ts";

const PAGE = new URL("../client/web/dist/", import.meta.url);
const TYPES: Readonly<Record<string, string>> = { css: "text/css", html: "text/html", js: "text/javascript", svg: "image/svg+xml" };

/** A page's connection, at the server's end. */
export class PagePeer {
  readonly #socket: WebSocket;
  readonly #frames: ClientFrame[] = [];
  #came = Promise.withResolvers<void>();

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const frame = decodeClientFrame(String(data));
      if (frame.kind === "malformed") throw new Error(`the page sent ${data}: ${frame.text}`);
      this.#frames.push(frame);
      this.#came.resolve();
      this.#came = Promise.withResolvers();
    };
  }

  say(...frames: ServerFrame[]): void {
    for (const frame of frames) this.#socket.send(JSON.stringify(frame));
  }

  /** The next frame of a kind; what comes before it is left out. */
  async hear<K extends ClientFrame["kind"]>(kind: K): Promise<Extract<ClientFrame, { kind: K }>> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame?.kind === kind) return frame as Extract<ClientFrame, { kind: K }>;
      if (frame === undefined) await soon(this.#came.promise, `a ${kind} frame from the page`);
    }
  }

  /** Hears a hello, and lets the page in. */
  async welcome(others: readonly Member[], role?: Role): Promise<void> {
    const { name } = await this.hear("hello");
    const own = role === undefined ? {} : { role };
    const members = [{ nick: name, from: "s1", ...own }, ...others];
    const rooms = [{ room: "lobby", head: 0, topic: "", total: members.length, offset: 0, members }];
    const session = { session: "s1", nick: name, ...own, token: "t", epoch: "e", resumed: false };
    this.say({ kind: "welcome", v: 1, ...session, server: "test", keeps: "nothing", rooms });
  }

  /** Says the last word and closes. */
  part(last: ServerFrame): void {
    this.say(last);
    this.#socket.close(1000);
  }
}

/** The server, for as long as a block lasts. */
export class ScriptedSite implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #peers: PagePeer[] = [];
  #came = Promise.withResolvers<void>();

  constructor() {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => this.#answer(request));
  }

  get port(): number {
    return this.#server.addr.port;
  }

  /** The next connection of a page. */
  async peer(): Promise<PagePeer> {
    while (this.#peers.length === 0) await soon(this.#came.promise, "a page to connect");
    return this.#peers.shift()!;
  }

  /** How many connections wait to be taken. */
  get waiting(): number {
    return this.#peers.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const path = new URL(request.url).pathname;
    if (path === "/ws") {
      const { socket, response } = Deno.upgradeWebSocket(request);
      this.#peers.push(new PagePeer(socket));
      this.#came.resolve();
      this.#came = Promise.withResolvers();
      return response;
    }
    const name = path === "/" ? "index.html" : path.slice(1);
    const file = await Deno.readFile(new URL(name, PAGE)).catch(() => undefined);
    return file === undefined
      ? new Response(null, { status: 404 })
      : new Response(file, { headers: { "content-type": TYPES[name.split(".").at(-1) ?? ""] } });
  }
}
