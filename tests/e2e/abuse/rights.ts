/**
 * Those who keep order on an abused server: its owner and two ops.
 *
 * @module
 */
import { Foe, line } from "./foe.ts";
import { HUSH, type Scene } from "./row.ts";
import type { Victim } from "./victim.ts";

/** A frame, or a part of one. */
export type Frame = Record<string, unknown>;
/** Installations of whom rights hang on. */
export const SECRET = { owner: `${HUSH} owner's`, op: `${HUSH} op's`, op2: `${HUSH} other op's` } as const;
export type Right = keyof typeof SECRET;

/** What an op is told who would make another. */
export const OWNERS = "refused not_allowed: only the owner may do that";
/** What would move a cursor or turn a line around, and what is left of it. */
export const DIRTY = {
  sent: "\x1b[31mred\x1b[0m\u202e\u2066\x07\n* olga kicked bob\r\nx\u2028y\ud83d",
  shown: "red * olga kicked bob x y",
};

/** The room of somebody's own. */
export const den = (name: string): string => `${name}s-den`;

const owned = new WeakMap<Victim, Promise<void>>();

/** Settles when a server has its owner and two ops; the first who asks sees to it. */
export function ordered(scene: Scene): Promise<void> {
  const before = owned.get(scene.victim);
  if (before) return before;
  const now = settle(scene);
  owned.set(scene.victim, now);
  return now;
}

async function settle({ port, victim }: Scene): Promise<void> {
  const code = victim.printed.find((line) => line.startsWith("Own this server"))!.split(" ").at(-1)!;
  using owner = await Foe.framed({ port }, "olga", { secret: SECRET.owner, rooms: ["den"] });
  using _op = await Foe.framed({ port }, "otto", { secret: SECRET.op, rooms: ["den"] });
  using _op2 = await Foe.framed({ port }, "omar", { secret: SECRET.op2, rooms: ["den"] });
  for (const frame of [{ act: "claim", text: code }, { act: "op", target: "otto" }, { act: "op", target: "omar" }]) {
    await owner.send(act(frame));
    await owner.until(/"done"/);
  }
}

/** An act, as a line. */
export function act(frame: Frame): string {
  return line({ kind: "moderate", ...frame });
}

/** Comes in with somebody's rights, by a name and into a room of its own. */
export async function withRights(scene: Scene, right: Right, name: string, more: Frame = {}): Promise<Foe> {
  await ordered(scene);
  return await Foe.framed(scene, name, { secret: SECRET[right], rooms: [den(name)], ...more });
}
