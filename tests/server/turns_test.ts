import { assertEquals } from "@std/assert";
import { setImmediate } from "node:timers";
import { Turns } from "../../server/turns.ts";

/** None of these throws. */
function fail(fault: unknown): never {
  throw fault;
}

Deno.test("Turns lets 100 writers write in one turn of the event loop, in the order they came", async () => {
  const turns = new Turns();
  const order: number[] = [];
  const perTurn: number[] = [];
  const done = Promise.withResolvers<void>();
  for (let i = 0; i < 250; i++) turns.add({ write: () => order.push(i), fail });
  const look = () => {
    perTurn.push(order.length);
    if (order.length < 250) setImmediate(look);
    else done.resolve();
  };
  setImmediate(look);
  assertEquals(order, []);
  await done.promise;
  assertEquals(perTurn, [100, 200, 250]);
  assertEquals(order, Array.from({ length: 250 }, (_, i) => i));
});

Deno.test("Turns lets a writer that comes again wait behind the others", async () => {
  const turns = new Turns();
  const order: string[] = [];
  const done = Promise.withResolvers<void>();
  const again = {
    fail,
    write: () => {
      order.push("again");
      if (order.length < 6) turns.add(again);
      else done.resolve();
    },
  };
  turns.add(again);
  for (const name of ["one", "two", "three"]) turns.add({ write: () => order.push(name), fail });
  await done.promise;
  assertEquals(order, ["again", "one", "two", "three", "again", "again"]);
});

Deno.test("Turns: a writer that throws is ended, and the others' turns come", async () => {
  const turns = new Turns();
  const order: unknown[] = [];
  const done = Promise.withResolvers<void>();
  const broken = () => {
    throw new Error("injected");
  };
  turns.add({ write: broken, fail: (fault) => order.push((fault as Error).message) });
  turns.add({ write: () => order.push("second"), fail });
  turns.add({ write: done.resolve, fail });
  await done.promise;
  assertEquals(order, ["injected", "second"]);
});
