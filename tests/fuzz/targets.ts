/**
 * Every parser that is fuzzed.
 *
 * @module
 */
import type { Target } from "./target.ts";
import { ACCESS } from "./targets/access.ts";
import { BYTES } from "./targets/bytes.ts";
import { CERTIFICATES } from "./targets/certificates.ts";
import { CLIENT } from "./targets/client.ts";
import { FRAMES } from "./targets/frames.ts";
import { PLANTED } from "./targets/planted.ts";
import { SETTINGS } from "./targets/settings.ts";
import { TERMINAL } from "./targets/terminal.ts";
import { TEXTS } from "./targets/texts.ts";
import { WEB } from "./targets/web.ts";

/** Every parser of the program. */
export const TARGETS: readonly Target[] = [
  ...BYTES,
  ...FRAMES,
  ...TEXTS,
  ...WEB,
  ...SETTINGS,
  ...CLIENT,
  ...TERMINAL,
  ...CERTIFICATES,
  ...ACCESS,
];

/** One of {@link TARGETS}, or one that is broken on purpose. */
export function targetNamed(name: string): Target {
  const target = [...TARGETS, ...PLANTED].find((target) => target.name === name);
  if (target === undefined) throw new RangeError(`there is no target ${name}; there are ${TARGETS.map(({ name }) => name).join(", ")}`);
  return target;
}
