/**
 * A connection that outlives sockets: what `client/visit.ts` does once, it does again and again, for as long as that makes sense.
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
import { type ClientFrame, type Hello, LOBBY, type Refused, type Resume } from "../shared/protocol.ts";
import { cleanText, hostAndPort } from "../shared/text.ts";
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
import { LONGEST_RETRY_MS } from "./saying.ts";
import { type Cut, cut, type Ending, type Standing, Visit } from "./visit.ts";

/** Unacknowledged messages above which a writer that can wait does ({@link Connection.ready}). */
const WINDOW = 1_000;
/** How long our own ghost may hold our name after a cut before somebody else is believed to have it. */
const GHOST_MS = 90_000;
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

/** Events from a server until we leave; iterate it once. */
export class Connection implements AsyncIterable<ConnectionEvent> {
  readonly #options: ConnectionOptions;
  readonly #access: AccessOptions;
  readonly #standing: Standing;
  readonly #leave = new AbortController();
  /** Resolves with the first welcome, or when there will be none. */
  readonly #met = Promise.withResolvers<void>();
  /** The name that is ours, or asked for. */
  #nick: string | undefined;
  /** What was given when a password was asked for. */
  #password: string | undefined;
  /** Whether the newest connection may carry it. */
  #confidential = false;
  /** Where we are in. */
  #live: Visit | undefined;
  /** Attempts since the last good connection. */
  #attempts = 0;
  #lostAt: number | undefined;
  /** Whether it was told that there is no connection. */
  #missed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#access = options.access ?? { password: heldPassword(undefined), allowPlaintext: false };
    this.#standing = {
      unacknowledged: new Unacknowledged(options.keeper),
      resumption: new Resumption(options.rooms ?? [], options.backlog, options.resume),
      sessions: new Set(),
      greeting: () => this.#greeting(),
      welcomed: (visit) => {
        this.#met.resolve();
        this.#live = visit;
      },
      renamed: (nick) => this.#nick = nick,
    };
  }

  /** How many messages have no answer yet. */
  get unacknowledged(): number {
    return this.#standing.unacknowledged.size;
  }

  /** Resolves when another message may be said without piling them up. */
  ready(): Promise<void> {
    return this.#standing.unacknowledged.below(WINDOW);
  }

  /** Resolves when we have been in and everything said has its answer, or never will. */
  async settled(): Promise<void> {
    await this.#met.promise;
    await this.#standing.unacknowledged.below(1);
  }

  /** Says something now, or as soon as there is a connection. */
  say(text: string, { room = LOBBY, ref = newRef() }: { readonly room?: string; readonly ref?: string } = {}): SayWithRef | NotSent {
    const say = this.#standing.unacknowledged.add({ kind: "say", ref, room, text });
    if (say.kind === "say") this.#live?.say(say);
    return say;
  }

  /** Sends a frame that needs no keeping; false when there is no connection for it. A join or part with a `ref` holds from then on. */
  send(frame: ClientFrame): boolean {
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
    const { clock, random } = this.#options;
    try {
      this.#nick = await this.#name(undefined);
      while (this.#nick !== undefined && !this.#leave.signal.aborted) {
        const started = clock.now();
        const ending: Ending = yield* this.#visit();
        if (ending.kind === "left") return;
        if (ending.kind === "out") throw new Fatal(EXIT.noPermission, cleanText(ending.text));
        const retryMs: number | "at once" = ending.kind === "cut"
          ? yield* this.#wasCut(ending, started)
          : yield* this.#wasRefused(ending.refused);
        if (retryMs === "at once") continue;
        // A server that is stopping spreads its clients out, but no server makes us wait for ever, or not at all.
        await clock.sleep(Math.max(backoff(this.#attempts++, random), Math.min(retryMs, LONGEST_RETRY_MS)), this.#leave.signal);
      }
    } finally {
      this.#met.resolve();
      this.#standing.unacknowledged.close();
    }
  }

  get #where(): string {
    return formatAddress(this.#options.address);
  }

  /** Whether nothing has come of any attempt, and whoever started it is told that at once. */
  get #failsLoudly(): boolean {
    return this.#standing.sessions.size === 0 && !this.#options.patient;
  }

  async *#visit(): AsyncGenerator<ConnectionEvent, Ending> {
    const { address, dial, clock } = this.#options;
    const leave = this.#leave.signal;
    const conn = await dial(address, { clock, signal: leave });
    if ("kind" in conn) {
      if (leave.aborted) return { kind: "left" };
      if (conn.untrusted) throw new Fatal(EXIT.protocol, cleanText(conn.text));
      return cut(conn.why, conn.text);
    }
    this.#confidential = conn.confidential === true || this.#access.allowPlaintext;
    try {
      return yield* new Visit({ socket: new FrameSocket(conn, clock), standing: this.#standing, clock, leave, where: this.#where }).run();
    } finally {
      this.#live = undefined;
    }
  }

  #greeting(): Hello | Resume {
    const greeting = this.#standing.resumption.greeting({ name: this.#nick!, secret: this.#options.secret });
    const tells = greeting.kind === "hello" && this.#password !== undefined && this.#confidential;
    return tells ? { ...greeting, password: this.#password! } : greeting;
  }

  /** Says that we were cut; returns how long the server wants us to wait, in milliseconds. */
  async *#wasCut({ why, failure, welcomed, retryMs = 0 }: Cut, started: number): AsyncGenerator<ConnectionEvent, number> {
    if (this.#failsLoudly) throw failure;
    if (welcomed) {
      this.#lostAt = this.#options.clock.now();
      if (this.#lostAt - started >= STEADY_MS) this.#attempts = 0;
    }
    if (welcomed || (this.#standing.sessions.size === 0 && !this.#missed)) yield { kind: "lost", why };
    this.#missed = true;
    return retryMs;
  }

  /** Asks for another name or a password where one is wanted; returns how long to wait, in milliseconds, before the next attempt. */
  async *#wasRefused(refused: Refused): AsyncGenerator<ConnectionEvent, number | "at once"> {
    const { clock } = this.#options;
    const isGhost = refused.code === "name_taken" && this.#lostAt !== undefined && clock.now() - this.#lostAt < GHOST_MS;
    if (refused.code.startsWith("name_") && !isGhost) {
      this.#nick = await this.#name(refused);
      return "at once";
    }
    if (refused.code === "not_encrypted") throw this.#notEncrypted(refused);
    const retryMs = Math.min(refused.retryMs ?? 0, LONGEST_RETRY_MS);
    if (asksForPassword(refused)) {
      const from = clock.now() + retryMs;
      this.#password = await this.#askPassword(refused);
      if (this.#password === undefined) this.#leave.abort();
      await clock.sleep(Math.max(0, from - clock.now()), this.#leave.signal);
      return "at once";
    }
    if (refused.code === "password_needed") {
      // It was not checked, and may be right.
      if (!this.#missed) yield { kind: "lost", why: cleanText(refused.text) };
      this.#missed = true;
    } else if (this.#failsLoudly) {
      throw new Fatal(EXIT.tempFail, cleanText(`No place at ${this.#where}: ${refused.text}`));
    }
    return retryMs;
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
}

/** Whether what was given is not the password, if anything was. With `password_needed` and a time it was not looked at. */
function asksForPassword({ code, retryMs }: Refused): boolean {
  return code === "password_wrong" || (code === "password_needed" && retryMs === undefined);
}
