/**
 * The inputs of a target, each told by its number.
 *
 * @module
 */
import { Random } from "../chaos/random.ts";
import { inputOf } from "./grammar.ts";
import type { Target } from "./target.ts";
import { hashOf } from "./trial.ts";

/** Input number `n` of this seed. */
export function inputNumber(n: number, { name, grammar }: Target, seed: number): string {
  return inputOf(grammar, new Random(hashOf(`${name} ${seed} ${n}`)));
}
