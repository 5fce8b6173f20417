import { assertEquals } from "@std/assert";
import { Peer, startServer } from "../harness.ts";

const PEERS = 200;
const LINES = 50;
const COMERS = 50;

Deno.test("a crowd: everybody gets every line sent between its join and its leave, once, in order per sender", async () => {
  await using server = await startServer("--limits", "off");
  const peers = await Promise.all(Array.from({ length: PEERS }, (_, i) => Peer.named(server.port, `p${i}`)));
  const expected = (PEERS - 1) * LINES;
  const heard = peers.map((peer, i) => hear(peer, expected, i));
  let talking = true;
  const comers = Array.from({ length: COMERS }, (_, i) => comeAndGo(server.port, `c${i}`, () => talking));
  await Promise.all(peers.map(talk));
  const everything = await Promise.all(heard);
  talking = false;
  for (const [i, said] of everything.entries()) {
    assertEquals(said.size, PEERS - 1, `p${i} heard everybody else`);
    for (const numbers of said.values()) assertEquals(numbers, Array.from({ length: LINES }, (_, n) => n));
  }
  for (const stays of await Promise.all(comers)) {
    for (const said of stays) {
      // Whoever comes and goes hears from each sender a run without a hole.
      for (const numbers of said.values()) assertEquals(numbers, numbers.map((_, n) => numbers[0] + n));
    }
  }
  for (const peer of peers) peer[Symbol.dispose]();
});

/** Says numbered lines, a chance number of them at a time. */
async function talk(peer: Peer): Promise<void> {
  for (let n = 0; n < LINES;) {
    const upTo = Math.min(LINES, n + 1 + Math.floor(Math.random() * 5));
    let lines = "";
    for (; n < upTo; n++) lines += `line ${n}\n`;
    await peer.send(lines);
  }
}

/** Collects what each sender said, until `count` lines of the crowd have come. */
async function hear(peer: Peer, count: number, self: number): Promise<Map<string, number[]>> {
  const said = new Map<string, number[]>();
  for (let heard = 0; heard < count;) if (take(said, await peer.lines.next(), `p${self}`)) heard++;
  return said;
}

/** Joins, listens for a chance number of lines, leaves, and again; returns what each stay heard. */
async function comeAndGo(port: number, name: string, more: () => boolean): Promise<Map<string, number[]>[]> {
  const stays: Map<string, number[]>[] = [];
  while (more() && stays.length < 5) {
    using peer = await Peer.named(port, name);
    const said = new Map<string, number[]>();
    await peer.send("here\n");
    for (let left = Math.floor(Math.random() * 200); left > 0 && more(); left--) take(said, await peer.lines.next(), name);
    for (const line of await peer.end()) take(said, line, name);
    stays.push(said);
  }
  return stays;
}

/** Notes a numbered line; false for anything else. Nobody hears itself. */
function take(said: Map<string, number[]>, line: string | undefined, self: string): boolean {
  const match = line?.match(/^(p\d+): line (\d+)$/);
  if (!match) return false;
  assertEquals(match[1] === self, false, `${self} heard itself`);
  const numbers = said.get(match[1]);
  if (numbers) numbers.push(Number(match[2]));
  else said.set(match[1], [Number(match[2])]);
  return true;
}
