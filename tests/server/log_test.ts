import { assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import type { ServerEvent } from "../../server/events.ts";
import { type LogOptions, openLog } from "../../server/log.ts";
import { network } from "../../server/log_line.ts";
import { entry } from "./fakes.ts";

const MASKED: readonly [address: string, network: string][] = [
  ["203.0.113.7:40000", "203.0.113.0/24"],
  ["10.1.2.255:1", "10.1.2.0/24"],
  ["[2001:db8:1:2:3:4:5:6]:40000", "2001:db8:1::/48"],
  ["[2001:db8:1:2::6]:40000", "2001:db8:1::/48"],
  ["[2001:db8:1::6]:40000", "2001:db8:1::/48"],
  ["[2001:db8::6]:40000", "2001:db8::/48"],
  ["[2001::6]:40000", "2001::/48"],
  ["[::1]:40000", "::/48"],
  ["[::ffff:203.0.113.7]:40000", "::/48"],
  ["[fe80::1%eth0]:40000", "fe80::/48"],
];

Deno.test("network cuts an address to its /24 or /48", () => {
  for (const [address, cut] of MASKED) assertEquals(network(address), cut);
});

/** What a log writes about events. */
async function logged(events: readonly ServerEvent[], options: Partial<LogOptions> = {}): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  const write = (bytes: Uint8Array) => {
    text += decoder.decode(bytes, { stream: true });
    return Promise.resolve(bytes.length);
  };
  const log = await openLog({ format: "text", messages: false, terminal: false, colour: false, write, ...options });
  for (const event of events) log.watch(event);
  await log.close();
  return text;
}

const peer = { id: 1, address: "203.0.113.7:40000", host: "203.0.113.7", encrypted: false, transport: "text" } as const;
const EVENTS: readonly ServerEvent[] = [
  { type: "connected", peer },
  { type: "joined", peer, nick: "bob", room: "lobby" },
  { type: "said", entry: { ...entry(1, "a secret"), ref: "ref-1" } },
  { type: "refused", peer, code: "name_taken", text: "bob is taken" },
  { type: "disconnected", peer, why: "said bye", sent: 0 },
  { type: "turned_away", address: peer.address, why: "spoke HTTP" },
];

Deno.test("openLog keeps texts, refs and whole addresses out of a log that is no terminal", async () => {
  for (const format of ["text", "json"] as const) {
    const text = await logged(EVENTS, { format });
    for (const secret of ["secret", "ref-1", "203.0.113.7", "40000"]) assertFalse(text.includes(secret), secret);
    for (const shown of ["203.0.113.0/24", "connected", "8 characters"]) assertStringIncludes(text, shown);
    assertEquals(text.split("\n").length, EVENTS.length + 1);
  }
});

Deno.test("openLog shows whoever looks on everything", async () => {
  const text = await logged(EVENTS, { terminal: true, messages: true });
  assertStringIncludes(text, "203.0.113.7:40000 connected (text)");
  assertStringIncludes(text, "#lobby nick-s1: a secret");
  assertFalse(text.includes("ref-1"));
});

Deno.test("openLog tells what was done to keep order, without the words and addresses that it keeps to itself", async () => {
  const by = { v: 1, by: "olga" } as const;
  const acts: readonly ServerEvent[] = [
    { type: "kept_order", act: { ...by, act: "mute", nick: "bob", installation: "i1", ms: 60_000, text: "too loud" } },
    { type: "kept_order", act: { ...by, act: "ban", network: "203.0.113.0/28" } },
    { type: "kept_order", act: { ...by, act: "unban", target: "203.0.113.0/28" } },
    { type: "kept_order", act: { ...by, act: "unban", target: "bob" } },
    { type: "kept_order", act: { ...by, act: "announce", text: "tea" } },
  ];
  const sentences = async (options: Partial<LogOptions>) => {
    const lines = (await logged(acts, options)).trim().split("\n");
    return lines.map((line) => line.slice(line.indexOf("  ") + 2));
  };
  assertEquals(await sentences({ terminal: true, messages: true }), [
    "bob was muted by olga for 1 m: too loud",
    "203.0.113.0/28 was banned by olga for ever",
    "203.0.113.0/28 was unbanned by olga",
    "bob was unbanned by olga",
    "olga announces: tea",
  ]);
  assertEquals(await sentences({}), [
    "bob was muted by olga for 1 m",
    "an address was banned by olga for ever",
    "an address was unbanned by olga",
    "bob was unbanned by olga",
    "olga announced something",
  ]);
});

Deno.test("openLog lets nothing through that moves a terminal's cursor", async () => {
  const why = "one\ntwo \x1b[2J\x9b2J";
  for (const options of [{}, { terminal: true }, { format: "json" as const }, { terminal: true, colour: true }]) {
    const text = await logged([{ type: "refused", peer, nick: "bob", code: "text_empty", text: why }], options);
    assertEquals(text.split("\n").length, 2);
    for (const part of ["\x1b[2J", "\x9b"]) assertFalse(text.includes(part), JSON.stringify({ part, options }));
  }
});

Deno.test("openLog counts messages above 50 at once when it does not show them", async () => {
  const said = Array.from({ length: 5000 }, (_, i): ServerEvent => ({ type: "said", entry: entry(i + 1, "hi") }));
  const text = await logged(said);
  assertEquals(text.split("\n").length, 52);
  assertStringIncludes(text, "and 4,950 more messages");
});

Deno.test("openLog counts what anybody can cause as often as they like, each kind for itself", async () => {
  const [connected, , , refused, , away] = EVENTS;
  const text = await logged([connected, refused, away].flatMap((event) => Array<ServerEvent>(60).fill(event)), { messages: true });
  assertEquals(text.split("\n").length, 3 * 50 + 3 + 1);
  for (const line of ["and 10 more connected", "and 10 more were refused", "and 10 more were turned away"]) {
    assertStringIncludes(text, line);
  }
});

Deno.test("openLog shows every message where messages are shown, and counts faults", async () => {
  const said = Array.from({ length: 60 }, (_, i): ServerEvent => ({ type: "said", entry: entry(i + 1, "hi") }));
  const faults = Array.from({ length: 60 }, (): ServerEvent => ({ type: "fault", where: "a test", error: new Error("boom") }));
  assertEquals((await logged([...said, ...faults], { messages: true })).split("\n").length, 60 + 50 + 1 + 1);
});

Deno.test("openLog keeps what a ban or a mute was for out of a log without messages", async () => {
  const event = { type: "refused", peer, nick: "bob", code: "muted", text: "you are muted: swears" } as const;
  assertStringIncludes(await logged([event], { messages: false }), "bob was refused: muted");
  assertStringIncludes(await logged([event], { messages: true }), "bob was refused: you are muted: swears");
});

Deno.test("openLog repeats nothing of what those who keep order typed, in a log that is no terminal", async () => {
  const peer = { id: 1, address: "203.0.113.7:5", host: "203.0.113.7", encrypted: true, transport: "frames" } as const;
  const refused: readonly ServerEvent[] = [
    { type: "refused", peer, nick: "olga", code: "not_allowed", text: "you are in 203.0.113.7 yourself" },
    { type: "refused", peer, nick: "olga", code: "no_such_person", text: "nobody here is called my secret plan, nor was a moment ago" },
  ];
  const text = await logged(refused, {});
  assertStringIncludes(text, "olga was refused: not_allowed");
  assertFalse(/203\.0\.113\.7|secret/.test(text));
  assertStringIncludes(await logged(refused, { terminal: true, messages: true }), "you are in 203.0.113.7 yourself");
});
