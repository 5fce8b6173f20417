/**
 * Hands the certificate out to a client that asks for it before it trusts anybody.
 *
 * @module
 */
import { decodeClientFrame, encodeFrame } from "../shared/codec.ts";
import type { Socket } from "./transports/socket.ts";

/** The longest question, in bytes. */
const MOST_BYTES = 256;
/** The question as it begins, without white space. */
const QUESTION = '{"kind":"certificate"';

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Reads the first frame where it asks for the certificate, and answers it. Otherwise nothing has been read.
 *
 * @param pem The certificate; empty where there is none. @param due When the question or a `hello` is due, on the clock of `performance.now()`.
 * @return Whether it was asked for; then everything begins anew.
 */
export async function toldCertificate(socket: Socket, pem: string, due: number): Promise<boolean> {
  const timer = setTimeout(() => socket.stop(), due - performance.now() + 1);
  let said = new Uint8Array(0);
  try {
    for (;;) {
      const chunk = await socket.read();
      if (chunk === null) break;
      const both = new Uint8Array(said.length + chunk.length);
      both.set(said);
      both.set(chunk, said.length);
      said = both;
      const asked = question(said);
      if (asked === "no") break;
      if (asked === "undecided") continue;
      if (asked < said.length) socket.unread(said.subarray(asked));
      return await answer(socket, encoder.encode(encodeFrame({ kind: "certificate", pem })));
    }
  } finally {
    clearTimeout(timer);
  }
  if (said.length > 0) socket.unread(said);
  return false;
}

/** The length of the question with its line feed; or that there is none, or not yet. */
function question(said: Uint8Array): number | "no" | "undecided" {
  const head = decoder.decode(said.subarray(0, MOST_BYTES));
  const compact = head.replaceAll(/\s/g, "");
  const whole = compact.startsWith(QUESTION);
  // What would be no question if it came in pieces is none in one piece.
  if (!whole && !QUESTION.startsWith(compact)) return "no";
  const end = head.indexOf("\n") + 1;
  if (end > 0) return whole && decodeClientFrame(head.slice(0, end)).kind === "certificate" ? said.indexOf(0x0a) + 1 : "no";
  return said.length < MOST_BYTES ? "undecided" : "no";
}

async function answer(socket: Socket, bytes: Uint8Array): Promise<boolean> {
  try {
    while (bytes.length > 0) bytes = bytes.subarray(await socket.write(bytes));
  } catch {
    socket.close(); // It did not wait for the answer.
  }
  return true;
}
