/**
 * The flags of `chat invite`. Apart from the command, which loads SQLite.
 *
 * @module
 */
import { inviteCode, lasting } from "../../shared/flag_values.ts";
import { between, type Flags } from "../../shared/flags.ts";
import { DATA_FLAG } from "../history_flags.ts";

/** How often one invite may be used at most. */
const MOST_USES = 1_000;

/** The flags of `chat invite`. */
export const INVITE_FLAGS = {
  expires: {
    placeholder: "WHEN",
    help: "how long it may be used to come in the first time: 30m, 12h, 7d (default: 1d)",
    default: undefined,
    parse: lasting("1m", "365d"),
  },
  uses: {
    placeholder: "N",
    help: "how many may come in with it",
    default: 1,
    parse: between(1, MOST_USES, "a number of uses"),
  },
  revoke: {
    placeholder: "CODE",
    help: "take back the invite with this code or link; who came in with it is asked for the password when they come next",
    default: undefined,
    parse: inviteCode,
  },
  data: { ...DATA_FLAG, help: "the data folder of the server that it is for (default: this user's server)" },
} satisfies Flags;
