/**
 * Those who would keep order and have no right to, and those who have and go too far.
 *
 * Whatever is done, is done in rooms of their own: the honest two are in the lobby.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { answered, compare, Foe, frames, hello, inFewWords, line, says } from "../foe.ts";
import { act, den, DIRTY, type Frame, ordered, OWNERS, type Right, SECRET, withRights } from "../rights.ts";
import { type Group, HUSH, type Row } from "../row.ts";

type Answer = string | RegExp;

const RIGHTLESS = "refused not_allowed: only those who keep order here may do that";
const NO_ROOM = 'refused no_such_room: A room\'s name has letters, digits, "-", "_" and "." only';
const ACT = "error malformed: moderate.act: must be one of claim, kick, ban, unban, mute, unmute, op, deop, slow, readonly, announce";
const MS = "error malformed: moderate.ms: must be a whole number from 0 to 31622400000";
const nobody = (name: string) => `refused no_such_person: nobody here is called ${name}, nor was a moment ago`;
const noAddress = (text: string) =>
  `refused no_such_person: ${text} is no address; write one as 203.0.113.7, 203.0.113.0/24 or 2001:db8::/64`;
const THIS_MACHINE = "refused not_allowed: this machine cannot be banned";

/** A row: somebody with a right, these acts, and what answers them, whatever is first; the farewell is left out. */
function ruled(what: string, right: Right, name: string, acts: readonly Frame[], ...answer: readonly string[]): Row {
  return {
    name: what,
    attack: async (scene) => {
      await ordered(scene);
      const answers = await answered(scene.port, hello(name, { secret: SECRET[right], rooms: [den(name)] }), ...acts.map(act));
      compare(answers.slice(0, -1).toSorted(), answer.toSorted());
    },
  };
}

/** A row: somebody without rights, these frames, and what answers them; the farewell is left out. */
function rightless(what: string, name: string, frames: readonly Frame[], ...answer: readonly Answer[]): Row {
  return {
    name: what,
    attack: async (scene) => {
      await ordered(scene);
      const greeting = hello(name, { secret: `${HUSH} ${name}`, rooms: [den(name)] });
      compare((await answered(scene.port, greeting, ...frames.map(line))).slice(0, -1), answer);
    },
  };
}

/** A row: an act of the owner's that makes no sense. */
function wrong(what: string, n: number, frame: Frame, answer: string): Row {
  return ruled(`the owner: ${what}`, "owner", `w${n}`, [frame], answer);
}

/** A row: a room that is reserved for what was done, by this spelling, is no room for anything. */
function audit(spelling: string, n: number): Row {
  const room = spelling;
  const name = `a${n}`;
  const frames = [
    { kind: "join", room },
    { kind: "part", room },
    { kind: "say", room, text: HUSH },
    { kind: "topic", room, text: HUSH },
    { kind: "who", room },
    { kind: "history", room, limit: 200 },
    { kind: "search", room, words: "ban", limit: 200 },
    { kind: "delete", room, seq: 1 },
    { kind: "delete", room, seq: 0 },
    { kind: "moderate", act: "readonly", room, on: true },
    { kind: "moderate", act: "slow", room, ms: 1_000 },
  ];
  return {
    name: `the audit room, as ${JSON.stringify(spelling)}`,
    attack: async (scene) => {
      using owner = await withRights(scene, "owner", name);
      await owner.send(frames.map((frame) => line({ ref: HUSH, ...frame })).join(""));
      const answers = inFewWords(await owner.until(/"ref":"hush-hush"/, frames.length) + "\n");
      assertEquals(answers.filter((answer) => !answer.startsWith("refused no_such_")), []);
      compare((await answered(scene.port, hello(`${name}b`, { rooms: [room] }))).slice(0, 1), [/^refused no_such_room: /]);
    },
  };
}

/** A row: a network, and what the owner hears who bans it. */
function network(target: string, n: number, answer: string): Row {
  return ruled(`a ban of ${target}`, "owner", `n${n}`, [{ act: "ban", target }], answer);
}

/** Of the internet. Who wants that may. */
const HALVES = ["128.0.0.0/1", "8000::/1"];
const COMMANDS = ["claim", "kick", "ban", "unban", "bans", "mute", "unmute", "op", "deop", "slow", "readonly", "announce", "audit"];
const ACTS: readonly Frame[] = [
  { act: "kick", target: "alice" },
  { act: "ban", target: "alice", text: HUSH },
  { act: "ban", target: "203.0.113.0/24" },
  { act: "unban", target: "alice" },
  { act: "mute", target: "alice", ms: 1 },
  { act: "unmute", target: "alice" },
  { act: "op", target: "alice" },
  { act: "deop", target: "otto" },
  { act: "slow", room: "lobby", ms: 1 },
  { act: "readonly", room: "lobby", on: true },
  { act: "announce", text: HUSH },
];

export const order: Group = {
  name: "keeping order",
  rows: [
    ...ACTS.map((frame, n) =>
      rightless(
        `without rights: ${frame.act} ${frame.target ?? frame.room ?? ""}`.trim(),
        `r${n}`,
        [{ kind: "moderate", ...frame }],
        RIGHTLESS,
      )
    ),
    rightless(
      "without rights: the reports",
      "r20",
      [{ kind: "report", about: "bans" }, { kind: "report", about: "audit" }],
      ...Array<string>(2).fill("refused not_allowed: only those who keep order here may ask for that"),
    ),
    rightless(
      "without rights: a report of what there is not",
      "r21",
      [{ kind: "report", about: "secrets" }],
      /^error malformed: report\.about: /,
    ),
    rightless(
      "without rights: a field for the role",
      "r22",
      [{ kind: "moderate", act: "op", target: "r22", role: "owner", by: "olga" }],
      RIGHTLESS,
    ),
    {
      name: "without rights: a role in the hello",
      attack: async (scene) => {
        await ordered(scene);
        using foe = await Foe.framed(scene, "r23", { rooms: [den("r23")], role: "owner", installation: "x" });
        await foe.send(act({ act: "announce", text: HUSH }));
        await foe.until(/"not_allowed"/);
      },
    },
    says(
      "every command of those who keep order, at netcat",
      [`r24\n/join #r24s-den\n${COMMANDS.map((command) => `/${command} x\n`).join("")}bye\n`],
      "* You are in #r24s-den now. Here: r24.",
      ...COMMANDS.map((command) =>
        `! not sent: /${command} takes a client that the server remembers: join with chat client or a browser to keep order`
      ),
      "* Bye, r24 (0 messages sent).",
    ),
    rightless(
      "the owner's code: once more, when it has been used, and ones that are none",
      "r25",
      ["", "0", "x".repeat(10_000), "ABCD-EFGH-JKMN-0000", "\u202e", "ABCD-EFGH-JKMN-0001", "!"].map((text) => ({
        kind: "moderate",
        act: "claim",
        text,
      })),
      ...Array<string>(7).fill(
        "refused not_allowed: olga owns this server, and can make you an op; whoever starts it can take it over with --new-owner",
      ),
    ),
    frames(
      "the owner's code, from a client that is not remembered",
      "r26",
      [act({ act: "claim", text: "0" })],
      "refused not_allowed: this client is not remembered: join with chat client or a browser, and type it there",
      "bye: Bye, r26 (0 messages sent)",
    ),
    wrong("an act that is none", 1, { act: "promote", target: "alice" }, ACT),
    wrong("no act", 2, { target: "alice" }, ACT),
    wrong("a time below nothing", 3, { act: "ban", target: "alice", ms: -1 }, MS),
    wrong("a time that is no number", 4, { act: "ban", target: "alice", ms: NaN }, MS),
    wrong("a time of 1e300", 5, { act: "ban", target: "alice", ms: 1e300 }, MS),
    wrong("a time of 2^53", 6, { act: "mute", target: "alice", ms: 2 ** 53 }, MS),
    wrong("a time of half a millisecond", 7, { act: "mute", target: "alice", ms: 0.5 }, MS),
    wrong("a time in words", 8, { act: "mute", target: "alice", ms: "1d" }, MS),
    wrong(
      "no time at all",
      9,
      { act: "ban", target: "alice", ms: 0 },
      "refused not_allowed: say for how long, or leave that out: it is for ever then",
    ),
    wrong(
      "a target that is a number",
      10,
      { act: "kick", target: 7 },
      "error malformed: moderate.target: must be a string of at most 16384 bytes",
    ),
    wrong("no target", 11, { act: "kick" }, nobody("that")),
    wrong("an empty target", 12, { act: "ban", target: "" }, nobody("that")),
    wrong("a target that is nobody", 13, { act: "mute", target: "nobody" }, nobody("nobody")),
    wrong("a target of 10 KB", 14, { act: "kick", target: "x".repeat(10_000) }, nobody("x".repeat(64))),
    wrong(
      "a target of 10 KB of emoji",
      15,
      { act: "unban", target: `x${"😀".repeat(2_500)}` },
      nobody(`x${"😀".repeat(63)}`),
    ),
    wrong(
      "a target that moves the cursor",
      16,
      { act: "unmute", target: DIRTY.sent },
      `refused no_such_person: ${DIRTY.shown} is not muted; /bans lists who is`,
    ),
    wrong("a target that does not move the cursor", 17, { act: "op", target: DIRTY.sent }, nobody(DIRTY.shown)),
    wrong("a target with a NUL", 18, { act: "deop", target: "otto\0" }, "refused no_such_person: otto is not an op"),
    wrong(
      "a reason of 10 KB",
      19,
      { act: "kick", target: "alice", text: "x".repeat(10_000) },
      "refused text_too_long: that may have 256 bytes at most, and had 10,000",
    ),
    wrong(
      "a reason that is an object",
      20,
      { act: "kick", target: "alice", text: {} },
      "error malformed: moderate.text: must be a string of at most 16384 bytes",
    ),
    wrong(
      "an announcement of 10 KB",
      21,
      { act: "announce", text: "x".repeat(10_000) },
      "refused text_too_long: that may have 4,012 bytes at most, and had 10,000",
    ),
    wrong(
      "an announcement of nothing that is seen",
      22,
      { act: "announce", text: "\u202e\x07 \n" },
      "refused text_empty: say what to announce",
    ),
    wrong("a room that is none", 23, { act: "slow", room: "no where", ms: 1 }, NO_ROOM),
    wrong(
      "a room that there is not",
      24,
      { act: "readonly", room: "nowhere", on: true },
      "refused no_such_room: there is no room #nowhere",
    ),
    wrong("no room", 25, { act: "slow", ms: 1 }, "refused no_such_room: say which room"),
    wrong("no pause", 26, { act: "slow", room: "lobby" }, "refused not_allowed: say how slow, in ms"),
    wrong("neither on nor off", 27, { act: "readonly", room: "lobby" }, "refused not_allowed: say on or off"),
    wrong("on in a word", 28, { act: "readonly", room: "lobby", on: "on" }, "error malformed: moderate.on: must be true or false"),
    wrong(
      "somebody who is not banned",
      29,
      { act: "unban", target: "alice" },
      "refused no_such_person: alice is not banned; /bans lists who is",
    ),
    wrong("itself", 30, { act: "kick", target: "w30" }, "refused not_allowed: that is you"),
    wrong("itself, as an op", 31, { act: "op", target: "w31" }, "refused not_allowed: w31 keeps order already"),
    wrong(
      "somebody at netcat as an op",
      32,
      { act: "op", target: "bob" },
      "refused not_allowed: bob has a client that is not remembered; chat client and the page are",
    ),
    wrong("the server's own name", 33, { act: "kick", target: "server" }, nobody("server")),
    ...["!audit", "#!audit", "!AUDIT", " !audit ", "！audit", "!audit\0", "!a\u200budit", "audit!", "##!audit", "../!audit"].map(audit),
    ...[
      "127.0.0.1",
      "127.1.2.3",
      "127.0.0.0/8",
      "::1",
      "::ffff:127.0.0.1",
      "[::1]",
      "0.0.0.0/0",
      "0.0.0.0/1",
      "126.0.0.0/7",
      "::/0",
      "::/1",
      "::1%eth0",
    ]
      .map((target, n) => network(target, n, THIS_MACHINE)),
    ...["300.1.1.1", "1.2.3.4/33", "::/129", "1.2.3", "1.2.3.4/", "1::2::3"].map((target, n) => network(target, 20 + n, noAddress(target))),
    ...["localhost", "0x7f.0.0.1"].map((target, n) => network(target, 26 + n, nobody(target))),
    ruled(
      "an op against the owner",
      "op",
      "o1",
      ["kick", "ban", "mute", "op", "deop"].map((name) => ({ act: name, target: "olga" })),
      ...Array<string>(3).fill("refused not_allowed: olga owns this server"),
      OWNERS,
      OWNERS,
    ),
    ruled(
      "an op against another",
      "op",
      "o2",
      ["kick", "ban", "mute", "op", "deop"].map((name) => ({ act: name, target: "omar" })),
      ...Array<string>(3).fill("refused not_allowed: omar is an op; only the owner may do that"),
      OWNERS,
      OWNERS,
    ),
    ruled(
      "an op against itself",
      "op",
      "o3",
      [{ act: "deop", target: "o3" }, { act: "ban", target: "o3" }],
      OWNERS,
      "refused not_allowed: that is you",
    ),
    ...HALVES.map((target, n) => network(target, 40 + n, `done: ${target} was banned by n${40 + n} for ever`)),
    ruled(
      "what is lifted that was never held",
      "op",
      "o5",
      [{ act: "unban", target: "203.0.113.77" }, { act: "unmute", target: "" }, {
        act: "unban",
      }],
      "refused no_such_person: 203.0.113.77 is not banned; /bans lists who is",
      "refused no_such_person: nobody is not muted; /bans lists who is",
      "refused no_such_person: nobody is not banned; /bans lists who is",
    ),
  ],
};
