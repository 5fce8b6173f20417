/**
 * Who may come in at all: decided before anything is told of who is there.
 *
 * @module
 */
import { isOwnMachine } from "../../shared/address.ts";
import { parseNick } from "../../shared/names.ts";
import type { Hello, Refused } from "../../shared/protocol.ts";
import { plural } from "../../shared/text.ts";
import type { Peer } from "../connection.ts";
import { household } from "../core/network.ts";
import { Attempts } from "./attempts.ts";
import type { Invites } from "./invites.ts";
import type { Password } from "./password.ts";
import { Turnstile } from "./turnstile.ts";

/** Why somebody stays outside. */
export type Outside = Omit<Refused, "kind" | "ref">;

/**
 * Decides on a `hello`: `undefined` lets it in. Where nothing has to be checked, it answers at once.
 *
 * @param over Aborted when nobody waits for the answer any more; whoever is still in the queue then stays outside.
 */
export interface Gate {
  (hello: Hello, peer: Peer, over: AbortSignal): Outside | undefined | Promise<Outside | undefined>;
  /** Whether an installation that was let in before may come back without a word; or else it says hello again. */
  knows(installation: string | undefined): boolean;
}

/** What a gate with a password works with. */
export interface PasswordGateOptions {
  readonly password: Password;
  /** Codes that are as good as the password; `undefined` where nothing is kept. */
  readonly invites: Invites | undefined;
  /** Whether a password may come over a connection from another machine that is not encrypted. */
  readonly allowPlaintext: boolean;
  /** What is kept of a client's secret. */
  readonly hash: (secret: string) => string;
  /** Milliseconds on a clock that never jumps. */
  readonly monotonic: () => number;
}

/** Installations that are remembered to have given the password; of more, those that did so longest ago are forgotten. */
const PROVEN = 10_000;

/** Lets everybody in. */
export const openGate: Gate = Object.assign(() => undefined, { knows: () => true });

const NEEDED: Outside = { code: "password_needed", text: "This server asks for a password, or the code of an invite", final: false };
const NOT_ENCRYPTED: Outside = {
  code: "not_encrypted",
  text: "This server asks for a password, and takes none over a connection that is not encrypted",
  final: true,
};
/** Not checked: the same may be sent again, later. */
const BUSY: Outside = { ...NEEDED, text: "Too many passwords are being checked; try again in 5 seconds", retryMs: 5_000 };

/**
 * A gate that asks for a password.
 *
 * 1. Whatever is wrong with what was given, the answer is the same, and so is the work: one derivation of a key.
 * 2. While an address has to wait for its wrong ones, no password from it is checked: the answer, `password_needed` with `retryMs`, then says nothing
 *    of what was given. An invite lets in all the same.
 * 3. Nothing that was given is kept or logged.
 * 4. An invite that was taken back lets nobody come back, not even with a token.
 */
export function passwordGate({ password, invites, allowPlaintext, hash, monotonic }: PasswordGateOptions): Gate {
  const attempts = new Attempts();
  const turnstile = new Turnstile();
  /** Who has given the password since the start: what a neighbour gives is not theirs. */
  const proven = new Set<string>();

  /** Who answers for what is given. */
  function accountOf(installation: string | undefined, host: string): string {
    return installation !== undefined && proven.has(installation) ? `installation ${installation}` : household(host);
  }

  function isInvited(installation: string): boolean {
    return invites?.knows(installation) === true;
  }

  function prove(installation: string | undefined): void {
    if (installation === undefined) return;
    proven.delete(installation);
    proven.add(installation);
    const [oldest] = proven;
    if (proven.size > PROVEN) proven.delete(oldest);
  }

  /** Nobody guesses a code, however often they may; and whoever was invited is not kept out by a neighbour who guesses passwords. */
  async function whileWaiting(given: string, installation: string | undefined, wait: number): Promise<Outside | undefined> {
    return await redeemed(given, installation, () => tooSoon(wait));
  }

  async function check(given: string, installation: string | undefined, who: string): Promise<Outside | undefined> {
    const wait = attempts.wait(who, monotonic());
    if (wait > 0) return whileWaiting(given, installation, wait);
    if (await password.matches(given)) return void prove(installation);
    return await redeemed(given, installation, () => {
      attempts.failed(who, monotonic());
      return wrong(attempts.wait(who, monotonic()));
    });
  }

  /** Lets in with the code of an invite; a disk that does not let it be looked at, or marked as used, is no fault of whoever has it. */
  async function redeemed(given: string, installation: string | undefined, otherwise: () => Outside): Promise<Outside | undefined> {
    try {
      return await invites?.redeem(given, installation) ? undefined : otherwise();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { code: "storage_full", text: `invites cannot be used now: ${why}`, final: false, retryMs: 5_000 };
    }
  }

  function gate(hello: Hello, peer: Peer, over: AbortSignal): Outside | undefined | Promise<Outside | undefined> {
    if (!peer.encrypted && !allowPlaintext && !isOwnMachine(peer.host)) return NOT_ENCRYPTED;
    const installation = hello.secret === undefined ? undefined : hash(hello.secret);
    if (installation !== undefined && isInvited(installation)) return undefined;
    // Tells nothing of who is in, and spares a person the password for a name that cannot be.
    const name = parseNick(hello.name);
    if (!name.ok) return { ...name.refusal, final: false };
    const { password: given = "" } = hello;
    if (given === "") return NEEDED;
    const who = accountOf(installation, peer.host);
    // Whoever has to wait is told so at once, and takes no place in the queue from others.
    const wait = attempts.wait(who, monotonic());
    if (wait > 0) return whileWaiting(given, installation, wait);
    return turnstile.pass(who, over, () => check(given, installation, who)).then((decided) => {
      return decided === "full" || decided === "over" ? BUSY : decided;
    });
  }

  // A client that is not remembered is known by its token alone.
  const knows = (installation: string | undefined) => installation === undefined || proven.has(installation) || isInvited(installation);
  return Object.assign(gate, { knows });
}

function wrong(waitMs: number): Outside {
  const text = "That is neither the password nor the code of an invite that still holds";
  if (waitMs <= 0) return { code: "password_wrong", text, final: false };
  return { code: "password_wrong", text: `${text}; try again in ${seconds(waitMs)}`, final: false, retryMs: Math.ceil(waitMs) };
}

function tooSoon(waitMs: number): Outside {
  const text = `After wrong passwords from your address nothing is checked for a while; try again in ${seconds(waitMs)}`;
  return { ...NEEDED, text, retryMs: Math.ceil(waitMs) };
}

function seconds(ms: number): string {
  return plural(Math.ceil(ms / 1_000), "second");
}
