/**
 * Inputs made of what a parser knows, and of what it should have thought of.
 *
 * An input is a text. To a parser of bytes, each character up to U+00FF is a byte, and any other its bytes of UTF-8.
 *
 * @module
 */
import type { Random } from "../chaos/random.ts";

/** What the inputs of one parser are made of. */
export interface Grammar {
  /** Inputs that mean something. They are mutated, and with them what they are made of. */
  readonly examples: readonly string[];
  /** Pieces that mean something to the parser. */
  readonly tokens: readonly string[];
  /** The longest input, in characters. The parser is never given more at once than its bound lets through. */
  readonly longest: number;
}

/** Characters that somebody forgot before: control, invisible, joining, mirrored, growing when folded, half a character. */
const SPECIAL = [
  ..."\0\t\n\r\x1b\x7f\x80\x85\x90\x9b\x9c\x9d\xa0\xad\xc0\xe2\xf0\xff",
  ..."\u0301\u0327\u0345\u034f\u0600\u0e33\u1100\u115f\u180e\u200b\u200d\u200f\u202e\u2028\u2066\u2800\u3164\ufdfa\ufe0f\ufeff\ufffd\uffff",
  ..."ßİıΐςǅﬁＡ：＃日가क्षש",
  "\ud800",
  "\udfff",
  "\u{e0001}",
  "\u{10ffff}",
  "🇩",
  "👨‍👩‍👧",
  "__proto__",
  "constructor",
];
/** One input in so many is a run as long as it may be: what takes the square of its length is slow there. */
const LONG_RUN = 1 / 400;
const MOST_PIECES = 24;

/** An input that the chance given decides. */
export function inputOf({ examples, tokens, longest }: Grammar, random: Random): string {
  const piece = () => random.pick(random.chance(0.8) ? tokens : SPECIAL);
  const pieces = (most: number) => Array.from({ length: random.between(1, most) }, piece).join("");
  if (random.chance(LONG_RUN)) return longRun(pieces, longest);
  let input = random.chance(0.6) ? random.pick(examples) : pieces(MOST_PIECES);
  for (let changes = random.between(0, 4); changes > 0; changes--) input = changed(input, piece, random.pick(examples), random);
  return input.slice(0, longest);
}

/** One or a few pieces again and again, with something before and after. */
function longRun(pieces: (most: number) => string, longest: number): string {
  const unit = pieces(3);
  const [before, after] = [pieces(2), pieces(2)];
  return (before + unit.repeat(Math.ceil(longest / unit.length))).slice(0, Math.max(0, longest - after.length)) + after;
}

function changed(input: string, piece: () => string, other: string, random: Random): string {
  const [from, to] = [random.between(0, input.length), random.between(0, input.length)].sort((a, b) => a - b);
  switch (random.pick(["insert", "flip", "cut", "repeat", "splice", "swap"] as const)) {
    case "insert":
      return input.slice(0, from) + piece() + input.slice(from);
    case "flip":
      return input.slice(0, from) + String.fromCharCode(input.charCodeAt(from) ^ 1 << random.between(0, 7)) + input.slice(from + 1);
    case "cut":
      return input.slice(0, from) + input.slice(to);
    case "repeat":
      return input.slice(0, to) + input.slice(from, to).repeat(random.between(1, 8)) + input.slice(to);
    case "splice":
      return input.slice(0, from) + other.slice(random.between(0, other.length));
    case "swap":
      return input.slice(0, from) + piece() + input.slice(to);
  }
}
