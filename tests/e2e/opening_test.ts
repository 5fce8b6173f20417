import { assertEquals, assertMatch } from "@std/assert";
import { Lines, program, PROGRAM_ENV, startServer } from "../harness.ts";
import { readQrCode } from "../qr_reader.ts";
import { TempFolder } from "../temp_folder.ts";

Deno.test("chat server --qr prints the link to the page so that a phone can read it", async () => {
  await using server = await startServer("--qr");
  const first = await server.program.stdout.match(/█/);
  await server.program.stdout.match(/^from a terminal:$/);
  const { all } = server.program.stdout;
  const code = all.slice(all.indexOf(first)).filter((line) => /^[█▀▄ ]+$/.test(line));
  assertEquals(readQrCode(code), `http://127.0.0.1:${server.port}/`);
});

Deno.test("chat server prints no QR code unless asked", async () => {
  await using server = await startServer();
  await server.program.stdout.match(/Ctrl-C stops/);
  assertEquals(server.program.stdout.all.filter((line) => /█/.test(line)), []);
});

Deno.test({
  name: "chat server --open opens the window's link; when that fails, one line says so and the server runs",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using folder = new TempFolder();
    await Deno.writeTextFile(`${folder.path}/xdg-open`, `#!/bin/sh\nprintf %s "$*" >"${folder.path}/opened"\nexit 3\n`, { mode: 0o755 });
    const [command, ...args] = program("server", "--port", "0", "--ephemeral", "--host", "0.0.0.0", "--open");
    const env = { ...PROGRAM_ENV, PATH: `${folder.path}:${Deno.env.get("PATH")}` };
    const child = new Deno.Command(command, { args, env, stdout: "piped", stderr: "null" }).spawn();
    const stdout = new Lines(child.stdout);
    const port = (await stdout.match(/^Server started on /)).match(/\d+$/)?.[0];
    const problem = await stdout.match(/^Cannot open|^There is no window/);
    if (problem.includes("no window to open")) {
      // Where the page has not been made.
      assertMatch(problem, /Make it with: deno task bundle$/);
    } else {
      assertEquals(problem, "Cannot open the server's window in a browser; open its link yourself: xdg-open ended with 3");
      assertEquals(await Deno.readTextFile(`${folder.path}/opened`), `http://127.0.0.1:${port}/console`);
    }
    assertEquals(await (await fetch(`http://127.0.0.1:${port}/healthz`)).text(), "ok\n");
    child.kill("SIGTERM");
    await stdout.rest();
    assertEquals((await child.status).code, 0);
  },
});
