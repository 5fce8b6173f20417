/**
 * The flags of the commands that have to do with the history. Apart from those commands, which load SQLite.
 *
 * @module
 */
import type { Checked, Flag, Flags } from "../shared/flags.ts";
import { parseRoomName } from "../shared/names.ts";

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
    help: "only this room",
    default: undefined,
    parse: parseRoom,
  },
  since: {
    placeholder: "TIME",
    help: "only what was said since: 2026-01-31, 2026-01-31T12:00Z, or milliseconds since 1970",
    default: undefined,
    parse: parseTime,
  },
} satisfies Flags;

function parseRoom(text: string): Checked<string> {
  const parsed = parseRoomName(text);
  return parsed.ok ? { value: parsed.name } : { problem: `is not a room: ${parsed.refusal.text}` };
}

/** A date alone is midnight in UTC, as the times in the export are. */
function parseTime(text: string): Checked<number> {
  const value = /^\d{5,15}$/.test(text) ? Number(text) : /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(value) ? { problem: "is not a time; allowed are dates such as 2026-01-31 and milliseconds since 1970" } : { value };
}
