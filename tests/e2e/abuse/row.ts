/**
 * What a row of the abuse matrix is: one bad thing that somebody does, and what it must come to.
 *
 * @module
 */
import type { Honest } from "./honest.ts";
import type { Victim } from "./victim.ts";

/** Where a row takes place. */
export interface Scene {
  /** The server's port on 127.0.0.1. */
  readonly port: number;
  /** The server. */
  readonly victim: Victim;
  /** Two honest people in the lobby, who talk all the time. */
  readonly honest: Honest;
}

/** One bad thing. */
export interface Row {
  readonly name: string;
  /** Runs while no other does: it fills a limit that all share, or costs so much that the two honest people's wait is to be counted for it alone. */
  readonly alone?: true;
  /** Does it, and fails unless the answer is the right one. What it opened, it closes. */
  attack(scene: Scene): Promise<void>;
}

/** The folder of a server and what belongs to it. */
export interface Home {
  readonly path: string;
  /** The data folder, which is not there yet. */
  readonly data: string;
}

/** Rows that are run against one server. */
export interface Group {
  readonly name: string;
  /** The server's flags, besides the port and the data folder. */
  readonly flags?: readonly string[];
  /** Puts things where they are before the server starts; returns further flags. Without it there is a new folder for the data. */
  readonly prepare?: (home: Home) => Promise<readonly string[]>;
  /** What the two honest people are asked for. */
  readonly password?: string;
  /** What must be neither in the log, nor in what was printed, nor in the data: passwords and codes. */
  readonly secrets?: readonly string[];
  readonly rows: readonly Row[];
  /** How many run at a time, where rows run programs of their own that keep the machine busy. Default: 8. */
  readonly lanes?: number;
}

/** Part of everything that must not be in a log: messages, reasons, searches, refs, secrets, tokens. */
export const HUSH = "hush-hush";
