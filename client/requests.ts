/**
 * What the server was asked, until it answers.
 *
 * @module
 */
import type { ClientFrame, ServerFrame } from "../shared/protocol.ts";
import type { ConnectionEvent } from "./events.ts";
import { newRef } from "./ref.ts";

/** What may be asked. */
export type Question = Extract<
  ClientFrame,
  { kind: "join" | "part" | "rooms" | "who" | "nick" | "history" | "search" | "topic" | "away" | "moderate" | "report" }
>;

/** An answer; `undefined` when none will come, because the connection is gone. */
export type Answer = ServerFrame | undefined;

/** Sends a frame; false when there is no connection. */
export type Send = (frame: ClientFrame) => boolean;

/** Matches answers to questions by their `ref`. */
export class Requests {
  readonly #send: Send;
  readonly #open = new Map<string, (answer: Answer) => void>();

  constructor(send: Send) {
    this.#send = send;
  }

  /** Asks; `then` is called once, with the answer. */
  ask(question: Question, then: (answer: Answer) => void): void {
    const ref = newRef();
    this.#open.set(ref, then);
    if (!this.#send({ ...question, ref })) this.#settle(ref, undefined);
  }

  /** Takes in what was heard; true when it answers a question, and everything is told. */
  hear(event: ConnectionEvent): boolean {
    if (event.kind === "lost") {
      for (const ref of [...this.#open.keys()]) this.#settle(ref, undefined);
      return false;
    }
    return "ref" in event && event.ref !== undefined && this.#settle(event.ref, event);
  }

  #settle(ref: string, answer: Answer): boolean {
    const then = this.#open.get(ref);
    this.#open.delete(ref);
    then?.(answer);
    return then !== undefined;
  }
}
