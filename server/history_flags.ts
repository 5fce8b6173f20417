/**
 * The flags of the commands that have to do with the history. Apart from those commands, which load SQLite.
 *
 * @module
 */
import { moment, roomName } from "../shared/flag_values.ts";
import type { Checked, Flag, Flags } from "../shared/flags.ts";
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
