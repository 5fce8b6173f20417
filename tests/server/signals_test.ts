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
        signals.closed();
        if (++hangups === 2) came.resolve();
      });
      Deno.kill(Deno.pid, "SIGHUP");
      await signals.next();
      Deno.kill(Deno.pid, "SIGHUP");
      await came.promise;
      const more = signals.next().then(() => "one more");
      assertEquals(await Promise.race([more, new Promise((resolve) => setTimeout(resolve))]), undefined);
      signals.came();
      await more;
    } finally {
      clearInterval(alive);
      signals.close();
    }
  },
});
