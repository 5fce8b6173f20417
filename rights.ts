/**
 * What the process may do, and what it gives up. Deno grants folders and addresses when a program starts, before this one knows its own: so it starts with
 * more than it needs, and gives up for good what is behind it. The threads that it has started lose it too.
 *
 * @module
 */

/** A right of the process, by Deno's name for it. */
export type Right = "env" | "net" | "read" | "run" | "sys" | "write";

/** For a client, once it knows its settings: it talks to the server, and keeps what it remembers. */
export const CLIENT_GIVES_UP: readonly Right[] = ["env", "run", "sys"];

/**
 * For a server that runs: connections that come in need no right of their own, nor does a database that is open. It reads on (`/dev/null`, to keep file
 * descriptors back), and the environment variables that are left are those of a library that is loaded late.
 *
 * @param writes Whether it writes other files than those that are open: the invites.
 */
export function serverGivesUp({ writes }: { readonly writes: boolean }): readonly Right[] {
  return writes ? ["net", "run", "sys"] : ["net", "run", "sys", "write"];
}

/** For what works on the history's files and talks to nobody. */
export const FILES_ONLY_GIVES_UP: readonly Right[] = ["env", "net", "run", "sys"];

/** Gives rights up until the process ends. */
export function giveUp(rights: readonly Right[]): void {
  for (const name of rights) Deno.permissions.revokeSync({ name });
}
