/**
 * What was sent, acknowledged, seen and kept, and what is wrong with it. Pure: it is told everything and asks nobody.
 *
 * It believes no part of the product: it reads frames as they came over the wire, and knows only the promises of the contract.
 *
 * @module
 */
import type { Entry, Seq, ServerFrame } from "../../shared/protocol.ts";
import { entryOf, type Finding, Findings } from "./findings.ts";
import { Judge, same, type Sent } from "./judge.ts";
import { Sights } from "./sights.ts";

/** The book that is kept outside the product. */
export class Ledger {
  readonly #sent = new Map<string, Sent>();
  readonly #acknowledged = new Map<string, Entry>();
  readonly #told = new Map<string, Map<Seq, Entry>>();
  readonly #heads = new Map<string, Seq>();
  readonly #sights = new Sights();
  /** Every public id that each reader has had. */
  readonly #sessions = new Map<string, Set<string>>();
  readonly #findings = new Findings();
  #epoch: string | undefined;
  #waiting: (() => void)[] = [];

  /** How many were sent, and how many of them acknowledged. */
  get counts(): { readonly sent: number; readonly acknowledged: number } {
    return { sent: this.#sent.size, acknowledged: this.#acknowledged.size };
  }

  /** Notes that a client sends something for the first time. */
  sent(by: string, ref: string, room: string, text: string): void {
    this.#sent.set(ref, { ref, by, room, text, after: this.#heads.get(room) ?? 0 });
  }

  acknowledged(ref: string): boolean {
    return this.#acknowledged.has(ref);
  }

  /** Notes that a client left a room: whatever comes of it before it is back is too much. */
  left(by: string, room: string): void {
    this.#sights.end(by, room);
  }

  /** Notes what a client heard. */
  heard(reader: string, frame: ServerFrame): void {
    switch (frame.kind) {
      case "welcome":
        this.#epoch ??= frame.epoch;
        if (this.#epoch !== frame.epoch) this.find("the history began anew", `${this.#epoch}, then ${frame.epoch}`);
        entryOf(this.#sessions, reader, () => new Set()).add(frame.session);
        // Who asked for no backlog begins at the head; from then on what it has goes across its connections.
        for (const { room, head } of frame.rooms) this.#sights.of(reader, room, head);
        break;
      case "members":
        if (frame.ref !== undefined) this.#sights.of(reader, frame.room, frame.head);
        break;
      case "entry":
        if (!frame.again) this.#saw(reader, frame);
        if (frame.ref !== undefined && (frame.again || this.#sessions.get(reader)?.has(frame.from))) this.#acknowledge(reader, frame);
        break;
      case "reset":
        // Nothing of a run is older than retention keeps.
        this.find("left out by a reset", `${reader} in ${frame.room}: to ${frame.cursor}, ${frame.skipped} skipped`);
        this.#sights.of(reader, frame.room, 0).cursor = frame.cursor;
        break;
      case "refused":
        if (frame.ref !== undefined) this.find("refused without a reason", `${reader}: ${frame.code} ${frame.text}`);
        break;
      case "error":
        this.find("called an error", `${reader}: ${frame.code} ${frame.text}`);
        break;
    }
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Whether everything sent is acknowledged and everybody has seen everything that anybody has. */
  get complete(): boolean {
    return this.#acknowledged.size === this.#sent.size && this.#sights.complete(this.#heads);
  }

  /** Settles when so many readers have been welcomed. */
  async welcomed(readers: number): Promise<void> {
    while (this.#sessions.size < readers) await this.#more();
  }

  /** Settles when {@link complete}, or after `ms`, which is a finding. */
  async completed(ms: number): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, ms);
    const end = performance.now() + ms;
    while (!this.complete && performance.now() < end) await Promise.race([late.promise, this.#more()]);
    clearTimeout(timer);
    if (this.complete) return;
    const missing = [...this.#sent.values()].filter(({ ref }) => !this.#acknowledged.has(ref));
    if (missing.length > 0) this.find("never acknowledged", `${missing.length} messages, "${missing[0].text.slice(0, 40)}" the first`);
    else this.find("never shown", "somebody has not seen what others have");
  }

  /** Notes a broken promise. */
  find(what: string, example: string): void {
    this.#findings.add(what, example);
  }

  /** What is wrong, given the history as it was kept in the end; nothing when all is well. */
  verdict(kept: readonly Entry[]): Finding[] {
    new Judge(kept, (what, example) => this.find(what, example)).judge(this.#sent, this.#acknowledged, this.#told);
    return this.#findings.all;
  }

  /** Settles when anything is heard. */
  #more(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #saw(reader: string, entry: Entry): void {
    const { room, seq, prev } = entry;
    const sight = this.#sights.of(reader, room, 0);
    const where = `${reader} in ${room}: seq ${seq} after ${prev}, had seen ${sight.cursor}`;
    if (seq <= sight.cursor) this.find("seen twice", where);
    else if (prev !== sight.cursor) this.find(prev > sight.cursor ? "a hole" : "a wrong prev", where);
    sight.cursor = Math.max(sight.cursor, seq);
    this.#tell(reader, entry);
  }

  #acknowledge(reader: string, entry: Entry): void {
    const sent = this.#sent.get(entry.ref!);
    if (sent?.by !== reader) this.find("acknowledged to somebody else", `${reader}: ${entry.ref}`);
    const before = this.#acknowledged.get(entry.ref!);
    if (before && (before.seq !== entry.seq || before.room !== entry.room)) {
      this.find("acknowledged as two entries", `${reader}: "${entry.text.slice(0, 40)}" as ${before.seq} and ${entry.seq}`);
    }
    this.#acknowledged.set(entry.ref!, entry);
    if (entry.again) this.#tell(reader, entry);
  }

  /** Notes what stands at a seq, which must be the same for everybody for ever. */
  #tell(reader: string, { again: _, ...entry }: Entry): void {
    const told = entryOf(this.#told, entry.room, () => new Map<Seq, Entry>());
    const before = told.get(entry.seq);
    if (!before) told.set(entry.seq, entry);
    else if (!same(before, entry)) this.find("different for two readers", `${reader}: ${JSON.stringify(before)}, ${JSON.stringify(entry)}`);
    this.#heads.set(entry.room, Math.max(this.#heads.get(entry.room) ?? 0, entry.seq));
  }
}
