import { assertEquals, assertStrictEquals } from "@std/assert";
import { Pressure } from "../../server/pressure.ts";

const one = {};
const other = {};

/** Pressure under a clock that the test sets. */
function pressure(): { pressure: Pressure; clock: { now: number } } {
  const clock = { now: 1000 };
  return { pressure: new Pressure(() => clock.now), clock };
}

Deno.test("Pressure holds nobody up while no reader is far behind", () => {
  const { pressure: calm } = pressure();
  assertEquals(calm.wait(), undefined);
});

Deno.test("Pressure holds senders up until the last reader that moves has caught up", async () => {
  const { pressure: high } = pressure();
  high.behind(one, 1000);
  high.behind(other, 1000);
  const wait = high.wait();
  assertStrictEquals(high.wait(), wait);
  high.caughtUp(one);
  assertStrictEquals(high.wait(), wait);
  high.caughtUp(other);
  assertEquals(high.wait(), undefined);
  await wait;
});

Deno.test("Pressure holds a sender up for 50 ms at most, and for the same reader again while that moves", async () => {
  const { pressure: high, clock } = pressure();
  high.behind(one, 1000);
  const start = performance.now();
  await high.wait();
  assertEquals(performance.now() - start >= 40, true);
  clock.now += 50;
  high.behind(one, 1050);
  await high.wait();
  clock.now += 251;
  await high.wait();
  assertEquals(high.wait(), undefined);
});

Deno.test("Pressure never counts a reader that has taken nothing for 250 ms", () => {
  const { pressure: calm } = pressure();
  calm.behind(one, 749);
  assertEquals(calm.wait(), undefined);
  calm.behind(one, 750);
  const wait = calm.wait();
  calm.caughtUp(one);
  assertEquals(wait instanceof Promise, true);
});
