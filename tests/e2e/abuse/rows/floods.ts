/**
 * Too much of everything that is allowed: messages, requests, rooms, names, connections, and readers that read nothing.
 *
 * Nobody waits for a flood to be over: it is slowed to a few a second. It is cut off once the server has answered a part of it.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { AT_ONCE } from "../../../../server/core/new_rooms.ts";
import { NEW_ROOM_COST } from "../../../../server/places.ts";
import { exchange } from "../../../harness.ts";
import { upgradeRequest } from "../../../web_peer.ts";
import { compare, Foe, from, hello, inFewWords, line } from "../foe.ts";
import { type Group, HUSH, type Row, type Scene } from "../row.ts";

/** Requests that one connection is flooded with. */
const MANY = 10_000;
/** Answers to a flood that are waited for: more than the burst of 50 that comes at once. */
const ANSWERS = 55;
/** What the server may use at most while it is flooded, above what it used before, in bytes. */
const MOST_BYTES = 128 * 1024 * 1024;

/** What it costs on average to begin a room or to leave it, in requests. */
const ROOM_COST = (NEW_ROOM_COST + 1) / 2;

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

/** A row: requests by the thousand from one peer. It is answered a part of them, no faster than the rate allows. @param cost Of one, in requests. */
function flood(what: string, by: string, request: (i: number) => Record<string, unknown>, answer: RegExp, cost = 1): Row {
  return {
    name: `${what}, ${MANY} times`,
    alone: true,
    attack: async (scene) => {
      using foe = await Foe.framed(scene, by);
      const began = performance.now();
      const sending = foe.send(range(MANY).map((i) => line({ ref: `${HUSH} ${i}`, ...request(i) })).join(""));
      const answers = Math.ceil(ANSWERS / cost) + 4;
      await foe.until(answer, answers);
      // 50 at once, then 20 a second.
      assert(performance.now() - began > 1_000 * ((answers - 2) * cost - 50) / 20, "it was not slowed");
      foe[Symbol.dispose]();
      await sending;
    },
  };
}

/** A row: so many connections at once that do this, all of which are let go in the end. */
function crowd(what: string, size: number, each: (foe: Foe, i: number) => Promise<unknown>): Row {
  return {
    name: what,
    alone: true,
    attack: async (scene) => {
      const foes = await Promise.all(range(size).map(() => Foe.connect(scene)));
      try {
        await Promise.all(foes.map(each));
      } finally {
        for (const foe of foes) foe[Symbol.dispose]();
      }
    },
  };
}

/** Fails unless a server stayed below {@link MOST_BYTES} while this was done to it. */
async function bounded({ victim }: Scene, work: () => Promise<void>): Promise<void> {
  victim.forgetPeak();
  const before = victim.peak;
  await work();
  const more = victim.peak - before;
  assert(more < MOST_BYTES, `it took ${(more / 2 ** 20).toFixed()} MiB more`);
}

/** Fills the server's first read of a connection: the next one takes all that fits into 64 KiB. */
const filling = (text: string) => `${text.padEnd(2_047)}\n`;

/** A row: strangers who send this over and over, and are let go after 20 frames that are none. */
function noise(what: string, some: Uint8Array<ArrayBuffer>): Row {
  return crowd(`10 strangers who send 64 KiB of ${what}: nobody waits for them`, 10, async (foe) => {
    await foe.send(filling('{"kind":"x"}'));
    await foe.until(/unknown_kind/);
    await foe.send(Uint8Array.from({ length: 65_536 }, (_, i) => some[i % some.length]));
    await foe.until(/"malformed"/, 19);
  });
}

/** A row: 30 people who send 64 KiB of empty lines, of which 20 a second are heard. @param enter Comes in, with a first read that was filled. */
function emptyLines(how: string, by: string, enter: (scene: Scene, name: string) => Promise<Foe>): Row {
  return {
    name: `30 people ${how} who send 65,536 empty lines: memory is bounded`,
    alone: true,
    attack: async (scene) => {
      await bounded(scene, async () => {
        const foes = await Promise.all(range(30).map((i) => enter(scene, `${by}-${i}`)));
        await Promise.all(foes.map((foe) => foe.send("\n".repeat(65_536))));
        // Paced as they are: when this one has its answers, they were heard as long.
        using other = await Foe.framed(scene, by);
        await other.send(line({ kind: "ping", ref: "p" }).repeat(ANSWERS + 10));
        await other.until(/"pong"/, ANSWERS + 10);
        for (const foe of foes) foe[Symbol.dispose]();
      });
    },
  };
}

const MANY_WORDS = "refused too_many_words: a search has at most 32 words, this one had 33";
const MANY_BYTES = /^refused text_too_long: a search has at most [\d,]+ bytes, this one had [\d,]+$/;
const BIG = "x".repeat(4_000);

export const floods: Group = {
  name: "floods",
  rows: [
    flood("a message", "e1", (i) => ({ kind: "say", room: "lobby", text: `${HUSH} ${i}` }), /"from":"[^"]*","text":"hush-hush/),
    flood("a ping", "e2", () => ({ kind: "ping" }), /"pong"/),
    flood("who is here", "e3", () => ({ kind: "who", room: "lobby" }), /"kind":"members"[^\n]*"ref"/),
    flood("the list of rooms", "e4", () => ({ kind: "rooms" }), /"kind":"rooms"/),
    flood("200 messages of the history", "e5", () => ({ kind: "history", room: "lobby", limit: 200 }), /"kind":"page"/),
    flood("a search for what is there", "e6", () => ({ kind: "search", room: "lobby", words: "tick", limit: 200 }), /"kind":"page"/),
    flood(
      "a search for 32 words",
      "e7",
      (i) => ({ kind: "search", room: "lobby", words: range(32).map((n) => `w${i}x${n}`).join(" "), limit: 200 }),
      /"kind":"page"/,
    ),
    flood("a topic", "e8", (i) => ({ kind: "topic", room: "lobby", text: `${HUSH} ${i}` }), /"type":"topic"/),
    flood("a new name", "e9", (i) => ({ kind: "nick", name: `e9-${i % 7}` }), /"kind":"(done|refused)"/),
    flood("away and back", "e10", (i) => ({ kind: "away", ...i % 2 ? {} : { text: HUSH } }), /"kind":"(done|refused)"/),
    flood("into a room and out", "e11", (i) => ({ kind: i % 2 ? "part" : "join", room: "e11s-den" }), /"kind":"(done|members)"/, ROOM_COST),
    flood(
      "a room of its own",
      "e12",
      (i) => ({ kind: i % 2 ? "part" : "join", room: `e12-${i >> 1}` }),
      /"kind":"(done|members)"/,
      ROOM_COST,
    ),
    flood("a message with the same ref", "e13", () => ({ kind: "say", room: "lobby", text: HUSH, ref: HUSH }), /"by":"e13"[^\n]*"ref"/),
    flood("an empty message", "e14", () => ({ kind: "say", room: "lobby", text: " " }), /"text_empty"/),
    flood("a frame that is none", "e15", () => ({ kind: "x".repeat(100) }), /"unknown_kind"/),
    flood("a message to a room that there is not", "e16", (i) => ({ kind: "say", room: `nowhere${i}`, text: HUSH }), /"no_such_room"/),
    {
      name: "10,000 lines at netcat, in one go",
      alone: true,
      attack: async (scene) => {
        using foe = await Foe.named(scene, "e17");
        const sending = foe.send(`${HUSH}\n`.repeat(MANY));
        using other = await Foe.named(scene, "e17b");
        await other.until(/^e17: hush-hush$/m, 5);
        foe[Symbol.dispose]();
        await sending;
      },
    },
    {
      name: "a search for 33 words, and for thousands",
      alone: true,
      attack: async (scene) => {
        using foe = await Foe.framed(scene, "e18");
        for (const [many, answer] of [[33, MANY_WORDS], [3_000, MANY_BYTES]] as const) {
          const words = range(many).map((n) => n.toString(36)).join(" ");
          await foe.send(line({ kind: "search", ref: "s", room: "lobby", words, limit: 200 }));
          compare(inFewWords(`${await foe.until(/"ref":"s"/)}\n`), [answer]);
        }
      },
    },
    crowd("30 people who each say 50 things at once", 30, async (foe, i) => {
      await foe.send(hello(`e19-${i}`) + range(50).map((n) => line({ kind: "say", ref: `${n}`, room: "lobby", text: HUSH })).join(""));
      await foe.until(new RegExp(`"by":"e19-${i}"[^\\n]*"ref":"49"`));
    }),
    crowd("90 people who come in at once", 90, async (foe, i) => {
      await foe.send(hello(`e20-${i}`));
      await foe.until(/"kind":"welcome"/);
    }),
    {
      name: "30 people come and go ten times, at once",
      alone: true,
      attack: async ({ port }) => {
        await Promise.all(
          range(30).map(async (i) => {
            for (let n = 0; n < 10; n++) assertMatch(await exchange(port, `e21-${i}\n`), /\* Bye, e21/);
          }),
        );
      },
    },
    {
      name: "who is here, asked by 90 people of 90",
      alone: true,
      attack: async (scene) => {
        const foes = await Promise.all(range(90).map((i) => Foe.framed(scene, `e22-${i}`)));
        await Promise.all(foes.map(async (foe) => {
          await foe.send(line({ kind: "who", ref: "w", room: "lobby" }).repeat(20));
          await foe.until(/"ref":"w"/, 20);
        }));
        for (const foe of foes) foe[Symbol.dispose]();
      },
    },
    {
      name: "98 connections that say nothing: the next one from there is told, and others come in",
      alone: true,
      attack: async (scene) => {
        const foes = await Promise.all(range(98).map(() => Foe.connect(scene)));
        await Promise.all(foes.map((foe) => foe.until(/^\* Enter your name:$/)));
        assertEquals(await exchange(scene.port), "! Too many connections from 127.0.0.1: at most 100 are allowed. Try again later.\n");
        assertMatch(await from("127.0.0.78", scene.port, "e23\nbye\n"), /\* Bye, e23 /);
        for (const foe of foes) foe[Symbol.dispose]();
      },
    },
    {
      name: "200 connections from twenty addresses",
      alone: true,
      attack: async ({ port }) => {
        const answers = await Promise.all(range(200).map((i) => from(`127.0.1.${i % 20}`, port, `e24-${i}\nbye\n`)));
        for (const answer of answers) assertMatch(answer, /\* Bye, e24/);
      },
    },
    {
      name: "2,000 connections that are closed at once",
      alone: true,
      attack: async (scene) => {
        for (let n = 0; n < 40; n++) {
          const foes = await Promise.all(range(50).map(() => Foe.connect(scene)));
          for (const foe of foes) foe[Symbol.dispose]();
        }
      },
    },
    {
      name: "2,000 connections that say one byte and are closed",
      alone: true,
      attack: async (scene) => {
        for (let n = 0; n < 40; n++) {
          const foes = await Promise.all(range(50).map(() => Foe.connect(scene)));
          await Promise.all(foes.map((foe, i) => foe.send("{xG\x16"[i % 4])));
          for (const foe of foes) foe[Symbol.dispose]();
        }
      },
    },
    {
      name: "500 requests for the page that nobody reads",
      alone: true,
      attack: async (scene) => {
        for (let n = 0; n < 10; n++) {
          const foes = await Promise.all(range(50).map(() => Foe.connect(scene)));
          await Promise.all(foes.map(async (foe) => {
            await foe.send("GET /app.js HTTP/1.1\r\nHost: localhost\r\n\r\n");
            await foe.sip(1);
          }));
          for (const foe of foes) foe[Symbol.dispose]();
        }
      },
    },
    crowd("60 WebSockets without a hello", 60, async (foe) => {
      await foe.send(upgradeRequest());
      await foe.until(/Enter your name:$/);
    }),
    {
      name: "10 people who read nothing of the 5 MB that are said in their room: memory is bounded",
      alone: true,
      attack: async (scene) => {
        await bounded(scene, async () => {
          const deaf = await Promise.all(range(10).map((i) => Foe.framed(scene, `e29-${i}`, { rooms: ["e29s-den"] })));
          for (const i of range(25)) {
            using foe = await Foe.framed(scene, `e29t-${i}`, { rooms: ["e29s-den"] });
            await foe.send(range(50).map((n) => line({ kind: "say", ref: `${n}`, room: "e29s-den", text: BIG })).join(""));
            await foe.until(/"ref":"49"/);
          }
          for (const foe of deaf) foe[Symbol.dispose]();
        });
      },
    },
    {
      name: "20 people who ask for 200 messages over and over, and read nothing: memory is bounded",
      alone: true,
      attack: async (scene) => {
        await bounded(scene, async () => {
          const foes = await Promise.all(range(20).map((i) => Foe.framed(scene, `e30-${i}`)));
          const sending = foes.map((foe) => foe.send(line({ kind: "history", room: "lobby", limit: 200 }).repeat(MANY)));
          using other = await Foe.framed(scene, "e30");
          // Paced as they are: when this one has its answers, they have had as much time.
          await other.send(line({ kind: "ping", ref: "p" }).repeat(ANSWERS + 10));
          await other.until(/"pong"/, ANSWERS + 10);
          for (const foe of foes) foe[Symbol.dispose]();
          await Promise.all(sending);
        });
      },
    },
    {
      name: "a reader of one byte at a time delays nobody",
      alone: true,
      attack: async (scene) => {
        using slow = await Foe.named(scene, "e31");
        using talker = await Foe.framed(scene, "e31t");
        await talker.send(range(50).map((n) => line({ kind: "say", ref: `${n}`, room: "lobby", text: BIG })).join(""));
        for (let n = 0; n < 200; n++) assertEquals(await slow.sip(1), 1);
        await talker.until(/"by":"e31t"[^\n]*"ref":"49"/);
      },
    },
    {
      name: "a room where 500 people come by another's name",
      alone: true,
      attack: async ({ port }) => {
        for (let n = 0; n < 10; n++) {
          await Promise.all(
            range(50).map(async () =>
              compare((await exchange(port, "ALICE\n")).split("\n").slice(0, 1), ["! ALICE is taken. Enter another name:"])
            ),
          );
        }
      },
    },
    noise("bytes that are no UTF-8, each a line", Uint8Array.of(0xff, 10)),
    noise("lines that are no JSON", Uint8Array.of(0x7b, 10)),
    noise("empty lines", Uint8Array.of(10)),
    emptyLines("with frames", "e33", async (scene, name) => {
      const foe = await Foe.connect(scene);
      await foe.send(filling(hello(name).trimEnd()));
      await foe.until(/"kind":"welcome"/);
      return foe;
    }),
    emptyLines("at netcat", "e34", async (scene, name) => {
      const foe = await Foe.named(scene, name);
      await foe.send(filling("/who"));
      await foe.until(/^\* In #lobby: /);
      return foe;
    }),
    crowd("5 people who send 40 frames that name a room by 8,000 combining marks: nobody waits for them", 5, async (foe, i) => {
      const room = `a${"\u0301\u0316".repeat(4_000)}`;
      await foe.send(hello(`e36-${i}`) + ["join", "who"].map((kind) => line({ kind, ref: kind, room }).repeat(20)).join(""));
      await foe.until(/"ref":"who"[^\n]*A room's name has at most 64 bytes/, 20);
    }),
    crowd("10 people at netcat who send 40 commands with 4,000 spaces in the middle: nobody waits for them", 10, async (foe, i) => {
      await foe.send(`e37-${i}\n` + `/nick x${" ".repeat(4_000)}y\n/${"x".repeat(4_000)}\n`.repeat(20));
      await foe.until(/there is no command \/x/, 20);
    }),
    crowd("90 requests for the page with a field of 8,000 spaces: nobody waits for them", 90, async (foe) => {
      await foe.send(`GET / HTTP/1.1\r\nHost: localhost\r\nA: b${" ".repeat(8_000)}c\r\n\r\n`);
      await foe.until(/^HTTP\/1\.1 /);
    }),
    // The last one: it leaves this address no room to begin.
    {
      name: "20 people with 50 rooms each: others come into theirs, those of the same address into what is known, and in again",
      alone: true,
      attack: async (scene) => {
        const rooms = (answer: string) => [...answer.matchAll(/"room":"([^"]+)","head"/g)].map(([, room]) => room);
        using member = await Foe.framed(scene, "e35", { rooms: ["e35s-den"] });
        await member.send(line({ kind: "say", ref: "1", room: "e35s-den", text: HUSH }));
        await member.until(/"ref":"1"/);
        await member.send(line({ kind: "bye" }));
        await member.rest();
        const foes = await Promise.all(range(20).map(() => Foe.connect(scene)));
        const answers = await Promise.all(foes.map(async (foe, i) => {
          await foe.send(hello(`e35-${i}`, { rooms: range(50).map((n) => `e35-${i}-${n}`) }));
          return await foe.until(/"kind":"(welcome|refused)"/);
        }));
        const begun = answers.flatMap(rooms).length;
        assert(begun > 50 && begun <= AT_ONCE, `${begun} rooms began`);
        for (const answer of answers) assertMatch(answer, /"kind":"welcome"|"code":"too_many_rooms".*"final":false,"retryMs":\d+/);
        using back = await Foe.connect(scene);
        await back.send(hello("e35", { rooms: ["lobby", "e35s-den", "e35s-new-den"] }));
        assertEquals(rooms(await back.until(/"kind":"welcome"/)), ["lobby", "e35s-den"]);
        assertMatch(
          await back.until(/"kind":"notice"/),
          /#e35s-new-den cannot begin yet: 100 rooms have begun at your address; try again in \d+ s/,
        );
        const elsewhere = await from("127.0.0.79", scene.port, hello("e35b", { rooms: ["e35s-den", "e35s-newest-den"] }));
        assertEquals(rooms(elsewhere.split("\n")[0]), ["e35s-den", "e35s-newest-den"]);
        for (const foe of foes) foe[Symbol.dispose]();
      },
    },
  ],
};
