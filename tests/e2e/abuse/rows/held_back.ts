/**
 * Those who are kicked, banned, muted or slowed and will not stay so, deletions of what is not theirs, and those who keep order too much.
 *
 * Whatever is done, is done in rooms of their own: the honest two are in the lobby.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { answered, compare, Foe, hello, inFewWords, line } from "../foe.ts";
import { act, den, DIRTY, type Frame, withRights } from "../rights.ts";
import { type Group, HUSH, type Row, type Scene } from "../row.ts";
import { unclean } from "../shown.ts";

type Answer = string | RegExp;

const MUTED = "refused muted: you are muted for ever: be quiet";
const NOTHING_SAID = "refused no_such_entry: you have said nothing here lately that could be deleted";
const CONFLICT = "refused ref_conflict: this ref was used for something else before";
const gone = (seq: number, name: string) => `refused no_such_entry: there is no message ${seq} in #${den(name)} that could be deleted`;
const refOf = (line: string) => Number(JSON.parse(line).ref);
const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const secretOf = (name: string) => `${HUSH} ${name}`;

/** A row: an op does this to somebody or their room, who then tries these, each answered so. */
function tries(what: string, name: string, done: Frame, sent: readonly Frame[], ...answer: readonly Answer[]): Row {
  return {
    name: what,
    attack: async (scene) => {
      using foe = await Foe.framed(scene, name, { secret: secretOf(name), rooms: [den(name)] });
      using op = await withRights(scene, "op", `${name}o`);
      await op.send(act(done));
      await op.until(/"done"/);
      await foe.send(sent.map((frame, i) => line({ ref: `${i}`, room: den(name), ...frame })).join(""));
      // A refusal does not wait for what is kept.
      const heard = (await foe.until(/"ref":"\d+"/, sent.length)).split("\n").toSorted((a, b) => refOf(a) - refOf(b));
      compare(inFewWords(`${heard.join("\n")}\n`), answer);
    },
  };
}

/** A row: somebody in a room where another has said "theirs" and set a topic, which are its 1st and 2nd entries, sends these. */
function deletes(what: string, name: string, sent: readonly Frame[], ...answer: readonly Answer[]): Row {
  return {
    name: what,
    attack: async (scene) => {
      const rooms = [den(name)];
      using other = await Foe.framed(scene, `${name}a`, { secret: secretOf(`${name}a`), rooms });
      await other.send(
        line({ kind: "say", room: den(name), text: "theirs" }) + line({ kind: "topic", ref: "t", room: den(name), text: "topic" }),
      );
      await other.until(/"ref":"t"/);
      using foe = await Foe.framed(scene, name, { secret: secretOf(name), rooms });
      const answers = [];
      for (const [i, frame] of sent.entries()) {
        await foe.send(line({ ref: `${i}`, room: den(name), ...frame }));
        answers.push(...inFewWords(`${await foe.until(new RegExp(`"ref":"${frame.ref ?? i}"`))}\n`));
      }
      compare(answers, answer);
      // Nothing of the other's was taken.
      await other.send(line({ kind: "history", ref: "h", room: den(name), limit: 2, after: 0 }));
      const { entries } = JSON.parse(await other.until(/"ref":"h"/));
      assertEquals(entries.map(({ text }: { text: string }) => text), ["theirs", "topic"]);
    },
  };
}

/** What somebody is told who would come in. */
async function enters(scene: Scene, name: string, secret: string): Promise<string> {
  return (await answered(scene.port, hello(name, { secret, rooms: [den(name)] })))[0];
}

/** Bans so many networks, by as many of the owner's connections as it takes: from each 50 come at once. */
async function ban(scene: Scene, many: number): Promise<void> {
  for (const i of range(many / 50)) {
    using owner = await withRights(scene, "owner", `f2-${i}`);
    await owner.send(range(50).map((n) => act({ act: "ban", target: `203.${i}.${n}.0/24`, text: "x".repeat(256) })).join(""));
    await owner.until(/"done"/, 50);
  }
}

export const heldBack: Group = {
  name: "held back",
  rows: [
    tries(
      "muted: by every way of being heard",
      "m1",
      { act: "mute", target: "m1", text: "be quiet" },
      [
        { kind: "say", text: HUSH },
        { kind: "say", text: `/me ${HUSH}` },
        { kind: "topic", text: HUSH },
        { kind: "topic", text: "" },
        { kind: "nick", name: "m1-listen-to-me" },
        { kind: "away", text: HUSH },
        { kind: "away" },
        { kind: "join", room: "m1s-other-den" },
        { kind: "say", room: "m1s-other-den", text: HUSH },
        { kind: "delete", seq: 0 },
        { kind: "moderate", act: "unmute", target: "m1" },
      ],
      ...Array<string>(6).fill(MUTED),
      "done: You are back",
      "members of m1s-other-den",
      MUTED,
      NOTHING_SAID,
      "refused not_allowed: only those who keep order here may do that",
    ),
    tries(
      "muted: 45 messages",
      "m2",
      { act: "mute", target: "m2", ms: 60_000, text: "be quiet" },
      range(45).map(() => ({ kind: "say", text: HUSH })),
      ...Array<RegExp>(45).fill(/^refused muted: you are muted for another \d+ [ms]: be quiet$/),
    ),
    tries(
      "read-only: 45 messages and topics",
      "m3",
      { act: "readonly", room: den("m3"), on: true },
      range(45).map((n) => ({ kind: n % 2 ? "say" : "topic", text: HUSH })),
      ...Array<string>(45).fill("refused read_only: #m3s-den is read-only: only those who keep order talk there"),
    ),
    tries(
      "slow: 45 messages, one of which is heard",
      "m4",
      { act: "slow", room: den("m4"), ms: 3_600_000 },
      range(45).map((n) => ({ kind: n % 2 ? "topic" : "say", text: HUSH })),
      `said: ${HUSH}`,
      ...Array<RegExp>(44).fill(/^refused slow_mode: #m4s-den is slow: you can talk again in /),
    ),
    ...[{ act: "readonly", on: true }, { act: "slow", ms: 3_600_000 }].map(({ act: name, ...more }, i): Row => ({
      name: `${name}: reasons for being away are not heard, and at most three times that somebody is`,
      attack: async (scene) => {
        const [foes, room] = [`m7${i}`, den(`m7${i}`)];
        using watcher = await Foe.framed(scene, `${foes}w`, { rooms: [room] });
        using op = await withRights(scene, "op", `${foes}o`);
        using foe = await Foe.framed(scene, foes, { secret: secretOf(foes), rooms: [room] });
        await op.send(act({ act: name, room, ...more }));
        await op.until(/"done"/);
        await foe.send(range(45).map((n) => line({ kind: "away", ref: `${n}`, text: `${HUSH} ${n}` })).join(""));
        await foe.until(/"ref":"\d+"/, 45);
        await watcher.send(line({ kind: "bye" }));
        const heard = (await watcher.rest()).split("\n").filter((frame) => frame.includes('"kind":"away"'));
        assertEquals(heard.map((frame) => JSON.parse(frame).text), ["", "", ""]);
      },
    })),
    {
      name: "muted: an op who is not heard by acts either, and does not lift it",
      attack: async (scene) => {
        using owner = await withRights(scene, "owner", "m8o");
        using foe = await Foe.framed(scene, "m8", { secret: secretOf("m8"), rooms: [den("m8")] });
        using _other = await Foe.framed(scene, "m8x", { rooms: [den("m8")] });
        await owner.send(act({ act: "op", target: "m8" }) + act({ act: "mute", target: "m8", text: "be quiet" }));
        await owner.until(/"done"/, 2);
        const tried = [
          { act: "announce", text: HUSH },
          { act: "kick", target: "m8x", text: HUSH },
          { act: "unmute", target: "m8" },
        ];
        await foe.send(tried.map((frame, i) => act({ ref: `${i}`, ...frame })).join(""));
        compare(inFewWords(`${await foe.until(/"ref":"\d"/, 3)}\n`), [
          MUTED,
          MUTED,
          "refused not_allowed: you are muted by m8o; only the owner may lift that",
        ]);
      },
    },
    {
      name: "banned: somebody under a name that was borrowed, and not whose it is",
      attack: async (scene) => {
        using op = await withRights(scene, "op", "b3o");
        await enters(scene, "b3", secretOf("b3"));
        using foe = await Foe.framed(scene, "b3x", { secret: secretOf("b3x"), rooms: [den("b3x")] });
        await foe.send(line({ kind: "nick", name: "b3" }) + line({ kind: "nick", name: "b3y" }));
        await foe.until(/You are b3y now/);
        await op.send(act({ ref: "1", act: "ban", target: "b3" }));
        compare(inFewWords(`${await op.until(/"ref":"1"/)}\n`), [
          /^done: b3y was banned by b3o for ever \(their client\); b3y was b3 until \d+ s ago$/,
        ]);
        compare([await enters(scene, "b3", secretOf("b3"))], ["bye: Bye, b3 (0 messages sent)"]);
        compare(inFewWords(await foe.rest()).slice(-1), ["bye: You are banned for ever"]);
      },
    },
    {
      name: "muted: by another name, another connection, a token",
      attack: async (scene) => {
        using op = await withRights(scene, "op", "m5o");
        let token: unknown;
        {
          using foe = await Foe.connect(scene);
          await foe.send(hello("m5", { secret: secretOf("m5"), rooms: [den("m5")] }));
          ({ token } = JSON.parse(await foe.until(/"welcome"/)));
          await op.send(act({ act: "mute", target: "m5", text: "be quiet" }));
          await op.until(/"done"/);
        }
        const said = line({ kind: "say", room: den("m5"), text: HUSH });
        const ways = [
          hello("m5b", { secret: secretOf("m5"), rooms: [den("m5")] }),
          line({ kind: "resume", v: [1], token, epoch: "e", cursors: {} }),
        ];
        for (const way of ways) {
          const heard = await answered(scene.port, way, said);
          compare(heard.filter((answer) => !answer.startsWith("notice: ")).slice(0, 1), [MUTED]);
        }
      },
    },
    {
      name: "muted: what was said before is answered once more, and not heard once more",
      attack: async (scene) => {
        using op = await withRights(scene, "op", "m6o", { rooms: [den("m6")] });
        using foe = await Foe.framed(scene, "m6", { secret: secretOf("m6"), rooms: [den("m6")] });
        const said = line({ kind: "say", ref: "1", room: den("m6"), text: "before" });
        await foe.send(said);
        await foe.until(/"ref":"1"/);
        await op.send(act({ act: "mute", target: "m6", text: "be quiet" }));
        await op.until(/"done"/);
        await foe.send(said + line({ kind: "say", ref: "2", room: den("m6"), text: HUSH }));
        const answers = await foe.until(/"ref":"[12]"/, 2);
        assertEquals(inFewWords(`${answers}\n`).toSorted(), ["again: before", MUTED]);
        await op.send(line({ kind: "bye" }));
        assertEquals((await op.rest()).match(/before/g), null);
      },
    },
    {
      name: "kicked in the middle of a flood: nothing is heard after it",
      attack: async (scene) => {
        using watcher = await Foe.framed(scene, "k1w", { rooms: [den("k1")] });
        using op = await withRights(scene, "op", "k1o");
        using foe = await Foe.framed(scene, "k1", { secret: secretOf("k1"), rooms: [den("k1")] });
        const sending = foe.send(line({ kind: "say", room: den("k1"), text: HUSH }).repeat(1_000));
        await watcher.until(/"by":"k1"[^\n]*"said"|"said"[^\n]*"by":"k1"/, 10);
        await op.send(act({ act: "kick", target: "k1", text: HUSH }));
        await watcher.until(/k1 was kicked by k1o: hush-hush/);
        await watcher.send(line({ kind: "bye" }));
        const after = (await watcher.rest()).split("\n").filter((line) => line.includes('"said"'));
        assertEquals(after, []);
        assert(/"bye","reason":"kicked"/.test(await foe.rest()));
        foe[Symbol.dispose]();
        await sending;
      },
    },
    {
      name: "kicked: its token is worth nothing",
      attack: async (scene) => {
        using op = await withRights(scene, "op", "k2o");
        using foe = await Foe.connect(scene);
        await foe.send(hello("k2", { secret: secretOf("k2"), rooms: [den("k2")] }));
        const { token } = JSON.parse(await foe.until(/"welcome"/));
        await op.send(act({ act: "kick", target: "k2" }));
        compare(inFewWords(await foe.rest()).slice(-1), ["bye: You were kicked by k2o; you may come back"]);
        const back = await answered(scene.port, line({ kind: "resume", v: [1], token, epoch: "e", cursors: {} }));
        compare(back.slice(0, 1), ["refused resume_unknown: the server does not know this session any more"]);
      },
    },
    {
      name: "banned: by another name, a token, another secret",
      attack: async (scene) => {
        using op = await withRights(scene, "op", "b1o");
        using foe = await Foe.connect(scene);
        await foe.send(hello("b1", { secret: secretOf("b1"), rooms: [den("b1")] }));
        const { token } = JSON.parse(await foe.until(/"welcome"/));
        await op.send(act({ act: "ban", target: "b1", ms: 3_600_000, text: "spam" }));
        const why = /You are banned for another 1 h: spam$/;
        compare(inFewWords(await foe.rest()).slice(-1), [why]);
        compare([await enters(scene, "b1", secretOf("b1")), await enters(scene, "b1b", secretOf("b1"))], [why, why]);
        const back = await answered(scene.port, line({ kind: "resume", v: [1], token, epoch: "e", cursors: {} }));
        compare(back.slice(0, 1), ["refused resume_unknown: the server does not know this session any more"]);
        // Of this machine nobody is banned by the address.
        compare([await enters(scene, "b1", secretOf("b1c"))], ["bye: Bye, b1 (0 messages sent)"]);
      },
    },
    {
      name: "banned: nothing but one's own ban is heard of names and rooms",
      attack: async (scene) => {
        using op = await withRights(scene, "op", "b2o");
        using _foe = await Foe.framed(scene, "b2", { secret: secretOf("b2"), rooms: [den("b2")] });
        await op.send(act({ act: "ban", target: "b2" }));
        await op.until(/"done"/);
        compare([await enters(scene, "alice", secretOf("b2")), await enters(scene, "nobody", secretOf("b2"))], [
          "refused banned: You are banned for ever",
          "refused banned: You are banned for ever",
        ]);
      },
    },
    deletes(
      "a deletion of another's message, topic, and of what there is not",
      "d1",
      [1, 2, 3, 1_000_000, Number.MAX_SAFE_INTEGER].map((seq) => ({ kind: "delete", seq })),
      ...[1, 2].map((seq) => `refused not_yours: message ${seq} of #d1s-den is not yours`),
      ...[3, 1_000_000, Number.MAX_SAFE_INTEGER].map((seq) => gone(seq, "d1")),
    ),
    deletes(
      "a deletion of no number",
      "d2",
      [-1, 0.5, 2 ** 53, 1e300, null, "1", [1]].map((seq) => ({ kind: "delete", seq })),
      ...Array<string>(7).fill("error malformed: delete.seq: must be a whole number from 0"),
    ),
    deletes("a deletion of the last message of somebody who said nothing", "d3", [{ kind: "delete", seq: 0 }], NOTHING_SAID),
    deletes(
      "a deletion in another room, in one that there is not, and in none",
      "d4",
      [den("d1"), "lobby", "nowhere", "no where", ""].map((room) => ({ kind: "delete", room, seq: 1 })),
      "refused not_in_room: you are not in #d1s-den",
      "refused not_in_room: you are not in #lobby",
      "refused no_such_room: there is no room #nowhere",
      'refused no_such_room: A room\'s name has letters, digits, "-", "_" and "." only',
      "refused no_such_room: A room's name cannot be empty",
    ),
    deletes(
      "a deletion of a deletion, and once more",
      "d5",
      [{ kind: "say", text: "mine" }, { kind: "delete", seq: 3 }, {
        kind: "delete",
        seq: 4,
      }, { kind: "delete", seq: 3 }],
      "said: mine",
      "deleted: ",
      gone(4, "d5"),
      gone(3, "d5"),
    ),
    deletes(
      "a ref for two deletions",
      "d6",
      [{ kind: "say", text: "one" }, { kind: "say", text: "two" }, {
        kind: "delete",
        ref: "d",
        seq: 3,
      }, { kind: "delete", ref: "d", seq: 4 }],
      "said: one",
      "said: two",
      "deleted: ",
      CONFLICT,
    ),
    deletes(
      "a ref for a deletion after a message",
      "d7",
      [{ kind: "say", ref: "d", text: "one" }, { kind: "delete", ref: "d", seq: 3 }],
      "said: one",
      CONFLICT,
    ),
    deletes(
      "a deletion 12 times, which is as much as 120 messages",
      "d8",
      range(12).map(() => ({ kind: "delete", seq: 1 })),
      ...Array<string>(12).fill("refused not_yours: message 1 of #d8s-den is not yours"),
    ),
    {
      name: "reasons and names in what everybody is shown are clean",
      attack: async (scene) => {
        using watcher = await Foe.framed(scene, "c1w", { rooms: [den("c1")] });
        using _foe = await Foe.framed(scene, "c1", { secret: secretOf("c1"), rooms: [den("c1")] });
        using op = await withRights(scene, "op", "c1o");
        for (const name of ["mute", "kick"]) {
          await op.send(act({ act: name, target: "c1", text: DIRTY.sent }));
          const { text } = JSON.parse(await watcher.until(/"type":"notice"/));
          assertEquals(text, `c1 was ${name === "mute" ? "muted by c1o for ever" : "kicked by c1o"}: ${DIRTY.shown}`);
        }
        await op.send(line({ kind: "report", ref: "r", about: "audit" }) + line({ kind: "report", ref: "r", about: "bans" }));
        assert(!unclean((await op.until(/"ref":"r"/, 2)).replaceAll("\n", "")));
      },
    },
    {
      name: "1,000 bans: a report tells the newest 200",
      attack: async (scene) => {
        await ban(scene, 1_000);
        using owner = await withRights(scene, "owner", "f2");
        for (const about of ["bans", "audit"]) {
          await owner.send(line({ kind: "report", ref: about, about }));
          const { lines } = JSON.parse(await owner.until(new RegExp(`"ref":"${about}"`)));
          assert(lines.length > 100 && lines.length <= 200, `${lines.length} lines`);
        }
      },
    },
    {
      name: "an op announces 50 times 4,000 bytes",
      alone: true,
      attack: async (scene) => {
        using op = await withRights(scene, "op", "f3");
        await op.send(range(50).map(() => act({ act: "announce", text: DIRTY.sent + "x".repeat(3_900) })).join(""));
        await op.until(/"done"/, 50);
      },
    },
  ],
};
