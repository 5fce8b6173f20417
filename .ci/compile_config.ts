/**
 * Writes to stdout the `deno.json` to compile the executable with: the imports of the program, without those of its tests. A compiler puts every package
 * that it finds there into the executable, and each start pays for them: 20 MB and 20 ms (Deno 2.4.2). What makes certificates is one file beside it,
 * which `.ci/compile` makes.
 *
 * `deno run --allow-read .ci/compile_config.ts`. The compiler takes them out of the `deno.lock` beside it, which is a copy.
 *
 * @module
 */
import { TEST_ONLY } from "./test_only.ts";

const { imports }: { imports: Record<string, string> } = JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url)));
for (const name of TEST_ONLY) delete imports[name];
imports.selfsigned = "./selfsigned.js";
await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify({ imports, lock: { path: "deno.lock", frozen: false } }, null, 2)}\n`));
