import { assert, assertEquals } from "@std/assert";
import { emojiByName } from "../../../client/views/emoji.ts";
import { complete } from "../../../client/views/completion.ts";
import { isClean } from "../../../shared/text.ts";

Deno.test("emojiByName has names that completion finds, and emoji that may be sent", async () => {
  const emoji = await emojiByName();
  assert(emoji.length > 1_500, `${emoji.length}`);
  for (const [name, char] of emoji) assert(isClean(char) && /^[\p{L}\p{N}_+-]+$/u.test(name), name);
  const candidates = { nicks: [], rooms: [], commands: [], emoji };
  assertEquals(complete(":thumbsu", 8, candidates)?.options, [{ insert: "👍", label: "👍 :thumbsup:" }]);
  assertEquals(complete("hurray :tada:", 13, candidates)?.options, [{ insert: "🎉", label: "🎉 :tada:" }]);
});
