/**
 * What the hub and its parts work with.
 *
 * @module
 */
import type { ServerLimits } from "./config.ts";
import type { Moderation } from "./core/moderation.ts";
import type { Watch } from "./events.ts";
import type { History } from "./history/history.ts";

/** What a hub works with. Time and chance come in here. */
export interface HubOptions {
  readonly history: History;
  /** Who keeps order and who is held back, as the history knows it. */
  readonly order: Moderation;
  /** Makes whoever types it the owner, once. */
  readonly ownerCode?: string | undefined;
  readonly limits: ServerLimits;
  readonly watch: Watch;
  /** The server's program and version, for `welcome`. */
  readonly server: string;
  /** What the history keeps, for people. */
  readonly keeps: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds on a clock that never jumps. */
  readonly monotonic: () => number;
  /** A number from 0 up to 1, by chance. */
  readonly random: () => number;
  /** A public id for a session: never twice the same. */
  readonly newId: () => string;
  /** A secret that nobody guesses. */
  readonly newToken: () => string;
  /** What is kept of a secret. */
  readonly hash: (secret: string) => string;
  /** Whether an installation that was let in before may come back without a word, as `Gate.knows` says. */
  readonly mayReturn: (installation: string | undefined) => boolean;
}
