/**
 * Where the client meets a person: what they want comes out, what happened goes in.
 *
 * @module
 */
import type { Say } from "../../shared/protocol.ts";
import type { Input } from "../input.ts";
import type { Change } from "../timeline.ts";

/** A face of the client. Nothing in it knows of sockets. */
export interface View {
  /** What is asked for, in order; ends when nothing more can come. Iterated once, from the start and without pause. */
  inputs(): AsyncIterable<Input>;
  /** Tells what happened. */
  show(change: Change): void;
  /** Says something in the program's own voice. */
  notice(text: string): void;
  /** Shows which of our own messages have no answer yet. */
  pending(says: Iterable<Say>): void;
  /** Gives back what was typed and could not be used. */
  giveBack(line: string): void;
  /** Resolves when there is room for more: whoever tells it waits for this. */
  drained(): Promise<void>;
  /** Resolves when nobody can see us any more. */
  readonly gone: Promise<unknown>;
  /** Leaves everything as it was found; resolves when the last word is written. */
  close(): Promise<void>;
}
