import { assertEquals } from "@std/assert";
import { Ignored } from "../../client/ignored.ts";
import { message, said } from "./fake_server.ts";

Deno.test("Ignored covers what somebody does, however the name is written, until it is deleted", () => {
  const ignored = new Ignored();
  ignored.add("Eve");
  const changes = [
    message(said("eve", "hi", 1)),
    { kind: "joined", room: "lobby", by: "EVE", total: 2 },
    { kind: "left", room: "lobby", by: "eve", total: 2 },
    { kind: "away", room: "lobby", by: "ｅｖｅ", total: 2 },
    { kind: "renamed", room: "lobby", by: "eve", nick: "eva", total: 2, own: false },
  ] as const;
  assertEquals(changes.map((change) => ignored.covers(change)), changes.map(() => true));
  assertEquals([ignored.delete("eVe"), ignored.delete("eve")], [true, false]);
  assertEquals(changes.map((change) => ignored.covers(change)), changes.map(() => false));
});

Deno.test("Ignored covers nobody else, nothing of our own, and nothing that is nobody's", () => {
  const ignored = new Ignored();
  ignored.add("eve");
  assertEquals(ignored.covers(message(said("steve", "hi", 1))), false);
  assertEquals(ignored.covers(message(said("eve", "we are eve now", 1), { own: true })), false);
  assertEquals(ignored.covers({ kind: "notice", text: "eve" }), false);
});

Deno.test("Ignored follows somebody to another name", () => {
  const ignored = new Ignored();
  ignored.add("eve");
  ignored.renamed("Eve", "eva");
  ignored.renamed("zoe", "zora");
  assertEquals(["eve", "eva", "zora"].map((name) => ignored.has(name)), [true, true, false]);
});

Deno.test("Ignored lets a name go that somebody had for a while, and keeps those that were typed", () => {
  const ignored = new Ignored();
  ignored.add("eve");
  // In each of two rooms.
  for (const _ of ["lobby", "dev"]) ignored.renamed("eve", "bob");
  for (const _ of ["lobby", "dev"]) {
    ignored.renamed("Bob", "eva");
    assertEquals(ignored.covers({ kind: "renamed", room: "dev", by: "bob", nick: "eva", total: 2, own: false }), true);
  }
  assertEquals(["eve", "bob", "eva"].map((name) => ignored.has(name)), [true, false, true]);
  ignored.gone("EVA");
  ignored.gone("eve");
  assertEquals(["eve", "bob", "eva"].map((name) => ignored.has(name)), [true, false, false]);
  ignored.renamed("eve", "zoe");
  assertEquals([ignored.delete("zoe"), ignored.has("zoe"), ignored.delete("zoe")], [true, false, false]);
  ignored.renamed("eve", "eve");
  assertEquals([ignored.delete("eve"), ignored.has("eve")], [true, false]);
});
