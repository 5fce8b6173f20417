/**
 * `deno task fuzz [--inputs N] [--only TARGET] [--seed S]`: gives every parser of the program inputs that it should survive, and keeps those that it
 * does not in `tests/fuzz/corpus`. Exits 0 when there were none, 1 when there were some.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { fuzz } from "./fuzz.ts";
import { targetNamed, TARGETS } from "./targets.ts";

const flags = parseArgs(Deno.args, { string: ["inputs", "seed", "only"] });
const findings = await fuzz({
  targets: flags.only === undefined ? TARGETS : [targetNamed(String(flags.only))],
  seed: flags.seed === undefined ? Math.floor(Math.random() * 1e9) : Number(flags.seed),
  inputs: Number(flags.inputs ?? 10_000_000),
  hangsMs: 10_000,
  threads: navigator.hardwareConcurrency,
  keeps: true,
  print: (line) => void Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`)),
});
Deno.exit(findings.length === 0 ? 0 : 1);
