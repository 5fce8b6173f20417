/**
 * Hub, rooms and sessions under random commands, without sockets; the ledger is the model. fast-check prints the seed of a failure, and the
 * least that fails.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { NAMES, ROOMS, World } from "./world.ts";

type Act = { readonly run: (world: World) => unknown; readonly toString: () => string };

const who = fc.nat(NAMES.length - 1);
const room = fc.constantFrom(...ROOMS);

function act(name: string, run: (world: World) => unknown): Act {
  return { run, toString: () => name };
}

const acts = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.tuple(who, room).map(([i, room]) => act(`say ${i} ${room}`, (world) => world.say(world.clients[i], room))) },
    { weight: 5, arbitrary: fc.nat(4).map((n) => act(`commit ${n}`, (world) => world.history.commit(n))) },
    { weight: 5, arbitrary: fc.constant(act("settle", (world) => world.settle())) },
    { weight: 5, arbitrary: who.map((i) => act(`connect ${i}`, (world) => world.clients[i].connect(world.server))) },
    {
      weight: 3,
      arbitrary: fc.tuple(who, fc.constantFrom("break" as const, "end" as const)).map(([i, how]) =>
        act(`cut ${i} ${how}`, (world) => world.clients[i].cut(how))
      ),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(who, room).map(([i, room]) => act(`move ${i} ${room}`, (world) => world.move(world.clients[i], room))),
    },
    { weight: 2, arbitrary: who.map((i) => act(`stall ${i}`, (world) => world.clients[i].connection?.stall())) },
    { weight: 2, arbitrary: who.map((i) => act(`release ${i}`, (world) => world.clients[i].connection?.release())) },
    {
      weight: 1,
      arbitrary: fc.tuple(who, fc.integer({ min: 1, max: 100 })).map(([i, most]) =>
        act(`slow ${i} ${most}`, ({ clients }) => {
          const { connection } = clients[i];
          if (connection) connection.takes = (bytes) => Math.min(bytes.length, most);
        })
      ),
    },
    { weight: 1, arbitrary: fc.constantFrom("hold" as const, "tell" as const).map((how) => act(how, (world) => world.history[how]())) },
    { weight: 1, arbitrary: fc.constant(act("crash", (world) => world.crash())) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.integer({ min: -90_000_000, max: 90_000_000 }), fc.nat(70_000)).map(([wall, steady]) =>
        act(`pass ${wall} ${steady}`, (world) => world.pass(wall, steady))
      ),
    },
  ),
  { minLength: 10, maxLength: 80, size: "max" },
);

Deno.test("C3 C4 C6 C7 C9 whatever happens in whatever order, everything is kept once and everybody sees it once, in one order", async () => {
  await fc.assert(
    fc.asyncProperty(acts, async (acts) => {
      const world = new World();
      for (const client of world.clients) client.connect(world.server);
      for (const { run } of acts) await run(world);
      assertEquals(await world.end(), []);
    }),
    { numRuns: 300 },
  );
});
