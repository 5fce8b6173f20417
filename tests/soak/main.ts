/**
 * `deno task soak`: two hours of people who come, talk, are cut off and go; fails when the server grows, or loses anything.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { playSoak } from "./soak.ts";

const print = (line: string) => void Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
const flags = parseArgs(Deno.args, { string: ["minutes", "seed"] });
const [minutes, seed] = [Number(flags.minutes ?? 120), Number(flags.seed ?? Date.now() % 1_000_000)];
if (!(minutes > 0) || !Number.isInteger(seed)) {
  print("Say how long, and by what chance: deno task soak --minutes 120 --seed 7");
  Deno.exit(64);
}
print(`Soaking for ${minutes} minutes with seed ${seed}`);
const { findings, rssSlope, heapSlope, rssGrowth, sent, cuts, visits } = await playSoak({ minutes, seed, print });
print(`${sent} messages, ${cuts} cuts, ${visits} visits`);
print(
  `memory: ${rssSlope.toFixed(2)} MB an hour (heap ${heapSlope.toFixed(2)}), ${rssGrowth.toFixed(1)} MB in all after the warm-up`,
);
for (const finding of findings) print(finding);
print(findings.length === 0 ? "Nothing was lost, and nothing grew" : `${findings.length} findings, seed ${seed}`);
Deno.exit(findings.length === 0 ? 0 : 1);
