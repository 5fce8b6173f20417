/**
 * A room's rules and who is in it. Pure: no clock, no chance, nothing awaited.
 *
 * `decide` looks at the room as it is now; `apply` is the authority for what was committed: it takes every entry, in the history's order.
 *
 * @module
 */
import type { RoomName } from "../../shared/names.ts";
import {
  type Delete,
  type Draft,
  type Entry,
  LIMITS,
  type Member,
  type RefusalCode,
  type Say,
  type Seq,
  type Snapshot,
  type Topic,
} from "../../shared/protocol.ts";
import { byteLength, cleanText, count } from "../../shared/text.ts";
import type { Session } from "./sessions.ts";

/** Why the rules said no. */
export interface Refusal {
  readonly code: RefusalCode;
  /** One sentence for people, without a full stop. */
  readonly text: string;
  /** When to try again, in milliseconds, where that may succeed. */
  readonly retryMs?: number;
}

/** Bytes of reasons for being away that a list has place for, for each person that it may name: an answer has to fit the outbox. */
const REASON_BYTES = 16;

/** What a room's history says of it. */
export interface RoomPast {
  /** The newest entry. */
  readonly head: Seq;
  /** What it is about; empty where nobody has said. */
  readonly topic: string;
  /** The entry that says so. */
  readonly topicSeq: Seq;
}

/** One room. */
export class Room {
  readonly name: RoomName;
  readonly #members = new Map<string, Member>();
  #head: Seq;
  #topic: string;
  #topicSeq: Seq;
  #lastAt = 0;

  constructor(name: RoomName, { head, topic, topicSeq }: RoomPast = { head: 0, topic: "", topicSeq: 0 }) {
    this.name = name;
    this.#head = head;
    this.#topic = topic;
    this.#topicSeq = topicSeq;
  }

  get size(): number {
    return this.#members.size;
  }

  get head(): Seq {
    return this.#head;
  }

  get past(): RoomPast {
    return { head: this.#head, topic: this.#topic, topicSeq: this.#topicSeq };
  }

  get topic(): string {
    return this.#topic;
  }

  has(session: Session): boolean {
    return this.#members.has(session.id);
  }

  /** Lets a session in, or notes its new name or role, or that it is away or back. @param tellsWhy Whether others hear why it is away. */
  join({ id, nick, away, role }: Session, tellsWhy = true): void {
    const reason = tellsWhy ? away : "";
    this.#members.set(id, { nick, from: id, ...away === undefined ? {} : { away: reason }, ...role === undefined ? {} : { role } });
  }

  /** Why somebody in the room is away, as it is told here; `undefined` while they are not. */
  awayOf({ id }: Session): string | undefined {
    return this.#members.get(id)?.away;
  }

  /** Lets a session go; false when it was not there. */
  leave(session: Session): boolean {
    return this.#members.delete(session.id);
  }

  /** Why a session can ask for nothing here, if so: it is not in the room. */
  outside(session: Session): Refusal | undefined {
    return this.has(session) ? undefined : { code: "not_in_room", text: `you are not in #${this.name}` };
  }

  /**
   * What a request becomes: an entry that only lacks its place, or a refusal. Whether its author is {@link outside} by now is another matter: it may
   * have been said before. `now` is in milliseconds since 1970, `maxBytes` bounds the text.
   */
  decide(by: Session, { kind, text: given, ref }: Say | Topic, now: number, maxBytes: number): Draft | Refusal {
    const text = cleanText(given, { newlines: kind === "say" });
    if (kind === "say" && text.trim() === "") return { code: "text_empty", text: "nothing was left to say" };
    const most = kind === "say" ? maxBytes : LIMITS.topicBytes;
    if (text.length * 3 > most && byteLength(text) > most) {
      const what = kind === "say" ? "message" : "topic";
      return { code: "text_too_long", text: `a ${what} has at most ${count(most)} bytes, this one had ${count(byteLength(text))}` };
    }
    // Never falls, whatever the clock does.
    this.#lastAt = Math.max(this.#lastAt, now);
    const type = kind === "say" ? "said" : "topic";
    const draft: Draft = { room: this.name, at: this.#lastAt, type, by: by.nick, from: by.id, text };
    return ref === undefined ? draft : { ...draft, ref };
  }

  /** As {@link decide}, for the deletion of an entry. Whether it is there, and whose it is, the history knows. */
  decideDeletion(by: Session, { seq: target, ref }: Delete, now: number): Draft | Refusal {
    const outside = this.outside(by);
    if (outside) return outside;
    this.#lastAt = Math.max(this.#lastAt, now);
    const draft: Draft = { room: this.name, at: this.#lastAt, type: "deleted", by: by.nick, from: by.id, text: "", target };
    return ref === undefined ? draft : { ...draft, ref };
  }

  /** Takes an entry that was committed. */
  apply(entry: Entry): void {
    this.#head = entry.seq;
    this.#lastAt = Math.max(this.#lastAt, entry.at);
    if (entry.type === "topic") [this.#topic, this.#topicSeq] = [entry.text, entry.seq];
    if (entry.type === "deleted" && entry.target === this.#topicSeq) [this.#topic, this.#topicSeq] = ["", 0];
  }

  /** Who is here, in the order they came: at most `most` from `offset` on. */
  snapshot(offset = 0, most: number = LIMITS.membersPerFrame): Snapshot {
    const members: Member[] = [];
    let index = 0;
    let reasons = most * REASON_BYTES;
    for (const member of this.#members.values()) {
      if (members.length === most) break;
      if (index++ < offset) continue;
      const bytes = member.away ? byteLength(member.away) : 0;
      const hasPlace = bytes <= reasons;
      if (hasPlace) reasons -= bytes;
      members.push(hasPlace ? member : { ...member, away: "" });
    }
    return { room: this.name, head: this.#head, topic: this.#topic, total: this.size, offset, members };
  }
}
