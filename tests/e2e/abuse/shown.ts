/**
 * What people may be shown, told apart without the product's own help.
 *
 * @module
 */

/** Control characters, separators of lines, what turns the reading direction, half characters, and more than four marks on a base. */
const UNCLEAN = /[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029]|\p{Cs}|\p{M}{5}/u;
/** What everybody in a room hears the server say. */
const PRESENCE = /^\* \S+ (joined|left|is back|is away(: .*)?|is \S+ now|set the topic: .*|took the topic away)$/u;
/** What comes with a greeting. */
const GREETING = /^\* (Hello \S+\. |The topic is: |The last |You are up to date\.$)/u;

/** Whether there is something in a text that must not be shown. */
export function unclean(text: string): boolean {
  return UNCLEAN.test(text);
}

/** Whether a line tells of somebody who came, went or changed something. */
export function isPresence(line: string): boolean {
  return PRESENCE.test(line);
}

/** Whether the server said a line to somebody alone, and not as part of the greeting. */
export function isAnswer(line: string): boolean {
  return /^[*!] /.test(line) && !PRESENCE.test(line) && !GREETING.test(line);
}
