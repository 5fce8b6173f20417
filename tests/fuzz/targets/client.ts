/**
 * What the client reads of its own files, and of what is typed.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { parseInput } from "../../../client/slash_commands.ts";
import { type JournalContent, parseJournal } from "../../../client/state/journal.ts";
import { formatServers, parseServers } from "../../../client/state/servers.ts";
import { decodeClientFrame, encodeFrame } from "../../../shared/codec.ts";
import { type ClientFrame, LIMITS, type Moderate } from "../../../shared/protocol.ts";
import { isClean } from "../../../shared/text.ts";
import { type Target, textOf } from "../target.ts";

const SERVER = { name: "bob", at: 1_790_000_000_000, epoch: "e1", rooms: ["lobby", "dev"], cursors: { lobby: 7 } };
const JSON_TOKENS = [...'{}[],:"\\\n', '"__proto__":', "null", "1e400", "-1", "0", '"x"', '"a":1e-9,', "[[", '{"a":'];

/** What is understood is written and read as the same. */
const servers: Target = {
  name: "servers.json",
  grammar: {
    examples: [
      JSON.stringify({ "a:1": SERVER, "b:2": { ...SERVER, at: 1, rooms: [] } }),
      "{}",
      '{"__proto__":' + JSON.stringify(SERVER) + "}",
    ],
    tokens: [...JSON_TOKENS, '"name":', '"at":', '"epoch":', '"rooms":', '"cursors":', JSON.stringify(SERVER)],
    longest: 4 * LIMITS.frameBytes,
  },
  check: (input) => {
    const found = parseServers(textOf(input));
    if (typeof found === "string") return;
    const again = parseServers(formatServers(found, Math.min(...[...found.values()].map(({ at }) => at))));
    assert(typeof again !== "string", "what was written is not understood");
    assertEquals(new Set(again.keys()), new Set([...found.keys()].slice(0, again.size === found.size ? undefined : 0)), "a server is lost");
  },
};

const OWNER = '{"server":"a:1","installation":"i","name":"bob"}\n';
const SAY = (n: number) => `{"at":${n},"say":{"kind":"say","ref":"r${n}","room":"lobby","text":"hi"}}\n`;

/** Each message that waits is one that can be said; a last line that was cut short changes nothing. */
const journals: Target = {
  name: "journal",
  grammar: {
    examples: [OWNER + SAY(1) + SAY(2) + '{"answered":"r1"}\n', OWNER, SAY(1) + OWNER],
    tokens: [...JSON_TOKENS, OWNER, SAY(1), SAY(2), '{"answered":"r1"}\n', '"say":', "null\n", "1\n"],
    longest: LIMITS.textBytes,
  },
  check: (input) => {
    const text = textOf(input);
    const found = parseJournal(text);
    assertEquals(parseJournal(text.slice(0, text.lastIndexOf("\n") + 1) + '{"answered":"r1"}'), found);
    if (typeof found === "string") return;
    assertEquals(parseJournal(written(found)), { ...found, broken: false });
  },
};

function written({ owner, waiting }: JournalContent): string {
  return [owner, ...waiting].map((item) => `${JSON.stringify(item)}\n`).join("");
}

/** A line is nothing, something to say that was typed, a command, or wrong in one line. */
const input: Target = {
  name: "typed line",
  grammar: {
    examples: [
      ...["hi", "/join #dev", "/history 20", "/set bell off", "//etc", "/ignore @bob:", "/switch 2", "bye", "/me waves", "/topic", "/bans"],
      ...[
        "/kick bob spam",
        "/ban 203.0.113.0/24 1d spam",
        "/mute @bob: 10m",
        "/slow 5s",
        "/readonly on",
        "/op bob",
        "/delete 7",
        "/claim ABCD",
      ],
    ],
    tokens: [
      ...["/", "/join ", "/set ", "/swich", "/history ", "/nick ", "/constructor", " ", "\n", "\t", "#", "dev", "9", "@", ":", "é", "a"],
      ...[
        "/ban ",
        "/mute ",
        "/unban ",
        "/kick ",
        "/slow ",
        "/readonly ",
        "/announce ",
        "/delete ",
        "bob",
        "1d",
        "0s",
        "99999w",
        "on",
        "off",
        "::1",
        "/64",
      ],
    ],
    longest: LIMITS.textBytes,
  },
  check: (typed) => {
    const found = parseInput(typed);
    assert(found !== undefined || typed.trim() === "", "something was typed");
    if (found?.kind === "wrong") assert(found.line === typed && found.why !== "");
    if (found?.kind === "say") assert(found.text.trim() !== "" && found.text.length <= typed.length, `says ${JSON.stringify(found.text)}`);
    if (found?.kind === "delete") assertAsked({ kind: "delete", ref: "r", room: "dev", seq: found.seq ?? 0 });
    if (found?.kind === "moderate") assertAct({ kind: "moderate", ref: "r", ...found.frame });
    if (found?.kind === "join") assertEquals(parseInput(`/join ${found.room}`), found);
  },
};

/** An act holds for ever, or for a time that is one. */
function assertAct(frame: Moderate): void {
  const { act, ms } = frame;
  assert(ms === undefined || ms <= LIMITS.actMs && (ms > 0 || act === "slow"), `${act} for ${ms} ms`);
  assertAsked(frame);
}

/** What the server is asked for it understands, or can say what is wrong. */
function assertAsked(frame: ClientFrame): void {
  const decoded = decodeClientFrame(encodeFrame(frame));
  if (decoded.kind === "malformed") assert(isClean(decoded.text), `not clean: ${JSON.stringify(decoded.text)}`);
  else assertEquals(decoded, frame);
}

export const CLIENT: readonly Target[] = [servers, journals, input];
