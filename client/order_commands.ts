/**
 * The commands of those who keep order.
 *
 * @module
 */
import { duration, durationText, leadingDuration } from "../shared/durations.ts";
import { LIMITS, type Moderate } from "../shared/protocol.ts";
import type { Command, Input } from "./input.ts";

const COMMANDS: readonly Command[] = [
  {
    name: "/kick",
    usage: "NAME [WHY]",
    help: "end somebody's visit; they may come back",
    completes: "nick",
    read: about((target, why) => act({ act: "kick", target, ...why })),
  },
  {
    name: "/ban",
    usage: "NAME|ADDRESS [1d] [WHY]",
    help: "keep somebody out, for so long or for ever",
    completes: "nick",
    read: about((target, why) => act({ act: "ban", target, ...why }), true),
  },
  {
    name: "/unban",
    usage: "NAME|ADDRESS",
    help: "let somebody in again",
    read: about((target) => act({ act: "unban", target })),
  },
  {
    name: "/mute",
    usage: "NAME [10m] [WHY]",
    help: "let somebody read only, for so long or for ever",
    completes: "nick",
    read: about((target, why) => act({ act: "mute", target, ...why }), true),
  },
  {
    name: "/unmute",
    usage: "NAME",
    help: "let somebody talk again",
    completes: "nick",
    read: about((target) => act({ act: "unmute", target })),
  },
  {
    name: "/slow",
    usage: "5s|off",
    help: "let all but those who keep order talk in this room only so often",
    completes: ["off"],
    read: slow,
  },
  {
    name: "/readonly",
    usage: "on|off",
    help: "let only those talk in this room who keep order",
    completes: ["on", "off"],
    read: readOnly,
  },
  {
    name: "/announce",
    usage: "TEXT",
    help: "say something in every room",
    read: (text) => text === "" ? "needs a text" : act({ act: "announce", text }),
  },
  {
    name: "/op",
    usage: "NAME",
    help: "let somebody keep order too",
    completes: "nick",
    read: about((target) => act({ act: "op", target })),
  },
  { name: "/deop", usage: "NAME", help: "take that back", completes: "nick", read: about((target) => act({ act: "deop", target })) },
  { name: "/bans", help: "who and what is held back", read: report("bans") },
  { name: "/audit", help: "what was done to keep order", read: report("audit") },
];

/** What those who keep order may do, apart from deleting. */
export const ORDER_COMMANDS: readonly Command[] = COMMANDS.map((command) => ({ ...command, keepsOrder: true }));

function act(frame: Omit<Moderate, "kind" | "ref">): Input {
  return { kind: "moderate", frame };
}

/** How long something is to hold, for ever without `ms`, and why. */
interface Terms {
  /** In milliseconds. */
  readonly ms?: number;
  readonly text?: string;
}

const BOUNDS = `a time of ${durationText(1_000)} to ${durationText(LIMITS.actMs)}`;

/** Reads whom it is about, how long where `timed`, and why. */
function about(input: (target: string, terms: Terms) => Input, timed = false): Command["read"] {
  return (rest) => {
    const [, name, more] = rest.match(/^(\S+)\s*([^]*)$/) ?? [];
    if (name === undefined) return "needs a name";
    // `@bob`, `bob:` and `bob,` mean bob; an address may end with colons of its own.
    const target = name.replace(/^@/, "").replace(/^([^:]+)[:,]$/, "$1");
    const terms = timed ? termsOf(more) : reason(more);
    return typeof terms === "string" ? terms : input(target, terms);
  };
}

/** Reads how long and why. What looks like a time and is none MUST NOT become a reason, with which it would hold for ever. */
export function termsOf(text: string): Terms | string {
  const begin = text.replace(/^for\s+(?=[-+.\d])/i, "");
  const long = leadingDuration(begin);
  if (long && isAllowed(long.value)) return { ms: long.value, ...reason(long.rest) };
  if (!/^[-+.]*\d|^-/.test(begin)) return reason(text);
  const [given] = begin.match(/^[-+.\d]+\s+\S+|^\S+/) ?? [];
  return `takes ${BOUNDS}, as in 10m, 2h or 3d, and ${JSON.stringify(given)} is none; without one, start the reason with a letter`;
}

function reason(text: string): Terms {
  return text === "" ? {} : { text };
}

function isAllowed(ms: number): boolean {
  return ms > 0 && ms <= LIMITS.actMs;
}

function slow(rest: string): Input | string {
  if (rest.toLowerCase() === "off") return act({ act: "slow", ms: 0 });
  const pause = duration(rest);
  if ("value" in pause && isAllowed(pause.value)) return act({ act: "slow", ms: pause.value });
  return `takes ${BOUNDS}, or off, as in /slow 5s`;
}

function readOnly(rest: string): Input | string {
  const on = rest.toLowerCase();
  return on === "on" || on === "off" ? act({ act: "readonly", on: on === "on" }) : "takes on or off";
}

function report(about: "bans" | "audit"): Command["read"] {
  return (rest) => rest === "" ? { kind: "report", about } : `takes nothing after it, and here came ${JSON.stringify(rest)}`;
}
