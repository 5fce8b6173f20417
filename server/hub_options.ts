/**
 * What the hub and its parts work with.
 *
 * @module
 */
import type { ServerLimits } from "./config.ts";
import type { Session } from "./core/sessions.ts";
import type { Watch } from "./events.ts";
import type { History } from "./history/history.ts";

/** What a hub works with. Time and chance come in here. */
export interface HubOptions {
  readonly history: History;
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
  /** Whether a session may delete what anybody said. Without it nobody may. */
  readonly mayDeleteAny?: (session: Session) => boolean;
  /** What is kept of a secret. */
  readonly hash: (secret: string) => string;
}
