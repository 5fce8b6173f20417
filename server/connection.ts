/**
 * The seam between the hub and the transports: frames come in, bytes go out.
 *
 * Bytes, not frames, because everybody in a room is sent the same ones: they are encoded once for each codec (`encoded_tail.ts`).
 *
 * @module
 */
import type { Malformed } from "../shared/codec.ts";
import type { ClientFrame, ServerFrame } from "../shared/protocol.ts";

/** How a transport shows frames to its peers. */
export interface Codec {
  readonly name: string;
  /** The frame as lines of text, line feeds included; empty where this kind of peer is not shown it. */
  encode(frame: ServerFrame): string;
  /** Whether a peer is spared its own messages, names and absences. Otherwise they come back to it, as acknowledgements. */
  readonly skipsOwn: boolean;
}

/** Something that a transport answers itself. */
export interface Local {
  readonly kind: "local";
  readonly answer: ServerFrame;
  /** Whether what the server keeps is told after it. */
  readonly andKept?: boolean;
}

/** Something that was read and asks for nothing, such as an empty line. It counts against the rate. */
export interface Nothing {
  readonly kind: "nothing";
}

/** Who is at the other end. */
export interface Peer {
  /** Counts the server's connections from 1. */
  readonly id: number;
  /** `host:port`, `[v6]:port`. */
  readonly address: string;
  /** The address without the port. */
  readonly host: string;
  /** Whether what it says is encrypted on its way here. */
  readonly encrypted: boolean;
  /** What it speaks, but for those who came through the web. */
  readonly transport: "text" | "frames" | "web";
}

/** Who is at the other end of a socket. @param speaks What it speaks; what is behind it may say better. */
export function peerOf(
  socket: Omit<Peer, "id" | "transport"> & { readonly transport?: "web" },
  id: number,
  speaks: "text" | "frames",
): Peer {
  const { address, host, encrypted, transport = speaks } = socket;
  return { id, address, host, encrypted, transport };
}

/**
 * One socket's life. Iterating it yields what arrives, in batches: one for each read that brought complete frames.
 *
 * 1. The iteration ends after {@link stop}, after the peer's clean end of input, and, with {@link broken} set, when the connection broke.
 * 2. {@link write} takes some of the bytes, at least one, and says how many. One call at a time. Until it settles, the bytes must not change.
 * 3. {@link finish} and {@link close} may be called at any time and more than once.
 */
export interface Connection extends AsyncIterable<readonly (ClientFrame | Malformed | Local | Nothing)[]> {
  readonly peer: Peer;
  readonly codec: Codec;
  /** When a first frame is due, on the clock of `performance.now()`. */
  readonly helloDue: number;
  /** When a name is due that was accepted. */
  readonly nameDue: number;
  /** How many names may be asked for. */
  readonly nameTries: number;
  /** Whether the peer is in one room at a time, and cannot resume. */
  readonly oneRoom: boolean;
  /** Set when the peer has a name. Until then a line of text is one. */
  welcomed: boolean;
  /** Set while a password is asked for. Then a line of text is that. */
  passwordAsked: boolean;
  /** What went wrong, in words, when the connection broke. */
  readonly broken: string | undefined;
  write(bytes: Uint8Array): Promise<number>;
  /** Reads no more. */
  stop(): void;
  /** Ends the output, waits up to a second for the peer to do the same, so that nothing sent is lost, and closes. */
  finish(): Promise<void>;
  /** Closes at once. @param why What is wrong with the peer, in words, when something is. */
  close(why?: string): void;
}
