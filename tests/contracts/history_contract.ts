/**
 * What every history engine promises, as tests: the numbers are those of `server/history/history.ts`. It knows nothing of how an engine works.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertRejects } from "@std/assert";
import { type Batch, type History, PAGE, type Rejected, type Repeated } from "../../server/history/history.ts";
import type { Draft, Entry } from "../../shared/protocol.ts";

/** Far more than an engine takes before it is full. */
const FLOOD = 50_000;

/**
 * Runs the contract for an engine.
 *
 * @param open Gives an empty history each time, which the contract closes.
 * @param after Called after each test.
 */
export function historyContract(name: string, open: () => Promise<History> | History, after?: () => void): void {
  const test = (promise: string, run: (history: History, heard: Heard) => Promise<void>) => {
    Deno.test(`${name}: ${promise}`, async () => {
      const history = await open();
      const heard = new Heard(history);
      try {
        await run(history, heard);
      } finally {
        await heard.close();
        after?.();
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
      draft("lobby", "with ref", { ref: "r1", at: 0 }),
      draft("lobby", "one\ntwo\t漢 👍🏽 \u0301 \"'\\ %s ?1 ${x}"),
      draft("lobby", "notice", { type: "notice", by: "Борис", from: "_-" }),
      draft("lobby", " ", { type: "topic", at: 1_790_000_000_001 }),
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
      assertEquals(history.rooms().find((record) => record.room === room), { room, head: before, topic: "", topicSeq: 0 });
    }
  });

  test("committed 2. at does not fall, whatever the clock does", async (history, heard) => {
    for (const at of [50, 40, 60, 10, 60]) await history.append(draft("lobby", "tick", { at }));
    await heard.many(5);
    await history.append(draft("lobby", "tick", { at: 7 }));
    await history.append(draft("dev", "tick", { at: 7 }));
    await heard.many(7);
    assertEquals(heard.of("lobby").map(({ at }) => at), [50, 50, 60, 60, 60, 60]);
    assertEquals(heard.of("dev").map(({ at }) => at), [7]);
    assertEquals(await history.read({ room: "lobby", after: 0, limit: PAGE }), heard.of("lobby"));
  });

  test("append 3. a ref is committed once: the same again is repeated with the original", async (history, heard) => {
    // In one go, so that an engine that commits drafts together has these in one batch.
    const drafts = [
      draft("lobby", "once", { ref: "r1", from: "s1", at: 5 }),
      draft("lobby", "between"),
      draft("lobby", "once", { ref: "r1", from: "s2", by: "ann", at: 6 }),
    ];
    await Promise.all(drafts.map((draft) => history.append(draft, "ann")));
    await heard.many(2, 1);
    await history.append(draft("lobby", "once", { ref: "r1", from: "s3", at: 7 }), "ann");
    await heard.many(2, 2);
    assertEquals(heard.entries.map(({ text }) => text), ["once", "between"]);
    assertEquals(heard.repeated.map(({ original }) => original), [heard.entries[0], heard.entries[0]]);
    assertEquals(heard.repeated.map(({ draft }) => draft.from), ["s2", "s3"]);
    await history.append(draft("lobby", "after"));
    await heard.many(3, 2);
    assertEquals(heard.entries.map(({ prev }) => prev), [0, heard.entries[0].seq, heard.entries[1].seq]);
    assertEquals(heard.rejected, []);
  });

  test("append 3. the same ref for something else is rejected with ref_conflict", async (history, heard) => {
    await history.append(draft("lobby", "one", { ref: "r1" }), "ann");
    const others = [
      draft("lobby", "two", { ref: "r1" }),
      draft("dev", "one", { ref: "r1" }),
      draft("lobby", "one", { ref: "r1", type: "notice" }),
    ];
    for (const other of others) await history.append(other, "ann");
    await heard.many(1, 0, 3);
    for (const other of others) await history.append(other, "ann");
    await heard.many(1, 0, 6);
    assertEquals(heard.rejected, [...others, ...others].map((draft) => ({ draft, code: "ref_conflict" })));
    assertEquals(await history.read({ room: "lobby", after: 0, limit: PAGE }), heard.entries);
    assertEquals(history.rooms(), [{ room: "lobby", head: heard.entries[0].seq, topic: "", topicSeq: 0 }]);
  });

  test("append 3. a ref counts per owner, and not at all without one", async (history, heard) => {
    for (const owner of ["ann", "bob", undefined, undefined]) await history.append(draft("lobby", "hi", { ref: "r1" }), owner);
    await history.append(draft("lobby", "no ref"), "ann");
    await history.append(draft("lobby", "no ref"), "ann");
    await heard.many(6);
    assertEquals([heard.repeated.length, heard.rejected.length], [0, 0]);
  });

  test("append 4. a deletion leaves a tombstone, and the text is found no more", async (history, heard) => {
    await history.append(draft("lobby", "keep this"));
    await history.append(draft("lobby", "lose this", { ref: "r1" }), "ann");
    await heard.many(2);
    const lost = heard.entries[1];
    assertEquals((await history.search("lobby", "lose", 10)).entries, [lost]);
    await history.append(deletion("lobby", lost.seq, { ref: "r2" }), "ann");
    await heard.many(3);
    const said = heard.entries[2];
    assertEquals(said, { ...deletion("lobby", lost.seq, { ref: "r2" }), kind: "entry", seq: lost.seq + 1, prev: lost.seq });
    const tombstone: Entry = { ...lost, type: "tombstone", text: "" };
    assertEquals(await history.read({ room: "lobby", after: 0, limit: PAGE }), [heard.entries[0], tombstone, said]);
    assertEquals((await history.search("lobby", "lose", 10)).entries, []);
    assertEquals((await history.search("lobby", "this", 10)).entries, [heard.entries[0]]);
    assertEquals((await history.search("lobby", `${lost.seq}`, 10)).entries, []);
  });

  test("append 4. a deletion in the batch of its target does the same", async (history, heard) => {
    const drafts = [draft("lobby", "oops"), deletion("lobby", 1), draft("lobby", "next")];
    await Promise.all(drafts.map((draft) => history.append(draft)));
    await heard.many(3);
    assertEquals(heard.entries.map(({ type }) => type), ["said", "deleted", "said"]);
    const read = await history.read({ room: "lobby", after: 0, limit: PAGE });
    assertEquals(read.map(({ type, text }) => [type, text]), [["tombstone", ""], ["deleted", ""], ["said", "next"]]);
  });

  test("append 4. an announcement is deleted by an op, and its text is found no more", async (history, heard) => {
    await history.append(draft("lobby", "the password is x", { type: "announcement", by: "olga", from: "server" }));
    await heard.many(1);
    await history.append(deletion("lobby", 1, { from: "s1" }), "ann");
    await history.append(deletion("lobby", 1, { from: "s1" }), "ann", "op");
    await heard.many(2, 0, 1);
    assertEquals(heard.rejected.map(({ code }) => code), ["not_yours"]);
    const [read] = await history.read({ room: "lobby", after: 0, limit: 1 });
    assertEquals([read.type, read.text, read.by], ["tombstone", "", "olga"]);
    assertEquals((await history.search("lobby", "password", PAGE)).entries, []);
  });

  test("append 4. a deletion is of what was said, announced or a topic, that is there, and once", async (history, heard) => {
    await history.append(draft("lobby", "news", { type: "notice" }));
    await history.append(draft("lobby", "hi"));
    await history.append(deletion("lobby", 2));
    await heard.many(3);
    for (const target of [0, 1, 2, 3, 4, 5, 99, 2 ** 32 + 2, 2 ** 53 - 1]) await history.append(deletion("lobby", target), "ann", "op");
    await history.append(deletion("nowhere", 1), "ann", "op");
    await heard.many(3, 0, 10);
    assertEquals(new Set(heard.rejected.map(({ code }) => code)), new Set(["no_such_entry"]));
    assertEquals((await history.read({ room: "lobby", after: 0, limit: PAGE })).length, 3);
  });

  test("append 4. one's own is what the session said, or the installation; anybody's only for an op", async (history, heard) => {
    await history.append(draft("lobby", "mine", { from: "s1", ref: "r1" }), "ann");
    await history.append(draft("lobby", "without a ref", { from: "s1" }), "ann");
    await history.append(draft("lobby", "the same ref, another owner", { from: "s3", ref: "r1" }), "bob");
    await heard.many(3);
    const tries: [number, string, string | undefined][] = [
      [1, "s2", undefined],
      [1, "s2", "bob"],
      [3, "s2", "ann"],
      [2, "s2", "ann"],
    ];
    for (const [target, from, owner] of tries) await history.append(deletion("lobby", target, { from }), owner);
    await heard.many(3, 0, 4);
    assertEquals(heard.rejected.map(({ code }) => code), ["not_yours", "not_yours", "not_yours", "not_yours"]);
    await history.append(deletion("lobby", 1, { from: "s2" }), "ann");
    await history.append(deletion("lobby", 2, { from: "s1" }));
    await history.append(deletion("lobby", 3, { from: "s2" }), undefined, "op");
    await heard.many(6);
    const read = await history.read({ room: "lobby", after: 0, limit: 3 });
    assertEquals(read.map(({ type, text }) => [type, text]), [["tombstone", ""], ["tombstone", ""], ["tombstone", ""]]);
  });

  test("append 4. a deletion is committed once, and what it deleted is not said again", async (history, heard) => {
    const said = draft("lobby", "oops", { ref: "r1" });
    await history.append(said, "ann");
    await heard.many(1);
    await history.append(deletion("lobby", 99, { ref: "r2" }), "ann");
    await heard.many(1, 0, 1);
    // A ref that became nothing is free.
    for (let i = 0; i < 2; i++) await history.append(deletion("lobby", 1, { ref: "r2" }), "ann");
    await history.append(deletion("lobby", 2, { ref: "r2" }), "ann");
    await history.append(said, "ann");
    await history.append(draft("lobby", "", { ref: "r1" }), "ann");
    await heard.many(2, 2, 3);
    const [entry, deleted] = heard.entries;
    assertEquals(heard.repeated.map(({ original }) => original), [deleted, { ...entry, type: "tombstone", text: "" }]);
    assertEquals(heard.rejected.map(({ code }) => code), ["no_such_entry", "ref_conflict", "ref_conflict"]);
    assertEquals((await history.read({ room: "lobby", after: 0, limit: PAGE })).length, 2);
  });

  test("append 4. a topic that is deleted is one no more; an older one does not come back", async (history, heard) => {
    for (const text of ["tea", "cake"]) await history.append(draft("lobby", text, { type: "topic" }));
    await history.append(deletion("lobby", 1));
    await heard.many(3);
    assertEquals(history.rooms(), [{ room: "lobby", head: 3, topic: "cake", topicSeq: 2 }]);
    await history.append(deletion("lobby", 2));
    await heard.many(4);
    assertEquals(history.rooms(), [{ room: "lobby", head: 4, topic: "", topicSeq: 0 }]);
  });

  test("append 5. whoever is held back repeats what was committed, in this batch too, and adds nothing", async (history, heard) => {
    const said = draft("lobby", "once", { ref: "r1" });
    await history.append(said, "ann");
    await history.append(said, "ann", "held_back");
    await heard.many(1, 1);
    const others = [
      draft("lobby", "new", { ref: "r2" }),
      draft("lobby", "other", { ref: "r1" }),
      draft("nowhere", "once", { ref: "r1" }),
      draft("lobby", "without a ref"),
    ];
    for (const other of others) await history.append(other, "ann", "held_back");
    await history.append(said, "bob", "held_back");
    await history.append(said, undefined, "held_back");
    await history.append({ ...said, from: "s2" }, "ann", "held_back");
    await heard.many(1, 2, 6);
    assertEquals(heard.repeated.map(({ original }) => original), [heard.entries[0], heard.entries[0]]);
    assertEquals(new Set(heard.rejected.map(({ code }) => code)), new Set(["held_back"]));
    assertEquals(history.rooms().map(({ room, head }) => [room, head]), [["lobby", 1]]);
    // What became nothing may become something.
    await history.append(others[0], "ann");
    await history.append(draft("nowhere", "first"));
    await heard.many(3, 2, 6);
    assertEquals(heard.entries.map(({ room, seq, text }) => [room, seq, text]), [["lobby", 1, "once"], ["lobby", 2, "new"], [
      "nowhere",
      1,
      "first",
    ]]);
  });

  test("every draft appears in exactly one batch, once", async (history, heard) => {
    const drafts = Array.from({ length: 3_000 }, (_, i) => draft("lobby", `${i % 700}`, { ref: `r${i % 900}` }));
    for (const [i, one] of drafts.entries()) await history.append(one, `owner ${i % 2}`);
    await heard.close();
    const places = heard.entries.map(({ ref, text }) => `${ref} ${text}`);
    assertEquals(new Set(places).size, places.length);
    assertEquals(places.length + heard.repeated.length + heard.rejected.length, drafts.length);
    assertEquals(heard.batches.filter(({ entries, repeated, rejected }) => entries.length + repeated.length + rejected.length === 0), []);
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

  test("rooms tells each room's newest entry and its topic", async (history, heard) => {
    assertEquals(history.rooms(), []);
    await history.append(draft("lobby", "hi"));
    await history.append(draft("dev", "tea", { type: "topic" }));
    await history.append(draft("dev", "hi"));
    await heard.many(3);
    assertEquals(Object.fromEntries(history.rooms().map((record) => [record.room, record])), {
      lobby: { room: "lobby", head: heard.of("lobby")[0].seq, topic: "", topicSeq: 0 },
      dev: { room: "dev", head: heard.of("dev")[1].seq, topic: "tea", topicSeq: heard.of("dev")[0].seq },
    });
    await history.append(draft("dev", "cake", { type: "topic" }));
    await heard.many(4);
    assertEquals(history.rooms().find(({ room }) => room === "dev"), {
      room: "dev",
      head: heard.of("dev")[2].seq,
      topic: "cake",
      topicSeq: heard.of("dev")[2].seq,
    });
  });

  test("an epoch has a name", (history) => {
    assertGreater(history.epoch.length, 8);
    return Promise.resolve();
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

  test("read gives the entries right before a seq, oldest first, at most limit", async (history, heard) => {
    for (let i = 0; i < 450; i++) await history.append(draft(i % 3 === 0 ? "dev" : "lobby", `${i}`));
    await heard.many(450);
    const lobby = heard.of("lobby");
    for (const [before, limit] of [[0, 1], [1, 5], [3, 2], [3, PAGE], [250, PAGE], [299, 1]]) {
      const entries = lobby.slice(Math.max(0, before - limit), before);
      assertEquals(await history.read({ room: "lobby", before: lobby[before].seq, limit }), entries, `before ${before}, ${limit}`);
    }
    assertEquals(await history.read({ room: "lobby", before: Number.MAX_SAFE_INTEGER, limit: 2 }), lobby.slice(-2));
    assertEquals(await history.read({ room: "nobody", before: 5, limit: PAGE }), []);
  });

  test("read never gives more than a page", async (history, heard) => {
    for (let i = 0; i < PAGE + 10; i++) await history.append(draft("lobby", `word ${i}`));
    await heard.many(PAGE + 10);
    assertEquals((await history.read({ room: "lobby", after: 0, limit: PAGE + 5 })).length, PAGE);
    assertEquals((await history.search("lobby", "word", PAGE + 5)).entries.length, PAGE);
  });

  test("search finds the newest entries with every one of the words, oldest first", async (history, heard) => {
    const texts = ["the Cat sat", "a cat, alone", "cats sit", "dog and CAT sat", "sat"];
    for (const text of texts) await history.append(draft("lobby", text));
    await history.append(draft("dev", "another cat sat"));
    await heard.many(6);
    const found = async (words: string, limit = 10) => (await history.search("lobby", words, limit)).entries.map(({ text }) => text);
    assertEquals(await found("cat"), [texts[0], texts[1], texts[3]]);
    assertEquals(await found("sat cat"), [texts[0], texts[3]]);
    assertEquals(await found("cat", 2), [texts[1], texts[3]]);
    assertEquals(await found("bird"), []);
    assertEquals(await found("  "), []);
    assertEquals((await history.search("nobody", "cat", 10)).entries, []);
    assertEquals((await history.search("dev", "cat", 10)).entries, heard.of("dev"));
  });

  test("search takes words as they are, whatever they hold", async (history, heard) => {
    const texts = [
      `say "hello" to C++`,
      "a * b (NEAR me) OR you",
      "party 🎉🎉 now 🫠",
      "Café münchen naïve",
      "我们今天吃饭 ok",
      "don't NOT text:col ^x -y",
      "' OR 1=1; DROP TABLE entries --",
      "🤷🏽‍♀️ x",
      "100% under_score [a-z]",
    ];
    for (const text of texts) await history.append(draft("lobby", text));
    await heard.many(texts.length);
    const found = async (words: string) => (await history.search("lobby", words, 10)).entries.map(({ text }) => texts.indexOf(text));
    const wanted: Record<string, number[]> = {
      '"hello"': [0],
      '"hello': [0],
      "c++\0": [0],
      "c++": [0],
      "*": [1],
      "b*": [],
      "NEAR": [1],
      "NEAR(me": [],
      "(NEAR me)": [1],
      "OR": [1, 6],
      "NOT": [5],
      "text:col": [5],
      "^x": [5],
      "-y": [5],
      "🎉": [2],
      "🎉🎉": [2],
      "🫠 party": [2],
      "cafe": [3],
      "MÜNCHEN naive": [3],
      "今天": [4],
      "天今": [],
      "don't": [5],
      "don": [5],
      "1=1;": [6],
      "🤷": [7],
      "%": [8],
      "_": [8],
      "under_score": [8],
      "[a-z]": [8],
      "\\": [],
      "\0": [],
    };
    const answers: Record<string, number[]> = {};
    for (const words of Object.keys(wanted)) answers[words] = await found(words);
    assertEquals(answers, wanted);
    assertEquals(await found(texts.map((_, i) => `w${i} "`).join(" ").repeat(100)), []);
  });

  test("search finds what was just committed", async (history, heard) => {
    for (let i = 1; i <= 2_000; i++) {
      await history.append(draft("lobby", `needle${i}`));
      if (i % 500 !== 0) continue;
      await heard.many(i);
      assertEquals((await history.search("lobby", `needle${i}`, 10)).entries.map(({ text }) => text), [`needle${i}`]);
    }
  });

  test("close ends the searches under way: they are answered with what they have found", async (history, heard) => {
    for (let i = 0; i < 1_000; i++) await history.append(draft("lobby", `needle ${i} %`));
    await heard.many(1_000);
    const searches = ["needle", "%", "nothing", "needle"].map((words) => history.search("lobby", words, PAGE));
    await heard.close();
    for (const { entries, complete } of await Promise.all(searches)) {
      assertEquals(entries, heard.entries.slice(heard.entries.length - entries.length));
      assert(complete || entries.length < PAGE);
    }
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

/** The deletion of an entry by whoever said bob's. */
export function deletion(room: string, target: number, fields: Partial<Draft> = {}): Draft {
  return draft(room, "", { type: "deleted", target, ...fields });
}

/** Hears what a history commits, as the hub does. */
export class Heard {
  readonly batches: Batch[] = [];
  readonly entries: Entry[] = [];
  readonly repeated: Repeated[] = [];
  readonly rejected: Rejected[] = [];
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

  /** Settles when so many entries, repeated and rejected drafts were heard; fails when the history breaks before. */
  async many(entries: number, repeated = 0, rejected = 0): Promise<void> {
    while (this.entries.length < entries || this.repeated.length < repeated || this.rejected.length < rejected) {
      await this.next();
    }
  }

  /** Settles when something more was heard. */
  async next(): Promise<void> {
    await Promise.race([this.#more.promise, this.#run]);
  }

  /** Closes the history, and settles when there is nothing more to hear. */
  close(): Promise<void> {
    this.#closed ??= Promise.all([this.#history.close(), this.#run]).then(() => {});
    return this.#closed;
  }

  async #listen(): Promise<void> {
    for await (const batch of this.#history.committed()) {
      this.batches.push(batch);
      this.entries.push(...batch.entries);
      this.repeated.push(...batch.repeated);
      this.rejected.push(...batch.rejected);
      this.#more.resolve();
      this.#more = Promise.withResolvers();
    }
  }
}
