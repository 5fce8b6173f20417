import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { type Session, Sessions } from "../../../server/core/sessions.ts";
import { fold, parseNick } from "../../../shared/names.ts";

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

function opened(sessions: Sessions, name: string, id = "s1"): Session {
  const session = sessions.open(name, id, undefined);
  assert(!("code" in session), name);
  return session;
}

Deno.test("Sessions.open gives a session its name, id and installation", () => {
  const session: unknown = new Sessions().open(" bob ", "s1", "hash");
  assertEquals(session, {
    id: "s1",
    nick: "bob",
    away: undefined,
    installation: "hash",
    role: undefined,
    rooms: new Set(),
    appended: 0,
    answered: 0,
    committed: 0,
  });
});

Deno.test("Sessions.open refuses a name that looks like a live one", () => {
  const sessions = new Sessions();
  opened(sessions, "scope");
  for (const name of ["scope", "SCOPE", "ｓｃｏｐｅ", "ѕсоре"]) {
    assertEquals(sessions.open(name, "s2", undefined), { code: "name_taken", text: `${name} is taken` });
  }
});

Deno.test("Sessions.open says why a name is not allowed", () => {
  assertEquals(new Sessions().open("a:b", "s1", undefined), { code: "name_not_allowed", text: "A name cannot have a colon in it" });
});

Deno.test("Sessions.close frees the name, and only that", () => {
  const sessions = new Sessions();
  const bob = opened(sessions, "Bob");
  opened(sessions, "carol", "s2");
  sessions.close(bob);
  opened(sessions, "BOB", "s3");
  sessions.close(bob);
  assert("code" in sessions.open("bob", "s4", undefined), "the name is its new holder's");
  assert("code" in sessions.open("carol", "s4", undefined));
});

Deno.test("Sessions.rename takes the new name and frees the old one", () => {
  const sessions = new Sessions();
  const bob = opened(sessions, "bob");
  assertEquals([sessions.rename(bob, " bert "), bob.nick], [undefined, "bert" as Session["nick"]]);
  opened(sessions, "bob", "s2");
  assert("code" in sessions.open("BERT", "s3", undefined));
  sessions.close(bob);
  opened(sessions, "bert", "s3");
});

Deno.test("Sessions.rename that is refused changes nothing", () => {
  const sessions = new Sessions();
  const bob = opened(sessions, "bob");
  opened(sessions, "alice", "s2");
  assertEquals(sessions.rename(bob, "Alice"), { code: "name_taken", text: "Alice is taken" });
  assertEquals(sessions.rename(bob, "a b"), { code: "name_not_allowed", text: "A name cannot have white space in it" });
  assertEquals(bob.nick, "bob" as Session["nick"]);
  assert("code" in sessions.open("bob", "s3", undefined));
});

Deno.test("Sessions.rename lets a session change the case of its own name, and keeps it taken", () => {
  const sessions = new Sessions();
  const bob = opened(sessions, "bob");
  assertEquals([sessions.rename(bob, "BOB"), bob.nick], [undefined, "BOB" as Session["nick"]]);
  assert("code" in sessions.open("bob", "s2", undefined));
});

Deno.test("C7 a token resumes its session, present or over, with its name", () => {
  const sessions = new Sessions();
  const bob = opened(sessions, "bob");
  bob.rooms.add("dev");
  sessions.issue(bob, "h1", 0);
  assertStrictEquals(sessions.resume("h1", 1), bob);
  sessions.close(bob);
  assertStrictEquals(sessions.resume("h1", 2), bob);
  assertEquals([...bob.rooms], ["dev"]);
  assert("code" in sessions.open("bob", "s2", undefined), "the name is taken again");
});

Deno.test("C7 a token that nobody was given resumes nothing", () => {
  const sessions = new Sessions();
  sessions.issue(opened(sessions, "bob"), "h1", 0);
  for (const hash of ["", "h2", "s1", "bob", "__proto__"]) assertEquals(sessions.resume(hash, 0), undefined);
});

Deno.test("C7 a token is good for 24 hours", () => {
  for (const [at, good] of [[DAY - 1, true], [DAY, false]] as const) {
    const sessions = new Sessions();
    const bob = opened(sessions, "bob");
    sessions.issue(bob, "h1", 0);
    assertEquals(sessions.resume("h1", at), good ? bob : undefined);
  }
});

Deno.test("C7 the token of before is good for 30 s beside its successor", () => {
  for (const [at, good] of [[1_000 + 29_999, true], [1_000 + 30_000, false]] as const) {
    const sessions = new Sessions();
    const bob = opened(sessions, "bob");
    sessions.issue(bob, "h1", 0);
    sessions.issue(bob, "h2", 1_000, "h1");
    assertEquals(sessions.resume("h1", at), good ? bob : undefined);
    assertStrictEquals(sessions.resume("h2", at), bob);
  }
});

Deno.test("C7 a successor never lengthens the life of the token of before", () => {
  const sessions = new Sessions();
  const bob = opened(sessions, "bob");
  sessions.issue(bob, "h1", 0);
  sessions.issue(bob, "h2", DAY - 10_000, "h1");
  assertEquals(sessions.resume("h1", DAY), undefined);
  // Used again within its overlap, and given another successor: the first end holds.
  sessions.issue(bob, "h3", DAY - 5_000, "h2");
  sessions.issue(bob, "h4", DAY + 10_000, "h2");
  assertEquals(sessions.resume("h2", DAY + 25_000), undefined);
});

Deno.test("C7 a session whose name somebody else has taken is not resumed, and is when it is free", () => {
  const sessions = new Sessions();
  const bob = opened(sessions, "bob");
  sessions.issue(bob, "h1", 0);
  sessions.close(bob);
  const other = opened(sessions, "BOB", "s2");
  assertEquals(sessions.resume("h1", 1), { code: "name_taken", text: "bob is taken" });
  sessions.close(other);
  assertStrictEquals(sessions.resume("h1", 1), bob);
});

Deno.test("Sessions.issue forgets tokens that have expired, whatever the order they expire in", () => {
  const sessions = new Sessions();
  const [ann, bob] = [opened(sessions, "ann", "s1"), opened(sessions, "bob", "s2")];
  sessions.issue(ann, "a1", 0);
  sessions.issue(bob, "b1", 1);
  sessions.issue(bob, "b2", 2, "b1");
  sessions.issue(ann, "a2", DAY + 100, "a1");
  for (const hash of ["a1", "b1", "b2"]) assertEquals(sessions.resume(hash, DAY + 100), undefined, hash);
  assertStrictEquals(sessions.resume("a2", DAY + 100), ann);
});

/** Names that clash in case, width and alphabet. */
const names = fc.constantFrom("bob", "BOB", "ｂｏｂ", "scope", "ѕсоре", "alice", "carol");
type Act = ["open" | "close" | "rename" | "resume", number, string];
const acts = fc.array(fc.tuple(fc.constantFrom<Act[0][]>("open", "close", "rename", "resume"), fc.nat(9), names), { maxLength: 60 });

Deno.test("Sessions: no two present sessions ever have names that look the same, and a refusal is given only for such", () => {
  fc.assert(fc.property(acts, (acts) => {
    const sessions = new Sessions();
    const all: Session[] = [];
    const present = new Set<Session>();
    const taken = (name: string, by?: Session) => [...present].some((other) => other !== by && fold(other.nick) === fold(name));
    for (const [act, n, name] of acts) {
      const session = all[n % Math.max(1, all.length)];
      if (act === "open") {
        const clash = taken(name);
        const fresh = sessions.open(name, `s${all.length}`, undefined);
        assertEquals("code" in fresh, clash);
        if ("code" in fresh) continue;
        sessions.issue(fresh, fresh.id, 0);
        all.push(fresh);
        present.add(fresh);
      } else if (session && act === "close") {
        if (present.delete(session)) sessions.close(session);
      } else if (session && act === "rename" && present.has(session)) {
        const clash = taken(name, session);
        assertEquals(sessions.rename(session, name) !== undefined, clash);
      } else if (session && act === "resume") {
        const clash = taken(session.nick, session);
        const resumed = sessions.resume(session.id, 1);
        assert(resumed);
        assertEquals("code" in resumed, clash);
        if (!clash) present.add(session);
      }
      for (const one of present) assertStrictEquals(sessions.named(one.nick), one);
      const folded = [...present].map(({ nick }) => fold(nick));
      assertEquals(new Set(folded).size, folded.length);
    }
  }));
  assert(parseNick("ѕсоре").ok);
});
