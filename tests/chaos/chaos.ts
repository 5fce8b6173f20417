/**
 * `deno task chaos [--cycles N] [--seed S] [--power]`: kills the server many times while clients talk, and looks for what was lost, seen twice, left out
 * or out of order. Exits 0 when nothing was, 1 when something was.
 *
 * The seed decides when what is done. What the machine makes of it differs from run to run, so a seed repeats a plan, not every instant.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { playRound } from "./round.ts";

/** Cycles on one history: so few that retention takes nothing of it. */
const ROUND = 50;

/** Plays rounds until something is found. @param print Takes a line for people. Returns whether nothing was found. */
export async function chaos(cycles: number, seed: number, power: boolean, print: (line: string) => void): Promise<boolean> {
  print(`seed ${seed}, ${cycles} cycles${power ? ", each with a power cut" : ""}`);
  const sum = { cycles: 0, sent: 0, acknowledged: 0, kept: 0, cuts: 0, early: 0 };
  for (let round = 0; sum.cycles < cycles; round++) {
    const outcome = await playRound({ seed: seed + round, cycles: Math.min(ROUND, cycles - sum.cycles), power });
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += outcome[key];
    print(
      `${sum.cycles} kills, ${sum.early} more while starting, ${sum.cuts} cuts: ` +
        `${sum.sent} sent, ${sum.acknowledged} acknowledged, ${sum.kept} kept`,
    );
    if (outcome.findings.length === 0) continue;
    for (const { what, count, example } of outcome.findings) print(`${what}: ${count}, e.g. ${example}`);
    print(`RED after ${sum.cycles} cycles; the plan of this round: --seed ${seed + round} --cycles ${outcome.cycles}`);
    return false;
  }
  print("GREEN: nothing lost, nothing twice, no hole, one order");
  return true;
}

if (import.meta.main) {
  const flags = parseArgs(Deno.args, { string: ["cycles", "seed"], boolean: ["power"] });
  const seed = flags.seed === undefined ? Math.floor(Math.random() * 1e9) : Number(flags.seed);
  const print = (line: string) => void Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
  Deno.exit(await chaos(Number(flags.cycles ?? 1000), seed, flags.power === true, print) ? 0 : 1);
}
