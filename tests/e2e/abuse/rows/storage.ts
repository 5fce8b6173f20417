/**
 * What tries to trip the history: refs used twice, words that mean something to a database, requests for more than there is.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { answered, compare, Foe, hello, line } from "../foe.ts";
import { type Group, HUSH, type Row, type Scene } from "../row.ts";

/** A row: somebody with an installation of their own and a room of their own, these frames, and what answers them; the farewell is left out. */
function does(what: string, name: string, sent: readonly Record<string, unknown>[], ...answer: string[]): Row {
  return {
    name: what,
    attack: async ({ port }) => {
      const greeting = hello(name, { rooms: [den(name), `${den(name)}2`], secret: `${HUSH} ${name}` });
      // Entries come by the room, refusals alone: nothing is promised about which is first.
      compare((await answered(port, greeting, ...sent.map(line))).slice(0, -1).toSorted(), answer.toSorted());
    },
  };
}

const den = (name: string) => `${name}s-den`;
const say = (name: string, ref: string, text: string, room = den(name)) => ({ kind: "say", ref, room, text });

/** A row: three messages, words to search for, and how many have them. */
function searches(what: string, name: string, words: string, found: number): Row {
  const texts = ["100% of a_b's needles", 'needle "OR" haystack', "plain\nneedle*"];
  return {
    name: `a search for ${what}`,
    attack: async (scene) => {
      using foe = await Foe.framed(scene, name, { rooms: [den(name)] });
      for (const [i, text] of texts.entries()) await foe.send(line({ kind: "say", ref: `r${i}`, room: den(name), text }));
      await foe.until(/"ref":"r2"/);
      await foe.send(line({ kind: "search", ref: "s", room: den(name), words, limit: 10 }));
      assertEquals(JSON.parse(await foe.until(/"ref":"s"/)).entries?.length, found);
    },
  };
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

/** So many people in a room of their own, who have each said so many things at once. */
async function talked({ port }: Pick<Scene, "port">, name: string, people: number, texts: readonly string[]): Promise<Foe[]> {
  return await Promise.all(
    range(people).map(async (i) => {
      const foe = await Foe.framed({ port }, `${name}-${i}`, { rooms: [den(name)] });
      await foe.send(texts.map((text, k) => line(say(name, `${i}r${k}`, text))).join(""));
      await foe.until(new RegExp(`"ref":"${i}r`), texts.length);
      return foe;
    }),
  );
}

/** Messages of 4,000 bytes, each of a thousand words that no other has. */
const wordy = (messages: number) => range(messages).map((i) => range(800).map((k) => (i * 1_000 + k + 40_000).toString(36)).join("-"));

/** A row: what makes the history in memory fold the most is said, and searched for over and over. */
const foldsAndFolds: Row = {
  name: "30 searches at once through 120 messages that are longest when they are folded",
  alone: true,
  attack: async (scene) => {
    const foes = await talked(scene, "m1", 3, Array<string>(40).fill("\ufdfa".repeat(1_365)));
    using searcher = await Foe.framed(scene, "m1s", { rooms: [den("m1")] });
    await searcher.send(line({ kind: "search", ref: "s", room: den("m1"), words: "x", limit: 1 }).repeat(30));
    await searcher.until(/"ref":"s"/, 30);
    for (const foe of foes) foe[Symbol.dispose]();
  },
};

const CONFLICT = "refused ref_conflict: this ref was used for something else before";

export const storage: Group = {
  name: "storage",
  rows: [
    does("a ref with another text", "s1", [say("s1", "r", "one"), say("s1", "r", "two")], "said: one", CONFLICT),
    does("a ref with another room", "s2", [say("s2", "r", "one"), say("s2", "r", "one", "s2s-den2")], "said: one", CONFLICT),
    does(
      "a ref for a topic after a message",
      "s3",
      [say("s3", "r", "one"), { kind: "topic", ref: "r", room: "s3s-den", text: "one" }],
      "said: one",
      CONFLICT,
    ),
    does("a ref again", "s4", [say("s4", "r", "one"), say("s4", "r", "one")], "said: one", "again: one"),
    {
      name: "a thousand times the same ref",
      attack: async (scene) => {
        using foe = await Foe.framed(scene, "s5", { rooms: [den("s5")], secret: `${HUSH} s5` });
        await foe.send(line(say("s5", "r", "one")).repeat(1_000));
        const heard = await foe.until(/"again":true/, 40);
        assertEquals(new Set(heard.match(/"seq":\d+/g)).size, 1);
      },
    },
    does(
      "refs that look like numbers, words and paths",
      "s6",
      ["1", "null", "__proto__", "../x", "' OR 1=1"].map((ref) => say("s6", ref, "x")),
      ...Array<string>(5).fill("said: x"),
    ),
    does("a text that is a statement", "s7", [say("s7", "r", "'); DROP TABLE entries; --")], "said: '); DROP TABLE entries; --"),
    does(
      "a room that is a statement",
      "s8",
      [{ kind: "join", ref: "1", room: "x'; DROP TABLE entries; --" }],
      'refused no_such_room: A room\'s name has letters, digits, "-", "_" and "." only',
    ),
    searches("a NUL", "s9", "\0", 0),
    searches("a NUL within a word", "s10", "nee\0dle", 2),
    searches("an open quote", "s11", '"', 1),
    searches("operators", "s12", "needle OR NOT (haystack", 0),
    searches("OR in quotes", "s13", '"OR"', 1),
    searches("NEAR", "s14", "NEAR(needle haystack, 2)", 0),
    searches("a column", "s15", "text : needle", 0),
    searches("a prefix", "s16", "needl*", 0),
    searches("a star at the end", "s17", "needle*", 1),
    searches("LIKE's signs", "s18", "%", 1),
    searches("a sign with a letter of any kind", "s19", "a_b's", 1),
    searches("a statement", "s20", "'; DROP TABLE entries; --", 0),
    searches("a pattern that never ends", "s21", "(a+)+$", 0),
    searches("a sequence", "s22", "\x1b[31m", 0),
    searches("half a character", "s23", "\ud83d", 0),
    searches("500 letters in one word", "s24", "x".repeat(500), 0),
    searches("marks only", "s25", "\u0301".repeat(500), 0),
    {
      name: "a history from beyond the end and before the beginning",
      attack: async ({ port }) => {
        const look = (fields: Record<string, unknown>) => line({ kind: "history", room: den("s26"), limit: 200, ...fields });
        const beyond = look({ after: Number.MAX_SAFE_INTEGER }) + look({ before: 0 }) + look({ before: Number.MAX_SAFE_INTEGER }) +
          look({ before: 1, after: 9 });
        const answers = await answered(
          port,
          hello("s26", { rooms: [den("s26")] }),
          line(say("s26", "r", "one")),
          line({ kind: "ping", ref: "p" }),
        );
        assertEquals(answers.length, 3);
        assertEquals((await answered(port, hello("s26", { rooms: [den("s26")] }), beyond)).slice(0, -1), [
          "page of 0",
          "page of 0",
          "page of 1",
          "page of 0",
        ]);
      },
    },
    {
      name: "messages of nothing but emoji, each of 4 KiB",
      attack: async (scene) => {
        using foe = await Foe.framed(scene, "s27", { rooms: [den("s27")] });
        for (let n = 0; n < 40; n++) await foe.send(line(say("s27", `r${n}`, "😀".repeat(1_024))));
        await foe.until(/"ref":"r39"/);
        await foe.send(line({ kind: "search", ref: "s", room: den("s27"), words: "😀", limit: 200 }));
        // A page has at most 64 KiB of text.
        assertEquals(JSON.parse(await foe.until(/"ref":"s"/)).more, true);
      },
    },
    {
      name: "a message said and its connection reset before the answer is there once, or not at all",
      attack: async (scene) => {
        const greeting = { rooms: ["lobby", den("s28")], secret: `${HUSH} s28` };
        {
          using foe = await Foe.framed(scene, "s28", greeting);
          await foe.send(line({ kind: "say", room: "lobby", text: "done" }));
          await scene.honest.shown("s28");
          // What came and was not read makes this a reset.
          await foe.send(line(say("s28", "r", "one")));
        }
        using foe = await Foe.framed(scene, "s28b", greeting);
        await foe.send(line(say("s28", "r", "one")));
        await foe.until(/"ref":"r"/);
        await foe.send(line({ kind: "history", ref: "h", room: den("s28"), limit: 10 }));
        assertEquals(JSON.parse(await foe.until(/"ref":"h"/)).entries.length, 1);
      },
    },
    {
      name: "a search for one word of 512 parts among 300 messages that have most of it",
      alone: true,
      attack: async (scene) => {
        const foes = await talked(scene, "s29", 6, Array<string>(50).fill(`${"a ".repeat(300)}b `.repeat(6)));
        await foes[0].send(line({ kind: "search", ref: "s", room: den("s29"), words: `${"a-".repeat(511)}b`, limit: 20 }));
        assertEquals(JSON.parse(await foes[0].until(/"ref":"s"/)).entries, []);
        for (const foe of foes) foe[Symbol.dispose]();
      },
    },
    {
      name: "20 people who each delete 6 messages of 4 KB at once",
      alone: true,
      attack: async (scene) => {
        const people = 20;
        const foes = await Promise.all(range(people).map((i) => Foe.framed(scene, `s30-${i}`, { rooms: [`s30-${i}`] })));
        await Promise.all(foes.map(async (foe, i) => {
          const room = `s30-${i}`;
          await foe.send(wordy(people * 6).slice(6 * i, 6 * i + 6).map((text, k) => line(say("", `${k}`, text, room))).join(""));
          await foe.until(/"kind":"entry"/, 6);
          // Whoever searches waits until all is in the index.
          await foe.send(line({ kind: "search", ref: "s", room, words: "nothing", limit: 1 }));
          await foe.until(/"ref":"s"/);
        }));
        await Promise.all(foes.map(async (foe, i) => {
          await foe.send(range(6).map((k) => line({ kind: "delete", ref: `d${k}`, room: `s30-${i}`, seq: k + 1 })).join(""));
          await foe.until(/"type":"deleted"/, 6);
          foe[Symbol.dispose]();
        }));
      },
    },
  ],
};

/** The same for a server that keeps nothing on disk. */
export const storageInMemory: Group = { name: "storage in memory", flags: ["--ephemeral"], rows: [foldsAndFolds] };
