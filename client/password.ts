/**
 * What a client gives a server that asks for a password.
 *
 * @module
 */
import { EXIT, Fatal } from "../shared/exit.ts";
import { LIMITS, type Refused } from "../shared/protocol.ts";
import { byteLength, cleanText } from "../shared/text.ts";

/**
 * Gives a password when a server asks for one, and after each that was wrong; `undefined` gives up. `signal` says that nobody waits for it any more.
 */
export type PasswordSource = (refused: Refused, signal: AbortSignal) => Promise<string | undefined>;

/** Gives what is held, once: no script guesses. Throws {@link Fatal} where nothing is held, and when it was wrong. */
export function heldPassword(held: string | undefined): PasswordSource {
  let known = held;
  return ({ text }) => {
    const password = known;
    known = undefined;
    if (password !== undefined) return Promise.resolve(password);
    const another = held === undefined ? "Pass it" : "Pass another";
    throw new Fatal(
      EXIT.noPermission,
      `${cleanText(text)}. ${another} with --password-file FILE or in CHAT_PASSWORD, or pass --invite CODE`,
    );
  };
}

/** Gives what is held at first, then what a person says. */
export function askedPassword(held: string | undefined, ask: PasswordSource): PasswordSource {
  let known = held;
  return (refused, signal) => {
    const password = known;
    known = undefined;
    return password === undefined ? ask(refused, signal) : Promise.resolve(password);
  };
}

/** Asks until it is given what could be a password: the obvious refusals need no server. */
export async function allowedPassword(source: PasswordSource, refused: Refused, signal: AbortSignal): Promise<string | undefined> {
  for (let last = refused; !signal.aborted;) {
    const password = await source(last, signal);
    if (password === undefined) return undefined;
    const length = byteLength(password);
    if (length > 0 && length <= LIMITS.passwordBytes) return password;
    const text = length === 0 ? "A password has at least one letter" : `A password has at most ${LIMITS.passwordBytes} bytes`;
    last = { kind: "refused", code: "password_wrong", text, final: false };
  }
  return undefined;
}
