/// <reference lib="dom" />
/**
 * The invite that a link brought along, after the `#`: so it is in no request and no log.
 *
 * @module
 */

/** Takes the invite out of the address, where others who look at the screen or the history would find it; `undefined` where there is none. */
export function takeInvite(): string | undefined {
  const code = inviteIn(location.hash);
  if (code !== undefined) history.replaceState(history.state, "", location.pathname + location.search);
  return code || undefined;
}

/** The invite in what follows an address, its `#` too; empty where there is only the place for one. */
export function inviteIn(hash: string): string | undefined {
  return new URLSearchParams(hash.slice(1)).get("invite") ?? undefined;
}
