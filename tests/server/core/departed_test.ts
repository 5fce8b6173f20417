import { assertEquals } from "@std/assert";
import { Departed } from "../../../server/core/departed.ts";
import type { Person } from "../../../server/core/moderation_rules.ts";

function person(nick: string, host: string): Person {
  return { nick, session: `s-${nick}`, installation: undefined, host, isHere: true };
}

Deno.test("Departed remembers who had a name last, for an hour", () => {
  const departed = new Departed();
  departed.left("Bob", person("Bob", "203.0.113.1"), 0);
  departed.left("bob", person("bob", "203.0.113.2"), 1_000);
  const found = departed.find(" BOB ", 61_000);
  assertEquals([found?.person.host, found?.person.isHere, found?.ago], ["203.0.113.2", false, 60_000]);
  assertEquals([departed.find("eve", 0), departed.find("bob", 1_000 + 60 * 60_000)], [undefined, undefined]);
});

Deno.test("Departed: a crowd of one address has nobody else forgotten, and of the crowd itself the newest 250 are known", () => {
  const departed = new Departed();
  departed.left("spammer", person("spammer", "203.0.113.1"), 0);
  for (let i = 0; i < 2_000; i++) departed.left(`x${i}`, person(`x${i}`, `2001:db8::${i.toString(16)}`), i);
  assertEquals(departed.find("spammer", 2_000)?.person.nick, "spammer");
  const known = Array.from({ length: 2_000 }, (_, i) => departed.find(`x${i}`, 2_000)).filter((former) => former !== undefined);
  assertEquals(known.map(({ person: { nick } }) => nick), Array.from({ length: 250 }, (_, i) => `x${1_750 + i}`));
});

Deno.test("Departed: of more than 1,000 names the oldest is forgotten", () => {
  const departed = new Departed();
  for (let i = 0; i <= 1_000; i++) departed.left(`x${i}`, person(`x${i}`, `203.0.${i >> 8}.${i & 255}`), i);
  assertEquals([departed.find("x0", 1_001), departed.find("x1", 1_001)?.person.nick], [undefined, "x1"]);
});
