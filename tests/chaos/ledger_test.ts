import { assertEquals } from "@std/assert";
import type { Entry, ServerFrame, Welcome } from "../../shared/protocol.ts";
import { Ledger } from "./ledger.ts";

function entry(seq: number, fields: Partial<Entry> = {}): Entry {
  const text = `message ${seq}`;
  return { kind: "entry", room: "lobby", seq, prev: seq - 1, at: 1, type: "said", by: "bob", from: "s1", text, ref: `r${seq}`, ...fields };
}

function welcome(session: string, head = 0, epoch = "e"): Welcome {
  const rooms = [{ room: "lobby", head, topic: "", total: 1, offset: 0, members: [] }];
  return { kind: "welcome", v: 1, session, nick: session, server: "", epoch, resumed: false, keeps: "", rooms };
}

/** Bob sends three messages; both hear what is given after their welcomes; then it is compared with what was kept. */
function verdict({ bob = [], eve = [], kept }: { bob?: ServerFrame[]; eve?: ServerFrame[]; kept: Entry[] }): string[] {
  const ledger = new Ledger();
  for (const [name, session] of [["bob", "s1"], ["eve", "s2"]]) ledger.heard(name, welcome(session));
  for (const seq of [1, 2, 3]) ledger.sent("bob", `r${seq}`, "lobby", `message ${seq}`);
  for (const frame of bob) ledger.heard("bob", frame);
  for (const frame of eve) ledger.heard("eve", frame);
  return ledger.verdict(kept).map(({ what }) => what);
}

const [one, two, three] = [1, 2, 3].map((seq) => entry(seq));
const all = [one, two, three];

Deno.test("a ledger finds nothing where nothing is wrong, across connections and repeated answers", () => {
  const again: Entry = { ...two, again: true };
  assertEquals(verdict({ bob: [one, two, welcome("s9", 2), again, three], eve: [one, welcome("s3", 3), two, three], kept: all }), []);
});

const wrong: Readonly<Record<string, Parameters<typeof verdict>[0]>> = {
  "acknowledged but lost": { bob: [{ ...one, again: true }], kept: [] },
  "seen but not kept": { eve: [one, two], kept: [one] },
  "seen twice": { eve: [one, two, two], kept: all },
  "a hole": { eve: [one, three], kept: all },
  "a wrong prev": { eve: [one, { ...two, prev: 0 }], kept: all },
  "different for two readers": { bob: [one], eve: [{ ...one, text: "other" }], kept: all },
  "seen otherwise than kept": { eve: [one], kept: [{ ...one, at: 0 }, two, three] },
  "left out by a reset": { eve: [{ kind: "reset", room: "lobby", cursor: 2, skipped: 2 }, three], kept: all },
  "the history began anew": { eve: [welcome("s3", 0, "f")], kept: all },
  "kept twice": { kept: [...all, { ...entry(4), ref: "r2", text: "message 2" }] },
  "kept with a hole": { kept: [one, three] },
  "kept in another order than sent": { kept: [{ ...one, ref: "r2", text: "message 2" }, { ...two, ref: "r1", text: "message 1" }] },
  "kept but never sent": { kept: [...all, entry(4)] },
  "kept otherwise than sent": { kept: [{ ...one, by: "eve" }] },
  "kept with a time that falls": { kept: [one, { ...two, at: 0 }] },
  "acknowledged as two entries": { bob: [one, { ...two, ref: "r1", again: true }], kept: all },
};

for (const [what, heard] of Object.entries(wrong)) {
  Deno.test(`a ledger finds: ${what}`, () => assertEquals(verdict(heard).includes(what), true, `${verdict(heard)}`));
}

Deno.test("a ledger finds: kept before what was known when it was sent", () => {
  const ledger = new Ledger();
  ledger.heard("eve", welcome("s2"));
  ledger.heard("eve", { ...one, ref: "other" });
  ledger.sent("bob", "r1", "lobby", "message 1");
  assertEquals(ledger.verdict([one]).some(({ what }) => what === "kept before what was known when it was sent"), true);
});

Deno.test("a ledger finds: never acknowledged, never shown", async () => {
  const silent = new Ledger();
  silent.sent("bob", "r1", "lobby", "message 1");
  await silent.completed(1);
  assertEquals(silent.verdict([one]).map(({ what }) => what), ["never acknowledged"]);
  const blind = new Ledger();
  for (const name of ["bob", "eve"]) blind.heard(name, welcome(name));
  blind.heard("eve", one);
  await blind.completed(1);
  assertEquals(blind.verdict([one]).map(({ what }) => what), ["never shown", "kept but never sent"]);
});
