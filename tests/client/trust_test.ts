import { assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { checkAddress } from "../../client/flags.ts";
import { formatAddress, parseAddress } from "../../client/config.ts";
import { sendConfig } from "../../client/scripts/flags.ts";
import { KnownCertificates } from "../../client/state/certificates.ts";
import { distrust } from "../../client/trust.ts";
import { base64Url } from "../../shared/text.ts";
import { TempFolder } from "../temp_folder.ts";

/** The fingerprint of something. */
function fingerprint(bytes: Uint8Array): string {
  return base64Url(bytes).replace("=", "");
}

const ONE = fingerprint(new Uint8Array(32).fill(1));
const OTHER = fingerprint(new Uint8Array(32).fill(2));

Deno.test("parseAddress reads tls:// before every form of an address, and a fingerprint after it", () => {
  const server = { host: "example.org", port: 80 };
  assertEquals(parseAddress("tls://example.org:80"), { ...server, tls: {} });
  assertEquals(parseAddress(` TLS://example.org:80/#${ONE} `), { ...server, tls: { fingerprint: ONE } });
  assertEquals(parseAddress(`tls://[::1]#${ONE}`), { host: "::1", port: 12345, tls: { fingerprint: ONE } });
  assertEquals(formatAddress({ ...server, tls: { fingerprint: ONE } }), "tls://example.org:80");
  for (const wrong of ["tls://", "tls:example.org", "tls:///", "tls://a b", `example.org#${ONE}`, "tls://example.org#", `tls://#${ONE}`]) {
    assertEquals(parseAddress(wrong), undefined, wrong);
  }
});

Deno.test("parseAddress takes every fingerprint, and none that is a character longer, shorter or strange", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.nat(42),
      fc.constantFrom("", "=", "+", "é", " ", "#"),
      (bytes, at, odd) => {
        const good = fingerprint(bytes);
        assertEquals(parseAddress(`tls://host#${good}`)?.tls, { fingerprint: good });
        assertEquals(parseAddress(`tls://host#${good.slice(0, at)}${odd}${good.slice(at + 1)}`), undefined);
        assertEquals(parseAddress(`tls://host#${good}A`), undefined);
      },
    ),
  );
});

Deno.test("checkAddress says what is wrong with a fingerprint", () => {
  const problem = (text: string) => {
    const checked = checkAddress(text);
    return "problem" in checked ? checked.problem : "";
  };
  assertStringIncludes(problem("tls://host#short"), "this has 5");
  assertStringIncludes(problem(`tls://host#${ONE.slice(1)}+`), "some character of this is wrong");
  assertStringIncludes(problem(`host#${ONE}`), "tls:// must stand before it");
  assertStringIncludes(problem("tls://a b"), "is not an address");
});

Deno.test("sendConfig: what begins with tls:// is an address or an error, and never said in the open", () => {
  const access = { password: undefined, allowPlaintext: false };
  const flags = { room: "lobby", name: "ann", "password-file": undefined, invite: undefined, "allow-plaintext-password": false };
  const config = (...words: string[]) => sendConfig(flags, { words, more: [], login: undefined, access });
  const good = config("tls://host", "hi");
  assertEquals("value" in good && [good.value.address, good.value.text], [{ host: "host", port: 12345, tls: {} }, "hi"]);
  const bad = config("tls://host#abc", "hi");
  assertStringIncludes("problem" in bad ? bad.problem : "", "has no fingerprint");
});

Deno.test("distrust: a fingerprint in the address decides, whatever was known before", () => {
  const address = { host: "host", port: 1, tls: { fingerprint: ONE } };
  for (const mark of [undefined, OTHER, "authority"]) assertEquals(distrust(ONE, { address, mark, path: undefined }), undefined);
  for (const mark of [undefined, OTHER, "authority"]) {
    const text = distrust(OTHER, { address, mark, path: undefined })!;
    for (const part of ["tls://host:1", ONE, OTHER]) assertStringIncludes(text, part);
  }
  assertStringIncludes(distrust("authority", { address, mark: undefined, path: undefined })!, "one that an authority vouches for");
});

Deno.test("distrust: without one, what was known before does", () => {
  const address = { host: "host", port: 1, tls: {} };
  const judge = (shown: string, mark: string | undefined) => distrust(shown, { address, mark, path: "/state/certificates.json" });
  for (const shown of [ONE, "authority"]) assertEquals([judge(shown, undefined), judge(shown, shown)], [undefined, undefined]);
  assertStringIncludes(judge(OTHER, ONE)!, `join with tls://host:1#${OTHER}`);
  assertStringIncludes(judge(ONE, "authority")!, `it was one that an authority vouches for and is ${ONE} now`);
  assertStringIncludes(judge("authority", ONE)!, 'remove "host:1" from /state/certificates.json');
});

Deno.test("KnownCertificates: what is remembered is there for the next process, and for nobody else to read", () => {
  using folder = new TempFolder();
  const state = `${folder.path}/state`;
  assertEquals(new KnownCertificates(state).recall("Host:1"), { mark: undefined });
  assertEquals(new KnownCertificates(state).remember("Host:1", ONE), undefined);
  assertEquals(new KnownCertificates(state).remember("host:2", "authority"), undefined);
  assertEquals(new KnownCertificates(state).recall("host:1"), { mark: ONE });
  assertEquals(new KnownCertificates(state).recall("HOST:2"), { mark: "authority" });
  if (Deno.build.os !== "windows") assertEquals(Deno.statSync(`${state}/certificates.json`).mode! & 0o777, 0o600);
});

Deno.test("KnownCertificates: a file that makes no sense trusts nobody and is not written over", () => {
  using folder = new TempFolder();
  const path = `${folder.path}/certificates.json`;
  for (const text of ["", "[]", "{", '{"host:1":"short"}', '{"host:1":1}', '{"host:1":null}']) {
    Deno.writeTextFileSync(path, text);
    const known = new KnownCertificates(folder.path);
    const recalled = known.recall("host:1");
    assertStringIncludes("problem" in recalled ? recalled.problem : "", "certificates.json ");
    assertStringIncludes(known.remember("host:1", ONE) ?? "", "cannot be written");
    assertEquals(Deno.readTextFileSync(path), text);
  }
});

Deno.test("KnownCertificates: without a folder, it remembers for this process", () => {
  const known = new KnownCertificates(undefined);
  assertEquals(known.remember("host:1", ONE), undefined);
  assertEquals(known.recall("host:1"), { mark: ONE });
  assertEquals(new KnownCertificates(undefined).recall("host:1"), { mark: undefined });
});
