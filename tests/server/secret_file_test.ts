import { assertEquals, assertThrows } from "@std/assert";
import { readSecretFile } from "../../server/secret_file.ts";
import { EXIT, type ExitCode, Fatal } from "../../shared/exit.ts";
import { TempFolder } from "./history/temp_folder.ts";

const windows = Deno.build.os === "windows";

/** A file with a mode; the umask takes nothing from it. */
function write(folder: TempFolder, text: string, mode: number): string {
  const path = `${folder.path}/secret`;
  Deno.writeTextFileSync(path, text);
  if (!windows) Deno.chmodSync(path, mode);
  return path;
}

function assertRefused(path: string, code: ExitCode, message: string): void {
  const error = assertThrows(() => readSecretFile(path, "The key"), Fatal);
  assertEquals([error.code, error.message], [code, message]);
}

Deno.test("readSecretFile: what only its owner can read is read whole, whatever its length up to 1 MiB", () => {
  using folder = new TempFolder();
  for (const mode of [0o600, 0o400, 0o700]) {
    for (const text of ["", "abracadabra\n", "ä".repeat(300_000)]) {
      assertEquals(readSecretFile(write(folder, text, mode), "The key"), text);
      Deno.removeSync(`${folder.path}/secret`);
    }
  }
});

Deno.test({
  name: "readSecretFile: each single right of a group or of everybody is refused, naming the file, its mode and what to do",
  ignore: windows,
  fn() {
    using folder = new TempFolder();
    for (const right of [0o040, 0o020, 0o010, 0o004, 0o002, 0o001]) {
      const path = write(folder, "abracadabra", 0o600 | right);
      assertRefused(
        path,
        EXIT.noPermission,
        `The key ${path} is open to others (mode ${(0o600 | right).toString(8)}). Make it its owner's alone: chmod 600 ${path}`,
      );
    }
  },
});

Deno.test({
  name: "readSecretFile: a link is judged by what it leads to",
  ignore: windows,
  fn() {
    using folder = new TempFolder();
    const path = write(folder, "abracadabra", 0o600);
    Deno.symlinkSync(path, `${folder.path}/link`);
    assertEquals(readSecretFile(`${folder.path}/link`, "The key"), "abracadabra");
    Deno.chmodSync(path, 0o644);
    assertThrows(() => readSecretFile(`${folder.path}/link`, "The key"), Fatal, "mode 644");
  },
});

Deno.test("readSecretFile: no file, a folder, and a file without end are named", () => {
  using folder = new TempFolder();
  assertThrows(() => readSecretFile(`${folder.path}/none`, "The key"), Fatal, `The key ${folder.path}/none cannot be read: `);
  if (!windows) assertRefused(folder.path, EXIT.ioError, `The key ${folder.path} is a folder. Name a file`);
  const path = write(folder, "x".repeat(1_048_577), 0o600);
  assertRefused(path, EXIT.ioError, `The key ${path} is longer than 1 MiB: it does not hold a secret. Check the path`);
});
