/**
 * One socket's life at a server: from the greeting to its end, and why it ended.
 *
 * @module
 */
import { EXIT, Fatal } from "../shared/exit.ts";
import type { ClientFrame, Hello, Join, Part, Refused, Resume, ServerFrame } from "../shared/protocol.ts";
import { cleanText } from "../shared/text.ts";
import { aborted } from "./aborted.ts";
import type { Clock } from "./clock.ts";
import type { ConnectionEvent } from "./events.ts";
import type { FrameSocket } from "./frame_socket.ts";
import type { Resumption } from "./resumption.ts";
import { Saying } from "./saying.ts";
import type { SayWithRef, Unacknowledged } from "./unacknowledged.ts";

const WELCOME_MS = 10_000;
const FAREWELL_MS = 2_000;

/** How a visit ended. */
export type Ending =
  | { readonly kind: "left" }
  | { readonly kind: "refused"; readonly refused: Refused }
  /** Those who keep order want us gone; to come back at once would be no answer to that. */
  | { readonly kind: "out"; readonly text: string }
  | Cut;

/** The socket is gone, or was of no use. */
export interface Cut {
  readonly kind: "cut";
  readonly why: string;
  /** What to end the program with, where this was the first attempt. */
  readonly failure: Fatal;
  /** Whether it came as far as a welcome. */
  readonly welcomed: boolean;
  readonly retryMs?: number | undefined;
}

/** A visit that was cut. @param why In short. @param text The whole sentence. */
export function cut(why: string, text: string, welcomed = false): Cut {
  return { kind: "cut", why: cleanText(why), failure: new Fatal(EXIT.unavailable, cleanText(text)), welcomed };
}

/** What outlives visits. */
export interface Standing {
  readonly unacknowledged: Unacknowledged;
  readonly resumption: Resumption;
  /** Every public id we have had: after a cut, an echo may name an old one. */
  readonly sessions: Set<string>;
  /** What a visit begins with. */
  greeting(): Hello | Resume;
  /** The server has let us in. */
  welcomed(visit: Visit): void;
  /** We have another name. */
  renamed(nick: string): void;
}

/** What a visit is made of. */
export interface VisitOptions {
  readonly socket: FrameSocket;
  readonly standing: Standing;
  readonly clock: Clock;
  /** Aborted when we leave. */
  readonly leave: AbortSignal;
  /** The server's address, for people. */
  readonly where: string;
}

/** One socket's life. */
export class Visit {
  readonly #socket: FrameSocket;
  readonly #standing: Standing;
  readonly #clock: Clock;
  readonly #leave: AbortSignal;
  readonly #where: string;
  readonly #over = new AbortController();
  /** Asked for and not answered yet. */
  readonly #moves = new Map<string, Join | Part>();
  readonly #saying: Saying;
  #welcomed = false;
  /** Whether the server has said that it does not know us. */
  #unknown = false;

  constructor({ socket, standing, clock, leave, where }: VisitOptions) {
    this.#socket = socket;
    this.#standing = standing;
    this.#clock = clock;
    this.#leave = leave;
    this.#where = where;
    this.#saying = new Saying({
      unacknowledged: standing.unacknowledged,
      send: (say) => socket.send(say),
      clock,
      over: this.#over.signal,
    });
  }

  /** Says something, after what waits in its room. */
  say(say: SayWithRef): void {
    this.#saying.say(say);
  }

  /** Sends a frame. A join or part with a `ref` holds from its answer on. */
  send(frame: ClientFrame): void {
    if ((frame.kind === "join" || frame.kind === "part") && frame.ref !== undefined) this.#moves.set(frame.ref, frame);
    this.#socket.send(frame);
  }

  /** Greets and listens until the end. */
  async *run(): AsyncGenerator<ConnectionEvent, Ending> {
    const limits = [this.#limitWelcome(), this.#limitFarewell()];
    try {
      this.#socket.send(this.#standing.greeting());
      return yield* this.#listen();
    } finally {
      this.#socket.close("left");
      this.#over.abort();
      await Promise.all(limits);
    }
  }

  async *#listen(): AsyncGenerator<ConnectionEvent, Ending> {
    let said: string | undefined;
    let complained = false;
    for await (const heard of this.#socket) {
      if (heard.kind === "text") {
        // The server may have asked for a name in words before our hello came; a web server will say nothing better.
        if (!this.#welcomed) said ??= `it said "${cleanText(heard.text).slice(0, 60)}"`;
        if (!this.#welcomed && heard.text.startsWith("HTTP/")) break;
      } else if (heard.kind === "bad") {
        if (!complained) yield { kind: "junk", why: heard.why };
        complained = true;
      } else if (heard.kind === "quiet") {
        if (this.#welcomed) yield heard;
      } else if (heard.kind === "refused" && heard.code === "resume_unknown" && !this.#welcomed && !this.#unknown) {
        this.#unknown = true;
        this.#standing.resumption.forget();
        this.#socket.send(this.#standing.greeting());
      } else {
        this.#note(heard);
        yield heard;
        const ending = this.#ending(heard);
        if (ending !== undefined) return ending;
      }
    }
    if (this.#leave.aborted) return { kind: "left" };
    const why = said !== undefined && !this.#welcomed ? said : this.#socket.ended;
    return this.#cut(why, `No chat server at ${this.#where} (${why})`);
  }

  /** What a frame means for what we keep. */
  #note(frame: ServerFrame): void {
    const { resumption, sessions } = this.#standing;
    resumption.note(frame);
    this.#noteMove(frame);
    if (frame.kind === "welcome") {
      this.#enter(frame.session);
    } else if (frame.kind === "renamed") {
      if (sessions.has(frame.from)) this.#standing.renamed(frame.nick);
    } else if (frame.kind === "entry") {
      if (frame.ref !== undefined && (frame.again || sessions.has(frame.from))) this.#saying.answered(frame.ref);
    } else if (frame.kind === "refused" || frame.kind === "error") {
      // Somebody has taken the name of the session that we would come back to.
      if (frame.kind === "refused" && frame.code.startsWith("name_") && !this.#welcomed) resumption.forget();
      if (frame.ref === undefined) return;
      if (frame.kind === "error" || frame.final) this.#saying.answered(frame.ref);
      else this.#saying.later(frame.ref, frame.retryMs);
    }
  }

  #enter(session: string): void {
    if (this.#welcomed) return this.#socket.close("the server said welcome twice");
    this.#welcomed = true;
    this.#standing.sessions.add(session);
    this.#standing.welcomed(this);
    for (const say of this.#standing.unacknowledged) this.#socket.send(say);
    if (this.#leave.aborted) this.#socket.send({ kind: "bye" });
  }

  /** From the answer on, we are in a room, or not any more. */
  #noteMove(frame: ServerFrame): void {
    if (!("ref" in frame) || frame.ref === undefined) return;
    const { resumption } = this.#standing;
    const move = this.#moves.get(frame.ref);
    this.#moves.delete(frame.ref);
    if (move?.kind === "join" && frame.kind === "members") resumption.entered(frame.room, frame.head, (move.backlog ?? 0) > 0);
    if (move?.kind === "part" && frame.kind === "done") resumption.left(move.room);
  }

  /** Whether nothing more can come of this socket. */
  #ending(frame: ServerFrame): Ending | undefined {
    if (frame.kind === "bye") {
      // Somebody with our secret has taken our place: to take it back would never end.
      if (this.#leave.aborted || frame.reason === "replaced") return { kind: "left" };
      if (frame.reason === "kicked" || frame.reason === "banned") return { kind: "out", text: frame.text };
      const why = frame.reason === "restart" ? "the server is stopping" : frame.text;
      return { ...this.#cut(why, `No place at ${this.#where}: ${frame.text}`), retryMs: frame.retryMs };
    }
    if (this.#welcomed) return undefined;
    if (frame.kind === "refused" && frame.code === "banned") return { kind: "out", text: frame.text };
    if (frame.kind === "refused") return { kind: "refused", refused: frame };
    return frame.kind === "error" ? this.#cut(frame.text, `No common language with ${this.#where}: ${frame.text}`) : undefined;
  }

  #cut(why: string, text: string): Cut {
    return cut(why, text, this.#welcomed);
  }

  async #limitWelcome(): Promise<void> {
    await this.#clock.sleep(WELCOME_MS, this.#over.signal);
    if (!this.#over.signal.aborted && !this.#welcomed) this.#socket.close(`no welcome in ${WELCOME_MS / 1000} s`);
  }

  async #limitFarewell(): Promise<void> {
    const over = this.#over.signal;
    // Not AbortSignal.any: on Deno 2.4 a garbage collection takes it, and nobody is told.
    await Promise.race([aborted(this.#leave), aborted(over)]);
    // Before the welcome there is nobody to take leave of.
    if (!over.aborted && this.#welcomed) await this.#clock.sleep(FAREWELL_MS, over);
    this.#socket.close("left");
  }
}
