/**
 * Ways to break the product that a test of its promises must notice.
 *
 * @module
 */

/** One place in the source and what to put there; it must be there once. */
interface Patch {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A way to break the product. */
export interface Sabotage {
  readonly name: string;
  readonly patches: readonly Patch[];
  /** Whether it takes a power cut to see it. */
  readonly power: boolean;
  /** What the ledger must find; `undefined` where nothing is broken. */
  readonly expect: RegExp | undefined;
}

const COMMIT = "server/history/sqlite_commit.ts";
const HISTORY = "server/history/sqlite_history.ts";
const HUB = "server/hub.ts";

/** The worker tells what the outcome will be before the transaction is committed. */
function early(ms: number): Patch {
  const find = "for (const name of this.#before.keys()) this.#saveTopic(name);";
  const slow = ms === 0 ? "" : `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${ms});`;
  return { file: COMMIT, find, replace: `${find} self.postMessage({ ...answer, kind: "early" }); ${slow}` };
}

/** What the event loop's side does when it hears that. */
function whenEarly(work: string): Patch {
  const find = 'switch (answer.kind) {\n      case "committed":';
  return { file: HISTORY, find, replace: `switch (answer.kind) {\n      case "early": ${work}\n      case "committed":` };
}

const acknowledgeEarly = whenEarly(
  "return this.#batches.push({ entries: [], rejected: [], " +
    "repeated: this.#batch(this.#inFlight, answer).entries.map((original) => ({ draft: original, original })) });",
);
const deliverEarly = [
  whenEarly("return this.#batches.push(this.#batch(this.#inFlight, answer));"),
  {
    file: HISTORY,
    find: "return this.#settle((drafts) => this.#batch(drafts, answer));",
    replace: "return this.#settle(() => ({ entries: [], repeated: [], rejected: [] }));",
  },
];

function synchronous(level: number): Patch {
  return { file: "server/history/open_database.ts", find: "synchronous: 2,", replace: `synchronous: ${level},` };
}

/** Unbroken first. A commit of some milliseconds, as on a slow disk, makes the moment wide that `kill -9` has to hit. */
export const SABOTAGES: readonly Sabotage[] = [
  { name: "the product as it is, kill -9", patches: [], power: false, expect: undefined },
  { name: "the product as it is, power cuts", patches: [], power: true, expect: undefined },
  {
    name: "acknowledge before commit, on a slow disk",
    patches: [early(5), acknowledgeEarly],
    power: false,
    expect: /^acknowledged but lost:/,
  },
  { name: "acknowledge before commit, power cuts", patches: [early(0), acknowledgeEarly], power: true, expect: /^acknowledged but lost:/ },
  {
    name: "deliver before commit, on a slow disk",
    patches: [early(5), ...deliverEarly],
    power: false,
    expect: /^seen (but not|otherwise than) kept:/,
  },
  {
    name: "deliver before commit, power cuts",
    patches: [early(0), ...deliverEarly],
    power: true,
    expect: /^seen (but not|otherwise than) kept:/,
  },
  {
    name: "forget refs",
    patches: [{
      file: "server/history/sqlite_refs.ts",
      find: "INSERT INTO refs VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
      replace: "INSERT OR REPLACE INTO refs VALUES (?, ?, ?, ?, ?)",
    }],
    power: false,
    expect: /^kept twice:/,
  },
  {
    name: "skip the head at the resume seam",
    patches: [{
      file: HUB,
      find: "(await this.#options.history.read(range)).filter(({ seq }) => seq <= upTo)",
      replace: "await this.#options.history.read(range)",
    }],
    power: false,
    expect: /^seen twice:/,
  },
  {
    name: "skip an entry at the resume seam",
    patches: [{ file: "server/broadcast.ts", find: "{ after: start.after, upTo: head,", replace: "{ after: start.after + 1, upTo: head," }],
    power: false,
    expect: /^a hole:/,
  },
  { name: "synchronous=OFF, power cuts", patches: [synchronous(0)], power: true, expect: /^acknowledged but lost:/ },
  { name: "synchronous=NORMAL, power cuts", patches: [synchronous(1)], power: true, expect: /^acknowledged but lost:/ },
  {
    name: "a client that does not send again",
    patches: [{ file: "client/connection.ts", find: "for (const say of this.#unacknowledged) socket.send(say);", replace: "" }],
    power: false,
    expect: /^never acknowledged:/,
  },
];
