/**
 * A server that lies to its clients. Whatever it says, the client stays or ends with one clear line, holds a bounded part of it, and shows its
 * terminal nothing but words.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Program, program, PROGRAM_ENV } from "../../../harness.ts";
import { Terminal, tmuxThere } from "../../terminal.ts";
import { entry, Liar, type Lie, welcome } from "../liar.ts";
import type { Group, Row } from "../row.ts";
import { memoryOf } from "../victim.ts";
import { TempFolder } from "../../../temp_folder.ts";

const ESC = "\x1b";
/** What a client may use at most, in bytes; at rest it uses half of it. */
const MOST_BYTES = 256 * 1024 * 1024;
/** An escape sequence of each kind, and what else must not reach a terminal. */
const EVIL = `${ESC}[2J${ESC}]0;owned\x07${ESC}]52;c;cm0=\x07\x9b31m\u202e\b`;
/** Everything but line feeds that moves something. */
const MOVES = /[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069\u2028\u2029]/u;

/** Runs a client against a liar until it ends; checks what it printed and what it held. Returns its exit code, and the program. */
async function lieTo(
  args: readonly string[],
  lie: (liar: Liar, client: Program) => Promise<void>,
): Promise<{ code: number; client: Program }> {
  using liar = new Liar();
  const client = new Program(args[0], liar.address, ...args.slice(1));
  try {
    await lie(liar, client);
  } catch (error) {
    client.kill("SIGKILL");
    await client.exit();
    throw error;
  }
  const code = await client.exit();
  const printed = [...client.stdout.all, ...client.stderr.all];
  assertEquals(printed.filter((line) => MOVES.test(line) || /\bat .*\.ts:\d/.test(line)), []);
  return { code, client };
}

/** A row: a client that is in is told this, then `the last`, which it must show below these lines; asked to end, it does. */
function stays(what: string, said: string | Uint8Array | ((lie: Lie) => Promise<unknown>), lines: readonly string[], complaint = /^/): Row {
  return {
    name: `client: ${what}`,
    attack: async () => {
      const { code, client } = await lieTo(["client", "--name", "bob"], async (liar, client) => {
        const lie = await liar.meet();
        await lie.say(welcome());
        if (typeof said === "function") await said(lie);
        else await lie.say(said);
        await lie.say(entry(1_000_000_000, "the last"));
        await client.stdout.match(/the last/);
        assert(memoryOf(client.pid, "VmHWM") < MOST_BYTES, `it held ${memoryOf(client.pid, "VmHWM")} bytes`);
        client.kill("SIGTERM");
        await lie.partWith();
      });
      assertEquals([code, client.stdout.all], [0, [...lines, "mallory: the last"]]);
      assertMatch(client.stderr.all.join("\n"), complaint);
    },
  };
}

/** A row: a client whose server is none: it ends with one line, and this exit code. */
function ends(what: string, args: readonly string[], said: string | Uint8Array, code: number, line: RegExp): Row {
  return {
    name: `${args[0]}: ${what}`,
    attack: async () => {
      const end = await lieTo(args, async (liar, client) => {
        const lie = await liar.meet();
        await lie.say(said);
        lie.close();
        await client.endInput().catch(() => undefined); // It may have ended before.
      });
      const { stdout, stderr } = end.client;
      // What an error says is told as it comes, and again as the reason for the end.
      const told = stderr.all.filter((line) => !line.startsWith("* The server did not understand: "));
      assertEquals([end.code, stdout.all, told.length], [code, [], 1], stderr.all.join("\n"));
      assertMatch(told[0], line);
    },
  };
}

/** A row: the client in a terminal, which a liar tells this; its screen shows the text, and nothing that was sent to the terminal is the liar's. */
function draws(what: string, said: string, text: string): Row {
  return {
    name: `terminal: ${what}`,
    attack: async () => {
      if (!tmuxThere) return;
      using liar = new Liar();
      using folder = new TempFolder();
      const command = program("client", liar.address, "--name", "bob").map((word) => `'${word}'`).join(" ");
      await using terminal = await Terminal.run(
        PROGRAM_ENV,
        80,
        12,
        "script",
        "-qfc",
        `${command.replaceAll("'", '"')}`,
        `${folder.path}/raw`,
      );
      const lie = await liar.meet();
      await lie.say(welcome());
      await terminal.shows("Hello bob");
      await lie.say(said + entry(1_000_000_000, "the last"));
      const screen = await terminal.shows("the last");
      assert(screen.includes(text), screen);
      assert(screen.includes("bob>"), screen);
      const raw = await Deno.readTextFile(`${folder.path}/raw`);
      for (const planted of ["owned", "52;c", "\x1b[2J", "\x9b", "\u202e"]) assert(!raw.includes(planted), planted);
    },
  };
}

/** Says something over and over, as long as anybody listens. */
function overAndOver(text: string, times: number): (lie: Lie) => Promise<void> {
  return async (lie) => {
    for (let n = 0; n < times && await lie.say(text); n++);
  };
}

const lobby = { room: "lobby", from: "s2", total: 2 };
const event = (fields: Record<string, unknown>) => JSON.stringify(fields) + "\n";
const SENSELESS = /makes no sense/;
const MiB = "x".repeat(1_048_576);

export const hostileServer: Group = {
  name: "hostile server",
  lanes: 2,
  rows: [
    stays("words instead of frames", "hello there\nHTTP/1.1 200 OK\n\n", []),
    stays("a line that is no frame", "{\n{]\n{}\n", [], SENSELESS),
    stays("no UTF-8", Uint8Array.of(0x7b, 0xff, 0xfe, 0x0a), [], SENSELESS),
    stays("NUL by the thousand", "\0".repeat(10_000) + "\n", []),
    stays("empty lines by the thousand", "\n".repeat(100_000), []),
    stays("a line of 2 MiB", `{"kind":"${MiB}${MiB}"}\n`, [], SENSELESS),
    stays("64 MiB without a line feed", async (lie) => {
      await overAndOver(MiB, 64)(lie);
      await lie.say("\n");
    }, []),
    stays("64 MiB of junk in lines", overAndOver(`{"kind":"${"x".repeat(1_000)}\n`, 65_536), [], SENSELESS),
    stays("nested 100,000 deep", "[".repeat(100_000) + "\n" + `{"kind":"notice","text":${"[".repeat(50_000)}\n`, [], SENSELESS),
    stays("pings by the thousand", overAndOver('{"kind":"ping","ref":"p"}\n', 100_000), []),
    stays("kinds that there are not", overAndOver('{"kind":"upgrade_now"}\n', 1_000), []),
    stays("a message with sequences", entry(1, `${EVIL}hi`), ["mallory: hi"]),
    stays("a message of two lines", entry(1, "one\nalice: two"), ["mallory: one alice: two"]),
    stays("a name with sequences", entry(1, "hi", { by: `mal${EVIL}` }), ["mal: hi"]),
    stays("a carriage return over the name", entry(1, "hi\ralice: hello"), ["mallory: hi alice: hello"]),
    stays("a name of two lines", entry(1, "hi", { by: "mal\nbob" }), ["mal bob: hi"]),
    stays("a topic with sequences", entry(1, `${EVIL}tea`, { type: "topic" }), [], /\* mallory set the topic: tea/),
    stays("a notice with sequences", event({ kind: "notice", text: `${EVIL}news` }), [], /\* news/),
    stays("an error with sequences", event({ kind: "error", code: "internal", text: `${EVIL}oh` }), [], /oh/),
    stays("a newcomer with sequences", event({ kind: "joined", by: `eve${EVIL}`, ...lobby }), [], /\* eve joined/),
    stays(
      "a new name with sequences",
      event({ kind: "joined", by: "eve", ...lobby }) + event({ kind: "renamed", by: "eve", nick: `e${EVIL}`, ...lobby }),
      [],
      /is e now/,
    ),
    stays(
      "a reason with sequences",
      event({ kind: "joined", by: "eve", ...lobby }) + event({ kind: "away", by: "eve", text: `${EVIL}tea`, ...lobby }),
      [],
      /is away: tea/,
    ),
    stays("a message of a million letters", entry(1, "x".repeat(1_000_000)), [], SENSELESS),
    stays("a text that is an object", entry(1, { text: "x" }), [], SENSELESS),
    stays("a seq of 10^400", entry(1, "x").replace('"seq":1', '"seq":1e400'), [], SENSELESS),
    stays("a negative seq", entry(1, "x").replace('"seq":1', '"seq":-1'), [], SENSELESS),
    stays("the same message a thousand times", overAndOver(entry(1, "once"), 1_000), ["mallory: once"]),
    stays("messages in the wrong order", entry(5, "five") + entry(3, "three") + entry(6, "six"), ["mallory: five", "mallory: six"]),
    stays("a time at the end of times", entry(1, "late", { at: Number.MAX_SAFE_INTEGER }), ["mallory: late"]),
    stays("a message in a room that one is not in", entry(1, "elsewhere", { room: "dev" }), []),
    stays(
      "answers to what was never asked",
      event({ kind: "done", ref: "x", text: "x" }) + event({ kind: "page", ref: "y", room: "lobby", entries: [], more: false }),
      [],
    ),
    stays("10,000 people who come in", async (lie) => {
      let crowd = "";
      for (let n = 0; n < 10_000; n++) crowd += event({ kind: "joined", room: "lobby", by: `p${n}`, from: `f${n}`, total: n + 2 });
      await lie.say(crowd);
    }, []),
    stays("a list of people that never ends", async (lie) => {
      for (let n = 0; n < 2_000; n++) {
        const members = Array.from({ length: 100 }, (_, i) => ({ nick: `p${n}x${i}`, from: `f${n}x${i}` }));
        await lie.say(event({ kind: "members", room: "lobby", head: 0, topic: "", total: 1e9, offset: n * 100, members }));
      }
    }, []),
    ends("nothing, then the end", ["client", "--name", "bob"], "", 69, /^No chat server at 127\.0\.0\.1:\d+ \(/),
    ends("words with sequences, then the end", ["client", "--name", "bob"], `${EVIL}SSH-2.0\r\n`, 69, /^No chat server at .*SSH-2\.0/),
    ends("a web server", ["client", "--name", "bob"], "HTTP/1.1 400 Bad Request\r\n\r\n", 69, /^No chat server at .*HTTP/),
    ends("half a welcome, then the end", ["client", "--name", "bob"], welcome().slice(0, 50), 69, /^No chat server at /),
    ends(
      "a refusal with sequences",
      ["client", "--name", "bob"],
      event({ kind: "refused", code: "server_full", text: `${EVIL}full`, final: false }),
      75,
      /full/,
    ),
    ends(
      "an error with sequences",
      ["client", "--name", "bob"],
      event({ kind: "error", code: "version", text: `${EVIL}old`, v: [9] }),
      69,
      /old/,
    ),
    ends("a farewell with sequences", ["client", "--name", "bob"], event({ kind: "bye", reason: "full", text: `${EVIL}no` }), 69, /no/),
    ends("nothing, then the end", ["tail"], "", 69, /^No chat server at /),
    ends("words with sequences, then the end", ["tail"], `${EVIL}220 mail\r\n`, 69, /^No chat server at .*220 mail/),
    ends("nothing, then the end", ["send", "--name", "bob", "hi"], "", 69, /^No chat server at /),
    ends("64 KiB of junk, then the end", ["send", "--name", "bob", "hi"], "{".repeat(65_536) + "\n", 69, /^No chat server at /),
    {
      name: "tail --follow: messages with sequences, in lines and in JSON",
      attack: async () => {
        for (
          const [flag, expected] of [[], ["--json"]].map((flag) => [flag, flag.length > 0 ? /"text":"[^"]*hi"/ : / mal: hi$/] as const)
        ) {
          await lieTo(["tail", "--follow", "--since", "0", ...flag], async (liar, client) => {
            const lie = await liar.meet();
            await lie.say(welcome({ rooms: [{ room: "lobby", head: 0, topic: "", total: 1, offset: 0, members: [] }] }));
            await lie.say(entry(1, `${EVIL}hi`, { by: `mal${EVIL}` }));
            await client.stdout.match(expected);
            client.kill("SIGTERM");
            await lie.partWith();
          });
        }
      },
    },
    {
      name: "client: a second welcome: it hangs up, and comes back",
      attack: async () => {
        const { code } = await lieTo(["client", "--name", "bob"], async (liar, client) => {
          const lie = await liar.meet();
          await lie.say(welcome() + welcome({ session: "s9" }));
          await client.stderr.match(/^\* Connection lost \(the server said welcome twice\)/);
          const again = await liar.meet();
          await again.say(welcome() + entry(1, "back"));
          await client.stdout.match(/back/);
          client.kill("SIGTERM");
          await again.partWith();
        });
        assertEquals(code, 0);
      },
    },
    {
      name: "client: cut off in the middle of a frame, five times",
      attack: async () => {
        await lieTo(["client", "--name", "bob"], async (liar, client) => {
          for (let n = 1; n <= 5; n++) {
            const lie = await liar.meet();
            await lie.say(welcome() + entry(n, `message ${n}`) + entry(n + 1, "half").slice(0, 60));
            await client.stdout.match(new RegExp(`message ${n}$`));
            lie.close();
          }
          client.kill("SIGTERM");
        });
      },
    },
    draws("a message with sequences", entry(1, `${EVIL}hi`), "mallory: hi"),
    draws("a name with sequences", entry(1, "hi", { by: `mal${EVIL}` }), "mal: hi"),
    draws("a topic with sequences", entry(1, `${EVIL}tea`, { type: "topic" }), "mallory set the topic: tea"),
    draws(
      "a newcomer and a notice with sequences",
      event({ kind: "joined", by: `eve${EVIL}`, ...lobby }) + event({ kind: "notice", text: `${EVIL}news` }),
      "news",
    ),
  ],
};
