/**
 * One window of the server's owner, on a WebSocket.
 *
 * @module
 */
import { type ConsoleFrame, type ConsoleRequest, decodeConsoleRequest } from "../../shared/console.ts";
import { LineSplitter } from "../../shared/lines.ts";
import { LIMITS } from "../../shared/protocol.ts";
import { Outbox } from "../outbox.ts";
import type { Socket } from "../transports/socket.ts";

const decoder = new TextDecoder();

/** A window. Iterating it yields what it asks for; `undefined` for what is no request. One that does not read what it is sent is closed. */
export class ConsoleWindow implements AsyncIterable<ConsoleRequest | undefined> {
  readonly #socket: Socket;
  readonly #outbox = new Outbox();
  #writing: Promise<void> | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ConsoleRequest | undefined> {
    const splitter = new LineSplitter(LIMITS.frameBytes);
    for (let chunk = await this.#socket.read(); chunk !== null && !splitter.runaway; chunk = await this.#socket.read()) {
      for (const line of splitter.push(chunk)) yield decodeConsoleRequest(line instanceof Uint8Array ? decoder.decode(line) : "");
    }
  }

  /** Whether everything it was sent is on its way. */
  get caughtUp(): boolean {
    return this.#outbox.bytes === 0;
  }

  /** Sends a frame; never waits. */
  send(frame: ConsoleFrame): void {
    if (this.#outbox.offer(`${JSON.stringify(frame)}\n`)) this.#writing ??= this.#write();
    else this.#socket.close("read nothing of what the window showed");
  }

  /** Settles when everything is written, or nobody takes it. */
  async flushed(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    try {
      for (let bytes = this.#outbox.take(); bytes; bytes = this.#outbox.take()) {
        for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await this.#socket.write(rest));
      }
    } catch {
      this.#socket.stop(); // It is gone.
    } finally {
      this.#writing = undefined;
    }
  }
}
