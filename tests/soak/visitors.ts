/**
 * People who come, do something, and go, rightly and wrongly: each a visit of its own.
 *
 * @module
 */
import type { Random } from "../chaos/random.ts";
import { exchange, Peer } from "../harness.ts";

/** Rooms that visitors are in. Nobody whose messages are counted is there. */
const STREETS = ["street", "market", "bridge", "harbour"];
const WORDS = ["rain", "bread", "boat", "lamp", "cheese"];

/** Where a visitor goes. */
export interface Visit {
  readonly port: number;
  /** Nobody else's. */
  readonly name: string;
  readonly random: Random;
}

/** A visit of some kind. Settles when it is over; what the server should not have done is thrown. */
export function visit(where: Visit): Promise<void> {
  return where.random.pick([textVisit, textVisit, framesVisit, framesVisit, webVisit, webVisit, curious, knock])(where);
}

/** Somebody with netcat. */
async function textVisit({ port, name, random }: Visit): Promise<void> {
  using peer = await Peer.named(port, name);
  for (let left = random.between(1, 5); left > 0; left--) {
    const room = random.pick(STREETS);
    await peer.send(`/join #${room}\nthe ${random.pick(WORDS)} of ${name}\n/search ${random.pick(WORDS)}\n/who\n/nonsense\n\n`);
  }
  // Everything asked for is answered before this is.
  await peer.send("/help\n");
  await peer.lines.match(/^\* bye {2}/);
  if (random.chance(0.5)) return;
  await peer.send("bye\n");
  await peer.lines.match(/^\* Bye, /);
}

/** A program that speaks frames, and asks for everything. */
async function framesVisit({ port, name, random }: Visit): Promise<void> {
  using peer = await Peer.framed(port, name);
  for (const line of requests(name, random)) await peer.send(`${JSON.stringify(line)}\n`);
  await peer.lines.match(/"kind":"pong".*"ref":"last"/);
  if (random.chance(0.5)) return;
  await peer.send('{"kind":"bye"}\n');
  await peer.lines.match(/"kind":"bye"/);
}

/** A page in a browser. */
async function webVisit({ port, name, random }: Visit): Promise<void> {
  const socket = await opened(port);
  const closed = new Promise((resolve) => socket.onclose = resolve);
  const answered = new Promise<void>((resolve) => {
    socket.onmessage = ({ data }) => String(data).includes('"ref":"last"') && String(data).includes('"pong"') && resolve();
  });
  socket.send(JSON.stringify({ kind: "hello", v: [1], name }));
  for (const line of requests(name, random)) socket.send(JSON.stringify(line));
  await answered;
  if (random.chance(0.5)) socket.send('{"kind":"bye"}');
  else socket.close();
  await closed;
}

/** An open WebSocket. On a machine so busy that a request takes 300 ms to be sent, the server asks for a name, as if it were netcat; then once more. */
async function opened(port: number): Promise<WebSocket> {
  for (;;) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.onopen = () => resolve(true);
      socket.onerror = () => resolve(false);
    });
    if (isOpen) return socket;
  }
}

function requests(name: string, random: Random): object[] {
  const room = random.pick(STREETS);
  const ref = crypto.randomUUID();
  return [
    { kind: "join", room, backlog: random.between(0, 50) },
    // A room that is forgotten with whoever was in it.
    { kind: "join", room: `of-${name}` },
    { kind: "say", room, text: `the ${random.pick(WORDS)} of ${name}`, ref },
    { kind: "search", room, words: random.pick(WORDS), limit: random.between(1, 50), ref: "search" },
    { kind: "history", room, limit: random.between(1, 200), ref: "history" },
    { kind: "away", text: "lunch" },
    { kind: "nick", name: `${name}x` },
    { kind: "what is this" },
    { kind: "rooms", ref: "rooms" },
    { kind: "part", room },
    { kind: "ping", ref: "last" },
  ];
}

/** Somebody who only looks at the page. */
async function curious({ port }: Visit): Promise<void> {
  await exchange(port, "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
}

/** Somebody who goes again, having said nothing or nonsense. */
async function knock({ port, random }: Visit): Promise<void> {
  using peer = await Peer.connect(port);
  if (random.chance(0.5)) await peer.send(random.pick(["GET", "{", '{"kind":"hello"', "\x16\x03\x01", "server\n*\n:\n"]));
}
