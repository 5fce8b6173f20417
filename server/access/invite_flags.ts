/**
 * The flags and the help of `chat invite`. Apart from the command, which loads SQLite.
 *
 * @module
 */
import { inviteCode, lasting } from "../../shared/flag_values.ts";
import { between, type Flags } from "../../shared/flags.ts";
import type { Command } from "../../shared/help.ts";
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

/** `chat invite`, as its help tells of it. */
export const INVITE_COMMAND: Command = {
  summary: "let somebody in without the password",
  usage: "chat invite [flags]",
  about: "Makes an invite to this user's server, which asks for a password, and prints its code and a link. The code stands in for the " +
    "password. Whoever comes in with it is known again and comes back without it, but for those at netcat, who use it up each time. The " +
    "server need not run; one with --ephemeral keeps no invites.",
  flags: INVITE_FLAGS,
  examples: [
    ["chat invite", "for one person, for a day"],
    ["chat invite --uses 5 --expires 7d", "for five people, for a week"],
    ["chat invite --revoke 7KQM-...", "take one back"],
  ],
};
