import { assert, assertEquals } from "@std/assert";
import { RateLimit } from "../../../server/core/rate_limit.ts";

/** Counts many messages at one time; the last one's wait. */
function take(limit: RateLimit, many: number, now: number): number {
  let wait = 0;
  for (let i = 0; i < many; i++) wait = limit.take(now);
  return wait;
}

Deno.test("RateLimit lets 50 through at once, and makes the 51st wait", () => {
  const limit = new RateLimit(20, 50);
  assertEquals(take(limit, 50, 1000), 0);
  assertEquals(limit.take(1000), 50);
  assertEquals(limit.take(1000), 100);
});

Deno.test("RateLimit lets 20 through in each second after the burst", () => {
  const limit = new RateLimit(20, 50);
  take(limit, 50, 0);
  for (let i = 1; i <= 100; i++) assertEquals(limit.take(i * 50), 0, `message ${i}`);
  assertEquals(limit.take(5000), 50);
});

Deno.test("RateLimit waits only until the next message is due", () => {
  const limit = new RateLimit(20, 1);
  limit.take(0);
  assertEquals(limit.take(25), 25);
  assertEquals(limit.take(100), 0);
});

Deno.test("RateLimit saves up no more than a burst", () => {
  const limit = new RateLimit(20, 50);
  take(limit, 50, 0);
  assertEquals(take(limit, 50, 1_000_000), 0);
  assertEquals(limit.take(1_000_000), 50);
});

Deno.test("RateLimit gives and takes nothing when the clock goes back", () => {
  const limit = new RateLimit(20, 50);
  take(limit, 50, 10_000);
  assertEquals(limit.take(0), 50);
  assertEquals(limit.take(10_000), 100);
  assertEquals(limit.take(10_150), 0);
});

Deno.test("RateLimit starts with a burst at any time, before zero too", () => {
  for (const now of [-1e9, 0, 1e12]) {
    const limit = new RateLimit(20, 50);
    assertEquals(take(limit, 50, now), 0);
    assert(limit.take(now) > 0);
  }
});

Deno.test("RateLimit.wait tells when one more is due, and counts nothing", () => {
  const limit = new RateLimit(0.1, 3);
  for (let i = 0; i < 3; i++) {
    assertEquals([limit.wait(0), limit.wait(0)], [0, 0]);
    limit.take(0);
  }
  assertEquals([limit.wait(0), limit.wait(0), limit.wait(7_500), limit.wait(10_000)], [10_000, 10_000, 2_500, 0]);
});
