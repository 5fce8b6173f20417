/**
 * How people leave: with a farewell, in pieces, or because those who keep order or the server itself say so.
 *
 * @module
 */
import type { Bye, ServerFrame } from "../shared/protocol.ts";
import { plural } from "../shared/text.ts";
import type { Session, Sessions } from "./core/sessions.ts";
import type { HubOptions } from "./hub_options.ts";
import type { Pump } from "./pump.ts";
import type { Seat } from "./seat.ts";
import type { Seats } from "./seats.ts";

/** How a connection ends: with a farewell, with the end of what the peer says, in pieces, or because the peer speaks no lines. */
export type Leave = "bye" | "ended" | "broken" | "runaway";

/** What a departure shares with the hub. */
export interface DepartureParts {
  readonly seats: Seats;
  readonly sessions: Sessions;
  /** Aborted when the server stops. */
  readonly stopping: AbortSignal;
}

/** Sees people off. */
export class Departure {
  readonly #options: HubOptions;
  readonly #seats: Seats;
  readonly #sessions: Sessions;
  readonly #stopping: AbortSignal;
  #closing: "restart" | "storage" = "restart";
  /** Sessions that have nothing more to say, while the server stops. */
  #silent = 0;
  readonly #allSilent = Promise.withResolvers<void>();

  constructor(options: HubOptions, { seats, sessions, stopping }: DepartureParts) {
    this.#options = options;
    this.#seats = seats;
    this.#sessions = sessions;
    this.#stopping = stopping;
  }

  /**
   * Takes the leave of a session: what it said is answered first, then the others are told. A session whose connection broke keeps its seat
   * for a while. Settles when the connection is closed.
   */
  async leave(seat: Seat, pump: Pump, how: Leave, why: string): Promise<void> {
    const { session } = seat;
    await this.settled(seat);
    if (this.#stopping.aborted && seat.pump === pump) await this.#everybodySilent();
    // It has come back on another connection, and this one was told.
    if (seat.pump !== pump) return await pump.finished;
    const told = seat.isOut ? "was put out" : why;
    this.#options.watch({ type: "disconnected", peer: pump.connection.peer, nick: session.nick, why: told, sent: session.committed });
    if (how === "broken") pump.abort();
    if (how === "broken" && seat.token !== undefined && !this.#stopping.aborted) {
      this.#seats.lose(seat);
      return;
    }
    // Whoever has left comes back as anybody does.
    if (how === "bye" && !this.#stopping.aborted) this.#sessions.revoke(session);
    const over = pump.finish(this.#farewell(session, how));
    this.#seats.end(seat);
    await over;
  }

  /** Settles when everything that a session said has its answer, or none can come: a history that broke answers nothing any more. */
  async settled(seat: Seat): Promise<void> {
    const { answered, appended } = seat.session;
    if (answered < appended && this.#closing !== "storage") await (seat.settled ??= Promise.withResolvers<void>()).promise;
  }

  /** Ends a session for good: what it sends is not heard any more, and nothing brings it back. @param farewell Says why. */
  expel(seat: Seat, farewell: Bye): void {
    seat.isOut = true;
    seat.token = undefined;
    this.#sessions.revoke(seat.session);
    if (seat.lostAt !== undefined) return this.#seats.end(seat);
    void seat.pump.finish({ ...farewell, sent: seat.session.committed });
    seat.pump.connection.stop();
  }

  /** Waits no longer for who is lost or reads too little. @param why Why the server stops. */
  close(why: "restart" | "storage"): void {
    this.#closing = why;
    for (const seat of this.#seats) {
      if (seat.lostAt === undefined) seat.pump.hurry();
      else this.#seats.end(seat);
      if (why === "storage") seat.settled?.resolve();
    }
  }

  /** Settles when all have said their last: while the server stops nobody is seen off before everything that was read is delivered. */
  #everybodySilent(): Promise<void> {
    if (++this.#silent === this.#seats.size) this.#allSilent.resolve();
    return this.#allSilent.promise;
  }

  #farewell({ nick, committed: sent }: Session, how: Leave): ServerFrame {
    const receipt = `Bye, ${nick} (${plural(sent, "message")} sent)`;
    if (!this.#stopping.aborted) {
      return { kind: "bye", reason: how === "runaway" || how === "broken" ? "error" : "left", text: receipt, sent };
    }
    if (this.#closing === "storage") {
      return { kind: "bye", reason: "storage", text: `The server cannot save messages any more. ${receipt}`, sent };
    }
    const retryMs = 500 + Math.floor(this.#options.random() * 2_500);
    return { kind: "bye", reason: "restart", text: `The server is stopping. ${receipt}`, sent, retryMs };
  }
}
