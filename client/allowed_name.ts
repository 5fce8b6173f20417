/**
 * A name that a server may be asked for.
 *
 * @module
 */
import { type Nick, parseNick } from "../shared/names.ts";
import type { Refused } from "../shared/protocol.ts";

/** Gives a name, first and after each refusal; `undefined` gives up. `signal` says that nobody waits for it any more. */
export type NameSource = (refused: Refused | undefined, signal: AbortSignal) => Promise<string | undefined>;

/** Asks until the name is one that could be allowed: the obvious refusals need no server. */
export async function allowedName(source: NameSource, refused: Refused | undefined, signal: AbortSignal): Promise<Nick | undefined> {
  for (let last = refused; !signal.aborted;) {
    const name = await source(last, signal);
    if (name === undefined) return undefined;
    const parsed = parseNick(name);
    if (parsed.ok) return parsed.name;
    last = { kind: "refused", ...parsed.refusal, final: true };
  }
  return undefined;
}
