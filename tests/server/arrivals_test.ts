import { assertEquals } from "@std/assert";
import { Arrivals } from "../../server/arrivals.ts";
import type { TcpSocket } from "../../server/transports/tcp_socket.ts";

/** How many of so many connections from these hosts in turn are let in, where 100 an address may. */
function letIn(arrivals: Arrivals, many: number, host: (i: number) => string): TcpSocket[] {
  const sockets: TcpSocket[] = [];
  for (let i = 0; i < many; i++) {
    if (arrivals.full(host(i), false) !== undefined) continue;
    // All that an arrival is asked for.
    const socket = { host: host(i), close: () => {} } as unknown as TcpSocket;
    arrivals.add(socket, Promise.resolve(), true);
    arrivals.known(socket);
    sockets.push(socket);
  }
  return sockets;
}

Deno.test("Arrivals: a /64 is one address, an IPv4 address is one however it is written, and who goes makes room", () => {
  const arrivals = new Arrivals({ maxConnections: undefined, maxPerAddress: 100, rate: 20, burst: 50, textBytes: 4_096 });
  const neighbours = letIn(arrivals, 500, (i) => `2001:db8::${i.toString(16)}`);
  assertEquals(neighbours.length, 100);
  assertEquals(arrivals.full("2001:db8::ffff", false), "Too many connections from 2001:db8::ffff: at most 100 are allowed");
  assertEquals(letIn(arrivals, 500, () => "2001:db8:0:1::1").length, 100);
  assertEquals(letIn(arrivals, 500, (i) => i % 2 ? "::ffff:203.0.113.7" : "203.0.113.7").length, 100);
  for (const socket of neighbours.slice(0, 3)) arrivals.forget(socket);
  assertEquals(letIn(arrivals, 10, () => "2001:db8::1").length, 3);
});

Deno.test("Arrivals: those who are turned away take nobody's place, and are counted", () => {
  const arrivals = new Arrivals({ maxConnections: 3, maxPerAddress: 2, rate: 20, burst: 50, textBytes: 4_096 });
  const sockets = letIn(arrivals, 2, () => "203.0.113.7");
  for (let i = 0; i < 5; i++) {
    assertEquals(arrivals.full("203.0.113.7", false), "Too many connections from 203.0.113.7: at most 2 are allowed");
    const late = { host: "203.0.113.7", close: () => {} } as unknown as TcpSocket;
    arrivals.add(late, Promise.resolve(), false);
    if (i === 4) arrivals.forget(late);
  }
  assertEquals([arrivals.size, arrivals.turnedAway], [6, 4]);
  assertEquals(letIn(arrivals, 2, () => "203.0.113.8").length, 1);
  assertEquals(arrivals.full("203.0.113.8", false), "The server is full: 3 are connected");
  arrivals.forget(sockets[0]);
  arrivals.forget(sockets[0]);
  assertEquals(letIn(arrivals, 2, () => "203.0.113.8").length, 1);
});
