import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { Connection } from "../../../client/connection.ts";
import { dial } from "../../../client/dial.ts";
import { converse } from "../../../client/conversation.ts";
import { KeyReader } from "../../../client/views/keys.ts";
import { layout } from "../../../client/views/layout.ts";
import { LineEditor } from "../../../client/views/line_editor.ts";
import { paint } from "../../../client/views/paint.ts";
import { statusLine } from "../../../client/views/status_line.ts";
import { TerminalView } from "../../../client/views/terminal.ts";
import type { Status } from "../../../client/views/view.ts";
import { fit } from "../../../client/views/width.ts";
import type { ClientFrame } from "../../../shared/protocol.ts";
import { FakeClock } from "../fake_clock.ts";
import { FakeServer, message, said } from "../fake_server.ts";
import { FakeMemory, NO_SETTINGS } from "../fake_view.ts";
import { Emulator } from "./emulator.ts";

/** What a server may try, and the text that is left of it. */
const ATTACKS: readonly (readonly [name: string, hostile: string, plain: string])[] = [
  ["a title", "\x1b]0;owned\x07t", "t"],
  ["a title, C1", "\x9d2;owned\x9ct", "t"],
  ["a clipboard", "\x1b]52;c;cm0gLXJm\x07c", "c"],
  ["a clipboard query", "\x1b]52;c;?\x1b\\q", "q"],
  ["cursor and device reports", "\x1b[6n\x1b[5n\x1b[c\x1b[>c\x1b[=c\x1b[?6nr", "r"],
  ["reports, C1", "\x9b6n\x9bcr", "r"],
  ["settings asked for", "\x1bP$qm\x1b\\\x1b[?2004$p\x1b[18t\x05s", "s"],
  ["a colour asked for", "\x1b]10;?\x07\x1b]4;1;?\x07o", "o"],
  ["a link", "\x1b]8;;http://evil.example\x1b\\l\x1b]8;;\x1b\\", "l"],
  ["modes", "\x1b[?1049h\x1b[?1000h\x1b[?1004h\x1b[?2004h\x1b[4h\x1b=m", "m"],
  ["a move", "\x1b[H\x1b[2J\x1b[3J\x1b[5A\x1b7\x1b8\x08\x0b\x0cv", "v"],
  ["a scroll region", "\x1b[1;2r\x1b[?6h\x1bM\x1bDg", "g"],
  ["a reset", "\x1bc\x1b[!pz", "z"],
  ["a charset", "\x0e\x1b(0\x0fh", "h"],
  ["colours that stay", "\x1b[31;7;8mx", "x"],
  ["a sequence without an end", "e\x1b[", "e"],
  ["a string without an end", "u\x1b]0;", "u0;"],
  ["bidi", "\u202eb\u2066i\u2069", "bi"],
  ["marks", `k${"\u0301".repeat(20)}`, `k${"\u0301".repeat(4)}`],
  ["carriage returns", "y\r\nz\rw", "y\nz\nw"],
  ["a tab", "a\tb", "a b"],
  ["a bell", "\x07n\x07", "n"],
];

/** What a server sends; `bad` is in every field that it can put a text into. The refs are those of what was asked. */
function frames(bad: string, long: string, refs: ReadonlyMap<string, string>): Record<string, unknown>[] {
  const ref = (kind: string) => ({ ref: refs.get(kind) });
  const lobby = { room: "lobby", head: 0, total: 3, offset: 0, topic: bad, members: [{ nick: bad, from: "s2", away: bad }] };
  const other = { ...lobby, room: bad };
  const entry = { kind: "entry", room: "lobby", at: 1_790_000_000_000, type: "said", by: bad, from: "s2", text: bad };
  const numbered = (seq: number, more: object) => ({ ...entry, seq, prev: seq - 1, ...more });
  return [
    { kind: "members", ...lobby },
    { kind: "backlog", room: "lobby", count: 2 },
    numbered(1, {}),
    numbered(2, { type: "topic" }),
    { kind: "live", room: "lobby" },
    numbered(3, { type: "notice" }),
    numbered(4, { text: `/me ${bad}` }),
    numbered(5, { text: `mebob, \`code\` and \`\`\`${bad}` }),
    numbered(6, { text: long }),
    { ...numbered(1, {}), room: bad },
    { kind: "joined", room: "lobby", by: bad, from: "s3", total: 4 },
    { kind: "renamed", room: "lobby", by: bad, nick: bad, from: "s3", total: 4 },
    { kind: "away", room: "lobby", by: bad, from: "s3", text: bad, total: 4 },
    { kind: "away", room: "lobby", by: bad, from: "s3", total: 4 },
    { kind: "left", room: "lobby", by: bad, from: "s3", total: 3 },
    { kind: "notice", text: bad },
    { kind: "reset", room: bad, cursor: 9, skipped: 2 },
    { kind: "rooms", ...ref("rooms"), rooms: [{ room: bad, total: 1, topic: bad }] },
    { kind: "page", ...ref("history"), room: "lobby", entries: [numbered(1, {}), numbered(2, { type: "topic" })], more: false },
    { kind: "page", ...ref("search"), room: bad, entries: [numbered(1, {})], more: true },
    { kind: "done", ...ref("nick"), text: bad },
    { kind: "done", text: bad },
    { kind: "refused", ...ref("say"), code: "text_too_long", text: bad, final: true },
    { kind: "refused", ...ref("away"), code: "name_taken", text: bad, final: true },
    { kind: "error", ...ref("topic"), code: "unexpected", text: bad },
    { kind: "error", code: "malformed", text: bad },
    { kind: "members", ...ref("join"), ...other },
    { ...numbered(2, {}), room: bad },
    { kind: bad },
    { kind: "entry", [bad]: bad },
  ];
}

/** Everything that asks a server something, and words for it. */
const TYPED = ["said", "/rooms", "/history", "/search words", "/nick bobby", "/away lunch", "/topic new", "/join dev"];

/** All that a terminal remembers of what was written to it. */
type State = Pick<Emulator, "lines" | "cells" | "cursor" | "modes" | "main" | "bells" | "commands" | "replies">;

/** A conversation with a server that sends `bad`; what the terminal is like after it. */
async function talk(bad: string, long: string): Promise<State> {
  using terminal = new Emulator();
  using server = new FakeServer();
  const clock = new FakeClock({ skip: 1_000 });
  const view = new TerminalView(terminal, { paint: paint(true), timeFormat: "24h", bell: false }, clock);
  const connection = new Connection({
    address: server.address,
    dial,
    name: () => Promise.resolve("bob"),
    secret: "secret",
    backlog: 0,
    clock,
    random: () => 0,
  });
  const talking = converse(connection, view, { strict: false, settings: NO_SETTINGS, memory: new FakeMemory() });
  const peer = await server.accept();
  peer.send(`${bad.replaceAll("\n", " ")}\n`);
  await peer.next();
  const room = { head: 0, topic: bad, total: 2, offset: 0, members: [{ nick: bad, from: "s2" }] };
  const welcome = {
    kind: "welcome",
    v: 1,
    session: "s1",
    nick: `me${bad}`,
    away: bad,
    server: bad,
    epoch: "e",
    token: "t",
    resumed: false,
  };
  peer.send(JSON.stringify({ ...welcome, keeps: bad, rooms: [{ ...room, room: "lobby" }, { ...room, room: bad }] }) + "\n");

  const refs = new Map<string, string>();
  for (const line of TYPED) {
    terminal.press(`${line}\r`);
    const asked = await peer.next() as ClientFrame & { readonly ref: string };
    refs.set(asked.kind, asked.ref);
  }
  for (const frame of frames(bad, long, refs)) peer.send(JSON.stringify(frame) + "\n");
  await heard(peer);
  // What is said of the other room names it.
  for (const line of ["/switch 2", "/topic", "/switch 1", "/part 7", "/who", "/switch 9"]) terminal.press(`\x15${line}\r`);
  terminal.press("half a line");
  await terminal.settled();
  terminal.press("\x03");
  while ((await peer.next())?.kind !== "bye");
  peer.send(JSON.stringify({ kind: "bye", reason: "left", text: bad }) + "\n");
  await peer.end();
  await talking;
  await view.close();
  const { lines, cells, cursor, modes, main, bells, commands, replies } = terminal;
  return { lines, cells, cursor, modes, main, bells, commands, replies };

  async function heard(to: typeof peer): Promise<void> {
    to.send(JSON.stringify({ kind: "ping", ref: "heard" }) + "\n");
    for (let frame = await to.next(); frame?.kind !== "pong"; frame = await to.next()) assert(frame, "the client has gone");
  }
}

for (const [name, hostile, plain] of ATTACKS) {
  Deno.test(`TerminalView leaves a terminal as plain text would, whatever a server sends: ${name}`, async () => {
    const after = await talk(hostile, "x".repeat(300) + hostile);
    const expected = await talk(plain, "x".repeat(300) + plain);
    assertEquals([after.commands, after.replies], [[], ""]);
    assertEquals(after.lines, expected.lines);
    assertEquals(after, expected);
    assertStringIncludes(after.lines.join("\n"), `me${plain.replaceAll("\n", " ")}`);
  });
}

Deno.test("TerminalView shows four of 4,000 combining marks", async () => {
  using terminal = new Emulator();
  const view = new TerminalView(terminal, { paint: paint(false), timeFormat: "none", bell: false }, new FakeClock());
  const marks = "\u0301".repeat(4_000);
  view.show(message(said(`e${marks}ve`, `a${marks}b`, 1)));
  await view.close();
  assertEquals(terminal.lines.at(-1), `${"e\u0301\u0301\u0301\u0301ve"}: ${"a\u0301\u0301\u0301\u0301b"}`);
});

Deno.test("TerminalView leaves no row behind, however wide the clusters in others' names are", async () => {
  using terminal = new Emulator();
  const view = new TerminalView(terminal, { paint: paint(false), timeFormat: "none", bell: false }, new FakeClock());
  const names = ["ᄀ".repeat(21), "का".repeat(10), "bob"];
  const members = new Map(names.map((nick, i) => [`s${i}`, { nick, from: `s${i}` }]));
  const room = { name: "lobby", topic: "", cursor: 0, total: 3, members };
  for (let queued = 0; queued < 5; queued++) {
    view.status({ ...STATUS, room, queued });
    await terminal.settled();
    view.show(message(said("eve", "hi", queued + 1)));
    await terminal.settled();
  }
  assertEquals(terminal.rows.filter((row) => row.startsWith("bob>")).length, 1, terminal.rows.join("\n"));
  await view.close();
});

const STATUS: Status = { nick: "bob", room: undefined, rooms: [], online: true, quietMs: 0, queued: 0, away: false, keeps: "" };
/** What terminals agree on the width of. */
const LETTERS = ["a", "b", " ", "日", "한", "é", "e\u0301", "ש", "-"];
const KEYS = ["\x1b[D", "\x1b[C", "\x1b[A", "\x1b[B", "\x01", "\x05", "\x7f", "\x17", "\n", "\x0b", "\x19"];

type Step =
  | { readonly kind: "press"; readonly keys: string }
  | { readonly kind: "message"; readonly text: string }
  | { readonly kind: "pending"; readonly count: number }
  | { readonly kind: "resize"; readonly columns: number; readonly rows: number };

const words = fc.array(fc.constantFrom(...LETTERS), { minLength: 1, maxLength: 60 }).map((letters) => letters.join(""));
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("press" as const), keys: fc.oneof(words, fc.constantFrom(...KEYS)) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("message" as const), text: words }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("pending" as const), count: fc.nat(5) }) },
    {
      weight: 2,
      // The emulator knows no narrower terminal; tmux does, in tests/e2e/terminal_test.ts.
      arbitrary: fc.record({
        kind: fc.constant("resize" as const),
        columns: fc.integer({ min: 2, max: 80 }),
        rows: fc.integer({ min: 1, max: 24 }),
      }),
    },
  ),
  { maxLength: 30 },
);

Deno.test("TerminalView shows what is typed at the bottom with the cursor in it, and loses nothing it printed, at any width", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (steps) => {
      using terminal = new Emulator();
      const view = new TerminalView(terminal, { paint: paint(false), timeFormat: "none", bell: false }, new FakeClock());
      view.status(STATUS);
      const inputs = view.inputs()[Symbol.asyncIterator]();
      const left = inputs.next();
      const [reader, editor] = [new KeyReader(), new LineEditor()];
      const printed: string[] = [];
      for (const step of steps) {
        if (step.kind === "press") {
          terminal.press(step.keys);
          for (const key of reader.push(new TextEncoder().encode(step.keys))) editor.apply(key);
        } else if (step.kind === "message") {
          printed.push(`<${printed.length}>${step.text}`);
          view.show(message(said("eve", printed.at(-1)!, printed.length)));
        } else if (step.kind === "pending") {
          view.pending(Array.from({ length: step.count }, (_, i) => ({ kind: "say", room: "lobby", text: `pending ${i}` })));
        } else {
          terminal.resize(step.columns, step.rows);
          view.resized();
        }
        await terminal.settled();
        assertShowsTyped(terminal, editor);
        assertPrinted(terminal, printed);
      }
      terminal.press("\x03");
      await left;
      await view.close();
    }),
    { numRuns: 60 },
  );
});

/** The row with the cursor is one of the line being typed, and the cursor is where the next letter goes. */
function assertShowsTyped(terminal: Emulator, { text, cursor }: LineEditor): void {
  const { columns, rows } = terminal.size();
  const { row, column } = terminal.cursor;
  const whole = layout({ prompt: `${fit("bob", (columns >> 1) - 2)}> `, text, cursor, columns, maxRows: Infinity });
  assertEquals([terminal.rows[row]?.trimEnd() ?? "", column], [whole.rows[whole.row].trimEnd(), whole.column], `in ${columns}x${rows}`);
  if (rows > 2 && columns > "connected".length) assertEquals(terminal.rows.at(-1), statusLine(STATUS, columns), `in ${columns}x${rows}`);
}

/** Everything printed is there, in order; how the emulator breaks wide letters is its business. */
function assertPrinted(terminal: Emulator, printed: readonly string[]): void {
  const all = terminal.lines.join("\n").replace(/ /g, "");
  let from = 0;
  for (const text of printed) {
    const found = all.indexOf(`eve:${text}`.replace(/ /g, ""), from);
    assert(found >= 0, `${JSON.stringify(text)} in\n${terminal.rows.join("\n")}`);
    from = found;
  }
}
