import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { backoff } from "../../client/backoff.ts";

Deno.test("backoff doubles up to 15 s", () => {
  assertEquals(Array.from({ length: 8 }, (_, i) => backoff(i, () => 1)), [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
});

Deno.test("backoff is chance from nothing to its bound, however many attempts", () => {
  fc.assert(fc.property(fc.nat(10_000), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, chance) => {
    const wait = backoff(attempt, () => chance);
    assert(wait >= 0 && wait <= 15_000);
  }));
});
