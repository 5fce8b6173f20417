/**
 * What lets people in: passwords, codes and invites, on every way in.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { CLIENT_FLAGS } from "../../../client/flags.ts";
import { inviteIn } from "../../../client/web/invite.ts";
import { decodeInvite } from "../../../server/access/invite.ts";
import { ECHO_OFF, ECHO_ON } from "../../../server/transports/telnet.ts";
import { TextConnection } from "../../../server/transports/text.ts";
import type { TextFrame } from "../../../server/transports/text_commands.ts";
import { duration, durationText } from "../../../shared/durations.ts";
import { lasting } from "../../../shared/flag_values.ts";
import { passwordIn } from "../../../shared/password.ts";
import { LIMITS } from "../../../shared/protocol.ts";
import { readShortCode, SHORT_CODE_BYTES, shortCode } from "../../../shared/short_code.ts";
import { byteLength, isClean } from "../../../shared/text.ts";
import { bytesOf, cutAnywhere, inputFrom, type Target, textOf } from "../target.ts";
import { hashOf } from "../trial.ts";
import { ChunkSocket } from "./chunk_socket.ts";

const CODE = "ABCD-EFGH-JKMN-PQRS";

/** A code is read as the same however it is written, and what is made can be read. */
const codes: Target = {
  name: "short codes",
  grammar: {
    examples: [CODE, "abcd efgh jkmn 0i1o", "0123456789ABCDEF", "oooo-llll-iiii-0000"],
    tokens: [..."AaOoIiLlUu019- \t\n\u2010ıßﬁ", "ABCD", "JKMN-PQRS"],
    longest: LIMITS.passwordBytes,
  },
  check: (input, random) => {
    const made = shortCode(bytesOf(input.padEnd(SHORT_CODE_BYTES, "x")));
    assertEquals(readShortCode(made), made.replaceAll("-", ""));
    const code = readShortCode(textOf(input));
    if (code === undefined) return;
    assert(/^[0-9A-HJKMNP-TV-Z]{16}$/.test(code), `the code ${JSON.stringify(code)}`);
    const mistaken = code.replaceAll(/[01]/g, (digit) => random.pick([...digit === "0" ? "0Oo" : "1IiLl"]));
    assertEquals(readShortCode(mistaken.toLowerCase().replace(/(.{4})/g, "$1-")), code);
    assertEquals(readShortCode(mistaken), code);
  },
};

/** A link and the code in it let the same in, in the page and in a terminal; no link makes anything but text. */
const links: Target = {
  name: "invite links",
  grammar: {
    examples: [`#invite=${CODE}`, "#invite=", "#", "", `#room=dev&invite=${CODE}`, `#invite=${CODE}&invite=x`, "#key"],
    tokens: ["#", "invite", "invite=", "=", "&", "%", "%2D", "%00", "%ff", "+", CODE, "__proto__", "a"],
    longest: 4_096,
  },
  check: (input) => {
    // As a browser has it.
    const { hash } = new URL(`http://a/${textOf(input).replace(/^[^#]*/, "")}`);
    const code = inviteIn(hash);
    assert(code === undefined || code.isWellFormed() && hash.includes("invite"), `the code ${JSON.stringify(code)}`);
    const [, plain] = /^#invite=([\w-]*)$/.exec(hash) ?? [];
    assert(plain === undefined || code === plain, `the code ${JSON.stringify(code)}`);
    const read = readShortCode(plain ?? "");
    if (read !== undefined) assertEquals(CLIENT_FLAGS.invite.parse(`http://a/${hash}`), { value: read });
  },
};

/** A time that is understood is told as itself, and by every flag alike. */
const durations: Target = {
  name: "durations",
  grammar: {
    examples: ["90s", "10 min", "1.5h", "1h30m", "2 weeks 1 day", "4w", "off", "999999999w"],
    tokens: [..."wdhmsWDHMS0123456789 .-+e", "00", "\n", " hours", "minutes", "sec"],
    longest: 4_096,
  },
  check: (input) => {
    const text = textOf(input);
    const found = duration(text);
    const flag = lasting("1s", "99999999d")(text);
    if ("problem" in found) return assert(isClean(found.problem) && "problem" in flag, "a flag understands more");
    assert(Number.isInteger(found.value) && found.value >= 0, `${found.value} ms`);
    if ("value" in flag) assertEquals(flag, found);
    if (found.value > 0 && found.value <= LIMITS.actMs) assertEquals(duration(durationText(found.value).replaceAll(/[ ,]/g, "")), found);
  },
};

const INVITE = { expires: 1_790_000_000_000, uses: 5, used: 1, installations: ["3q2-"] };

/** What is understood has whole numbers and hashes, and is written and read as the same. */
const invites: Target = {
  name: "invite files",
  grammar: {
    examples: [`${JSON.stringify(INVITE)}\n`, '{"expires":0,"uses":0,"used":0,"installations":[]}', "[]", "null"],
    tokens: [
      ...'{}[],:"\\\n',
      '"expires":',
      '"uses":',
      '"used":',
      '"installations":',
      "0",
      "-1",
      "1e15",
      "1e400",
      "0.5",
      "null",
      '"__proto__":',
      '"x"',
    ],
    longest: 8_192,
  },
  check: (input) => {
    const found = decodeInvite(textOf(input));
    if (found === undefined) return;
    const { expires, uses, used, installations } = found;
    assert([expires, uses, used].every((n) => Number.isSafeInteger(n) && n >= 0) && Array.isArray(installations), JSON.stringify(found));
    assert(installations.every((hash) => typeof hash === "string"));
    assertEquals(JSON.stringify(decodeInvite(JSON.stringify(found))), JSON.stringify(found));
  },
};

/** A password is the whole first line, short enough to be sent, of a file that is its owner's alone; what is wrong says nothing of it. */
const passwords: Target = {
  name: "password files",
  grammar: {
    examples: ["correct horse\r\nfor the chat\n", "open sesame", "\n\n", "\xef\xbb\xbfsesame\n", "s\xc3\xa9same"],
    tokens: ["\n", "\r", "\r\n", " ", "a", "correct horse", "\xc3", "\xa9", "é", "\xef\xbb\xbf", "\x00", "0123456789abcdef".repeat(16)],
    longest: 4_096,
  },
  check: (input, random) => {
    const bytes = bytesOf(input);
    const mode = random.pick([null, 0o100600, 0o100400, 0o100640, 0o100604, 0o100777]);
    const found = passwordIn(bytes, mode);
    if ("problem" in found) {
      const open = mode !== null && (mode & 0o077) !== 0;
      return assert(isClean(found.problem) && (!open || /chmod/.test(found.advice ?? "")), JSON.stringify(found));
    }
    const { value } = found;
    assert(mode === null || (mode & 0o077) === 0, "others can read it");
    assert(value !== "" && byteLength(value) <= LIMITS.passwordBytes && !value.includes("\n"), JSON.stringify(value));
    const [line] = new TextDecoder().decode(bytes).split("\n", 1);
    assertEquals(value, line.replace(/\r$/, ""));
  },
};

/** A line is a name, a password or a message, never two of them, and it is the same however the bytes are cut; a telnet shows what it should. */
const prompts: Target = {
  name: "password prompt",
  // Each is a connection.
  share: 0.25,
  grammar: {
    examples: [
      "bob\nsesame\nhi\n",
      "\xff\xfb\x03bob\r\nsesame\r\n/who\r\nbye\r\n",
      "\n\nbob\nwrong\n\xff\xfd\x01sesame\n",
      "bye\n",
      "bob\nbye\n",
    ],
    tokens: [
      "\n",
      "\r\n",
      "\r\0",
      "\xff",
      "\xff\xfb\x01",
      "\xff\xfa\x18\xff\xf0",
      "bob",
      "sesame",
      "bye",
      "/who",
      "//",
      " ",
      "x".repeat(600),
      "é",
      "\xc3",
    ],
    longest: LIMITS.frameBytes,
  },
  check: async (input, random) => {
    const bytes = bytesOf(input);
    const whole = await visited([bytes]);
    const cut = await visited(cutAnywhere(bytes, random));
    assertEquals(cut.frames, whole.frames);
    // Hidden and shown again by turns; a telnet that shows itself in the middle is told from then on.
    for (const { told } of [whole, cut]) assert(/^(OFF ON )*(OFF )?$/.test(told), `told ${told}`);
    if (!bytes.includes(0xff)) assert(whole.told === "", "netcat is told what only telnet understands");
  },
};

/** A visit to a server that asks some for a password, and refuses some names, as their letters decide; and what a telnet was told meanwhile. */
async function visited(chunks: readonly Uint8Array[]): Promise<{ frames: TextFrame[]; told: string }> {
  const socket = new ChunkSocket(chunks);
  const connection = new TextConnection(socket, 1, 0, LIMITS.textBytes);
  const frames: TextFrame[] = [];
  for await (const heard of connection) {
    // That something came which asks for nothing depends on the cut.
    frames.push(...heard.filter((frame) => frame.kind !== "nothing"));
    const [frame] = heard;
    if (connection.welcomed) continue;
    assert(heard.length === 1 && (frame.kind === "hello" || frame.kind === "bye"), `${frame.kind} before the welcome`);
    if (frame.kind === "bye") break;
    const { name, password } = frame as { name: string; password?: string };
    assert((password !== undefined) === connection.passwordAsked, "a line is taken for another");
    assert(byteLength(password ?? "") <= LIMITS.passwordBytes, "a password that is too long");
    const fate = hashOf(`${name} ${password}`) % 4;
    connection.welcomed = fate === 0;
    connection.passwordAsked = fate === 1 || fate === 2 && connection.passwordAsked;
    await connection.write(new Uint8Array(1));
  }
  const written = inputFrom(socket.output);
  const told = written.replaceAll("\0", "").replaceAll(inputFrom(ECHO_OFF), "OFF ").replaceAll(inputFrom(ECHO_ON), "ON ");
  return { frames, told };
}

export const ACCESS: readonly Target[] = [codes, links, durations, invites, passwords, prompts];
