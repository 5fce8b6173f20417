/**
 * What tries to trip the history: refs used twice, words that mean something to a database, requests for more than there is.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { answered, compare, Foe, hello, line } from "../foe.ts";
import { type Group, HUSH, type Row } from "../row.ts";

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
  ],
};
