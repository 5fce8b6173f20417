/**
 * Handshakes that are none or have no end, and what is wrong inside an encrypted connection.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { exchange } from "../../../harness.ts";
import { soon } from "../../../soon.ts";
import { certificateOf, connectTls } from "../../../tls.ts";
import { compare, Foe, hello, line } from "../foe.ts";
import { type Group, HUSH, type Row, type Scene } from "../row.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** How a handshake of TLS 1.2 or 1.3 begins: a record, a message, a version; without what makes it one. */
const HALF_HELLO = Uint8Array.of(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3);

/** A row: these bytes instead of a handshake. The server ends it, and says nothing but an alert. */
function noHandshake(what: string, bytes: Uint8Array): Row {
  return {
    name: `instead of a handshake: ${what}`,
    attack: async (scene) => {
      using foe = await Foe.connect(scene);
      await foe.send(bytes);
      const answer = await foe.rest();
      assertEquals(/[ -~]{8}/.test(answer), false, answer);
    },
  };
}

/** Says something inside TLS, and returns all that is answered. */
async function inside({ port }: Scene, text: string): Promise<string> {
  using conn = await connectTls(port, await certificateOf(port));
  for (let rest = encoder.encode(text); rest.length > 0;) rest = rest.subarray(await conn.write(rest));
  let answer = "";
  const buffer = new Uint8Array(65_536);
  for (;;) {
    const length = await soon(conn.read(buffer).catch(() => null), "an encrypted answer");
    if (length === null) return answer;
    answer += decoder.decode(buffer.subarray(0, length));
  }
}

/** A row: something that is wrong inside an encrypted connection is answered there as it is elsewhere. */
function encrypted(what: string, text: string, answer: RegExp): Row {
  return { name: `encrypted: ${what}`, attack: async (scene) => assertMatch(await inside(scene, text), answer) };
}

export const tls: Group = {
  name: "TLS",
  flags: ["--tls"],
  rows: [
    noHandshake("half of one, then silence", HALF_HELLO),
    noHandshake("one byte, and version 3", Uint8Array.of(0x16, 3)),
    noHandshake("zeros", Uint8Array.of(...HALF_HELLO.subarray(0, 5), ...new Uint8Array(512))),
    noHandshake("a record of 64 KiB", Uint8Array.of(0x16, 3, 1, 0xff, 0xff, ...new Uint8Array(65_535))),
    noHandshake("noise", Uint8Array.of(0x16, 3, 1, 2, 0, ...crypto.getRandomValues(new Uint8Array(2_048)))),
    noHandshake("version 1.0", Uint8Array.of(0x16, 3, 1, 0, 45, 1, 0, 0, 41, 3, 1, ...new Uint8Array(32), 0, 0, 2, 0, 0x2f, 1, 0)),
    {
      name: "a handshake cut off, twenty times",
      attack: async (scene) => {
        for (let n = 0; n < 20; n++) {
          using foe = await Foe.connect(scene);
          await foe.send(HALF_HELLO);
        }
      },
    },
    {
      name: "thirty handshakes that have no end",
      attack: async (scene) => {
        const foes = await Promise.all(Array.from({ length: 30 }, () => Foe.connect(scene)));
        await Promise.all(foes.map((foe) => foe.send(HALF_HELLO)));
        await Promise.all(foes.map((foe) => foe.rest()));
        for (const foe of foes) foe[Symbol.dispose]();
      },
    },
    {
      name: "the certificate asked for over and over",
      attack: async ({ port }) => {
        const answers = (await exchange(port, line({ kind: "certificate" }).repeat(1_000))).split("\n").slice(0, -1);
        assertEquals(answers.filter((answer) => answer.includes('"kind":"certificate"')).length, 1);
        compare(answers.slice(-1), [/"kind":"bye"/]);
      },
    },
    {
      name: "the certificate asked for, then noise",
      attack: async ({ port }) => {
        const answer = await exchange(port, line({ kind: "certificate" }), ":\n*\n/\n");
        assertMatch(answer, /^\{"kind":"certificate"/);
      },
    },
    encrypted("a handshake within", decoder.decode(Uint8Array.of(0x16, 3, 1)), /^$/),
    encrypted(
      "a line above the limit",
      `t1\n${HUSH.padEnd(4_097, "x")}\nbye\n`,
      /! not sent: a message has at most 4,096 bytes, this one had 4,097\n[^]*\* Bye, t1 /,
    ),
    encrypted("no line feed", "x".repeat(70_000), /more than 65,536 bytes came without a line feed/),
    encrypted("a name that is there", "alice\nbye\n", /^! alice is taken\. Enter another name:\n/),
    encrypted("a frame that is none", `${hello("t2", { rooms: ["t2s-den"] })}{\n{"kind":"bye"}\n`, /"code":"malformed"/),
    encrypted(
      "the certificate asked for again",
      `${line({ kind: "certificate" })}${line({ kind: "bye" })}`,
      /"kind":"error","code":"unexpected"/,
    ),
    encrypted("a path out of the folder", "GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", /^HTTP\/1\.1 404 /),
    encrypted(
      "a page of another site",
      "GET /ws HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
      /^HTTP\/1\.1 403 /,
    ),
    {
      name: "encrypted: gone without a farewell, twenty times",
      attack: async ({ port }) => {
        const pem = await certificateOf(port);
        for (let n = 0; n < 20; n++) {
          using conn = await connectTls(port, pem);
          await conn.write(encoder.encode(hello(`t3-${n}`, { rooms: ["t3s-den"] })));
        }
      },
    },
  ],
};
