import { assert, assertEquals } from "@std/assert";
import { COMMANDS, helpLines, parseInput } from "../../client/input.ts";

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
  assertEquals(input, { kind: "unknown", line: "/hlep me", why: "There is no /hlep; did you mean /help? To say it, type //hlep" });
});

Deno.test("COMMANDS are all understood and all in the help", () => {
  for (const { name, input } of COMMANDS) {
    assertEquals(parseInput(name), input);
    assert(helpLines().some((line) => line.startsWith(`${name} `)));
  }
});
