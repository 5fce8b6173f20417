/**
 * Parsers that break their promises, to see that it is found.
 *
 * @module
 */
import type { Target } from "../target.ts";

const grammar = { examples: ["a 1"], tokens: ["a", "1", " "], longest: 4_096 };
const held: string[] = [];

export const PLANTED: readonly Target[] = [
  {
    name: "planted throw",
    grammar,
    check: (input) => {
      if (input.includes("1a")) throw new Error("threw at 1a");
    },
  },
  {
    name: "planted slowness",
    grammar,
    check: (input) => {
      const end = input.length > 1_000 ? performance.now() + 400 : 0;
      while (performance.now() < end);
    },
  },
  {
    name: "planted hang",
    grammar,
    check: (input) => {
      while (input.includes("11"));
    },
  },
  {
    name: "planted hunger",
    grammar,
    check: (input) => {
      if (input.includes("1 ") && new Uint8Array(2 ** 27)[0] !== 0) throw new Error("never");
    },
  },
  {
    name: "planted leak",
    grammar,
    check: (input) => void held.push(input + " ".repeat(32_768) + new Array(4_096).fill(input.length).join()),
  },
];
