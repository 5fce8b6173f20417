/**
 * A room's rules and who is in it. Pure: no clock, no chance, nothing awaited.
 *
 * `decide` looks at the room as it is now; `apply` is the authority for what was committed: it takes every entry, in the history's order.
 *
 * @module
 */
import type { RoomName } from "../../shared/names.ts";
import { type Draft, type Entry, LIMITS, type Member, type RefusalCode, type Say, type Seq, type Snapshot } from "../../shared/protocol.ts";
import { byteLength, cleanText, count } from "../../shared/text.ts";
import type { Session } from "./sessions.ts";

/** Why the rules said no. */
export interface Refusal {
  readonly code: RefusalCode;
  /** One sentence for people, without a full stop. */
  readonly text: string;
}

/** One room. */
export class Room {
  readonly name: RoomName;
  readonly #members = new Map<string, Member>();
  #head: Seq;
  #lastAt = 0;

  /** @param head The room's newest entry. */
  constructor(name: RoomName, head: Seq) {
    this.name = name;
    this.#head = head;
  }

  get size(): number {
    return this.#members.size;
  }

  has(session: Session): boolean {
    return this.#members.has(session.id);
  }

  /** Lets a session in. */
  join(session: Session): void {
    this.#members.set(session.id, { nick: session.nick, from: session.id });
  }

  /** Lets a session go; false when it was not there. */
  leave(session: Session): boolean {
    return this.#members.delete(session.id);
  }

  /** What a `say` becomes: an entry that only lacks its place, or a refusal. `now` is in milliseconds since 1970, `maxBytes` bounds the text. */
  decide(by: Session, say: Say, now: number, maxBytes: number): Draft | Refusal {
    if (!this.has(by)) return { code: "not_in_room", text: `you are not in #${this.name}` };
    const text = cleanText(say.text, { newlines: true });
    if (text.trim() === "") return { code: "text_empty", text: "nothing was left to say" };
    if (text.length * 3 > maxBytes && byteLength(text) > maxBytes) {
      return { code: "text_too_long", text: `a message has at most ${count(maxBytes)} bytes, this one had ${count(byteLength(text))}` };
    }
    // Never falls, whatever the clock does.
    this.#lastAt = Math.max(this.#lastAt, now);
    const draft = { room: this.name, at: this.#lastAt, type: "said", by: by.nick, from: by.id, text } as const;
    return say.ref === undefined ? draft : { ...draft, ref: say.ref };
  }

  /** Takes an entry that was committed. */
  apply(entry: Entry): void {
    this.#head = entry.seq;
    this.#lastAt = Math.max(this.#lastAt, entry.at);
  }

  /** Who is here, in the order they came: one frame's worth from `offset` on. */
  snapshot(offset = 0): Snapshot {
    const members: Member[] = [];
    let index = 0;
    for (const member of this.#members.values()) {
      if (members.length === LIMITS.membersPerFrame) break;
      if (index++ >= offset) members.push(member);
    }
    return { room: this.name, head: this.#head, total: this.size, offset, members };
  }
}
