import { assert, assertEquals } from "@std/assert";
import { paint } from "../../../client/views/paint.ts";
import { type Look, Transcript } from "../../../client/views/transcript.ts";
import type { Entry } from "../../../shared/protocol.ts";
import { message, said } from "../fake_server.ts";

const PLAIN: Look = { paint: paint(false), timeFormat: "24h" };
/** Where the tests run, whatever its time zone. */
const NOON = new Date(2026, 0, 31, 12, 5).getTime();
const DAY_MS = 86_400_000;

function at(time: number, text = "hi"): Entry {
  return { ...said("eve", text, 1), at: time };
}

/** The lines of one message of today. */
function lines(text: string, look: Partial<Look> = {}): string[] {
  return new Transcript({ ...PLAIN, timeFormat: "none", ...look }).lines(message(at(Date.now(), text)), "bob");
}

Deno.test("Transcript writes the time as its owner likes it", () => {
  const last = (timeFormat: Look["timeFormat"], time = NOON) =>
    new Transcript({ ...PLAIN, timeFormat }).lines(message(at(time)), "bob").at(-1);
  assertEquals([last("24h"), last("12h"), last("none")], ["12:05 eve: hi", "12:05 PM eve: hi", "eve: hi"]);
  assertEquals(last("12h", NOON - 12 * 3_600_000), "12:05 AM eve: hi");
});

Deno.test("Transcript begins a day with a line of its own, and today with none", () => {
  const transcript = new Transcript(PLAIN);
  const shown = [NOON, NOON + 60_000, NOON + DAY_MS].map((time) => transcript.lines(message(at(time)), "bob"));
  // Some versions of the runtime have a comma there.
  assertEquals(shown.map((lines) => lines.map((line) => line.replace(",", ""))), [
    ["── Saturday 31 January 2026 ──", "12:05 eve: hi"],
    ["12:06 eve: hi"],
    ["── Sunday 1 February 2026 ──", "12:05 eve: hi"],
  ]);
  assertEquals(lines("hi"), ["eve: hi"]);
});

Deno.test("Transcript says where one left off, and how much lies between", () => {
  const transcript = new Transcript({ ...PLAIN, timeFormat: "none" });
  const shown = (leftOff: number) => transcript.lines(message(at(Date.now()), { leftOff }), "bob");
  assertEquals(shown(0), ["── you left off here ──", "eve: hi"]);
  assertEquals(shown(1_200), ["── you left off 1,200 messages before this; /history shows them ──", "eve: hi"]);
});

Deno.test("Transcript sets in what follows the first line, so that nobody can write another's", () => {
  assertEquals(lines("one\nbob: two\n\nthree"), ["eve: one", "  bob: two", "  ", "  three"]);
  const [first, second] = new Transcript(PLAIN).lines(message(at(NOON, "one\ntwo")), "bob").slice(-2);
  assertEquals([first, second], ["12:05 eve: one", "      two"]);
});

Deno.test("Transcript writes what somebody does, and what is done to a room, in words", () => {
  assertEquals(lines("/me waves\nand leaves"), ["* eve waves", "  and leaves"]);
  const topic = new Transcript(PLAIN).lines(message({ ...at(Date.now(), "ships"), type: "topic" }), "bob");
  assertEquals(topic, ["* eve set the topic: ships"]);
});

Deno.test("Transcript cleans names and texts, and leaves code and addresses as they were typed", () => {
  assertEquals(lines("a\x1b[2Jb\x07 `x  *y*` https://example.org/a?b=c&d#e"), ["eve: ab `x  *y*` https://example.org/a?b=c&d#e"]);
  const hostile = new Transcript({ ...PLAIN, timeFormat: "none" }).lines(message({ ...at(Date.now()), by: "e\x1b]0;t\x07ve" }), "bob");
  assertEquals(hostile, ["eve: hi"]);
});

Deno.test("Transcript colours names alike every time, our own otherwise, code, and where we are spoken to", () => {
  const look = { paint: paint(true), timeFormat: "none" } as const;
  const of = (more: Parameters<typeof message>[1], text = "hi") =>
    new Transcript(look).lines(message(at(Date.now(), text), more), "bob")[0];
  assertEquals(of({}), of({}));
  assertEquals(of({ own: true }), "\x1b[1meve\x1b[0m: hi");
  // deno-lint-ignore no-control-regex
  assert(/^\x1b\[38;5;\d+meve\x1b\[0m: hi$/.test(of({})));
  const mention = of({ mention: true }, "Bob, `bob` and bobby");
  assert(mention.endsWith(": \x1b[1;7mBob\x1b[0m, \x1b[38;5;66m`bob`\x1b[0m and bobby"), JSON.stringify(mention));
  assert(!of({}, "bob").includes("\x1b[1;7m"));
});

Deno.test("Transcript tells an announcement louder than the rest", () => {
  const announcement = message({ ...at(Date.now(), "down\x1b[2J at six"), type: "announcement" });
  const told = (colours: boolean) => new Transcript({ paint: paint(colours), timeFormat: "none" }).lines(announcement, "bob");
  assertEquals([told(false), told(true)], [["* eve announces: down at six"], ["\x1b[1m* eve announces: down at six\x1b[0m"]]);
});

Deno.test("Transcript colours each line of fenced code for itself", () => {
  const fenced = lines("see\n```\n  a\n```", { paint: paint(true) }).slice(1);
  assertEquals(fenced, ["```", "  a", "```"].map((line) => `  \x1b[38;5;66m${line}\x1b[0m`));
});
