import { assertEquals, assertNotEquals } from "@std/assert";
import { loadAssets } from "../../../../server/transports/web/assets.ts";
import { TempFolder } from "../../../temp_folder.ts";

Deno.test("loadAssets: a folder's files by their paths, with type and ETag; none where there is no folder", async () => {
  using folder = new TempFolder();
  assertEquals((await loadAssets(`${folder.path}/none`)).size, 0);
  for (
    const [name, text] of [
      ["index.html", "<p>"],
      ["console.html", "<p>"],
      ["app.js", "1"],
      ["style.css", "a{}"],
      ["icon.svg", "<svg/>"],
      ["notes.txt", "x"],
    ]
  ) {
    await Deno.writeTextFile(`${folder.path}/${name}`, text);
  }
  await Deno.mkdir(`${folder.path}/more.js`);
  const assets = await loadAssets(folder.path);
  assertEquals([...assets].map(([path, { type }]) => [path, type]).sort(), [
    ["/", "text/html; charset=utf-8"],
    ["/app.js", "text/javascript; charset=utf-8"],
    ["/console", "text/html; charset=utf-8"],
    ["/icon.svg", "image/svg+xml"],
    ["/style.css", "text/css; charset=utf-8"],
  ]);
  assertEquals(assets.get("/")?.bytes, new TextEncoder().encode("<p>"));
  const before = assets.get("/app.js")?.etag;
  await Deno.writeTextFile(`${folder.path}/app.js`, "2");
  assertNotEquals((await loadAssets(folder.path)).get("/app.js")?.etag, before);
});
