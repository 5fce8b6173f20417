import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeClientFrame, encodeFrame } from "../../../shared/codec.ts";
import { type ClientFrame, LIMITS } from "../../../shared/protocol.ts";
import { isBye, parseLine, type TextFrame } from "../../../server/transports/text_commands.ts";

const say = (text: string): ClientFrame => ({ kind: "say", room: "", text });

const LINES: readonly [line: string, frame: TextFrame | undefined][] = [
  ["hi", say("hi")],
  ["  hi ", say("  hi ")],
  // Cleaned by the room's rules, and a line here is one line there.
  ["\x1b[31mred", say("\x1b[31mred")],
  ["50 %\r100 %", say("50 % 100 %")],
  ["//one\rtwo", say("/one two")],
  ["/me one\rtwo", say("/me one two")],
  [" /who", say(" /who")],
  ["//etc/passwd", say("/etc/passwd")],
  ["//", say("/")],
  ["", undefined],
  [" \t ", undefined],
  ["bye", { kind: "bye" }],
  [" BYE ", { kind: "bye" }],
  ["bye bye", say("bye bye")],
  ["/join dev", { kind: "join", ref: "join", room: "dev", backlog: 10 }],
  ["/join  #Dev ", { kind: "join", ref: "join", room: "#Dev", backlog: 10 }],
  ["/part", { kind: "part", room: "" }],
  ["/rooms", { kind: "rooms" }],
  ["/who", { kind: "who", ref: "who", room: "" }],
  ["/who #dev", { kind: "who", ref: "who", room: "#dev" }],
  ["/me waves", say("/me waves")],
  ["/me  waves  at  you ", say("/me waves  at  you")],
  ["/nick bert", { kind: "nick", name: "bert" }],
  ["/nick", { kind: "nick", name: "" }],
  ["/away", { kind: "away", text: "" }],
  ["/away  gone to lunch ", { kind: "away", text: "gone to lunch" }],
  ["/away \x1b[31mlunch\r", { kind: "away", text: "lunch" }],
  ["/back", { kind: "away" }],
  ["/back to work", { kind: "away" }],
  ["/topic", { kind: "who", ref: "who", room: "" }],
  ["/topic lunch at 12", { kind: "topic", room: "", text: "lunch at 12" }],
  ["/history", { kind: "history", room: "", limit: 10 }],
  ["/history 1", { kind: "history", room: "", limit: 1 }],
  ["/history 200", { kind: "history", room: "", limit: 200 }],
  ["/search lunch 12", { kind: "search", room: "", words: "lunch 12", limit: 20 }],
];

Deno.test("parseLine reads what a line asks for", () => {
  for (const [line, frame] of LINES) assertEquals(parseLine(line), frame, JSON.stringify(line));
});

const HISTORY = "say how many, from 1 to 200: /history 20";
const COMPLAINTS: readonly [line: string, text: string][] = [
  ["/join", "name the room: /join #dev"],
  ["/me", "say what you do: /me waves"],
  ["/search", "say what to search for: /search lunch"],
  ["/history 0", HISTORY],
  ["/history 201", HISTORY],
  ["/history -1", HISTORY],
  ["/history 1.5", HISTORY],
  ["/history ten", HISTORY],
  ["/jion #dev", "there is no command /jion (did you mean /join?). /help lists them, // says a text with a slash"],
  ["/WHO", "there is no command /WHO (did you mean /who?). /help lists them, // says a text with a slash"],
  ["/constructor", "there is no command /constructor (did you mean /topic?). /help lists them, // says a text with a slash"],
];

Deno.test("parseLine says what is wrong with a command", () => {
  for (const [line, text] of COMPLAINTS) {
    const frame = parseLine(line);
    assert(frame?.kind === "malformed", line);
    if (line !== "/constructor") assertEquals(frame.text, text, line);
    else assert(frame.text.startsWith("there is no command /constructor"), frame.text);
  }
});

Deno.test("/help lists every command, with how it is used", () => {
  const frame = parseLine("/help");
  assert(frame?.kind === "local" && frame.answer.kind === "notice" && frame.andKept);
  assertEquals(frame.answer.text.split("\n"), [
    "/join #ROOM    go to a room; it begins with you where there is none",
    "/part          leave the room you are in",
    "/rooms         list the rooms",
    "/who [#ROOM]   who is here",
    "/me WAVES      say what you do",
    "/nick NAME     take another name",
    "/away [WHY]    let the others know that you are away",
    "/back          let them know that you are back",
    "/topic [TEXT]  say what the room is about, or ask",
    "/history [N]   the last N messages, 10 without a number",
    "/numbers [N]   the last N messages with their numbers",
    "/delete [N]    delete what you said last, or message N; /numbers shows the numbers",
    "/search WORDS  messages that have all of the words",
    "/help          this list",
    "//text         say something that starts with /",
    "bye            leave",
  ]);
});

Deno.test("isBye takes bye in any case, with white space around it, and nothing else", () => {
  for (const line of ["bye", "BYE", "\tBye\r "]) assert(isBye(line), line);
  for (const line of ["", "by", "bye!", "goodbye", "bye bye", `bye${" ".repeat(40)}`]) assert(!isBye(line), line);
});

Deno.test("parseLine makes of any line a frame that the protocol takes, or a complaint, and never throws", () => {
  const words = fc.constantFrom("/join", "/history", "/topic", "/", "//", "bye", "#dev", "7", "\x1b[31m", "\u202e", "漢", " ");
  const line = fc.oneof(fc.string({ unit: "binary" }), fc.array(words, { maxLength: 5 }).map((words) => words.join(" ")));
  fc.assert(fc.property(line, (line) => {
    const frame = parseLine(line);
    if (frame === undefined) return assertEquals(line.trim(), "");
    if (frame.kind === "malformed" || frame.kind === "local") return;
    assert(frame.kind !== "say" || frame.text.length <= line.length);
    assertEquals(decodeClientFrame(encodeFrame(frame).slice(0, -1)), frame);
  }));
  assert(LIMITS.pageEntries === 200);
});
