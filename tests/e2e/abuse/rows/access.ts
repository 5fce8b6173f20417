/**
 * Getting in where a password is asked for, without it: guessing, flooding, probing, and what lies about in the folder of the invites.
 *
 * Whoever gives a wrong one comes from an address of their own: an address has to wait for its wrong ones, and 127.0.0.1 is that of the honest two.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { addInvite } from "../../../../server/access/invites.ts";
import { exchange } from "../../../harness.ts";
import { certificateOf, connectTls } from "../../../tls.ts";
import { WebPeer } from "../../../web_peer.ts";
import { compare, Foe, from, hello, inFewWords, line } from "../foe.ts";
import { type Group, type Home, HUSH, type Row, type Scene } from "../row.ts";
import { isAnswer } from "../shown.ts";

const PASSWORD = `${HUSH}-horse`;
/** A code for each row that takes one, of the alphabet of codes. */
const CODES = {
  five: "ABCD-EFGH-JKMN-0001",
  one: "ABCD-EFGH-JKMN-0002",
  old: "ABCD-EFGH-JKMN-0003",
  none: "ABCD-EFGH-JKMN-0004",
  list: "ABCD-EFGH-JKMN-0005",
  huge: "ABCD-EFGH-JKMN-0006",
  folder: "ABCD-EFGH-JKMN-0007",
  itself: "ABCD-EFGH-JKMN-0008",
  another: "ABCD-EFGH-JKMN-0009",
  nowhere: "ABCD-EFGH-JKMN-000A",
  pipe: "ABCD-EFGH-JKMN-000B",
  empty: "ABCD-EFGH-JKMN-000C",
  twenty: "ABCD-EFGH-JKMN-000D",
} as const;

const NEEDED = "* This server asks for a password, or the code of an invite:";
const WRONG = "That is neither the password nor the code of an invite that still holds";
const OTHER = "Enter the password, or the code of an invite:";
/** After the second wrong one, whether it was checked or came too soon. */
const LATER = /; try again in \d+ seconds?(\.|$)/;
const REFUSED = {
  needed: "refused password_needed: This server asks for a password, or the code of an invite",
  wrong: `refused password_wrong: ${WRONG}`,
};
const NO_STRING = "error malformed: hello.password: must be a string of at most 256 bytes";
const NO_MORE = "bye: Connect again to try once more. Bye";
const HELLO_FIRST = 'error unexpected: say hello first: {"kind":"hello","v":[1],"name":"..."}';
/** When whoever has no name is sent away. */
const NAME_DUE_MS = 30_000;
const HOUR_MS = 3_600_000;
/** Wrong ones of one address that are checked in the first seconds: after 0, 0, 1, 3 and 7 s. */
const FEW = 5;
/** What checking passwords may take, in bytes: twice 32 MiB, and what else goes on. */
const MOST_BYTES = 160 * 1024 * 1024;

const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const count = (answers: readonly string[], code: string) => answers.filter((answer) => answer.includes(`"code":"${code}"`)).length;

/** A row: somebody at an address says this, leaves, and is answered so. */
function stays(what: string, address: string, sent: string, ...answer: readonly (string | RegExp)[]): Row {
  return {
    name: what,
    attack: async ({ port }) => {
      const answered = await from(address, port, sent);
      compare(sent.startsWith("{") ? inFewWords(answered) : answered.split("\n").filter(isAnswer), answer);
    },
  };
}

/** A row: this in a hello's place for the password is answered so. */
function given(what: string, n: number, password: unknown, answer: string): Row {
  return stays(`a password in frames: ${what}`, `127.0.5.${n}`, hello(`g${n}`, { password }), answer, "bye: Bye");
}

/** A row: this line, given for the password at netcat, is answered so. */
function typed(what: string, n: number, typed: string, ...answer: string[]): Row {
  return stays(`a password at netcat: ${what}`, `127.0.4.${n}`, `t${n}\n${typed}`, NEEDED, ...answer, "* Bye.");
}

/** A row: a frame before anybody is in tells nothing, whatever is in it. */
function unheard(frame: Record<string, unknown>, answer: string = HELLO_FIRST): Row {
  return stays(`outside: ${frame.kind}`, "127.0.2.1", line(frame), answer, "bye: Bye");
}

/** A row: what lies in the folder of the invites under the name of this code lets nobody in. */
function noInvite(what: string, n: number, code: string): Row {
  return stays(`an invite that is ${what}`, `127.0.3.${n}`, hello(`n${n}`, { password: code }), REFUSED.wrong, "bye: Bye");
}

/** Says hello in frames from so many addresses at once, and returns all the answers. */
function hellos({ port }: Scene, net: number, size: number, more: (i: number) => Record<string, unknown>): Promise<string[]> {
  return Promise.all(
    range(size).map((i) => from(`127.1.${net}.${i + 1}`, port, hello(`h${net}-${i}`, { rooms: [`h${net}s-den`], ...more(i) }))),
  );
}

/** So many give a code at once, each from an address of their own. */
async function fiveComeIn(scene: Scene, { net, size, code }: { net: number; size: number; code: string }): Promise<void> {
  const answers = await hellos(scene, net, size, (i) => ({ password: code, secret: `${HUSH} ${net} ${i}` }));
  assertEquals([answers.filter((answer) => answer.includes('"welcome"')).length, count(answers, "password_wrong")], [5, size - 5]);
}

/** Says something inside TLS, and returns what answers it. */
async function inside({ port }: Scene, text: string): Promise<string[]> {
  using conn = await connectTls(port, await certificateOf(port));
  await conn.write(new TextEncoder().encode(text));
  await conn.closeWrite();
  return inFewWords(await new Response(conn.readable).text());
}

/** Fails unless a server stayed below {@link MOST_BYTES} above what it used before, while this was done to it. */
async function bounded({ victim }: Scene, work: () => Promise<void>): Promise<void> {
  victim.forgetPeak();
  const before = victim.peak;
  await work();
  const more = victim.peak - before;
  assert(more < MOST_BYTES, `it took ${(more / 2 ** 20).toFixed()} MiB more`);
}

const pathOf = (home: Home, code: string) =>
  `${home.data}/invites/${createHash("sha256").update(code.replaceAll("-", "")).digest("hex")}.json`;

async function prepare(home: Home): Promise<readonly string[]> {
  await Deno.writeTextFile(`${home.path}/password`, `${PASSWORD}\n`, { mode: 0o600 });
  return ["--password-file", `${home.path}/password`];
}

/** The password, and invites of every kind. */
async function prepareInvites(home: Home): Promise<readonly string[]> {
  const expires = Date.now() + HOUR_MS;
  await addInvite(home.data, CODES.five, { expires, uses: 5 });
  await addInvite(home.data, CODES.twenty, { expires, uses: 5 });
  await addInvite(home.data, CODES.one, { expires, uses: 1 });
  const whole = { expires, uses: 9, used: 0, installations: [] };
  const write = (code: string, text: string) => Deno.writeTextFile(pathOf(home, code), text, { mode: 0o600 });
  await write(CODES.old, JSON.stringify({ ...whole, expires: Date.now() - 1, used: 1, installations: ["x"] }));
  await write(CODES.none, '{"expires":');
  await write(CODES.empty, "");
  await write(CODES.list, JSON.stringify({ ...whole, uses: 1e300, installations: [1, null] }));
  await write(CODES.huge, JSON.stringify(whole) + " ".repeat(32 * 1024 * 1024));
  await Deno.mkdir(pathOf(home, CODES.folder));
  await Deno.symlink(pathOf(home, CODES.itself), pathOf(home, CODES.itself));
  await Deno.writeTextFile(`${home.path}/elsewhere.json`, JSON.stringify(whole));
  await Deno.symlink(`${home.path}/elsewhere.json`, pathOf(home, CODES.another));
  await Deno.symlink(`${home.path}/nowhere.json`, pathOf(home, CODES.nowhere));
  assert((await new Deno.Command("mkfifo", { args: [pathOf(home, CODES.pipe)] }).output()).success);
  await Deno.mkdir(`${home.data}/invites/a/b/c`, { recursive: true });
  return await prepare(home);
}

export const access: Group = {
  name: "getting in",
  prepare: prepareInvites,
  password: PASSWORD,
  secrets: [PASSWORD, ...Object.values(CODES), ...Object.values(CODES).map((code) => code.replaceAll("-", ""))],
  lanes: 4,
  rows: [
    typed("a wrong one", 1, `${HUSH} guess\n`, `! ${WRONG}. ${OTHER}`),
    stays(
      "a password at netcat: wrong ones",
      "127.0.4.2",
      `t2\n${`${HUSH} guess\n`.repeat(9)}`,
      NEEDED,
      `! ${WRONG}. ${OTHER}`,
      `! ${WRONG}; try again in 1 second. ${OTHER}`,
      // How many of them are checked depends on how long the checks take.
      ...Array<RegExp>(3).fill(LATER),
      "* Connect again to try once more. Bye.",
    ),
    stays(
      "a password at netcat: none, over and over",
      "127.0.4.3",
      `t3\n${"\n".repeat(9)}`,
      ...Array<string>(3).fill(NEEDED),
      `! ${NEEDED.slice(2, -1)}.`,
      "* Connect again to try once more. Bye.",
    ),
    typed("256 bytes", 4, `${HUSH.padEnd(256, "x")}\n`, `! ${WRONG}. ${OTHER}`),
    typed("257 bytes", 5, `${HUSH.padEnd(257, "x")}\n`, NEEDED),
    typed("60,000 bytes", 6, `${HUSH.padEnd(60_000, "x")}\n`, NEEDED),
    typed("no line feed", 7, HUSH.padEnd(70_000, "x"), "! not sent: more than 65,536 bytes came without a line feed"),
    typed("control characters", 8, `${HUSH}\x1b[2J\x07\x08\n`, `! ${WRONG}. ${OTHER}`),
    typed("a command", 9, "/who\n", `! ${WRONG}. ${OTHER}`),
    {
      name: "a password at netcat: bytes that are no text",
      attack: async (scene) => {
        // A space before it: what is no UTF-8 stands for itself in nothing, and is no password.
        using foe = await Foe.connect(scene);
        await foe.send("t10\n");
        await foe.until(/^\* This server asks for a password/);
        await foe.send(Uint8Array.of(0x20, 0xfe, 0x80, 0xc0, 0x0a));
        await foe.until(/^! That is neither/);
      },
    },
    stays(
      "a password in frames: wrong ones",
      "127.0.5.1",
      range(9).map((n) => hello("g1", { password: `${HUSH} ${n}` })).join(""),
      REFUSED.wrong,
      `${REFUSED.wrong}; try again in 1 second`,
      ...Array<RegExp>(7).fill(LATER),
      "bye: Bye",
    ),
    stays(
      "a password in frames: none, over and over",
      "127.0.5.2",
      hello("g2").repeat(30),
      ...Array<string>(21).fill(REFUSED.needed),
      NO_MORE,
    ),
    given("in capitals", 3, PASSWORD.toUpperCase(), REFUSED.wrong),
    given("the start of it", 4, PASSWORD.slice(0, -1), REFUSED.wrong),
    given("more than it", 5, `${PASSWORD}s`, REFUSED.wrong),
    given("a NUL in it", 6, PASSWORD.replace("-", "-\0"), REFUSED.wrong),
    given("half a character", 7, "\ud83d", NO_STRING),
    given("257 bytes", 8, PASSWORD.padEnd(257, "x"), NO_STRING),
    given("a number", 9, 0, NO_STRING),
    given("true", 10, true, NO_STRING),
    given("a list of it", 11, [PASSWORD], NO_STRING),
    given("an object with it", 12, { password: PASSWORD }, NO_STRING),
    given("null", 13, null, NO_STRING),
    stays("the password as the secret", "127.0.6.1", hello("o1", { secret: PASSWORD }), REFUSED.needed, "bye: Bye"),
    stays("the password as the name, at netcat", "127.0.6.2", `${PASSWORD}\n`, NEEDED, "* Bye."),
    stays("the password as the name, in frames", "127.0.6.3", hello(PASSWORD), REFUSED.needed, "bye: Bye"),
    stays("the password as a room", "127.0.6.4", hello("o2", { rooms: [PASSWORD] }), REFUSED.needed, "bye: Bye"),
    stays(
      "the password in a hello without a name",
      "127.0.6.5",
      line({ kind: "hello", v: [1], password: PASSWORD }),
      "error malformed: hello.name: must be a string of at most 16384 bytes",
      "bye: Bye",
    ),
    stays(
      "the password in a language that is not spoken",
      "127.0.6.6",
      line({ kind: "hello", v: [9], name: "o3", password: PASSWORD }),
      "error version: this server speaks version 1 of the protocol, the client 9",
      "bye: No version of the protocol is common. Bye",
    ),
    stays(
      "the password with a name that cannot be",
      "127.0.6.7",
      hello("o 4", { password: PASSWORD }),
      /^refused name_not_allowed: /,
      "bye: Bye",
    ),
    unheard({ kind: "say", room: "lobby", text: PASSWORD }),
    unheard({ kind: "join", room: "lobby" }),
    unheard({ kind: "who", room: "lobby" }),
    unheard({ kind: "rooms" }),
    unheard({ kind: "history", room: "lobby", limit: 200 }),
    unheard({ kind: "search", room: "lobby", words: "tick", limit: 200 }),
    unheard({ kind: "nick", name: "alice" }),
    unheard({ kind: "topic", room: "lobby", text: HUSH }),
    unheard({ kind: "delete", room: "lobby", seq: 1 }),
    unheard({ kind: "moderate", act: "announce", text: HUSH }),
    unheard({ kind: "report", about: "bans" }),
    unheard({ kind: "ping" }),
    unheard({ kind: "password", password: PASSWORD }, 'error unknown_kind: unknown kind "password"'),
    unheard(
      { kind: "resume", v: [1], token: PASSWORD, epoch: "e", cursors: { lobby: 0 } },
      "refused resume_unknown: the server does not know this session any more",
    ),
    {
      name: "who is in is not told by the answer to a name: neither without a password nor with a wrong one",
      attack: async ({ port }) => {
        const answers = ["alice", "ALICE", "bob", "nobody"].map(async (name, n) => [
          await from(`127.0.6.${20 + n}`, port, hello(name)),
          await from(`127.0.6.${20 + n}`, port, hello(name, { password: HUSH })),
          await from(`127.0.6.${30 + n}`, port, `${name}\n${HUSH}\n`),
        ]);
        const [[first, ...others]] = [await Promise.all(answers)];
        for (const other of others) assertEquals(other, first);
      },
    },
    {
      name: "a token from elsewhere, which is as good as a password: its owner is told, and it brings nobody else in",
      attack: async (scene) => {
        using foe = await Foe.connect(scene);
        await foe.send(hello("k1", { password: PASSWORD, rooms: ["k1s-den"] }));
        const { token, epoch } = JSON.parse(await foe.until(/"kind":"welcome"/));
        const thief = await from("127.0.6.40", scene.port, line({ kind: "resume", v: [1], token, epoch, cursors: {} }) + hello("k1b"));
        compare(inFewWords(thief), ["error unexpected: you are in already, as k1", "bye: Bye, k1 (0 messages sent)"]);
        compare(inFewWords(await foe.rest()), ["bye: You came back on another connection"]);
      },
    },
    {
      name: "a token by the hundred: none is guessed",
      attack: async ({ port }) => {
        const guess = () => line({ kind: "resume", v: [1], token: crypto.randomUUID(), epoch: "e", cursors: {} });
        const answers = await Promise.all(range(10).map(() => from("127.0.6.41", port, range(20).map(guess).join(""))));
        assertEquals(answers.map((answer) => count([answer], "resume_unknown")), Array(10).fill(0).map(() => 1));
      },
    },
    {
      name: "hello again, once in, by other names",
      attack: async (scene) => {
        using foe = await Foe.framed(scene, "k2", { password: PASSWORD, rooms: ["k2s-den"] });
        await foe.send(hello("k3") + hello("alice", { password: HUSH }));
        assertEquals((await foe.until(/"unexpected".*you are in already, as k2"/, 2)).split("\n").length, 2);
      },
    },
    stays(
      "the password with a name that is there: another one takes no second password, and one connection is one person",
      "127.0.6.42",
      `alice\n${PASSWORD}\nk4\n/nick k5\nbye\n`,
      NEEDED,
      "! alice is taken. Enter another name:",
      /^\* .*k5/,
      "* Bye, k5 (0 messages sent).",
    ),
    {
      name: "10,000 times telnet's talk of the echo, at the password",
      attack: async (scene) => {
        using foe = await Foe.connect(scene);
        await foe.send("t20\n");
        await foe.until(/^\* This server asks for a password/);
        await foe.send(new Uint8Array(30_000).map((_, i) => [255, [251, 252, 253, 254][(i / 3 | 0) % 4], 1][i % 3]));
        await foe.send(`${PASSWORD}\nbye\n`);
        const answer = await foe.rest();
        assertMatch(answer, /\* Bye, t20 /);
        assert(answer.length < 2_000, `${answer.length} characters`);
      },
    },
    {
      name: "telnet's talk of the echo before the name: what is typed next is not shown, and what comes after is",
      attack: async (scene) => {
        using foe = await Foe.connect(scene);
        await foe.send(Uint8Array.of(255, 253, 1));
        await foe.send(`t21\n${PASSWORD}\nbye\n`);
        assertMatch(await foe.rest(), /\* Bye, t21 /);
      },
    },
    {
      name: "60 who wait at the password: others come in",
      attack: async (scene) => {
        const foes = await Promise.all(range(60).map(() => Foe.connect(scene)));
        await Promise.all(foes.map(async (foe, i) => {
          await foe.send(i % 2 ? `t22-${i}\n` : hello(`t22-${i}`));
          await foe.until(/asks for a password/);
        }));
        assertMatch(await from("127.0.6.43", scene.port, `t22\n${PASSWORD}\nbye\n`), /\* Bye, t22 /);
        for (const foe of foes) foe[Symbol.dispose]();
      },
    },
    {
      name: "the page, the figures and a WebSocket tell nothing without it",
      attack: async ({ port }) => {
        for (const path of ["/", "/metrics", "/app.js", "/console", "/ws"]) {
          const answer = await exchange(port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
          assertMatch(answer, /^HTTP\/1\.1 \d{3} /);
          assert(!/\balice\b|\bbob\b|tick \d/.test(answer), path);
        }
        using page = await WebPeer.connect(port);
        await page.send(JSON.stringify({ kind: "hello", v: [1], name: "w1" }));
        await page.match(/"password_needed"/);
        await page.send(JSON.stringify({ kind: "who", room: "lobby" }));
        await page.match(/"unexpected".*say hello first/);
      },
    },
    noInvite("over", 1, CODES.old),
    noInvite("half a file", 2, CODES.none),
    noInvite("an empty file", 3, CODES.empty),
    noInvite("a file with wrong fields", 4, CODES.list),
    noInvite("a file of 32 MiB", 5, CODES.huge),
    noInvite("a folder", 6, CODES.folder),
    noInvite("a link to itself", 7, CODES.itself),
    noInvite("a link to another", 8, CODES.another),
    noInvite("a link to nothing", 9, CODES.nowhere),
    noInvite("a pipe", 10, CODES.pipe),
    noInvite("a path", 11, "../../../../etc/passwd"),
    {
      name: "codes by the thousand from one address: few are checked",
      alone: true,
      attack: async ({ port }) => {
        const guess = () => hello("c1", { password: range(4).map(() => crypto.randomUUID().slice(0, 4)).join("-") });
        const answers = await Promise.all(range(50).map(() => from("127.0.6.50", port, range(20).map(guess).join(""))));
        assertEquals(inFewWords(answers.join("")).length, 50 * 20 + 50);
        assert(count(answers.flatMap((answer) => answer.split("\n")), "password_wrong") <= FEW);
        assertEquals(answers.filter((answer) => answer.includes('"welcome"')), []);
      },
    },
    {
      name: "100 wrong passwords from one address at once: few are checked",
      alone: true,
      attack: async ({ port }) => {
        const answers = await Promise.all(range(100).map((n) => from("127.0.6.51", port, hello(`c2-${n}`, { password: `${HUSH} ${n}` }))));
        const wrong = count(answers, "password_wrong");
        assert(wrong <= FEW, `${wrong} were checked`);
        assertEquals(count(answers, "password_needed"), 100 - wrong);
      },
    },
    {
      name: "8 from as many addresses with an invite for 5: 5 come in",
      attack: (scene) => fiveComeIn(scene, { net: 1, size: 8, code: CODES.five }),
    },
    {
      name: "20 from as many addresses with an invite for 5: 5 come in, memory is bounded",
      alone: true,
      attack: (scene) => bounded(scene, () => fiveComeIn(scene, { net: 5, size: 20, code: CODES.twenty })),
    },
    {
      name: "an invite for one, by one client from three addresses at once: it is known, and nobody else",
      attack: async (scene) => {
        const answers = await hellos(scene, 2, 3, () => ({ password: CODES.one, secret: `${HUSH} c4` }));
        assertEquals(answers.filter((answer) => answer.includes('"welcome"')).length, 3);
        assertEquals(count(await hellos(scene, 3, 2, (i) => ({ password: CODES.one, secret: `${HUSH} c4${i}` })), "password_wrong"), 2);
      },
    },
    {
      name: "the owner's code, guessed",
      attack: async ({ port }) => {
        const claim = () => line({ kind: "moderate", act: "claim", text: range(4).map(() => crypto.randomUUID().slice(0, 4)).join("-") });
        const sent = hello("c7", { password: PASSWORD, secret: `${HUSH} c7`, rooms: ["c7s-den"] }) + range(45).map(claim).join("");
        const answers = inFewWords(await from("127.0.6.61", port, sent)).slice(0, -1);
        compare(answers, [
          ...Array<string>(5).fill("refused not_allowed: that is not the code that the server printed when it started"),
          ...Array<string>(40).fill("refused not_allowed: too many wrong codes; try again in a minute"),
        ]);
      },
    },
    {
      name: "wrong passwords from 200 addresses at once: those that there is no place for are told, memory is bounded",
      alone: true,
      attack: async (scene) => {
        const before = scene.victim.use();
        await bounded(scene, async () => {
          const cut = new AbortController();
          let told = 0;
          await Promise.all(
            range(200).map(async (i) => {
              const answer = await from(`127.1.4.${i + 1}`, scene.port, hello(`h4-${i}`, { password: `${HUSH} ${i}` }), cut.signal);
              // Two are checked at a time, 128 wait.
              if (answer.includes("Too many passwords are being checked") && ++told === 50) cut.abort();
            }),
          );
          assert(told >= 50, `${told} were told`);
        });
        // Those who wait are not seen to go before their turn comes or a name is due.
        await scene.victim.back(before, NAME_DUE_MS + 10_000);
      },
    },
  ],
};

export const accessEncrypted: Group = {
  name: "getting in, encrypted",
  flags: ["--tls"],
  prepare,
  password: PASSWORD,
  secrets: [PASSWORD],
  rows: [
    {
      name: "encrypted: a wrong password",
      attack: async (scene) => compare(await inside(scene, hello("x1", { password: HUSH })), [REFUSED.wrong, "bye: Bye"]),
    },
    {
      name: "encrypted: none, and things to say",
      attack: async (scene) => {
        const said = hello("x2") + line({ kind: "say", room: "lobby", text: HUSH }) + line({ kind: "rooms" });
        compare(await inside(scene, said), [REFUSED.needed, HELLO_FIRST, HELLO_FIRST, "bye: Bye"]);
      },
    },
    {
      name: "encrypted: the password outside does not count inside",
      attack: async (scene) => {
        compare(inFewWords(await exchange(scene.port, hello("x3", { password: PASSWORD }))), ["bye: Bye, x3 (0 messages sent)"]);
        compare(await inside(scene, hello("x3")), [REFUSED.needed, "bye: Bye"]);
      },
    },
    {
      name: "encrypted: the password, and a name that is there",
      attack: async (scene) => compare(await inside(scene, hello("alice", { password: PASSWORD })), [/^refused name_taken: /, "bye: Bye"]),
    },
  ],
};
