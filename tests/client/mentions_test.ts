import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { mentionOf } from "../../client/mentions.ts";
import { parseNick } from "../../shared/names.ts";

Deno.test("mentionOf finds any name that is allowed, at the start, after a comma and with an @ before it", () => {
  const part = fc.oneof(
    fc.constantFrom(..."aZ09_-+.~^$|?/\\()[]{}'&=<>;!%é語Ж"),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
  );
  const names = fc.array(part, { minLength: 1, maxLength: 12 }).map((parts) => parts.join("")).filter((name) => parseNick(name).ok);
  fc.assert(
    fc.property(names, (given) => {
      const name = given.trim();
      const at = [`${name}: hi`, `ho, ${name}`, `ask @${name}.`].map((text) => text.search(mentionOf(name)));
      assertEquals(at, [0, 4, 4]);
    }),
    { numRuns: 2_000, examples: [["mary-jane"], ["bob-2"], ["a-"]] },
  );
});
