import { assertEquals, assertLess } from "@std/assert";
import fc from "fast-check";
import { LogMeter } from "../../server/log_meter.ts";

Deno.test("LogMeter gives 50 at once a line each, and counts the 51st", () => {
  const meter = new LogMeter<string>();
  for (let i = 0; i < 50; i++) assertEquals(meter.count("refused", 0), true);
  assertEquals([meter.count("refused", 0), meter.count("connected", 0)], [false, true]);
  assertEquals(meter.uncounted(), [["refused", 1]]);
  assertEquals(meter.uncounted(), []);
});

Deno.test("LogMeter gives one line a second to a flood of an hour, in order with what it counts", () => {
  const meter = new LogMeter<string>();
  let lines = 0;
  for (let ms = 0; ms < 3_600_000; ms += 10) {
    if (meter.count("refused", ms)) lines++;
    if (ms % 10_000 === 0) lines += meter.uncounted().length;
  }
  assertLess(lines, 3_600 + 360 + 51);
});

Deno.test("LogMeter takes no harm from a clock that stands", () => {
  const meter = new LogMeter<string>();
  for (let i = 0; i < 1_000; i++) meter.count("said", 5);
  assertEquals(meter.uncounted(), [["said", 950]]);
  assertEquals([meter.count("said", 1_004), meter.count("said", 1_005)], [false, false]);
  meter.uncounted();
  assertEquals(meter.count("said", 2_005), true);
});

Deno.test("LogMeter: every event has a line or is counted, whenever they come", () => {
  const steps = fc.array(fc.record({ after: fc.integer({ min: 0, max: 3_000 }), look: fc.boolean() }), { maxLength: 300 });
  fc.assert(fc.property(steps, (steps) => {
    const meter = new LogMeter<string>();
    let [now, told] = [0, 0];
    for (let i = 0; i < 50; i++) told += Number(meter.count("said", now));
    for (const { after, look } of steps) {
      told += Number(meter.count("said", now += after));
      if (look) told += meter.uncounted()[0]?.[1] ?? 0;
    }
    assertEquals(told + (meter.uncounted()[0]?.[1] ?? 0), 50 + steps.length);
  }));
});
