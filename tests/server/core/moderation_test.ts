import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { actSentence, decodeAct, encodeAct, type KeptAct } from "../../../server/core/kept_act.ts";
import { Moderation } from "../../../server/core/moderation.ts";
import { decideAct, type People, type Person, type Request } from "../../../server/core/moderation_rules.ts";
import { fold } from "../../../shared/names.ts";
import type { Act } from "../../../shared/protocol.ts";

const NOW = 1_790_000_000_000;
const DAY = 24 * 60 * 60_000;

function person(nick: string, installation = `i-${nick}`, host = "203.0.113.7"): Person {
  return { nick, session: `s-${nick}`, installation, host, isHere: true };
}

/** Somebody whose client is not remembered. */
function netcat(nick: string, host: string): Person {
  return { ...person(nick), installation: undefined, host };
}

const owner = person("olga", "i-olga", "198.51.100.1");
const op = person("otto", "i-otto", "198.51.100.2");
const op2 = person("omar", "i-omar", "198.51.100.3");
const bob = person("bob", "i-bob", "203.0.113.7");
const eve = person("eve", "i-eve", "203.0.113.8");
const nat = netcat("nat", "203.0.113.9");
const local = netcat("local", "127.0.0.1");
const EVERYBODY = [owner, op, op2, bob, eve, nat, local];

function peopleOf(...people: readonly Person[]): People {
  return {
    find: (nick) => people.find((other) => fold(other.nick) === fold(nick)),
    lately: () => undefined,
    here: () => people.filter(({ isHere }) => isHere),
  };
}

/** An order with an owner and two ops. */
function ordered(): Moderation {
  const order = new Moderation();
  order.apply({ v: 1, act: "claim", by: "olga", nick: "olga", installation: "i-olga" }, NOW);
  for (const nick of ["otto", "omar"]) order.apply({ v: 1, act: "op", by: "olga", nick, installation: `i-${nick}` }, NOW);
  return order;
}

interface Asked {
  readonly by?: Person;
  readonly people?: People;
  readonly room?: string;
  readonly now?: number;
}

function decide(
  order: Moderation,
  frame: Omit<Request["frame"], "kind">,
  { by = owner, people = peopleOf(...EVERYBODY), room, now = NOW }: Asked = {},
) {
  return decideAct(order, { frame: { kind: "moderate", ...frame }, by, room, people, now });
}

/** Decides and applies; fails when it is refused. Returns what whoever asked is told. */
function done(order: Moderation, frame: Omit<Request["frame"], "kind">, asked: Asked = {}): string {
  const decided = decide(order, frame, asked);
  assert("act" in decided, JSON.stringify(decided));
  order.apply(decided.act, asked.now ?? NOW);
  return decided.told;
}

function refusal(order: Moderation, frame: Omit<Request["frame"], "kind">, asked: Asked = {}): string {
  const decided = decide(order, frame, asked);
  assert("code" in decided, JSON.stringify(decided));
  return `${decided.code}: ${decided.text}`;
}

const entering = (order: Moderation, { installation, host }: Person, now = NOW) => order.mayEnter(installation, host, now)?.text;

const acts: Exclude<Act, "claim">[] = ["kick", "ban", "unban", "mute", "unmute", "op", "deop", "slow", "readonly", "announce"];
/** Frames with any fields, whatever the act. */
const frames = fc.record({
  act: fc.constantFrom(...acts),
  target: fc.option(
    fc.oneof(
      fc.constantFrom(...EVERYBODY.map(({ nick }) => nick), "nobody", "203.0.113.0/24", "198.51.100.1", "0.0.0.0/0", "::/0"),
      fc.string(),
    ),
    {
      nil: undefined,
    },
  ),
  ms: fc.option(fc.integer({ min: 0, max: 400 * DAY }), { nil: undefined }),
  on: fc.option(fc.boolean(), { nil: undefined }),
  text: fc.option(fc.string(), { nil: undefined }),
});
const requests = fc.array(
  fc.record({ frame: frames, by: fc.constantFrom(...EVERYBODY), room: fc.constantFrom("lobby", "dev", undefined), after: fc.nat(2 * DAY) }),
  {
    maxLength: 30,
  },
);

Deno.test("decideAct: nobody without rights changes anything, whatever the frame holds", () => {
  fc.assert(fc.property(frames, fc.constantFrom(bob, eve, nat, local), (frame, by) => {
    const decided = decide(ordered(), frame as Request["frame"], { by, room: "lobby" });
    assert("code" in decided && decided.code === "not_allowed", JSON.stringify(decided));
  }));
});

Deno.test("Moderation: nothing that ops do touches the owner, nor another op", () => {
  fc.assert(fc.property(requests, (requests) => {
    const order = ordered();
    let now = NOW;
    for (const { frame, by, room, after } of requests) {
      now += after;
      if (by === owner) continue;
      const decided = decide(order, frame as Request["frame"], { by, room, now });
      if ("act" in decided) order.apply(decided.act, now);
      assertEquals([owner, op, op2].map(({ installation }) => order.roleOf(installation)), ["owner", "op", "op"]);
      assertEquals([owner, op, op2].map((who) => entering(order, who, now)), [undefined, undefined, undefined]);
      for (const { session: id, installation } of [owner, op, op2]) {
        assertEquals(order.mayTalk({ id, installation }, "lobby", now), undefined);
      }
    }
  }));
});

Deno.test("Moderation: the owner is never kept out or silenced, even by acts that no rule lets through", () => {
  const order = ordered();
  const all = {
    v: 1,
    by: "x",
    nick: "olga",
    installation: "i-olga",
    network: "198.51.100.0/24",
    session: "s-olga",
    target: "olga",
  } as const;
  for (const act of ["ban", "mute", "op", "deop", "kick"] as const) order.apply({ ...all, act }, NOW);
  assertEquals([order.roleOf("i-olga"), entering(order, owner), order.mayTalk({ id: "s-olga", installation: "i-olga" }, "lobby", NOW)], [
    "owner",
    undefined,
    undefined,
  ]);
});

Deno.test("Moderation: whoever becomes the owner is not kept out by a ban of before, and whoever was is not by one of that time", () => {
  const order = ordered();
  for (const { nick, installation } of [bob, owner]) order.apply({ v: 1, act: "ban", by: "x", nick, installation: installation! }, NOW);
  assertEquals([entering(order, bob), entering(order, owner)], ["You are banned for ever", undefined]);
  order.apply({ v: 1, act: "claim", by: "bob", nick: "bob", installation: "i-bob" }, NOW);
  assertEquals([entering(order, bob), entering(order, owner)], [undefined, undefined]);
});

Deno.test("Moderation: nobody on this machine is kept out by an address, even by an act that no rule lets through", () => {
  const order = ordered();
  for (const network of ["127.0.0.0/8", "::/0", "0.0.0.0/0"]) order.apply({ v: 1, act: "ban", by: "olga", network }, NOW);
  const hosts = ["127.0.0.1", "::1", "::ffff:127.0.0.1", "203.0.113.1", "2001:db8::1"];
  assertEquals(hosts.map((host) => order.mayEnter(undefined, host, NOW)?.code), [undefined, undefined, undefined, "banned", "banned"]);
});

Deno.test("Moderation: the acts as they are kept make the same order again", () => {
  fc.assert(fc.property(requests, (requests) => {
    const [order, again] = [ordered(), ordered()];
    let now = NOW;
    for (const { frame, by, room, after } of requests) {
      now += after;
      const decided = decide(order, frame as Request["frame"], { by, room, now });
      if ("code" in decided) continue;
      order.apply(decided.act, now);
      const kept = decodeAct(encodeAct(decided.act));
      assert(!("problem" in kept), JSON.stringify(kept));
      assertEquals(kept, decided.act);
      again.apply(kept, now);
    }
    assertEquals(again.report(now), order.report(now));
    for (const who of EVERYBODY) {
      assertEquals(again.roleOf(who.installation), order.roleOf(who.installation));
      for (const at of [now, now + DAY]) assertEquals(entering(again, who, at), entering(order, who, at));
      for (const room of ["lobby", "dev"]) {
        const talker = { id: who.session, installation: who.installation };
        assertEquals(again.mayTalk(talker, room, now), order.mayTalk(talker, room, now));
      }
    }
  }));
});

Deno.test("ban: the client and the address, for as long as was said, with the reason", () => {
  const order = ordered();
  assertEquals(
    done(order, { act: "ban", target: "Bob", ms: DAY, text: "spam" }, { by: op }),
    "bob was banned by otto for 1 d: spam (their client and the address 203.0.113.7)",
  );
  const why = "You are banned until 2026-09-22 14:14 UTC: spam";
  assertEquals(entering(order, bob), why);
  assertEquals(entering(order, person("other", "i-bob", "192.0.2.1")), why);
  assertEquals(entering(order, netcat("other", "203.0.113.7")), why);
  assertEquals(entering(order, eve), undefined);
  const later = [DAY / 2, DAY - 150_000, DAY - 1, DAY].map((ms) => entering(order, bob, NOW + ms));
  assertEquals(later, [why, "You are banned for another 3 m: spam", "You are banned for another 1 s: spam", undefined]);
  assertEquals(order.report(NOW), [
    "bob (their client and the address 203.0.113.7): banned by otto until 2026-09-22 14:14 UTC: spam",
  ]);
  assertEquals(order.report(NOW + DAY), []);
});

Deno.test("ban: an address that somebody else here has is left alone, and this machine's always", () => {
  const order = ordered();
  const neighbour = person("ned", "i-ned", bob.host);
  assertEquals(
    done(order, { act: "ban", target: "bob" }, { people: peopleOf(bob, neighbour) }),
    "bob was banned by olga for ever (their client; others have the address 203.0.113.7 too, which keeps nobody out)",
  );
  assertEquals([entering(order, bob), entering(order, neighbour)], ["You are banned for ever", undefined]);
  const twin = { ...bob, nick: "bob-2", session: "s-bob-2" };
  assertEquals(
    done(order, { act: "ban", target: "bob" }, { people: peopleOf(bob, twin) }),
    "bob was banned by olga for ever (their client and the address 203.0.113.7)",
  );
  const machine = person("mac", "i-mac", "127.0.0.1");
  assertEquals(done(order, { act: "ban", target: "mac" }, { people: peopleOf(machine) }), "mac was banned by olga for ever (their client)");
  const [six, neighbour6] = [netcat("six", "2001:db8::1"), netcat("seven", "2001:db8::2")];
  const told = "six was kicked by olga, not banned: it is netcat, which is not remembered, and others have the address 2001:db8::/64: " +
    "/ban 2001:db8::/64 keeps all of them out";
  assertEquals(done(order, { act: "ban", target: "six" }, { people: peopleOf(six, neighbour6) }), told);
  assertEquals(entering(order, six), undefined);
  assertEquals(
    done(order, { act: "ban", target: "local" }),
    "local was kicked by olga, not banned: it is netcat, which is not remembered on this machine",
  );
});

Deno.test("ban: addresses and networks, but not one's own and not this machine", () => {
  const order = ordered();
  assertEquals(done(order, { act: "ban", target: "203.0.113.99/24", ms: DAY }), "203.0.113.0/24 was banned by olga for 1 d");
  assertEquals([bob, eve, nat].map((who) => entering(order, who) !== undefined), [true, true, true]);
  assertEquals(entering(order, op), undefined);
  assertEquals(order.report(NOW), ["203.0.113.0/24: banned by olga until 2026-09-22 14:14 UTC"]);
  const none = ["203.0.113.0/33", "10.0.0.256", "2001:db8::/129", "::zz", "1.2"].map((target) => refusal(order, { act: "ban", target }));
  const advice = "is no address; write one as 203.0.113.7, 203.0.113.0/24 or 2001:db8::/64";
  const unknown = "no_such_person: nobody here is called ::zz, nor was a moment ago";
  assertEquals(none, [
    `no_such_person: 203.0.113.0/33 ${advice}`,
    `no_such_person: 10.0.0.256 ${advice}`,
    `no_such_person: 2001:db8::/129 ${advice}`,
    unknown,
    `no_such_person: 1.2 ${advice}`,
  ]);
  assertEquals(refusal(order, { act: "ban", target: "198.51.100.0/24" }), "not_allowed: you are in 198.51.100.0/24 yourself");
  for (const target of ["127.0.0.1", "127.8.0.0/16", "0.0.0.0/0", "0.0.0.0/1", "::1", "::/0", "::/1", "::ffff:127.0.0.1"]) {
    assertEquals(refusal(order, { act: "ban", target }), "not_allowed: this machine cannot be banned", target);
  }
  assertEquals(entering(order, local), undefined);
  order.apply({ v: 1, act: "ban", by: "olga", network: "198.51.100.2" }, NOW);
  assertEquals([entering(order, op), entering(order, { ...op, installation: undefined })], [undefined, "You are banned for ever"]);
  done(order, { act: "unban", target: "203.0.113.0/24" });
  assertEquals(entering(order, bob), undefined);
  assertEquals(refusal(order, { act: "unban", target: "bob" }), "no_such_person: bob is not banned; /bans lists who is");
});

Deno.test("ban: somebody who has just gone is found, and one at netcat by the address", () => {
  const order = ordered();
  const gone = { ...nat, isHere: false };
  assertEquals(
    done(order, { act: "ban", target: "nat" }, { people: peopleOf(gone) }),
    "nat was banned by olga for ever (the address 203.0.113.9)",
  );
  assertEquals(entering(order, nat), "You are banned for ever");
  assertEquals(
    refusal(order, { act: "kick", target: "nat" }, { people: peopleOf(gone) }),
    "no_such_person: nat is not here any more",
  );
  done(order, { act: "unban", target: "NAT" });
  assertEquals(entering(order, nat), undefined);
});

Deno.test("kick, ban and mute: who may do them to whom", () => {
  const order = ordered();
  for (const act of ["kick", "ban", "mute"] as const) {
    assertEquals(refusal(order, { act, target: "olga" }, { by: op }), "not_allowed: olga owns this server");
    assertEquals(refusal(order, { act, target: "omar" }, { by: op }), "not_allowed: omar is an op; only the owner may do that");
    assertEquals(refusal(order, { act, target: "otto" }, { by: op }), "not_allowed: that is you");
    assertEquals(refusal(order, { act, target: "x\x1b[2J" }, { by: op }), "no_such_person: nobody here is called x, nor was a moment ago");
    done(order, { act, target: "omar" });
    done(order, { act, target: "bob" }, { by: op });
  }
  assertEquals(entering(order, op2) === undefined, false);
});

Deno.test("op and deop are for the owner, and for those who are remembered", () => {
  const order = ordered();
  for (const act of ["op", "deop"] as const) {
    assertEquals(refusal(order, { act, target: "bob" }, { by: op }), "not_allowed: only the owner may do that");
  }
  assertEquals(
    refusal(order, { act: "op", target: "nat" }),
    "not_allowed: nat has a client that is not remembered; chat client and the page are",
  );
  assertEquals(refusal(order, { act: "op", target: "otto" }), "not_allowed: otto keeps order already");
  assertEquals(done(order, { act: "op", target: "bob" }), "bob was made an op by olga");
  assertEquals(order.roleOf("i-bob"), "op");
  assertEquals(done(order, { act: "deop", target: "bob" }), "bob is an op no more, says olga");
  assertEquals(order.roleOf("i-bob"), undefined);
  assertEquals(done(order, { act: "deop", target: "OTTO" }, { people: peopleOf(owner) }), "OTTO is an op no more, says olga");
  assertEquals(order.roleOf("i-otto"), undefined);
  assertEquals(refusal(order, { act: "deop", target: "eve" }), "no_such_person: eve is not an op");
});

Deno.test("a new owner takes the old one's place and rights", () => {
  const order = ordered();
  order.apply({ v: 1, act: "claim", by: "otto", nick: "otto", installation: "i-otto" }, NOW);
  assertEquals([order.roleOf("i-olga"), order.roleOf("i-otto"), order.roleOf("i-omar")], [undefined, "owner", "op"]);
  order.apply({ v: 1, act: "claim", by: "olga", nick: "olga", installation: "i-olga" }, NOW);
  assertEquals([order.roleOf("i-olga"), order.roleOf("i-otto"), order.roleOf("i-omar")], ["owner", undefined, "op"]);
});

Deno.test("mute: by installation, at netcat by the visit, until it is over or lifted", () => {
  const order = ordered();
  assertEquals(done(order, { act: "mute", target: "bob", ms: DAY, text: "caps" }), "bob was muted by olga for 1 d: caps");
  assertEquals(done(order, { act: "mute", target: "nat" }), "nat was muted by olga for this visit (netcat is not remembered)");
  const talks = (who: Person, id = who.session, now = NOW) => order.mayTalk({ id, installation: who.installation }, "lobby", now)?.text;
  const muted = "you are muted until 2026-09-22 14:14 UTC: caps";
  assertEquals([talks(bob), talks(bob, "another"), talks(bob, bob.session, NOW + DAY)], [muted, muted, undefined]);
  assertEquals([talks(nat), talks(nat, "another"), talks(eve)], ["you are muted for this visit", undefined, undefined]);
  const renamed = peopleOf(owner, { ...bob, nick: "bert" });
  assertEquals(done(order, { act: "unmute", target: "bert" }, { people: renamed }), "bert was unmuted by olga");
  assertEquals(talks(bob), undefined);
});

Deno.test("unmute and unban: what holds an op back the owner lifts, and nobody else", () => {
  const order = ordered();
  done(order, { act: "mute", target: "otto" });
  const again = (act: "unmute" | "unban", by: Person, target = "otto") => refusal(order, { act, target }, { by });
  assertEquals(again("unmute", op), "not_allowed: you are muted by olga; only the owner may lift that");
  assertEquals(again("unmute", op2), "not_allowed: otto is an op, and muted by olga; only the owner may lift that");
  done(order, { act: "ban", target: "otto" });
  assertEquals(again("unban", op2, op.host), "not_allowed: otto is an op, and banned by olga; only the owner may lift that");
  assertEquals(done(order, { act: "unmute", target: "otto" }), "otto was unmuted by olga");
  assertEquals(done(order, { act: "unban", target: "otto" }), "otto was unbanned by olga");
  // An op no more is somebody as others are.
  done(order, { act: "mute", target: "otto" });
  done(order, { act: "deop", target: "otto" });
  assertEquals(done(order, { act: "unmute", target: "otto" }, { by: op2 }), "otto was unmuted by omar");
});

Deno.test("decideAct: an op who is muted is not heard by any act, and may do what has no text", () => {
  const order = ordered();
  done(order, { act: "mute", target: "otto", text: "enough" });
  for (const act of ["announce", "kick", "ban", "mute"] as const) {
    assertEquals(refusal(order, { act, target: "bob", text: "look here" }, { by: op }), "muted: you are muted for ever: enough");
  }
  assertEquals(done(order, { act: "kick", target: "bob", text: " \n" }, { by: op }), "bob was kicked by otto");
});

Deno.test("Moderation: a muted op stays so and is not heard, whatever ops do", () => {
  fc.assert(fc.property(requests, (requests) => {
    const order = ordered();
    done(order, { act: "mute", target: "otto" });
    let now = NOW;
    for (const { frame, by, room, after } of requests) {
      now += after;
      if (by === owner) continue;
      const decided = decide(order, frame as Request["frame"], { by, room, now });
      if ("code" in decided) continue;
      order.apply(decided.act, now);
      assert(by !== op || decided.act.text === undefined);
      assertEquals(order.mayBeHeard({ id: op.session, installation: op.installation }, now)?.code, "muted");
    }
  }));
});

Deno.test("slow and readonly hold back everybody but those who keep order", () => {
  const order = ordered();
  const refused = (who: Person, now: number, room = "lobby") => {
    const refusal = order.mayTalk({ id: who.session, installation: who.installation }, room, now);
    if (!refusal) order.talked({ id: who.session, installation: who.installation }, room, now);
    return refusal && [refusal.code, refusal.retryMs];
  };
  assertEquals(
    done(order, { act: "slow", ms: 5_000 }, { by: op, room: "lobby" }),
    "otto made #lobby slow: all but those who keep order talk once in 5 s",
  );
  assertEquals([refused(bob, NOW), refused(bob, NOW + 1_000), refused(eve, NOW + 1_000)], [undefined, ["slow_mode", 4_000], undefined]);
  assertEquals([refused(bob, NOW + 4_999), refused(bob, NOW + 5_000), refused(bob, NOW + 6_000, "dev")], [
    ["slow_mode", 1],
    undefined,
    undefined,
  ]);
  assertEquals([refused(op, NOW), refused(op, NOW), refused(owner, NOW), refused(owner, NOW)], [
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  // A clock that was set back.
  assertEquals(refused(bob, NOW - DAY), ["slow_mode", 5_000]);
  assertEquals(done(order, { act: "slow", ms: 0 }, { by: op, room: "lobby" }), "otto ended the slow mode of #lobby");
  assertEquals(refused(bob, NOW + 6_000), undefined);
  assertEquals(done(order, { act: "readonly", on: true }, { by: op, room: "lobby" }), "otto made #lobby read-only");
  assertEquals([refused(bob, NOW), refused(bob, NOW, "dev"), refused(op, NOW)], [["read_only", undefined], undefined, undefined]);
  assertEquals(done(order, { act: "readonly", on: false }, { by: op, room: "lobby" }), "otto let everybody talk in #lobby again");
  assertEquals(refused(bob, NOW + DAY), undefined);
});

Deno.test("decideAct bounds what is said, and cleans it", () => {
  const order = ordered();
  assertEquals(
    refusal(order, { act: "kick", target: "bob", text: "x".repeat(257) }),
    "text_too_long: that may have 256 bytes at most, and had 257",
  );
  assertEquals(done(order, { act: "kick", target: "bob", text: " a\x1b[31m\nb " }), "bob was kicked by olga: a b");
  assertEquals(refusal(order, { act: "announce", text: " " }), "text_empty: say what to announce");
  const long = decide(order, { act: "announce", text: "x".repeat(4_012) });
  assert("act" in long && actSentence(long.act).length <= 4_096);
  assertEquals(
    refusal(order, { act: "announce", text: "x".repeat(4_013) }),
    "text_too_long: that may have 4,012 bytes at most, and had 4,013",
  );
});

Deno.test("decodeAct takes nothing that it does not know all of", () => {
  const problem = (text: string) => {
    const act = decodeAct(text);
    return "problem" in act ? act.problem : act;
  };
  const ban: KeptAct = { v: 1, act: "ban", by: "a", nick: "b", installation: "i" };
  assertEquals(problem(encodeAct({ ...ban, more: 1 } as KeptAct)), ban);
  const deletion: KeptAct = { v: 1, act: "delete", by: "a", nick: "b", room: "lobby", target: "31" };
  assertEquals([problem(encodeAct(deletion)), actSentence(deletion)], [deletion, "a deleted a message of b in #lobby (31)"]);
  assertEquals(
    [
      "{",
      "[]",
      '{"v":2,"act":"ban"}',
      '{"v":1,"act":"bless","by":"a"}',
      '{"v":1,"act":"toString","by":"a"}',
      '{"v":1,"act":"ban","by":"a","nick":"b"}',
      '{"v":1,"act":"mute","by":"a","nick":"b"}',
      '{"v":1,"act":"op","by":"a","nick":"b"}',
      '{"v":1,"act":"slow","by":"a","room":"b","ms":-1}',
      '{"v":1,"act":"readonly","by":"a","room":"b","on":1}',
      '{"v":1,"act":"kick","by":7}',
      '{"v":1,"act":"delete","by":"a","nick":"b","room":"lobby"}',
    ].map(problem),
    [
      "is not JSON",
      "is not an object",
      "is of version 2, and this program knows version 1",
      'does "bless", which this program does not know',
      'does "toString", which this program does not know',
      "bans nobody",
      "mutes nobody",
      'has no "installation"',
      'has an "ms" that is no time',
      'has an "on" that is neither true nor false',
      'has a "by" that is no text',
      'has no "target"',
    ],
  );
  fc.assert(fc.property(fc.json(), (text) => {
    assert("problem" in decodeAct(text));
  }));
});

Deno.test("decideAct: what an answer repeats of a name is cut between characters", () => {
  assertEquals(
    refusal(ordered(), { act: "unban", target: `x${"😀".repeat(100)}` }),
    `no_such_person: x${"😀".repeat(63)} is not banned; /bans lists who is`,
  );
});

Deno.test("decideAct: where there are 10,000 bans and mutes, no more are made, and everything else goes on", () => {
  const order = Object.defineProperty(ordered(), "held", { value: () => 10_000 });
  for (const act of ["ban", "mute"] as const) {
    assertEquals(refusal(order, { act, target: "bob" }), "not_allowed: there are 10,000 bans and mutes already; lift some first");
  }
  assertEquals(done(order, { act: "kick", target: "bob" }), "bob was kicked by olga");
  assertEquals(done(order, { act: "deop", target: "otto" }), "otto is an op no more, says olga");
});

Deno.test("Moderation: 100,000 acts are read in seconds, and 10,000 bans hold nobody up who comes or talks", () => {
  const order = ordered();
  const host = (i: number) => `10.${i % 100}.${Math.floor(i / 100) % 100}.1`;
  const began = performance.now();
  for (let i = 0; i < 50_000; i++) {
    order.apply({ v: 1, act: "ban", by: "olga", network: host(i) }, NOW);
    order.apply({ v: 1, act: "mute", by: "olga", nick: `n${i % 10_000}`, installation: `m${i % 10_000}` }, NOW);
  }
  const read = performance.now();
  assert(read - began < 5_000, `read in ${read - began} ms`);
  assertEquals(order.held(NOW), 20_000);
  for (let i = 0; i < 10_000; i++) {
    assertEquals(order.mayEnter(`c${i}`, "192.0.2.1", NOW), undefined);
    assertEquals(order.mayTalk({ id: `c${i}`, installation: undefined }, "lobby", NOW), undefined);
  }
  assert(performance.now() - read < 1_000, `let in in ${performance.now() - read} ms`);
  assertEquals(order.mayEnter("c", host(9_999), NOW)?.code, "banned");
  assertEquals(order.mayTalk({ id: "s", installation: "m9999" }, "lobby", NOW)?.code, "muted");
});

Deno.test("ban: a network of IPv6 that is finer than a /64 is the /64, as everybody there is", () => {
  const order = ordered();
  for (const [target, host] of [["2001:db8:1::5/128", "2001:db8:1::6"], ["2001:db8:2::/96", "2001:db8:2::1"]]) {
    done(order, { act: "ban", target });
    assertEquals(order.mayEnter("i", host, NOW)?.code, "banned", target);
  }
});

Deno.test("op: whoever has gone is not made an op, whoever it was that had the name", () => {
  const people = peopleOf(owner, { ...bob, isHere: false });
  assertEquals(decide(ordered(), { act: "op", target: "bob" }, { people }) as unknown, {
    code: "no_such_person",
    text: "bob is not here any more",
  });
});

Deno.test("decideAct looks at no name that is longer than any", () => {
  const looked: string[] = [];
  const people = { ...peopleOf(owner), find: (nick: string) => void looked.push(nick) };
  for (const act of acts) {
    const decided = decide(ordered(), { act, target: `a${"\u0301\u0316".repeat(4_000)}` }, { people });
    assertEquals("code" in decided && decided.code, "no_such_person", act);
  }
  assertEquals(looked, []);
});
