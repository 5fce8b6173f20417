/**
 * `deno task sabotage [--only WORD]`: breaks a copy of the product on purpose, one way at a time, and shows that chaos turns red by it, for the right reason.
 *
 * Exits 0 when the product as it is stays green and every sabotage is red; what cannot be done on this machine is said, and is a failure.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { SABOTAGES } from "./sabotages.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
/** What a copy is made of. */
const PARTS = ["main.ts", "deno.json", "deno.lock", "shared", "server", "client", "tests"];
/** Cycles to turn red within. */
const CYCLES = 50;

const print = (line: string) => void Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
const only = String(parseArgs(Deno.args, { string: ["only"] }).only ?? "");
let failed = 0;

for (const { name, patches, power, expect } of SABOTAGES) {
  if (!name.includes(only)) continue;
  const copy = await Deno.makeTempDir({ prefix: "chat-sabotage-" });
  const started = performance.now();
  try {
    for (const part of PARTS) await copyTree(`${ROOT}${part}`, `${copy}/${part}`);
    for (const { file, find, replace } of patches) await patch(`${copy}/${file}`, find, replace);
    const { code, findings, summary } = await runChaos(copy, power);
    // The right reason, not just any.
    const ok = expect === undefined ? code === 0 : code === 1 && findings.some((finding) => expect.test(finding));
    if (!ok) failed++;
    const seconds = Math.round((performance.now() - started) / 1000);
    print(`${ok ? "as expected" : "UNEXPECTED"}: ${code === 0 ? "green" : "red"}, ${name} (${seconds} s; ${summary})`);
    for (const finding of findings) print(`    ${finding.slice(0, 200)}`);
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
}
print(failed === 0 ? "every sabotage was found" : `${failed} went otherwise than they should`);
Deno.exit(failed === 0 ? 0 : 1);

async function copyTree(from: string, to: string): Promise<void> {
  if ((await Deno.stat(from)).isFile) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) await copyTree(`${from}/${name}`, `${to}/${name}`);
}

async function patch(file: string, find: string, replace: string): Promise<void> {
  const source = await Deno.readTextFile(file);
  if (source.split(find).length !== 2) {
    throw new Error(`${file}: there is not exactly one "${find}" to sabotage; bring tests/chaos/sabotages.ts up to date`);
  }
  await Deno.writeTextFile(file, source.replace(find, () => replace));
}

async function runChaos(copy: string, power: boolean): Promise<{ code: number; findings: string[]; summary: string }> {
  const args = ["run", "--quiet", "--no-check", "--no-prompt", "--allow-all", "tests/chaos/chaos.ts", "--cycles", `${CYCLES}`];
  const command = new Deno.Command(Deno.execPath(), {
    args: power ? [...args, "--power"] : args,
    cwd: copy,
    env: { NO_COLOR: "1", TMPDIR: copy },
  });
  const { code, stdout, stderr } = await command.output();
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  // The seed, how far it came, what was found, and the verdict.
  const findings = code === 0
    ? []
    : [...lines.slice(2, -1), ...new TextDecoder().decode(stderr).trim().split("\n")].filter((line) => line !== "");
  return { code, findings, summary: `${lines[0]}; ${lines[1]}` };
}
