import { assert, assertEquals, assertMatch } from "@std/assert";
import type { ServerEvent } from "../../server/events.ts";
import { FrontDoor } from "../../server/front_door.ts";
import { exchange, Peer } from "../harness.ts";

/** A listener whose next visitors have gone again before they are accepted. */
function deserted(listener: Deno.TcpListener, ...failures: Error[]): Deno.TcpListener {
  return new Proxy(listener, {
    get(target, name) {
      if (name === "accept") return () => failures.length > 0 ? Promise.reject(failures.shift()) : target.accept();
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

Deno.test("FrontDoor: who is gone before it is accepted is no fault, and the next one is let in", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const events: ServerEvent[] = [];
  const gone = new Deno.errors.NotConnected("Transport endpoint is not connected (os error 107)");
  const door = new FrontDoor(deserted(listener, ...Array(200).fill(gone), new Deno.errors.ConnectionAborted()), {
    limits: { maxConnections: undefined, maxPerAddress: undefined, rate: undefined, burst: 1, textBytes: 4_096 },
    watch: (event) => void events.push(event),
    site: { assets: new Map(), names: [], metrics: () => "" },
    console: { serve: () => Promise.resolve() },
    serve: () => Promise.resolve(),
  });
  const open = door.run();
  const answer = await exchange(listener.addr.port, "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  assertMatch(answer, /^HTTP\/1\.1 200 OK/);
  await door.close();
  await open;
  assertEquals(events, []);
});

Deno.test("FrontDoor: where all places are taken, who has waited 2 s without a name makes room; who has a name stays", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const named = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const door = new FrontDoor(listener, {
    limits: { maxConnections: 2, maxPerAddress: undefined, rate: undefined, burst: 1, textBytes: 4_096 },
    watch: () => undefined,
    site: { assets: new Map(), names: [], metrics: () => "" },
    console: { serve: () => Promise.resolve() },
    serve: async (connection) => {
      connection.welcomed = connection.peer.id === 1;
      named.resolve();
      await over.promise;
    },
  });
  const open = door.run();
  using bob = await Peer.connect(port);
  await bob.send("bob\n");
  await named.promise;
  using slow = await Peer.connect(port);
  await slow.expect("* Enter your name:");
  const full = "! The server is full: 2 are connected. Try again later.";
  let refusals = 0;
  // Refused, again and again, until the slow one's time is up; then let in, and a name is asked for.
  for (let line: string | undefined = full; line === full; refusals++) {
    using late = await Peer.connect(port);
    line = await late.lines.next();
    if (line !== full) assertEquals(line, "* Enter your name:");
  }
  assert(refusals > 1, `${refusals} refusals`);
  assertEquals(await slow.lines.rest(), []);
  over.resolve();
  await door.close();
  await open;
});
