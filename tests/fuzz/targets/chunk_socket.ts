import type { Socket } from "../../../server/transports/socket.ts";

/** A socket without a network, on which these chunks come, then the end. It takes all that is written. */
export class ChunkSocket implements Socket {
  readonly address = "203.0.113.7:1";
  readonly host = "203.0.113.7";
  readonly encrypted = false;
  readonly broken = undefined;
  ended = false;
  stopped = false;
  readonly #chunks: Uint8Array[];
  readonly #written: number[] = [];

  constructor(chunks: readonly Uint8Array[]) {
    this.#chunks = [...chunks];
  }

  read(): Promise<Uint8Array | null> {
    const chunk = this.#chunks.shift();
    this.ended = chunk === undefined;
    return Promise.resolve(chunk ?? null);
  }

  /** Everything that was written. */
  get output(): Uint8Array {
    return Uint8Array.from(this.#written);
  }

  write(bytes: Uint8Array): Promise<number> {
    this.#written.push(...bytes);
    return Promise.resolve(bytes.length);
  }

  stop(): void {
    this.stopped = true;
  }

  finish(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    this.stopped = true;
  }

  unread(bytes: Uint8Array): void {
    this.ended = false;
    this.#chunks.unshift(bytes.slice());
  }
}
