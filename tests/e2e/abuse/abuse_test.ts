/**
 * The abuse matrix: each row does one bad thing to a server while two honest people say something every 100 ms. They lose nothing and hear 99 of 100
 * messages within 250 ms, the server gives back the descriptors and the memory that it took, and its log stays small and tells nothing it must not.
 *
 * Rows run side by side, but for those that must be alone. With `CHAT_BIN` all of them run.
 *
 * @module
 */
import { framing } from "./rows/framing.ts";
import { names } from "./rows/names.ts";
import { display } from "./rows/display.ts";
import { floods } from "./rows/floods.ts";
import { framesGroup } from "./rows/frames.ts";
import { storage } from "./rows/storage.ts";
import { web } from "./rows/web.ts";
import { Honest } from "./honest.ts";
import type { Group, Row, Scene } from "./row.ts";
import { Victim } from "./victim.ts";
import { warmUp } from "./warm_up.ts";

/** Rows that run at a time. */
const LANES = 8;

const GROUPS: readonly Group[] = [framing, names, display, floods, framesGroup, web, storage];

for (const group of GROUPS) {
  // Descriptors and memory are seen in /proc.
  Deno.test({ name: `abuse: ${group.name}`, ignore: Deno.build.os !== "linux", fn: (test) => run(group, test) });
}

async function run({ rows, flags = [] }: Group, test: Deno.TestContext): Promise<void> {
  await using victim = await Victim.start(...flags);
  using honest = await Honest.arrive(victim.port);
  const scene = { port: victim.port, victim, honest };
  await warmUp(scene);
  await sideBySide(rows.filter(({ alone }) => !alone), scene, test);
  for (const row of rows.filter(({ alone }) => alone)) await test.step(row.name, () => alone(row, scene));
  await honest.leave();
  await victim.stop();
}

async function sideBySide(rows: readonly Row[], scene: Scene, test: Deno.TestContext): Promise<void> {
  await scene.honest.begin();
  const before = scene.victim.use();
  const waiting = rows.values();
  const lane = async () => {
    for (const row of waiting) {
      const unsanitized = { sanitizeOps: false, sanitizeResources: false, sanitizeExit: false };
      await test.step({ name: row.name, fn: () => row.attack(scene), ...unsanitized });
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  await scene.victim.back(before);
  await scene.honest.inTime();
}

async function alone(row: Row, scene: Scene): Promise<void> {
  await scene.honest.begin();
  const before = scene.victim.use();
  await row.attack(scene);
  await scene.victim.back(before);
  await scene.honest.inTime();
}
