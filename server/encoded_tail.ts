/**
 * A room's newest frames as bytes, encoded once for all who read them.
 *
 * It is a list of segments. A segment is only ever appended to, never overwritten: a write that is under way may still be reading it. A
 * reader holds a position, a number; nothing here knows who reads.
 *
 * @module
 */
import type { Entry, Presence, Seq } from "../shared/protocol.ts";
import { byteLength } from "../shared/text.ts";
import type { Codec } from "./connection.ts";
import { TailBudget } from "./tail_budget.ts";

/** Bytes of a segment, but for a tail's first one: most rooms are quiet. A single longer line gets a segment of its own size. */
export const SEGMENT_BYTES = 64 * 1024;
/** Bytes of a tail's first segment. One step, not many: a write goes no further than its segment. */
const FIRST_BYTES = 4 * 1024;
/** Bytes of segments that a tail keeps. */
export const TAIL_BYTES = 4 * 1024 * 1024;
/** Bytes that are kept although everybody has read them: for those who come back after a cut. */
export const READ_BYTES = 4 * SEGMENT_BYTES;

/** Where a reader is. */
export interface Position {
  /** Bytes since the tail began. */
  readonly offset: number;
  /** The newest entry before it. */
  readonly cursor: Seq;
}

/** What comes next for a reader, and where it is after it. */
export interface Piece {
  /** To be written as they are; empty where all of it was the reader's own. */
  readonly bytes: Uint8Array;
  readonly next: Position;
}

interface Segment {
  readonly bytes: Uint8Array;
  /** The offset of its first byte. */
  readonly start: number;
  length: number;
  /** The newest entry before it. */
  readonly before: Seq;
  /** The newest entry in it or before it. */
  last: Seq;
  /** For each entry in it, its seq and where it ends within the segment. */
  readonly seqs: Seq[];
  readonly ends: number[];
  /** Where each session's own entries lie: beginnings and ends in turn, runs of neighbours as one. */
  readonly own: Map<string, number[]>;
}

const encoder = new TextEncoder();

/** The newest frames of one room for one codec, at most {@link TAIL_BYTES} of them. */
export class EncodedTail {
  readonly #codec: Codec;
  readonly #budget: TailBudget;
  #segments: Segment[];
  /** Bytes of all segments, filled or not. */
  #size = 0;

  /** @param head The room's newest entry, which the tail begins after. @param budget What it shares with other tails. */
  constructor(codec: Codec, head: Seq, budget = new TailBudget()) {
    this.#codec = codec;
    this.#budget = budget;
    this.#segments = [];
    this.#add(segment(0, FIRST_BYTES, head));
  }

  /** A tail that begins at a position and holds nothing: who is before that finds it gone. */
  static at({ offset, cursor }: Position, codec: Codec): EncodedTail {
    const tail = new EncodedTail(codec, cursor);
    tail.#segments = [segment(offset, 0, cursor)];
    return tail;
  }

  /** Nobody reads it any more, but for who goes and writes its last lines. */
  close(): void {
    for (const { bytes } of this.#segments) this.#budget.drop(this, bytes.length);
  }

  /** Drops its oldest segment, unless that is its newest: there is no more room for it. */
  dropOldest(): boolean {
    if (this.#segments.length === 1) return false;
    this.#release(this.#segments.shift()!);
    return true;
  }

  /** Everybody has read up to `offset`: what lies {@link READ_BYTES} before that is kept no longer. */
  forget(offset: number): void {
    while (this.#segments.length > 1 && this.#segments[1].start + READ_BYTES <= offset) this.dropOldest();
  }

  /** Where a reader is that has everything. */
  get end(): Position {
    return { offset: this.length, cursor: this.#newest.last };
  }

  /** The offset of its end. */
  get length(): number {
    const newest = this.#newest;
    return newest.start + newest.length;
  }

  /** Encodes frames onto the end. Returns whether there is anything new to read. */
  append(frames: readonly (Entry | Presence)[]): boolean {
    const texts = frames.map((frame) => this.#codec.encode(frame));
    this.#append(frames, texts);
    return texts.some((text) => text !== "");
  }

  /**
   * Keeps an entry no more, nor what came before it: who has not read that finds it gone. Those behind it have it as before. Nothing that is being
   * written is touched.
   */
  drop(seq: Seq): void {
    const at = this.#segments.findLastIndex(({ seqs }) => seqs[lastAtMost(seqs, seq)] === seq);
    if (at < 0) return;
    const dropped = this.#segments.splice(0, at + 1);
    for (const one of dropped) this.#release(one);
    const rest = behind(dropped[at], seq);
    this.#segments.unshift(rest);
    this.#size += rest.bytes.length;
    this.#budget.take(this, rest.bytes.length);
  }

  /** What comes after `position`, up to its segment's end and not beyond `until`; `"gone"` when that is no longer kept; `undefined` at the end. */
  read(position: Position, until: number, reader: string): Piece | "gone" | undefined {
    if (position.offset >= until) return undefined;
    const found = this.#at(position.offset);
    if (!found) return "gone";
    const from = position.offset - found.start;
    const to = Math.min(found.length, until - found.start);
    if (to <= from) return undefined;
    const own = this.#codec.skipsOwn ? found.own.get(reader) : undefined;
    const bytes = own ? without(found.bytes, from, to, own) : found.bytes.subarray(from, to);
    return { bytes, next: { offset: found.start + to, cursor: to === found.length ? found.last : this.#cursorAt(found, to) } };
  }

  /** The position right after the entry `seq`; `undefined` when the entry after it is not kept. */
  locate(seq: Seq): Position | undefined {
    for (let i = this.#segments.length - 1; i >= 0; i--) {
      const { start, before, seqs, ends } = this.#segments[i];
      const at = lastAtMost(seqs, seq);
      if (at >= 0) return { offset: start + ends[at], cursor: seqs[at] };
      if (seq >= before) return { offset: start, cursor: before };
    }
    return undefined;
  }

  get #newest(): Segment {
    return this.#segments[this.#segments.length - 1];
  }

  #append(frames: readonly (Entry | Presence)[], texts: readonly string[]): void {
    const text = texts.length === 1 ? texts[0] : texts.join("");
    const newest = this.#newest;
    const { read, written } = encoder.encodeInto(text, newest.bytes.subarray(newest.length));
    if (read === text.length) {
      // One byte a character is the rule; else each is measured.
      const measure = written === read ? (text: string) => text.length : byteLength;
      for (let i = 0; i < frames.length; i++) this.#index(newest, frames[i], measure(texts[i]));
    } else if (frames.length === 1) {
      this.#appendToNew(text, frames[0]);
    } else {
      const half = frames.length >> 1;
      this.#append(frames.slice(0, half), texts.slice(0, half));
      this.#append(frames.slice(half), texts.slice(half));
    }
  }

  #appendToNew(text: string, frame: Entry | Presence): void {
    const bytes = encoder.encode(text);
    const { offset, cursor } = this.end;
    const fresh = segment(offset, Math.max(SEGMENT_BYTES, bytes.length), cursor);
    fresh.bytes.set(bytes);
    this.#add(fresh);
    this.#index(fresh, frame, bytes.length);
    while (this.#size > TAIL_BYTES && this.dropOldest());
    this.#budget.keep();
  }

  #add(fresh: Segment): void {
    this.#segments.push(fresh);
    this.#size += fresh.bytes.length;
    this.#budget.take(this, fresh.bytes.length);
  }

  #release({ bytes }: Segment): void {
    this.#size -= bytes.length;
    this.#budget.drop(this, bytes.length);
  }

  #index(segment: Segment, frame: Entry | Presence, bytes: number): void {
    const start = segment.length;
    const end = start + bytes;
    segment.length = end;
    if (frame.kind === "entry") {
      segment.last = frame.seq;
      segment.seqs.push(frame.seq);
      segment.ends.push(end);
    }
    // What is not shown leaves no trace: where only that happens, a segment lasts.
    if (!this.#codec.skipsOwn || bytes === 0 || !isKnownToItsAuthor(frame)) return;
    const own = segment.own.get(frame.from);
    if (!own) segment.own.set(frame.from, [start, end]);
    else if (own[own.length - 1] === start) own[own.length - 1] = end;
    else own.push(start, end);
  }

  /** The segment that holds `offset`, or ends with it and is the newest. Nearly everybody reads the newest or the one before. */
  #at(offset: number): Segment | undefined {
    return this.#segments.findLast((segment) => offset >= segment.start);
  }

  #cursorAt(segment: Segment, length: number): Seq {
    const at = lastAtMost(segment.ends, length);
    return at >= 0 ? segment.seqs[at] : segment.before;
  }
}

function segment(start: number, size: number, last: Seq): Segment {
  return { bytes: new Uint8Array(size), start, length: 0, before: last, last, seqs: [], ends: [], own: new Map() };
}

/** A copy of what a segment holds behind an entry, with as much room as it had. */
function behind({ bytes, start, length, last, seqs, ends, own }: Segment, seq: Seq): Segment {
  const at = seqs.indexOf(seq);
  const cut = ends[at];
  const rest = segment(start + cut, bytes.length - cut, seq);
  rest.bytes.set(bytes.subarray(cut, length));
  rest.length = length - cut;
  rest.last = last;
  rest.seqs.push(...seqs.slice(at + 1));
  rest.ends.push(...ends.slice(at + 1).map((end) => end - cut));
  for (const [session, runs] of own) {
    const kept = runs.slice(lastAtMost(runs, cut) + 1 & ~1).map((edge) => Math.max(0, edge - cut));
    if (kept.length > 0) rest.own.set(session, kept);
  }
  return rest;
}

/** Whether its author has seen it already: as it typed it, or as the answer to it. */
function isKnownToItsAuthor(frame: Entry | Presence): boolean {
  return frame.kind === "entry" ? frame.type === "said" : frame.kind === "renamed" || frame.kind === "away";
}

/** `bytes` from `from` to `to`, less the runs in `own`. */
function without(bytes: Uint8Array, from: number, to: number, own: readonly number[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const keep = (start: number, end: number) => {
    if (start >= end) return;
    pieces.push(bytes.subarray(start, end));
    length += end - start;
  };
  let at = from;
  for (let i = Math.max(0, lastAtMost(own, from) & ~1); i < own.length && own[i] < to; i += 2) {
    if (own[i + 1] <= at) continue;
    keep(at, own[i]);
    at = own[i + 1];
  }
  keep(at, to);
  if (pieces.length === 1) return pieces[0];
  const kept = new Uint8Array(length);
  let end = 0;
  for (const piece of pieces) {
    kept.set(piece, end);
    end += piece.length;
  }
  return kept;
}

/** The index of the last of the rising `numbers` that is at most `limit`; -1 when there is none. */
function lastAtMost(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
