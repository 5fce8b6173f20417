/**
 * Who is present, by what name, and how they come back after a cut. Pure: time and chance come in as arguments.
 *
 * Names are decided at once, in memory: a nick is taken the moment it is asked for and free when its session is over.
 *
 * @module
 */
import { fold, type NameRefusal, type Nick, parseNick } from "../../shared/names.ts";
import type { Role } from "../../shared/protocol.ts";

/** How long a token is good, in milliseconds. */
const TOKEN_MS = 24 * 60 * 60 * 1000;
/** How long the token of before is good beside its successor, in milliseconds: the welcome that told it may have been lost. */
const OVERLAP_MS = 30_000;

/** Tokens of one session that are good at a time: whoever comes back again and again is heard of by the newest. */
const TOKENS = 4;
/** Sessions that are over and can be resumed. Whoever is forgotten says hello with its cursors, and misses nothing either. */
export const RESUMABLE = 5_000;

/** A presence in the chat. It outlives its connections. */
export interface Session {
  /** Its public id: what entries name in `from`. */
  readonly id: string;
  nick: Nick;
  /** Why it is away, possibly empty; `undefined` while it is not. */
  away: string | undefined;
  /** The hash of the secret of the installation that it is from; within it a ref counts once. */
  readonly installation: string | undefined;
  /** What it may do beside others, for as long as its installation may. */
  role: Role | undefined;
  /** The rooms it is in, or was in when it ended. */
  readonly rooms: Set<string>;
  /** Messages appended to the history, answered or not yet. */
  appended: number;
  /** Messages answered: committed, or refused by the history. */
  answered: number;
  /** Messages committed. */
  committed: number;
}

interface Token {
  readonly session: Session;
  expires: number;
}

/** All sessions, each with a name of its own. */
export class Sessions {
  /** Each folded name that is taken, with who has it. */
  readonly #names = new Map<string, Session>();
  /** By the token's hash. */
  readonly #tokens = new Map<string, Token>();
  /** Each session's hashes, the newest last. */
  readonly #hashes = new Map<Session, readonly string[]>();
  /** Sessions that are over and can be resumed, in the order they ended. */
  readonly #over = new Set<Session>();

  /** Opens a session under `name`, or says why not. */
  open(name: string, id: string, installation: string | undefined): Session | NameRefusal {
    const parsed = parseNick(name);
    if (!parsed.ok) return parsed.refusal;
    const session: Session = {
      id,
      nick: parsed.name,
      away: undefined,
      installation,
      role: undefined,
      rooms: new Set(),
      appended: 0,
      answered: 0,
      committed: 0,
    };
    return this.#take(session, parsed.name) ?? session;
  }

  /** Gives a session another name, or says why not. */
  rename(session: Session, name: string): NameRefusal | undefined {
    const parsed = parseNick(name);
    if (!parsed.ok) return parsed.refusal;
    const before = fold(session.nick);
    const refusal = this.#take(session, parsed.name);
    if (refusal) return refusal;
    if (before !== fold(parsed.name)) this.#names.delete(before);
    session.nick = parsed.name;
    return undefined;
  }

  /** Who has a name, by any way of asking for it. */
  named(name: string): Session | undefined {
    const parsed = parseNick(name);
    return parsed.ok ? this.#names.get(fold(parsed.name)) : undefined;
  }

  /** Ends a session; its name is free. Its tokens stay good, unless {@link RESUMABLE} more sessions end. */
  close(session: Session): void {
    if (this.#names.get(fold(session.nick)) === session) this.#names.delete(fold(session.nick));
    if (!this.#hashes.has(session)) return;
    this.#over.add(session);
    const [oldest] = this.#over;
    if (this.#over.size > RESUMABLE) this.revoke(oldest);
  }

  /** Forgets by what a session may be resumed. */
  revoke(session: Session): void {
    for (const hash of this.#hashes.get(session) ?? []) this.#tokens.delete(hash);
    this.#hashes.delete(session);
    this.#over.delete(session);
  }

  /** Remembers by what hash a session may be resumed; the one of before stays good for a moment. */
  issue(session: Session, hash: string, now: number, before?: string): void {
    const old = before === undefined ? undefined : this.#tokens.get(before);
    if (old) old.expires = Math.min(old.expires, now + OVERLAP_MS);
    const hashes = [...this.#hashes.get(session) ?? [], hash];
    for (const oldest of hashes.splice(0, hashes.length - TOKENS)) this.#tokens.delete(oldest);
    this.#hashes.set(session, hashes);
    this.#tokens.set(hash, { session, expires: now + TOKEN_MS });
  }

  /** The session that a token's hash stands for, with its name taken again; or why it cannot be resumed; `undefined` when nobody knows it. */
  resume(hash: string, now: number): Session | NameRefusal | undefined {
    const token = this.#tokens.get(hash);
    if (!token || token.expires <= now) return undefined;
    const refusal = this.#take(token.session, token.session.nick);
    if (refusal) return refusal;
    this.#over.delete(token.session);
    return token.session;
  }

  #take(session: Session, nick: Nick): NameRefusal | undefined {
    const holder = this.#names.get(fold(nick));
    if (holder && holder !== session) return { code: "name_taken", text: `${nick} is taken` };
    this.#names.set(fold(nick), session);
    return undefined;
  }
}
