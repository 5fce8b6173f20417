import { assert, assertEquals } from "@std/assert";
import { Broadcast } from "../../server/broadcast.ts";
import type { Codec } from "../../server/connection.ts";
import { OUTBOX_BYTES } from "../../server/outbox.ts";
import { type CatchUp, Pump } from "../../server/pump.ts";
import type { Entry, ServerFrame } from "../../shared/protocol.ts";
import { entry, FakeConnection, framesCodec, WatchedTurns } from "./fakes.ts";

const BYE: ServerFrame = { kind: "bye", reason: "left", text: "Bye", sent: 0 };

const noCatchUp: CatchUp = () => Promise.reject(new Error("nobody lags in this test"));

/** One room, and pumps that read it. */
class Stage {
  readonly turns = new WatchedTurns();
  /** The clock of the room. */
  now = 0;
  readonly broadcast = new Broadcast("lobby", 0, () => this.now);
  #seq = 0;

  /** Somebody who reads the room. */
  reader(codec: Codec = framesCodec, catchUp = noCatchUp): { connection: FakeConnection; pump: Pump } {
    const connection = new FakeConnection(codec);
    const pump = new Pump(connection, this.turns, catchUp);
    pump.follow(this.broadcast, "now");
    return { connection, pump };
  }

  publish(...texts: string[]): Entry[] {
    const entries = texts.map((text) => entry(++this.#seq, text));
    this.broadcast.publish(entries);
    return entries;
  }

  /** Publishes as much as `text` repeated, in one call. */
  flood(count: number, text: string): Entry[] {
    return this.publish(...Array<string>(count).fill(text));
  }
}

function encoded(...frames: ServerFrame[]): string {
  return frames.map(framesCodec.encode).join("");
}

function pong(ref: string): ServerFrame {
  return { kind: "pong", ref };
}

Deno.test("Pump writes what was published after it followed, and nothing before", async () => {
  const stage = new Stage();
  stage.publish("early");
  const { connection, pump } = stage.reader();
  const entries = stage.publish("one", "two");
  await stage.turns.idle();
  assertEquals(connection.text, encoded(...entries));
  assertEquals(connection.writes, 1);
  pump.abort();
});

Deno.test("Pump writes the same stream when a byte is taken at a time", async () => {
  const stage = new Stage();
  const { connection, pump } = stage.reader();
  connection.takes = () => 1;
  pump.send(pong("漢"));
  const entries = stage.publish("one", "👍🏽", "three");
  await stage.turns.idle();
  const more = stage.publish("four");
  pump.send(pong("p2"));
  await stage.turns.idle();
  assertEquals(connection.text, encoded(pong("漢"), ...entries) + encoded(pong("p2"), ...more));
  assertEquals(connection.writes, connection.bytes.length);
  pump.abort();
});

Deno.test("Pump writes answers before the room", async () => {
  const stage = new Stage();
  const { connection, pump } = stage.reader();
  const entries = stage.publish("one");
  pump.send(pong("p1"));
  pump.send(pong("p2"));
  await stage.turns.idle();
  assertEquals(connection.text, encoded(pong("p1"), pong("p2"), ...entries));
  pump.abort();
});

Deno.test("Pump writes on from where a write stopped before anything else", async () => {
  const stage = new Stage();
  const { connection, pump } = stage.reader();
  const entries = stage.publish("a long message");
  connection.takes = () => 10;
  connection.stall();
  await stage.turns.idle();
  pump.send(pong("p1"));
  connection.release();
  await stage.turns.idle();
  assertEquals(connection.text, encoded(...entries, pong("p1")));
  pump.abort();
});

Deno.test("Pump.finish writes everything published before it, then the farewell, and closes", async () => {
  const stage = new Stage();
  const { connection, pump } = stage.reader();
  const entries = stage.publish("one");
  pump.send(pong("p1"));
  const finished = pump.finish(BYE);
  stage.publish("late");
  pump.wake();
  await finished;
  assertEquals(connection.text, encoded(pong("p1"), ...entries, BYE));
  assertEquals([connection.ended, connection.why], ["finished", undefined]);
});

Deno.test("Pump.finish flushes to a peer that takes its time", async () => {
  const stage = new Stage();
  const { connection, pump } = stage.reader();
  connection.stall();
  const entries = stage.publish("one");
  await stage.turns.idle();
  entries.push(...stage.flood(100, "x".repeat(4000)));
  const finished = pump.finish(BYE);
  await stage.turns.idle();
  assertEquals([connection.text, connection.ended], ["", undefined]);
  stage.flood(2000, "x".repeat(4000));
  connection.takes = (bytes) => Math.min(bytes.length, 1000);
  connection.release();
  await finished;
  assertEquals(connection.text, encoded(...entries, BYE));
});

Deno.test("Pump.finish may be called again, and after the end", async () => {
  const stage = new Stage();
  const { connection, pump } = stage.reader();
  await Promise.all([pump.finish(BYE), pump.finish({ kind: "pong" })]);
  await pump.finish(BYE);
  pump.send(pong("late"));
  await stage.turns.idle();
  assertEquals(connection.text, encoded(BYE));
});

Deno.test("a peer that takes nothing delays nobody", async () => {
  const stage = new Stage();
  const stuck = stage.reader();
  stuck.connection.stall();
  const other = stage.reader();
  const entries = stage.publish("one");
  await stage.turns.idle();
  entries.push(...stage.publish("two"));
  await stage.turns.idle();
  assertEquals([stuck.connection.text, stuck.connection.writes], ["", 1]);
  assertEquals(other.connection.text, encoded(...entries));
  stuck.connection.release();
  await stage.turns.idle();
  assertEquals(stuck.connection.text, encoded(...entries));
  for (const { pump } of [stuck, other]) pump.abort();
});

Deno.test("C8 a peer that takes nothing for 60 s is parted with, and not before", async () => {
  const stage = new Stage();
  const { connection, pump } = stage.reader();
  pump.checkStalled(pump.moved + 1e9);
  connection.stall();
  stage.publish("one");
  await stage.turns.idle();
  pump.checkStalled(pump.moved + 60_000);
  assertEquals(connection.ended, undefined);
  pump.checkStalled(pump.moved + 60_001);
  assertEquals([connection.ended, connection.why], ["closed", "took nothing for 60 seconds"]);
  await pump.finished;
});

Deno.test("C8 a peer that takes a byte within 60 s stays", async () => {
  const stage = new Stage();
  const { connection, pump } = stage.reader();
  connection.stall();
  stage.publish("one");
  await stage.turns.idle();
  const { moved } = pump;
  connection.takes = () => 1;
  connection.release();
  connection.stall();
  await stage.turns.idle();
  assert(pump.moved > moved);
  pump.checkStalled(pump.moved + 60_000);
  assertEquals([connection.text, connection.ended], ["{", undefined]);
  pump.abort();
});

Deno.test("C8 a peer that reads none of its answers is parted with at 256 KiB of them", async () => {
  const stage = new Stage();
  const { connection, pump } = stage.reader();
  connection.stall();
  stage.publish("one");
  await stage.turns.idle();
  const answer = pong("p".repeat(64));
  const fit = Math.floor(OUTBOX_BYTES / encoded(answer).length);
  for (let i = 0; i < fit; i++) pump.send(answer);
  assertEquals(connection.ended, undefined);
  pump.send(answer);
  assertEquals([connection.ended, connection.why], ["closed", "read none of its answers"]);
  await pump.finished;
});

Deno.test("Pump.congestion lasts from half an outbox until the answers are being written", async () => {
  const stage = new Stage();
  const { connection, pump } = stage.reader();
  connection.stall();
  pump.send(pong("first"));
  await stage.turns.idle();
  const answer = pong("p".repeat(64));
  while (pump.congestion === undefined) pump.send(answer);
  const wait = pump.congestion;
  connection.release();
  await wait;
  assertEquals(pump.congestion, undefined);
  pump.abort();
});

Deno.test("Pump.abort frees whoever waits, and writes no more", async () => {
  const stage = new Stage();
  const { connection, pump } = stage.reader();
  connection.stall();
  pump.send(pong("first"));
  await stage.turns.idle();
  while (pump.congestion === undefined) pump.send(pong("p"));
  const wait = pump.congestion;
  pump.abort("has gone mad");
  await Promise.all([wait, pump.finished]);
  stage.publish("late");
  pump.send(pong("late"));
  await stage.turns.idle();
  assertEquals([connection.text, connection.writes, connection.why, pump.congestion], ["", 1, "has gone mad", undefined]);
});

Deno.test("Pump ends when a write fails", async () => {
  const stage = new Stage();
  const { connection, pump } = stage.reader();
  connection.broken = "connection reset";
  stage.publish("one");
  await pump.finished;
  assertEquals([connection.ended, connection.why], ["closed", "connection lost"]);
});

Deno.test("Pump leaves out what its codec does not show", async () => {
  const stage = new Stage();
  const { connection, pump } = stage.reader({ ...framesCodec, encode: (frame) => frame.kind === "entry" ? `${frame.text}\n` : "" });
  pump.send(pong("p1"));
  stage.broadcast.publish([{ kind: "joined", room: "lobby", by: "bob", from: "s1", total: 1 }]);
  stage.publish("one");
  await stage.turns.idle();
  assertEquals([connection.text, connection.writes], ["one\n", 1]);
  pump.abort();
});

Deno.test("Pump writes a flood in pieces of a segment, however many batches it came in", async () => {
  const stage = new Stage();
  const { connection, pump } = stage.reader();
  const entries = Array.from({ length: 640 }, () => stage.publish("x".repeat(1000))).flat();
  await stage.turns.idle();
  assertEquals(connection.text, encoded(...entries));
  assert(connection.writes <= 14, `${connection.writes} writes`);
  pump.abort();
});

Deno.test("Pump ends a connection whose history cannot be read", async () => {
  const stage = new Stage();
  const { connection, pump } = stage.reader(framesCodec, () => Promise.reject(new Error("disk")));
  connection.stall();
  stage.publish("one");
  await stage.turns.idle();
  stage.flood(2000, "x".repeat(4000));
  connection.release();
  await pump.finished;
  assertEquals(connection.ended, "closed");
});

Deno.test("a flood is slowed to a reader that moves, and not to one that takes nothing", async () => {
  const stage = new Stage();
  const { connection, pump } = stage.reader();
  const { pressure } = stage.broadcast;
  connection.stall();
  stage.now = pump.moved;
  stage.flood(1000, "x".repeat(4000));
  const wait = pressure.wait();
  assert(wait, "far behind, and moved just now");
  await stage.turns.idle();
  stage.now = pump.moved + 251;
  await wait;
  stage.publish("more");
  assertEquals(pressure.wait(), undefined, "took nothing for 250 ms");
  connection.release();
  await stage.turns.idle();
  assertEquals(pressure.wait(), undefined, "caught up");
  pump.abort();
});
