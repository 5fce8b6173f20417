/**
 * What is remembered of a request, so that the same one can be told from another with the same `ref`.
 *
 * @module
 */
import type { Draft } from "../../shared/protocol.ts";

/** What a ref stands for. */
export type Request = Pick<Draft, "room" | "type" | "text" | "target">;

/**
 * 52 bits that tell what was asked from something else the same owner might ask. Not a cryptographic hash, at a tenth of its cost: whoever
 * makes two requests collide fools nobody else.
 */
export function digest({ room, type, text, target }: Request): number {
  let [a, b] = [0x9e3779b9, 0x85ebca6b];
  for (const part of [room, type, target === undefined ? text : String(target)]) {
    for (let i = 0; i < part.length; i++) {
      const unit = part.charCodeAt(i);
      a = Math.imul(a ^ unit, 0x9e3779b1);
      b = Math.imul(b ^ unit, 0x5f356495);
    }
    // Where one part ends and the next begins counts as well.
    a = Math.imul(a ^ a >>> 16 ^ part.length, 0x21f0aaad);
    b = Math.imul(b ^ b >>> 15 ^ part.length, 0x735a2d97);
  }
  return (a >>> 6) * 0x4000000 + ((b ^ b >>> 15) >>> 6);
}
