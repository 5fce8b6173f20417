import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { TelnetFilter } from "../../../server/transports/telnet.ts";

const [IAC, SB, SE, WILL, WONT, DO, DONT, NOP, AYT] = [255, 250, 240, 251, 252, 253, 254, 241, 246];

function bytes(...parts: (string | number)[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => typeof part === "string" ? [...new TextEncoder().encode(part)] : [part]));
}

/** What is left of chunks, as text. */
function kept(chunks: readonly Uint8Array[]): string {
  const filter = new TelnetFilter();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  return chunks.map((chunk) => decoder.decode(filter.strip(chunk.slice()), { stream: true })).join("") + decoder.decode();
}

const NEGOTIATIONS: readonly [what: string, stream: Uint8Array, kept: string][] = [
  ["none", bytes("bob\n漢\n"), "bob\n漢\n"],
  ["options", bytes(IAC, WILL, 1, IAC, WONT, 3, "b", IAC, DO, 31, "o", IAC, DONT, 34, "b"), "bob"],
  ["an option of 255", bytes("a", IAC, WILL, 255, "b"), "ab"],
  ["commands", bytes("a", IAC, NOP, "b", IAC, AYT, "c"), "abc"],
  ["an escaped 255", bytes("a", IAC, IAC, "b"), "ab"],
  ["a window's size", bytes("a", IAC, SB, 31, 0, 80, 0, 24, IAC, SE, "b"), "ab"],
  ["a size of 255", bytes("a", IAC, SB, 31, 0, IAC, IAC, 0, 240, IAC, SE, "b"), "ab"],
  ["a size of 255 and one of 240", bytes("a", IAC, SB, 31, IAC, IAC, SE, "x", IAC, SE, "b"), "ab"],
  ["a terminal's name with line feeds", bytes("a", IAC, SB, 24, 0, "x\n\n", IAC, SE, "b\n"), "ab\n"],
  ["a subnegotiation that does not end", bytes("a", IAC, SB, 31, "bob\n"), "a"],
  ["a command that does not end", bytes("a", IAC), "a"],
  ["all of it", bytes(IAC, DO, 3, "bob\r\n", IAC, SB, 31, 0, 1, 0, 1, IAC, SE, "漢", IAC, NOP, "\r\n"), "bob\r\n漢\r\n"],
];

Deno.test("TelnetFilter drops negotiation wherever it is cut", () => {
  for (const [what, stream, text] of NEGOTIATIONS) {
    assertEquals(kept([stream]), text, what);
    for (let at = 0; at <= stream.length; at++) {
      assertEquals(kept([stream.subarray(0, at), stream.subarray(at)]), text, `${what}, cut at ${at}`);
    }
    assertEquals(kept(Array.from(stream, (byte) => bytes(byte))), text, `${what}, byte by byte`);
  }
});

Deno.test("TelnetFilter touches no text, and copies none", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const chunk = new TextEncoder().encode(text);
    assert(new TelnetFilter().strip(chunk) === chunk);
  }));
});
