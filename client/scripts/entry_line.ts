/**
 * Entries as lines, for people and for programs.
 *
 * @module
 */
import { encodeFrame } from "../../shared/codec.ts";
import type { Entry } from "../../shared/protocol.ts";
import { cleanText } from "../../shared/text.ts";
import { entrySentence } from "../views/wording.ts";

/** What JSON leaves as it is and a terminal does not: the rest of the control characters, and what turns the reading direction. */
const MISCHIEF = /[\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;

/** `2026-11-22 14:03 bob: hi`, in local time; further lines of a message stand below the name, where nobody's name can be faked. */
export function entryLine(entry: Entry): string {
  const at = `${localTime(new Date(entry.at))} `;
  const text = entry.type === "said"
    ? `${cleanText(entry.by)}: ${cleanText(entry.text, { newlines: true })}`
    : `* ${entrySentence(entry) ?? ""}`;
  return `${at}${text.replaceAll("\n", `\n${" ".repeat(at.length)}`)}\n`;
}

/** The entry in the fields of the protocol, in one line of JSON that is safe to look at. */
export function entryJson(entry: Entry): string {
  return encodeFrame(entry).replaceAll(MISCHIEF, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function localTime(date: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
