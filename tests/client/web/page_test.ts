import { assert, assertEquals, assertGreaterOrEqual, assertLess } from "@std/assert";
import { noBrowser } from "../../browser.ts";

const SOURCE = new URL("../../../client/web/", import.meta.url);
const BUNDLE = new URL("dist/", SOURCE);
/** What there may be of it all together, compressed, in bytes. */
const MOST_BYTES = 61_440;

Deno.test({
  name: "the page is small, knows no Deno, and has nothing inline that its policy would refuse",
  ignore: noBrowser !== undefined,
  async fn() {
    let bytes = 0;
    for await (const { name } of Deno.readDir(BUNDLE)) {
      const file = await Deno.readFile(new URL(name, BUNDLE));
      bytes += (await new Response(new Blob([file]).stream().pipeThrough(new CompressionStream("gzip"))).bytes()).length;
    }
    assertLess(bytes, MOST_BYTES);
    assertEquals((await Deno.readTextFile(new URL("app.js", BUNDLE))).match(/\bDeno\.\w+/)?.[0], undefined);
    const html = await Deno.readTextFile(new URL("index.html", BUNDLE));
    assertEquals(html.match(/<script(?![^>]*src=)|<style|\son\w+=|\sstyle=|https?:/)?.[0], undefined);
  },
});

Deno.test("nicks can be read in every colour and on every background, dark and light (WCAG 2.2, 1.4.3)", async () => {
  const css = await Deno.readTextFile(new URL("style.css", SOURCE));
  const [light, variables, nickColours] = css.split("@media (prefers-color-scheme: dark)");
  // The light colours of nicks come right before the dark ones.
  const parts = { light: [light, variables], dark: [variables, nickColours] };
  for (const [name, [variables, nickColours]] of Object.entries(parts)) {
    const backgrounds = ["back", "side", "mention-back"].map((variable) =>
      variables.match(new RegExp(`--${variable}: (#\\w{6})`))?.[1] ?? ""
    );
    const nicks = Array.from({ length: 10 }, (_, i) => nickColours.match(new RegExp(`\\.nick-${i} \\{\\s*color: (#\\w{6})`))?.[1] ?? "");
    assert(![...backgrounds, ...nicks].includes(""), `${name}: all colours were found`);
    for (const nick of nicks) {
      for (const background of backgrounds) assertGreaterOrEqual(contrast(nick, background), 4.5, `${name}: ${nick} on ${background}`);
    }
  }
});

/** WCAG 2.2, "contrast ratio". */
function contrast(one: string, other: string): number {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
