/**
 * Types for the part of `ws` that we use.
 *
 * @module
 */

declare module "ws" {
  /** What was wrong with a frame. */
  export interface ReceiverError extends Error {
    readonly code: string;
  }

  interface Events {
    message: [data: Uint8Array, isBinary: boolean];
    ping: [data: Uint8Array];
    pong: [data: Uint8Array];
    conclude: [code: number, reason: Uint8Array];
    error: [error: ReceiverError];
  }

  /** Reads frames; each write is taken whole before its callback is called, and what it holds is reported before that. */
  export class Receiver {
    constructor(options: {
      readonly isServer: boolean;
      readonly maxPayload: number;
      readonly maxFragments: number;
      readonly maxBufferedChunks: number;
    });
    write(chunk: Uint8Array, done: (error?: ReceiverError | null) => void): boolean;
    on<E extends keyof Events>(event: E, heard: (...args: Events[E]) => void): this;
  }
}
