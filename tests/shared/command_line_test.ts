import { assertEquals } from "@std/assert";
import { flagsAsTyped } from "../../shared/command_line.ts";
import { parseFlags } from "../../shared/flags.ts";
import { SERVER_FLAGS } from "../../server/config.ts";

function valuesOf(args: readonly string[]) {
  const parsed = parseFlags(SERVER_FLAGS, args, () => undefined);
  if (parsed.kind !== "parsed") throw new Error(JSON.stringify(parsed));
  return parsed.values;
}

Deno.test("flagsAsTyped says what was given, as a shell takes it, and nothing that holds anyway", () => {
  assertEquals(flagsAsTyped(SERVER_FLAGS, valuesOf(["--port", "12345", "--no-tls"])), []);
  assertEquals(
    flagsAsTyped(
      SERVER_FLAGS,
      valuesOf(["--data=it's $HOME", "--web-host=a.example,b.example", "--no-log-messages", "--tls", "--port=81"]),
    ),
    ["--port 81", "--data 'it'\\''s $HOME'", "--tls", "--web-host a.example,b.example", "--no-log-messages"],
  );
});

Deno.test("flagsAsTyped is read as what it was made of, through a shell", async () => {
  const given = valuesOf([
    '--data=-it\'s "$HOME" \\ `x`\n*',
    "--host=::",
    "--password-file= ",
    "--no-log-messages",
    "--qr",
    "--limits=off",
  ]);
  const line = flagsAsTyped(SERVER_FLAGS, given).join(" ");
  const { stdout } = await new Deno.Command("sh", { args: ["-c", `printf '%s\\0' ${line}`] }).output();
  assertEquals(valuesOf(new TextDecoder().decode(stdout).split("\0").slice(0, -1)), given);
});
