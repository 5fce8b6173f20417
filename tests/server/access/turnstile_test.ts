import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { Turnstile } from "../../../server/access/turnstile.ts";

const never = new AbortController().signal;

Deno.test("Turnstile: two at a time, one of a kind, everybody in the end", async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 40 }), fc.scheduler(), async (whos, scheduler) => {
    const turnstile = new Turnstile();
    const inside: string[] = [];
    const all = Promise.all(whos.map((who) =>
      turnstile.pass(who, never, async () => {
        assert(!inside.includes(who) && inside.length < 2);
        inside.push(who);
        await scheduler.schedule(Promise.resolve());
        inside.splice(inside.indexOf(who), 1);
        return who;
      })
    ));
    assertEquals(await scheduler.waitFor(all), whos);
    assertEquals(turnstile.waiting, 0);
  }));
});

Deno.test("Turnstile: 128 wait and the next is told that it is full", async () => {
  const turnstile = new Turnstile();
  const held = Promise.withResolvers<void>();
  const done = Array.from({ length: 130 }, (_, i) => turnstile.pass(`${i}`, never, () => held.promise));
  assertEquals(turnstile.waiting, 128);
  assertEquals(await turnstile.pass("more", never, () => Promise.resolve()), "full");
  held.resolve();
  await Promise.all(done);
  assertEquals(await turnstile.pass("more", never, () => Promise.resolve("in")), "in");
});

Deno.test("Turnstile: whoever gives up loses the place, and leaves nothing", async () => {
  const turnstile = new Turnstile();
  const held = Promise.withResolvers<void>();
  const first = turnstile.pass("a", never, () => held.promise);
  const over = new AbortController();
  const second = turnstile.pass("a", over.signal, () => Promise.reject(new Error("must not be called")));
  over.abort();
  assertEquals([await second, turnstile.waiting], ["over", 0]);
  assertEquals(await turnstile.pass("b", over.signal, () => Promise.resolve()), "over");
  held.resolve();
  await first;
});

Deno.test("Turnstile: work that fails makes room all the same", async () => {
  const turnstile = new Turnstile();
  await assertRejects(() => turnstile.pass("a", never, () => Promise.reject(new Error("broke"))), Error, "broke");
  assertEquals(await turnstile.pass("a", never, () => Promise.resolve("in")), "in");
});
