/// <reference lib="dom" />
/**
 * The invite that a link brought along, after the `#`: so it is in no request and no log.
 *
 * @module
 */

/** Takes the invite out of the address, where others who look at the screen or the history would find it; `undefined` where there is none. */
export function takeInvite(): string | undefined {
  const code = new URLSearchParams(location.hash.slice(1)).get("invite");
  if (code !== null) history.replaceState(history.state, "", location.pathname + location.search);
  return code || undefined;
}
