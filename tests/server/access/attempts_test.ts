import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Attempts } from "../../../server/access/attempts.ts";

const MINUTE = 60_000;

Deno.test("Attempts: the first wrong one costs nothing, each after it twice as much, at most a minute", () => {
  const attempts = new Attempts();
  const waits = [];
  for (let now = 0, n = 0; n < 10; n++) {
    attempts.failed("a", now);
    waits.push(attempts.wait("a", now));
    now += attempts.wait("a", now);
  }
  assertEquals(waits, [0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, MINUTE, MINUTE, MINUTE]);
});

Deno.test("Attempts: forgotten 15 minutes after the last wrong one, and not a moment before", () => {
  const attempts = new Attempts();
  for (let n = 0; n < 9; n++) attempts.failed("a", 0);
  attempts.failed("a", 15 * MINUTE - 1);
  assertEquals(attempts.wait("a", 15 * MINUTE - 1), MINUTE);
  attempts.failed("a", 30 * MINUTE - 1);
  assertEquals(attempts.wait("a", 30 * MINUTE - 1), 0);
});

Deno.test("Attempts: one address is nothing to another, and 10,000 are remembered, those that failed last", () => {
  const attempts = new Attempts();
  for (let n = 0; n < 10_001; n++) for (let i = 0; i < 2; i++) attempts.failed(`a${n}`, n);
  assertEquals(attempts.size, 10_000);
  assertEquals([attempts.wait("a0", 10_001), attempts.wait("a10000", 10_000), attempts.wait("b", 0)], [0, 1_000, 0]);
});

Deno.test("Attempts: no guesser gets more than 2 guesses at once and then one a wait, whenever it comes", () => {
  fc.assert(fc.property(fc.array(fc.nat(5_000), { maxLength: 60 }), (pauses) => {
    const attempts = new Attempts();
    let now = 0;
    let guesses = 0;
    for (const pause of pauses) {
      now += pause;
      if (attempts.wait("a", now) > 0) continue;
      attempts.failed("a", now);
      guesses++;
    }
    // The n-th guess is let through no sooner than 1 + 2 + 4 + ... seconds after the second.
    const soonest = Array.from({ length: Math.max(0, guesses - 2) }, (_, n) => Math.min(MINUTE, 1_000 * 2 ** n));
    assert(now >= soonest.reduce((sum, wait) => sum + wait, 0));
  }));
});
