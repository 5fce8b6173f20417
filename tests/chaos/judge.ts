/**
 * Compares what was sent, acknowledged and seen with the history as it was kept in the end.
 *
 * @module
 */
import type { Entry, Seq } from "../../shared/protocol.ts";

/** Something that a client sent. */
export interface Sent {
  readonly ref: string;
  readonly by: string;
  readonly room: string;
  readonly text: string;
  /** The newest entry of the room that anybody had heard of when it was first sent: it must come after that. */
  readonly after: Seq;
}

/** The history in the end, as the truth. */
export class Judge {
  readonly #kept: readonly Entry[];
  readonly #find: (what: string, example: string) => void;
  readonly #byRef = new Map<string, Entry>();
  readonly #bySeq = new Map<string, Entry>();

  /** @param kept The history, room by room, oldest first. @param find Called for each broken promise. */
  constructor(kept: readonly Entry[], find: (what: string, example: string) => void) {
    this.#kept = kept;
    this.#find = find;
  }

  judge(
    sent: ReadonlyMap<string, Sent>,
    acknowledged: ReadonlyMap<string, Entry>,
    told: ReadonlyMap<string, ReadonlyMap<Seq, Entry>>,
  ): void {
    this.#read();
    this.#compareSent(sent);
    for (const [ref, entry] of acknowledged) {
      const kept = this.#byRef.get(ref);
      if (!kept) this.#find("acknowledged but lost", `${entry.by}: "${entry.text.slice(0, 40)}", seq ${entry.seq} in ${entry.room}`);
      else if (kept.seq !== entry.seq || kept.text !== entry.text) this.#find("acknowledged as something else", show(entry, kept));
    }
    for (const entries of told.values()) {
      for (const entry of entries.values()) {
        const kept = this.#bySeq.get(key(entry));
        if (!kept) this.#find("seen but not kept", show(entry));
        else if (!same(entry, kept)) this.#find("seen otherwise than kept", show(entry, kept));
      }
    }
  }

  /** The history by itself: each seq once, each entry after the one that it names, each ref once, time never falling. */
  #read(): void {
    let last: Entry | undefined;
    for (const entry of this.#kept) {
      const before = last?.room === entry.room ? last : undefined;
      if (entry.prev !== (before?.seq ?? 0) || entry.seq <= entry.prev) this.#find("kept with a hole", show(entry));
      if (before && entry.at < before.at) this.#find("kept with a time that falls", show(entry));
      if (entry.ref !== undefined && this.#byRef.has(entry.ref)) this.#find("kept twice", show(this.#byRef.get(entry.ref)!, entry));
      if (entry.ref !== undefined) this.#byRef.set(entry.ref, entry);
      this.#bySeq.set(key(entry), entry);
      last = entry;
    }
  }

  /** Everything kept was sent, as it was sent, in its sender's order, and after what was known when it was sent. */
  #compareSent(sent: ReadonlyMap<string, Sent>): void {
    for (const { ref, text } of this.#kept) if (!sent.has(ref ?? "")) this.#find("kept but never sent", text.slice(0, 40));
    const newest = new Map<string, Seq>();
    // A map keeps the order in which its keys came: the order of sending.
    for (const { ref, by, room, text, after } of sent.values()) {
      const kept = this.#byRef.get(ref);
      if (!kept) continue;
      if (kept.text !== text || kept.by !== by || kept.room !== room) this.#find("kept otherwise than sent", show(kept));
      if (kept.seq <= after) this.#find("kept before what was known when it was sent", `${after} was known: ${show(kept)}`);
      const line = `${by} ${room}`;
      if (kept.seq <= (newest.get(line) ?? 0)) this.#find("kept in another order than sent", show(kept));
      newest.set(line, kept.seq);
    }
  }
}

function key({ room, seq }: Entry): string {
  return `${seq} ${room}`;
}

function show(...entries: Entry[]): string {
  return entries.map(({ room, seq, by, text }) => `${room} ${seq} ${by} "${text.slice(0, 30)}"`).join(", ");
}

/** Whether two tellings of an entry say the same. */
export function same(one: Entry, other: Entry): boolean {
  const fields = ["room", "seq", "prev", "at", "type", "by", "from", "text", "ref"] as const;
  return fields.every((field) => one[field] === other[field]);
}
