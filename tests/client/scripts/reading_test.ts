import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type Beginning, Reading } from "../../../client/scripts/reading.ts";
import { Fatal } from "../../../shared/exit.ts";
import type { AskHistory, Entry, Page } from "../../../shared/protocol.ts";
import { said, welcome } from "../fake_server.ts";

/** A room that answers as a server does, and what was read of it so far. */
class World {
  readonly entries: Entry[] = [];
  /** What is on its way to the reader, and is lost with the connection. */
  #answers: Page[] = [];
  #live: Entry[] = [];
  readonly read: Entry[] = [];
  skipped = 0;
  readonly reading: Reading;
  #refs = 0;

  constructor(from: Beginning, follow: boolean) {
    this.reading = new Reading({ room: "lobby", from, follow, newRef: () => String(this.#refs++) });
  }

  say(step = 1): void {
    const last = this.entries.at(-1);
    const seq = (last?.seq ?? 0) + step;
    const entry = { ...said("bob", String(seq), seq), prev: last?.seq ?? 0, at: Math.floor(seq / 3) };
    this.entries.push(entry);
    this.#live.push(entry);
  }

  /** Another connection: what was on its way is lost, what came after the newest entry of before is sent. */
  connect(epoch?: string): void {
    this.#answers = [];
    this.#live = [];
    this.hear(welcome("s1", "tail-abcd", { head: this.entries.at(-1)?.seq ?? 0, ...epoch === undefined ? {} : { epoch } }));
  }

  /** An answer arrives, or else an entry: an order that a server may choose. */
  answer(): void {
    const page = this.#answers.shift();
    if (page) this.hear(page);
  }

  deliver(): void {
    const entry = this.#live.shift();
    if (entry) this.hear(entry);
  }

  /** What a server has to leave out for a slow reader. */
  lose(): void {
    this.#live.shift();
  }

  hear(event: Parameters<Reading["hear"]>[0]): void {
    const { entries, skipped, ask } = this.reading.hear(event);
    this.read.push(...entries);
    this.skipped += skipped;
    if (ask) this.#answers.push(this.#page(ask));
  }

  settle(): void {
    while (this.#answers.length > 0 || this.#live.length > 0) {
      this.answer();
      this.deliver();
    }
  }

  /** At most three, as if they were long. */
  #page({ ref, before = Infinity, after, limit }: AskHistory): Page {
    const most = Math.min(limit, 3);
    const found = after === undefined ? this.entries.filter(({ seq }) => seq < before) : this.entries.filter(({ seq }) => seq > after);
    const entries = after === undefined ? found.slice(-most) : found.slice(0, most);
    return { kind: "page", ref: ref!, room: "lobby", entries, more: found.length >= most };
  }
}

const beginnings = fc.oneof(
  fc.record({ newest: fc.integer({ min: 1, max: 10 }) }),
  fc.record({ seq: fc.nat(30) }),
  fc.record({ at: fc.nat(10) }),
);

/** What is to be read of these, by the plainest means. */
function expected(entries: readonly Entry[], from: Beginning): readonly Entry[] {
  if ("newest" in from) return entries.slice(-from.newest);
  return entries.filter((entry) => "seq" in from ? entry.seq > from.seq : entry.at >= from.at);
}

Deno.test("Reading: reads what it should, once and in order, and is done", () => {
  fc.assert(fc.property(beginnings, fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 30 }), (from, steps) => {
    const world = new World(from, false);
    for (const step of steps) world.say(step);
    world.connect();
    world.settle();
    assertEquals(world.read, expected(world.entries, from));
    assertEquals([world.reading.done, world.skipped], [true, 0]);
  }));
});

Deno.test("Reading: follows without hole or double, whatever arrives in which order and whenever the connection is cut", () => {
  const happenings = fc.array(fc.constantFrom("say", "answer", "deliver", "lose", "connect"), { maxLength: 60 });
  fc.assert(
    fc.property(beginnings, fc.nat(20), happenings, (from, before, then) => {
      const world = new World(from, true);
      for (let i = 0; i < before; i++) world.say();
      world.connect();
      const head = world.entries.length;
      for (const what of then) world[what]();
      world.connect();
      world.settle();
      const begin = "seq" in from ? { seq: Math.min(from.seq, head) } : from;
      const past = expected(world.entries.slice(0, head), begin);
      // A moment that has not come yet begins with what comes.
      assertEquals(world.read, [...past, ...world.entries.slice(head)]);
      assertEquals(world.reading.done, false);
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("Reading: says what is no longer kept between two entries, and nothing of what was before the first", () => {
  const world = new World({ seq: 0 }, true);
  world.say(5);
  world.connect();
  world.settle();
  assertEquals(world.skipped, 0);
  world.say();
  world.entries.shift();
  world.say();
  world.entries.shift();
  world.connect();
  world.settle();
  assertEquals([world.read.map(({ seq }) => seq), world.skipped], [[5, 7], 1]);
});

Deno.test("Reading: another history is read from its beginning", () => {
  const world = new World({ newest: 2 }, true);
  for (let i = 0; i < 5; i++) world.say();
  world.connect("one");
  world.settle();
  world.entries.splice(0);
  world.say();
  world.connect("two");
  world.settle();
  assertEquals(world.read.map(({ seq }) => seq), [4, 5, 1]);
});

Deno.test("Reading: an answer that does not lead on is the end", () => {
  const beginnings: Beginning[] = [{ seq: 3 }, { at: 5 }];
  for (const from of beginnings) {
    for (const follow of [false, true]) {
      for (const [seqs, more] of [[[], true], [[2, 3], true], [[3], false]] as const) {
        const reading = new Reading({ room: "lobby", from, follow, newRef: () => "r" });
        assertEquals(reading.hear(welcome("s1", "bob", { head: 7 })).ask?.after, 3);
        const entries = seqs.map((seq) => said("bob", "hi", seq));
        assertThrows(() => reading.hear({ kind: "page", ref: "r", room: "lobby", entries, more }), Fatal, "after message 3 of #lobby");
      }
    }
  }
});

Deno.test("Reading: looks for a moment in few questions, however long the past", () => {
  const world = new World({ at: 30_000 }, false);
  for (let i = 0; i < 90_000; i++) world.say();
  world.connect();
  let questions = 0;
  while (world.read.length === 0 && !world.reading.done) {
    world.answer();
    questions++;
  }
  assert(questions <= 18, `${questions} questions`);
  assertEquals(world.read[0].seq, 90_000);
});
