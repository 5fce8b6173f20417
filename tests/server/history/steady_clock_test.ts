import { assertEquals } from "@std/assert";
import { SteadyClock } from "../../../server/history/steady_clock.ts";

const HOUR = 60 * 60_000;
const NOW = 1_790_000_000_000;

Deno.test("SteadyClock tells no time before an hour has gone by evenly, and none for an hour after a jump", () => {
  let [wall, monotonic] = [NOW, 5];
  const clock = new SteadyClock(() => wall, () => monotonic);
  const pass = (ms: number, jump = 0) => {
    wall += ms + jump;
    monotonic += ms;
    return clock.now();
  };
  assertEquals([clock.now(), pass(HOUR - 1), pass(1), pass(10 * HOUR)], [0, 0, NOW + HOUR, NOW + 11 * HOUR]);
  assertEquals([pass(1_000, 400 * 24 * HOUR), pass(HOUR - 1)], [0, 0], "ahead");
  assertEquals([pass(1_000, -400 * 24 * HOUR), pass(HOUR - 1), pass(1)], [0, 0, wall], "and back");
  // What sets a clock right bit by bit does no harm.
  for (let i = 0; i < 100; i++) assertEquals(pass(60_000, 50_000), wall);
});
