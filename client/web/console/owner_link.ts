/// <reference lib="dom" />
/**
 * The window's connection to the server, which comes back by itself.
 *
 * @module
 */
import type { ConsoleFrame, ConsoleRequest } from "../../../shared/console.ts";
import { backoff } from "../../backoff.ts";
import { systemClock } from "../../clock.ts";
import type { OwnerKey } from "./owner_key.ts";

/** The server says something each second. When it has said nothing for so long, in milliseconds, the connection leads nowhere. */
const SILENCE_MS = 10_000;
/** From here on the waits between attempts grow no more: somebody looks on. */
const LONGEST_ATTEMPT = 4;

/** What a connection tells. */
export interface OwnerLinkOptions {
  readonly key: OwnerKey;
  readonly frame: (frame: ConsoleFrame) => void;
  /** The connection is lost, and tried again. */
  readonly lost: () => void;
  /** The server wants a key. Settles when there is another. @param tried Whether there was one. */
  readonly locked: (tried: boolean) => Promise<void>;
}

/** A connection, one after the other. */
export class OwnerLink {
  readonly #options: OwnerLinkOptions;
  #socket: WebSocket | undefined;
  #tried = false;

  constructor(options: OwnerLinkOptions) {
    this.#options = options;
  }

  /** Asks something of the server; false where there is no connection. */
  ask(request: ConsoleRequest): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(request));
    return true;
  }

  /** Keeps the connection for as long as the page is there. */
  async run(): Promise<never> {
    for (let attempt = 0;; attempt++) {
      const end = await this.#connect();
      if (end === "denied") await this.#options.locked(this.#tried);
      else this.#options.lost();
      if (end !== "unreachable") attempt = 0;
      await systemClock.sleep(backoff(Math.min(attempt, LONGEST_ATTEMPT), Math.random));
    }
  }

  /** One connection, until it is over. */
  #connect(): Promise<"lost" | "denied" | "unreachable"> {
    const url = new URL("console/ws", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = this.#socket = new WebSocket(url);
    const { promise, resolve } = Promise.withResolvers<"lost" | "denied" | "unreachable">();
    let end: "lost" | "denied" | "unreachable" = "unreachable";
    let silence: ReturnType<typeof setTimeout> | undefined;
    const listen = () => {
      clearTimeout(silence);
      silence = setTimeout(over, SILENCE_MS);
    };
    const over = () => {
      clearTimeout(silence);
      socket.close();
      resolve(end);
    };
    socket.addEventListener("open", () => {
      const { key } = this.#options.key;
      this.#tried = key !== undefined;
      this.ask({ kind: "open", ...key === undefined ? {} : { key } });
    });
    socket.addEventListener("message", ({ data }) => {
      listen();
      for (const line of String(data).split("\n")) {
        if (line === "") continue;
        const frame: ConsoleFrame = JSON.parse(line);
        // Each is good once.
        if (frame.kind === "view") this.#options.key.keep(frame.key);
        if (frame.kind === "denied") this.#options.key.keep(undefined);
        end = frame.kind === "denied" ? "denied" : "lost";
        this.#options.frame(frame);
      }
    });
    socket.addEventListener("close", over);
    listen();
    return promise;
  }
}
