/**
 * Colours, where the terminal's owner wants them.
 *
 * @module
 */
import { fold } from "../../shared/names.ts";

/** Of the 256-colour palette, those that are read on dark and on light: a contrast of 3 to 1 or more with each background that terminals come with. */
const NICK_COLOURS = [28, 31, 33, 64, 65, 67, 98, 130, 133, 136, 166, 168];

/** Ways to set a text apart; all of them return it unchanged where no colour is wanted. */
export interface Paint {
  /** For what is not a message: times, who came and went. */
  quiet(text: string): string;
  /** A nick in its own colour, the same for everybody and every time. */
  nick(nick: string): string;
  /** Our own nick. */
  own(nick: string): string;
  /** For what everybody should see. */
  loud(text: string): string;
  /** Where we are spoken to. */
  mention(text: string): string;
  /** Code between backticks, backticks included. */
  code(text: string): string;
}

/** Colours, or none. */
export function paint(wanted: boolean): Paint {
  if (!wanted) return { quiet: same, nick: same, own: same, loud: same, mention: same, code: same };
  return {
    quiet: (text) => `\x1b[2m${text}\x1b[0m`,
    nick: (nick) => `\x1b[38;5;${NICK_COLOURS[hash(fold(nick)) % NICK_COLOURS.length]}m${nick}\x1b[0m`,
    own: (nick) => `\x1b[1m${nick}\x1b[0m`,
    loud: (text) => `\x1b[1m${text}\x1b[0m`,
    mention: (text) => `\x1b[1;7m${text}\x1b[0m`,
    code: (text) => `\x1b[38;5;66m${text}\x1b[0m`,
  };
}

function same(text: string): string {
  return text;
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}
