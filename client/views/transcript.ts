/**
 * How what was said looks in a terminal: one message after the other, with a line where a day begins and where one left off.
 *
 * @module
 */
import type { Entry } from "../../shared/protocol.ts";
import { cleanText, plural } from "../../shared/text.ts";
import { mentionOf } from "../mentions.ts";
import type { TimeFormat } from "../config.ts";
import type { Said } from "../changes.ts";
import type { Paint } from "./paint.ts";
import { entrySentence } from "./wording.ts";

/** What its owner may choose. */
export interface Look {
  readonly paint: Paint;
  readonly timeFormat: TimeFormat;
}

const ACTION = "/me ";
/** Code as it was typed: a fenced block, or a span within a line. */
const CODE = /```[^]*?(?:```|$)|`[^`\n]+`/g;

/** Writes entries as lines; remembers which day the last one was of. */
export class Transcript {
  look: Look;
  #day: string | undefined;

  constructor(look: Look) {
    this.look = look;
  }

  /** The lines of an entry, with those that belong before it. `nick` is ours. */
  lines(said: Pick<Said, "entry" | "own" | "mention" | "leftOff">, nick: string): string[] {
    const lines: string[] = [];
    const day = dayOf(said.entry.at);
    if (day !== (this.#day ?? dayOf(Date.now()))) lines.push(this.rule(dayName(said.entry.at)));
    this.#day = day;
    if (said.leftOff !== undefined) lines.push(this.rule(leftOff(said.leftOff)));
    lines.push(...this.#entry(said, nick));
    return lines;
  }

  /** A line across, with a text in it. */
  rule(text: string): string {
    return this.look.paint.quiet(`── ${text} ──`);
  }

  /** A line in the program's own voice. */
  notice(text: string): string {
    return this.look.paint.quiet(`* ${text}`);
  }

  #entry(said: Pick<Said, "entry" | "own" | "mention">, nick: string): string[] {
    const { entry, own, mention } = said;
    const { paint } = this.look;
    if (entry.type === "announcement") return [paint.loud(`* ${entrySentence(entry)}`)];
    if (entry.type !== "said") return [this.notice(entrySentence(entry) ?? "")];
    const time = this.#time(entry);
    const by = own ? paint.own(cleanText(entry.by)) : paint.nick(cleanText(entry.by));
    const text = cleanText(entry.text, { newlines: true });
    const action = text.startsWith(ACTION);
    const body = this.#body(action ? text.slice(ACTION.length) : text, mention ? mentionOf(nick) : undefined);
    const [first, ...more] = body.split("\n");
    const prefix = time === "" ? "" : `${paint.quiet(time)} `;
    // A line that follows is set in, so that nobody can write one that looks like another's message.
    const indent = " ".repeat(time === "" ? 2 : time.length + 1);
    return [`${prefix}${action ? `* ${by} ` : `${by}: `}${first}`, ...more.map((line) => indent + line)];
  }

  #body(text: string, mention: RegExp | undefined): string {
    const { paint } = this.look;
    const spoken = (part: string) => mention ? part.replace(mention, (found) => paint.mention(found)) : part;
    let body = "";
    let at = 0;
    for (const { index, 0: code } of text.matchAll(CODE)) {
      body += spoken(text.slice(at, index)) + code.split("\n").map((line) => paint.code(line)).join("\n");
      at = index + code.length;
    }
    return body + spoken(text.slice(at));
  }

  #time({ at }: Entry): string {
    switch (this.look.timeFormat) {
      case "24h":
        return new Date(at).toTimeString().slice(0, 5);
      case "12h":
        return new Date(at).toLocaleTimeString("en-US", { hour: "2-digit", minute: "2-digit" }).replace("\u202f", " ");
      case "none":
        return "";
    }
  }
}

function leftOff(leftOut: number): string {
  return leftOut === 0 ? "you left off here" : `you left off ${plural(leftOut, "message")} before this; /history shows them`;
}

function dayOf(at: number): string {
  return new Date(at).toDateString();
}

function dayName(at: number): string {
  return new Date(at).toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric" });
}
