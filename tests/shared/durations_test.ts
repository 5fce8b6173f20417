import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { duration, durationText, leadingDuration } from "../../shared/durations.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

Deno.test("duration reads times as people write them, and nothing else", () => {
  const times: [string, number][] = [
    ["10m", 10 * MINUTE],
    ["10 min", 10 * MINUTE],
    ["5 Minutes", 5 * MINUTE],
    ["1 hr", HOUR],
    ["1.5h", 90 * MINUTE],
    ["1.1h", 66 * MINUTE],
    ["1h30m", 90 * MINUTE],
    ["2 hours 30 mins", 150 * MINUTE],
    ["1w 2d 3h 4m 5s", 9 * DAY + 3 * HOUR + 4 * MINUTE + 5_000],
    ["2 weeks", 14 * DAY],
    ["0s", 0],
    ["0.4 secs", 0],
    ["14892855w 6d", (14_892_855 * 7 + 6) * DAY],
  ];
  for (const [text, value] of times) assertEquals(duration(text), { value }, text);
  const none = [
    "",
    "10",
    "m",
    "5x",
    "-5m",
    "+5m",
    ".5h",
    "1.h",
    "1,5h",
    "1.2345h",
    "10ms",
    "1 month",
    "1h30",
    "30m1h",
    "1h1h",
    "10m,",
    "10m spam",
  ];
  for (const text of [...none, "1234567890s", "14892856w", "5 minutesx"]) assertEquals("problem" in duration(text), true, text);
});

Deno.test("leadingDuration leaves what follows a time, which ends with a word", () => {
  assertEquals(leadingDuration("1h 30m  3 warnings"), { value: 90 * MINUTE, rest: "3 warnings" });
  assertEquals(leadingDuration("2 days 3 messages"), { value: 2 * DAY, rest: "3 messages" });
  for (const text of ["", "spam", "10 warnings", "10m: spam", "10m 1h"]) assertEquals(leadingDuration(text), undefined, text);
});

Deno.test("duration reads what durationText writes", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 9_999_999 }), fc.constantFrom(1_000, MINUTE, HOUR, DAY), (number, unit) => {
    assertEquals(duration(durationText(number * unit).replaceAll(",", "")), { value: number * unit });
  }));
});
