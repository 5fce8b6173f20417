import { assert, assertEquals } from "@std/assert";
import { judgeGrowth, type Reading } from "./growth.ts";
import { playSoak } from "./soak.ts";

/** A reading every half minute. */
function readings(minutes: number, rss: (minutes: number) => number, files: (minutes: number) => number = () => 40): Reading[] {
  return Array.from({ length: 2 * minutes + 1 }, (_, i) => ({ minutes: i / 2, rss: rss(i / 2), heap: 20, files: files(i / 2) }));
}

/** Up to 10 MB more, always the same for the same time. */
function noise(minutes: number): number {
  return 10 * Math.abs(Math.sin(minutes * 12.9898));
}

Deno.test("judgeGrowth finds nothing in two hours that are flat but for noise and a warm-up", () => {
  const { findings } = judgeGrowth(readings(120, (at) => 100 + Math.min(at, 30) + noise(at)));
  assertEquals(findings, []);
});

Deno.test("judgeGrowth finds 2 MB an hour under noise, and takes half of one", () => {
  assertEquals(judgeGrowth(readings(120, (at) => 100 + 0.5 * at / 60 + noise(at))).findings, []);
  assertEquals(judgeGrowth(readings(120, (at) => 100 + 2 * at / 60 + noise(at))).findings.length, 1);
});

Deno.test("judgeGrowth finds 49 MB in a short run, and takes 47", () => {
  const step = (growth: number) => readings(10, (at) => at < 6 ? 100 : 100 + growth);
  assertEquals([judgeGrowth(step(47)).findings.length, judgeGrowth(step(49)).findings.length], [0, 1]);
});

Deno.test("judgeGrowth finds one file that stays open, and too few readings", () => {
  assertEquals(judgeGrowth(readings(10, () => 100, (at) => at < 8 ? 40 : 41)).findings.length, 1);
  assertEquals(judgeGrowth([]).findings.length, 1);
});

Deno.test("45 seconds of joins, messages, cuts and visits: nothing is lost, no file stays open, memory stays", async () => {
  const lines: string[] = [];
  const { findings, sent, cuts, visits } = await playSoak({ minutes: 0.75, seed: 7, print: (line) => lines.push(line) });
  assertEquals(findings, [], lines.join("\n"));
  assert(sent > 500 && cuts > 10 && visits > 100, `${sent} messages, ${cuts} cuts, ${visits} visits`);
});
