/**
 * A connection that outlives sockets. Reads downwards: {@link Connection} is the `for await` that dials, talks, and tries again.
 *
 * 1. Everything said is kept, in order, until the server echoes or refuses it, and said again with the same `ref` after a cut. The server
 *    remembers refs, so that it is kept once.
 * 2. The same name is asked for again. A server may take a while to notice that we were cut and hold our name; that is waited out.
 * 3. The first attempt fails loudly, with {@link Fatal}; from the first welcome on it tries for ever, unless the server is not who it should be, or
 *    has kicked or banned us.
 *
 * @module
 */
import { EXIT, Fatal } from "../shared/exit.ts";
import {
  type ClientFrame,
  type Hello,
  type Join,
  LOBBY,
  type Part,
  type Refused,
  type Resume,
  type ServerFrame,
} from "../shared/protocol.ts";
import { cleanText, hostAndPort } from "../shared/text.ts";
import { aborted } from "./aborted.ts";
import { allowedName, type NameSource } from "./allowed_name.ts";
import { backoff } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import { type Address, formatAddress } from "./config.ts";
import type { Dial } from "./dial.ts";
import type { ConnectionEvent } from "./events.ts";
import { FrameSocket } from "./frame_socket.ts";
import { allowedPassword, heldPassword, type PasswordSource } from "./password.ts";
import { newRef } from "./ref.ts";
import { type Resumable, Resumption } from "./resumption.ts";
import { type Keeper, type NotSent, type SayWithRef, Unacknowledged } from "./unacknowledged.ts";

/** Unacknowledged messages above which a writer that can wait does ({@link Connection.ready}). */
const WINDOW = 1_000;
const WELCOME_MS = 10_000;
const FAREWELL_MS = 2_000;
/** How long our own ghost may hold our name after a cut before somebody else is believed to have it. */
const GHOST_MS = 90_000;
/** How long to wait where a server does not say. */
const RETRY_MS = 5_000;
/** The longest wait that a server may ask for. */
const LONGEST_RETRY_MS = 60_000;
/** A connection that lived so long was a good one: the next wait is a short one again. */
const STEADY_MS = 10_000;

/** What a connection is made of. */
export interface ConnectionOptions {
  readonly address: Address;
  readonly dial: Dial;
  readonly name: NameSource;
  /** For a server that asks for a password; without it there is none to give. */
  readonly access?: AccessOptions;
  /** At least 128 random bits of this installation's own. */
  readonly secret: string;
  /** The rooms to begin with; the lobby where none are given. */
  readonly rooms?: readonly string[];
  /** How many of each room's newest entries to begin with. */
  readonly backlog: number;
  /** What to come back with, where this program was here before it was started again. */
  readonly resume?: Resumable | undefined;
  /** Tries for ever from the first attempt on, instead of failing loudly; no answer is told as a connection that was lost. */
  readonly patient?: boolean;
  /** Keeps what has no answer, and gives what had none. */
  readonly keeper?: Keeper;
  readonly clock: Clock;
  readonly random: () => number;
}

/** How to come in where a password is asked for. */
export interface AccessOptions {
  /** What it gives is kept for as long as the program runs, and nowhere else. */
  readonly password: PasswordSource;
  /** Whether it may go to another machine over a connection that is not encrypted. */
  readonly allowPlaintext: boolean;
}

/** How one socket's life ended. */
type Ending =
  | { readonly kind: "left" }
  | { readonly kind: "refused"; readonly refused: Refused }
  /** Those who keep order want us gone; to come back at once would be no answer to that. */
  | { readonly kind: "out"; readonly text: string }
  | Cut;

interface Cut {
  readonly kind: "cut";
  readonly why: string;
  /** What to end the program with, where this was the first attempt. */
  readonly failure: Fatal;
  /** Whether it came as far as a welcome. */
  readonly welcomed: boolean;
  readonly retryMs?: number | undefined;
}

/** Events from a server until we leave; iterate it once. */
export class Connection implements AsyncIterable<ConnectionEvent> {
  readonly #options: ConnectionOptions;
  readonly #unacknowledged: Unacknowledged;
  readonly #resumption: Resumption;
  /** Every public id we have had: after a cut, an echo may name an old one. */
  readonly #sessions = new Set<string>();
  readonly #leave = new AbortController();
  /** Resolves with the first welcome, or when there will be none. */
  readonly #met = Promise.withResolvers<void>();
  /** Asked for on this socket, and not answered yet. */
  readonly #moves = new Map<string, Join | Part>();
  /** The name that is ours, or asked for. */
  #nick: string | undefined;
  readonly #access: AccessOptions;
  /** What was given when a password was asked for. */
  #password: string | undefined;
  /** Whether the newest connection may carry it. */
  #confidential = false;
  /** The socket, from its welcome on. */
  #live: FrameSocket | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#access = options.access ?? { password: heldPassword(undefined), allowPlaintext: false };
    this.#unacknowledged = new Unacknowledged(options.keeper);
    this.#resumption = new Resumption(options.rooms ?? [], options.backlog, options.resume);
  }

  /** How many messages have no answer yet. */
  get unacknowledged(): number {
    return this.#unacknowledged.size;
  }

  /** Resolves when another message may be said without piling them up. */
  ready(): Promise<void> {
    return this.#unacknowledged.below(WINDOW);
  }

  /** Resolves when we have been in and everything said has its answer, or never will. */
  async settled(): Promise<void> {
    await this.#met.promise;
    await this.#unacknowledged.below(1);
  }

  /** Says something now, or as soon as there is a connection. */
  say(text: string, { room = LOBBY, ref = newRef() }: { readonly room?: string; readonly ref?: string } = {}): SayWithRef | NotSent {
    const say = this.#unacknowledged.add({ kind: "say", ref, room, text });
    if (say.kind === "say") this.#live?.send(say);
    return say;
  }

  /** Sends a frame that needs no keeping; false when there is no connection for it. A join or part with a `ref` holds from then on. */
  send(frame: ClientFrame): boolean {
    if ((frame.kind === "join" || frame.kind === "part") && frame.ref !== undefined && this.#live) this.#moves.set(frame.ref, frame);
    this.#live?.send(frame);
    return this.#live !== undefined;
  }

  /** Leaves: what was sent is still answered, then the events end, at most 2 s later. */
  leave(): void {
    if (this.#leave.signal.aborted) return;
    this.#leave.abort();
    this.#live?.send({ kind: "bye" });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ConnectionEvent, void> {
    const { clock, random, patient } = this.#options;
    let attempt = 0;
    let lostAt: number | undefined;
    let missed = false;
    try {
      this.#nick = await this.#name(undefined);
      while (this.#nick !== undefined && !this.#leave.signal.aborted) {
        const started = clock.now();
        const ending: Ending = yield* this.#talk(this.#nick);
        if (ending.kind === "left") return;
        if (ending.kind === "out") throw new Fatal(EXIT.noPermission, cleanText(ending.text));
        let retryMs: number | undefined;
        if (ending.kind === "cut") {
          if (this.#sessions.size === 0 && !patient) throw ending.failure;
          if (ending.welcomed) {
            lostAt = clock.now();
            if (lostAt - started >= STEADY_MS) attempt = 0;
          }
          if (ending.welcomed || (this.#sessions.size === 0 && !missed)) yield { kind: "lost", why: ending.why };
          missed = true;
          retryMs = ending.retryMs;
        } else {
          const { refused } = ending;
          const ghost = refused.code === "name_taken" && lostAt !== undefined && clock.now() - lostAt < GHOST_MS;
          if (refused.code.startsWith("name_") && !ghost) {
            this.#nick = await this.#name(refused);
            continue;
          }
          if (refused.code === "not_encrypted") throw this.#notEncrypted(refused);
          retryMs = Math.min(refused.retryMs ?? 0, LONGEST_RETRY_MS);
          if (asksForPassword(refused)) {
            const from = clock.now() + retryMs;
            this.#password = await this.#askPassword(refused);
            if (this.#password === undefined) return;
            await clock.sleep(Math.max(0, from - clock.now()), this.#leave.signal);
            continue;
          }
          if (refused.code === "password_needed") {
            // It was not checked, and may be right.
            if (!missed) yield { kind: "lost", why: cleanText(refused.text) };
            missed = true;
          } else if (this.#sessions.size === 0 && !patient) {
            throw new Fatal(EXIT.tempFail, cleanText(`No place at ${this.#where}: ${refused.text}`));
          }
        }
        // A server that is stopping spreads its clients out, but no server makes us wait for ever, or not at all.
        await clock.sleep(Math.max(backoff(attempt++, random), Math.min(retryMs ?? 0, LONGEST_RETRY_MS)), this.#leave.signal);
      }
    } finally {
      this.#met.resolve();
      this.#unacknowledged.close();
    }
  }

  get #where(): string {
    return formatAddress(this.#options.address);
  }

  #askPassword(refused: Refused): Promise<string | undefined> {
    if (!this.#confidential) throw this.#notEncrypted(refused);
    return allowedPassword(this.#access.password, refused, this.#leave.signal);
  }

  #notEncrypted({ text }: Refused): Fatal {
    const { host, port } = this.#options.address;
    const advice = `Join tls://${hostAndPort(host, port)} or, on a network that you trust, pass --allow-plaintext-password on both sides`;
    return new Fatal(EXIT.noPermission, `${cleanText(text)}, and nothing hides what is said on the way to ${this.#where}. ${advice}`);
  }

  #name(refused: Refused | undefined): Promise<string | undefined> {
    return allowedName(this.#options.name, refused, this.#leave.signal);
  }

  /** One socket's life. */
  async *#talk(name: string): AsyncGenerator<ConnectionEvent, Ending> {
    const { address, dial, clock } = this.#options;
    const conn = await dial(address, { clock, signal: this.#leave.signal });
    if ("kind" in conn) {
      if (this.#leave.signal.aborted) return { kind: "left" };
      if (conn.untrusted) throw new Fatal(EXIT.protocol, cleanText(conn.text));
      return this.#cut(conn.why, conn.text);
    }
    this.#confidential = conn.confidential === true || this.#access.allowPlaintext;
    const socket = new FrameSocket(conn, clock);
    const closed = new AbortController();
    const limits = [this.#limitWelcome(socket, closed.signal), this.#limitFarewell(socket, closed.signal)];
    try {
      socket.send(this.#greeting(name));
      return yield* this.#listen(socket, name, closed.signal);
    } finally {
      this.#live = undefined;
      this.#moves.clear();
      socket.close("left");
      closed.abort();
      await Promise.all(limits);
    }
  }

  async *#listen(socket: FrameSocket, name: string, closed: AbortSignal): AsyncGenerator<ConnectionEvent, Ending> {
    let said: string | undefined;
    let complained = false;
    for await (const heard of socket) {
      if (heard.kind === "text") {
        // The server may have asked for a name in words before our hello came; a web server will say nothing better.
        if (this.#live === undefined) said ??= `it said "${cleanText(heard.text).slice(0, 60)}"`;
        if (this.#live === undefined && heard.text.startsWith("HTTP/")) break;
      } else if (heard.kind === "bad") {
        if (!complained) yield { kind: "junk", why: heard.why };
        complained = true;
      } else if (heard.kind === "quiet") {
        if (this.#live !== undefined) yield heard;
      } else if (heard.kind === "refused" && heard.code === "resume_unknown") {
        this.#resumption.forget();
        socket.send(this.#greeting(name));
      } else {
        this.#note(heard, socket, closed);
        yield heard;
        const ending = this.#ending(heard);
        if (ending !== undefined) return ending;
      }
    }
    if (this.#leave.signal.aborted) return { kind: "left" };
    const why = said !== undefined && this.#live === undefined ? said : socket.ended;
    return this.#cut(why, `No chat server at ${this.#where} (${why})`);
  }

  #greeting(name: string): Hello | Resume {
    const greeting = this.#resumption.greeting({ name, secret: this.#options.secret });
    const tells = greeting.kind === "hello" && this.#password !== undefined && this.#confidential;
    return tells ? { ...greeting, password: this.#password! } : greeting;
  }

  /** What a frame means for what we keep. */
  #note(frame: ServerFrame, socket: FrameSocket, closed: AbortSignal): void {
    this.#resumption.note(frame);
    this.#noteMove(frame);
    if (frame.kind === "welcome") {
      if (this.#live === socket) return socket.close("the server said welcome twice");
      this.#sessions.add(frame.session);
      this.#met.resolve();
      this.#live = socket;
      for (const say of this.#unacknowledged) socket.send(say);
      if (this.#leave.signal.aborted) socket.send({ kind: "bye" });
    } else if (frame.kind === "renamed") {
      if (this.#sessions.has(frame.from)) this.#nick = frame.nick;
    } else if (frame.kind === "entry") {
      if (frame.ref !== undefined && (frame.again || this.#sessions.has(frame.from))) this.#unacknowledged.settle(frame.ref);
    } else if (frame.kind === "refused" || frame.kind === "error") {
      // Somebody has taken the name of the session that we would come back to.
      if (frame.kind === "refused" && frame.code.startsWith("name_") && this.#live === undefined) this.#resumption.forget();
      if (frame.ref === undefined) return;
      if (frame.kind === "error" || frame.final) this.#unacknowledged.settle(frame.ref);
      else void this.#sayAgain(frame.ref, frame.retryMs ?? RETRY_MS, socket, closed);
    }
  }

  /** From the answer on, we are in a room, or not any more. */
  #noteMove(frame: ServerFrame): void {
    if (!("ref" in frame) || frame.ref === undefined) return;
    const move = this.#moves.get(frame.ref);
    this.#moves.delete(frame.ref);
    if (move?.kind === "join" && frame.kind === "members") this.#resumption.entered(frame.room, frame.head, (move.backlog ?? 0) > 0);
    if (move?.kind === "part" && frame.kind === "done") this.#resumption.left(move.room);
  }

  /** Says once more, later, what was refused for now only. */
  async #sayAgain(ref: string, ms: number, socket: FrameSocket, closed: AbortSignal): Promise<void> {
    await this.#options.clock.sleep(Math.min(ms, LONGEST_RETRY_MS), closed);
    const say = this.#unacknowledged.get(ref);
    if (say && !closed.aborted) socket.send(say);
  }

  /** Whether nothing more can come of this socket. */
  #ending(frame: ServerFrame): Ending | undefined {
    if (frame.kind === "bye") {
      // Somebody with our secret has taken our place: to take it back would never end.
      if (this.#leave.signal.aborted || frame.reason === "replaced") return { kind: "left" };
      if (frame.reason === "kicked" || frame.reason === "banned") return { kind: "out", text: frame.text };
      const why = frame.reason === "restart" ? "the server is stopping" : frame.text;
      return { ...this.#cut(why, `No place at ${this.#where}: ${frame.text}`), retryMs: frame.retryMs };
    }
    if (this.#live !== undefined) return undefined;
    if (frame.kind === "refused" && frame.code === "banned") return { kind: "out", text: frame.text };
    if (frame.kind === "refused") return { kind: "refused", refused: frame };
    return frame.kind === "error" ? this.#cut(frame.text, `No common language with ${this.#where}: ${frame.text}`) : undefined;
  }

  #cut(why: string, text: string): Cut {
    return { kind: "cut", why: cleanText(why), failure: new Fatal(EXIT.unavailable, cleanText(text)), welcomed: this.#live !== undefined };
  }

  async #limitWelcome(socket: FrameSocket, closed: AbortSignal): Promise<void> {
    await this.#options.clock.sleep(WELCOME_MS, closed);
    if (!closed.aborted && this.#live !== socket) socket.close(`no welcome in ${WELCOME_MS / 1000} s`);
  }

  async #limitFarewell(socket: FrameSocket, closed: AbortSignal): Promise<void> {
    // Not AbortSignal.any: on Deno 2.4 a garbage collection takes it, and nobody is told.
    await Promise.race([aborted(this.#leave.signal), aborted(closed)]);
    // Before the welcome there is nobody to take leave of.
    if (!closed.aborted && this.#live === socket) await this.#options.clock.sleep(FAREWELL_MS, closed);
    socket.close("left");
  }
}

/** Whether what was given is not the password, if anything was. With `password_needed` and a time it was not looked at. */
function asksForPassword({ code, retryMs }: Refused): boolean {
  return code === "password_wrong" || (code === "password_needed" && retryMs === undefined);
}
