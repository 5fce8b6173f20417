/**
 * What happens in a server, for whoever watches: the log now, the server's window later.
 *
 * @module
 */
import type { Entry, RefusalCode } from "../shared/protocol.ts";
import type { Peer } from "./connection.ts";
import type { KeptAct } from "./core/kept_act.ts";

/** One thing that happened. */
export type ServerEvent =
  | { readonly type: "started"; readonly address: string }
  | { readonly type: "stopping" }
  | { readonly type: "stopped"; readonly messages: number }
  /** A connection was accepted and its transport is known. */
  | { readonly type: "connected"; readonly peer: Peer }
  | { readonly type: "joined"; readonly peer: Peer; readonly nick: string; readonly room: string }
  /** Somebody said or deleted something. */
  | { readonly type: "said"; readonly entry: Entry }
  /** Something was done to keep order. */
  | { readonly type: "kept_order"; readonly act: KeptAct }
  | { readonly type: "refused"; readonly peer: Peer; readonly nick?: string; readonly code: RefusalCode; readonly text: string }
  /** A connection ended; with a nick when somebody left with it. */
  | { readonly type: "disconnected"; readonly peer: Peer; readonly nick?: string; readonly why: string; readonly sent: number }
  /** Something that is no chat client knocked. */
  | { readonly type: "turned_away"; readonly address: string; readonly why: string }
  /** The certificate was read again: it is used from now on, or, with a problem, the one before still is. */
  | { readonly type: "certificate"; readonly problem?: string }
  /** A defect of ours, caught before it reached anybody else. */
  | { readonly type: "fault"; readonly where: string; readonly error: unknown };

/** Takes each event as it happens; it never throws and never waits. */
export type Watch = (event: ServerEvent) => void;
