import { assert, assertEquals } from "@std/assert";
import { type Session, Sessions } from "../../../server/core/sessions.ts";

function opened(sessions: Sessions, name: string, id = "s1"): Session {
  const session = sessions.open(name, id);
  assert(!("code" in session), name);
  return session;
}

Deno.test("Sessions.open gives a session its name and id", () => {
  assertEquals(opened(new Sessions(), " bob ") as unknown, { id: "s1", nick: "bob", appended: 0, committed: 0 });
});

Deno.test("Sessions.open refuses a name that looks like a live one", () => {
  const sessions = new Sessions();
  opened(sessions, "scope");
  for (const name of ["scope", "SCOPE", "ｓｃｏｐｅ", "ѕсоре"]) {
    assertEquals(sessions.open(name, "s2"), { code: "name_taken", text: `${name} is taken` });
  }
});

Deno.test("Sessions.open says why a name is not allowed", () => {
  assertEquals(new Sessions().open("a:b", "s1"), { code: "name_not_allowed", text: "A name cannot have a colon in it" });
});

Deno.test("Sessions.close frees the name, and only that", () => {
  const sessions = new Sessions();
  const bob = opened(sessions, "Bob");
  opened(sessions, "carol", "s2");
  sessions.close(bob);
  opened(sessions, "BOB", "s3");
  assert("code" in sessions.open("carol", "s4"));
});
