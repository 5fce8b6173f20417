import { assert, assertEquals, assertGreater, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import type { Codec } from "../../server/connection.ts";
import { EncodedTail, type Piece, type Position, READ_BYTES, SEGMENT_BYTES, TAIL_BYTES } from "../../server/encoded_tail.ts";
import { TailBudget } from "../../server/tail_budget.ts";
import type { Entry, Presence, ServerFrame } from "../../shared/protocol.ts";
import { byteLength } from "../../shared/text.ts";
import { entry } from "./fakes.ts";

const AUTHORS = ["s1", "s2", "s3"];
const LONGEST = 100_000;
const decoder = new TextDecoder();

/** Shows entries whole, and presence as text mode does: above a crowd, not at all. */
function encode(frame: ServerFrame): string {
  if (frame.kind === "entry") return `${frame.seq} ${frame.from}: ${frame.text}\n`;
  return "total" in frame && frame.total <= 200 && frame.kind !== "members" ? `* ${frame.by}\n` : "";
}

const FRAMES: Codec = { name: "frames", encode, skipsOwn: false };
const TEXT: Codec = { name: "text", encode, skipsOwn: true };

function presence(total = 1, kind: "joined" | "left" | "away" = "joined"): Presence {
  return { kind, room: "lobby", by: "carol", from: AUTHORS[0], total };
}

/** A tail, and beside it a plain list of all that was ever put onto it. */
class Model {
  readonly tail: EncodedTail;
  readonly codec: Codec;
  readonly head: number;
  /** How long the tail was when something was dropped last. */
  dropped = 0;
  readonly frames: { readonly frame: Entry | Presence; readonly text: string; readonly start: number; readonly end: number }[] = [];

  constructor(codec: Codec, head = 0) {
    this.codec = codec;
    this.head = head;
    this.tail = new EncodedTail(codec, head);
  }

  get length(): number {
    return this.frames.at(-1)?.end ?? 0;
  }

  /** Puts frames onto the tail, in one call. */
  append(...frames: (Entry | Presence)[]): void {
    for (const frame of frames) {
      const text = this.codec.encode(frame);
      this.frames.push({ frame, text, start: this.length, end: this.length + byteLength(text) });
    }
    this.tail.append(frames);
    assertEquals([this.tail.length, this.tail.end], [this.length, { offset: this.length, cursor: this.cursorAt(this.length) }]);
  }

  /** Everything up to the segment with that entry MUST be gone, and nothing of what comes. */
  drop(seq: number): void {
    const { start } = this.frames.find(({ frame }) => frame.kind === "entry" && frame.seq === seq) ?? { start: -1 };
    this.tail.drop(seq);
    assert(start < 0 || start === this.length || this.isGone(start));
    assertEquals(this.tail.end, { offset: this.length, cursor: this.cursorAt(this.length) });
    this.dropped = this.length;
  }

  say(text: string, from = AUTHORS[0], gap = 1): void {
    this.append(entry(this.cursorAt(Infinity) + gap, text, from));
  }

  /** The newest entry that ends at `offset` or before. */
  cursorAt(offset: number): number {
    const last = this.frames.findLast(({ frame, end }) => frame.kind === "entry" && end <= offset);
    return last?.frame.kind === "entry" ? last.frame.seq : this.head;
  }

  /** What a reader is shown of the bytes between two offsets. */
  between(from: number, to: number, reader: string): string {
    const isOwn = ({ kind, from }: Entry | Presence) => this.codec.skipsOwn && (kind === "entry" || kind === "away") && from === reader;
    return this.frames.filter(({ frame, start, end }) => start >= from && end <= to && !isOwn(frame)).map(({ text }) => text).join("");
  }

  isGone(offset: number): boolean {
    return this.tail.read({ offset, cursor: 0 }, Infinity, "") === "gone";
  }

  /** The tail MUST find the place right after an entry as long as the next entry is kept. */
  checkLocate(seq: number): void {
    const end = this.frames.findLast(({ frame }) => frame.kind === "entry" && frame.seq <= seq)?.end ?? 0;
    const next = this.frames.find(({ frame }) => frame.kind === "entry" && frame.seq > seq)?.start ?? this.length;
    const found = this.tail.locate(seq);
    if (seq < this.head) return assertEquals(found, undefined);
    if (!found) return assert(this.isGone(next), `locate(${seq})`);
    assert(found.offset >= end && found.offset <= next && !this.isGone(found.offset), `locate(${seq})`);
    assertEquals(found.cursor, this.cursorAt(found.offset));
  }

  /** The bytes of segments that are kept. */
  keptBytes(): number {
    const buffers = new Set<ArrayBufferLike>();
    const oldest = this.frames.find(({ start }) => !this.isGone(start))?.start ?? this.length;
    for (const piece of pieces(this.tail, { offset: oldest, cursor: 0 })) buffers.add(piece.bytes.buffer);
    return [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
  }
}

/** Everything from a position to the end. */
function* pieces(tail: EncodedTail, from: Position, reader = ""): Generator<Piece> {
  for (let position = from;;) {
    const piece = tail.read(position, Infinity, reader);
    assert(piece !== "gone");
    if (!piece) return;
    yield piece;
    position = piece.next;
  }
}

function textOf(tail: EncodedTail, from: Position, reader = ""): string {
  return [...pieces(tail, from, reader)].map(({ bytes }) => decoder.decode(bytes)).join("");
}

/** Reads at its own pace, and compares what it gets with the model, now and once more at the end. */
class Reader {
  readonly #model: Model;
  readonly #name: string;
  readonly #read: { readonly bytes: Uint8Array; readonly text: string }[] = [];
  #position: Position;
  #until = Infinity;

  constructor(model: Model, name: string) {
    this.#model = model;
    this.#name = name;
    this.#position = model.tail.end;
  }

  leave(): void {
    this.#until = Math.min(this.#until, this.#model.length);
  }

  read(): void {
    const { tail, length } = this.#model;
    const { offset, cursor } = this.#position;
    const piece = tail.read(this.#position, this.#until, this.#name);
    if (piece === undefined) {
      assert(offset >= Math.min(length, this.#until), "whoever lacks something is given it");
    } else if (piece === "gone") {
      assert(offset < this.#until, "whoever has everything lacks nothing");
      if (offset >= this.#model.dropped) assertGreater(length - offset, TAIL_BYTES / 2 - LONGEST);
      const found = tail.locate(cursor);
      assert(!found || found.offset > offset);
      this.#position = found ?? tail.end;
    } else {
      const text = this.#model.between(offset, piece.next.offset, this.#name);
      assertEquals(decoder.decode(piece.bytes), text);
      assert(piece.next.offset > offset && piece.next.offset <= this.#until);
      assertEquals(piece.next.cursor, this.#model.cursorAt(piece.next.offset));
      this.#read.push({ bytes: piece.bytes, text });
      this.#position = piece.next;
    }
  }

  checkAgain(): void {
    for (const { bytes, text } of this.#read) assertEquals(decoder.decode(bytes), text);
  }
}

type Act = (model: Model, readers: Reader[]) => void;

/** An act that a counterexample can be read from. */
function act(name: string, act: Act): Act {
  return Object.assign(act, { toString: () => name });
}

const author = fc.constantFrom(...AUTHORS);
const size = fc.oneof(
  fc.nat(300),
  fc.integer({ min: 1_000, max: 20_000 }),
  fc.integer({ min: 65_000, max: 66_000 }),
  fc.constant(LONGEST - 50),
);
const acts = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.tuple(author, size, fc.integer({ min: 1, max: 3 })).map(says) },
    {
      weight: 2,
      arbitrary: fc.tuple(fc.constantFrom(1, 201), fc.constantFrom("joined", "away")).map(([total, kind]) =>
        act(`${kind} ${total}`, (model) => model.append(presence(total, kind)))
      ),
    },
    { weight: 1, arbitrary: author.map(saysMuch) },
    {
      weight: 3,
      arbitrary: fc.array(fc.tuple(author, fc.oneof(fc.nat(300), fc.nat(40_000)), fc.constantFrom("a", "é", "漢")), { maxLength: 9 }).map(
        batch,
      ),
    },
    { weight: 2, arbitrary: author.map((name) => act(`join ${name}`, (model, readers) => void readers.push(new Reader(model, name)))) },
    { weight: 9, arbitrary: fc.nat().map((n) => act(`read ${n}`, (_, readers) => readers[n % readers.length].read())) },
    { weight: 1, arbitrary: fc.nat().map((n) => act(`leave ${n}`, (_, readers) => readers[n % readers.length].leave())) },
    { weight: 1, arbitrary: fc.nat().map((n) => act(`drop ${n}`, (model) => model.drop(n % (model.cursorAt(Infinity) + 2)))) },
    { weight: 1, arbitrary: fc.nat().map((n) => act(`locate ${n}`, (model) => model.checkLocate(n % (model.cursorAt(Infinity) + 2)))) },
  ),
  { minLength: 20, maxLength: 200 },
);

function says([from, size, gap]: [string, number, number]): Act {
  return act(`say ${from} ${size} ${gap}`, (model) => model.say("a".repeat(size), from, gap));
}

/** Entries and presence that are published together. */
function batch(items: readonly (readonly [string, number, string])[]): Act {
  const frames = (model: Model) => {
    const head = model.cursorAt(Infinity);
    return items.map(([from, size, unit], i) => size === 0 ? presence() : entry(head + i + 1, unit.repeat(size), from));
  };
  return act(`batch ${JSON.stringify(items)}`, (model) => model.append(...frames(model)));
}

function saysMuch(from: string): Act {
  return act(`say ${from} much`, (model) => {
    for (let i = 0; i < 40; i++) model.say("é".repeat(20_000), from);
  });
}

Deno.test("EncodedTail gives each reader what was appended after it came, less its own, whenever it reads", () => {
  fc.assert(fc.property(fc.constantFrom(FRAMES, TEXT), fc.nat(9), acts, (codec, head, acts) => {
    const model = new Model(codec, head);
    const readers = [new Reader(model, AUTHORS[0]), new Reader(model, AUTHORS[1])];
    for (const act of acts) act(model, readers);
    for (const reader of readers) reader.checkAgain();
    assertLessOrEqual(model.keptBytes(), TAIL_BYTES);
  }));
});

/** Fills a tail's first segment, the small one. Returns its end. */
function grow(model: Model): Position {
  model.say("a".repeat(4_096));
  return model.tail.end;
}

Deno.test("EncodedTail begins with 4 KiB, and goes on with 64 KiB", () => {
  const model = new Model({ ...FRAMES, encode: (frame) => frame.kind === "entry" ? frame.text : "" });
  for (let i = 0; i < 200; i++) model.say("a".repeat(1_024));
  const lengths = [...pieces(model.tail, { offset: 0, cursor: 0 })].map(({ bytes }) => bytes.length / 1_024);
  assertEquals(lengths, [4, 64, 64, 64, 4]);
});

Deno.test("C8 all encoded tails together keep within their budget, and the busy ones' newest is kept", () => {
  const budget = new TailBudget(256 * 1_024);
  const tails = [1, 2, 3].map(() => new EncodedTail(FRAMES, 0, budget));
  for (let seq = 1; seq <= 100; seq++) {
    for (const tail of tails) {
      tail.append([entry(seq, "a".repeat(10_000))]);
      assertLessOrEqual(budget.bytes, 256 * 1_024 + 64 * 1_024);
    }
  }
  for (const tail of tails) {
    assertEquals(tail.locate(10), undefined);
    assertEquals(tail.locate(99)?.cursor, 99);
    tail.close();
  }
  assertEquals(budget.bytes, 0);
});

Deno.test("EncodedTail.forget drops what everybody has read but the newest 256 KiB of it, and never the newest segment", () => {
  const model = new Model(FRAMES);
  while (model.length < 1_000_000) model.say("a".repeat(1_000));
  for (const read of [0, READ_BYTES, 500_000, model.length]) {
    model.tail.forget(read);
    const kept = Math.max(0, read - READ_BYTES);
    assert(!model.isGone(kept), `${kept}`);
    if (kept > SEGMENT_BYTES) assert(model.isGone(kept - SEGMENT_BYTES - 1), `${kept}`);
  }
  assertLessOrEqual(model.keptBytes(), READ_BYTES + 2 * SEGMENT_BYTES);
  model.tail.forget(Infinity);
  assertEquals([model.keptBytes(), model.tail.length], [SEGMENT_BYTES, model.length]);
});

Deno.test("EncodedTail fills a segment to its last byte, and begins another with the next", () => {
  const model = new Model({ ...FRAMES, encode: (frame) => frame.kind === "entry" ? frame.text : "" });
  const grown = grow(model);
  model.say("a".repeat(SEGMENT_BYTES - 1));
  model.say("b");
  model.say("c");
  assertEquals([...pieces(model.tail, grown)].map(({ bytes, next }) => [bytes.length, next.cursor - grown.cursor]), [
    [SEGMENT_BYTES, 2],
    [1, 3],
  ]);
});

Deno.test("EncodedTail gives a line that is longer than a segment one of its own", () => {
  const model = new Model(FRAMES);
  for (const text of ["before", "x".repeat(LONGEST), "after"]) model.say(text);
  const lengths = [...pieces(model.tail, { offset: 0, cursor: 0 })].map(({ bytes }) => bytes.length);
  assertEquals(lengths, [byteLength("1 s1: before\n"), byteLength(`2 s1: \n`) + LONGEST, byteLength("3 s1: after\n")]);
});

Deno.test("EncodedTail cuts no character in two at a segment's end", () => {
  const model = new Model({ ...FRAMES, encode: (frame) => frame.kind === "entry" ? frame.text : "" });
  const grown = grow(model);
  model.say("a".repeat(SEGMENT_BYTES - 1));
  model.say("漢");
  assertEquals([...pieces(model.tail, grown)].map(({ bytes }) => bytes.length), [SEGMENT_BYTES - 1, 3]);
});

Deno.test("C8 an encoded tail keeps at most 4 MiB of segments, and the newest of them", () => {
  const model = new Model(FRAMES);
  for (let i = 0; i < 200; i++) model.say("a".repeat(40_000));
  assertLessOrEqual(model.keptBytes(), TAIL_BYTES);
  assertEquals(model.isGone(0), true);
  assertEquals([model.tail.locate(0), model.tail.locate(100)], [undefined, undefined]);
  for (let seq = 0; seq <= 201; seq++) model.checkLocate(seq);
});

Deno.test("EncodedTail takes frames in one call as it takes them one by one", () => {
  const [one, many] = [new Model(FRAMES), new Model(FRAMES)];
  const frames = Array.from({ length: 200 }, (_, i) => i % 7 === 0 ? presence() : entry(i + 1, "é".repeat(i % 5 === 0 ? 30_000 : i)));
  for (const frame of frames) one.append(frame);
  many.append(...frames);
  const start = { offset: 0, cursor: 0 };
  assertEquals(textOf(many.tail, start), textOf(one.tail, start));
  assertEquals(many.tail.end, one.tail.end);
  for (let seq = 0; seq <= 201; seq++) many.checkLocate(seq);
});

Deno.test("EncodedTail skips runs of a reader's own entries, and only in a codec that does", () => {
  const says = (model: Model) => {
    for (const from of ["s1", "s1", "s2", "s1", "s3", "s1", "s1"]) model.say("x", from);
    model.append(presence());
    return textOf(model.tail, { offset: 0, cursor: 0 }, "s1");
  };
  assertEquals(says(new Model(TEXT)), "3 s2: x\n5 s3: x\n* carol\n");
  assertEquals(says(new Model(FRAMES)).split("\n").length, 9);
});

Deno.test("EncodedTail skips a reader's own absence and new name, which it was answered, and nobody else's", () => {
  const model = new Model(TEXT);
  const frames: Presence[] = [
    presence(1, "away"),
    { kind: "renamed", room: "lobby", by: "bert", from: "s1", nick: "bob", total: 1 },
    { ...presence(1, "away"), by: "dora", from: "s2" },
    presence(1, "left"),
  ];
  model.append(...frames);
  const start = { offset: 0, cursor: 0 };
  assertEquals([textOf(model.tail, start, "s1"), textOf(model.tail, start, "s2")], ["* dora\n* carol\n", "* carol\n* bert\n* carol\n"]);
});

Deno.test("EncodedTail.read stops where the reader left, and knows the entry before that", () => {
  const model = new Model(FRAMES, 7);
  model.append(presence());
  const left = model.tail.end;
  model.say("late");
  const piece = model.tail.read({ offset: 0, cursor: 7 }, left.offset, "s1");
  assertEquals(piece, { bytes: new TextEncoder().encode("* carol\n"), next: left });
  assertEquals([left.cursor, model.tail.read(left, left.offset, "s1")], [7, undefined]);
});

Deno.test("EncodedTail.read gives an empty piece where all was the reader's own", () => {
  const model = new Model(TEXT);
  model.say("x");
  assertEquals(model.tail.read({ offset: 0, cursor: 0 }, Infinity, "s1"), { bytes: new Uint8Array(0), next: model.tail.end });
});
