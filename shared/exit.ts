/**
 * How the program ends.
 *
 * @module
 */

/** Exit codes, after sysexits.h. */
export const EXIT = {
  ok: 0,
  /** Not everything that was asked for was done. */
  failure: 1,
  /** The command line was wrong. */
  usage: 64,
  /** A file that is needed is not there. */
  noInput: 66,
  /** Nobody is there: the server cannot be reached, or cannot listen. */
  unavailable: 69,
  /** A defect of ours. */
  software: 70,
  /** Reading or writing failed. */
  ioError: 74,
  /** It may work later. */
  tempFail: 75,
  /** The other side is not who it should be. */
  protocol: 76,
  /** The operating system does not allow it. */
  noPermission: 77,
  /** A file that the program works with makes no sense. */
  config: 78,
} as const;

/** One of {@link EXIT}. */
export type ExitCode = typeof EXIT[keyof typeof EXIT];

/** Ends the program with one line on stderr and an exit code; `main.ts` catches it. Its message says what happened and what to do next. */
export class Fatal extends Error {
  override readonly name = "Fatal";
  readonly code: ExitCode;

  constructor(code: ExitCode, message: string) {
    super(message);
    this.code = code;
  }
}
