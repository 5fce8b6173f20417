/**
 * Certificates: those that a server reads from files, those that it hands out, and what clients know them by.
 *
 * @module
 */
import { X509Certificate } from "node:crypto";
import { assert, assertEquals } from "@std/assert";
import { FirstFrame, markOf } from "../../../client/shown_certificate.ts";
import { CERTIFICATES_FILE, KnownCertificates } from "../../../client/state/certificates.ts";
import { type Certificate, readCertificate } from "../../../server/certificate.ts";
import { toldCertificate } from "../../../server/certificate_exchange.ts";
import { decodeClientFrame } from "../../../shared/codec.ts";
import { Fatal } from "../../../shared/exit.ts";
import { fingerprintOf, firstPem, isFingerprint } from "../../../shared/fingerprint.ts";
import { base64Url, isClean } from "../../../shared/text.ts";
import { bytesOf, cutAnywhere, inputFrom, type Target, textOf } from "../target.ts";
import { ChunkSocket } from "./chunk_socket.ts";
import { TempFolder } from "../../temp_folder.ts";

/** A certificate for the name `chat`, and one for another; both until 2126, and with the key 1, which is nobody's secret. */
const OURS = `\
-----BEGIN CERTIFICATE-----
MIIBgjCCASmgAwIBAgIURhCiIwFglXpyOmyDQdUInx1PBG4wCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEY2hhdDAgFw0yNjExMjMwMzExMTFaGA8yMTI2MTAzMDAzMTEx
MVowDzENMAsGA1UEAwwEY2hhdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABGsX
0fLhLEJH+Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT+NC4v4af5uO5+tKfA+eFivO
M1drMV7Oy7ZAaDe/UfWjYTBfMB0GA1UdDgQWBBS0Z6OZnrXvpnHeADLwipyeXv2g
4TAfBgNVHSMEGDAWgBS0Z6OZnrXvpnHeADLwipyeXv2g4TAPBgNVHREECDAGggRj
aGF0MAwGA1UdEwEB/wQCMAAwCgYIKoZIzj0EAwIDRwAwRAIgLt2G2DVzD0DBiRfq
m9ocG7QZkW3k5dnaxGvz6vTWFOoCIEbfvaHn9b0bkI+m3ZNfBOMc3F35f0ZwQnnX
0j6TfWto
-----END CERTIFICATE-----
`;
const THEIRS = `\
-----BEGIN CERTIFICATE-----
MIIBmTCCAT6gAwIBAgIUGYtgSt+ggrZwVWpRj1oS5uKZYqowCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLZXhhbXBsZS5vcmcwIBcNMjYxMTIzMDMxMTExWhgPMjEyNjEw
MzAwMzExMTFaMBYxFDASBgNVBAMMC2V4YW1wbGUub3JnMFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li
/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9aNoMGYwHQYDVR0OBBYEFLRno5me
te+mcd4AMvCKnJ5e/aDhMB8GA1UdIwQYMBaAFLRno5mete+mcd4AMvCKnJ5e/aDh
MBYGA1UdEQQPMA2CC2V4YW1wbGUub3JnMAwGA1UdEwEB/wQCMAAwCgYIKoZIzj0E
AwIDSQAwRgIhAJokIJ3z4prwKACSp5TRsd+1RIKnfEPcrUMLGYMeYH13AiEA/Ve0
ouk2OqgCnaLcGtjAfStKoYNnEY0uT2zwmK6Obwk=
-----END CERTIFICATE-----
`;
const KEY = `\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAAAAAAAAAAAAAAAA
AAAAAAAAAAAAAAAAAAAAAAAAAAGhRANCAARrF9Hy4SxCR/i85uVjpEDydwN9gS3r
M6D0oTlF2JjClk/jQuL+Gn+bjufrSnwPnhYrzjNXazFezsu2QGg3v1H1
-----END PRIVATE KEY-----
`;
const NOW = Date.UTC(2027, 0, 1);
const PEM_TOKENS = [
  ...["-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"],
  ...["-----BEGIN PRIVATE KEY-----", "-----", "-", "\n", "\r\n", " ", "A", "=", "==", "MIIB", "+/", "Ag==", OURS, THEIRS, KEY],
];
/** As long as a chain is that a frame holds. */
const LONGEST = 16_384;

/** The first certificate is the first one of itself; its fingerprint is that of what a library reads, and it is known by that only for our name. */
const pems: Target = {
  name: "certificates",
  // Each is hashed and taken apart.
  share: 0.2,
  grammar: {
    examples: [OURS, THEIRS, THEIRS + OURS, `Subject: x\r\n${OURS.replaceAll("\n", "\r\n")}`],
    tokens: PEM_TOKENS,
    longest: LONGEST,
  },
  check: async (input) => {
    const text = textOf(input);
    const first = firstPem(text);
    const fingerprint = await fingerprintOf(text);
    const mark = await markOf(text);
    if (first === undefined) return assert(fingerprint === undefined && mark === undefined, "it has a fingerprint and is none");
    assert(firstPem(first) === first && await fingerprintOf(first) === fingerprint, "the first one is another");
    assert(fingerprint === undefined || isFingerprint(fingerprint), `the fingerprint ${fingerprint}`);
    if (mark === undefined) return;
    const { fingerprint256, subjectAltName } = new X509Certificate(first);
    const bytes = Uint8Array.from(fingerprint256.split(":"), (hex) => parseInt(hex, 16));
    assert(base64Url(bytes).replace("=", "") === fingerprint, "another certificate is read");
    // To some versions of Deno the common name counts too, and some tell no other names. No handshake is content with that.
    assert(
      mark === fingerprint || mark === "authority" && !/(^|, )DNS:chat(,|$)/i.test(subjectAltName ?? ""),
      `${mark} for ${subjectAltName}`,
    );
  },
};

/** Files are a certificate that can be listened with, known by what clients know it by; or refused in one clean line. */
const files: Target = {
  name: "certificate files",
  // Each is two files, and a listener where they are good.
  share: 0.05,
  grammar: {
    examples: [`${OURS}\0${KEY}`, `${THEIRS + OURS}\0${KEY}`, `${OURS}\0${OURS}${KEY}`],
    tokens: [...PEM_TOKENS, "\0"],
    longest: LONGEST,
  },
  check: async (input) => {
    const [cert = "", key = ""] = inputFrom(bytesOf(input)).split("\0", 2);
    using folder = new TempFolder();
    const paths = { cert: `${folder.path}/cert`, key: `${folder.path}/key` };
    await Deno.writeFile(paths.cert, bytesOf(cert), { mode: 0o600 });
    await Deno.writeFile(paths.key, bytesOf(key), { mode: 0o600 });
    let read: Certificate;
    try {
      read = await readCertificate(paths, NOW);
    } catch (error) {
      if (!(error instanceof Fatal)) throw error;
      const told = /^--tls-(cert|key): \//.test(error.message);
      return assert(isClean(error.message) && told, `not one clean line: ${JSON.stringify(error.message)}`);
    }
    assertEquals(await markOf(read.pem), read.fingerprint ?? "authority");
  },
};

const QUESTION = '{"kind":"certificate"}\n';

/** Bytes are given back or are the question, answered once; the same however they are cut. */
const exchanges: Target = {
  name: "certificate exchange",
  share: 0.25,
  grammar: {
    examples: [
      QUESTION,
      `${QUESTION}\x16\x03\x01`,
      ' { "kind" : "certificate" , "ref" : "r" }\r\n',
      '{"kind":"hello","v":[1],"name":"bob"}\n',
      '{"kind":"cert',
    ],
    tokens: [
      ..."{}[]:, \n\r\t",
      '"kind"',
      '"certificate"',
      '"ref":"r"',
      '"v":1',
      QUESTION,
      "\x16",
      "\xef\xbb\xbf",
      "\xe3\x80\x80",
      "\xff",
      " ".repeat(200),
    ],
    longest: 2_048,
  },
  check: async (input, random) => {
    const bytes = bytesOf(input);
    const whole = await exchanged([bytes]);
    assertEquals(await exchanged(cutAnywhere(bytes, random)), whole);
    if (!whole.told) return assert(whole.rest === inputFrom(bytes) && whole.answered === 0, "something is lost");
    const [line] = new TextDecoder().decode(bytes).split("\n", 1);
    assert(decodeClientFrame(line).kind === "certificate", `answered ${JSON.stringify(line)}`);
    assert(inputFrom(bytes).endsWith(`\n${whole.rest}`) && whole.answered > 0, "what comes after the question is lost");
  },
};

async function exchanged(chunks: readonly Uint8Array[]): Promise<{ told: boolean; rest: string; answered: number }> {
  const socket = new ChunkSocket(chunks);
  const told = await toldCertificate(socket, OURS, performance.now() + 5_000);
  let rest = "";
  for (let chunk = await socket.read(); chunk !== null; chunk = await socket.read()) rest += inputFrom(chunk);
  return { told, rest, answered: socket.output.length };
}

const ANSWER = `${JSON.stringify({ kind: "certificate", pem: OURS })}\n`;

/** The frame found is the first line that may be one, and nothing came after it; a cut makes no other of it. */
const answers: Target = {
  name: "certificate answers",
  share: 0.25,
  grammar: {
    examples: [
      ANSWER,
      `* Enter your name:\n${ANSWER}`,
      "HTTP/1.1 400 Bad Request\r\n\r\n",
      `${ANSWER}* hello\n`,
      "\x15\x03\x03\x00\x02\x02F",
    ],
    tokens: [
      "{",
      "}",
      "\n",
      "\r\n",
      "\r",
      "* Enter your name:\n",
      "HTTP/1.1 ",
      '{"kind":"certificate","pem":',
      '"x"}',
      ANSWER,
      "\xff",
      "\u2028",
    ],
    longest: LONGEST,
  },
  check: (input, random) => {
    const bytes = bytesOf(input);
    const whole = found([bytes]);
    const cut = found(cutAnywhere(bytes, random));
    if (typeof whole !== "string") {
      assertEquals(cut, whole);
      const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
      assert(whole.frame.startsWith("{") && !whole.frame.includes("\n") && text.endsWith(`${whole.frame}\n`), "it is not the last line");
    } else assert(typeof cut !== "string" || cut === whole || whole === "none" && cut === "more", `${whole}, and cut ${cut}`);
  },
};

function found(chunks: readonly Uint8Array[]): ReturnType<FirstFrame["push"]> {
  const reader = new FirstFrame();
  for (const chunk of chunks) {
    const result = reader.push(chunk);
    if (result !== "more") return result;
  }
  return "more";
}

const FINGERPRINT = "cJ6AyISHokEeHuTfufIqhhSS0gxHZRUMDHlKvXD4FHw";

/** A server is known by a fingerprint or an authority, or nobody can tell in one clean line; what is remembered is recalled, and the others are kept. */
const known: Target = {
  name: "certificates.json",
  // Each is a file.
  share: 0.05,
  grammar: {
    examples: [
      JSON.stringify({ "a:1": FINGERPRINT, "b:2": "authority" }),
      "{}",
      `{"__proto__":"${FINGERPRINT}","a:1":"authority"}`,
      '{"A:1":"x"}',
    ],
    tokens: [...'{}[],:"\\\n', '"a:1":', '"b:2":', '"__proto__":', '"authority"', `"${FINGERPRINT}"`, "null", "\xff", "\x9b"],
    longest: 8_192,
  },
  check: (input) => {
    using folder = new TempFolder();
    Deno.writeFileSync(`${folder.path}/${CERTIFICATES_FILE}`, bytesOf(input));
    const before = new KnownCertificates(folder.path);
    const servers = ["a:1", "b:2", "__proto__", "constructor"];
    const recalled = servers.map((server) => before.recall(server));
    for (const result of recalled) {
      if ("problem" in result) assert(isClean(result.problem), `not clean: ${JSON.stringify(result.problem)}`);
      else assert(result.mark === undefined || result.mark === "authority" || isFingerprint(result.mark), `the mark ${result.mark}`);
    }
    const unwritten = before.remember("C:3", FINGERPRINT);
    assert((unwritten !== undefined) === recalled.some((result) => "problem" in result), "another's file is written over");
    if (unwritten !== undefined) return assert(isClean(unwritten), `not clean: ${JSON.stringify(unwritten)}`);
    assertEquals([...servers, "c:3"].map((server) => new KnownCertificates(folder.path).recall(server)), [...recalled, {
      mark: FINGERPRINT,
    }]);
  },
};

export const CERTIFICATES: readonly Target[] = [pems, files, exchanges, answers, known];
