import { assert, assertEquals } from "@std/assert";
import { playRound } from "./round.ts";

/** What each run does is another plan; a red one prints its seed. */
const SEED = Math.floor(Math.random() * 1e9);

Deno.test("C1 C4 C6 C7 C12 fifty times kill -9: nothing acknowledged is lost, nothing comes twice, no hole, one order for all", async () => {
  const { findings, sent, acknowledged, kept, cuts } = await playRound({ seed: SEED, cycles: 50 });
  assertEquals(findings, [], `deno run -A tests/chaos/chaos.ts --cycles 50 --seed ${SEED}`);
  assertEquals([acknowledged, kept], [sent, sent]);
  assert(sent > 500 && cuts > 10, `there was chaos: ${sent} messages, ${cuts} cuts`);
});
