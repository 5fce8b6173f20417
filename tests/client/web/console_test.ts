import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { hasWords, LINES_HELD, LogLines } from "../../../client/web/console/log_lines.ts";
import { PLOT, plot, sampleAt } from "../../../client/web/console/plot.ts";
import type { ConsoleLine, Sample } from "../../../shared/console.ts";

function line(at: number, text = `line ${at}`): ConsoleLine {
  return { at, level: "info", text };
}

function sample(seconds: number, messages: number): Sample {
  return { at: seconds * 1000, messages, connections: 0, sessions: 0, commitMs: 0, memory: 0 };
}

Deno.test("LogLines: what a server sends again after a new connection is there once", () => {
  fc.assert(fc.property(
    fc.array(fc.nat(3), { maxLength: 30 }),
    fc.nat(30),
    fc.nat(30),
    (steps, heard, again) => {
      let at = 0;
      const all = steps.map((step, i) => line(at += step, `${i}`));
      const lines = new LogLines();
      lines.take(all.slice(0, heard), 0);
      lines.catchUp(all.slice(Math.min(again, heard)));
      assertEquals(lines.held, all);
    },
  ));
});

Deno.test("LogLines: the oldest go, and what was left out is said", () => {
  const lines = new LogLines();
  for (let at = 0; at < LINES_HELD + 5; at++) lines.take([line(at)], 0);
  assertEquals([lines.held.length, lines.held[0].text], [LINES_HELD, "line 5"]);
  assertEquals(lines.take([line(9_999)], 1_234).map(({ text }) => text), ["line 9999", "and 1,234 more lines that came too fast to show"]);
});

Deno.test("hasWords: every word, in any case, anywhere", () => {
  const said = line(1, "#lobby Bob: hello there");
  assert(["", "bob", "HELLO #lob", " there  bob "].every((words) => hasWords(said, words)));
  assert(!hasWords(said, "bob goodbye"));
});

Deno.test("plot: the newest is on the right, the largest at the top, and where nothing is known there is a gap", () => {
  const samples = [sample(400, 9), sample(1000, 10), sample(1001, 5), sample(1300, 0), sample(1301, 20)];
  const { line, area, most } = plot(samples, ({ messages }) => messages, 5);
  assertEquals(most, 20);
  assertEquals(line, "M299 20L300 30M599 40L600 0");
  assertEquals(area, "M299 40L299 20L300 30L300 40ZM599 40L599 40L600 0L600 40Z");
});

Deno.test("plot: what is small looks small, and of nothing there is nothing", () => {
  assertEquals(plot([sample(0, 1)], ({ messages }) => messages, 5).line, "M600 32");
  assertEquals(plot([], ({ messages }) => messages, 5), { line: "", area: "", most: 0 });
});

Deno.test("plot: every point is inside, whatever the figures are", () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(2_000), fc.nat()), { maxLength: 50 }), (figures) => {
    const samples = figures.map(([at, messages]) => sample(at, messages)).sort((a, b) => a.at - b.at);
    const numbers = plot(samples, ({ messages }) => messages, 1).area.match(/[\d.-]+ [\d.-]+/g) ?? [];
    for (const point of numbers) {
      const [x, y] = point.split(" ").map(Number);
      assert(x >= 0 && x <= PLOT.width && y >= 0 && y <= PLOT.height, point);
    }
  }));
});

Deno.test("sampleAt: the sample at a place of the plot", () => {
  const samples = [sample(300, 1), sample(301, 2), sample(600, 3)];
  assertEquals([0.5, 1, 0.75, 0].map((place) => sampleAt(samples, place)?.messages), [1, 3, undefined, undefined]);
  assertEquals(sampleAt([], 1), undefined);
});
