import { assertMatch } from "@std/assert";
import { openInBrowser } from "../../server/browser.ts";

Deno.test({
  name: "openInBrowser: what opens links elsewhere is not here, and one line says so",
  ignore: Deno.build.os === "windows",
  async fn() {
    assertMatch(
      await openInBrowser("http://127.0.0.1:1/console", "windows") ?? "",
      /^Cannot open .*; open its link yourself: explorer: [^\n]*$/,
    );
  },
});
