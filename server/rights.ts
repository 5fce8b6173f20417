/**
 * What the server's commands may do, and what they give up.
 *
 * Deno grants folders and addresses when a program starts, before this one knows its own: so it starts with more than it needs, and gives up for good
 * what is behind it. The threads that it has started lose it too.
 *
 * @module
 */

/** A right of the process, by Deno's name for it. */
type Right = "env" | "net" | "run" | "sys" | "write";

/** What a server still does when it runs. */
export interface Doings {
  /** Whether it writes other files than those that are open: the invites. */
  readonly writes: boolean;
  /** Whether it opens connections: to its own side that decrypts. */
  readonly connects: boolean;
}

/**
 * For a server that runs: connections that come in need no right of their own, nor does a database that is open. It reads on (`/dev/null`, to keep file
 * descriptors back), and the environment variables that are left are those of a library that is loaded late.
 */
export function serverGivesUp({ writes, connects }: Doings): readonly Right[] {
  return ["run", "sys", ...writes ? [] : ["write"] as const, ...connects ? [] : ["net"] as const];
}

/** For what works on the history's files and talks to nobody. */
export const FILES_ONLY_GIVES_UP: readonly Right[] = ["env", "net", "run", "sys"];
