import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Candidates, complete } from "../../../client/views/completion.ts";
import { fold } from "../../../shared/names.ts";
import { isClean } from "../../../shared/text.ts";

const CANDIDATES: Candidates = {
  nicks: ["zoe", "Alice", "albert", "ALICE", "Ünal", "日本", "ev\x1b[31mil"],
  rooms: ["dev", "design", "lobby"],
  commands: [{ name: "/join", completes: "room" }, { name: "/msg", completes: "nick" }, { name: "/me" }, { name: "/help" }, {
    name: "/quiet",
    completes: ["on", "off"],
  }],
  emoji: [["tada", "🎉"], ["smile", "😄"], ["smiley", "😃"], ["+1", "👍"]],
};

/** `before|after` as it reads when Tab has inserted the only option, or what all have in common and the options. */
function tab(line: string): string | [string, ...string[]] | undefined {
  const cursor = line.indexOf("|");
  const text = line.replace("|", "");
  const completion = complete(text, cursor, CANDIDATES);
  if (completion === undefined) return undefined;
  const { start, end, common, options } = completion;
  const put = (insert: string): string => `${text.slice(0, start)}${insert}|${text.slice(end)}`;
  return options.length === 1 ? put(options[0].insert) : [put(common), ...options.map(({ insert }) => insert)];
}

Deno.test("complete addresses who begins a message, and names who is within", () => {
  assertEquals(tab("z|"), "zoe: |");
  assertEquals(tab("  z|"), "  zoe: |");
  assertEquals(tab("ask z|"), "ask zoe |");
  assertEquals(tab("first row\nz|"), "first row\nzoe |");
  assertEquals(tab("日|"), "日本: |");
  assertEquals(tab("@z|"), "@zoe |");
  assertEquals(tab("ask @z|"), "ask @zoe |");
});

Deno.test("complete adds no second space, and leaves what stands after the cursor", () => {
  assertEquals(tab("z| hello"), "zoe:| hello");
  assertEquals(tab("ask z|, please"), "ask zoe |, please");
});

Deno.test("complete does not mind case, width or a name given twice, and sorts", () => {
  assertEquals(tab("AL|"), ["AL|", "albert: ", "Alice: "]);
  assertEquals(tab("ALI|"), "Alice: |");
  assertEquals(tab("ｚｏ|"), "zoe: |");
  assertEquals(tab("ü|"), "Ünal: |");
});

Deno.test("complete inserts what all options have in common", () => {
  assertEquals(tab("#|"), ["#|", "#design ", "#dev ", "#lobby "]);
  assertEquals(tab("#d|"), ["#de|", "#design ", "#dev "]);
  assertEquals(tab(":sm|"), [":smile|", "😄", "😃"]);
});

Deno.test("complete finds commands at the beginning only, and not in what //says", () => {
  assertEquals(tab("/jo|"), "/join |");
  assertEquals(tab("/J|"), "/join |");
  assertEquals(tab("/m|"), ["/m|", "/me ", "/msg "]);
  assertEquals(tab("see /jo|"), undefined);
  assertEquals(tab("//jo|"), undefined);
  assertEquals(tab("/nothing|"), undefined);
});

Deno.test("complete gives a command's first argument what the command takes, and text after that", () => {
  assertEquals(tab("/join de|"), ["/join de|", "#design ", "#dev "]);
  assertEquals(tab("/join lo|"), "/join #lobby |");
  assertEquals(tab("/join #l|"), "/join #lobby |");
  assertEquals(tab("/JOIN |"), ["/JOIN |", "#design ", "#dev ", "#lobby "]);
  assertEquals(tab("/join z|"), undefined);
  assertEquals(tab("/msg z|"), "/msg zoe |");
  assertEquals(tab("/msg zoe is z|"), "/msg zoe is zoe |");
  assertEquals(tab("/me waves at z|"), "/me waves at zoe |");
  assertEquals(tab("/me z|"), "/me zoe |");
  assertEquals(tab("/quiet |"), ["/quiet o|", "off ", "on "]);
  assertEquals(tab("/quiet z|"), undefined);
});

Deno.test("complete makes emoji of names, finished or not, but not of times and addresses", () => {
  assertEquals(tab(":ta|"), "🎉|");
  assertEquals(tab("hey :tada:|"), "hey 🎉|");
  assertEquals(tab("🎉:TA|"), "🎉🎉|");
  assertEquals(tab("(:+|"), "(👍|");
  assertEquals(tab("/me :ta|"), "/me 🎉|");
  for (const line of ["a:ta|", "10:+1|", ":|", ":tada::|", ":nothing|", ":ta:|"]) assertEquals(tab(line), undefined, line);
});

Deno.test("complete offers nothing for nothing", () => {
  for (const line of ["|", "hello |", "x|", "z\n|"]) assertEquals(tab(line), undefined, line);
});

Deno.test("complete cleans what a server sent", () => {
  assertEquals(tab("ev|"), "evil: |");
});

Deno.test("complete keeps its promises for any text: the range ends at the cursor, and the options begin with what is there", () => {
  const pieces = fc.constantFrom(
    "z",
    "A",
    "l",
    "i",
    "#",
    "d",
    "e",
    "@",
    ":",
    "s",
    "m",
    "/",
    "join",
    "msg",
    " ",
    "\n",
    "日",
    "🎉",
    "\u0301",
    "ﬁ",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), fc.nat(), (parts, where) => {
      const text = parts.join("");
      const cursor = where % (text.length + 1);
      const completion = complete(text, cursor, CANDIDATES);
      if (completion === undefined) return;
      const { start, end, common, options } = completion;
      assert(start >= 0 && start <= end && end === cursor && options.length > 0);
      assert(fold(common).startsWith(fold(text.slice(start, end))));
      for (const { insert, label } of options) assert(isClean(insert) && isClean(label) && insert !== "");
      assertEquals(new Set(options.map(({ label }) => fold(label))).size, options.length);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("complete takes no longer for a long line", () => {
  const line = `${"a:b ".repeat(1_000)}${":a".repeat(1_000)}`;
  const start = performance.now();
  for (let i = 0; i < 10; i++) complete(line, line.length, CANDIDATES);
  assert((performance.now() - start) / 10 < 10);
});
