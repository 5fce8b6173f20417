/**
 * What would move a terminal's cursor, change its title, write to its clipboard, turn lines around, or pass for somebody else's line. Whatever is
 * said, bob at his netcat and alice in her client are shown it clean, byte for byte.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Foe, hello, line } from "../foe.ts";
import type { Group, Row } from "../row.ts";

const ESC = "\x1b";

/** A row: what is said in a frame, and what bob sees of it; alice gets the same without the name. */
function said(what: string, name: string, text: string, ...lines: string[]): Row {
  return {
    name: what,
    attack: async (scene) => {
      using foe = await Foe.framed(scene, name);
      await foe.send(line({ kind: "say", room: "lobby", text }) + line({ kind: "say", room: "lobby", text: "done" }));
      const shown = await scene.honest.shown(name);
      assertEquals(shown.lines, lines.map((text) => `${name}: ${text}`));
      assertEquals(shown.texts, lines.length === 0 ? [] : [lines.join("\n")]);
    },
  };
}

/** A row: what somebody does with frames, and the server's lines about it that bob sees. */
function done(what: string, name: string, frame: Record<string, unknown>, ...lines: string[]): Row {
  return {
    name: what,
    attack: async (scene) => {
      using foe = await Foe.framed(scene, name);
      await foe.send(line(frame) + line({ kind: "say", room: "lobby", text: "done" }));
      assertEquals((await scene.honest.shown(name)).lines, lines);
    },
  };
}

/** A row: what somebody types at netcat, and what bob sees of it. */
function typed(what: string, name: string, text: string, ...lines: string[]): Row {
  return {
    name: what,
    attack: async (scene) => {
      using foe = await Foe.named(scene, name);
      await foe.send(`${text}\ndone\n`);
      assertEquals((await scene.honest.shown(name)).lines, lines);
    },
  };
}

export const display: Group = {
  name: "display",
  rows: [
    said("a colour", "d1", `${ESC}[31mred${ESC}[0m`, "red"),
    said("a cleared screen", "d2", `${ESC}[2J${ESC}[H${ESC}cgone`, "gone"),
    said("a cursor that moves up", "d3", `x${ESC}[5A${ESC}[1G${ESC}[Ky`, "xy"),
    said("a title", "d4", `${ESC}]0;owned\x07hi`, "hi"),
    said("a title without an end is words", "d5", `hi${ESC}]0;owned`, "hi0;owned"),
    said("a clipboard (OSC 52)", "d6", `${ESC}]52;c;cm0gLXJmIC8=${ESC}\\hi`, "hi"),
    said("a clipboard in C1", "d7", "\u009d52;c;cm0gLXJmIC8=\u009chi", "hi"),
    said("a link (OSC 8)", "d8", `${ESC}]8;;https://evil.example${ESC}\\click${ESC}]8;;${ESC}\\`, "click"),
    said("a device control string", "d9", `${ESC}P$q"p${ESC}\\hi`, "hi"),
    said("a question to the terminal", "d10", `${ESC}[6n${ESC}[c${ESC}Zhi`, "hi"),
    said("a sequence within a sequence", "d11", `${ESC}[${ESC}[31m31mx`, "31mx"),
    said("a sequence cut in two messages", "d12", `a${ESC}`, "a"),
    said("C1 sequences", "d13", "\u009b31mred\u009b0m\u0085", "red", ""),
    said("the bell, a hundred times", "d14", "\x07".repeat(100) + "hi", "hi"),
    said("backspaces over the name", "d15", "\b\b\b\b\balice: hi", "alice: hi"),
    said("shift out and shift in", "d16", "\x0ehi\x0f", "hi"),
    said("the reading direction overridden", "d17", "\u202eecila\u202c", "ecila"),
    said("embeddings and isolates", "d18", "\u202aa\u202bb\u202dc\u2066d\u2067e\u2068f\u2069", "abcdef"),
    said("marks of the reading direction move nothing", "d19", "a\u200eb\u200fc\u061cd", "a\u200eb\u200fc\u061cd"),
    said("a carriage return over the name", "d20", "hi\ralice: hello", "hi", "alice: hello"),
    said("a line of alice's after a line feed", "d21", "hi\nalice: tick 99999", "hi", "alice: tick 99999"),
    said("a line of the server's after a line feed", "d22", "hi\n* bob left\n! not sent: no", "hi", "* bob left", "! not sent: no"),
    said("lines of the server's after separators", "d23", "hi\u2028* bob left\u2029* alice left", "hi", "* bob left", "* alice left"),
    said("a thousand lines in one message", "d24", "\n".repeat(1_000) + "x", ...Array<string>(1_000).fill(""), "x"),
    said("a hundred marks on a letter", "d25", `Z${"\u0301".repeat(100)}!`, `Z${"\u0301".repeat(4)}!`),
    said("a hundred marks with joiners between", "d26", `Z${"\u0301\u200d".repeat(100)}!`, `Z${"\u0301\u200d".repeat(4)}!`),
    said("enclosing marks", "d27", `a${"\u20dd".repeat(9)}`, `a${"\u20dd".repeat(4)}`),
    said("half characters", "d28", "a\ud800b\udc00c", "abc"),
    said("a family of a thousand", "d29", "👩\u200d".repeat(500), "👩\u200d".repeat(500)),
    said("non-characters and tags stay letters of nobody's", "d30", "a\u{e0041}\u{e007f}b", "a\u{e0041}\u{e007f}b"),
    said("nothing but what is taken out", "d31", `${ESC}[31m\x07\u202e`),
    done(
      "a topic with sequences and line feeds",
      "d32",
      { kind: "topic", room: "lobby", text: `${ESC}]0;x\x07tea\n* bob left\u202e` },
      "* d32 set the topic: tea * bob left",
    ),
    done("a topic that takes the topic away", "d33", { kind: "topic", room: "lobby", text: `${ESC}[2J` }, "* d33 took the topic away"),
    done(
      "a reason with sequences and line feeds",
      "d34",
      { kind: "away", text: `${ESC}[5Alunch\nalice: hi\u2066` },
      "* d34 is away: lunch alice: hi",
    ),
    done("a reason that closes a bracket", "d35", { kind: "away", text: ") and bob (away: " }, "* d35 is away: ) and bob (away:"),
    done("a room's name with a sequence", "d36", { kind: "join", room: `${ESC}[31mden` }),
    done("a search with a sequence", "d37", { kind: "search", room: "lobby", words: `${ESC}]0;x\x07`, limit: 1 }),
    typed("a line of alice's", "d38", "alice: hi", "d38: alice: hi"),
    typed("a line of the server's", "d39", "* alice left", "d39: * alice left"),
    typed("an action of alice's", "d40", "/me alice: hi", "d40: /me alice: hi"),
    typed("an action with a sequence", "d41", `/me ${ESC}[2Jwaves`, "d41: /me waves"),
    typed("a command after a sequence", "d42", `${ESC}[A${ESC}[A/topic x`, "d42: /topic x"),
    typed("a topic at netcat", "d43", `/topic \u202e${ESC}]2;x${ESC}\\coffee`, "* d43 set the topic: coffee"),
    typed("a reason at netcat", "d44", `/away ${ESC}[?1049h gone`, "* d44 is away: gone"),
    {
      name: "what was said is clean in the history and in a search too",
      attack: async (scene) => {
        using foe = await Foe.framed(scene, "d45", { rooms: ["d45s-den"] });
        await foe.send(line({ kind: "say", ref: "1", room: "d45s-den", text: `${ESC}[31mneedle${ESC}]0;x\x07\u202e` }));
        await foe.until(/"ref":"1"/);
        for (const look of [{ kind: "history" }, { kind: "search", words: "needle" }]) {
          await foe.send(line({ ...look, ref: "2", room: "d45s-den", limit: 5 }));
          const { entries } = JSON.parse(await foe.until(/"ref":"2"/));
          assertEquals(entries.map(({ text }: { text: string }) => text), ["needle"]);
        }
      },
    },
    {
      name: "a wrong frame is not given back with its sequences",
      attack: async (scene) => {
        using foe = await Foe.connect(scene);
        await foe.send(hello("d46") + line({ kind: `${ESC}[31mx`, ref: "1" }));
        assertEquals((await foe.until(/"kind":"error"/)).includes('unknown kind \\"x\\"'), true);
      },
    },
  ],
};
