import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { fuzz, type Plan } from "./fuzz.ts";
import { inputNumber } from "./inputs.ts";
import { targetNamed, TARGETS } from "./targets.ts";
import { PLANTED } from "./targets/planted.ts";

/** What a parser of the program gets in every test run. */
const INPUTS = 20_000;

async function found(plan: Partial<Plan>): Promise<string[]> {
  return await fuzz({
    targets: TARGETS,
    seed: 1,
    inputs: INPUTS,
    hangsMs: 10_000,
    threads: 2,
    keeps: false,
    print: () => undefined,
    ...plan,
  });
}

Deno.test("every parser keeps its promises, in time and memory, whatever it is given", async () => {
  // The same each time, so that a change is judged by what it changes; `deno task fuzz` goes on from there.
  assertEquals(await found({}), []);
});

Deno.test("fuzz finds what throws, is slow, hangs, takes much memory and keeps it", async () => {
  const findings = (await found({ targets: PLANTED, hangsMs: 2_000 })).sort().map((finding) => finding.replaceAll(/\s+/g, " "));
  assertEquals(findings.length, PLANTED.length, findings.join("\n"));
  const [hang, hunger, leak, slowness, thrown] = findings;
  assertMatch(hang, /^planted hang: took more than 2000 ms .*11/);
  assertMatch(hunger, /^planted hunger: allocated \d+ MB .*1 /);
  assertMatch(leak, /^planted leak: kept \d+ MB of its inputs$/);
  assertMatch(slowness, /^planted slowness: took \d+ ms, more than 250 /);
  assertMatch(thrown, /^planted throw: Error: threw at 1a .* "1a"$/);
});

Deno.test("an input is told by its target, its number and the seed", () => {
  const [target, other] = TARGETS;
  const inputs = (seed: number, of = target) => Array.from({ length: 100 }, (_, n) => inputNumber(n, of, seed));
  assertEquals(inputs(1), inputs(1));
  assert(inputs(1).join() !== inputs(2).join() && inputs(1).join() !== inputs(1, other).join());
  assertEquals(new Set(TARGETS.map(({ name }) => name)).size, TARGETS.length);
  assertThrows(() => targetNamed("nothing"), RangeError, "there is no target nothing; there are lines");
});
