/**
 * What a transport reads and writes: a TCP connection, or a WebSocket over one.
 *
 * @module
 */

/** A connection as bytes. That a peer goes away is no fault: nothing here throws because of it but {@link write}. */
export interface Socket {
  /** `host:port` or `[v6]:port`. */
  readonly address: string;
  /** The address without the port, as limits count it. */
  readonly host: string;
  /** Whether it is encrypted. */
  readonly encrypted: boolean;
  /** The transport that peers on it are known by; without it what they speak. */
  readonly transport?: "web";
  /** What went wrong, in words, when the connection broke. */
  readonly broken: string | undefined;
  /** Whether the peer ended its side cleanly, and all of it was read. */
  readonly ended: boolean;
  /** Whether {@link stop} was called. */
  readonly stopped: boolean;
  /** The next bytes, valid until the next call; `null` at the end, after {@link stop}, and when the connection broke. One call at a time. */
  read(): Promise<Uint8Array | null>;
  /** Puts bytes back, to be read again. */
  unread(bytes: Uint8Array): void;
  /** Ends reading; a read under way ends with `null`. */
  stop(): void;
  /** Writes some of the bytes and says how many. Rejects when the connection is broken or closed. One call at a time. */
  write(bytes: Uint8Array): Promise<number>;
  /** Ends the output, waits up to a second for the peer's end so that it can read everything, and closes. */
  finish(): Promise<void>;
  /** Closes at once. @param why What is wrong with the peer, in words, when something is. */
  close(why?: string): void;
}
