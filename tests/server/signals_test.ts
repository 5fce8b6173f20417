import { assertEquals } from "@std/assert";
import { Signals } from "../../server/signals.ts";

Deno.test({
  name: "Signals: what comes twice at once is one, of a terminal that is closed as of a Ctrl-C",
  ignore: Deno.build.os === "windows",
  async fn() {
    const signals = new Signals();
    // To wait for a signal keeps no event loop alive.
    const alive = setInterval(() => {}, 1_000);
    try {
      let hangups = 0;
      const came = Promise.withResolvers<void>();
      signals.onHangup(() => {
        hangups++;
        came.resolve();
      });
      Deno.kill(Deno.pid, "SIGHUP");
      await came.promise;
      Deno.kill(Deno.pid, "SIGHUP");
      Deno.kill(Deno.pid, "SIGTERM");
      await signals.next();
      assertEquals(hangups, 1);
    } finally {
      clearInterval(alive);
      signals.close();
    }
  },
});
