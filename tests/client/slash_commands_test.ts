import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Input } from "../../client/input.ts";
import { COMMANDS, helpLines, parseInput } from "../../client/slash_commands.ts";

Deno.test("parseInput leaves on bye, whatever its case and the space around it", () => {
  for (const line of ["bye", "BYE", "  Bye\t", "/quit", "/QUIT now"]) assertEquals(parseInput(line), { kind: "leave" }, line);
  assertEquals(parseInput("bye all"), { kind: "say", text: "bye all" });
});

Deno.test("parseInput makes nothing of an empty line", () => {
  for (const line of ["", "   ", "\t"]) assertEquals(parseInput(line), undefined);
});

Deno.test("parseInput says a text as it was typed, and a slash where it is doubled", () => {
  assertEquals(parseInput("  code  "), { kind: "say", text: "  code  " });
  assertEquals(parseInput("//quit"), { kind: "say", text: "/quit" });
  assertEquals(parseInput("///"), { kind: "say", text: "//" });
});

Deno.test("parseInput names the closest command and keeps the line", () => {
  const input = parseInput("/hlep me");
  assertEquals(input, { kind: "wrong", line: "/hlep me", why: "There is no /hlep; did you mean /help? To say it, type //hlep" });
});

Deno.test("COMMANDS are all understood, and all in the help", () => {
  const lines = helpLines("op");
  for (const { name, usage } of COMMANDS) {
    assert(lines.some((line) => line.startsWith(`${name} `)), name);
    for (const rest of ["", " 1", " dev x", ` ${"x".repeat(5_000)}`]) assert(parseInput(name + rest), name);
    // One that takes nothing, or may take nothing, is understood alone.
    assertEquals(parseInput(name)?.kind === "wrong", usage !== undefined && !usage.startsWith("["), name);
  }
});

Deno.test("parseInput reads what follows a command", () => {
  const cases: [string, Input][] = [
    ["/join #Dev", { kind: "join", room: "dev" }],
    ["/part", { kind: "part", room: undefined }],
    ["/part dev", { kind: "part", room: "dev" }],
    ["/switch 2", { kind: "switch", to: "2" }],
    ["/SWITCH #dev", { kind: "switch", to: "dev" }],
    ["/topic", { kind: "topic", text: undefined }],
    ["/topic  release on friday ", { kind: "topic", text: "release on friday" }],
    ["/me waves", { kind: "say", text: "/me waves" }],
    ["/nick bert", { kind: "nick", name: "bert" }],
    ["/ignore @eve:", { kind: "ignore", name: "eve" }],
    ["/history", { kind: "history", limit: 20 }],
    ["/history 200", { kind: "history", limit: 200 }],
    ["/search two words", { kind: "search", words: "two words" }],
    ["/set", { kind: "set", key: undefined, value: "" }],
    ["/set bell false", { kind: "set", key: "bell", value: "false" }],
    ["/away", { kind: "away", text: "" }],
    ["/away lunch", { kind: "away", text: "lunch" }],
    ["/claim abcd efgh", { kind: "moderate", frame: { act: "claim", text: "abcd efgh" } }],
    ["/kick @bob be  nice", { kind: "moderate", frame: { act: "kick", target: "bob", text: "be  nice" } }],
    ["/kick bob 1d", { kind: "moderate", frame: { act: "kick", target: "bob", text: "1d" } }],
    ["/ban bob: 1d spam", { kind: "moderate", frame: { act: "ban", target: "bob", ms: 86_400_000, text: "spam" } }],
    ["/ban bob", { kind: "moderate", frame: { act: "ban", target: "bob" } }],
    ["/ban 2001:db8:: 90s", { kind: "moderate", frame: { act: "ban", target: "2001:db8::", ms: 90_000 } }],
    ["/ban 203.0.113.0/24 spam", { kind: "moderate", frame: { act: "ban", target: "203.0.113.0/24", text: "spam" } }],
    ["/unban bob", { kind: "moderate", frame: { act: "unban", target: "bob" } }],
    ["/mute bob 10m", { kind: "moderate", frame: { act: "mute", target: "bob", ms: 600_000 } }],
    ["/ban bob 10 min", { kind: "moderate", frame: { act: "ban", target: "bob", ms: 600_000 } }],
    ["/ban bob for 1h30m 3 warnings", { kind: "moderate", frame: { act: "ban", target: "bob", ms: 5_400_000, text: "3 warnings" } }],
    ["/ban 198.51.100.7 2 weeks", { kind: "moderate", frame: { act: "ban", target: "198.51.100.7", ms: 1_209_600_000 } }],
    ["/mute bob 1.5h caps", { kind: "moderate", frame: { act: "mute", target: "bob", ms: 5_400_000, text: "caps" } }],
    ["/mute bob for spam", { kind: "moderate", frame: { act: "mute", target: "bob", text: "for spam" } }],
    ["/kick bob 10 min of spam", { kind: "moderate", frame: { act: "kick", target: "bob", text: "10 min of spam" } }],
    ["/slow 10 s", { kind: "moderate", frame: { act: "slow", ms: 10_000 } }],
    ["/unmute bob", { kind: "moderate", frame: { act: "unmute", target: "bob" } }],
    ["/op bob", { kind: "moderate", frame: { act: "op", target: "bob" } }],
    ["/deop bob", { kind: "moderate", frame: { act: "deop", target: "bob" } }],
    ["/slow 5s", { kind: "moderate", frame: { act: "slow", ms: 5_000 } }],
    ["/slow OFF", { kind: "moderate", frame: { act: "slow", ms: 0 } }],
    ["/readonly on", { kind: "moderate", frame: { act: "readonly", on: true } }],
    ["/readonly off", { kind: "moderate", frame: { act: "readonly", on: false } }],
    ["/announce down at six", { kind: "moderate", frame: { act: "announce", text: "down at six" } }],
    ["/bans", { kind: "report", about: "bans" }],
    ["/audit", { kind: "report", about: "audit" }],
  ];
  for (const [line, input] of cases) assertEquals(parseInput(line), input, line);
});

Deno.test("parseInput says what is wrong with what follows a command, and keeps the line", () => {
  const cases: [string, RegExp][] = [
    ["/join", /^\/join needs a room/],
    ["/ban", /^\/ban needs a name/],
    [
      "/ban bob 5x",
      /^\/ban takes a time of 1 s to 366 d, as in 10m, 2h or 3d, and "5x" is none; without one, start the reason with a letter$/,
    ],
    ["/ban bob -5m", /and "-5m" is none/],
    ["/ban bob - 5m", /and "- 5m" is none/],
    ["/ban bob .5h", /and ".5h" is none/],
    ["/ban bob 1 month", /and "1 month" is none/],
    ["/ban bob for 10 spams", /and "10 spams" is none/],
    ["/ban bob 10m, spam", /and "10m," is none/],
    ["/ban bob 30m 1h", /and "30m" is none/],
    ["/ban bob 0s", /^\/ban takes a time of 1 s to 366 d, .*"0s" is none/],
    ["/mute bob 53w", /^\/mute takes a time of 1 s to 366 d, .*"53w" is none/],
    ["/slow", /^\/slow takes a time of 1 s to 366 d, or off, as in \/slow 5s$/],
    ["/slow soon", /^\/slow takes a time of 1 s to 366 d, or off/],
    ["/slow 0s", /^\/slow takes a time of 1 s to 366 d, or off/],
    ["/slow -1s", /^\/slow takes a time of 1 s to 366 d, or off/],
    ["/slow 1000w", /^\/slow takes a time of 1 s to 366 d, or off/],
    ["/readonly maybe", /^\/readonly takes on or off/],
    ["/announce", /^\/announce needs a text/],
    ["/bans all", /^\/bans takes nothing after it/],
    ["/join a b", /^\/join cannot: A room's name has letters/],
    ["/history 201", /^\/history takes a number from 1 to 200, and "201" is none$/],
    ["/history 0", /"0" is none$/],
    ["/who bob", /^\/who takes nothing after it, and here came "bob"$/],
    ["/set bell", /^\/set needs a value for bell/],
    ["/me", /^\/me needs what you do$/],
  ];
  for (const [line, why] of cases) {
    const input = parseInput(line);
    assert(input?.kind === "wrong" && input.line === line, line);
    assertMatch(input.why, why);
  }
});

Deno.test("helpLines tells those who keep order what they can do, and everybody how to own the server", () => {
  const has = (lines: readonly string[], name: string) => lines.some((line) => line.startsWith(`${name} `));
  const [plain, owner] = [helpLines(undefined), helpLines("owner")];
  assertEquals(["/claim", "/kick", "/audit"].map((name) => [has(plain, name), has(owner, name)]), [[true, true], [false, true], [
    false,
    true,
  ]]);
});
