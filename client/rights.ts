/**
 * What a client may do, and what it gives up.
 *
 * @module
 */

/** Rights of the process, by Deno's names, that a client has no use for once it knows its settings: it talks to the server, and keeps what it remembers. */
export const CLIENT_GIVES_UP = ["env", "run", "sys"] as const;
