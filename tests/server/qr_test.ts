import { assert, assertEquals } from "@std/assert";
import { qrCode } from "../../server/qr.ts";
import { readQrCode } from "../qr_reader.ts";

const LINKS = ["http://127.0.0.1:12345/", "http://[2001:db8:1:2:3:4:5:6]:65535/", "http://192.168.1.5:1/"];

Deno.test("qrCode: a reader finds the link in it", async () => {
  for (const link of LINKS) assertEquals(readQrCode((await qrCode(link, false)).trimEnd().split("\n")), link);
});

Deno.test("qrCode: with colours it is the same, white on black whatever the terminal's are, and each line ends them", async () => {
  for (const link of LINKS) {
    const lines = (await qrCode(link, true)).trimEnd().split("\n");
    // deno-lint-ignore no-control-regex -- colours are control characters
    assert(lines.every((line) => /^\x1b\[97;40m[█▀▄ ]+\x1b\[0m$/.test(line)));
    assertEquals(lines.map((line) => line.slice(8, -4)).join("\n"), (await qrCode(link, false)).trimEnd());
    assert(lines.every((line) => line.length - 12 <= 80), "fits a terminal");
  }
});
