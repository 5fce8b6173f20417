import { assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { CODE_BYTES, inviteCode, readInviteCode } from "../../shared/invite_code.ts";

const bytes = fc.uint8Array({ minLength: CODE_BYTES, maxLength: CODE_BYTES });

Deno.test("inviteCode: 16 letters and digits that are not taken for others, in groups of four", () => {
  fc.assert(fc.property(bytes, (random) => assertMatch(inviteCode(random), /^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/)));
});

Deno.test("inviteCode: 80 bits, each of which changes it", () => {
  fc.assert(fc.property(bytes, fc.nat(CODE_BYTES - 1), fc.nat(4), (random, at, bit) => {
    const other = random.with(at, random[at] ^ (1 << bit));
    assertEquals(inviteCode(random) === inviteCode(other), false);
  }));
});

Deno.test("readInviteCode: however it is typed it is the same, and anything longer, shorter or with a U in it is none", () => {
  const typed = fc.constantFrom(
    (code: string) => code.toLowerCase(),
    (code: string) => code.replaceAll("-", " "),
    (code: string) => code.replaceAll("-", ""),
    (code: string) => ` ${code} `,
    (code: string) => code.replaceAll("0", "O").replaceAll("1", "l"),
    (code: string) => code.replaceAll("0", "o").replaceAll("1", "I"),
  );
  fc.assert(fc.property(bytes, typed, (random, type) => {
    const code = inviteCode(random);
    assertEquals(readInviteCode(type(code)), code.replaceAll("-", ""));
    for (const wrong of [code + "0", code.slice(1), code.slice(1) + "U", code.slice(1) + "é"]) {
      assertEquals(readInviteCode(wrong), undefined);
    }
  }));
});
