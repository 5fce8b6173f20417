/**
 * The abuse matrix: each row does one bad thing to a server while two honest people say something every 100 ms. They lose nothing and hear 99 of 100
 * messages within 250 ms, the server gives back the descriptors and the memory that it took, and its log stays small and tells nothing it must not.
 *
 * Rows run side by side, but for those that must be alone. Those run against the executable only, which `CHAT_BIN` names: what they measure is what
 * people run.
 *
 * @module
 */
import { framing } from "./rows/framing.ts";
import { hostileServer } from "./rows/hostile_server.ts";
import { names } from "./rows/names.ts";
import { display } from "./rows/display.ts";
import { floods } from "./rows/floods.ts";
import { framesGroup } from "./rows/frames.ts";
import { storage, storageInMemory } from "./rows/storage.ts";
import { Honest } from "./honest.ts";
import type { Group, Row, Scene } from "./row.ts";
import { tls } from "./rows/tls.ts";
import { access, accessEncrypted } from "./rows/access.ts";
import { order } from "./rows/order.ts";
import { heldBack } from "./rows/held_back.ts";
import { web } from "./rows/web.ts";
import { Victim } from "./victim.ts";
import { warmUp } from "./warm_up.ts";

const GROUPS: readonly Group[] = [
  framing,
  names,
  display,
  floods,
  framesGroup,
  web,
  storage,
  storageInMemory,
  hostileServer,
  tls,
  access,
  accessEncrypted,
  order,
  heldBack,
];

const compiled = Deno.env.get("CHAT_BIN") !== undefined;

for (const { rows, ...group } of GROUPS) {
  const chosen = rows.filter(({ alone }) => compiled || !alone);
  if (chosen.length === 0) continue;
  // Descriptors and memory are seen in /proc.
  const ignore = Deno.build.os !== "linux";
  Deno.test({ name: `abuse: ${group.name}`, ignore, fn: (test) => run({ ...group, rows: chosen }, test) });
}

async function run({ rows, lanes = 8, ...group }: Group, test: Deno.TestContext): Promise<void> {
  await using victim = await Victim.start(group);
  using honest = await Honest.arrive(victim.port, group.password);
  const scene = { port: victim.port, victim, honest };
  await warmUp(scene, group.password);
  const together = rows.filter(({ alone }) => !alone).values();
  await sideBySide(scene, Array.from({ length: lanes }, () => () => inOneLane(together, scene, test)));
  for (const row of rows.filter(({ alone }) => alone)) await test.step(row.name, () => alone(row, scene));
  await honest.leave();
  await victim.stop(group.secrets);
}

async function sideBySide({ victim, honest }: Scene, lanes: readonly (() => Promise<void>)[]): Promise<void> {
  await honest.begin();
  const before = victim.use();
  await Promise.all(lanes.map((lane) => lane()));
  await victim.back(before);
  await honest.inTime();
}

/** Runs one row after the other, of those that no other lane has taken. */
async function inOneLane(rows: Iterable<Row>, scene: Scene, test: Deno.TestContext): Promise<void> {
  // Steps that overlap cannot be told apart; the test around them looks for what they leave open.
  const unsanitized = { sanitizeOps: false, sanitizeResources: false, sanitizeExit: false };
  for (const row of rows) await test.step({ name: row.name, fn: () => row.attack(scene), ...unsanitized });
}

async function alone(row: Row, scene: Scene): Promise<void> {
  await scene.honest.begin();
  const before = scene.victim.use();
  await row.attack(scene);
  await scene.victim.back(before);
  await scene.honest.inTime();
}
