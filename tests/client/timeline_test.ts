import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Seen, Timeline } from "../../client/timeline.ts";
import { deleted, echo, said, welcome } from "./fake_server.ts";

function nicks(timeline: Timeline): string[] {
  return Array.from(timeline.room("lobby")!.members.values(), ({ nick, away }) => away === undefined ? nick : `${nick} (${away})`);
}

const hi = { kind: "say", ref: "r1", room: "lobby", text: "hi" } as const;

Deno.test("Timeline drops what it has already", () => {
  const timeline = new Timeline();
  timeline.apply(welcome("s1", "bob", { head: 5 }));
  assertEquals(timeline.apply(said("eve", "new", 6))?.kind, "said");
  assertEquals(timeline.apply(said("eve", "new", 6)), undefined);
  assertEquals(timeline.apply(said("eve", "old", 5)), undefined);
  assertEquals(timeline.apply({ ...said("eve", "x", 7), room: "elsewhere" }), undefined, "we are not there");
});

Deno.test("Timeline tells each entry once, however often and in whatever overlaps it comes", () => {
  fc.assert(fc.property(fc.array(fc.nat(20)), (cuts) => {
    const timeline = new Timeline();
    timeline.apply(welcome("s1"));
    const told: number[] = [];
    let head = 0;
    for (const cut of [...cuts, 20]) {
      for (let seq = Math.max(1, cut - 5); seq <= Math.min(cut, head + 1); seq++) {
        head = Math.max(head, seq);
        const change = timeline.apply(said("eve", "x", seq));
        if (change?.kind === "said") told.push(change.entry.seq);
      }
    }
    assertEquals(told, Array.from({ length: head }, (_, i) => i + 1));
  }));
});

Deno.test("Timeline marks its own messages pending, then acknowledged", () => {
  const timeline = new Timeline();
  timeline.apply(welcome("s1"));
  timeline.sent(hi);
  assertEquals([...timeline.pending], [hi]);
  assertEquals(timeline.apply({ ...said("eve", "hi", 1), ref: "r1" }), {
    kind: "said",
    room: "lobby",
    entry: { ...said("eve", "hi", 1), ref: "r1" },
    own: false,
    past: false,
    mention: false,
  });
  assertEquals([...timeline.pending], [hi]);
  assertEquals(timeline.apply(echo(hi, "s1", 2)), {
    kind: "said",
    room: "lobby",
    entry: echo(hi, "s1", 2),
    own: true,
    past: false,
    mention: false,
  });
  assertEquals([...timeline.pending], []);
});

Deno.test("Timeline knows its messages from an earlier session of its own", () => {
  const timeline = new Timeline();
  timeline.apply(welcome("s1"));
  timeline.sent(hi);
  timeline.apply(welcome("s2"));
  timeline.apply(echo(hi, "s1", 1));
  assertEquals([...timeline.pending], []);
});

Deno.test("Timeline tells which message was refused, once", () => {
  const timeline = new Timeline();
  timeline.apply(welcome("s1"));
  timeline.sent(hi);
  const refused = { kind: "refused", ref: "r1", code: "text_too_long", text: "too long", final: true } as const;
  assertEquals(timeline.apply(refused), { kind: "failed", say: hi, why: "too long" });
  assertEquals(timeline.apply(refused), undefined);
  assertEquals(timeline.apply({ kind: "refused", code: "name_taken", text: "bob is taken", final: false }), undefined);
});

Deno.test("Timeline keeps a message that was refused for now only, and says so once", () => {
  const timeline = new Timeline();
  timeline.apply(welcome("s1"));
  timeline.sent(hi);
  const refused = { kind: "refused", ref: "r1", code: "slow_mode", text: "#lobby is slow", final: false, retryMs: 3_000 } as const;
  assertEquals(timeline.apply(refused), { kind: "notice", text: "Not sent yet: #lobby is slow; it is tried again by itself" });
  assertEquals(timeline.apply(refused), undefined);
  assertEquals([...timeline.pending], [hi]);
  assertEquals(timeline.apply({ ...refused, code: "muted", text: "you are muted", final: true }), {
    kind: "failed",
    say: hi,
    why: "you are muted",
  });
});

Deno.test("Timeline knows who keeps order, ourselves among them, whatever else becomes of them", () => {
  const timeline = new Timeline();
  timeline.apply({ ...welcome("s1"), role: "op" });
  assertEquals(timeline.role, "op");
  const eve = { room: "lobby", by: "eve", from: "s2", total: 2 };
  const known = () => timeline.room("lobby")?.members.get("s2");
  timeline.apply({ kind: "joined", ...eve });
  assertEquals(timeline.apply({ kind: "role", ...eve, role: "owner" }), undefined);
  timeline.apply({ kind: "away", ...eve, text: "lunch" });
  timeline.apply({ kind: "renamed", ...eve, nick: "eva" });
  assertEquals(known(), { nick: "eva", from: "s2", role: "owner", away: "lunch" });
  timeline.apply({ kind: "away", ...eve, by: "eva" });
  assertEquals(known(), { nick: "eva", from: "s2", role: "owner" });
  timeline.apply({ kind: "role", ...eve, by: "eva" });
  assertEquals(known(), { nick: "eva", from: "s2" });
  timeline.apply({ kind: "role", room: "lobby", by: "bob", from: "s1", total: 2 });
  assertEquals(timeline.role, undefined);
});

Deno.test("Timeline takes in what was said before, and follows a history that counts anew", () => {
  const timeline = new Timeline();
  const again = (head: number, epoch: string) => {
    const change = timeline.apply(welcome("s", "bob", { head, epoch }));
    return change?.kind === "here" && change.again;
  };
  assertEquals(again(5, "e1"), false);
  assertEquals(timeline.apply(said("eve", "backlog", 5))?.kind, "said");
  assertEquals(again(5, "e1"), true);
  assertEquals(timeline.apply(said("eve", "backlog", 5)), undefined);
  assertEquals(again(1, "e2"), true);
  assertEquals(timeline.apply(said("eve", "first", 1))?.kind, "said");
});

Deno.test("Timeline follows who is here, and tells others' coming and going only", () => {
  const timeline = new Timeline();
  timeline.apply(welcome("s1"));
  const eve = { room: "lobby", by: "eve", from: "s2" };
  assertEquals(timeline.apply({ kind: "joined", ...eve, total: 2 }), { kind: "joined", room: "lobby", by: "eve", total: 2 });
  assertEquals(timeline.apply({ kind: "joined", ...eve, total: 2 }), undefined, "known from a snapshot");
  assertEquals(timeline.apply({ kind: "joined", room: "lobby", by: "bob", from: "s1", total: 2 }), undefined);
  assertEquals(nicks(timeline), ["bob", "eve"]);
  assertEquals(timeline.apply({ kind: "left", ...eve, total: 1 })?.kind, "left");
  const members = [{ nick: "bob", from: "s1" }, { nick: "zoe", from: "s9" }];
  timeline.apply({ kind: "members", room: "lobby", head: 0, topic: "", total: 3, offset: 0, members });
  timeline.apply({ kind: "members", room: "lobby", head: 0, topic: "", total: 3, offset: 2, members: [{ nick: "kim", from: "s8" }] });
  assertEquals(nicks(timeline), ["bob", "zoe", "kim"]);
});

Deno.test("Timeline goes on after a reset where the server says", () => {
  const timeline = new Timeline();
  timeline.apply(welcome("s1", "bob", { head: 9 }));
  assertEquals(timeline.apply({ kind: "reset", room: "lobby", cursor: 20, skipped: 11 }), { kind: "skipped", room: "lobby", count: 11 });
  assertEquals(timeline.apply(said("eve", "x", 20)), undefined);
  assertEquals(timeline.apply(said("eve", "x", 21))?.kind, "said");
});

Deno.test("Timeline takes an answer from before as the acknowledgement, and for nothing that the room still has to tell", () => {
  const timeline = new Timeline();
  timeline.apply(welcome("s1"));
  timeline.apply(said("eve", "one", 1));
  timeline.sent(hi);
  assertEquals(timeline.apply({ ...echo(hi, "s0", 3), again: true }), undefined);
  assertEquals([...timeline.pending], []);
  const told = [said("eve", "two", 2), echo(hi, "s0", 3), said("eve", "four", 4)].map((entry) => timeline.apply(entry)?.kind);
  assertEquals(told, ["said", "said", "said"]);
  assertEquals(timeline.apply({ ...echo(hi, "s0", 3), again: true }), undefined);
});

Deno.test("Timeline tells what was here before us from what is new, and where we left off, once", () => {
  const told = (seen: Seen | undefined, epoch = "e1") => {
    const timeline = new Timeline(seen);
    timeline.apply(welcome("s1", "bob", { head: 9, epoch }));
    return [7, 8, 9, 10].map((seq) => {
      const change = timeline.apply(said("eve", "x", seq));
      return change?.kind === "said" && [change.past, change.leftOff];
    });
  };
  const nothingNew = [[true, undefined], [true, undefined], [true, undefined], [false, undefined]];
  assertEquals(told(undefined), nothingNew);
  assertEquals(told({ epoch: "e1", cursors: { lobby: 9 } }), nothingNew);
  assertEquals(told({ epoch: "e0", cursors: { lobby: 7 } }), nothingNew, "another history");
  assertEquals(told({ epoch: "e1", cursors: { dev: 7 } }), nothingNew, "another room");
  assertEquals(told({ epoch: "e1", cursors: { lobby: 7 } }), [[true, undefined], [false, 0], [false, undefined], [false, undefined]]);
  assertEquals(told({ epoch: "e1", cursors: { lobby: 2 } }), [[false, 4], [false, undefined], [false, undefined], [false, undefined]]);
});

Deno.test("Timeline hears its name, whatever it is by now, and announcements, from others only", () => {
  const timeline = new Timeline();
  timeline.apply(welcome("s1"));
  const mentioned = (by: string, text: string, seq: number, from = "s2") => {
    const change = timeline.apply({ ...said(by, text, seq), from });
    return change?.kind === "said" && change.mention;
  };
  const announced = (by: string, seq: number) => {
    const change = timeline.apply({ ...said(by, "down at six", seq), from: "server", type: "announcement" });
    return change?.kind === "said" && change.mention;
  };
  assertEquals([mentioned("eve", "Bob: hi", 1), mentioned("eve", "bobby", 2), mentioned("bob", "I, bob", 3, "s1")], [true, false, false]);
  timeline.apply({ kind: "renamed", room: "lobby", by: "bob", from: "s1", nick: "bert", total: 2 });
  assertEquals([timeline.nick, mentioned("eve", "bob", 4), mentioned("eve", "@bert!", 5)], ["bert", false, true]);
  assertEquals([announced("eve", 6), announced("bert", 7)], [true, false]);
});

Deno.test("Timeline knows who is away, itself among them", () => {
  const timeline = new Timeline();
  timeline.apply(welcome("s1"));
  timeline.apply({ kind: "joined", room: "lobby", by: "eve", from: "s2", total: 2 });
  const away = { kind: "away", room: "lobby", by: "eve", from: "s2", total: 2 } as const;
  assertEquals(timeline.apply({ ...away, text: "lunch" }), { kind: "away", room: "lobby", by: "eve", text: "lunch", total: 2 });
  assertEquals(nicks(timeline), ["bob", "eve (lunch)"]);
  assertEquals(timeline.apply(away), { kind: "away", room: "lobby", by: "eve", total: 2 });
  assertEquals(timeline.apply({ ...away, by: "bob", from: "s1", text: "" }), undefined);
  assertEquals([nicks(timeline), timeline.away], [["bob ()", "eve"], true]);
});

Deno.test("Timeline is in the rooms that it came into, until it leaves them or the server says otherwise", () => {
  const timeline = new Timeline();
  timeline.apply(welcome("s1"));
  const dev = { kind: "members", room: "dev", head: 3, topic: "lunch", total: 1, offset: 0, members: [] } as const;
  timeline.apply(dev);
  assertEquals(timeline.room("dev"), undefined, "only asked about");
  assertEquals(timeline.entered(dev).topic, "lunch");
  timeline.apply({ ...said("eve", "tea", 4), room: "dev", type: "topic" });
  assertEquals(["lobby", "dev"].map((name) => timeline.room(name)?.topic), ["", "tea"]);
  timeline.left("dev");
  assertEquals(timeline.apply({ ...said("eve", "x", 5), room: "dev" }), undefined);
  timeline.entered(dev);
  timeline.apply(welcome("s2"));
  assertEquals([timeline.room("lobby")?.name, timeline.room("dev")], ["lobby", undefined]);
});

Deno.test("Timeline tells that an entry was deleted; a tombstone mentions nobody, and nobody left off at a deletion", () => {
  const timeline = new Timeline({ epoch: "e1", cursors: { lobby: 3 } });
  timeline.apply({ ...welcome("s1", "bob", { head: 6 }), epoch: "e1" });
  const entry = deleted("eve", 2, 4);
  assertEquals(timeline.apply(entry), { kind: "deleted", room: "lobby", target: 2, by: "eve", entry });
  const tombstone = timeline.apply({ ...said("eve", "", 5), type: "tombstone" });
  assertEquals(tombstone?.kind === "said" && [tombstone.mention, tombstone.leftOff], [false, 0]);
  assertEquals(timeline.apply(entry), undefined, "it was told");
  assertEquals(timeline.room("lobby")?.cursor, 5);
});

Deno.test("Timeline takes the topic away with the entry that it is from", () => {
  const timeline = new Timeline();
  timeline.apply(welcome("s1"));
  timeline.apply({ ...said("eve", "tea", 1), type: "topic" });
  timeline.apply({ ...said("eve", "cake", 2), type: "topic" });
  timeline.apply(deleted("eve", 1, 3));
  assertEquals(timeline.room("lobby")?.topic, "cake");
  timeline.apply(deleted("eve", 2, 4));
  assertEquals(timeline.room("lobby")?.topic, "");
});

Deno.test("Timeline knows whether we keep order", () => {
  const timeline = new Timeline();
  timeline.apply({ ...welcome("s1"), role: "op" });
  assertEquals(timeline.role, "op");
  timeline.apply({ kind: "role", room: "lobby", by: "eve", from: "s9", role: "owner", total: 2 });
  assertEquals(timeline.role, "op");
  timeline.apply({ kind: "role", room: "lobby", by: "bob", from: "s1", total: 2 });
  assertEquals(timeline.role, undefined);
});

Deno.test("Timeline takes what was deleted meanwhile for the answer to a message that is sent again", () => {
  const timeline = new Timeline();
  timeline.apply(welcome("s1"));
  timeline.sent(hi);
  timeline.apply({ ...said("bob", "", 1), type: "tombstone", ref: "r1", again: true });
  assertEquals(timeline.unanswered, 0);
});
