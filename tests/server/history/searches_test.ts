import { assertEquals } from "@std/assert";
import { setImmediate } from "node:timers";
import { type Search, Searches } from "../../../server/history/searches.ts";

const run = (turn: () => void) => turn();

/** A search, and how it ended once it has. */
function search(steps: Iterable<void>): { search: Search; ended: Promise<boolean>; readonly ends: number } {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  let ends = 0;
  const end = (complete: boolean) => (ends++, resolve(complete));
  return {
    search: { steps: steps[Symbol.iterator](), end },
    ended: promise,
    get ends() {
      return ends;
    },
  };
}

function* forEver(): Generator<void, void> {
  for (;;) yield;
}

function* slices(number: number, each: () => void): Generator<void, void> {
  for (let i = 0; i < number; i++) {
    each();
    yield;
  }
}

Deno.test("Searches.begin does a search to its end, after whatever comes first", async () => {
  let done = 0;
  const short = search(slices(1_000, () => done++));
  new Searches(run).begin(short.search);
  assertEquals(done, 0);
  assertEquals(await short.ended, true);
  assertEquals([done, short.ends], [1_000, 1]);
});

Deno.test("Searches ends one that takes too long, and lets the others and everything else go between", async () => {
  const searches = new Searches(run, 40);
  const [long, short] = [search(forEver()), search(slices(10, () => {}))];
  searches.begin(long.search);
  searches.begin(short.search);
  let others = 0;
  const other = () => void setImmediate(() => long.ends === 0 && (others++, other()));
  other();
  assertEquals(await short.ended, true);
  assertEquals(long.ends, 0);
  assertEquals(await long.ended, false);
  assertEquals([long.ends, short.ends, others > 2], [1, 1, true]);
});

Deno.test("Searches.close ends those under way, once, and none goes on", async () => {
  const searches = new Searches(run);
  const all = [search(forEver()), search(slices(1, () => {}))];
  for (const one of all) searches.begin(one.search);
  searches.close();
  assertEquals(await Promise.all(all.map(({ ended }) => ended)), [false, false]);
  await new Promise<void>((resolve) => setImmediate(resolve));
  assertEquals(all.map(({ ends }) => ends), [1, 1]);
});

Deno.test("Searches hands on what a turn throws, and goes on with the others when asked to", async () => {
  const problem = Promise.withResolvers<unknown>();
  const searches = new Searches((turn) => {
    try {
      turn();
    } catch (error) {
      problem.resolve(error);
    }
  });
  const broken = new Error("the disk is gone");
  searches.begin(
    search(slices(1, () => {
      throw broken;
    })).search,
  );
  assertEquals(await problem.promise, broken);
  const next = search(slices(1, () => {}));
  searches.begin(next.search);
  assertEquals(await next.ended, true);
});
