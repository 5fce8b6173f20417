import { assertEquals, assertRejects } from "@std/assert";
import { EXIT, type ExitCode, Fatal } from "../../shared/exit.ts";
import { passwordIn, readPasswordFile } from "../../shared/password.ts";
import { TempFolder } from "../temp_folder.ts";

function read(text: string, mode = 0o100600): unknown {
  const checked = passwordIn(new TextEncoder().encode(text), mode);
  return "value" in checked ? checked.value : checked.problem;
}

Deno.test("passwordIn: the first line, with its spaces, without its end", () => {
  for (const text of [" two words ", " two words \n", " two words \r\nmore\n"]) assertEquals(read(text), " two words ");
  assertEquals(read("p".repeat(256)), "p".repeat(256));
});

Deno.test("passwordIn: what is no password, or no secret, and never what it says", () => {
  const empty = "has nothing on its first line, where the password should be";
  for (const text of ["", "\n", "\r\nlater"]) assertEquals(read(text), empty);
  assertEquals(read("p".repeat(257)), "has a first line of 257 bytes or more; a password has at most 256");
  assertEquals(passwordIn(new Uint8Array([0xff, 0x0a]), null), { problem: "is not text in UTF-8" });
  for (const mode of [0o640, 0o620, 0o610, 0o604, 0o602, 0o601]) {
    assertEquals(read("secret", mode), "can be read by others on this machine");
  }
  for (const mode of [0o600, 0o400, 0o700]) assertEquals(read("secret", mode), "secret");
});

Deno.test("readPasswordFile: says in a line what is wrong and what to do", async () => {
  using folder = new TempFolder();
  const path = `${folder.path}/pass`;
  const wrong = async (advice: string, expected: ExitCode) => {
    const { code, message } = await assertRejects(() => readPasswordFile(path, Deno.open), Fatal);
    assertEquals([message, code], [`--password-file: ${path} ${advice}`, expected]);
  };
  const { message, code } = await assertRejects(() => readPasswordFile(path, Deno.open), Fatal);
  assertEquals(/cannot be read: No such file.*Name a file of yours/.test(message), true, message);
  assertEquals(code, EXIT.noInput);
  await Deno.mkdir(path);
  await wrong("is a folder. Name a file of yours that holds the password", EXIT.config);
  await Deno.remove(path);
  await Deno.writeTextFile(path, "secret\n", { mode: 0o644 });
  await wrong(`can be read by others on this machine. Make it yours alone: chmod 600 ${path}`, EXIT.noPermission);
  await Deno.chmod(path, 0o600);
  assertEquals(await readPasswordFile(path, Deno.open), "secret");
  await Deno.writeTextFile(path, "");
  await wrong("has nothing on its first line, where the password should be. Put the password there", EXIT.config);
});

Deno.test("readPasswordFile: what may not be read and what cannot be are told apart", async () => {
  const codeFor = async (error: Error) => (await assertRejects(() => readPasswordFile("pass", () => Promise.reject(error)), Fatal)).code;
  assertEquals(await codeFor(new Deno.errors.PermissionDenied("no")), EXIT.noPermission);
  assertEquals(await codeFor(new Error("the disk is broken")), EXIT.ioError);
});
