/**
 * What every history engine promises, as tests: the numbers are those of `server/history/history.ts`. It knows nothing of how an engine works.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertRejects } from "@std/assert";
import { type History, PAGE } from "../../server/history/history.ts";
import type { Draft, Entry } from "../../shared/protocol.ts";

/** Far more than an engine takes before it is full. */
const FLOOD = 50_000;

/** Runs the contract for an engine; `open` gives an empty history each time, which the contract closes. */
export function historyContract(name: string, open: () => Promise<History> | History): void {
  const test = (promise: string, run: (history: History, heard: Heard) => Promise<void>) => {
    Deno.test(`${name}: ${promise}`, async () => {
      const history = await open();
      const heard = new Heard(history);
      try {
        await run(history, heard);
      } finally {
        await heard.close();
      }
    });
  };

  test("append 1. drafts of one room are committed in the order they were appended", async (history, heard) => {
    for (let i = 0; i < 1000; i++) await history.append(draft(i % 3 === 0 ? "dev" : "lobby", `${i}`));
    await heard.many(1000);
    for (const room of ["lobby", "dev"]) {
      const numbers = heard.of(room).map(({ text }) => Number(text));
      assertEquals(numbers, numbers.toSorted((a, b) => a - b));
    }
    assertEquals(heard.of("dev").length, 334);
  });

  test("append 1. an entry is its draft with a place, field by field", async (history, heard) => {
    const drafts = [
      draft("lobby", "with ref", { ref: "r1", at: 1_790_000_000_001 }),
      draft("lobby", "one\ntwo\t漢 👍🏽 \u0301 \"'\\ %s ?1 ${x}"),
      draft("lobby", "notice", { type: "notice", by: "Борис", from: "_-" }),
      draft("lobby", " ", { at: 0 }),
    ];
    for (const draft of drafts) await history.append(draft);
    await heard.many(drafts.length);
    assertEquals(heard.entries.map(({ kind: _, seq: _seq, prev: _prev, ...draft }) => draft) as Draft[], drafts);
    assertEquals(heard.entries.map((entry) => [entry.kind, "ref" in entry]), [["entry", true], ["entry", false], ["entry", false], [
      "entry",
      false,
    ]]);
    assertEquals(await history.read({ room: "lobby", after: 0, limit: 10 }), heard.entries);
  });

  test("append 2. whoever waits when the history is full loses nothing", async (history, heard) => {
    for (let i = 0; i < FLOOD; i++) {
      const full = history.append(draft("lobby", `${i}`));
      if (full) await full;
    }
    await heard.many(FLOOD);
    assertEquals(heard.entries.map(({ text }) => text), Array.from({ length: FLOOD }, (_, i) => `${i}`));
  });

  test("append 2. the draft that filled the history was taken", async (history, heard) => {
    let appended = 0;
    let full: Promise<void> | undefined;
    while (!full && appended < FLOOD) full = history.append(draft("lobby", `${appended++}`));
    assert(full, "the history is never full");
    await heard.many(appended);
    await full;
    assertEquals(heard.entries.at(-1)?.text, `${appended - 1}`);
  });

  test("committed 1. an entry appears once, when it can be read, and not while append runs", async (history, heard) => {
    for (let i = 0; i < 100; i++) {
      const before = heard.entries.length;
      const full = history.append(draft("lobby", `${i}`));
      assertEquals(heard.entries.length, before);
      await full;
      if (i % 10 !== 9) continue;
      await heard.many(i + 1);
      assertEquals(await history.read({ room: "lobby", after: heard.entries[i - 10]?.seq ?? 0, limit: PAGE }), heard.entries.slice(i - 9));
    }
    await heard.close();
    assertEquals(heard.entries.map(({ text }) => text), Array.from({ length: 100 }, (_, i) => `${i}`));
  });

  test("committed 2. within a room seq rises strictly, and prev is the seq before, 0 for the first", async (history, heard) => {
    for (let i = 0; i < 500; i++) await history.append(draft(["lobby", "dev", "漢"][i % 3], `${i}`));
    await heard.many(500);
    for (const room of ["lobby", "dev", "漢"]) {
      let before = 0;
      for (const { seq, prev } of heard.of(room)) {
        assertEquals(prev, before);
        assertGreater(seq, prev);
        before = seq;
      }
      assertEquals(history.head(room), before);
    }
  });

  test("committed 3. the iteration ends after close, when every draft has been delivered", async (history, heard) => {
    for (let i = 0; i < 300; i++) await history.append(draft("lobby", `${i}`));
    await heard.close();
    assertEquals(heard.entries.length, 300);
  });

  test("committed 3. the iteration of a history that nothing was said in ends after close", async (_, heard) => {
    await heard.close();
    assertEquals(heard.entries, []);
  });

  test("head is the newest entry of a room, 0 where there is none", async (history, heard) => {
    assertEquals(history.head("lobby"), 0);
    await history.append(draft("lobby", "hi"));
    await heard.many(1);
    assertEquals([history.head("lobby"), history.head("dev")], [heard.entries[0].seq, 0]);
  });

  test("read gives the entries right after a seq, oldest first, at most limit", async (history, heard) => {
    for (let i = 0; i < 450; i++) await history.append(draft(i % 3 === 0 ? "dev" : "lobby", `${i}`));
    await heard.many(450);
    const lobby = heard.of("lobby");
    for (const [after, limit] of [[0, 1], [0, PAGE], [1, 2], [99, PAGE], [298, PAGE], [299, PAGE]]) {
      const seq = lobby[after - 1]?.seq ?? 0;
      assertEquals(await history.read({ room: "lobby", after: seq, limit }), lobby.slice(after, after + limit), `after ${after}, ${limit}`);
    }
    assertEquals(await history.read({ room: "lobby", after: lobby[299].seq, limit: PAGE }), []);
    assertEquals(await history.read({ room: "lobby", after: lobby[299].seq + 7, limit: PAGE }), []);
    assertEquals(await history.read({ room: "nobody", after: 0, limit: PAGE }), []);
  });

  test("close takes no more", async (history, heard) => {
    await heard.close();
    await assertRejects(async () => await history.append(draft("lobby", "late")));
    assertEquals(heard.entries, []);
  });
}

/** A message of bob's. */
export function draft(room: string, text: string, fields: Partial<Draft> = {}): Draft {
  return { room, at: 1_790_000_000_000, type: "said", by: "bob", from: "s1", text, ...fields };
}

/** Hears what a history commits, as the hub does. */
export class Heard {
  readonly entries: Entry[] = [];
  readonly #history: History;
  readonly #run: Promise<void>;
  #more = Promise.withResolvers<void>();
  #closed: Promise<void> | undefined;

  constructor(history: History) {
    this.#history = history;
    this.#run = this.#listen();
  }

  /** The entries of one room. */
  of(room: string): Entry[] {
    return this.entries.filter((entry) => entry.room === room);
  }

  /** Settles when so many entries were heard. */
  async many(count: number): Promise<void> {
    while (this.entries.length < count) await this.#more.promise;
  }

  /** Closes the history, and settles when there is nothing more to hear. */
  close(): Promise<void> {
    this.#closed ??= Promise.all([this.#history.close(), this.#run]).then(() => {});
    return this.#closed;
  }

  async #listen(): Promise<void> {
    for await (const entries of this.#history.committed()) {
      this.entries.push(...entries);
      this.#more.resolve();
      this.#more = Promise.withResolvers();
    }
  }
}
