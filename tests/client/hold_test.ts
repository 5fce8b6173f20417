import { assertEquals } from "@std/assert";
import { hold, unlessStuck } from "../../client/hold.ts";
import type { ExitCode } from "../../shared/exit.ts";
import { FakeClock } from "./fake_clock.ts";

const never = new Promise<never>(() => {});

/** A connection that notes whether it was left. */
class Left {
  left = false;
  readonly unacknowledged: number;
  readonly #whenLeft: () => void;

  constructor(unacknowledged = 0, whenLeft = () => {}) {
    this.unacknowledged = unacknowledged;
    this.#whenLeft = whenLeft;
  }

  leave(): void {
    this.left = true;
    this.#whenLeft();
  }
}

Deno.test("hold returns the conversation's code, whoever is gone or asks", async () => {
  const asked = new AbortController();
  const clock = new FakeClock();
  for (const code of [0, 1] as const) {
    const connection = new Left();
    assertEquals(await hold(connection, Promise.resolve(code), { asked: asked.signal, gone: never, clock }), code);
    assertEquals(connection.left, false);
    const conversation = Promise.withResolvers<ExitCode>();
    const leaving = new Left(0, () => conversation.resolve(code));
    assertEquals(await hold(leaving, conversation.promise, { asked: asked.signal, gone: Promise.resolve(new Error("full")), clock }), code);
    assertEquals(leaving.left, true);
  }
});

Deno.test("hold waits 3 s for a conversation that is stuck, and fails where something has no answer", async () => {
  for (const [unacknowledged, code] of [[0, 0], [2, 1]]) {
    const asked = new AbortController();
    const clock = new FakeClock();
    const connection = new Left(unacknowledged);
    const held = hold(connection, never, { asked: asked.signal, gone: never, clock });
    asked.abort();
    await clock.pass(3_000);
    assertEquals([await held, connection.left], [code, true]);
  }
});

Deno.test("unlessStuck waits for a slow reader, and 3 s for one that is stuck when we are asked to end", async () => {
  const asked = new AbortController();
  const clock = new FakeClock();
  const slow = Promise.withResolvers<void>();
  const written = unlessStuck(slow.promise, { asked: asked.signal, clock });
  const stuck = unlessStuck(never, { asked: asked.signal, clock });
  slow.resolve();
  await written;
  asked.abort();
  await clock.pass(3_000);
  await stuck;
});
