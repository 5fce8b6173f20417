/**
 * What a client hears from its connection: the server's frames, and what happens to the connection itself.
 *
 * @module
 */
import type { ServerFrame } from "../shared/protocol.ts";

/** The connection is gone and is being made again; said once, however many attempts it takes. A `welcome` says when it is back. */
export interface Lost {
  readonly kind: "lost";
  /** In words for people, without a full stop. */
  readonly why: string;
}

/** The server sent something that is no frame; said once a connection. */
export interface Junk {
  readonly kind: "junk";
  readonly why: string;
}

/** What was sent brings no answer: for `ms` so far, in steps of 5 s; 0 says that something came again. */
export interface Quiet {
  readonly kind: "quiet";
  readonly ms: number;
}

/** One thing that was heard. */
export type ConnectionEvent = ServerFrame | Lost | Junk | Quiet;
