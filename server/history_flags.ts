/**
 * The flags and the help of the commands that have to do with the history. Apart from those commands, which load SQLite.
 *
 * @module
 */
import { moment, roomName } from "../shared/flag_values.ts";
import type { Checked, Flag, Flags } from "../shared/flags.ts";
import type { Command } from "../shared/help.ts";
import { AUDIT_ROOM } from "../shared/names.ts";

/** `--data`, for every command that has to do with the history. */
export const DATA_FLAG: Flag<string> & { default: undefined } = {
  placeholder: "DIR",
  help: "the folder of the history (default: the platform's place for a program's data)",
  default: undefined,
  parse: (text: string): Checked<string> => ({ value: text }),
};

/** The flags of `chat backup`. */
export const BACKUP_FLAGS = { data: DATA_FLAG } satisfies Flags;

/** `chat backup`, as its help tells of it. */
export const BACKUP_COMMAND: Command = {
  summary: "copy a server's history",
  usage: "chat backup [flags] FILE",
  about:
    "Copies the history as it is at one instant to FILE, which must not exist, whether or not the server runs. To restore it, put it " +
    "into an empty folder as chat.db and start the server with --data.",
  flags: BACKUP_FLAGS,
  examples: [["chat backup friday.db", "copy the history of this user's server"]],
};

/** The flags of `chat export`. */
export const EXPORT_FLAGS = {
  data: DATA_FLAG,
  room: {
    placeholder: "ROOM",
    help: `only this room; ${AUDIT_ROOM} is what was done to keep order`,
    default: undefined,
    parse: (text: string): Checked<string> => text === AUDIT_ROOM ? { value: text } : roomName(text),
  },
  since: {
    placeholder: "TIME",
    help: "only what was said since: 2026-01-31, 2026-01-31T12:00Z, or milliseconds since 1970",
    default: undefined,
    parse: moment,
  },
} satisfies Flags;

/** `chat export`, as its help tells of it. */
export const EXPORT_COMMAND: Command = {
  summary: "print a server's history",
  usage: "chat export [flags]",
  about: "Prints the history, one entry a line, as JSON in the fields of the protocol, whether or not the server runs.",
  flags: EXPORT_FLAGS,
  examples: [["chat export --room lobby --since 2026-01-31", "what was said in #lobby since then"]],
};
